"""The one call: `generateContent`, paid for when its reply comes, and the reply kept before it counts.

A reply is on disk, synced, under the provider's own name for it, and findable by our submission's key,
before the call is called accepted. So a kept reply proves a job; no reply proves nothing.
"""

from __future__ import annotations

import base64
import hashlib
import re
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from core.base.errors import BadInput, ProviderFault, RushesError
from core.base.text import one_line
from core.providers.base import (
    Account,
    ErrorClass,
    Payload,
    Picture,
    Provider,
    ProviderError,
    Quote,
    Sent,
    Status,
    SubmitOutcome,
    Ticket,
)
from core.providers.gemini_api.errors import explain
from core.providers.wire.outcome import sound_id
from core.providers.wire.pictures import read_picture
from core.providers.wire.replies import Replies
from core.providers.wire.reply import GOOGLE, Reply, WireFault, showable
from core.providers.wire.site import Site, wire_of

if TYPE_CHECKING:
    from core.base.rates import Ask

BASE = "https://generativelanguage.googleapis.com"
MODELS = "/v1beta/models"
READ_S = 240.0
"""A picture takes 10 to 60 seconds and is sent at its end; its silence proves nothing."""
DEADLINE_S = 300.0
MAX_REPLY = 96 << 20
"""Bytes: two pictures of 4K in base64, and room."""
MAX_REQUEST = 20_000_000
"""Bytes of a whole request with its pictures inline (copy of ai.google.dev, files)."""
MAX_TOKENS = 10**8

_MODEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_OURS = "sync-"
_STILL = "sha256:"
_BLOCKS = (ErrorClass.AUTH, ErrorClass.KEY_LIMIT, ErrorClass.INSUFFICIENT_CREDIT)


@dataclass(frozen=True, slots=True)
class Kept:
    """A reply and what it answers."""

    job: str
    model: str
    config: Mapping[str, Any]
    """`generationConfig` as it was sent."""
    pictures: int
    """How many went along."""
    body: Mapping[str, Any]


class Gemini(Provider):
    """What the image and the review adapter share. One instance serves many threads."""

    name = "gemini"
    key_name = "GEMINI_API_KEY"
    base_name = "GEMINI_BASE_URL"

    def __init__(self, site: Site) -> None:
        """Raises BadInput for an unusable GEMINI_BASE_URL."""
        self._site = site
        self._wire = wire_of(site, self.base_name, BASE, GOOGLE)
        self._replies = Replies(site.folder / "replies")
        self.key_id = site.secret.fingerprint(self.name) if site.secret else ""
        self.missing_key = "" if site.secret else self.key_name

    @abstractmethod
    def read(self, kept: Kept) -> Status:
        """What a kept reply says."""

    def submit(self, payload: Payload) -> SubmitOutcome:
        if self.missing_key:
            error = ProviderError(ErrorClass.AUTH, f"{self.key_name} is not set: nothing was sent")
            return SubmitOutcome(Sent.NOT_SENT, error=error)
        try:
            body = self._filled(payload)
        except (RushesError, OSError) as fault:
            words = ProviderError(ErrorClass.BAD_REQUEST, one_line(str(fault), 500), code="picture")
            return SubmitOutcome(Sent.REFUSED, error=words)
        lost: list[str] = []

        def job_of(reply: Reply) -> str | None:
            try:
                return self._keep(payload, reply)
            except (RushesError, OSError) as fault:
                lost.append(one_line(f"the reply could not be written down: {fault}", 500))
                return None

        outcome = self._wire.post(
            payload.endpoint,
            body,
            explain=explain,
            job_of=job_of,
            read_s=READ_S,
            deadline_s=DEADLINE_S,
            max_reply=MAX_REPLY,
        )
        if lost:  # it came and is paid for: a doubt that says why
            return replace(outcome, error=ProviderError(ErrorClass.PROVIDER_FAULT, lost[0]))
        return outcome

    def poll(self, job_id: str) -> Status:
        """No call: everything was in the reply. Raises ProviderFault where that is not on this disk."""
        return self.read(self.kept(job_id))

    def cancel(self, job_id: str) -> bool:
        return False

    def find(self, key: str, seed: int, since: datetime) -> Sequence[Ticket] | None:
        """The reply kept under this key. None where there is none: Gemini lists nothing."""
        found = self._replies.load(_ours(key))
        if found is None:
            return None
        job = found.get("job")
        return [Ticket(str(job) if sound_id(job) else _ours(key))]

    def account(self) -> Account:
        """Whether the key works, by a listing of one model. Gemini tells no balance."""
        now = self._site.clock.now()
        if self.missing_key:
            return Account(self.name, "no key", said=f"{self.key_name} is not set", read_at=now)
        try:
            self._wire.get(MODELS, params={"pageSize": 1}, explain=explain)
        except WireFault as fault:
            if fault.error is None or fault.error.kind not in _BLOCKS:
                raise
            return Account(self.name, "blocked", said=fault.error.message, read_at=now)
        return Account(self.name, "active", said="Gemini tells no balance", read_at=now)

    def priced(self, ask: Ask) -> Quote | None:
        found = self._site.card().price(ask)
        return Quote(found.upper, found.expected, found.certainty, found.row) if found else None

    def shown(self, error: ProviderError) -> ProviderError:
        """An error out of a kept reply, without our key: whatever it quotes back."""
        secrets = (self._site.secret.reveal(),) if self._site.secret else ()
        return replace(
            error,
            message=one_line(showable(error.message, secrets), 2000),
            code=showable(error.code, secrets, 200),
        )

    def kept(self, job_id: str) -> Kept:
        """Raises ProviderFault where no such reply is on this disk."""
        found = self._replies.load(job_id) if sound_id(job_id) else None
        reply, asked = (found or {}).get("reply"), (found or {}).get("asked")
        if not isinstance(reply, dict) or not isinstance(asked, dict):
            raise ProviderFault(
                f"the reply '{one_line(job_id, 60)}' is not on this disk",
                todo="Gemini keeps none: what was paid for is gone; order it again",
            )
        config, pictures = asked.get("generationConfig"), asked.get("pictures")
        return Kept(
            job_id,
            str(asked.get("model", "")),
            config if isinstance(config, dict) else {},
            pictures if isinstance(pictures, int) else 0,
            reply,
        )

    def _keep(self, payload: Payload, reply: Reply) -> str | None:
        """Writes the reply down; its job's name. None for a reply of another shape."""
        body = reply.json_object
        if not isinstance(body.get("candidates"), list) and not isinstance(body.get("promptFeedback"), dict):
            return None
        ours, found = _ours(payload.key), body.get("responseId")
        free = sound_id(found) and not str(found).startswith(_OURS) and self._replies.load(str(found)) is None
        job = str(found) if free else ours
        asked = {
            "model": payload.endpoint.removeprefix(f"{MODELS}/").partition(":")[0],
            "generationConfig": dict(payload.body["generationConfig"]),
            "pictures": len(payload.pictures),
        }
        self._replies.keep(job, {"key": payload.key, "asked": asked, "reply": body})
        if job != ours:
            self._replies.keep(ours, {"job": job})
        return job

    def _filled(self, payload: Payload) -> dict[str, Any]:
        """The body with every picture's bytes in it. Raises BadInput, naming the picture."""
        share = (MAX_REQUEST - 1_000_000) * 3 // 4 // max(1, len(payload.pictures))
        inline = {picture.sha: self._inline(picture, share) for picture in payload.pictures}
        parts = [
            {"inlineData": inline[part["inlineData"]["data"].removeprefix(_STILL)]}
            if "inlineData" in part
            else part
            for part in payload.body["contents"][0]["parts"]
        ]
        return {**payload.body, "contents": [{"role": "user", "parts": parts}]}

    def _inline(self, picture: Picture, most: int) -> dict[str, str]:
        data, mime = read_picture(picture, self._site.encode_picture, most)
        return {"mimeType": mime, "data": base64.b64encode(data).decode("ascii")}


def _ours(key: str) -> str:
    """Our name for the reply to a submission."""
    plain = key if sound_id(key) and len(key) <= 150 else hashlib.sha256(key.encode()).hexdigest()
    return _OURS + plain


def endpoint_of(model: str) -> str:
    """Raises BadInput for what cannot be a model's name: it goes into the path."""
    if not _MODEL.fullmatch(model) or ".." in model:
        raise BadInput(f"'{one_line(model, 60)}' is not a model of Gemini", todo="see its list of models")
    return f"{MODELS}/{model}:generateContent"


def part_of(picture: Picture) -> dict[str, Any]:
    """A picture in a payload, named by its hash: a payload is a value, without megabytes in it."""
    return {"inlineData": {"mimeType": "", "data": _STILL + picture.sha}}


def distinct(pictures: Sequence[Picture]) -> tuple[Picture, ...]:
    """Each still once."""
    return tuple({picture.sha: picture for picture in pictures}.values())


def tokens_of(body: Mapping[str, Any]) -> tuple[int, int] | None:
    """Tokens that went in and came out, thinking among them; None for what no bill can have."""
    usage = body.get("usageMetadata")
    if not isinstance(usage, dict):
        return None
    read, wrote = _count(usage.get("promptTokenCount")), _count(usage.get("candidatesTokenCount"))
    thought = _count(usage.get("thoughtsTokenCount", 0))
    if read is None or wrote is None or thought is None:
        return None
    return read, wrote + thought


def _count(value: Any) -> int | None:
    whole = isinstance(value, int) and not isinstance(value, bool)
    return value if whole and 0 <= value <= MAX_TOKENS else None
