"""A table of any length: what every list screen is drawn with.

Only the rows on screen are composed, so a draw costs the same at ten rows and at ten thousand.
Columns that find no place are left out whole, the least important first; a cell is cut between
words, never inside one that fits.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass

from rich.cells import cell_len

from tui.theme import Look
from tui.widgets.lines import Line, Span, cell, chosen, fit, literal, paragraph, title, window

GAP = 2
"""Cells between two columns."""
_LONGEST = 400
"""Characters of a cell that are looked at: no window is wider."""

Cell = Span | tuple[Span, ...]
"""What stands in one column: a text, or runs of several inks side by side."""
Row = Callable[[int], Sequence[Cell]]
"""An index to one cell for each column of the table, in its order, raw: the table makes it literal."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column. Widths are cells of the terminal; none is narrower than its title."""

    id: str
    title: str
    width: int
    """What its usual text needs."""
    right: bool = False
    """Numbers stand at the right, so that they can be compared."""
    least: int | None = None
    """How narrow it may become; None keeps `width`."""
    share: int = 0
    """Its parts of the cells that are left over; 0 does not grow."""
    rank: int = 0
    """How soon it is left out where there is no room: the greatest first, of equals the last; 0 stays."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """A column that has its place."""

    at: int
    """Its index among the columns given."""
    column: Column
    width: int


def table_lines(
    columns: Sequence[Column],
    count: int,
    row: Row,
    selected: int | None,
    marked: Container[int] | None,
    width: int,
    height: int,
    look: Look,
    *,
    name: str,
    more: Sequence[Span] = (),
    total: int | None = None,
    sort: tuple[str, bool] | None = None,
    empty: str = "",
) -> list[Line]:
    """Title with the position, the heads of the columns, and the page on which `selected` stands.

    `marked` holds the indices of marked rows (None: this table has no marks). `more` follows the
    position in the title line. `total` is how many rows there are without the filter. `sort` is a
    column's id and whether it is reversed. `empty` is the sentence of an empty table: what to press.
    """
    shown = visible(count, height, selected)
    lines = [title(name, Span(_position(shown, count, total), "quiet"), *more)]
    if not count:
        said = paragraph(empty, width, max(0, height - 1), "quiet", look.dots) if empty else []
        return [*lines, *said][:height]
    head = 2 if marked is None else 3
    fitted = fit_columns(columns, width - head)
    if height >= 3:
        lines.append(_heads(fitted, head, sort, look))
    lines += [_line(row(index), fitted, index == selected, _mark(marked, index), look) for index in shown]
    return lines[:height]


def visible(count: int, height: int, selected: int | None) -> range:
    """The rows on screen in a table of `height` lines: whole pages, so that nothing slides."""
    return window(count, page_room(height), min(max(0, selected or 0), max(0, count - 1)))


def page_room(height: int) -> int:
    """Rows of one page, for keys that turn it: the title and the heads of the columns take two lines."""
    return max(1, height - (2 if height >= 3 else 1))


def fit_columns(columns: Sequence[Column], width: int) -> tuple[Fitted, ...]:
    """The columns that stand in `width` cells and how wide each is. Pure; the first one always stays."""
    kept = list(enumerate(columns))
    while len(kept) > 1 and _needed([_narrowest(column) for _, column in kept]) > width:
        leaves = max(kept[1:], key=lambda one: (one[1].rank, one[0]))
        kept.remove(leaves)
    widths = [min(_narrowest(column), max(1, width)) for _, column in kept]
    spare = width - _needed(widths)
    for place in sorted(range(len(kept)), key=lambda place: kept[place][1].rank):
        more = min(max(0, spare), max(0, kept[place][1].width - widths[place]))
        widths[place] += more
        spare -= more
    for place, more in enumerate(_shares([column.share for _, column in kept], max(0, spare))):
        widths[place] += more
    return tuple(Fitted(at, column, wide) for (at, column), wide in zip(kept, widths, strict=True))


def _narrowest(column: Column) -> int:
    """Never narrower than its title and the sign of the sort beside it."""
    heading = cell_len(column.title) + 1 if column.title else 1
    return max(heading, column.width if column.least is None else min(column.least, column.width))


def _needed(widths: Sequence[int]) -> int:
    return sum(widths) + GAP * max(0, len(widths) - 1)


def _shares(parts: Sequence[int], spare: int) -> list[int]:
    """`spare` cells divided by parts, every cell given."""
    whole = sum(parts)
    if not whole:
        return [0] * len(parts)
    given = [spare * part // whole for part in parts]
    last = max(place for place, part in enumerate(parts) if part)
    given[last] += spare - sum(given)
    return given


def _position(shown: range, count: int, total: int | None) -> str:
    """`  41 to 60 of 10,000`, or only the count where all are on screen."""
    whole = count if total is None else total
    if not whole:
        return "  none"
    if len(shown) == count:
        return f"  {count:,}" if count == whole else f"  {count:,} of {whole:,}"
    here = f"  {shown.start + 1:,} to {shown.stop:,} of {count:,}"
    return here if count == whole else f"{here}, {whole:,} in all"


def _heads(fitted: Sequence[Fitted], head: int, sort: tuple[str, bool] | None, look: Look) -> Line:
    spans = [Span(" " * head)]
    for place, one in enumerate(fitted):
        sorted_here = sort is not None and sort[0] == one.column.id
        # The sign stands where the eye of a sorted column ends; an unsorted title keeps its place.
        sign = "" if not sorted_here or sort is None else _SIGNS[sort[1]][look.ascii]
        text = f"{one.column.title}{sign}"
        ink = "text" if sorted_here else "faint"
        spans += [*_gap(place), cell(text, one.width, ink, right=one.column.right, dots=look.dots)]
    return Line(tuple(spans))


_SIGNS = {False: ("▲", "^"), True: ("▼", "v")}


def _line(row: Sequence[Cell], fitted: Sequence[Fitted], here: bool, mark: str, look: Look) -> Line:
    spans = [Span(look.cursor if here else " ", "bright"), Span(mark, "bright")]
    for place, one in enumerate(fitted):
        runs = _runs(row[one.at] if one.at < len(row) else Span(""), one.width, look)
        air = " " * (one.width - sum(cell_len(run.text) for run in runs))
        spans += [*_gap(place), *((Span(air), *runs) if one.column.right else (*runs, Span(air)))]
    line = Line(tuple(span for span in spans if span.text))
    return chosen(line) if here else line


def _mark(marked: Container[int] | None, index: int) -> str:
    return " " if marked is None else "* " if index in marked else "  "


def _gap(place: int) -> tuple[Span, ...]:
    return (Span(" " * GAP),) if place else ()


def _runs(given: Cell, width: int, look: Look) -> list[Span]:
    """The runs of one cell in at most `width` cells; what finds no place is left out."""
    runs: list[Span] = []
    for span in (given,) if isinstance(given, Span) else given:
        room = width - sum(cell_len(run.text) for run in runs)
        if room > 0:
            runs.append(Span(fit(_shown(span.text), room, look.dots), span.ink, span.chosen))
    return runs


def _shown(text: str) -> str:
    """Literal, with the spaces at its ends: they hold runs apart."""
    if text.isascii() and text.isprintable():
        return text[:_LONGEST]
    inner = text.strip(" ")
    lead = len(text) - len(text.lstrip(" ")) if inner else len(text)
    tail = len(text) - lead - len(inner)
    return " " * lead + literal(inner, _LONGEST) + " " * tail
