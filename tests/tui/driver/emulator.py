"""A terminal in memory, written apart from the product's own reading of the same stream.

It is strict where terminals differ: what they may do otherwise leaves rubbish here, so that a stream which
relies on it is seen. `rubbish=False` makes it the kindest of terminals instead.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from wcwidth import wcwidth
from wcwidth.table_vs16 import VS16_NARROW_TO_WIDE

_WORD = re.compile(
    r"\x1b\[([<=>?]?)([0-9;:]*)([ -/]*)([@-~])"
    r"|\x1b\](.*?)(?:\x07|\x1b\\)"
    r"|\x1b([P_^X])(.*?)\x1b\\"
    r"|\x1b([78=>c])"
    r"|([^\x1b])",
    re.DOTALL,
)
_WIDENED = [pair for table in VS16_NARROW_TO_WIDE.values() for pair in table]
_OFF = {"22": {"1", "2"}, "23": {"3"}, "24": {"4", "21"}, "25": {"5", "6"}}
_OFF |= {"27": {"7"}, "28": {"8"}, "29": {"9"}, "54": {"51", "52"}, "55": {"53"}}


class Glyph(NamedTuple):
    text: str = " "
    fg: str = ""
    bg: str = ""
    on: frozenset[str] = frozenset()
    link: str = ""


BLANK = Glyph()
RUBBISH = Glyph("\N{REPLACEMENT CHARACTER}", "31", "45")


class Emulator:
    def __init__(
        self,
        width: int,
        height: int,
        *,
        rubbish: bool = True,
        emoji_are_narrow: bool = False,
        bce: bool = False,
    ) -> None:
        """`bce`: it erases in the pen's colours."""
        self.rubbish, self.emoji_are_narrow, self.bce = rubbish, emoji_are_narrow, bce
        self.width, self.height = width, height
        self.rows = [[BLANK] * width for _ in range(height)]
        self.x = self.y = 0
        self.pen = BLANK
        self.modes: set[str] = {"7", "25"}
        self.wrap_waits = self.joins = self.beyond = False
        self.heard: list[str] = []
        """Bells, OSC and strings, in order."""
        self._rest = ""

    @property
    def painted(self) -> bool:
        """Whether every cell was said something of since the screen was new."""
        return not any(RUBBISH in row for row in self.rows)

    @property
    def text(self) -> list[str]:
        return ["".join(glyph.text for glyph in row).rstrip() for row in self.rows]

    def resize(self, width: int, height: int) -> None:
        """Terminals crop, pad, wrap anew or clear: nothing can be built on it."""
        if self.rubbish or (width, height) != (self.width, self.height):
            self.rows = [[RUBBISH] * width for _ in range(height)]
        self.width, self.height = width, height
        self.x, self.y = min(self.x, width - 1), min(self.y, height - 1)

    def feed(self, data: str) -> None:
        data, at = self._rest + data, 0
        while found := _WORD.match(data, at):
            at = found.end()
            prefix, numbers, between, final, osc, kind, string, escape, char = found.groups()
            if char is not None:
                self._char(char)
                # Nothing is joined over a sequence: what stock cuts there it takes for two.
                self.joins = char == "\u200d"
                continue
            self.joins = False
            if final:
                self._csi(prefix, numbers, between, final)
            elif osc is not None:
                self._osc(osc)
            elif kind:
                self.heard.append(kind + string)
            else:
                assert escape in "78=>", f"ESC {escape}"
        self._rest = data[at:]

    # Sequences.

    def _osc(self, osc: str) -> None:
        if osc.startswith("8;"):
            link = osc[2:]
            self.pen = self.pen._replace(link=link if link.split(";", 1)[1] else "")
        else:
            self.heard.append("]" + osc)

    def _csi(self, prefix: str, numbers: str, between: str, final: str) -> None:
        if prefix == "?" and final in "hl":
            for mode in numbers.split(";"):
                self._mode(mode, final == "h")
        elif prefix or between or final in "cntuq":
            self.heard.append(f"[{prefix}{numbers}{between}{final}")
        elif final == "m":
            self._sgr(numbers)
        else:
            self._move([int(one or "0") for one in numbers.split(";")], final)

    def _mode(self, mode: str, on: bool) -> None:
        (self.modes.add if on else self.modes.discard)(mode)
        if mode == "1049":
            self.rows = [[RUBBISH] * self.width for _ in range(self.height)]  # GNU screen does not clear it
            assert self.pen == BLANK or on, "the shell is left with a pen of ours"

    def _move(self, numbers: list[int], final: str) -> None:
        one = max(1, numbers[0])
        self.wrap_waits = self.beyond = False
        if final == "H":
            self.y, self.x = one - 1, max(1, [*numbers, 1][1]) - 1
        elif final in "ABCD":
            self.x += {"C": one, "D": -one}.get(final, 0)
            self.y += {"B": one, "A": -one}.get(final, 0)
        elif final == "G":
            self.x = one - 1
        elif final == "d":
            self.y = one - 1
        elif final == "X":
            self._erase(self.y, self.x, self.x + one)
        elif final == "K":
            assert numbers == [0]
            self._erase(self.y, self.x, self.width)
        elif final == "J":
            assert numbers == [2]
            for y in range(self.height):
                self._erase(y, 0, self.width)
        else:
            raise AssertionError(f"CSI {numbers} {final}")
        self.x, self.y = min(max(self.x, 0), self.width - 1), min(max(self.y, 0), self.height - 1)

    def _erase(self, y: int, start: int, end: int) -> None:
        """Coloured erasing is not the same on all terminals."""
        end = min(end, self.width)
        self._tear(y, start)
        self._tear(y, end)
        plain = not self.pen.bg and "7" not in self.pen.on
        otherwise = BLANK if plain or not self.rubbish else RUBBISH
        erased = self.pen._replace(text=" ") if self.bce else otherwise
        self.rows[y][start:end] = [erased] * (end - start)

    def _sgr(self, numbers: str) -> None:
        parts = numbers.split(";")
        while parts:
            part = parts.pop(0)
            if part in {"", "0"}:
                self.pen = BLANK._replace(link=self.pen.link)
            elif part in {"38", "48"}:
                count = {"5": 2, "2": 4}[parts[0]]
                colour = ";".join([part, *parts[:count]])
                del parts[:count]
                self.pen = self.pen._replace(fg=colour) if part == "38" else self.pen._replace(bg=colour)
            elif part in _OFF:
                self.pen = self.pen._replace(on=self.pen.on - _OFF[part])
            elif 30 <= int(part) <= 39 or 90 <= int(part) <= 97:
                self.pen = self.pen._replace(fg="" if part == "39" else part)
            elif 40 <= int(part) <= 49 or 100 <= int(part) <= 107:
                self.pen = self.pen._replace(bg="" if part == "49" else part)
            else:
                self.pen = self.pen._replace(on=self.pen.on | {part})

    # Characters.

    def _char(self, char: str) -> None:
        if char in "\r\n\b":
            self.beyond = False
        if char == "\r":
            self.x, self.wrap_waits = 0, False
        elif char == "\n":
            self._line_feed()
        elif char == "\b":
            if self.wrap_waits and self.rubbish:  # some step back, some only end the wait
                self.rows[self.y][self.x] = RUBBISH
            self.x, self.wrap_waits = max(0, self.x - 1), False
        elif char == "\x07":
            self.heard.append("bell")
        else:
            assert char.isprintable() or (wcwidth(char) == 0 and char >= "\xa0"), repr(char)
            self._print(char)

    def _line_feed(self) -> None:
        """At the bottom Textual feeds a line only where a frame still has the size before; we never do."""
        if self.rubbish and self.y == self.height - 1:
            self.rows = [[RUBBISH] * self.width for _ in self.rows]
        self.x, self.y, self.wrap_waits = 0, min(self.y + 1, self.height - 1), False

    def _print(self, char: str) -> None:
        wide = wcwidth(char)
        behind = self._behind()
        if not self.emoji_are_narrow:
            if self.joins and wide == 2 and behind is not None:
                wide = 0
            if behind is not None and "\U0001f3fb" <= char <= "\U0001f3ff":
                wide = 0  # skin tones
            if char == "\ufe0f" and behind is not None:
                self._widen(behind)
        elif wide == 2 and ord(char) >= 0x1F000:
            wide = 1
        if wide <= 0:
            if behind is not None:
                glyph = self.rows[self.y][behind]
                self.rows[self.y][behind] = glyph._replace(text=glyph.text + char)
            return
        self._put(char, wide)

    def _behind(self) -> int | None:
        """The column of the character that was printed last, if the cursor stands after it."""
        if self.beyond:
            return None
        x = self.x if self.wrap_waits else self.x - 1
        if x > 0 and not self.rows[self.y][x].text:
            x -= 1
        return x if x >= 0 else None

    def _widen(self, x: int) -> None:
        text = self.rows[self.y][x].text
        if len(text) == 1 and any(low <= ord(text) <= high for low, high in _WIDENED) and x + 1 < self.width:
            self._tear(self.y, x + 2)
            self.rows[self.y][x + 1] = self.rows[self.y][x]._replace(text="")
            self.x, self.wrap_waits = min(x + 2, self.width - 1), x + 2 >= self.width

    def _put(self, char: str, wide: int) -> None:
        if self.wrap_waits and "7" in self.modes:
            self._line_feed()
        elif self.wrap_waits or self.x + wide > self.width:
            # A line too long. Terminals pile it up in the last column, wide characters each in its way.
            self.beyond = True
            if self.rubbish:
                self.rows[self.y][-1] = RUBBISH
            return
        self.wrap_waits = False
        x = min(self.x, self.width - wide)
        self._tear(self.y, x)
        self._tear(self.y, x + wide)
        row = self.rows[self.y]
        row[x] = self.pen._replace(text=char)
        if wide == 2:
            row[x + 1] = self.pen._replace(text="")
        self.x = min(x + wide, self.width - 1)
        self.wrap_waits = x + wide >= self.width

    def _tear(self, y: int, x: int) -> None:
        """A wide character that loses a half: its place is anybody's guess."""
        row = self.rows[y]
        if 0 < x < self.width and not row[x].text:
            for at in (x - 1, x):
                row[at] = RUBBISH if self.rubbish else row[at]._replace(text=" ")
