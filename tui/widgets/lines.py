"""Lines of styled text: what every panel says. Pure, and nothing of Textual is imported."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment

from core.base.text import one_line
from tui.theme import STYLES

if TYPE_CHECKING:
    from rich.style import Style

# Joiners and selectors have no width of their own, and terminals disagree on what they do to the next one's.
_WIDTHLESS = re.compile("[\u200b-\u200d\u2060-\u2064\ufe00-\ufe0f\U000e0000-\U000e01ef]")
_STACKED = re.compile("([\u0300-\u036f]{2})[\u0300-\u036f]+")
"""Marks piled on one letter reach into the lines above and below."""


_LONG_NAME = re.compile("[A-Za-z0-9_-]{25,}")
_NAME = 16


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


def segments_of(line: Line, width: int) -> list[Segment]:
    """The line in exactly `width` cells: literal segments, never markup."""
    over = STYLES["selected"] if line.chosen else None
    ground = STYLES["text"] + over if over else STYLES["text"]
    segments = _inked([(_printable(span.text), _style(span, over), span.chosen) for span in line.spans])
    last = segments[-1].style if segments and not line.spans[-1].chosen else None
    if last is None or last.reverse:
        last = ground
    # Equal neighbours become one segment: each costs a colour of 20 to 40 bytes on the line.
    return list(Segment.simplify(Segment.adjust_line_length(segments, width, last)))


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


def chosen(line: Line) -> Line:
    return replace(line, chosen=True)
