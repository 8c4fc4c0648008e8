"""A picture on the board: in half blocks or ASCII signs, or in pixels where a person says the terminal can.

No terminal is asked what it can do.
"""

from __future__ import annotations

import fcntl
import os
import struct
import termios
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region
from textual.strip import Strip

from tui.bridge import CELL, NOTHING, Drawn
from tui.driver import BoardDriver
from tui.theme import STYLES, Look, on_light
from tui.widgets.lines import fit
from tui.widgets.panel import LinePanel

if TYPE_CHECKING:
    from collections.abc import Mapping

Rgb = tuple[int, int, int]
_WAYS = 3
"""Ways to write a row up to a cell that are kept in mind; more of them win nothing."""
_CHANGE, _BOTH = 17, 32
"""Bytes of one change of colour, and of both at once."""


class Frame(LinePanel):
    """One frame under a line that says which."""

    def __init__(self, name: str, look: Look) -> None:
        super().__init__(name)
        self._look = look
        self._drawn = NOTHING
        self._rows: list[Strip] = []
        self._caption = ""
        self._shown = 0
        """Rows of the picture that are shown so far."""

    def draw(self, drawn: Drawn, caption: str, *, whole: bool = True) -> None:
        """Shows a picture, or nothing. What is already shown costs nothing. Not `whole`: `more` shows it,
        row by row."""
        width, height = self.size
        if caption != self._caption:
            self._caption = caption
            self._again(Region(0, 0, width, 1))
        if drawn != self._drawn:
            self._take_off()
            self._drawn, self._rows = drawn, picture_rows(drawn)
            self._shown = len(self._rows) if whole or drawn.raw else 0
            self._again(Region(0, 1, width, max(0, height - 1)))
            self.place_pixels()

    def more(self) -> bool:
        """Shows one row more. False once there is none left."""
        if self._shown >= len(self._rows):
            return False
        self._shown += 1
        self._again(Region(0, self._shown, self.size.width, 1))
        return self._shown < len(self._rows)

    def place_pixels(self) -> None:
        """Sends a picture in pixels, after the blanks beneath it. To be called again after a resize."""
        if self._drawn.raw:
            self.call_after_refresh(self._put_on)

    def _put_on(self) -> None:
        drawn, terminal = self._drawn, BoardDriver.of(self.app)
        if drawn.raw and terminal is not None and self.display and self.screen.is_current:
            x, y = self.region.offset
            terminal.place_raw(x, y + 1, drawn.cols, drawn.rows, through_tmux(drawn.raw, os.environ))

    def _take_off(self) -> None:
        old, terminal = self._drawn, BoardDriver.of(self.app)
        if old.raw and terminal is not None:
            x, y = self.region.offset
            terminal.drop_raw(Region(x, y + 1, old.cols, old.rows), through_tmux(old.erase, os.environ))

    def _again(self, region: Region) -> None:
        self.repaints += 1
        self.refresh(region)

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        if y == 0:
            text = fit(self._caption, width, self._look.dots)
            return Strip([Segment(text, STYLES["quiet"])]).adjust_cell_length(width, STYLES["text"])
        if y <= self._shown:
            return self._rows[y - 1].adjust_cell_length(width, STYLES["text"])
        return Strip.blank(width, STYLES["text"])


def picture_rows(drawn: Drawn) -> list[Strip]:
    """The rows of a picture as text; blanks where pixels will stand."""
    if drawn.lines:
        shown = [line.translate(_TURNED) if on_light() else line for line in drawn.lines]
        return [Strip([Segment(line, STYLES["text"])]) for line in shown]
    if drawn.raw:
        return [Strip.blank(drawn.cols, STYLES["text"])] * drawn.rows
    return [_strip(row) for row in drawn.cells]


_RAMP = " .:-=+*#%@"
_TURNED = str.maketrans(_RAMP, _RAMP[::-1])
"""The ramp is made for a dark ground; on a light one the sign with most ink is the darkest."""


class Way(NamedTuple):
    """Some cells of a row as they are to be written, and what they cost."""

    cost: int
    front: Rgb | None
    back: Rgb | None
    last: tuple[str, Rgb, Rgb] | None = None
    before: Way | None = None


def signs(row: tuple[tuple[Rgb, Rgb], ...]) -> list[tuple[str, Rgb, Rgb]]:
    """(sign, colour, ground) of each cell, so that the colours change as little as they can.

    An upper half on a lower colour is the same as a lower half on an upper colour, and a cell of one
    colour is a blank or a block, on or in a colour of its neighbour.
    """
    ways = [Way(0, None, None)]
    for upper, lower in row:
        found: dict[tuple[Rgb | None, Rgb | None], Way] = {}
        for way in ways:
            for sign, front, back, size in _looks(way, upper, lower):
                changes = (front != way.front) + (back != way.back)
                cost = way.cost + size + (0, _CHANGE, _BOTH)[changes]
                if (front, back) not in found or cost < found[front, back].cost:
                    found[front, back] = Way(cost, front, back, (sign, front, back), way)
        ways = sorted(found.values(), key=lambda way: way.cost)[:_WAYS]
    return _told(ways[0])


def _looks(way: Way, upper: Rgb, lower: Rgb) -> tuple[tuple[str, Rgb, Rgb, int], ...]:
    """How one cell may be written after `way`: sign, colour, ground, bytes."""
    if upper != lower:
        return (("▀", upper, lower, 3), ("▄", lower, upper, 3))
    return ((" ", way.front or upper, upper, 1), ("█", upper, way.back or upper, 3))


def _told(way: Way) -> list[tuple[str, Rgb, Rgb]]:
    cells = []
    at: Way | None = way
    while at is not None and at.last is not None:
        cells.append(at.last)
        at = at.before
    return cells[::-1]


def _strip(row: tuple[tuple[Rgb, Rgb], ...]) -> Strip:
    """Equal neighbours are one segment, so that flat skies cost little on the line."""
    segments: list[Segment] = []
    for sign, front, back in signs(row):
        style = _style(front, back)
        if segments and segments[-1].style is style:
            segments[-1] = Segment(segments[-1].text + sign, style)
        else:
            segments.append(Segment(sign, style))
    return Strip(segments, len(row))


@lru_cache(maxsize=2048)
def _style(front: Rgb, back: Rgb) -> Style:
    return Style.from_color(Color.from_rgb(*front), Color.from_rgb(*back))


def cell_size(file: int) -> tuple[int, int]:
    """Width and height of a character in pixels, from the kernel's record of the terminal's size.

    Nothing is sent. Many terminals and most SSH servers leave it empty: then a size that fits nearly all.
    """
    try:
        found = fcntl.ioctl(file, termios.TIOCGWINSZ, bytes(8))
    except OSError:
        return CELL
    rows, cols, wide, high = struct.unpack("HHHH", found)
    size = (wide // max(cols, 1), high // max(rows, 1))
    return size if all(4 <= side <= 100 for side in size) else CELL


def through_tmux(data: str, environment: Mapping[str, str]) -> str:
    """`data` for the terminal outside tmux, one wrapping for each of its sequences.

    tmux hands them on only with `set -g allow-passthrough on` (tmux(1), since 3.3). Outside tmux they
    stay as they are.
    """
    if not data or not environment.get("TMUX"):
        return data
    parts = [part + _END for part in data.split(_END) if part]
    return "".join(f"\x1bPtmux;{part.replace(_ESC, _ESC * 2)}{_END}" for part in parts)


_ESC = "\x1b"
_END = "\x1b\\"
