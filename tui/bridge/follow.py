"""The one door between the dashboard and the studio.

Everything that reaches the studio goes through a `Desk`, on a thread; everything that comes
back is a `News` message around a frozen value. Screens post `Order`s and draw what arrives.

`follow` is the one long-lived reader: it alone calls `changed` and `glance`, so the readings
arrive in order and the desk may keep one connection for them.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from threading import Event
from typing import TYPE_CHECKING, Protocol

from textual.message import Message

from core.base.errors import RushesError
from core.base.text import clean, one_line
from core.studio.rows import (
    AccountRow,
    ChainRow,
    EventRow,
    FailureRow,
    FaultRow,
    Glance,
    MoneyRow,
    ShotRow,
    WaitingRow,
    WorkerRow,
)

if TYPE_CHECKING:
    from pathlib import Path

__all__ = [
    "AccountRow",
    "Categories",
    "ChainRow",
    "Desk",
    "EventRow",
    "FailureRow",
    "FaultRow",
    "Glance",
    "Glanced",
    "MoneyRow",
    "News",
    "Order",
    "Picture",
    "Post",
    "Said",
    "ShotRow",
    "Unreadable",
    "Value",
    "WaitingRow",
    "WantPicture",
    "WorkerRow",
    "carry_out",
    "follow",
    "look_at",
    "names_of",
    "same_film",
    "watch_folder",
]

Rgb = tuple[int, int, int]
Cells = tuple[tuple[tuple[Rgb, Rgb], ...], ...]
"""Rows of (upper, lower) colours: one cell shows two pixels, one above the other."""

IDLE_S = 0.2
"""Between two looks for a change while no worker lives: 5 Hz costs 0.1 % of a core."""
LIVE_S = 0.1
"""The same while a worker lives."""
PAINT_S = 0.2
"""Least time between two readings: the first change shows at once, a burst at 5 Hz."""
WATCHED = ("shots", "blocks", "board", "film.json")
RESCAN_S = 30.0
"""How often the film folder is compared anyway: a watcher loses the first files of a new folder."""


class Desk(Protocol):
    """All that the dashboard asks of the studio.

    Acts return a sentence to show, or raise RushesError, whose text is shown instead.
    Every call is made from a thread: `glance`, `changed` from one, the others from others.
    """

    @property
    def root(self) -> Path: ...
    def glance(self) -> Glance: ...
    def changed(self) -> bool: ...
    def plan_changed(self) -> bool: ...
    def go(self, chain: str | None) -> str: ...
    def pause(self, chain: str | None) -> str: ...
    def approve(self, shot: str, take: int | None, note: str) -> str: ...
    def reject(self, shot: str, take: int | None, note: str) -> str: ...
    def hold(self, shot: str, take: int | None, note: str) -> str: ...
    def retake(self, shot: str, note: str) -> str: ...
    def fail(
        self, shot: str, take: int | None, category: str, broke: str, cause: str, workaround: str
    ) -> str: ...
    def assemble(self, rough: bool) -> str: ...
    def categories(self) -> tuple[str, ...]: ...
    def thumbnail(self, path: str, cols: int, rows: int) -> Cells: ...
    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Order:
    """One act a person asked for, complete: nothing is read from the screen afterwards."""

    act: str
    """go pause approve reject hold retake fail assemble."""
    shot: str = ""
    take: int | None = None
    chain: str | None = None
    note: str = ""
    rough: bool = False
    category: str = ""
    broke: str = ""
    cause: str = ""
    workaround: str = ""


@dataclass(frozen=True, slots=True)
class Glanced:
    """A new reading of the film."""

    glance: Glance


@dataclass(frozen=True, slots=True)
class Unreadable:
    """The film could not be read; the last good reading stays on screen."""

    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Said:
    """What came of an order, or of a fault inside Rushes."""

    text: str
    good: bool
    act: str = ""
    shot: str = ""


@dataclass(frozen=True, slots=True)
class Picture:
    path: str
    cols: int
    rows: int
    cells: Cells


@dataclass(frozen=True, slots=True)
class Categories:
    names: tuple[str, ...]


Value = Glanced | Unreadable | Said | Picture | Categories


class News(Message, bubble=False):
    """Carries one frozen value from a thread to the app. The envelope is Textual's, the value ours."""

    def __init__(self, value: Value) -> None:
        super().__init__()
        self.value = value


class Post(Message):
    """Carries an order from a screen up to the app."""

    def __init__(self, order: Order) -> None:
        super().__init__()
        self.order = order


class WantPicture(Message):
    """A screen has room for a picture; it is drawn when it comes, and nothing waits for it."""

    def __init__(self, path: str, cols: int, rows: int) -> None:
        super().__init__()
        self.path, self.cols, self.rows = path, cols, rows


Send = Callable[[Value], object]


def fault_lines(error: RushesError) -> tuple[str, ...]:
    """An error's text as lines that are safe to draw."""
    return tuple(one_line(line) for line in clean(str(error)).splitlines() if line.strip())


def carry_out(desk: Desk, order: Order) -> Said:
    """Acts, and says what came of it. Every RushesError becomes a sentence."""
    try:
        text, good = one_line(_act(desk, order)), True
    except RushesError as error:
        text, good = "  ".join(fault_lines(error)), False
    return Said(text, good, order.act, order.shot)


def _act(desk: Desk, order: Order) -> str:
    acts: dict[str, Callable[[], str]] = {
        "go": lambda: desk.go(order.chain),
        "pause": lambda: desk.pause(order.chain),
        "approve": lambda: desk.approve(order.shot, order.take, order.note),
        "reject": lambda: desk.reject(order.shot, order.take, order.note),
        "hold": lambda: desk.hold(order.shot, order.take, order.note),
        "retake": lambda: desk.retake(order.shot, order.note),
        "assemble": lambda: desk.assemble(order.rough),
        "fail": lambda: desk.fail(
            order.shot, order.take, order.category, order.broke, order.cause, order.workaround
        ),
    }
    return acts[order.act]()


def look_at(desk: Desk, path: str, cols: int, rows: int) -> Picture:
    """The picture at `path` as cells; one that cannot be read is an empty picture, not a fault."""
    try:
        return Picture(path, cols, rows, desk.thumbnail(path, cols, rows))
    except (RushesError, OSError):
        return Picture(path, cols, rows, ())


def names_of(desk: Desk) -> Categories:
    """The failure categories; without a readable catalogue none, and a person writes the word out."""
    try:
        return Categories(desk.categories())
    except RushesError:
        return Categories(())


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
                    send(Glanced(glance))
                    shown = glance
                fault = None
                stop.wait(PAINT_S)
            due = False
        except RushesError as error:
            before, fault = fault, Unreadable(fault_lines(error))
            if before != fault:
                send(fault)
            stop.wait(PAINT_S)
            # A file may be half-saved: without an event to tell, look again on the next rescan or change.
            due = False
        nudge.wait(LIVE_S if shown and shown.worker.running else IDLE_S)


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
    except RushesError:
        return True
