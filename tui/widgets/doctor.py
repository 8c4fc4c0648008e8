"""The doctor drawn: what is not well first, each with what mends it. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len

from tui.theme import Look
from tui.widgets.lines import Line, Span, cell, literal, title, wrap

if TYPE_CHECKING:
    from core.studio.pages.doctor import Check, DoctorPage

_SIGNS = {"ok": ("·", ".", "well", "quiet"), "warning": ("!", "!", "look", "need")}
_BROKEN = ("✕", "x", "mend", "need")
_SENTENCE = 3
"""Lines a sentence may take."""


def doctor_lines(page: DoctorPage, at: int, width: int, height: int, look: Look) -> list[Line]:
    """The checks from the page on which row `at` stands. A sign and a word say how each is."""
    said = f"{page.findings} to see to" if page.findings else "all is well"
    head = title("DOCTOR", Span(f"  {said}", "need" if page.findings else "quiet"))
    more = () if page.whole else (Span("  asking the encoder and the adapters", "faint"),)
    blocks = _blocks(page, width, look)
    first = top_of([len(block) for block in blocks], at, height - 1)
    lines = [Line((*head.spans, *more))]
    for block in blocks[first:]:
        lines += block
    return lines[:height]


def top_of(heights: list[int], at: int, room: int) -> int:
    """The first check on screen so that check `at` is whole: pages of checks, none of which slides."""
    top, used = 0, 0
    for index, tall in enumerate(heights[: at + 1]):
        if used + tall > room and index > top:
            top, used = index, 0
        used += tall
    return top


def _blocks(page: DoctorPage, width: int, look: Look) -> list[list[Line]]:
    names = min(26, max((cell_len(literal(row.what)) for row in page.rows), default=0))
    return [_lines(row, names, width, look) for row in page.rows]


def _lines(row: Check, names: int, width: int, look: Look) -> list[Line]:
    sign, plain, word, ink = _SIGNS.get(row.state, _BROKEN)
    head = (
        Span(f" {look.pick(sign, plain)} ", ink),
        cell(word, 5, ink),
        Span(" "),
        cell(literal(row.what), names, "text", dots=look.dots),
        Span("  "),
    )
    indent = sum(cell_len(span.text) for span in head)
    room = max(8, width - indent - 1)
    texts = [(part, "text") for part in wrap(literal(row.sentence), room, _SENTENCE, look.dots)]
    if row.todo:
        texts += [(part, "bright") for part in wrap(literal(row.todo), room, _SENTENCE, look.dots)]
    first, *rest = texts or [("", "text")]
    return [
        Line((*head, Span(*first))),
        *(Line((Span(" " * indent), Span(*one))) for one in rest),
    ]
