"""The first frame, said to a terminal without Textual: the same words at the same places."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.segment import Segment
from rich.style import Style

from tui.screens.panels import first_frame
from tui.theme import STYLES
from tui.widgets.lines import EMPTY, segments_of

if TYPE_CHECKING:
    from rich.color import ColorSystem

    from tui.bridge import Glance
    from tui.screens.shared import Shared


def painted(shared: Shared, glance: Glance, size: tuple[int, int], colours: ColorSystem) -> str:
    """The board as the terminal is to show it, row by row."""
    width, height = size
    places, shows = first_frame(shared, glance, width, height)
    rows: list[list[tuple[int, list[Segment]]]] = [[] for _ in range(height)]
    for name, place in places.items():
        if name not in shows or not place.area:
            continue
        lines = list(shows[name].compose(place.width, place.height))[: place.height]
        lines += [EMPTY] * (place.height - len(lines))
        for y, line in enumerate(lines, place.y):
            rows[y].append((place.x, segments_of(line, place.width)))
    return "".join(f"\x1b[{y};1H{_said(row, width, colours)}" for y, row in enumerate(rows, 1)) + "\x1b[0m"


def _said(row: list[tuple[int, list[Segment]]], width: int, colours: ColorSystem) -> str:
    """One row of the window, with its ground where no panel stands."""
    segments: list[Segment] = []
    ground = Style(bgcolor=STYLES["text"].bgcolor)
    at = 0
    for x, said in [*sorted(row, key=lambda part: part[0]), (width, [])]:
        if x > at:
            segments.append(Segment(" " * (x - at), ground))
        segments += said
        at = max(at, x) + sum(segment.cell_length for segment in said)
    return "".join(_word(segment, colours) for segment in Segment.simplify(segments))


def _word(segment: Segment, colours: ColorSystem) -> str:
    style = segment.style
    return style.render(segment.text, color_system=colours) if style else segment.text
