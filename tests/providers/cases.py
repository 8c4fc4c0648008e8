"""Who takes part in the contract suite (`test_contract.py`), and what the suite must know of each.

An adapter's owner writes `cases_<api>.py` with `CASES: list[Case]` and names it in MODULES.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from fractions import Fraction
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from core.providers.base import (
    ErrorClass,
    ImageRequest,
    Picture,
    Provider,
    Reconcile,
    ReviewRequest,
    Sent,
    VideoRequest,
)
from tests.fakes.clips import picture_bytes
from tests.fakes.loopback import Loopback, Refuse

MODULES = ("animatic", "openrouter", "replicate", "fal", "ark", "gemini")

Request = VideoRequest | ImageRequest | ReviewRequest


@dataclass(frozen=True)
class Words:
    """The provider's own words for a job's state; empty: it has no such state."""

    queued: str = ""
    running: str = ""
    done: str = ""
    failed: str = ""
    cancelled: str = ""


@dataclass(frozen=True)
class Refusal:
    """A no in the provider's own shape, and what it must become."""

    answer: Refuse
    kind: ErrorClass
    sent: Sent = Sent.REFUSED


@dataclass
class Rig:
    """One adapter with the fake it talks to. Routes are patterns of the path."""

    provider: Any
    request: Callable[[int], Request]
    """The n-th request, from 1: each with a seed and a hash of its own."""
    server: Loopback | None = None
    key: str = ""
    """The key's value: looked for in everything that leaves and everything that comes back."""
    auth: tuple[str, str] = ("authorization", "Bearer ")
    """The only header that may hold the key (lower case), and what stands before it."""
    submit: tuple[str, str] = ("POST", "")
    """Method and route of the paid call."""
    poll: str = ""
    """Route of the GET that a poll makes."""
    fetch: str = ""
    """Route of the GET that brings the result; empty: the result came with the reply."""
    public: str = ""
    """Route of downloads that must carry no key; empty: none."""
    words: Words = field(default_factory=Words)
    id_path: tuple[str, ...] = ("id",)
    """Where the reply to the paid call holds the job's id; empty: the id is ours (synchronous)."""
    poll_id: tuple[str, ...] = ("id",)
    """Where a poll's reply holds the job's id; empty: it does not."""
    said: Callable[[str], Refuse] | None = None
    """A refusal (400) in the provider's own shape with this text."""
    refusals: tuple[Refusal, ...] = ()
    explicit: tuple[str, ...] = ()
    """Dotted paths that must stand in every payload's body: the expensive defaults."""
    bad_costs: tuple[Any, ...] = (float("nan"), float("inf"), -1, "0.7", True, [], 1e18)
    """Measures no bill can have; each must end as an unknown cost."""
    keyless: Callable[[], Provider] | None = None
    """The same adapter in an environment without its key."""
    level: Reconcile = Reconcile.NOTHING
    """What `find` must be able to prove."""
    finish: Callable[[str], None] | None = None
    """Ends a job well, where that is not the server's to do."""

    def done(self, job_id: str) -> None:
        """The job ends well and has a result."""
        if self.finish:
            self.finish(job_id)
        elif self.server and self.words.done:
            self.server.finish(job_id, self.words.done)

    @property
    def api(self) -> Loopback:
        assert self.server, "this case reaches no network"
        return self.server


@dataclass(frozen=True)
class Case:
    """`kind`: video, image or review. `make` opens a rig below a folder of the test's own."""

    name: str
    make: Callable[[Path], AbstractContextManager[Rig]]
    kind: str = "video"
    http: bool = True
    """False: it reaches no network, so network faults do not apply."""
    synchronous: bool = False
    """The reply to the paid call holds the result; a poll makes no call."""

    def __str__(self) -> str:
        return self.name


def fake_key(head: str) -> str:
    """A key made on the spot, so that no file holds what looks like one."""
    return head + hashlib.sha256(head.encode()).hexdigest()[:32]


def hash_of(n: int, name: str = "take") -> str:
    return hashlib.sha256(f"{name} {n}".encode()).hexdigest()


def picture(folder: Path, role: str = "first_frame", kind: str = "PNG", shade: int = 90) -> Picture:
    """A still on disk with its true hash."""
    data = picture_bytes(kind, shade)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{role}-{shade}.{kind.lower()}"
    path.write_bytes(data)
    return Picture(path, hashlib.sha256(data).hexdigest(), role)


def encode_as_is(path: Path, max_bytes: int) -> tuple[bytes, str]:
    """Stands in for the encoder of pictures: the file's own bytes."""
    data = path.read_bytes()
    assert len(data) <= max_bytes
    return data, "image/jpeg" if data[:2] == b"\xff\xd8" else "image/png"


def video_request(n: int, model: str, **more: Any) -> VideoRequest:
    """A five-second take at 24 fps, 1280x720, without sound, unless `more` says otherwise."""
    given: dict[str, Any] = {
        "shot": f"s{n:03d}",
        "take": 1,
        "model": model,
        "prompt": f"A lighthouse at dusk, number {n}.",
        "frames": 120,
        "fps": Fraction(24),
        "width": 1280,
        "height": 720,
        "seed": 1000 + n,
        "request_hash": hash_of(n),
        "resolution": "720p",
    }
    return VideoRequest(**{**given, **more})


def image_request(n: int, model: str, **more: Any) -> ImageRequest:
    given: dict[str, Any] = {
        "asset": f"board-{n}",
        "model": model,
        "prompt": f"A lighthouse at dusk, number {n}.",
        "width": 1280,
        "height": 720,
        "seed": 1000 + n,
        "request_hash": hash_of(n, "image"),
    }
    return ImageRequest(**{**given, **more})


SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "pass": {"type": "boolean"},
        "reason": {"type": "string", "maxLength": 200},
        "score": {"type": "integer", "minimum": 0, "maximum": 10},
    },
    "required": ["pass", "reason", "score"],
    "additionalProperties": False,
}
ANSWER: dict[str, Any] = {"pass": True, "reason": "The coat keeps its colour.", "score": 8}


def review_request(n: int, model: str, **more: Any) -> ReviewRequest:
    given: dict[str, Any] = {
        "subject": f"s{n:03d}",
        "model": model,
        "prompt": f"Is the coat red? Number {n}.",
        "schema": SCHEMA,
        "request_hash": hash_of(n, "review"),
    }
    return ReviewRequest(**{**given, **more})


def all_cases() -> list[Case]:
    names = [f"tests.providers.cases_{name}" for name in MODULES]
    return [case for name in names if find_spec(name) for case in import_module(name).CASES]
