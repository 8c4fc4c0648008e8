"""A picture in half blocks: one cell shows two pixels. No terminal is asked what else it can do."""

from __future__ import annotations

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region
from textual.strip import Strip

from tui.bridge import Cells, Picture
from tui.theme import STYLES
from tui.widgets.lines import LinePanel, fit, literal


class Frame(LinePanel):
    """The newest hand-over frame, with its name below."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self._cells: Cells = ()
        self._caption = ""

    def draw(self, picture: Picture | None) -> None:
        """Shows a picture or, with None, nothing. A picture already shown costs nothing."""
        cells: Cells = picture.cells if picture else ()
        caption = literal(picture.path.rsplit("/", 1)[-1]) if picture and cells else ""
        if (cells, caption) != (self._cells, self._caption):
            self._cells, self._caption = cells, caption
            self.repaints += 1
            self.refresh(Region(0, 0, *self.size))

    def render_line(self, y: int) -> Strip:
        width, height = self.size
        if y < min(len(self._cells), height - 1):
            return picture_strip(self._cells, y, width)
        if self._cells and y == min(len(self._cells), height - 1):
            text = fit(self._caption, width)
            return Strip([Segment(text, STYLES["faint"])]).adjust_cell_length(width, STYLES["text"])
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
    red, green, blue = rgb
    return f"#{red:02x}{green:02x}{blue:02x}"
