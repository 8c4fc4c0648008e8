"""A terminal that measures: when each byte came, how fast a thin line takes it, what the program costs.

Bytes are stamped by a thread of their own as they arrive, and drawn behind it: a slow emulator
lengthens no time. A text "shows" at the arrival of the read that completed it. Moments are
`time.monotonic`, which all processes of one machine share.
"""

from __future__ import annotations

import os
import select
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from queue import Empty, SimpleQueue
from types import MappingProxyType
from typing import ClassVar

from tests.support.terminal import PATIENCE_S, Seen, Terminal

NOTHING: Mapping[str, str] = MappingProxyType({})
_BURST_S = 0.05
"""So many seconds' worth of a thin line's bytes may pass at once."""


class Painted(Terminal):
    """`rate`: bytes a second that the line takes, 0 for no limit. Half of `round_trip_s` is
    added to what is measured from the start; whoever times a key adds all of it."""

    DROPPED: ClassVar[tuple[str, ...]] = (
        *Terminal.DROPPED,
        "PYTHONDONTWRITEBYTECODE",  # as it is installed: with compiled modules beside the sources
        *("TEXTUAL", "NO_COLOR", "FORCE_COLOR", "TERM_PROGRAM", "RUSHES"),
    )

    def __init__(
        self,
        argv: Sequence[str],
        cols: int = 140,
        rows: int = 40,
        *,
        rate: float = 0,
        round_trip_s: float = 0,
        env: Mapping[str, str] = NOTHING,
    ) -> None:
        super().__init__(argv, cols, rows, **env)
        self.round_trip_s = round_trip_s
        self.arrivals: list[tuple[float, int]] = []
        """(moment, bytes) of every read."""
        self._rate = rate
        self._come: SimpleQueue[tuple[float, bytes]] = SimpleQueue()
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def _listen(self) -> None:
        budget, last = 0.0, time.monotonic()
        while not self._end.is_set():
            want = 65536
            if self._rate:
                now = time.monotonic()
                budget = min(budget + (now - last) * self._rate, self._rate * _BURST_S)
                last = now
                want = int(budget)
                if want < 64:
                    self._end.wait(0.003)
                    continue
            try:
                if not select.select([self.master], [], [], 0.1)[0]:
                    continue
                data = os.read(self.master, want)
            except (OSError, ValueError):
                data = b""
            self._come.put((time.monotonic(), data))
            budget -= len(data)
            if not data:
                return

    def _take(self, seconds: float) -> tuple[float, bytes] | None:
        try:
            piece = self._come.get(timeout=max(0.0, seconds))
        except Empty:
            return None
        if piece[1]:
            self.arrivals.append((piece[0], len(piece[1])))
        return piece

    def shown(self, true: Seen, patience_s: float = PATIENCE_S) -> float:
        """Seconds from the start until the person at the line's other end sees it."""
        return self.until(true, patience_s) - self.started + self.round_trip_s / 2

    def bytes_between(self, begin: float, end: float) -> int:
        return sum(count for moment, count in self.arrivals if begin <= moment < end)

    def first_bytes(self, seconds: float) -> bytes:
        """What came within so many seconds of the start."""
        self.read(max(0.0, self.started + seconds - time.monotonic()))
        return self.sent[: self.bytes_between(self.started, self.started + seconds)]

    def cpu_s(self) -> float:
        """Processor time of the program so far; its children are not counted. Linux only."""
        tasks = Path(f"/proc/{self.process.pid}/task").glob("*/schedstat")
        return sum(int(task.read_text().split()[0]) for task in tasks) / 1e9

    def memory_mb(self) -> float:
        """Resident memory, MB of a million bytes. Linux only."""
        pages = int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6

    def close(self) -> None:
        self._end.set()
        self._thread.join()
        super().close()


@contextmanager
def painted(
    argv: Sequence[str],
    cols: int = 140,
    rows: int = 40,
    *,
    rate: float = 0,
    round_trip_s: float = 0,
    env: Mapping[str, str] = NOTHING,
) -> Iterator[Painted]:
    one = Painted(argv, cols, rows, rate=rate, round_trip_s=round_trip_s, env=env)
    try:
        yield one
    finally:
        one.close()
