"""The contact sheet of the Review screen: what else there is to look at, on a large window. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tui.theme import state_of
from tui.widgets.lines import slate
from tui.widgets.stills import Choice

if TYPE_CHECKING:
    from core.studio.pages.review_rows import ReviewPage, TakeLine
    from tui.bridge import ShotRow


def sheet(page: ReviewPage, chain: Sequence[ShotRow], most: int) -> tuple[Choice, ...]:
    """At most `most` frames: how the take begins, how the shot's other takes end, then the chain around it.

    `chain`: its shots in order. The ends of the shots right beside this one that stand above already are
    not repeated.
    """
    shot = page.shot
    if shot is None or page.take is None:
        return ()
    own = [
        Choice(shot.id, one.take, "first", f"{slate(shot.id, one.take)} begins")
        for one in page.frames
        if one.role == "first"
    ]
    others = [_other(shot.id, line) for line in page.takes if line.framed and line.n != page.take]
    shown = {(one.shot, one.take, one.end) for one in page.frames}
    around = [one for one in _around(shot.id, chain) if (one.shot, one.take, one.end) not in shown]
    return tuple([*own, *others, *around][:most])


def _other(shot: str, line: TakeLine) -> Choice:
    word = line.word or state_of(line.state).word
    return Choice(shot, line.n, "last", f"{slate(shot, line.n)} ends, {word}")


def _around(shot: str, chain: Sequence[ShotRow]) -> list[Choice]:
    """Ends of the shots around, the nearest first, those to come before those that were."""
    at = next((index for index, row in enumerate(chain) if row.id == shot), None)
    if at is None:
        return []
    near = sorted(range(len(chain)), key=lambda index: (abs(index - at), index < at))
    rows = (chain[index] for index in near if index != at)
    return [
        Choice(row.id, row.usable, "last", f"{slate(row.id, row.usable)} ends")
        for row in rows
        if row.usable is not None
    ]
