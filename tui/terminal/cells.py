"""Cells of the screen: text and look, as wide as rich says, because Textual lays out with rich's widths."""

from __future__ import annotations

from functools import lru_cache

from rich.cells import cell_len, get_character_cell_size

from tui.terminal.style import PLAIN, Style

Cell = tuple[str, Style]
"""What one cell shows. The second half of a wide character has the text ""."""


class Covered(tuple[str, Style]):
    """A cell under a picture: equal to the text that was there when the picture was placed."""

    __slots__ = ()


BLANK: Cell = (" ", PLAIN)
_JOINER = "\u200d"
_SELECTOR = "\ufe0f"


def cells_of(text: str, style: Style, encoding: str = "utf-8") -> tuple[str, list[Cell]]:
    """Marks that belong to the cell before, and the cells of `text`. It holds no control characters.

    What a terminal of another encoding cannot show becomes a question mark in as many cells.
    """
    if text.isascii():
        return "", [(char, style) for char in text]
    before = ""
    cells: list[Cell] = []
    for piece, width in _graphemes(text):
        if width == 0:
            # A mark belongs to what stands before it.
            at = len(cells) - 1
            while at >= 0 and not cells[at][0]:
                at -= 1
            if at < 0:
                before += piece
            else:
                cells[at] = (cells[at][0] + piece, style)
        elif encoding != "utf-8" and not _fits(piece, encoding):
            cells += [("?", style), *[(" ", style)] * (width - 1)]
        else:
            cells += [(piece, style), *[("", style)] * (width - 1)]
    return before, cells


def _graphemes(text: str) -> list[tuple[str, int]]:
    """Characters with what is joined to them, and their widths; marks that begin `text` have none.

    As rich counts, but for what a joiner joins: a blank or a letter after one keeps its own cell, as on
    terminals, and as Textual counts on when it cuts a line there.
    """
    found: list[tuple[str, int]] = []
    for char in text:
        width = get_character_cell_size(char)
        before, was = found[-1] if found else ("", 0)
        if width == 2 and before.endswith(_JOINER):
            width = 0
        if width == 0 and found:
            widens = char == _SELECTOR and was == 1 and len(before) == 1
            found[-1] = (before + char, cell_len(before + char) if widens else was)
        else:
            found.append((char, width))
    return found


@lru_cache(maxsize=4096)
def _fits(text: str, encoding: str) -> bool:
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


@lru_cache(maxsize=4096)
def is_sure(text: str, wide: bool) -> bool:
    """Whether every terminal gives this text the width that rich gives it.

    They differ on emoji, joined and marked characters and some scripts: after these the cursor's place is
    not known.
    """
    if len(text) != 1:
        return False
    code = ord(text)
    if wide:
        return 0x1100 <= code <= 0xFFEF and not 0x2190 <= code < 0x2E80
    return code < 0x0590 or 0x1E00 <= code < 0x2E80


def is_wide(row: list[Cell], x: int) -> bool:
    """Whether the cell at `x` is the first half of a wide character."""
    return x + 1 < len(row) and not row[x + 1][0] and bool(row[x][0])
