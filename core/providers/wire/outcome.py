"""What the reply to a paid POST means: one pure function, exhaustive.

| what came back | class |
|---|---|
| nothing, and the request never began to leave (DNS, connect, TLS, proxy's tunnel) | NOT_SENT |
| an expected 2xx with a JSON object and a job id of sound shape | ACCEPTED |
| 4xx in the provider's own error shape | REFUSED, or THROTTLED for a limit that passes |
| everything else: 3xx, 408, 409, 499, 5xx, a 4xx whose words are a timeout, a web page, no JSON,
  2xx without an id | UNCLEAR |
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from datetime import datetime

from core.providers.values import ErrorClass, ProviderError, Sent, SubmitOutcome, Ticket
from core.providers.wire.reply import MAX_RETRY_AFTER_S, Explain, Reply, retry_after, showable, without

JOB_ID = re.compile(r"[A-Za-z0-9._:-]{1,200}")
DOUBTFUL = frozenset({408, 409, 499})
"""A 4xx that may come after the job was made: timeout, conflict with itself, client gone."""
_DOTS = re.compile(r"\.+")


def sound_id(found: object) -> bool:
    """Whether a job id is one we store and put into a path: never only dots."""
    return isinstance(found, str) and bool(JOB_ID.fullmatch(found)) and not _DOTS.fullmatch(found)


def classify(
    reply: Reply,
    *,
    explain: Explain,
    job_of: Callable[[Reply], str | None],
    ok: Collection[int],
    now: datetime,
    secrets: Iterable[str] = (),
) -> SubmitOutcome:
    """Where a reply stands in the table above. `explain` and `job_of` may raise: that is UNCLEAR."""
    good = 200 <= reply.status < 300
    accepted = _accepted(reply, job_of, ok) if good else None
    if accepted:
        return accepted
    error = explained(reply, explain, now, secrets)
    refuses = 400 <= reply.status < 500 and reply.status not in DOUBTFUL
    if error is None or not refuses or error.kind is ErrorClass.TIMEOUT:
        return unclear(reply, error, now)
    passes = error.kind is ErrorClass.RATE_LIMITED or (
        reply.status == 429 and error.kind is ErrorClass.UNKNOWN
    )
    sent = Sent.THROTTLED if passes else Sent.REFUSED
    return SubmitOutcome(sent, error=error, http_status=reply.status)


def _accepted(
    reply: Reply, job_of: Callable[[Reply], str | None], ok: Collection[int]
) -> SubmitOutcome | None:
    if reply.status not in ok or not isinstance(reply.body, dict):
        return None
    try:
        job_id = job_of(reply)
    except Exception:  # noqa: BLE001 - a reply an adapter stumbles over is unclear, and paid
        return None
    if job_id is None or not sound_id(job_id):
        return None
    return SubmitOutcome(Sent.ACCEPTED, ticket=Ticket(job_id, reply.text), http_status=reply.status)


def unclear(reply: Reply, error: ProviderError | None, now: datetime) -> SubmitOutcome:
    words = error or ProviderError(
        ErrorClass.PROVIDER_FAULT if reply.status >= 500 else ErrorClass.UNKNOWN,
        f"the answer to a paid request is unclear (HTTP {reply.status}): {reply.said}",
        retry_after_s=retry_after(reply.headers, now),
    )
    return SubmitOutcome(Sent.UNCLEAR, error=words, http_status=reply.status)


def explained(
    reply: Reply, explain: Explain, now: datetime, secrets: Iterable[str] = ()
) -> ProviderError | None:
    """The provider's own words, redacted and cut. None where the body is no JSON: a page is no shape."""
    if reply.body is None:
        return None
    masked = tuple(secrets)
    try:
        # An adapter cuts what it quotes: a key is masked before, or half of it stays.
        error = explain(replace(reply, body=without(reply.body, masked)))
    except Exception:  # noqa: BLE001 - as above
        return None
    if error is None:
        return None
    wait = error.retry_after_s if error.retry_after_s is not None else retry_after(reply.headers, now)
    return replace(
        error,
        message=showable(str(error.message), masked) or f"HTTP {reply.status}",
        code=showable(str(error.code), masked, 200),
        retry_after_s=sane_wait(wait),
    )


def sane_wait(seconds: float | None) -> float | None:
    """A wait between nothing and an hour; None for what is no number of seconds."""
    if seconds is None or not seconds >= 0:  # NaN too
        return None
    return min(seconds, MAX_RETRY_AFTER_S)
