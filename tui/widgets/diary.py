"""The Diary screen, drawn: a Markdown text from any line on.

Only the blocks on screen are laid out. A place in the text is a block and a line of it, for how many
lines lie above depends on the width of the window, and a long diary is not measured to be read.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from rich.cells import cell_len

from core.base.text import cut_left
from tui import keymap
from tui.theme import Look
from tui.widgets.lines import Line, Span, cell, fit, literal, paragraph, title
from tui.widgets.markdown import inline, marked, wrapped

if TYPE_CHECKING:
    from core.studio.pages.diary import DiaryPage
    from core.studio.pages.markdown import Block, Table

MEASURE = 100
"""Cells of a line of prose: longer ones lose the eye."""
_GAP = 2
_READABLE = 18
"""Cells below which a cell of a table is no text but a column of single words."""


class Spot(NamedTuple):
    """A place in the text: a block, and a line of what it is laid out as."""

    block: int = 0
    line: int = 0


@dataclass(frozen=True, slots=True)
class DiaryView:
    """What the panel shows."""

    page: DiaryPage
    spot: Spot
    """The first line on screen."""
    needle: str = ""
    """What is searched, without case."""
    held: int = 0
    """How many blocks hold it."""


def diary_lines(view: DiaryView, width: int, height: int, look: Look) -> list[Line]:
    """The title, what there is to say of the file, and the text from its spot on."""
    told = _told(view.page, width, look)
    text, end = _below(view, width, max(0, height - 1 - len(told)), look)
    return [_title(view, end, width), *told, *text][:height]


def room(page: DiaryPage, width: int, height: int, look: Look) -> int:
    """Lines of the text that are on screen at once."""
    return max(1, height - 1 - len(_told(page, width, look)))


def _title(view: DiaryView, end: int, width: int) -> Line:
    """`end`: the first block that is no longer on screen."""
    page = view.page
    all_of_it = view.spot == Spot() and end >= len(page.blocks)
    share = "" if all_of_it else f"  {100 * end // max(1, len(page.blocks))}%"
    sought = ""
    if view.needle:
        places = f"{view.held:,} place{'' if view.held == 1 else 's'}"
        sought = f"  / {fit(literal(view.needle), max(8, width // 4))}  {places}"
    path, room = literal(page.path), max(12, width - len(" DIARY  ") - cell_len(share + sought))
    while cell_len(path) > room:
        path = cut_left(path, len(path) - 1)
    return title("DIARY", Span(f"  {path}", "quiet"), Span(share, "quiet"), Span(sought, "text"))


def _told(page: DiaryPage, width: int, look: Look) -> list[Line]:
    """How the file stands beside what is shown."""
    key = keymap.key_of("diary_write")
    if page.trouble:
        said = f"Shown as the file stands: {literal(page.trouble, 400)}"
    elif not page.there:
        said = f"Not written yet: {key} begins the file. What you write in it is kept."
    elif page.behind:
        said = f"The ledger knows more than the file: {key} writes it."
    else:
        return []
    return [*paragraph(said, width, 3, dots=look.dots), Line()]


def _below(view: DiaryView, width: int, height: int, look: Look) -> tuple[list[Line], int]:
    """The lines on screen, and the first block that is no longer on it."""
    lines: list[Line] = []
    at, skip = view.spot
    while at < len(view.page.blocks) and len(lines) < height:
        lines += block_lines(view.page, at, width, look, view.needle)[skip:]
        at, skip = at + 1, 0
    return lines[:height], at


# Moving: by lines, without knowing how many there are.


def moved(page: DiaryPage, spot: Spot, by: int, width: int, height: int, look: Look) -> Spot:
    """So many lines on (back: below 0); the last screen is full."""
    spot = within(page, spot, width, look)
    go = _on if by > 0 else _back
    found = go(page, spot, abs(by), lambda at: len(block_lines(page, at, width, look)))
    return min(found, last(page, width, height, look)) if by > 0 else found


def within(page: DiaryPage, spot: Spot, width: int, look: Look) -> Spot:
    """The spot where the text has become shorter, or the window wider."""
    if not page.blocks:
        return Spot()
    if spot.block >= len(page.blocks):
        return Spot(len(page.blocks) - 1)
    return Spot(spot.block, min(spot.line, max(0, len(block_lines(page, spot.block, width, look)) - 1)))


def _on(page: DiaryPage, spot: Spot, by: int, size: Callable[[int], int]) -> Spot:
    block, line = spot
    while by > 0 and block < len(page.blocks):
        left = size(block) - line
        if by < left:
            return Spot(block, line + by)
        by -= max(0, left)
        block, line = block + 1, 0
    return Spot(min(block, max(0, len(page.blocks) - 1)), line)


def _back(page: DiaryPage, spot: Spot, by: int, size: Callable[[int], int]) -> Spot:
    block, line = spot
    while by > line and block > 0:
        by -= line
        block -= 1
        line = size(block)
    return Spot(block, max(0, line - by))


def last(page: DiaryPage, width: int, height: int, look: Look) -> Spot:
    """Where the last full screen begins."""
    left = room(page, width, height, look)
    for at in reversed(range(len(page.blocks))):
        size = len(block_lines(page, at, width, look))
        if size >= left:
            return Spot(at, size - left)
        left -= size
    return Spot()


def heading(page: DiaryPage, spot: Spot, by: int) -> Spot:
    """The heading before (by below 0) or after; the beginning where there is none before."""
    places = [at for at, block in enumerate(page.blocks) if block.kind == "heading"]
    if by > 0:
        return next((Spot(at) for at in places if at > spot.block), spot)
    return next((Spot(at) for at in reversed(places) if (at, 0) < (spot.block, spot.line)), Spot())


def count(page: DiaryPage, needle: str) -> int:
    """How many blocks hold `needle`."""
    return sum(needle in words for words in page.words) if needle else 0


def found(page: DiaryPage, needle: str, begin: int, by: int) -> int | None:
    """The block that holds `needle`, from `begin` on (by below 0: backwards), round the end."""
    whole = len(page.words)
    if not needle or not whole:
        return None
    order = ((begin + step * by) % whole for step in range(whole))
    return next((at for at in order if needle in page.words[at]), None)


# Laying out.


def block_lines(page: DiaryPage, at: int, width: int, look: Look, needle: str = "") -> list[Line]:
    """One block as lines, a column in from the left."""
    block = page.blocks[at]
    return _block(block, page.tables[block.table] if block.table >= 0 else None, width, look, needle)


@lru_cache(maxsize=512)
def _block(block: Block, table: Table | None, width: int, look: Look, needle: str) -> list[Line]:
    """Some screens of it are kept: a step of one line lays out one line."""
    if table is not None:
        return _table_lines(block, table, width, look, needle)
    prose = max(1, min(MEASURE, width - 2))
    if block.kind == "air":
        return [Line()]
    if block.kind == "rule":
        return [Line((Span(f" {look.rule * prose}", "faint"),))]
    if block.kind == "code":
        return _laid([Span(literal(block.text, 20_000), "quiet")], "   ", "   ", prose, needle) or [Line()]
    if block.kind == "heading":
        return _laid(inline(block.text, "bright" if block.depth < 3 else "text"), " ", " ", prose, needle)
    if block.kind == "quote":
        bar = " " + f"{look.wall} " * min(8, block.depth + 1)
        return _laid(inline(block.text, "quiet"), bar, bar, prose, needle) or [Line((Span(bar, "faint"),))]
    if block.kind == "item":
        indent = " " * (1 + 2 * min(8, block.depth))
        mark = f"{indent}{block.mark} " if block.mark else f"{indent}  "
        return _laid(inline(block.text), mark, " " * len(mark), prose, needle) or [Line((Span(mark),))]
    return _laid(inline(block.text), " ", " ", prose, needle)


def _laid(spans: Sequence[Span], first: str, rest: str, width: int, needle: str) -> list[Line]:
    """Wrapped behind what stands before the first line, and before the others."""
    rows = wrapped(marked(spans, needle), width - len(first) + 1)
    return [
        Line((Span(rest if number else first, "quiet" if first.strip() else "text"), *row))
        for number, row in enumerate(rows)
    ]


def _table_lines(block: Block, table: Table, width: int, look: Look, needle: str) -> list[Line]:
    widths = column_widths(table, width - 2)
    if widths is None:
        return _stacked(block, table, width, look, needle)
    if block.kind == "heads":
        names = [cell(literal(name), wide, "quiet", dots=look.dots) for name, wide in _pairs(block, widths)]
        return [Line((Span(" "), *_parted(names)))]
    columns = [
        wrapped(marked(inline(text, "text" if at else "bright"), needle), wide)
        for at, (text, wide) in enumerate(_pairs(block, widths))
    ]
    tall = max((len(rows) for rows in columns), default=0) or 1
    return [_table_line(columns, widths, number) for number in range(tall)]


def _pairs(block: Block, widths: Sequence[int]) -> list[tuple[str, int]]:
    return list(zip(block.cells, widths, strict=False))


def _parted(spans: Sequence[Span]) -> list[Span]:
    return [part for at, span in enumerate(spans) for part in ((Span(" " * _GAP), span) if at else (span,))]


def _table_line(columns: Sequence[list[tuple[Span, ...]]], widths: Sequence[int], number: int) -> Line:
    spans: list[Span] = [Span(" ")]
    for at, (rows, wide) in enumerate(zip(columns, widths, strict=True)):
        held = Line(rows[number]) if number < len(rows) else Line()
        spans += [Span(" " * _GAP)] if at else []
        spans += [*held.spans, Span(" " * (wide - held.width))]
    return Line(tuple(span for span in spans if span.text))


@lru_cache(maxsize=16)
def column_widths(table: Table, width: int) -> tuple[int, ...] | None:
    """How wide each column is in `width` cells; None where there is no room to read them side by side."""
    wanted = list(table.widths)
    left = width - _GAP * (len(wanted) - 1)
    given = [0] * len(wanted)
    # The narrowest are served first; the rest share what is left evenly.
    order = sorted(range(len(wanted)), key=lambda at: wanted[at])
    for done, at in enumerate(order):
        given[at] = min(wanted[at], max(0, left) // (len(order) - done))
        left -= given[at]
    cramped = any(wide < min(want, _READABLE) for wide, want in zip(given, wanted, strict=True))
    return None if cramped else tuple(max(1, wide) for wide in given)


def _stacked(block: Block, table: Table, width: int, look: Look, needle: str) -> list[Line]:
    """A row below itself: its first two cells as a heading, the others with their names."""
    if block.kind == "heads":
        return []
    cells = [inline(text) for text in block.cells]
    prose = max(1, min(MEASURE, width - 2))
    head = [*inline(block.cells[0], "bright"), Span("  "), *(cells[1] if len(cells) > 1 else [])]
    rest: list[Span] = []
    for name, spans in list(zip(table.heads, cells, strict=False))[2:]:
        if spans:
            rest += [Span(look.pick(" · ", " - "), "faint")] if rest else []
            rest += [Span(f"{literal(name)} ", "faint"), *spans]
    lines = _laid(head, " ", "   ", prose, needle)
    return [*lines, *_laid(rest, "   ", "   ", prose, needle)]
