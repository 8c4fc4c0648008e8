"""Questions about pictures over OpenRouter: `POST /chat/completions` with a strict JSON schema.

`require_parameters` sends the question only to who keeps to the schema (its document on structured outputs),
`allow_fallbacks` keeps it with the provider whose price was quoted. The reply is kept on disk with the
schema; what a model says is a draft, and is read only where it fits the schema.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from core.base.errors import BadInput, ProviderFault
from core.base.rates import Ask, Rate, Unit, parse_price
from core.base.text import one_line
from core.providers.base import (
    Account,
    ErrorClass,
    JobState,
    Payload,
    ProviderError,
    Quote,
    ReviewProvider,
    ReviewRequest,
    Status,
    SubmitOutcome,
)
from core.providers.openrouter_api.door import BASE_NAME, KEY_NAME, NAME, Door, distinct, still
from core.providers.openrouter_api.errors import LONGEST, explain, read_error
from core.providers.openrouter_api.kept import Kept
from core.providers.openrouter_api.money import cost_of
from core.providers.wire.schema import check_schema, read_answer

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from core.providers.base import Ticket
    from core.providers.wire.site import Site

ANSWER_TOKENS = 4096
"""At most, thinking included where a model bills it with the answer."""
PICTURE_TOKENS = 3000
"""One picture at most as tokens: makers count 258 to about 2,600 for a frame of film size. Unverified."""
ENVELOPE_TOKENS = 200
"""Roles and markers around the words."""
READ_S = 180.0
DEADLINE_S = 240.0
SHELF = f"{NAME}-review"
"""The catalogue's name for this list."""
SOURCE = "OpenRouter's catalogue (GET /models)"


class OpenRouterReview(ReviewProvider):
    name = NAME
    key_name = KEY_NAME
    base_name = BASE_NAME

    def __init__(self, site: Site) -> None:
        """Raises BadInput for an unusable OPENROUTER_BASE_URL."""
        self._door = Door(site)
        self._kept = Kept(self._door, "review")
        self.key_id = self._door.key_id
        self.missing_key = self._door.missing_key

    def discover(self) -> bool:
        """The prices of all models that read and write text. An empty list replaces nothing."""
        found = self._door.wire.get("/models", explain=explain).json_object.get("data")
        prices = [price for entry in (found if isinstance(found, list) else []) if (price := _price(entry))]
        if not prices:
            raise ProviderFault("OpenRouter's list of models came empty", todo="try again later")
        self._door.site.catalogue.keep(SHELF, prices)
        return True

    def live_rates(self) -> list[Rate]:
        kept = self._door.site.catalogue.read(SHELF)
        entries = kept[1] if kept and isinstance(kept[1], list) else []
        return [rate for entry in entries for rate in _rates(entry, kept[0] if kept else "")]

    def quote(self, request: ReviewRequest) -> Quote | None:
        # A token is a byte at least, so the bytes of the words are a bound that holds for every model.
        words = len(request.prompt.encode()) + len(json.dumps(dict(request.schema)).encode())
        pictures = PICTURE_TOKENS * len(request.pictures)
        asked = words + pictures + ENVELOPE_TOKENS
        return self._door.quote(Ask(NAME, request.model, input_tokens=asked, output_tokens=ANSWER_TOKENS))

    def build_payload(self, request: ReviewRequest, key: str) -> Payload:
        """Pure. Raises BadInput for a schema whose answer could not be checked."""
        check_schema(request.schema)
        content = [{"type": "text", "text": request.prompt}, *(still(one) for one in request.pictures)]
        body = {
            "model": request.model,
            "messages": [{"role": "user", "content": content}],
            "response_format": {
                "type": "json_schema",
                "json_schema": {"name": "answer", "strict": True, "schema": dict(request.schema)},
            },
            "max_tokens": ANSWER_TOKENS,
            "stream": False,
            "provider": {"allow_fallbacks": False, "require_parameters": True},
            "session_id": key[:256],
        }
        return Payload("/chat/completions", body, key, distinct(request.pictures))

    def submit(self, payload: Payload) -> SubmitOutcome:
        asked = {"schema": payload.body["response_format"]["json_schema"]["schema"]}
        return self._kept.post(payload, _is_answer, asked, read_s=READ_S, deadline_s=DEADLINE_S)

    def poll(self, job_id: str) -> Status:
        """Asks nobody: the reply was kept when it came."""
        reply = self._kept.load(job_id)["reply"]
        cost, choice = cost_of(reply.get("usage")), _choice(reply)
        error = _failure(choice)
        if error:
            return Status(JobState.FAILED, cost=cost, error=self._door.shown(error))
        return Status(JobState.SUCCEEDED, 1.0, cost, outputs=(f"kept:{job_id}",))

    def cancel(self, job_id: str) -> bool:
        """It is over before there is a job to cancel."""
        return False

    def find(self, key: str, seed: int, since: datetime) -> Sequence[Ticket] | None:
        """A reply that was kept before anybody heard of it; it has no list to ask."""
        return self._kept.find(key)

    def answer(self, job_id: str, status: Status) -> Mapping[str, Any]:
        kept = self._kept.load(job_id)
        choice = _choice(kept["reply"])
        error = _failure(choice)
        if error:
            raise ProviderFault(
                self._door.shown(error).message, where=job_id, todo="ask again, or another model"
            )
        return read_answer(_text(choice), kept.get("schema", {}))

    def account(self) -> Account:
        return self._door.account()


def _is_answer(body: dict[str, Any]) -> bool:
    choices = body.get("choices")
    return isinstance(choices, list) and bool(choices) and isinstance(choices[0], dict)


def _choice(reply: Mapping[str, Any]) -> Mapping[str, Any]:
    return reply["choices"][0] if _is_answer(dict(reply)) else {}


def _message(choice: Mapping[str, Any]) -> Mapping[str, Any]:
    message = choice.get("message")
    return message if isinstance(message, dict) else {}


def _text(choice: Mapping[str, Any]) -> str:
    content = _message(choice).get("content")
    if isinstance(content, list):
        content = "".join(str(part.get("text", "")) for part in content if isinstance(part, dict))
    return content if isinstance(content, str) else ""


def _failure(choice: Mapping[str, Any]) -> ProviderError | None:
    """Why there is no whole answer; None where there is one."""
    error, ended, refusal = choice.get("error"), choice.get("finish_reason"), _message(choice).get("refusal")
    if isinstance(error, dict):
        return read_error(error, 502)
    if isinstance(refusal, str) and refusal:
        return ProviderError(ErrorClass.MODERATION, one_line(refusal, LONGEST), code="refusal")
    if ended == "content_filter":
        return ProviderError(ErrorClass.MODERATION, "the model's answer was filtered", code="content_filter")
    if ended == "length":
        return ProviderError(
            ErrorClass.PROVIDER_FAULT, f"the answer was cut off at {ANSWER_TOKENS} tokens", code="length"
        )
    if not _text(choice).strip():
        return ProviderError(ErrorClass.PROVIDER_FAULT, "the model answered nothing")
    return None


def _price(entry: Any) -> dict[str, str] | None:
    """A model's id and its two prices as they stand; None for what has no sound ones."""
    pricing = entry.get("pricing") if isinstance(entry, dict) else None
    if not isinstance(pricing, dict) or not isinstance(entry.get("id"), str):
        return None
    found = {"id": entry["id"], "prompt": pricing.get("prompt"), "completion": pricing.get("completion")}
    return found if all(isinstance(text, str) for text in found.values()) else None


def _rates(entry: Any, as_of: str) -> list[Rate]:
    """Both rows, or none: half a price is no price."""
    units = (("prompt", Unit.INPUT_TOKEN), ("completion", Unit.OUTPUT_TOKEN))
    try:
        return [
            Rate(NAME, entry["id"], unit, parse_price(entry[name]), SOURCE, as_of, origin="live")
            for name, unit in units
        ]
    except (BadInput, KeyError, TypeError):
        return []
