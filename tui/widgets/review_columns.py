"""The columns of the Review screen: which parts stand below one another, and how room is shared. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tui.theme import Look
from tui.widgets.lines import EMPTY, Line, Span, title
from tui.widgets.review import (
    broke_lines,
    change_lines,
    measure_lines,
    note_lines,
    one_note,
    score_lines,
    take_lines,
)

if TYPE_CHECKING:
    from core.studio.pages.review_rows import ReviewPage

LEAST = 3
"""Lines that every part of a column keeps while there is room: a title and two."""


def stacked(parts: Sequence[Sequence[Line]], height: int) -> list[Line]:
    """Parts one below the other with air between them, in `height` lines.

    Each keeps LEAST lines while there is room, then they grow in order; a part that is cut ends with how
    many lines are left out, and one that finds no place is left out whole.
    """
    kept = [list(part) for part in parts if part]
    while len(kept) > 1 and sum(min(LEAST, len(part)) for part in kept) + len(kept) - 1 > height:
        kept.pop()
    given = [min(LEAST, len(part)) for part in kept]
    spare = height - sum(given) - max(0, len(kept) - 1)
    for at, part in enumerate(kept):
        more = max(0, min(spare, len(part) - given[at]))
        given[at] += more
        spare -= more
    lines: list[Line] = []
    for part, rows in zip(kept, given, strict=True):
        lines += [EMPTY] if lines else []
        lines += _cut(part, rows)
    return lines[:height]


def _cut(part: list[Line], rows: int) -> list[Line]:
    if len(part) <= rows or rows < 2:
        return part[:rows]
    left = len(part) - rows + 1
    return [*part[: rows - 1], Line((Span(f" and {left} more line{'s' * (left > 1)}", "faint"),))]


def left_lines(page: ReviewPage, width: int, height: int, look: Look) -> list[Line]:
    """The takes, then the notes."""
    notes = note_lines(page, width, look)
    takes = min(max(LEAST, len(page.takes) + 2), max(5, height - min(len(notes), height // 2) - 1))
    return stacked([take_lines(page, width, min(takes, height), look), notes], height)


def right_lines(
    page: ReviewPage, alike: Sequence[tuple[str, str]], width: int, height: int, look: Look
) -> list[Line]:
    """What changed, the measures, what broke before, the scores."""
    parts = [
        change_lines(page, width, look),
        measure_lines(page, alike, width, look),
        broke_lines(page, width, look),
        score_lines(page.scores, width, look),
    ]
    return stacked(parts, height)


def narrow_lines(
    page: ReviewPage, alike: Sequence[tuple[str, str]], width: int, height: int, look: Look
) -> list[Line]:
    """Everything in one column, the most needed first; low ones show the selected take and its nearest."""
    notes = note_lines(page, width, look)
    takes = take_lines(page, width, min(max(LEAST, len(page.takes) + 2), max(LEAST + 1, height // 3)), look)
    parts = [
        takes,
        change_lines(page, width, look),
        notes if page.notes else [],
        broke_lines(page, width, look),
        measure_lines(page, alike, width, look),
        score_lines(page.scores, width, look),
        [] if page.notes else notes,
    ]
    return stacked(parts, height)


def before_lines(page: ReviewPage, width: int, height: int, look: Look) -> list[Line]:
    """While a retake is being asked for: what broke before and what helped, and the notes that are open."""
    broke = broke_lines(page, width, look) or [
        title("BEFORE A RETAKE"),
        Line((Span(" nothing like this one failed before", "quiet"),)),
    ]
    opened = [line for note in page.open_notes for line in one_note(note, width, look)]
    return stacked([broke, [title("NOTES"), *opened] if opened else []], height)
