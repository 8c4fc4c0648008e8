"""The panel that draws lines.

It compares cell by cell and repaints the changed run of each line, because Textual sends every cell of a
dirty region again: over SSH the area repainted is what costs.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual.geometry import Region as Dirty
from textual.strip import Strip
from textual.widget import Widget

from tui.theme import STYLES
from tui.widgets.lines import EMPTY, Compose, Line, segments_of

if TYPE_CHECKING:
    from rich.segment import Segment
    from rich.style import Style
    from textual import events

    from tui.widgets.region import Region

_ODD = re.compile("[^\x20-\u02ff\u2010-\u2027\u2030-\u203c\u2190-\u21ff\u2500-\u25ff\u2715]")
"""Characters that may be anything but one cell wide."""


def strip_of(line: Line, width: int) -> Strip:
    """The line as Textual draws it."""
    return Strip(segments_of(line, width), width)


def changed_run(old: Strip, new: Strip) -> tuple[int, int] | None:
    """First cell and number of cells in which two lines of one width differ, or None."""
    if old == new:
        return None
    if _ODD.search(old.text) or _ODD.search(new.text):
        return _run_of_cells(old, new)
    if len(old.text) != len(new.text):
        return 0, max(len(old.text), len(new.text))
    before, after = list(old), list(new)
    head = _alike(before, after, 1)
    tail = min(_alike(before, after, -1), len(new.text) - head)
    return (head, len(new.text) - head - tail) if head + tail < len(new.text) else None


def _alike(one: list[Segment], other: list[Segment], step: int) -> int:
    """Characters of one cell each in which two lines agree, from the front (1) or from the back (-1)."""
    count = 0
    for mine, theirs in zip(one[::step], other[::step], strict=False):
        if mine != theirs:
            pairs = zip(mine.text[::step], theirs.text[::step], strict=False)
            same = next(
                (at for at, (a, b) in enumerate(pairs) if a != b), min(len(mine.text), len(theirs.text))
            )
            return count + (same if mine.style == theirs.style else 0)
        count += len(mine.text)
    return count


def _run_of_cells(old: Strip, new: Strip) -> tuple[int, int] | None:
    """The same, cell by cell: for wide characters, and marks that belong to the cell before them."""
    before, after = _cells(old), _cells(new)
    if len(before) != len(after):
        return 0, max(len(before), len(after))
    differing = [at for at, pair in enumerate(zip(before, after, strict=True)) if pair[0] != pair[1]]
    return (differing[0], differing[-1] - differing[0] + 1) if differing else None


def _cells(strip: Strip) -> list[tuple[str, Style | None, int]]:
    """One entry a cell; both cells of a wide character hold it, so that neither is sent alone."""
    found: list[tuple[str, Style | None, int]] = []
    for segment in strip:
        for char in segment.text:
            wide = cell_len(char)
            if wide == 0 and found:
                # A combining mark belongs to the cell before it.
                text, style, part = found[-1]
                found[-1] = (text + char, style, part)
            found.extend((char, segment.style, part) for part in range(wide))
    return found


class LinePanel(Widget):
    """Draws lines; knows nothing of films. Sized and placed by its screen."""

    DEFAULT_CSS = "LinePanel { position: absolute; width: 1; height: 1; }"
    can_focus = False

    def __init__(self, name: str) -> None:
        super().__init__(id=name)
        self._draw: Compose = lambda _width, _height: ()
        self._strips: list[Strip] = []
        self._lines: list[Line] = []
        self._made: list[Strip] = []
        """Of `_lines`."""
        self._dress: tuple[object, ...] = ()
        """What strips are made with beside their lines: their width, and the styles of the theme."""
        self._placed: Region | None = None
        self._of: object = None
        self._of_size = (0, 0)
        self.repaints = 0
        """Runs given to the compositor so far."""

    def place(self, region: Region | None) -> None:
        """Puts the panel at `region` of its screen, or takes it off."""
        self.display = region is not None and region.area > 0
        if region is not None and region != self._placed:
            self._placed = region
            self.styles.offset = (region.x, region.y)
            self.styles.width, self.styles.height = region.width, region.height

    def show(self, compose: Compose, *, of: object = None) -> None:
        """Draws what `compose` gives now, repainting only what differs from what is shown.

        `of`: all that the lines are made of. The same object again is not drawn again.
        """
        width, height = self.size
        if of is not None and of is self._of and (width, height) == self._of_size:
            return
        self._draw, self._of, self._of_size = compose, of, (width, height)
        if not (self.display and width and height):
            self._of = None
            return
        new = self._strips_of(width, height)
        old, self._strips = self._strips, new
        if len(old) != len(new) or any(one.cell_length != width for one in old):
            self.repaints += 1
            self.refresh()
            return
        runs = [(y, changed_run(*pair)) for y, pair in enumerate(zip(old, new, strict=True))]
        regions = [Dirty(run[0], y, run[1], 1) for y, run in runs if run]
        if regions:
            self.repaints += len(regions)
            self.refresh(*regions)

    def render_line(self, y: int) -> Strip:
        width, height = self.size
        if len(self._strips) != height or any(one.cell_length != width for one in self._strips):
            self._strips = self._strips_of(width, height)
        return self._strips[y] if y < len(self._strips) else Strip.blank(width, STYLES["text"])

    def on_resize(self, event: events.Resize) -> None:
        self._strips = self._strips_of(event.size.width, event.size.height)
        self.refresh()

    def text(self) -> list[str]:
        """What the panel says, a string a line."""
        return [strip.text.rstrip() for strip in self._strips]

    def _strips_of(self, width: int, height: int) -> list[Strip]:
        lines = list(self._draw(width, height))[:height]
        lines += [EMPTY] * (height - len(lines))
        # A strip costs ten times what it costs to see that its line is the same.
        dress = (width, *STYLES.values())
        known = self._lines if dress == self._dress else []
        made = [
            self._made[y] if y < len(known) and known[y] == line else strip_of(line, width)
            for y, line in enumerate(lines)
        ]
        self._lines, self._made, self._dress = lines, made, dress
        return made
