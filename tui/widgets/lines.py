"""Lines of styled text, and the panel that draws them.

A panel compares cell by cell and repaints the changed run of each line, because Textual sends
every cell of a dirty region again: over SSH the area repainted is what costs.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from core.base.text import one_line
from tui.theme import STYLES

if TYPE_CHECKING:
    from rich.style import Style
    from textual import events

# Joiners and selectors have no width of their own, and terminals disagree on what they do to the next one's.
_WIDTHLESS = re.compile("[\u200b-\u200d\u2060-\u2064\ufe00-\ufe0f\U000e0000-\U000e01ef]")
_STACKED = re.compile("([\u0300-\u036f]{2})[\u0300-\u036f]+")
"""Marks piled on one letter reach into the lines above and below."""


_LONG_NAME = re.compile("[A-Za-z0-9_-]{25,}")
_NAME = 16
_ODD = re.compile("[^\x20-\u02ff\u2010-\u2027\u2030-\u203c\u2190-\u21ff\u2500-\u25ff\u2715]")
"""Characters that may be anything but one cell wide."""


@dataclass(frozen=True, slots=True)
class Span:
    """A run of text in one ink (a name of `theme.STYLES`)."""

    text: str
    ink: str = "text"
    chosen: bool = False
    """One cell that the keys act on."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a panel. Widths are cells of the terminal, not characters."""

    spans: tuple[Span, ...] = ()
    chosen: bool = False
    """The line that the keys act on."""

    @property
    def width(self) -> int:
        return sum(cell_len(span.text) for span in self.spans)


Compose = Callable[[int, int], Sequence[Line]]
"""(width, height) in cells to at most that many lines."""

EMPTY = Line()


def literal(text: str, limit: int = 300) -> str:
    """Foreign text on one line, every character as wide as it says."""
    return _STACKED.sub(r"\1", _WIDTHLESS.sub("", one_line(text, limit)))


def slate(shot: str, take: int | None) -> str:
    """A take as it is named everywhere, `S104 t02`; without a take its shot."""
    return literal(shot, 32) + (f" t{take:02d}" if take is not None else "")


def short_names(text: str, dots: str) -> str:
    """`text` with the names that machines give cut short: their beginning tells them apart."""
    return _LONG_NAME.sub(lambda found: found[0][: _NAME - 1] + dots, text)


def fit(text: str, width: int, dots: str = "…") -> str:
    """`text` in at most `width` cells: whole words, then `dots`.

    Only a word that alone is wider than the place is cut inside.
    """
    if cell_len(text) <= width:
        return text
    if width <= 1:
        return dots[:width]
    head = set_cell_size(text, width - 1)
    whole = text[len(head) : len(head) + 1] == " "
    cut = head if whole or " " not in head.strip() else head[: head.rindex(" ")]
    return cut.rstrip(" ,;:.-") + dots


def cell(text: str, width: int, ink: str = "text", *, right: bool = False, dots: str = "…") -> Span:
    """`text` in exactly `width` cells, so that what stands beside it stands still."""
    shown = fit(text, width, dots)
    air = " " * (width - cell_len(shown))
    return Span(air + shown if right else shown + air, ink)


def wrap(text: str, width: int, most: int, dots: str = "…") -> list[str]:
    """`text` in at most `most` lines of whole words; the last one says if there was more."""
    lines: list[str] = []
    rest = text
    while rest and len(lines) < most:
        if len(lines) == most - 1:
            lines.append(fit(rest, width, dots))
            break
        head = set_cell_size(rest, width).rstrip() if cell_len(rest) > width else rest
        breaks = cell_len(rest) > width and rest[len(head) : len(head) + 1] != " " and " " in head
        piece = head[: head.rindex(" ")] if breaks else head
        lines.append(piece)
        rest = rest[len(piece) :].lstrip() if piece else ""
    return lines


def paragraph(text: str, width: int, most: int, ink: str = "text", dots: str = "…") -> list[Line]:
    """`text` in at most `most` lines of a panel, one column in like its title."""
    return [Line((Span(f" {row}", ink),)) for row in wrap(text, max(1, width - 2), most, dots)]


def title(name: str, *more: Span) -> Line:
    """A panel's title line: one column in, like everything but the mark of the selected line."""
    return Line((Span(f" {name}", "quiet"), *more))


def lit(lines: Sequence[Line], width: int, hint: str = "") -> list[Line]:
    """Lines whose title is bright, for the keys act on them; `hint` follows it where there is room."""
    if not lines or not lines[0].spans:
        return list(lines)
    head = lines[0]
    first, *rest = head.spans
    more = (Span(f"  {hint}", "faint"),) if hint and head.width + 2 + cell_len(hint) <= width else ()
    return [replace(head, spans=(replace(first, ink="bright"), *rest, *more)), *lines[1:]]


def lit_by(lines: Compose, hint: str) -> Compose:
    """What composes `lines`, lit."""
    return lambda width, height: lit(lines(width, height), width, hint)


def reading(name: str = "") -> list[Line]:
    """A panel whose page is not here yet: nothing is claimed, and nothing moves."""
    return [title(name, Span("  reading", "faint")) if name else Line((Span(" reading", "faint"),))]


def wall_lines(height: int, wall: str) -> list[Line]:
    """The rule between two columns."""
    return [Line((Span(wall, "faint"),))] * height


def window(count: int, room: int, focus: int) -> range:
    """Which of `count` rows to show in `room`, the focused one among them.

    Whole pages: a list that slid under the cursor would be sent anew at each key press.
    """
    if count <= room:
        return range(count)
    start = min(focus // max(room, 1) * room, count - room)
    return range(start, start + room)


def strip_of(line: Line, width: int) -> Strip:
    """The line as Textual draws it: literal segments, never markup."""
    over = STYLES["selected"] if line.chosen else None
    ground = STYLES["text"] + over if over else STYLES["text"]
    segments = _inked([(_printable(span.text), _style(span, over), span.chosen) for span in line.spans])
    last = segments[-1].style if segments and not line.spans[-1].chosen else None
    if last is None or last.reverse:
        last = ground
    # Equal neighbours become one segment: each costs a colour of 20 to 40 bytes on the line.
    return Strip(segments).adjust_cell_length(width, last).simplify()


def _inked(spans: list[tuple[str, Style, bool]]) -> list[Segment]:
    """Segments in which air wears the ink beside it: it looks the same, and a change of ink is sent for
    words only. Not where air can be seen: in the cell that is chosen, and in reverse video."""
    segments: list[Segment] = []
    air, airy = "", False
    for text, style, chosen in spans:
        words = text.lstrip(" ")
        lead = text[: len(text) - len(words)]
        if chosen or style.reverse:
            segments += (
                [Segment(air, STYLES["text"]), Segment(text, style)] if air else [Segment(text, style)]
            )
            air, airy = "", False
            continue
        if lead and airy:
            segments[-1] = Segment(segments[-1].text + lead, segments[-1].style)
        else:
            air += lead
        if words:
            segments.append(Segment(air + words, style))
            air, airy = "", True
    return [*segments, Segment(air, spans[-1][1])] if air else segments


def _printable(text: str) -> str:
    """The last border before the terminal: whatever slipped past `literal` stops here."""
    return text if text.isprintable() else "".join(char for char in text if char.isprintable())


def _style(span: Span, over: Style | None) -> Style:
    style = STYLES[span.ink]
    if span.chosen:
        return style + STYLES["selected_cell"]
    return style + over if over else style


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
            self.styles.offset = region.offset
            self.styles.width, self.styles.height = region.size

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
        regions = [Region(run[0], y, run[1], 1) for y, run in runs if run]
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


def chosen(line: Line) -> Line:
    return replace(line, chosen=True)
