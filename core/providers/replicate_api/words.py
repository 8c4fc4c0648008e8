"""What Replicate answers: states, outputs, and every error code onto our classes. Pure.

Sources: Replicate's OpenAPI document (2026-04-09), its docs on predictions, rate limits and error codes,
and the source of a wrapper model that defines E001 to E005.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Any

from core.base.text import one_line
from core.providers.base import ErrorClass, JobState, ProviderError

if TYPE_CHECKING:
    from core.providers.wire.reply import Reply

STATES = {
    "starting": JobState.QUEUED,
    "processing": JobState.RUNNING,
    "succeeded": JobState.SUCCEEDED,
    "failed": JobState.FAILED,
    "canceled": JobState.CANCELLED,
    "aborted": JobState.CANCELLED,
}
"""Any other word means that it still runs."""

MODERATION = re.compile(
    r"(?i)content[ _-]?policy|policy violation|sensitive|moderat|safety|flagged|PrivacyInformation"
    r"|real person|likeness|copyright|prohibited|nsfw|ResponsibleAI|\bRAI\b"
)
CODES = {
    "E001": ErrorClass.PROVIDER_FAULT,  # the vendor's own account with its vendor is empty
    "E002": ErrorClass.PROVIDER_FAULT,  # as is its key
    "E003": ErrorClass.RATE_LIMITED,
    "E004": ErrorClass.PROVIDER_FAULT,
    "E005": ErrorClass.MODERATION,
    "E006": ErrorClass.BAD_REQUEST,  # unverified: remembered, no page found
    "E1000": ErrorClass.PROVIDER_FAULT,
    "E1001": ErrorClass.PROVIDER_FAULT,
    "E4875": ErrorClass.BAD_REQUEST,
    "E6716": ErrorClass.PROVIDER_FAULT,
    "E8765": ErrorClass.PROVIDER_FAULT,
    "E9243": ErrorClass.PROVIDER_FAULT,
    "E9828": ErrorClass.PROVIDER_FAULT,
    "PA": ErrorClass.PROVIDER_FAULT,
}
"""Codes in a prediction's error (docs, "error codes"; E001 to E005 from a wrapper model's source). The
whole table is not published: a code that is not here goes by its words."""
_CODE = re.compile(r"\b(E\d{3,5})\b|\(code: (PA)\)")
_TOKEN = re.compile(r"(\(E\d{3,5}\))\s*\([A-Za-z0-9_-]{2,40}\)\s*$")
"""E005 ends in a random token: without it the same refusal reads the same twice."""
_RESETS = re.compile(r"resets in ~?(\d{1,5})\s*s")
HTTP = {
    400: ErrorClass.BAD_REQUEST,
    401: ErrorClass.AUTH,
    402: ErrorClass.INSUFFICIENT_CREDIT,  # a monthly spend limit reads like this too: unverified
    403: ErrorClass.BAD_REQUEST,
    404: ErrorClass.BAD_REQUEST,
    413: ErrorClass.BAD_REQUEST,
    422: ErrorClass.BAD_REQUEST,
    429: ErrorClass.RATE_LIMITED,
}


def explain(reply: Reply) -> ProviderError | None:
    """Replicate's problem object: `detail`, often `title`. None for anything else."""
    body = reply.json_object
    detail, title = body.get("detail"), body.get("title")
    if not isinstance(detail, str | list) and not isinstance(title, str):
        return None
    text = "; ".join(
        one_line(part if isinstance(part, str) else str(part), 1000) for part in (title, detail) if part
    )
    found = _by_code(text)
    if found:
        return found
    kind = HTTP.get(reply.status, ErrorClass.PROVIDER_FAULT if reply.status >= 500 else ErrorClass.UNKNOWN)
    # A 402 has been seen as 429: its words tell it from a throttle that only mentions credit.
    if kind is not ErrorClass.AUTH and re.search(r"(?i)insufficient credit", text):
        kind = ErrorClass.INSUFFICIENT_CREDIT
    wait = _RESETS.search(text)
    low = kind is ErrorClass.RATE_LIMITED and "credit" in text.casefold()
    return ProviderError(
        kind,
        text,
        code="low_credit" if low else str(reply.status),
        retry_after_s=float(wait.group(1)) if wait else None,
    )


def failure_of(said: str) -> ProviderError:
    """A failed prediction's `error`: by its code first, then by its words."""
    text = _TOKEN.sub(r"\1", one_line(said, 2000))
    found = _by_code(text)
    if found:
        return found
    if MODERATION.search(text):
        return ProviderError(ErrorClass.MODERATION, text, flagged=_flagged(text))
    late = re.search(r"(?i)timed? ?out", text)
    kind = ErrorClass.TIMEOUT if late else ErrorClass.PROVIDER_FAULT
    return ProviderError(kind, text or "it failed, and Replicate does not say why")


def _by_code(text: str) -> ProviderError | None:
    for match in _CODE.finditer(text):
        code = match.group(1) or match.group(2)
        kind = CODES.get(code)
        if kind:
            flagged = _flagged(text) if kind is ErrorClass.MODERATION else ""
            return ProviderError(kind, text, code=code, flagged=flagged)
    return None


def _flagged(text: str) -> str:
    """Which input, where the text says one; "the input or output" says none."""
    low = text.casefold()
    if "input or output" in low:
        return ""
    return next((word for word in ("audio", "image", "prompt", "output") if word in low), "")


def outputs_of(output: Any) -> tuple[str, ...]:
    """Addresses in `output`, which is one, a list, or an object of them."""
    if isinstance(output, str):
        return (output,) if output.startswith(("https://", "http://")) else ()
    values = list(output.values()) if isinstance(output, dict) else output
    if not isinstance(values, list):
        return ()
    return tuple(address for value in values for address in outputs_of(value))


def moment(said: Any) -> datetime | None:
    """`created_at` and its like; None for what is no moment."""
    try:
        found = datetime.fromisoformat(said) if isinstance(said, str) else None
    except ValueError:
        return None
    return found if found is not None and found.tzinfo else None
