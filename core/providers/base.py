"""The contract of everyone who makes or judges pictures for money.

Three kinds: `VideoProvider`, `ImageProvider`, `ReviewProvider`. Requests, tickets, statuses and
quotes are frozen values (`values`). `build_payload` is pure; `submit` sends that payload exactly
once and classifies what came back without ever sending again; everything else is a free read.
A free provider quotes an exact zero and passes through the same reserve and settle rows.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

from core.providers.values import Account as Account
from core.providers.values import CameraMove as CameraMove
from core.providers.values import Capabilities as Capabilities
from core.providers.values import ErrorClass as ErrorClass
from core.providers.values import Fetched as Fetched
from core.providers.values import ImageRequest as ImageRequest
from core.providers.values import JobState as JobState
from core.providers.values import Payload as Payload
from core.providers.values import Picture as Picture
from core.providers.values import ProviderError as ProviderError
from core.providers.values import Quote as Quote
from core.providers.values import Reconcile as Reconcile
from core.providers.values import ReviewRequest as ReviewRequest
from core.providers.values import Sent as Sent
from core.providers.values import Status as Status
from core.providers.values import SubmitOutcome as SubmitOutcome
from core.providers.values import Ticket as Ticket
from core.providers.values import VideoRequest as VideoRequest

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from core.base.rates import Rate


class Provider(ABC):
    """What all three kinds share. One instance serves many threads."""

    name: str
    """As written in film.json: `animatic`, `openrouter`."""
    key_id: str = ""
    """Names the key in use (a fingerprint, never the key); empty: it needs none, or has none."""
    missing_key: str = ""
    """The environment's name for the key it needs and does not have; empty: nothing is missing."""

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

    def discover(self) -> int:
        """Reads models and prices from the provider itself, free, and keeps them with their date.

        Returns how many models it listed, 0 where it has no list. Raises ProviderFault; what was known
        before stays.
        """
        return 0

    def live_rates(self) -> Sequence[Rate]:
        """Prices as `discover` last read them; asks nobody."""
        return ()


class VideoProvider(Provider):
    @abstractmethod
    def capabilities(self, model: str) -> Capabilities: ...

    @abstractmethod
    def quote(self, request: VideoRequest) -> Quote | None:
        """What it will bill; None where no price is known: then nothing is sent."""

    @abstractmethod
    def build_payload(self, request: VideoRequest, key: str) -> Payload:
        """Pure. Every expensive default is written out."""

    @abstractmethod
    def fetch(self, job_id: str, status: Status, dest: Path) -> Fetched:
        """Writes the clip to `dest` (part file, sync, rename). Raises ProviderFault; leaves no part."""


class ImageProvider(Provider):
    @abstractmethod
    def quote(self, request: ImageRequest) -> Quote | None: ...

    @abstractmethod
    def build_payload(self, request: ImageRequest, key: str) -> Payload: ...

    @abstractmethod
    def fetch(self, job_id: str, status: Status, dest: Path) -> Fetched: ...


class ReviewProvider(Provider):
    @abstractmethod
    def quote(self, request: ReviewRequest) -> Quote | None: ...

    @abstractmethod
    def build_payload(self, request: ReviewRequest, key: str) -> Payload: ...

    @abstractmethod
    def answer(self, job_id: str, status: Status) -> Mapping[str, Any]:
        """The model's answer, checked against the request's schema. Raises ProviderFault."""
