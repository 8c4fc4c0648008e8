"""The screen that is wanted, the one that is shown, and what to send next to bring them together.

While a line is slow, frames are not queued: the next piece is worked out from what is wanted then.
What was said last is sent first, so that what a person just did shows before an old repaint is through.
"""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tui.terminal.cells import BLANK, Cell, Covered
from tui.terminal.shown import Shown
from tui.terminal.style import PLAIN
from tui.terminal.wanted import LEAVES_SCREEN, SHOWS_SCREEN, Wanted

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

OLDEST_EVERY = 4
"""Each so many rows the one that waits longest is sent, so that no row waits for ever."""
_CLEARS = ("\x1b[2J", "\x1b[H\x1b[2J", "\x1bc")
_HARMLESS = re.compile(r"\x07|\x1b\].*|\x1b\[(?:\?[0-9;]+[hl]|[>=?]?[0-9;]*[cntu]|[0-9]* q)", re.DOTALL)
"""What touches neither cells nor cursor nor pen: bells, titles, clipboard, modes, shape of the cursor."""
_MODE = re.compile(r"\x1b\[\?[0-9;]+[hl]")


@dataclass(frozen=True, slots=True)
class Picture:
    """Sequences that draw over cells, and the text beneath them."""

    x: int
    y: int
    cols: int
    rows: int
    parts: tuple[str, ...]
    beneath: tuple[tuple[Cell | None, ...], ...]

    def meets(self, x: int, y: int, cols: int, rows: int) -> bool:
        return x < self.x + self.cols and self.x < x + cols and y < self.y + self.rows and self.y < y + rows


@dataclass(slots=True)
class _Passed:
    """Something to be sent once the rows that were behind when it came have been sent."""

    text: str
    rows: set[int]
    picture: Picture | None = None
    last: bool = True
    begun: bool = False


@dataclass(slots=True)
class _Behind:
    """Rows to send, each with the number of the write that touched it last and the one it waits since."""

    last: dict[int, int] = field(default_factory=dict)
    since: dict[int, int] = field(default_factory=dict)
    taken: int = 0

    def add(self, rows: Iterable[int], turn: int) -> None:
        for y in rows:
            self.last[y] = turn
            self.since.setdefault(y, turn)

    def next(self) -> int:
        self.taken += 1
        if self.taken % OLDEST_EVERY == 0:
            return min(self.since, key=lambda y: (self.since[y], y))
        return min(self.last, key=lambda y: (-self.last[y], y))

    def drop(self, y: int) -> None:
        self.last.pop(y, None)
        self.since.pop(y, None)

    def clear(self) -> None:
        self.last.clear()
        self.since.clear()


class Screen:
    """No thread, no clock, no file: text in, text out. One user at a time."""

    def __init__(self, width: int, height: int, encoding: str = "utf-8", *, bce: bool = False) -> None:
        """`bce`: the terminal erases in the pen's colour."""
        self.wanted = Wanted(width, height, encoding)
        self.shown = Shown(width, height, bce=bce)
        self._behind = _Behind()
        self._queue: deque[_Passed] = deque()
        self._pictures: list[Picture] = []
        self._painting = False
        """Whether the terminal is on the screen that is ours."""
        self._cursor_shows = True
        self._turn = 0

    # What is said.

    def write(self, data: str) -> None:
        """Takes Textual's output."""
        self._turn += 1
        for other in self.wanted.feed(data):
            self._gather()
            self._pass(other)
        self._gather()

    def resize(self, width: int, height: int) -> None:
        """The terminal was resized: nothing is known of it. Pictures stay only where all else does."""
        if (width, height) != (self.wanted.width, self.wanted.height):
            self.wanted.resize(width, height)
            self._pictures.clear()
        self._start_over()
        self._pictures_again()

    def repaint(self) -> None:
        """Clears the terminal and sends everything again."""
        if self._painting:
            self._queue.append(_Passed(_CLEARS[1], set()))
            self._start_over()
            self._pictures_again()

    def place(self, x: int, y: int, cols: int, rows: int, parts: tuple[str, ...]) -> None:
        """`parts` draw over these cells, which are left alone until other text is wanted there."""
        self._forget_pictures(x, y, cols, rows)
        x, y = max(x, 0), max(y, 0)
        inside = [row[x : x + cols] for row in self.wanted.rows[y : y + rows]]
        picture = Picture(x, y, cols, rows, parts, tuple(tuple(row) for row in inside))
        self._pictures.append(picture)
        self._queue_picture(picture)

    def drop(self, x: int, y: int, cols: int, rows: int, data: str = "") -> None:
        """Redraws these cells as text, after sending `data`."""
        self._forget_pictures(x, y, cols, rows)
        if data:
            self._queue.append(_Passed(data, set()))
        left, top = max(x, 0), max(y, 0)
        for row in self.shown.rows[top : max(y + rows, 0)]:
            row[left : max(x + cols, 0)] = [None] * len(row[left : max(x + cols, 0)])
        self._behind.add(range(top, min(y + rows, self.wanted.height)), self._turn)

    # What to send.

    @property
    def pending(self) -> bool:
        return bool(self._queue) or (self._painting and bool(self._behind.last))

    def piece(self, limit: int) -> str:
        """The next words, about `limit` bytes of them; a picture that cannot be cut may be longer."""
        words: list[str] = []
        size = 0
        while size < limit and self.pending:
            if self._queue and not (self._painting and self._queue[0].rows):
                word = self._send(self._queue.popleft())
            else:
                word = self._send_row(self._behind.next(), limit - size)
            words.append(word)
            size += len(word.encode(errors="replace"))
        if not self.pending:
            words.append(self._rest_cursor())
        return "".join(words)

    def _send_row(self, y: int, limit: int) -> str:
        wanted = self.wanted.rows[y]
        words = self.shown.update(y, wanted, limit)
        if not self.shown.differs(y, wanted):
            self._behind.drop(y)
            for one in self._queue:
                one.rows.discard(y)
        return words

    def _send(self, one: _Passed) -> str:
        if one.picture is not None:
            return self._send_part(one, one.picture)
        before = ""
        text = one.text
        if text in _CLEARS:
            return self.shown.clear() if text == _CLEARS[1] else self._unknown(text)
        if text in SHOWS_SCREEN or text in LEAVES_SCREEN:
            # The shell gets its own pen back.
            before = self.shown.turn(PLAIN) if self.shown.pen not in {None, PLAIN} else ""
            return before + self._unknown(text)
        if _is_private_mode(text, "25"):
            self._cursor_shows = text.endswith("h")
        if _HARMLESS.fullmatch(text):
            return text
        if text[1:2] in set("P_^X"):
            self.shown.lose()
            return text
        return self._unknown(text)

    def _unknown(self, text: str) -> str:
        """Sent as it is; what it does to the cells is not known."""
        self.shown.forget(self.wanted.width, self.wanted.height)
        self._behind.add(range(self.wanted.height), self._turn)
        return text

    def _send_part(self, one: _Passed, picture: Picture) -> str:
        words = self.shown.turn(PLAIN) + self.shown.move(picture.x, picture.y) + one.text
        self.shown.lose()
        for rest in self._queue:
            # A picture cut off in the middle would take what follows for its own.
            rest.begun |= rest.picture is picture
        if one.last:
            stands = any(picture is known for known in self._pictures)
            for row, beneath in zip(self.shown.rows[picture.y :], picture.beneath, strict=False):
                covered = [Covered(cell or BLANK) if stands else None for cell in beneath]
                row[picture.x : picture.x + len(covered)] = covered
            self._behind.add(range(picture.y, picture.y + len(picture.beneath)), self._turn)
        return words

    def _rest_cursor(self) -> str:
        """Where a person types, for those who see the cursor and for input methods. Textual puts a cursor
        that nobody uses at the origin."""
        at = self.wanted.cursor
        used = self._cursor_shows or at != (0, 0)
        if not (self._painting and used) or at is None or at[0] >= self.wanted.width:
            return ""
        return self.shown.move(*at)

    # Small parts.

    def _gather(self) -> None:
        if self.wanted.touched:
            rows = self.wanted.rows
            self._behind.add((y for y in self.wanted.touched if self.shown.differs(y, rows[y])), self._turn)
            self.wanted.touched.clear()

    def _pass(self, text: str) -> None:
        # A mode is in force for the rows that wait, too: that lines do not wrap, above all.
        rows = set(self._behind.last) if self._painting and not _MODE.fullmatch(text) else set()
        if text in LEAVES_SCREEN:
            # What was not shown until now is shown no more: the modes must not wait for it.
            self._painting = False
            rows = set()
            for one in self._queue:
                one.rows.clear()
            self._unqueue_pictures()
        elif text in SHOWS_SCREEN:
            if self._painting:
                return  # it is shown, and what stands on it stays
            self._painting = True
        elif text in _CLEARS:
            self.wanted.blank()
        elif text == "\x07" and self._queue and self._queue[-1].text == text:
            return  # bells that nobody could have heard apart
        self._queue.append(_Passed(text, rows))
        if text in SHOWS_SCREEN:
            self._pictures_again()

    def _start_over(self) -> None:
        self.shown.forget(self.wanted.width, self.wanted.height)
        self._behind.clear()
        self._behind.add(range(self.wanted.height), self._turn)
        for one in self._queue:
            one.rows.clear()

    def _queue_picture(self, picture: Picture) -> None:
        rows = set(self._behind.last)
        for number, part in enumerate(picture.parts, 1):
            self._queue.append(_Passed(part, set(rows), picture, last=number == len(picture.parts)))

    def _pictures_again(self) -> None:
        """After a clear, those beneath which nothing has changed."""
        self._unqueue_pictures()
        kept, self._pictures = self._pictures, []
        for one in kept:
            inside = [row[one.x : one.x + one.cols] for row in self.wanted.rows[one.y : one.y + one.rows]]
            if tuple(tuple(row) for row in inside) == one.beneath:
                self._pictures.append(one)
                self._queue_picture(one)

    def _forget_pictures(self, x: int, y: int, cols: int, rows: int) -> None:
        self._pictures = [one for one in self._pictures if not one.meets(x, y, cols, rows)]
        self._unqueue_pictures(self._pictures)

    def _unqueue_pictures(self, but: Sequence[Picture] = ()) -> None:
        """Takes back pictures of which nothing was sent."""
        kept = {id(one) for one in but}
        self._queue = deque(
            one for one in self._queue if one.begun or one.picture is None or id(one.picture) in kept
        )


def _is_private_mode(text: str, mode: str) -> bool:
    return text in {f"\x1b[?{mode}h", f"\x1b[?{mode}l"}
