"""Which frames stand beside the selected shot, and what they are. Pure."""

from __future__ import annotations

from typing import NamedTuple

from tui.bridge import Glance, ShotRow, index_of
from tui.widgets.lines import slate


class Choice(NamedTuple):
    """One frame of one take, and what it is to the selected shot."""

    shot: str
    take: int
    end: str
    caption: str


def stills(glance: Glance, selected: str, room: int = 2) -> tuple[Choice, ...]:
    """The first and the last frame of the newest take: what is judged. With room for three, the frame
    that was handed to it before them; over a `last` seam it is the first one by construction.

    One without a take shows the shot it will begin from, or else the film's newest take. At most
    `room` frames, or none while the film has none.
    """
    find = index_of(glance).shot
    shot = find(selected)
    source = find(shot.source) if shot else None
    handed = _handed(source)
    if shot is not None and shot.framed is not None:
        first, last = _both(shot.id, shot.framed)
        return (handed, first, last) if handed and room > 2 else (first, last)
    if source is not None and source.usable is not None and handed:
        return _both(source.id, source.usable)[0], handed
    return _both(*glance.last_frame) if glance.last_frame else ()


def _both(shot: str, take: int) -> tuple[Choice, Choice]:
    name = slate(shot, take)
    return (
        Choice(shot, take, "first", f"{name} first frame"),
        Choice(shot, take, "last", f"{name} last frame"),
    )


def _handed(source: ShotRow | None) -> Choice | None:
    if source is None or source.usable is None:
        return None
    caption = f"handed over by {slate(source.id, source.usable)}"
    return Choice(source.id, source.usable, "last", caption)
