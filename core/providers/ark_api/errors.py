"""Ark's errors, in replies and in tasks alike (volcengine.com/docs/82379/1299023)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from core.base.text import one_line
from core.providers.values import ErrorClass, ProviderError

if TYPE_CHECKING:
    from core.providers.wire.reply import Reply

# Errors: by the whole code, then by what stands before its first dot (volcengine.com/docs/82379/1299023).

_KINDS = {
    "MissingParameter": ErrorClass.BAD_REQUEST,
    "InvalidParameter": ErrorClass.BAD_REQUEST,
    "InvalidEndpoint": ErrorClass.BAD_REQUEST,
    "TaskRunningCannotCancel": ErrorClass.BAD_REQUEST,
    "AuthenticationError": ErrorClass.AUTH,
    "InvalidAccountStatus": ErrorClass.KEY_LIMIT,
    "AccountOverdueError": ErrorClass.INSUFFICIENT_CREDIT,
    "OperationDenied": ErrorClass.KEY_LIMIT,
    "OperationDenied.ServiceOverdue": ErrorClass.INSUFFICIENT_CREDIT,
    "AccessDenied": ErrorClass.KEY_LIMIT,
    "ModelNotOpen": ErrorClass.KEY_LIMIT,
    "InvalidEndpointOrModel": ErrorClass.BAD_REQUEST,
    "InvalidEndpointOrModel.ModelIDAccessDisabled": ErrorClass.KEY_LIMIT,
    "RateLimitExceeded": ErrorClass.RATE_LIMITED,
    "ModelAccountRpmRateLimitExceeded": ErrorClass.RATE_LIMITED,
    "ModelAccountTpmRateLimitExceeded": ErrorClass.RATE_LIMITED,
    "ModelAccountIpmRateLimitExceeded": ErrorClass.RATE_LIMITED,
    "APIAccountRpmRateLimitExceeded": ErrorClass.RATE_LIMITED,
    "AccountRateLimitExceeded": ErrorClass.RATE_LIMITED,
    "RequestBurstTooFast": ErrorClass.RATE_LIMITED,
    "ServerOverloaded": ErrorClass.RATE_LIMITED,
    "InflightBatchsizeExceeded": ErrorClass.RATE_LIMITED,
    "SetLimitExceeded": ErrorClass.KEY_LIMIT,
    "InternalServiceError": ErrorClass.PROVIDER_FAULT,
}
_BY_STATUS = {
    400: ErrorClass.BAD_REQUEST,
    401: ErrorClass.AUTH,
    402: ErrorClass.INSUFFICIENT_CREDIT,
    403: ErrorClass.KEY_LIMIT,
    404: ErrorClass.BAD_REQUEST,
    413: ErrorClass.BAD_REQUEST,
    422: ErrorClass.BAD_REQUEST,
    429: ErrorClass.RATE_LIMITED,
}
_MODERATION = re.compile(
    r"(Input|Output)?(Text|Image|Video|Audio)?(?:SensitiveContentDetected|RiskDetection)"
    r"|ContentSecurityDetectionError"
)
_TRIAL_IS_USED_UP = re.compile(r"free|trial|overdue|balance|免费|试用|余额", re.IGNORECASE)
"""One code says two things: the trial is used up, or too many tasks wait. The message tells; unverified."""


def explain(reply: Reply) -> ProviderError | None:
    return error_of(reply.json_object.get("error"), reply.status)


def error_of(found: Any, status: int = 0) -> ProviderError | None:
    """The `error` of a reply, with its HTTP status, or of a task. None for another shape."""
    if not isinstance(found, dict) or not isinstance(found.get("code"), str) or not found["code"]:
        return None
    code, said = found["code"], found.get("message")
    # Far beyond what is shown: the cut comes after the keys are masked, or half of one may stay.
    message = one_line(said if isinstance(said, str) and said else code, 8000)
    kind, flagged = _class_of(code, message, status)
    return ProviderError(kind, message, code=one_line(code, 1000), flagged=flagged)


def _class_of(code: str, message: str, status: int) -> tuple[ErrorClass, str]:
    head = code.partition(".")[0]
    moderation = _MODERATION.fullmatch(head)
    if moderation:
        return ErrorClass.MODERATION, _flagged(moderation[1], moderation[2])
    if head == "QuotaExceeded":
        used_up = _TRIAL_IS_USED_UP.search(message)
        return (ErrorClass.INSUFFICIENT_CREDIT if used_up else ErrorClass.RATE_LIMITED), ""
    if status >= 500:
        return ErrorClass.PROVIDER_FAULT, ""
    return _KINDS.get(code) or _KINDS.get(head) or _BY_STATUS.get(status, ErrorClass.UNKNOWN), ""


def _flagged(way: str | None, what: str | None) -> str:
    if way == "Output":
        return "output"
    return "prompt" if what == "Text" else (what or "").lower()
