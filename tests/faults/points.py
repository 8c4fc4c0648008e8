"""Where a worker can be made to die: the product's named points, and the edges of what surrounds them.

The edges are put on from outside, in the forked child alone: the film's and the key's transactions, the
key's turn, every request on the wire, every sync and every rename.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

from core.base import crash
from core.engine.keys import Key
from core.engine.production import CRASH_POINTS
from core.ledger import keybook, keybook_schema
from core.ledger.append import Ledger, Writer
from core.providers.wire.limits import Limits
from tests.faults.common import ASKED, COUNTS, DRILLS, SLOTS, SPENT_DRILLS, Shared

EDGES = (
    *("txn.before", "txn.in", "txn.after", "book.before", "book.in", "book.after"),
    *("turn.before", "turn.in", "turn.after", "wire.before", "wire.sent", "wire.heard"),
    *("sync.before", "sync.after", "rename.before", "rename.after", "download.part", "download.renamed"),
)
POINTS: tuple[str, ...] = (*CRASH_POINTS, *(edge for edge in EDGES if edge not in CRASH_POINTS))
SLOT = {point: COUNTS + number for number, point in enumerate(POINTS)}
assert len(POINTS) + COUNTS <= SLOTS


class Drills:
    """Counts every visit, and kills at the appointed ones. Counts go on from process to process."""

    def __init__(self, shared: Shared, deaths: tuple[tuple[str, int], ...]) -> None:
        self._shared = shared
        self._points = [point for point, _ in deaths]

    @staticmethod
    def arm(shared: Shared, deaths: tuple[tuple[str, int], ...]) -> None:
        for number, (_, visit) in enumerate(deaths):
            shared[DRILLS + number] = visit

    def __call__(self, point: str) -> None:
        slot = SLOT.get(point)
        if slot is None:
            return
        self._shared.add(slot, 1)
        for number, name in enumerate(self._points):
            if name == point and self._shared[DRILLS + number] > 0:
                if self._shared.add(DRILLS + number, -1) == 0:
                    self._shared.add(SPENT_DRILLS, 1)
                    os.kill(os.getpid(), signal.SIGKILL)
                return


class EdgedLedger(Ledger):
    """A ledger whose every transaction has a before, an in and an after."""

    @contextmanager
    def write(self) -> Iterator[Writer]:
        crash.reach("txn.before")
        with super().write() as w:
            yield w
            crash.reach("txn.in")
        crash.reach("txn.after")


def _edged(inner: Callable[..., AbstractContextManager[Any]], name: str) -> Callable[..., Any]:
    """A context manager with its edges: before it, at the end of its block, after it."""

    @contextmanager
    def edged(*args: Any, **more: Any) -> Iterator[Any]:
        crash.reach(f"{name}.before")
        with inner(*args, **more) as found:
            yield found
            crash.reach(f"{name}.in")
        crash.reach(f"{name}.after")

    return edged


def put_edges(shared: Shared) -> None:
    """For the rest of this process's life."""
    keybook.transaction = _edged(keybook_schema.transaction, "book")  # type: ignore[attr-defined]
    Key.post = _edged(Key.post, "turn")  # type: ignore[method-assign]
    fsync, replace, trace = os.fsync, Path.replace, Limits.trace

    def edged_fsync(handle: int) -> None:
        crash.reach("sync.before")
        fsync(handle)
        crash.reach("sync.after")

    def edged_replace(self: Path, target: Path) -> Path:
        crash.reach("rename.before")
        moved = replace(self, target)
        crash.reach("rename.after")
        return moved

    def edged_trace(self: Limits, event: str, info: Any) -> None:
        trace(self, event, info)
        if event.endswith(".send_request_headers.started"):
            crash.reach("wire.before")
        elif event.endswith(".send_request_headers.complete"):
            shared.add(ASKED, 1)
        elif event.endswith(".receive_response_headers.started"):
            crash.reach("wire.sent")
        elif event.endswith(".receive_response_headers.complete"):
            crash.reach("wire.heard")

    os.fsync = edged_fsync  # type: ignore[assignment]
    Path.replace = edged_replace  # type: ignore[method-assign,assignment]
    Limits.trace = edged_trace  # type: ignore[method-assign]
