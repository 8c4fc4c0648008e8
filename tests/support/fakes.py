"""A provider with a queue of outcomes, clips without video, and a clock that a test moves.

They subclass the real contracts; nothing is patched.
"""

from __future__ import annotations

import hashlib
import threading
from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

from core.base.errors import ProviderFault
from core.base.paths import publish
from core.base.units import ZERO, Amount, Certainty, Money
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
    Sent,
    Status,
    SubmitOutcome,
    Ticket,
    VideoProvider,
    VideoRequest,
)

QUIET_S = Capabilities(seconds=(1, 1)).quiet_s
"""What a provider leaves between two empty listings unless it says otherwise."""


class MovingClock:
    """Sleeping moves the clock and costs no time."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
        self.jumped = 0.0
        self.lock = threading.Lock()

    def now(self) -> datetime:
        with self.lock:
            self.moment += timedelta(milliseconds=1)
            return self.moment

    def monotonic(self) -> float:
        return self.now().timestamp() - self.jumped

    def jump(self, seconds: float) -> None:
        """Somebody sets the clock on the wall."""
        with self.lock:
            self.moment += timedelta(seconds=seconds)
            self.jumped += seconds

    def sleep(self, seconds: float) -> None:
        with self.lock:
            self.moment += timedelta(seconds=seconds)


@dataclass
class Job:
    id: str
    key: str
    seed: int
    status: deque[Status | Exception]
    body: dict[str, Any]


@dataclass
class FakeProvider(VideoProvider):
    """Answers submits from `outcomes` (default: accepted) and polls from `statuses` (default: done)."""

    name: str = "animatic"
    price: int = 0
    """Micro-dollars a take."""
    level: Reconcile = Reconcile.IDEMPOTENT
    quiet_s: float = QUIET_S
    outcomes: deque[SubmitOutcome | Exception] = field(default_factory=deque)
    lost_replies: set[int] = field(default_factory=set)
    """Numbers of POSTs (from 1) that are accepted there while the answer is lost on its way."""
    statuses: deque[list[Status | Exception]] = field(default_factory=deque)
    """A script of polls a job; its last entry is answered again and again."""
    fetch_faults: deque[Exception] = field(default_factory=deque)
    """Raised by the next fetches."""
    jobs: dict[str, Job] = field(default_factory=dict)
    posts: list[Payload] = field(default_factory=list)
    """Every payload that was sent; `jobs` is the provider's side of the bill."""
    requests: list[VideoRequest] = field(default_factory=list)
    """What each payload was built from, sent or not."""
    polls: list[str] = field(default_factory=list)
    fetches: list[str] = field(default_factory=list)
    hidden: set[str] = field(default_factory=set)
    """Jobs the listing does not show."""
    lock: threading.Lock = field(default_factory=threading.Lock)

    def capabilities(self, model: str) -> Capabilities:
        return Capabilities(
            seconds=(0.1, 600), reconcile=self.level, quiet_s=self.quiet_s, last_frame=True, references=8
        )

    def quote(self, request: VideoRequest) -> Quote:
        if not self.price:
            return Quote.free()
        return Quote(Money(self.price), Money(self.price), Certainty.ESTIMATED, "fake as of 2026-01-01")

    def build_payload(self, request: VideoRequest, key: str) -> Payload:
        with self.lock:
            self.requests.append(request)
        first = request.first_frame.sha if request.first_frame else None
        return Payload(
            "/fake", {"shot": request.shot, "take": request.take, "seed": request.seed, "first": first}, key
        )

    def submit(self, payload: Payload) -> SubmitOutcome:
        with self.lock:
            outcome = self.outcomes.popleft() if self.outcomes else None
            if isinstance(outcome, Exception):
                raise outcome
            if outcome is not None and outcome.ticket is None:
                self.posts.append(payload)
                return outcome
            self.posts.append(payload)
            if self.level is Reconcile.IDEMPOTENT:
                for known in self.jobs.values():
                    if known.key == payload.key:
                        return SubmitOutcome.accepted(known.id)
            job = outcome.ticket.job_id if outcome and outcome.ticket else f"job-{len(self.posts)}"
            self.accept(job, payload)
            if len(self.posts) in self.lost_replies:
                return UNCLEAR
            return outcome or SubmitOutcome.accepted(job, '{"id": "' + job + '"}')

    def accept(self, job: str, payload: Payload) -> None:
        """A job that runs at the provider, whatever the caller was told."""
        done: list[Status | Exception] = [
            Status(JobState.SUCCEEDED, 1.0, Amount.exact(Money(self.price)), ("fake://clip",))
        ]
        script = self.statuses.popleft() if self.statuses else done
        self.jobs[job] = Job(job, payload.key, int(payload.body["seed"]), deque(script), dict(payload.body))

    def poll(self, job_id: str) -> Status:
        with self.lock:
            self.polls.append(job_id)
            job = self.jobs.get(job_id)
            if job is None:
                raise ProviderFault(f"no job {job_id}")
            status = job.status.popleft() if len(job.status) > 1 else job.status[0]
        if isinstance(status, Exception):
            raise status
        return status

    def fetch(self, job_id: str, status: Status, dest: Path) -> Fetched:
        with self.lock:
            self.fetches.append(job_id)
            fault = self.fetch_faults.popleft() if self.fetch_faults else None
        if fault:
            raise fault
        dest.parent.mkdir(parents=True, exist_ok=True)
        part = dest.with_suffix(".part")
        data = f"clip of {job_id}".encode()
        part.write_bytes(data)
        publish(part, dest)
        return Fetched(dest, hashlib.sha256(data).hexdigest(), len(data), {"fake": job_id})

    def cancel(self, job_id: str) -> bool:
        return False

    def find(self, key: str, seed: int, since: datetime) -> list[Ticket] | None:
        if self.level < Reconcile.LIST:
            return None
        with self.lock:
            return [Ticket(j.id) for j in self.jobs.values() if j.seed == seed and j.id not in self.hidden]

    def account(self) -> Account:
        return Account(self.name, "active", free=not self.price)


class StubClips:
    """Frames that are small files: what a chain needs, without a picture."""

    def __init__(self) -> None:
        self.broken: set[str] = set()

    def verify(self, clip: Path, *, frames: int, fps: Fraction, width: int, height: int) -> dict[str, Any]:
        from core.base.errors import BadInput

        if clip.stem in self.broken:
            raise BadInput("it lasts 0.00 s")
        return {"frames": frames}

    def frame(self, clip: Path, first: Path, last: Path) -> None:
        first.write_bytes(b"first of " + clip.read_bytes())
        last.write_bytes(b"last of " + clip.read_bytes())

    def keyframe(self, clip: Path, out: Path) -> None:
        out.write_bytes(b"key of " + clip.read_bytes())

    def picture_sha(self, picture: Path) -> str:
        return hashlib.sha256(picture.read_bytes()).hexdigest()


UNCLEAR = SubmitOutcome(Sent.UNCLEAR, error=ProviderError(ErrorClass.TIMEOUT, "no answer in time"))
FREE = Status(JobState.SUCCEEDED, 1.0, Amount.exact(ZERO), ("fake://clip",))
