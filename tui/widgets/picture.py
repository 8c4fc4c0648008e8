"""A picture in half blocks: one cell shows two pixels. No terminal is asked what else it can do."""

from __future__ import annotations

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region
from textual.strip import Strip

from tui.bridge import Cells
from tui.theme import STYLES, Look
from tui.widgets.lines import LinePanel, fit

_FINE = 0xFC
"""Colours are sent in steps of four: no eye sees it, and flat skies become long runs."""


class Frame(LinePanel):
    """One frame under a line that says which."""

    def __init__(self, name: str, look: Look) -> None:
        super().__init__(name)
        self._look = look
        self._cells: Cells = ()
        self._caption = ""

    def draw(self, cells: Cells, caption: str) -> None:
        """Shows a picture, or nothing without cells. What is already shown costs nothing."""
        width, height = self.size
        if caption != self._caption:
            self._caption = caption
            self._again(Region(0, 0, width, 1))
        if cells != self._cells:
            self._cells = cells
            self._again(Region(0, 1, width, max(0, height - 1)))

    def _again(self, region: Region) -> None:
        self.repaints += 1
        self.refresh(region)

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        if y == 0:
            text = fit(self._caption, width, self._look.dots)
            return Strip([Segment(text, STYLES["quiet"])]).adjust_cell_length(width, STYLES["text"])
        if y <= len(self._cells):
            return picture_strip(self._cells, y - 1, width)
        return Strip.blank(width, STYLES["text"])


def picture_strip(cells: Cells, y: int, width: int) -> Strip:
    """One row: equal neighbours are one segment, so that flat skies cost little on the line."""
    segments: list[Segment] = []
    for top, bottom in cells[y][:width]:
        style = Style(color=_hex(top), bgcolor=_hex(bottom))
        if segments and segments[-1].style == style:
            segments[-1] = Segment(segments[-1].text + "▀", style)
        else:
            segments.append(Segment("▀", style))
    return Strip(segments).adjust_cell_length(width, STYLES["text"])


def _hex(rgb: tuple[int, int, int]) -> str:
    red, green, blue = (part & _FINE for part in rgb)
    return f"#{red:02x}{green:02x}{blue:02x}"
