"""The contract of everyone who makes or judges pictures for money.

Three kinds: `VideoProvider`, `ImageProvider`, `ReviewProvider`. Requests, tickets, statuses and
quotes are frozen values. `build_payload` is pure; `submit` sends that payload exactly once and
classifies what came back without ever sending again; everything else is a free read.
A free provider quotes an exact zero and passes through the same reserve and settle rows.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING, Any

from core.base.units import ZERO, Amount, Certainty, Money

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
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


@dataclass(frozen=True, slots=True)
class ProviderError:
    """A refusal or failure in the provider's words, cut to 2,000 characters and redacted."""

    kind: ErrorClass
    message: str
    code: str = ""
    flagged: str = ""
    """For moderation: prompt, image or audio, where the provider says which."""
    retry_after_s: float | None = None


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
    resets_at: datetime | None = None
    read_at: datetime | None = None
    free: bool = False


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a model can do; `check` reads it before a take is planned."""

    seconds: tuple[float, float]
    """Shortest and longest clip."""
    resolutions: tuple[str, ...] = ()
    """Empty: any."""
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
    cancel: bool = False
    as_of: str = ""


class Provider(ABC):
    """What all three kinds share. One instance serves many threads."""

    name: str
    """As written in film.json: `animatic`, `openrouter`."""

    @abstractmethod
    def submit(self, payload: Payload) -> SubmitOutcome:
        """Sends once. Never raises for anything the network or the provider does."""

    @abstractmethod
    def poll(self, job_id: str) -> Status:
        """Free. Raises ProviderFault when no answer can be had now."""

    @abstractmethod
    def cancel(self, job_id: str) -> bool:
        """True when the provider says it stopped; it may still bill."""

    @abstractmethod
    def find(self, key: str, seed: int, since: datetime) -> Sequence[Ticket] | None:
        """Jobs that may be ours, for reconcile. None: this provider cannot say."""

    @abstractmethod
    def account(self) -> Account:
        """Free. Unknown fields stay None."""


class VideoProvider(Provider):
    @abstractmethod
    def capabilities(self, model: str) -> Capabilities: ...

    @abstractmethod
    def quote(self, request: VideoRequest) -> Quote: ...

    @abstractmethod
    def build_payload(self, request: VideoRequest, key: str) -> Payload:
        """Pure. Every expensive default is written out."""

    @abstractmethod
    def fetch(self, job_id: str, status: Status, dest: Path) -> Fetched:
        """Writes the clip to `dest` (part file, sync, rename). Raises ProviderFault; leaves no part."""


class ImageProvider(Provider):
    @abstractmethod
    def quote(self, request: ImageRequest) -> Quote: ...

    @abstractmethod
    def build_payload(self, request: ImageRequest, key: str) -> Payload: ...

    @abstractmethod
    def fetch(self, job_id: str, status: Status, dest: Path) -> Fetched: ...


class ReviewProvider(Provider):
    @abstractmethod
    def quote(self, request: ReviewRequest) -> Quote: ...

    @abstractmethod
    def build_payload(self, request: ReviewRequest, key: str) -> Payload: ...

    @abstractmethod
    def answer(self, job_id: str, status: Status) -> Mapping[str, Any]:
        """The model's answer, checked against the request's schema. Raises ProviderFault."""
