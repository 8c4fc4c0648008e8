"""What the screen should show: Textual's own output, read into a grid."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.terminal.cells import Cell, cells_of
from tui.terminal.style import PLAIN, linked, turned
from tui.terminal.tokens import is_question, tokens

if TYPE_CHECKING:
    from collections.abc import Iterator

SHOWS_SCREEN = ("\x1b[?1049h", "\x1b[?1047h", "\x1b[?47h")
LEAVES_SCREEN = ("\x1b[?1049l", "\x1b[?1047l", "\x1b[?47l")
_SYNC = ("\x1b[?2026h", "\x1b[?2026l")
"""A frame here is what differs when the line is free; there is nothing to bracket."""


class Wanted:
    """A grid of what was said. A cell of which nothing was said is None, and is left alone."""

    def __init__(self, width: int, height: int, encoding: str = "utf-8") -> None:
        self.width, self.height, self.encoding = width, height, encoding
        self.rows: list[list[Cell | None]] = [[None] * width for _ in range(height)]
        self.touched: set[int] = set()
        """Rows of which something was said since the caller emptied this."""
        self.cursor: tuple[int, int] | None = None
        """Column and row, from 0. None: nobody knows."""
        self._style = PLAIN
        self._unfinished = ""

    def resize(self, width: int, height: int) -> None:
        """What still has a place stays."""
        for row in self.rows:
            if width < len(row) and (cut := row[width]) is not None and not cut[0]:
                row[width - 1] = (" ", cut[1])  # half a wide character is none
        more: list[Cell | None] = [None] * max(0, width - self.width)
        self.rows = [row[:width] + more for row in self.rows[:height]]
        self.rows += [[None] * width for _ in range(height - len(self.rows))]
        self.width, self.height, self.cursor = width, height, None

    def feed(self, data: str) -> Iterator[str]:
        """Takes `data` in; gives what is no matter of cells, in order, to be passed on.

        A question to the terminal is neither.
        """
        data, self._unfinished = self._unfinished + data, ""
        for kind, text in tokens(data):
            if kind == "text":
                if self.cursor is None:
                    yield text
                else:
                    self._put(text, *self.cursor)
            elif kind == "pen":
                self._style = turned(self._style, text)
            elif kind == "link":
                self._style = linked(self._style, text)
            elif kind == "move":
                self.cursor = moved(self.cursor, text, self.width, self.height)
            elif kind == "control":
                yield from self._control(text)
            elif kind == "unfinished":
                self._unfinished = text
            elif not is_question(text) and text not in _SYNC:
                yield text

    def blank(self) -> None:
        """After a clear of the whole screen."""
        blank = (" ", PLAIN._replace(bg=self._style.bg))
        self.rows = [[blank] * self.width for _ in range(self.height)]

    def _put(self, text: str, x: int, y: int) -> None:
        """Text at a place; what stands beyond the edge is not shown, as without line wrap."""
        if not 0 <= y < self.height:
            return
        row = self.rows[y]
        before, cells = cells_of(text, self._style, self.encoding)
        if before and 0 < x <= self.width:
            self._mark(row, x - 1, before)
            self.touched.add(y)
        shown = cells[: max(0, self.width - x)]
        if len(shown) < len(cells) and shown and not cells[len(shown)][0]:
            shown[-1] = (" ", self._style)  # half a wide character is none
        self.cursor = (x + len(cells), y)
        if not shown:
            return
        _tear(row, x)
        _tear(row, x + len(shown))
        row[x : x + len(shown)] = shown
        self.touched.add(y)

    def _mark(self, row: list[Cell | None], x: int, mark: str) -> None:
        """A combining mark on the character at `x`, or whose second half is there."""
        cell = row[x]
        if cell is not None and not cell[0] and x:
            x, cell = x - 1, row[x - 1]
        if cell is not None:
            row[x] = (cell[0] + mark, cell[1])

    def _control(self, char: str) -> Iterator[str]:
        """One C0 or C1. What moves is read; a bell is passed on; the rest has no business on a screen."""
        if char == "\x07":
            yield char
        elif self.cursor is not None:
            x, y = self.cursor
            if char == "\r":
                self.cursor = (0, y)
            elif char == "\n":
                self.cursor = (0, min(y + 1, self.height - 1))
            elif char == "\b":
                self.cursor = (max(0, x - 1), y)


def _tear(row: list[Cell | None], x: int) -> None:
    """Makes way for a new beginning at `x`: a wide character across it becomes two blanks."""
    if 0 < x < len(row) and (half := row[x]) is not None and not half[0]:
        row[x - 1] = row[x] = (" ", half[1])


def moved(cursor: tuple[int, int] | None, sequence: str, width: int, height: int) -> tuple[int, int] | None:
    """Where a cursor is after one of CUP, HVP, CUU, CUD, CUF, CUB, CHA, VPA."""
    final = sequence[-1]
    numbers = [int(part) if part else 1 for part in sequence[2:-1].split(";")]
    first = max(1, numbers[0])
    if final in "Hf":
        y, x = first - 1, max(1, numbers[1] if len(numbers) > 1 else 1) - 1
    elif cursor is None:
        return None
    else:
        x, y = cursor
        if final in "AB":
            y += first if final == "B" else -first
        elif final in "CD":
            x += first if final == "C" else -first
        elif final == "G":
            x = first - 1
        else:
            y = first - 1
    return min(max(x, 0), width - 1), min(max(y, 0), height - 1)
