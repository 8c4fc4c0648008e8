"""A frame drawn for a terminal, and its form on disk. Needs no library: a kept picture costs no import."""

from __future__ import annotations

import json
import re
import zlib
from typing import NamedTuple

Colour = tuple[int, int, int]
Cells = tuple[tuple[tuple[Colour, Colour], ...], ...]
"""Rows of (upper, lower) colours: one cell shows two pixels, one above the other."""
CELL = (8, 16)
"""Pixels of a character where the system does not know: small, so that no picture leaves its place."""
_MARK = b"rushes-picture 1 "
_MOST = 1_000
"""Columns or rows of a picture; more is a damaged file."""


class Wish(NamedTuple):
    """What is wanted of a frame."""

    kind: str
    """half, ascii, kitty or sixel."""
    cols: int
    rows: int
    cell: tuple[int, int] = CELL
    """Size of a character in pixels; only kitty and sixel ask for it."""


class Drawn(NamedTuple):
    """One of `cells`, `lines` and `raw`, by kind; all are empty where there is no picture."""

    cells: Cells = ()
    lines: tuple[str, ...] = ()
    """ASCII signs, a string a row."""
    raw: str = ""
    """What is sent with the cursor at the picture's corner. It moves no cursor and asks for no answer."""
    erase: str = ""
    """What takes a kitty picture off again; a sixel is overwritten by text."""
    cols: int = 0
    rows: int = 0


NOTHING = Drawn()


_PICTURE = re.compile(r"(?:\x1b_G[0-9A-Za-z=,;+/.:-]*\x1b\\)*|\x1bP[0-9;]*q[\x20-\x7e\r\n]*\x1b\\", re.ASCII)
"""Kitty's and Sixel's sequences and nothing beside them: a film that came from elsewhere brings a cache
along, and what is kept as `raw` goes to the terminal as it is."""


def to_bytes(drawn: Drawn) -> bytes:
    """For the cache: a line that says what follows, with its length and CRC-32, then that."""
    if drawn.cells:
        body = bytes(part for row in drawn.cells for pair in row for colour in pair for part in colour)
    else:
        body = json.dumps([drawn.lines, drawn.raw, drawn.erase]).encode()
    head = f"{drawn.cols} {drawn.rows} {int(bool(drawn.cells))} {len(body)} {zlib.crc32(body)}\n"
    return _MARK + head.encode() + body


def from_bytes(data: bytes) -> Drawn | None:
    """What `to_bytes` wrote; None for anything else: damaged, cut short, or of another version."""
    head, _, body = data.partition(b"\n")
    numbers = head.removeprefix(_MARK).split(b" ")
    if not head.startswith(_MARK) or len(numbers) != 5 or not all(number.isdigit() for number in numbers):
        return None
    cols, rows, in_cells, length, crc = map(int, numbers)
    if (len(body), zlib.crc32(body)) != (length, crc) or not (0 < cols <= _MOST and 0 < rows <= _MOST):
        return None
    if not in_cells:
        return _from_text(body, cols, rows)
    return Drawn(cells=_cells(body, cols, rows), cols=cols, rows=rows) if length == 6 * cols * rows else None


def _from_text(body: bytes, cols: int, rows: int) -> Drawn | None:
    try:
        found = json.loads(body)
    except ValueError:
        return None
    if not isinstance(found, list) or len(found) != 3 or not isinstance(found[0], list):
        return None
    lines, raw, erase = found
    if not all(isinstance(text, str) for text in (*lines, raw, erase)):
        return None
    if not all(map(str.isprintable, lines)) or not (_PICTURE.fullmatch(raw) and _PICTURE.fullmatch(erase)):
        return None
    return Drawn((), tuple(lines), raw, erase, cols, rows)


def _cells(body: bytes, cols: int, rows: int) -> Cells:
    known: dict[bytes, Colour] = {}

    def colour(at: int) -> Colour:
        """One object a colour: a picture has few."""
        part = body[at : at + 3]
        return known.setdefault(part, (part[0], part[1], part[2]))

    return tuple(
        tuple((colour(at), colour(at + 3)) for at in range(6 * cols * row, 6 * cols * (row + 1), 6))
        for row in range(rows)
    )
