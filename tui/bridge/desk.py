"""All that the board asks of the studio, and its answers as values and sentences."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeVar

from core.base.errors import RushesError, WaitsForPerson
from core.base.paths import disk_errors
from core.base.text import clean, cut_left, one_line
from core.studio.pages.pictures import NOTHING
from tui.bridge.values import Categories, Do, Paged, Picture, Quote, Quoted, Said

if TYPE_CHECKING:
    from core.studio.assembly import Opened
    from core.studio.pages.pictures import Drawn, Wish
    from core.studio.pages.sight import Sight
    from core.studio.rows import Glance
    from tui.bridge.values import Order, Still, Want

_T = TypeVar("_T")
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
    def read(self, page: Callable[[Sight], _T]) -> _T: ...
    def act(self, do: Callable[[Opened], _T]) -> _T: ...
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
    def quote_all(self, shots: tuple[str, ...]) -> tuple[int | None, str]:
        """As `quote` of a retake, of many shots together."""
        ...

    def judge_all(self, verdict: str, takes: tuple[tuple[str, int | None], ...], note: str) -> str: ...
    def retake_all(self, shots: tuple[str, ...], note: str, agreed: bool, most: int | None) -> str: ...
    def undo(self) -> str:
        """Takes back this person's last verdict where a new row can; says what came of it."""
        ...

    def fail(
        self, shot: str, take: int | None, category: str, broke: str, cause: str, workaround: str
    ) -> str: ...
    def assemble(self, rough: bool) -> str: ...
    def categories(self) -> tuple[str, ...]: ...
    def frame(self, shot: str, take: int, end: str, wish: Wish) -> Drawn: ...
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


def turn_to(desk: Desk, want: Want) -> Paged:
    """The page, or the lines that say why it cannot be read."""
    try:
        return Paged(want.key, desk.read(want.page))
    except (RushesError, OSError) as error:
        return Paged(want.key, None, sentences(error, desk.root))


def carry_out(desk: Desk, order: Order | Quote | Do) -> Said | Quoted:
    """Acts or asks, and says what came of it. Every refusal becomes a sentence.

    A sum that grew after a person agreed to it is put to them again.
    """
    if isinstance(order, Do):
        return _did(desk, order)
    wanted = order.order if isinstance(order, Quote) else order
    try:
        if isinstance(order, Quote):
            return _quoted(desk, wanted)
        try:
            return Said(one_line(_act(desk, wanted)), True, wanted.act, wanted.shot)
        except WaitsForPerson:
            anew = _quoted(desk, wanted, again=True) if wanted.act in {"go", "retake"} else None
            # The same sum again is no new question: something else waits for a person, and says so itself.
            # What is free would even be given again without a question, and refused again, for ever.
            if anew is None or anew.most == (wanted.most if wanted.agreed else 0):
                raise
            return anew
    except (RushesError, OSError) as error:
        return Said("  ".join(sentences(error, desk.root)), False, wanted.act, wanted.shot)


def _did(desk: Desk, order: Do) -> Said:
    try:
        return Said(one_line(desk.act(order.do)), True, order.name, order.shot)
    except (RushesError, OSError) as error:
        return Said("  ".join(sentences(error, desk.root)), False, order.name, order.shot)


def _quoted(desk: Desk, order: Order, *, again: bool = False) -> Quoted:
    if order.several:
        most, text = desk.quote_all(tuple(shot for shot, _ in order.several))
    else:
        most, text = desk.quote(order.act, order.chain if order.act == "go" else order.shot)
    return Quoted(order, most, one_line(text), again)


def _act(desk: Desk, order: Order) -> str:
    if order.several:
        return _act_on_all(desk, order)
    acts: dict[str, Callable[[], str]] = {
        "go": lambda: desk.go(order.chain, order.agreed, order.most),
        "pause": lambda: desk.pause(order.chain),
        "approve": lambda: desk.approve(order.shot, order.take, order.note),
        "reject": lambda: desk.reject(order.shot, order.take, order.note),
        "hold": lambda: desk.hold(order.shot, order.take, order.note),
        "retake": lambda: desk.retake(order.shot, order.note, order.agreed, order.most),
        "settle": lambda: desk.settle(order.shot, order.how, order.job),
        "assemble": lambda: desk.assemble(order.rough),
        "undo": desk.undo,
        "fail": lambda: desk.fail(
            order.shot, order.take, order.category, order.broke, order.cause, order.workaround
        ),
    }
    return acts[order.act]()


def _act_on_all(desk: Desk, order: Order) -> str:
    if order.act == "retake":
        shots = tuple(shot for shot, _ in order.several)
        return desk.retake_all(shots, order.note, order.agreed, order.most)
    return desk.judge_all(order.act, order.several, order.note)


def look_at(desk: Desk, still: Still) -> Picture:
    """The frame, drawn; one that cannot be read is an empty picture, not a fault."""
    try:
        return Picture(still, desk.frame(still.shot, still.take, still.end, still.wish))
    except (RushesError, OSError):
        return Picture(still, NOTHING)


def names_of(desk: Desk) -> Categories:
    """The failure categories; without a readable catalogue none, and a person writes the word out."""
    try:
        return Categories(desk.categories())
    except RushesError:
        return Categories(())
