"""What all processes of a fault run share: one clock, a few counters, and the words of a scenario."""

from __future__ import annotations

import mmap
import struct
import threading
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from core.base.units import MICRO

PRICE = MICRO
"""What the house bills for a job, micro-dollars."""
UPPER = 1_200_000
"""What is held for one: more than it costs, so that settling frees something."""
DEAR = 1_500_000
"""What a job costs that costs more than its hold."""
ROOMY = 100 * MICRO
TIGHT = 2_500_000
"""Two jobs and a half: the third waits for a person."""
LAG_S = 60
"""How far the house's list lags behind where it lags: less than the quiet period."""
EPOCH = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)

BLOCKS = ("key-limit-403", "no-credit-402")
"""Refusals after which nothing may be sent until a person has seen to the key."""

NOW, ASKED, LIMIT, SPENT_DRILLS = range(4)
"""Slots: microseconds since EPOCH; requests begun; film budget; deaths so far."""
DRILLS = 8
"""From here on: visits left until each death."""
COUNTS = 16
"""From here on: visits a named point has seen."""
SLOTS = 256


class Shared:
    """Whole numbers in memory that every fork sees. Made before the first fork."""

    def __init__(self) -> None:
        self._memory = mmap.mmap(-1, SLOTS * 8)
        self._lock = threading.Lock()

    def __getitem__(self, slot: int) -> int:
        return int(struct.unpack_from("q", self._memory, slot * 8)[0])

    def __setitem__(self, slot: int, value: int) -> None:
        struct.pack_into("q", self._memory, slot * 8, value)

    def add(self, slot: int, value: int) -> int:
        """Returns the sum. Threads of one process take turns; two processes never add to one slot."""
        with self._lock:
            self[slot] += value
            return self[slot]

    def clear(self) -> None:
        for slot in range(SLOTS):
            self[slot] = 0


class SharedClock:
    """One time for the worker, the house and the person; sleeping moves it and costs nothing."""

    def __init__(self, shared: Shared) -> None:
        self._shared = shared

    def now(self) -> datetime:
        return EPOCH + timedelta(microseconds=self._shared.add(NOW, 1000))

    def monotonic(self) -> float:
        return self._shared.add(NOW, 1000) / 1e6

    def sleep(self, seconds: float) -> None:
        self._shared.add(NOW, max(0, round(seconds * 1e6)))

    @property
    def stamp(self) -> float:
        """Seconds since the epoch, read without moving it."""
        return EPOCH.timestamp() + self._shared[NOW] / 1e6


@dataclass(frozen=True)
class Scene:
    """One night: what goes wrong at the provider, what it lets us prove, and where the worker dies."""

    fault: str = "none"
    nth: int = 1
    """At which paid request (or poll, or fetch) the fault strikes."""
    level: int = 0
    """`Reconcile`: 0 nothing, 2 a list with our tag, 3 the same key gives the same job."""
    deaths: tuple[tuple[str, int], ...] = ()
    """(point, visit): SIGKILL there, one after the other."""
    mutant: str = ""
    tight: bool = False
    """A film budget that the third job does not fit into."""
    crowd: bool = False
    """Both chains at once, and a house that answers slowly."""
    room: int = -1
    """Bytes that the first worker's files may grow by, until the disk is full; below 0: no such limit."""
    tiny: bool = False
    """The disk itself is that small; else it is this process's file sizes that are bounded."""
    real: bool = False
    """A true clip, measured and cut by the product's own hands."""

    @property
    def wide(self) -> bool:
        """Whether a second chain has a shot to make: where one chain's trouble concerns another."""
        return self.tight or self.crowd or self.fault in BLOCKS

    def __str__(self) -> str:
        where = ", ".join(f"{point}:{visit}" for point, visit in self.deaths) or "no death"
        more = "".join(f", {word}" for word in ("tight", "crowd", "tiny") if getattr(self, word))
        more += f", room for {self.room}" if self.room >= 0 else ""
        mutant = f", mutant {self.mutant}" if self.mutant else ""
        return f"{where}; {self.fault} at {self.nth}; level {self.level}{more}{mutant}"

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def of(cls, facts: dict[str, Any]) -> Scene:
        return cls(**{**facts, "deaths": tuple((str(p), int(v)) for p, v in facts["deaths"])})


@dataclass(frozen=True)
class Ran:
    """What came of a scene."""

    broken: tuple[str, ...]
    runs: int
    """Processes that were started."""
    deaths: int
    questions: int
    """What a person had to decide from the billing page."""
    pauses: tuple[str, ...]
    """Why chains paused on the way."""
    kept_on: int
    """Clips that were fetched while the key was refused."""
    counts: dict[str, int]
    """Point to visits."""
