"""Questions about pictures and text, asked of a Gemini model; its answer is a draft that fits a schema."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from core.base.errors import BadInput, ProviderFault
from core.base.rates import Ask
from core.base.units import Amount
from core.providers.base import (
    ErrorClass,
    JobState,
    Payload,
    ProviderError,
    Quote,
    ReviewProvider,
    ReviewRequest,
    Status,
)
from core.providers.gemini_api.door import Gemini, Kept, distinct, endpoint_of, part_of, tokens_of
from core.providers.gemini_api.errors import refusal_of, text_of
from core.providers.wire.schema import check_schema, read_answer

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_OUTPUT = 8192
"""Tokens of an answer with its thinking; sent, so that the price has an end. That thinking counts to it
is how the SDK describes it; unverified."""
LIKELY_OUTPUT = 1500
PICTURE_TOKENS = (1120, 2240)
"""Of one picture as a rule and at most, by its default and its highest resolution. Unverified."""
CHARS_A_TOKEN = 4
"""Of English as a rule; at the least a byte is a token."""


class GeminiReview(Gemini, ReviewProvider):
    def quote(self, request: ReviewRequest) -> Quote | None:
        text = len((request.prompt + json.dumps(request.schema)).encode())
        pictures = len(distinct(request.pictures))
        likely = self.priced(
            _ask(request.model, text // CHARS_A_TOKEN + pictures * PICTURE_TOKENS[0] + 1, LIKELY_OUTPUT)
        )
        most = self.priced(_ask(request.model, text + pictures * PICTURE_TOKENS[1] + 1, MAX_OUTPUT))
        if most is None or likely is None:
            return None
        return Quote(most.upper, likely.expected, most.certainty, most.price_row)

    def build_payload(self, request: ReviewRequest, key: str) -> Payload:
        """Pure. Raises BadInput for a schema that no answer could be checked against."""
        check_schema(request.schema)
        if not request.prompt.strip():
            raise BadInput("a review needs a question", where=request.subject, todo="write one")
        pictures = distinct(request.pictures)
        body = {
            "contents": [
                {"role": "user", "parts": [*(part_of(still) for still in pictures), {"text": request.prompt}]}
            ],
            "generationConfig": {
                "responseMimeType": "application/json",
                "responseJsonSchema": dict(request.schema),
                "maxOutputTokens": MAX_OUTPUT,
            },
        }
        return Payload(endpoint_of(request.model), body, key, pictures)

    def read(self, kept: Kept) -> Status:
        error, cost = _refusal(kept.body), self._cost(kept)
        if error:
            return Status(JobState.FAILED, cost=cost, error=self.shown(error))
        return Status(JobState.SUCCEEDED, 1.0, cost, outputs=(f"kept:{kept.job}",))

    def answer(self, job_id: str, status: Status) -> Mapping[str, Any]:
        kept = self.kept(job_id)
        error, schema = _refusal(kept.body), kept.config.get("responseJsonSchema")
        if error:
            raise ProviderFault(self.shown(error).message, todo="change the question, or ask another model")
        if not isinstance(schema, dict):
            raise ProviderFault("the kept reply does not say what was asked", todo="ask again")
        return read_answer(text_of(kept.body), schema)

    def _cost(self, kept: Kept) -> Amount:
        tokens = tokens_of(kept.body)
        priced = self.priced(_ask(kept.model, *tokens)) if tokens and tokens[0] else None
        return Amount.estimated(priced.expected) if priced else Amount.unknown()


def _ask(model: str, read: int, wrote: int) -> Ask:
    return Ask("gemini", model, input_tokens=read, output_tokens=wrote)


def _refusal(body: Mapping[str, Any]) -> ProviderError | None:
    error = refusal_of(body)
    if error is None and not text_of(body).strip():
        return ProviderError(ErrorClass.PROVIDER_FAULT, "the reply holds no answer", code="EMPTY")
    return error
