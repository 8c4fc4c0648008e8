"""An adapter for the house, as small as one can be and on the product's own wire."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from core.base.clock import Clock
from core.base.errors import ProviderFault
from core.base.units import Amount, Certainty, Money
from core.providers.base import (
    Account,
    Capabilities,
    ErrorClass,
    Fetched,
    JobState,
    Payload,
    ProviderError,
    Quote,
    Reconcile,
    Status,
    SubmitOutcome,
    Ticket,
    VideoProvider,
    VideoRequest,
)
from core.providers.wire.client import Wire
from core.providers.wire.magic import Magic
from core.providers.wire.reply import BEARER, Reply
from core.providers.wire.secret import Secret
from tests.faults.common import UPPER

_KINDS = {
    "moderation": ErrorClass.MODERATION,
    "key_limit": ErrorClass.KEY_LIMIT,
    "no_credit": ErrorClass.INSUFFICIENT_CREDIT,
    "rate_limited": ErrorClass.RATE_LIMITED,
    "bad_request": ErrorClass.BAD_REQUEST,
    "server": ErrorClass.PROVIDER_FAULT,
}
_STATES = {
    "queued": JobState.QUEUED,
    "running": JobState.RUNNING,
    "done": JobState.SUCCEEDED,
    "failed": JobState.FAILED,
    "expired": JobState.EXPIRED,
}
QUIET_S = 120.0


def new_key() -> str:
    """Looks like a key, and is one nowhere. Made at run time, so that no file holds it."""
    return "sk-" + secrets.token_hex(24)


def explain(reply: Reply) -> ProviderError | None:
    found = reply.json_object.get("error")
    if not isinstance(found, dict) or "type" not in found:
        return None
    kind = _KINDS.get(str(found["type"]), ErrorClass.UNKNOWN)
    flagged = "prompt" if kind is ErrorClass.MODERATION else ""
    return ProviderError(kind, str(found.get("message", "")), str(found["type"]), flagged)


def _job_of(reply: Reply) -> str | None:
    return reply.json_object.get("id")


def _nowhere(host: str, _port: int) -> list[str]:
    raise OSError(f"{host} has no address")


class HouseAdapter(VideoProvider):
    """`fault` strikes at the `nth` paid request of this process, where it is one of the adapter's own."""

    name = "house"

    def __init__(self, base: str, key: str, level: int, clock: Clock, fault: str = "", nth: int = 0) -> None:
        secret = Secret(key)
        self.key_id = secret.fingerprint(self.name)
        self._level = Reconcile(level)
        self._wire = Wire(base, secret, BEARER, clock=clock)
        self._lost_wire = Wire(base, secret, BEARER, clock=clock, resolver=_nowhere)
        self._key = key
        self._fault = fault
        self._nth = nth
        self._posts = 0

    def capabilities(self, model: str) -> Capabilities:
        return Capabilities(seconds=(0.1, 600), last_frame=True, reconcile=self._level, quiet_s=QUIET_S)

    def quote(self, request: VideoRequest) -> Quote:
        return Quote(Money(UPPER), Money(UPPER), Certainty.ESTIMATED, "house as of 2026-03-01")

    def build_payload(self, request: VideoRequest, key: str) -> Payload:
        body = {
            "shot": request.shot,
            "take": request.take,
            "seed": request.seed,
            "prompt": request.prompt,
            "request_hash": request.request_hash,
            "first": request.first_frame.sha if request.first_frame else None,
        }
        return Payload("/jobs", body, key, seed=request.seed)

    def submit(self, payload: Payload) -> SubmitOutcome:
        self._posts += 1
        fault = self._fault if self._posts == self._nth else ""
        wire = self._lost_wire if fault == "no-name" else self._wire
        headers = {"Idempotency-Key": payload.key}
        outcome = wire.post(
            payload.endpoint, dict(payload.body), explain=explain, job_of=_job_of, headers=headers, read_s=10
        )
        if fault == "adapter-raises":
            raise RuntimeError(f"stumbled over Authorization: Bearer {self._key} / {self._key}")
        return outcome

    def poll(self, job_id: str) -> Status:
        body = self._wire.get(f"/jobs/{job_id}", explain=explain).json_object
        if body.get("id") != job_id:
            raise ProviderFault("the provider spoke of another job")
        state = _STATES.get(str(body.get("status")), JobState.RUNNING)
        url = body.get("url")
        error = body.get("error")
        return Status(
            state,
            body.get("progress"),
            _cost(body.get("cost")),
            (url,) if url else (),
            error=ProviderError(ErrorClass.PROVIDER_FAULT, str(error)) if error else None,
        )

    def fetch(self, job_id: str, status: Status, dest: Path) -> Fetched:
        if not status.outputs:
            raise ProviderFault("the job is done and names no file")
        got = self._wire.download(
            status.outputs[0],
            dest,
            hosts=(),
            with_key=True,
            magic=Magic.MP4,
            max_bytes=1 << 20,
            deadline_s=20.0,
        )
        return Fetched(got.path, got.sha, got.size, {"house": job_id})

    def cancel(self, job_id: str) -> bool:
        return False

    def find(self, key: str, seed: int, since: datetime) -> Sequence[Ticket] | None:
        if self._level < Reconcile.TAGGED_LIST:
            return None
        listed = self._wire.get("/jobs", explain=explain).json_object["jobs"]
        return [Ticket(job["id"]) for job in listed if job["seed"] == seed]

    def account(self) -> Account:
        return Account(self.name, "active")

    def billing(self) -> list[dict[str, float | str]]:
        """What a person sees on the provider's billing page."""
        rows: list[dict[str, float | str]] = self._wire.get("/billing", explain=explain).json_object["rows"]
        return rows


def _cost(found: object) -> Amount:
    if not isinstance(found, int | float) or isinstance(found, bool) or not 0 <= found < 1e6:
        return Amount.unknown()
    return Amount.exact(Money(round(found * 1e6)))
