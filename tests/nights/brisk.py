"""Fake providers that get on with their jobs: every poll moves a job one step on, and the bill is exact.

What a night needs beyond what the API's documents say: a limit on the key, a clip that tells whose it is,
the moments of paid requests, and the page on which a person sees what was charged.
"""

from __future__ import annotations

import re
import struct
import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.request import urlopen

from tests.fakes.ark import TASKS, Ark
from tests.fakes.clips import clip_bytes, picture_bytes
from tests.fakes.loopback import Answer, Call, Fault, Job, Line, Loopback
from tests.fakes.openrouter import OpenRouterApi, error
from tests.fakes.replicate import Replicate

CARD_MICRO_A_SECOND = 151_200
"""Seedance 2.0 at 720p on the shipped card."""
LIMIT_SAID = "Key limit exceeded (total limit). Manage it using https://openrouter.ai/settings/keys"
ACTIVITY = "/activity"
MEET_S = 20.0


def with_name(clip: bytes, name: str) -> bytes:
    """The same film, and other bytes: players step over a `free` box."""
    text = name.encode()
    return clip + struct.pack(">I4s", 8 + len(text), b"free") + text


@dataclass(frozen=True)
class Sent:
    """One paid request: from its last byte here to the moment its answer was ready, and the job it made."""

    began: float
    ready: float
    jobs: tuple[str, ...]
    unfinished: int
    """Jobs under way at the provider right after it."""


class Brisk(Loopback):
    """`STEPS`: the API's words for a job's life; `POLL` finds the job in a poll's path."""

    STEPS: tuple[str, ...]
    POLL: re.Pattern[str]
    PAID: re.Pattern[str]

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.sent: list[Sent] = []
        self.ends: dict[int, tuple[str, str]] = {}
        """Number of a job, from 1, to the state and the error it ends with."""
        self.held: set[str] = set()
        """Jobs that stay where they are."""

    def handle(self, call: Call) -> Answer:
        found = self.POLL.fullmatch(call.path) if call.method == "GET" else None
        if found and found[1] in self.jobs and found[1] not in self.held:
            self._step(self.jobs[found[1]])
        if call.method != "POST" or not self.PAID.search(call.path):
            return super().handle(call)
        before = set(self.bill)
        answer = super().handle(call)
        made = tuple(name for name in self.bill if name not in before)
        live = sum(1 for job in self.jobs.values() if job.ended_at is None)
        self.sent.append(Sent(call.began, self.time(), made, live))
        return answer

    def _step(self, job: Job) -> None:
        if job.ended_at is not None:
            return
        at = self.STEPS.index(job.state) + 1
        if at + 1 < len(self.STEPS):
            job.state = self.STEPS[at]
            return
        end = self.ends.get(list(self.bill).index(job.id) + 1)
        if end:
            self.finish(job.id, end[0], error=end[1], output=False)
        else:
            self.finish(job.id, self.STEPS[at])

    def rest(self) -> None:
        """Returns when every request that reached this machine has been answered, its sender alive or not.

        Connections are accepted in their order, so whoever was before this one is in a thread by now.
        """
        urlopen(f"{self.base}{ACTIVITY}").read()  # noqa: S310 - the loopback
        for thread in threading.enumerate():
            if "process_request_thread" in thread.name:
                thread.join(MEET_S)


class RouterNight(Brisk, OpenRouterApi):
    """OpenRouter that bills what the card says, has a limit on the key, and a page of what was charged."""

    STEPS = ("pending", "in_progress", "completed")
    POLL = re.compile(r"/api/v1/videos/([^/]+)")
    PAID = re.compile(r"/videos$")

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.account = {"label": "films", "limit": None, "limit_remaining": None, "usage": 0}
        self.signed = False
        self.refuses_from: int | None = None
        """The number of the paid request, from 1, from which on the key's limit is exceeded."""
        self.refused = 0
        self.clip = clip_bytes()

    def handle(self, call: Call) -> Answer:
        if call.path == ACTIVITY:
            return Answer.of({"rows": self._rows()})
        paid = call.method == "POST" and self.PAID.search(call.path)
        if paid and self.refuses_from is not None and len(self.bill) + 1 >= self.refuses_from:
            self.refused += 1
            self.account |= {"limit": 100, "limit_remaining": 0}
            return Answer.of(error(403, LIMIT_SAID), 403)
        return super().handle(call)

    def accept(self, body: Any, *, state: str, micro: int, name: str = "", **extra: Any) -> Job:
        if isinstance(body, dict) and "duration" in body:
            micro = CARD_MICRO_A_SECOND * body["duration"]
        job = super().accept(body, state=state, micro=micro, name=name, **extra)
        job.cost = micro / 1_000_000
        return job

    def lift(self, usd: float | None = None) -> None:
        """A person raised the limit on the provider's page."""
        self.refuses_from = None
        self.account |= {"limit": usd, "limit_remaining": usd}

    def exhaust(self, request: int) -> None:
        """Others spend on the key: at this paid request nothing is left of its limit, and nobody knew."""
        self.refuses_from = request

    def _rows(self) -> list[dict[str, Any]]:
        """What its activity page shows: only what was charged, newest first."""
        charged = [job for job in self.jobs.values() if self.bill[job.id]]
        return [
            {
                "generation": job.id,
                "at": datetime.fromtimestamp(job.made_at, UTC).isoformat(),
                "model": job.body["model"],
                "prompt": job.body["prompt"],
                "seed": job.body.get("seed"),
                "usd": self.bill[job.id] / 1_000_000,
            }
            for job in reversed(charged)
        ]

    def _clip(self, name: str) -> Answer:
        found = super()._clip(name)
        return Answer.file(with_name(self.clip, name)) if found.status == 200 else found


class ReplicateNight(Brisk, Replicate):
    STEPS = ("starting", "processing", "succeeded")
    POLL = re.compile(r"/v1/predictions/([^/]+)")
    PAID = re.compile(r"/predictions$")


class ArkNight(Brisk, Ark):
    STEPS = ("queued", "running", "succeeded")
    POLL = re.compile(re.escape(TASKS) + r"/([^/]+)")
    PAID = re.compile(r"/tasks$")

    def last_frame(self, name: str) -> bytes:
        """The provider's own last frame of a job: another picture for each, large enough to be sent back."""
        return picture_bytes("PNG", 10 + list(self.bill).index(name), 640, 360)

    def _result(self, call: Call) -> Answer:
        found = super()._result(call)
        if found.status == 200 and call.path.endswith(".png"):
            name = call.path.removeprefix("/out/").removesuffix(".png")
            return Answer.file(self.last_frame(name), "image/png")
        return found


class Meet(Fault):
    """Two of these calls are inside at once, or the test learns that they never were."""

    def __init__(self) -> None:
        self.met = threading.Event()
        self._inside = 0
        self._lock = threading.Lock()

    def play(self, server: Loopback, call: Call, line: Line) -> None:
        with self._lock:
            self._inside += 1
            if self._inside > 1:
                self.met.set()
        self.met.wait(MEET_S)
        with self._lock:
            self._inside -= 1
        line.send(server.answer(call))
