"""Lines that show a clip on another machine, drawn so that they can be copied by hand as well. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.cells import cell_len, set_cell_size

from tui import keymap
from tui.theme import Look
from tui.widgets.lines import EMPTY, Line, Span, literal, title

if TYPE_CHECKING:
    from core.studio.pages.outside import Offer


def offer_lines(offers: Sequence[Offer], copied: int, width: int, height: int, look: Look) -> list[Line]:
    """Each line whole, over as many rows as it takes: a command that is cut is none."""
    lines = [title("WATCH IT FROM YOUR MACHINE")]
    for at, offer in enumerate(offers):
        mark = look.cursor if at == copied else " "
        said = "  copied" if at == copied else ""
        lines += [EMPTY, Line((Span(mark, "bright"), Span(literal(offer.does, 40)), Span(said, "quiet")))]
        lines += [
            Line((Span(f" {piece}", "quiet"),)) for piece in _pieces(literal(offer.line, 4000), width - 2)
        ]
    again, back = keymap.key_of("review_watch"), keymap.key_of("close")
    foot = [EMPTY, Line((Span(f" {again} copies the next, {back} closes this", "quiet"),))]
    return [*lines[: max(0, height - len(foot))], *foot][:height]


def _pieces(text: str, width: int) -> list[str]:
    """`text` in rows that hold nothing but itself; no spaces come or go where it is broken."""
    pieces = []
    while cell_len(text) > max(2, width):
        head = set_cell_size(text, max(2, width)).rstrip(" ") or text[:1]
        pieces.append(head)
        text = text[len(head) :]
    return [*pieces, text]
