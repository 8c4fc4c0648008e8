"""All that the board asks of the studio, and its answers as values and sentences."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from core.base.errors import RushesError, WaitsForPerson
from core.base.paths import disk_errors
from core.base.text import clean, cut_left, one_line
from tui.bridge.values import Categories, Picture, Quote, Quoted, Said

if TYPE_CHECKING:
    from core.studio.rows import Glance
    from tui.bridge.values import Cells, Order, Still

_PLACE = 48
"""Characters of a path in a sentence."""


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
    def quote(self, kind: str, name: str | None) -> tuple[int | None, str]:
        """Micro-dollars at most (None: unknown) and a phrase; `kind`: go, retake, settle."""
        ...

    def go(self, chain: str | None, agreed: bool, most: int | None) -> str: ...
    def pause(self, chain: str | None) -> str: ...
    def approve(self, shot: str, take: int | None, note: str) -> str: ...
    def reject(self, shot: str, take: int | None, note: str) -> str: ...
    def hold(self, shot: str, take: int | None, note: str) -> str: ...
    def retake(self, shot: str, note: str, agreed: bool, most: int | None) -> str: ...
    def settle(self, shot: str, how: str, job: str) -> str: ...
    def fail(
        self, shot: str, take: int | None, category: str, broke: str, cause: str, workaround: str
    ) -> str: ...
    def assemble(self, rough: bool) -> str: ...
    def categories(self) -> tuple[str, ...]: ...
    def frame(self, shot: str, take: int, end: str, cols: int, rows: int) -> Cells: ...
    def stop(self) -> None:
        """Ends what takes long; called before the threads are waited for."""
        ...

    def close(self) -> None: ...


def sentences(error: RushesError | OSError, root: Path) -> tuple[str, ...]:
    """An error as lines that are safe to draw: what, what to do, and a path last and short."""
    if isinstance(error, OSError):
        error = _of_system(error)
    place = error.where
    if not place.startswith("/"):
        return _lines(str(error))
    what = RushesError(error.what, nearest=error.nearest, todo=error.todo)
    near = place.removeprefix(f"{root}/")
    return (*_lines(str(what)), f"({one_line(cut_left(near, _PLACE))})")


def _lines(text: str) -> tuple[str, ...]:
    return tuple(one_line(line, 600) for line in clean(text).splitlines() if line.strip())


def _of_system(error: OSError) -> RushesError:
    """The operating system's refusal: a full disk and a forbidden folder have sentences of their own."""
    where = str(error.filename or "")
    try:
        with disk_errors(Path(where)):
            raise error
    except RushesError as known:
        return known
    except OSError:
        return RushesError((error.strerror or type(error).__name__).lower(), where=where)


def carry_out(desk: Desk, order: Order | Quote) -> Said | Quoted:
    """Acts or asks, and says what came of it. Every refusal becomes a sentence.

    A sum that grew after a person agreed to it is put to them again.
    """
    wanted = order.order if isinstance(order, Quote) else order
    try:
        if isinstance(order, Quote):
            return _quoted(desk, wanted)
        try:
            return Said(one_line(_act(desk, wanted)), True, wanted.act, wanted.shot)
        except WaitsForPerson:
            if wanted.act not in {"go", "retake"}:
                raise
            return _quoted(desk, wanted, again=True)
    except (RushesError, OSError) as error:
        return Said("  ".join(sentences(error, desk.root)), False, wanted.act, wanted.shot)


def _quoted(desk: Desk, order: Order, *, again: bool = False) -> Quoted:
    most, text = desk.quote(order.act, order.chain if order.act == "go" else order.shot)
    return Quoted(order, most, one_line(text), again)


def _act(desk: Desk, order: Order) -> str:
    acts: dict[str, Callable[[], str]] = {
        "go": lambda: desk.go(order.chain, order.agreed, order.most),
        "pause": lambda: desk.pause(order.chain),
        "approve": lambda: desk.approve(order.shot, order.take, order.note),
        "reject": lambda: desk.reject(order.shot, order.take, order.note),
        "hold": lambda: desk.hold(order.shot, order.take, order.note),
        "retake": lambda: desk.retake(order.shot, order.note, order.agreed, order.most),
        "settle": lambda: desk.settle(order.shot, order.how, order.job),
        "assemble": lambda: desk.assemble(order.rough),
        "fail": lambda: desk.fail(
            order.shot, order.take, order.category, order.broke, order.cause, order.workaround
        ),
    }
    return acts[order.act]()


def look_at(desk: Desk, still: Still) -> Picture:
    """The frame as cells; one that cannot be read is an empty picture, not a fault."""
    try:
        return Picture(still, desk.frame(still.shot, still.take, still.end, still.cols, still.rows))
    except (RushesError, OSError):
        return Picture(still, ())


def names_of(desk: Desk) -> Categories:
    """The failure categories; without a readable catalogue none, and a person writes the word out."""
    try:
        return Categories(desk.categories())
    except RushesError:
        return Categories(())
