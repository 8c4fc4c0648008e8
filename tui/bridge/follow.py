"""Following the film: one thread reads it after every change, another hints at saved files."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from threading import Event
from typing import TYPE_CHECKING

from core.base.errors import RushesError
from core.studio.index import index_of
from tui.bridge.desk import sentences
from tui.bridge.values import Committed, Glanced, Unreadable, Value

if TYPE_CHECKING:
    from pathlib import Path

    from core.studio.rows import Glance
    from tui.bridge.desk import Desk

IDLE_S = 0.2
"""Between two looks for a change while no worker lives: 5 Hz costs 0.1 % of a core."""
LIVE_S = 0.1
"""The same while a worker lives."""
PAINT_S = 0.2
"""Least time between two readings: the first change shows at once, a burst at 5 Hz."""
FAULT_S = 1.0
"""Between two tries while the film cannot be read."""
WATCHED = ("shots", "blocks", "board", "film.json")
RESCAN_S = 30.0
"""How often the film folder is compared anyway: a watcher loses the first files of a new folder."""

Send = Callable[[Value], object]


def same_film(one: Glance | None, other: Glance) -> bool:
    """Whether two readings differ in nothing but elapsed time: then nothing is drawn."""
    return one is not None and _without_clock(one) == _without_clock(other)


def _without_clock(glance: Glance) -> Glance:
    return glance._replace(
        chains=tuple(chain._replace(current_since_s=None) for chain in glance.chains),
        worker=glance.worker._replace(heartbeat_age_s=None),
    )


def follow(desk: Desk, send: Send, stop: Event, nudge: Event) -> None:
    """Reads the film now and after every change, until `stop`. Blocks; belongs on a thread.

    `nudge` asks for a reading without a change: after an act, or a hint of the folder watcher.
    Whoever sets `stop` sets `nudge` too, so that no wait outlives it.
    """
    shown: Glance | None = None
    fault: Unreadable | None = None
    due = True
    while not stop.is_set():
        hinted = nudge.is_set()
        nudge.clear()
        try:
            if desk.changed() or hinted or due:
                glance = desk.glance()
                if fault or not same_film(shown, glance):
                    index_of(glance).prepare()
                    send(Glanced(glance))
                    shown = glance
                else:
                    send(Committed())
                fault, due = None, False
                stop.wait(PAINT_S)
                _collect_again()
                continue  # whatever came in the meantime is read now
            due = False
        except (RushesError, OSError) as error:
            before, fault = fault, Unreadable(sentences(error, desk.root))
            if before != fault:
                send(fault)
            # It may mend itself without an event to tell: a busy ledger, a disk that has room again.
            due = True
        _collect_again()
        nudge.wait(FAULT_S if fault else LIVE_S if shown and shown.worker.running else IDLE_S)


def _collect_again() -> None:
    """Whoever starts the board may have switched the collector off up to the first paint: what stands
    by then stays to the end, and is never looked through again."""
    if not gc.isenabled():
        gc.freeze()
        gc.enable()


def watch_folder(desk: Desk, stop: Event, nudge: Event) -> None:
    """Hints at changed plan files by setting `nudge`, until `stop`. Blocks; belongs on a thread.

    Events are hints only: the reading decides what changed. After a folder appears, or film.json
    is replaced (inotify follows the old inode), the watches are set anew and the plan compared.
    """
    while not stop.is_set():
        try:
            _watch_until_rescan(desk.root, stop, nudge)
        except OSError:
            # No watches left on this host (inotify's limit), or a place went away: compare instead.
            stop.wait(2.0)
        if not stop.is_set() and _plan_changed(desk):
            nudge.set()


def _watch_until_rescan(root: Path, stop: Event, nudge: Event) -> None:
    """Sets `nudge` at each change; returns after RESCAN_S, or when the watches must be set anew."""
    from watchfiles import watch  # noqa: PLC0415 - 50 ms of import, wanted after the first paint

    places = [root / name for name in WATCHED if (root / name).exists()] or [root]
    until = time.monotonic() + RESCAN_S
    for changes in watch(
        *places,
        stop_event=stop,
        debounce=400,
        step=100,
        rust_timeout=1000,
        yield_on_timeout=True,
        raise_interrupt=False,
        recursive=places != [root],
    ):
        if changes:
            nudge.set()
        if time.monotonic() >= until or any(_unsettles(path) for _, path in changes):
            return


def _unsettles(path: str) -> bool:
    """Whether a change at `path` may leave something unwatched: a folder, or film.json itself."""
    name = path.rsplit("/", 1)[-1]
    return name == "film.json" or "." not in name


def _plan_changed(desk: Desk) -> bool:
    """A plan that cannot be compared counts as changed: the reading will say what is wrong."""
    try:
        return desk.plan_changed()
    except (RushesError, OSError):
        return True
