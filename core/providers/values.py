"""What passes between the engine and a provider: frozen values, no behaviour."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING, Any

from core.base.units import ZERO, Amount, Certainty, Money

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from fractions import Fraction
    from pathlib import Path


class ErrorClass(StrEnum):
    """What a provider's refusal or failure means for us; every adapter maps onto these."""

    MODERATION = "moderation"
    AUTH = "auth"
    KEY_LIMIT = "key_limit"
    INSUFFICIENT_CREDIT = "insufficient_credit"
    RATE_LIMITED = "rate_limited"
    BAD_REQUEST = "bad_request"
    PROVIDER_FAULT = "provider_fault"
    TIMEOUT = "timeout"
    UNKNOWN = "unknown"


class Reconcile(IntEnum):
    """What a provider lets us prove about a job whose POST got no clear answer."""

    NOTHING = 0
    """Only money evidence: a person decides."""
    LIST = 1
    """Jobs can be listed, without a tag: candidates go before a person."""
    TAGGED_LIST = 2
    """Jobs can be listed with our tag echoed: adopt one match, prove absence."""
    IDEMPOTENT = 3
    """The same key returns the same job."""


class JobState(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Picture:
    """A still on disk that goes into a request."""

    path: Path
    sha: str
    """SHA-256 of the file's bytes, hex: part of the request hash, never the path."""
    role: str
    """first_frame, last_frame, reference, plate, board."""
    carried: Mapping[str, Any] | None = None
    """What the provider that made this frame wants back (sidecar field `carried`); opaque to us."""


@dataclass(frozen=True, slots=True)
class CameraMove:
    """A camera block's front matter, as values."""

    move: str
    """static, dolly-in, dolly-out, pan-left, pan-right, tilt-up, tilt-down, crane-up, crane-down,
    zoom-in, zoom-out, handheld."""
    easing: str = "in-out"
    """linear, in, out, in-out."""
    amount: float = 0.5
    """How far the move goes, 0 (barely) to 1 (as far as the picture allows)."""


@dataclass(frozen=True, slots=True)
class VideoRequest:
    """One take to be made. Immutable; `request_hash` covers all that the result depends on."""

    shot: str
    take: int
    model: str
    prompt: str
    frames: int
    fps: Fraction
    width: int
    height: int
    seed: int
    """0 to 2**31-1; unique a take unless the film pins it: also the tag a job is found by."""
    request_hash: str
    resolution: str = ""
    audio: bool = False
    first_frame: Picture | None = None
    last_frame: Picture | None = None
    references: tuple[Picture, ...] = ()
    plate: Picture | None = None
    camera: CameraMove | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)

    @property
    def seconds(self) -> float:
        return float(self.frames / self.fps)


@dataclass(frozen=True, slots=True)
class ImageRequest:
    """One board picture to be made."""

    asset: str
    model: str
    prompt: str
    width: int
    height: int
    seed: int
    request_hash: str
    references: tuple[Picture, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ReviewRequest:
    """A question put to a model about pictures or text; the answer is a draft, never a verdict."""

    subject: str
    model: str
    prompt: str
    schema: Mapping[str, Any]
    """JSON Schema the answer must fit."""
    request_hash: str
    pictures: tuple[Picture, ...] = ()


@dataclass(frozen=True, slots=True)
class Quote:
    """What the provider will bill: never compute time."""

    upper: Money
    """For the reserve: it cannot cost more."""
    expected: Money
    """For the forecast."""
    certainty: Certainty
    price_row: str
    """The row of the rate card this came from, with its as-of date."""

    @classmethod
    def free(cls) -> Quote:
        return cls(ZERO, ZERO, Certainty.EXACT, "free")


@dataclass(frozen=True, slots=True)
class Payload:
    """A request in the provider's own words. Pure data: what is sent, byte for byte, less the key."""

    endpoint: str
    body: Mapping[str, Any]
    key: str
    """Our submission's unique key, sent where the provider takes an idempotency key."""
    pictures: tuple[Picture, ...] = ()
    """Stills the body names by their hash: read, checked and put in when it is sent."""
    seed: int = 0
    """The request's seed: the tag its job is found by."""


@dataclass(frozen=True, slots=True)
class ProviderError:
    """A refusal or failure in the provider's words, cut to 2,000 characters and redacted."""

    kind: ErrorClass
    message: str
    code: str = ""
    flagged: str = ""
    """For moderation: prompt, image, audio, or output, where the provider says which."""
    retry_after_s: float | None = None
    resets_at: datetime | None = None
    """For a limit: when the provider lifts it by itself."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """The provider's name for a job it has accepted."""

    job_id: str
    """Matches `^[A-Za-z0-9._:-]{1,200}$`."""
    raw: str = ""
    """The reply as it came, redacted: goes to `.rushes/outcomes/` before the ledger."""


class Sent(StrEnum):
    """The exhaustive classes of a submit's outcome."""

    ACCEPTED = "accepted"
    NOT_SENT = "not_sent"
    """Proven: DNS, connect or TLS failed before a byte left."""
    REFUSED = "refused"
    """The provider said no in its own error shape: nothing runs, nothing is billed."""
    THROTTLED = "throttled"
    """Refused for now: wait, then a new submission row."""
    UNCLEAR = "unclear"
    """Everything else. Counted as spent until proven otherwise."""


@dataclass(frozen=True, slots=True)
class SubmitOutcome:
    sent: Sent
    ticket: Ticket | None = None
    error: ProviderError | None = None
    http_status: int | None = None

    @classmethod
    def accepted(cls, job_id: str, raw: str = "") -> SubmitOutcome:
        return cls(Sent.ACCEPTED, ticket=Ticket(job_id, raw))


@dataclass(frozen=True, slots=True)
class Status:
    """What a poll says. A cost is given at the end, or stays unknown."""

    state: JobState
    progress: float | None = None
    """0 to 1 where the provider tells."""
    cost: Amount = field(default_factory=Amount.unknown)
    outputs: tuple[str, ...] = ()
    """Addresses of the results: secrets (often signed), never logged."""
    expires_at: datetime | None = None
    error: ProviderError | None = None


@dataclass(frozen=True, slots=True)
class Fetched:
    """A result that lies whole on disk."""

    path: Path
    sha: str
    size: int
    """Bytes."""
    carried: Mapping[str, Any] | None = None
    """Handed back with this take's frame (see Picture.carried)."""
    native_last_frame: Path | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """What is known of a key's credit; None is unknown."""

    provider: str
    state: str
    """active, blocked."""
    balance: Money | None = None
    limit_remaining: Money | None = None
    usage: Money | None = None
    """What the key has spent so far, as the provider counts: evidence about a doubt."""
    resets_at: datetime | None = None
    said: str = ""
    """Why it is blocked, or why something is not known."""
    read_at: datetime | None = None
    free: bool = False


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a model can do; `check` reads it before a take is planned."""

    seconds: tuple[float, float]
    """Shortest and longest clip."""
    lengths: tuple[int, ...] = ()
    """The only whole seconds it makes; empty: any in `seconds`."""
    resolutions: tuple[str, ...] = ()
    """Empty: any."""
    aspects: tuple[str, ...] = ()
    """Like 16:9; empty: any."""
    first_frame: bool = True
    last_frame: bool = False
    references: int = 0
    """How many reference pictures a request may carry."""
    frames_exclude_references: bool = False
    seed: bool = True
    audio: bool = False
    native_last_frame: bool = False
    reconcile: Reconcile = Reconcile.NOTHING
    quiet_s: float = 120.0
    """Between the two empty listings that prove absence: more than lag and POST deadline together."""
    proves_absence: bool = True
    """Whether a listing shows every job, those that still run included."""
    window_s: float | None = None
    """How long after its POST a job can be found by its tag; None: for ever."""
    cancel: bool = False
    as_of: str = ""
    """Date these facts were read, ISO; empty: by this program itself."""

    @property
    def settles_doubts(self) -> bool:
        """Whether asking the provider settles a doubt both ways, so that no person is needed."""
        return self.reconcile is Reconcile.IDEMPOTENT or (
            self.reconcile is Reconcile.TAGGED_LIST and self.proves_absence
        )
