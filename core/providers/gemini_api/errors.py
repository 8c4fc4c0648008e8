"""What Gemini's errors mean, and what a reply without a result means.

`{"error": {"code": 400 or "invalid_request", "message": ..., "status": "INVALID_ARGUMENT"}}`, sometimes in a
list. What a message says goes before its code: keys, money and safety all arrive under general codes.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from core.base.text import one_line
from core.providers.values import ErrorClass, ProviderError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from core.providers.wire.reply import Reply

LONGEST = 8000
"""Characters looked at: far more than is shown, so that a key is masked before the text is cut."""
_KINDS = {
    "INVALID_ARGUMENT": ErrorClass.BAD_REQUEST,
    "INVALID_REQUEST": ErrorClass.BAD_REQUEST,
    "FAILED_PRECONDITION": ErrorClass.BAD_REQUEST,
    "UNAUTHENTICATED": ErrorClass.AUTH,
    "PERMISSION_DENIED": ErrorClass.KEY_LIMIT,
    "NOT_FOUND": ErrorClass.BAD_REQUEST,
    "ABORTED": ErrorClass.PROVIDER_FAULT,
    "RESOURCE_EXHAUSTED": ErrorClass.RATE_LIMITED,
    "INTERNAL": ErrorClass.PROVIDER_FAULT,
    "UNAVAILABLE": ErrorClass.PROVIDER_FAULT,
    "DEADLINE_EXCEEDED": ErrorClass.TIMEOUT,
}
_BY_STATUS = {
    400: ErrorClass.BAD_REQUEST,
    401: ErrorClass.AUTH,
    402: ErrorClass.INSUFFICIENT_CREDIT,
    403: ErrorClass.KEY_LIMIT,
    404: ErrorClass.BAD_REQUEST,
    409: ErrorClass.PROVIDER_FAULT,
    413: ErrorClass.BAD_REQUEST,
    429: ErrorClass.RATE_LIMITED,
    500: ErrorClass.PROVIDER_FAULT,
    503: ErrorClass.PROVIDER_FAULT,
    504: ErrorClass.TIMEOUT,
}
_BAD_KEY = re.compile(r"api key not valid|api_key_invalid|api key expired", re.IGNORECASE)
_UNSAFE = re.compile(r"\bSAFETY\b|PROHIBITED_CONTENT|blocked\b.*\bpolic", re.IGNORECASE | re.DOTALL)
# Deduced, not documented: which of the limits a 429 or a 403 is about stands in its message only.
_NO_MONEY = re.compile(r"prepa(?:id|y)|credit|quota\b.*\bbilling|billing", re.IGNORECASE | re.DOTALL)
_SPENT = re.compile(r"\bspend", re.IGNORECASE)
_DELAY = re.compile(r"([0-9]{1,6}(?:\.[0-9]{1,9})?)s")

UNSAFE_ENDS = frozenset(
    {
        "SAFETY",
        "IMAGE_SAFETY",
        "PROHIBITED_CONTENT",
        "IMAGE_PROHIBITED_CONTENT",
        "RECITATION",
        "IMAGE_RECITATION",
        "BLOCKLIST",
        "SPII",
    }
)
"""Finish reasons that are a refusal of what came out."""


def explain(reply: Reply) -> ProviderError | None:
    body = reply.body[0] if isinstance(reply.body, list) and reply.body else reply.body
    error = body.get("error") if isinstance(body, dict) else None
    if not isinstance(error, dict) or not isinstance(error.get("message"), str):
        return None
    code, name = error.get("code"), error.get("status")
    if not isinstance(code, int | str) or isinstance(code, bool):
        return None
    name = name if isinstance(name, str) and name else str(code)
    message = one_line(error["message"], LONGEST)
    wait = _delay(error.get("details"))
    kind = _kind(name, f"{code} {message}", reply.status, wait, _reasons(error.get("details")))
    flagged = "prompt" if kind is ErrorClass.MODERATION else ""
    return ProviderError(kind, message, code=one_line(name, 200), flagged=flagged, retry_after_s=wait)


def _kind(name: str, text: str, status: int, wait: float | None, reasons: str) -> ErrorClass:
    kind = _KINDS.get(name.upper()) or _BY_STATUS.get(status, ErrorClass.UNKNOWN)
    if _BAD_KEY.search(f"{text} {reasons}") and status in (400, 401, 403):
        return ErrorClass.AUTH
    if kind is ErrorClass.BAD_REQUEST and _UNSAFE.search(text):
        return ErrorClass.MODERATION
    if kind is ErrorClass.KEY_LIMIT and _NO_MONEY.search(text):
        return ErrorClass.INSUFFICIENT_CREDIT
    if kind is ErrorClass.RATE_LIMITED and wait is None:
        # With a delay of its own it is a limit that passes, whatever it says about plans and billing.
        if _SPENT.search(text):
            return ErrorClass.KEY_LIMIT
        if _NO_MONEY.search(text):
            return ErrorClass.INSUFFICIENT_CREDIT
    return kind


def _delay(details: Any) -> float | None:
    """Seconds of a google.rpc.RetryInfo: `"retryDelay": "34s"`."""
    for detail in _details(details):
        found = _DELAY.fullmatch(str(detail.get("retryDelay")))
        if found:
            return float(found[1])
    return None


def _reasons(details: Any) -> str:
    """Words of google.rpc.ErrorInfo, like API_KEY_INVALID."""
    return " ".join(str(detail.get("reason", "")) for detail in _details(details))


def _details(details: Any) -> list[dict[str, Any]]:
    return [detail for detail in details if isinstance(detail, dict)] if isinstance(details, list) else []


# A 200 without a result


def candidate_of(body: Mapping[str, Any]) -> dict[str, Any]:
    """The first candidate, or an empty one."""
    found = body.get("candidates")
    first = found[0] if isinstance(found, list) and found else None
    return first if isinstance(first, dict) else {}


def parts_of(body: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What the model made, less what it only thought."""
    content = candidate_of(body).get("content")
    parts = content.get("parts") if isinstance(content, dict) else None
    found = parts if isinstance(parts, list) else []
    return [part for part in found if isinstance(part, dict) and part.get("thought") is not True]


def text_of(body: Mapping[str, Any]) -> str:
    return "".join(part["text"] for part in parts_of(body) if isinstance(part.get("text"), str))


def refusal_of(body: Mapping[str, Any]) -> ProviderError | None:
    """Why a reply holds no result that can be used; None where it ended as it should."""
    feedback, candidate = body.get("promptFeedback"), candidate_of(body)
    block = feedback.get("blockReason") if isinstance(feedback, dict) else None
    if isinstance(block, str) and block:
        return _said(ErrorClass.MODERATION, "the prompt was refused", block, feedback, "prompt")
    end = candidate.get("finishReason")
    name = end if isinstance(end, str) else ""
    if name in UNSAFE_ENDS:
        return _said(ErrorClass.MODERATION, "the result was refused", name, candidate, "output")
    if name == "MAX_TOKENS":
        return _said(ErrorClass.PROVIDER_FAULT, "the answer was cut at its longest", name, candidate)
    if name == "NO_IMAGE":
        return _said(ErrorClass.PROVIDER_FAULT, "no picture was made", name, candidate)
    if not candidate:
        return ProviderError(ErrorClass.PROVIDER_FAULT, "the reply holds no result", code="EMPTY")
    if name not in ("", "STOP", "FINISH_REASON_UNSPECIFIED"):
        return _said(ErrorClass.PROVIDER_FAULT, "it ended before its time", name, candidate)
    return None


def _said(
    kind: ErrorClass, what: str, code: str, where: Mapping[str, Any] | None, flagged: str = ""
) -> ProviderError:
    said = [(where or {}).get(name) for name in ("blockReasonMessage", "finishMessage")]
    words = " ".join(text for text in said if isinstance(text, str))
    message = one_line(f"{what}: {code}. {words}" if words else f"{what}: {code}", LONGEST)
    return ProviderError(kind, message, code=one_line(code, 200), flagged=flagged)
