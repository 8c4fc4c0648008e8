"""What its refusals mean: one table, read from the top, the first row that fits decides.

The body's own code goes before the status line, and the source of a limit before both: a key's cap has
been seen as 402 and as 403 (gptme#1449, Roo-Code#515), and 402 also says that too much is in flight.
Sources: openrouter.ai/docs "errors and debugging", "limits"; its OpenAPI document.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from core.base.text import one_line
from core.providers.values import ErrorClass, JobState, ProviderError

if TYPE_CHECKING:
    from core.providers.wire.reply import Reply

LONGEST = 6000
"""Characters looked at: more than is shown, so that a key is masked before the text is cut."""
KEY_SOURCES = frozenset(
    {"openrouter_key_limit", "openrouter_guardrail_budget", "openrouter_workspace_budget"}
)
REFUSED_TYPES = frozenset({"content_policy_violation", "refusal"})
KEY_TEXT = re.compile(r"(?i)\bkey limit exceeded\b|\b(workspace|budget)\b.*exceeded")
MODERATION = re.compile(
    r"(?i)content[ _-]?policy|policy violation|(?<!case[- ])sensitive|moderat|safety(?!_)|flagged"
    r"|PrivacyInformation|real person|likeness|copyright|prohibited|nsfw|ResponsibleAI|\bRAI\b"
)
"""Texts seen in replies and jobs. The two exceptions are names of things: a case, a `safety_tolerance`."""
BUSY = re.compile(r"(?i)rate.?limit|overload|high demand")
TYPE_STATUS: Mapping[str, int] = {
    "invalid_request": 400,
    "invalid_prompt": 400,
    "invalid_image": 400,
    "image_too_large": 400,
    "image_too_small": 400,
    "unsupported_image_format": 400,
    "image_download_failed": 400,
    "content_policy_violation": 400,
    "refusal": 400,
    "authentication": 401,
    "payment_required": 402,
    "permission_denied": 403,
    "image_not_found": 404,
    "not_found": 404,
    "payload_too_large": 413,
    "unprocessable": 422,
    "rate_limit_exceeded": 429,
    "server": 500,
    "unmapped": 500,
    "provider_unavailable": 502,
    "provider_overloaded": 503,
    "timeout": 504,
}
"""`error_type` to status, for a body whose code is no number and whose status line says 200."""
_FLAGGED = (
    ("audio", re.compile(r"(?i)audio")),
    ("output", re.compile(r"(?i)output|generated")),
    ("image", re.compile(r"(?i)image|photo|frame|face|PrivacyInformation|real person|likeness")),
    ("prompt", re.compile(r"(?i)prompt|text")),
)


@dataclass(frozen=True, slots=True)
class Facts:
    """What a refusal says of itself, sorted."""

    status: int
    message: str
    raw: str = ""
    """The words of the model's own provider, where they were passed on."""
    source: str = ""
    kind: str = ""
    """Its `error_type`."""
    reasons: tuple[str, ...] = ()
    flagged_input: bool = False
    patterns: bool = False
    """The account's own guardrail matched."""
    resets_at: datetime | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)

    @property
    def words(self) -> str:
        return f"{self.message} {self.raw}"

    @property
    def moderated(self) -> bool:
        return MODERATION.search(self.words) is not None


Row = tuple[Callable[[Facts], bool], ErrorClass]
TABLE: tuple[Row, ...] = (
    (lambda f: f.source == "openrouter_in_flight_budget", ErrorClass.RATE_LIMITED),
    (lambda f: f.source in KEY_SOURCES, ErrorClass.KEY_LIMIT),
    (lambda f: f.source == "openrouter_credits", ErrorClass.INSUFFICIENT_CREDIT),
    (lambda f: KEY_TEXT.search(f.message) is not None, ErrorClass.KEY_LIMIT),
    (lambda f: f.kind in REFUSED_TYPES, ErrorClass.MODERATION),
    (lambda f: bool(f.reasons) or f.flagged_input, ErrorClass.MODERATION),
    (lambda f: f.status == 403 and f.patterns, ErrorClass.MODERATION),
    (lambda f: f.status == 402, ErrorClass.INSUFFICIENT_CREDIT),
    (lambda f: f.status == 429, ErrorClass.RATE_LIMITED),
    (lambda f: f.status == 401, ErrorClass.AUTH),
    (lambda f: f.status in (400, 403, 404, 409, 413, 422) and f.moderated, ErrorClass.MODERATION),
    (lambda f: f.status in (400, 403, 404, 409, 413, 422), ErrorClass.BAD_REQUEST),
    (lambda f: f.status in (408, 499, 504), ErrorClass.TIMEOUT),
    (lambda f: 500 <= f.status <= 599, ErrorClass.PROVIDER_FAULT),
    (lambda f: True, ErrorClass.UNKNOWN),
)


def explain(reply: Reply) -> ProviderError | None:
    """Pure. None where the body has not OpenRouter's shape: `{"error": {"message": ...}}`."""
    error = reply.json_object.get("error")
    if not isinstance(error, dict) or not isinstance(error.get("message"), str):
        return None
    return read_error(error, reply.status)


def read_error(error: Mapping[str, Any], status: int) -> ProviderError:
    """An `error` object, wherever it stood, as one of our classes."""
    facts = _facts(error, status)
    kind = next(kind for fits, kind in TABLE if fits(facts))
    return ProviderError(
        kind,
        _sentence(facts),
        code=facts.source or facts.kind or str(error.get("code") or facts.status),
        flagged=_flagged(facts) if kind is ErrorClass.MODERATION else "",
        resets_at=facts.resets_at,
    )


def job_error(state: JobState, error: Any) -> ProviderError:
    """Why a job ended badly. Its `error` is a plain sentence without a code."""
    said = error.get("message") if isinstance(error, dict) else error
    text = one_line(said, LONGEST) if isinstance(said, str) else ""
    if state is JobState.EXPIRED:
        return ProviderError(ErrorClass.TIMEOUT, text or "OpenRouter gave up: the job took too long")
    if state is JobState.CANCELLED:
        return ProviderError(ErrorClass.PROVIDER_FAULT, text or "OpenRouter cancelled the job by itself")
    if MODERATION.search(text):
        return ProviderError(ErrorClass.MODERATION, text, flagged=_where(text))
    kind = ErrorClass.RATE_LIMITED if BUSY.search(text) else ErrorClass.PROVIDER_FAULT
    return ProviderError(kind, text or "the job failed, and OpenRouter does not say why")


def moment(value: Any) -> datetime | None:
    """An ISO date, or seconds since 1970; None for anything else."""
    try:
        if isinstance(value, str):
            found = datetime.fromisoformat(value)
            return found if found.tzinfo else found.replace(tzinfo=UTC)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return datetime.fromtimestamp(value, UTC)
    except (ValueError, OverflowError, OSError):
        pass  # a date nobody can mean
    return None


def _facts(error: Mapping[str, Any], status: int) -> Facts:
    metadata = _object(error.get("metadata"))
    kind = str(metadata.get("error_type") or error.get("error_type") or "")
    message = error.get("message")
    return Facts(
        status=_status(error.get("code"), status, kind),
        message=one_line(message, LONGEST) if isinstance(message, str) else "",
        raw=one_line(str(metadata.get("raw") or ""), LONGEST),
        source=str(metadata.get("limit_source") or ""),
        kind=kind,
        reasons=_texts(metadata.get("reasons")),
        flagged_input=bool(metadata.get("flagged_input")),
        patterns=bool(metadata.get("patterns")),
        resets_at=moment(metadata.get("resets_at")),
        metadata=metadata,
    )


def _status(code: Any, status: int, kind: str) -> int:
    """The body's code where it is a status, as a number or as text; else the status line's."""
    text = str(code)
    if not isinstance(code, bool) and re.fullmatch(r"[45][0-9]{2}", text):
        return int(text)
    return status if status >= 400 else TYPE_STATUS.get(kind, status)


def _sentence(facts: Facts) -> str:
    """One line: what it says, what the model's provider said, the reasons and the way out."""
    raw = facts.raw if facts.raw and facts.raw not in facts.message else ""
    hint = facts.metadata.get("remedy_hint")
    parts = (facts.message, raw, ", ".join(facts.reasons), hint if isinstance(hint, str) else "")
    return one_line(" - ".join(part for part in parts if part), LONGEST) or f"HTTP {facts.status}"


def _flagged(facts: Facts) -> str:
    """`flagged_input` quotes the prompt; without it the words are all there is."""
    return "prompt" if facts.flagged_input else _where(f"{facts.words} {' '.join(facts.reasons)}")


def _where(text: str) -> str:
    return next((name for name, words in _FLAGGED if words.search(text)), "")


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _texts(value: Any) -> tuple[str, ...]:
    items = value if isinstance(value, list) else [value] if value else []
    return tuple(one_line(str(item), 200) for item in items[:20])
