"""What the terminal shows, as far as is known, and the shortest words that make it show something else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.terminal.cells import BLANK, Cell, Covered, is_sure
from tui.terminal.style import PLAIN, Style, pen

if TYPE_CHECKING:
    from collections.abc import Sequence

Row = list[Cell | None]
ERASE_AT = 8
"""Equal blanks from which erasing is shorter. Coloured ones are written, but where the terminal is known to
erase in the pen's colour (`bce` of terminfo): GNU screen and others erase to their own."""
NEVER = 1 << 30


class Shown:
    """The terminal's cells, pen and cursor. None is unknown.

    Every method returns what to send, and takes it as sent.
    """

    def __init__(self, width: int, height: int, *, bce: bool = False) -> None:
        self._bce = bce
        self.rows: list[Row] = []
        self.pen: Style | None = None
        self._link = ""
        """Known even when the pen is not: only we open links. Where none was opened none is closed, as old
        terminals print the words for it."""
        self.cursor: tuple[int, int] | None = None
        self.forget(width, height)

    def forget(self, width: int, height: int) -> None:
        self.rows = [[None] * width for _ in range(height)]
        self.lose()

    def lose(self) -> None:
        """Something was sent of which the cells are untouched, but no more is known."""
        self.pen = self.cursor = None

    def clear(self) -> str:
        """A blank screen."""
        words = self.turn(PLAIN) + "\x1b[H\x1b[2J"
        self.rows = [[BLANK] * len(row) for row in self.rows]
        self.cursor = (0, 0)
        return words

    def differs(self, y: int, wanted: Row) -> bool:
        return self.rows[y] != wanted and _next(wanted, self.rows[y], 0) < len(wanted)

    def turn(self, style: Style) -> str:
        words = pen(self.pen, style)
        if style.link != self._link:
            words += f"\x1b]8;{style.link or ';'}\x1b\\"
        self.pen, self._link = style, style.link
        return words

    def move(self, x: int, y: int) -> str:
        words, self.cursor = move(self.cursor, x, y), (x, y)
        return words

    def update(self, y: int, wanted: Row, limit: int = NEVER) -> str:
        """Makes row `y` show what is wanted; stops after about `limit` bytes, at a cell where it may."""
        row = self.rows[y]
        words: list[str] = []
        size, x = 0, 0
        if row == wanted:
            return ""
        while size < limit and (x := _next(wanted, row, x)) < len(wanted):
            if (end := self._blank_until(wanted, row, x)) - x >= ERASE_AT:
                word = self._erase(x, y, end, wanted)
            else:
                word, end = self._write(x, y, wanted)
            words.append(word)
            size += len(word.encode(errors="replace"))
            x = end
        return "".join(words)

    def _erase(self, x: int, y: int, end: int, wanted: Row) -> str:
        _, style = wanted[x] or BLANK
        words = self._reach(x, y, ()) + self.turn(style)
        row = self.rows[y]
        _tear(row, x)
        _tear(row, end)
        row[x:end] = wanted[x:end]
        return words + ("\x1b[K" if end == len(wanted) else f"\x1b[{end - x}X")

    def _blank_until(self, wanted: Row, row: Row, x: int) -> int:
        """Where the run of equal blanks from `x` on ends that may be erased in one.

        It ends at a picture and after the last cell that differs.
        """
        first = wanted[x]
        if first is None or first[0] != " " or first[1].on or first[1].link:
            return x
        if first != BLANK and not self._bce:
            return x
        end = last = x
        while end < len(wanted) and wanted[end] == first and not isinstance(row[end], Covered):
            if row[end] != first:
                last = end + 1
            end += 1
        return last

    def _write(self, x: int, y: int, wanted: Row) -> tuple[str, int]:
        """One cell, whole if it is wide, and where the next one begins."""
        row = self.rows[y]
        if x and wanted[x] is not None and not wanted[x][0]:  # type: ignore[index]
            x -= 1  # the second half is written with the first
        text, style = wanted[x] or BLANK
        wide = x + 1 < len(wanted) and (tail := wanted[x + 1]) is not None and not tail[0]
        sure, end = is_sure(text, wide), x + 1 + wide
        words = self._reach(x, y, wanted) + self.turn(style)
        if wide and not sure:
            back = "\b\b" if end < len(row) else f"\x1b[{x + 1}G"
            words += "  " + back  # where a terminal takes it for narrow, nothing old stays beside it
        _tear(row, x)
        _tear(row, end)
        row[x:end] = wanted[x:end]
        # In the last column a terminal may be about to wrap.
        self.cursor = (end, y) if sure and end < len(row) else None
        return words + text, end

    def _reach(self, x: int, y: int, wanted: Sequence[Cell | None]) -> str:
        """Moves to a cell: over a gap of unchanged cells by writing them again where that is shorter."""
        words = move(self.cursor, x, y)
        was_x, was_y = self.cursor or (x, y)
        if wanted and was_y == y and 0 < x - was_x <= len(words):
            gap = self._again(was_x, x, y)
            if gap is not None and len(gap.encode(errors="replace")) <= len(words):
                words = gap
        self.cursor = (x, y)
        return words

    def _again(self, start: int, end: int, y: int) -> str | None:
        """The text of cells as they are, if the pen needs no turning and no picture lies there."""
        text = ""
        for cell in self.rows[y][start:end]:
            if cell is None or isinstance(cell, Covered) or cell[1] != self.pen:
                return None
            if not is_sure(cell[0], wide=False):
                return None
            text += cell[0]
        return text


def _next(wanted: Row, row: Row, x: int) -> int:
    """The first cell from `x` on that differs."""
    for at in range(x, len(wanted)):
        want = wanted[at]
        if want is not None and want is not row[at] and want != row[at]:
            return at
    return len(wanted)


def _tear(row: Row, x: int) -> None:
    """A wide character across `x` loses a half: terminals differ on what becomes of the other one."""
    if 0 < x < len(row) and (half := row[x]) is not None and not half[0]:
        row[x - 1] = row[x] = None


def move(cursor: tuple[int, int] | None, x: int, y: int) -> str:
    """The shortest way of a cursor. No line feeds: what a tty makes of them is a setting."""
    if cursor == (x, y):
        return ""
    column = str(x + 1) if x else ""
    ways = [f"\x1b[{y + 1 if y else ''}{';' if x else ''}{column}H"]
    if cursor is not None:
        was_x, was_y = cursor
        if was_y == y:
            ways += _along(was_x, x)
        elif was_x == x:
            ways += [f"\x1b[{y + 1 if y else ''}d", _by(y - was_y, "B", "A")]
        elif x == 0:
            ways.append("\r" + _by(y - was_y, "B", "A"))
    return min(ways, key=len)


def _along(was: int, x: int) -> list[str]:
    """Inside a row."""
    ways = [_by(x - was, "C", "D"), f"\x1b[{x + 1}G"]
    if x == 0:
        ways.append("\r")
    if 0 < was - x <= 3:
        ways.append("\b" * (was - x))
    return ways


def _by(steps: int, forward: str, back: str) -> str:
    number = abs(steps)
    return f"\x1b[{number if number > 1 else ''}{forward if steps > 0 else back}"
