"""From a dotted path to a line: where in a TOML, JSON or front matter text a value stands.

Used on faults only, so it may cost a scan of the whole text. The scanner is lenient: where the
text breaks off or breaks a rule, what was seen before still has its lines.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

Path = tuple[str | int, ...]

FENCE = "+++"
_DEEPEST = 100  # deeper than any film file, shallower than Python's own stack
_BARE_ENDS = ",]}#\n"


class Lines:
    """The lines of one text. `of` takes a pydantic `loc`: `("shot", 3, "continuity", "props", 1)`."""

    def __init__(self, index: dict[Path, int], duplicates: tuple[tuple[Path, int], ...] = ()) -> None:
        self._index = index
        self.duplicates = duplicates
        """Keys written twice, each with the line of its later writing."""

    @classmethod
    def toml(cls, text: str, first_line: int = 1) -> Lines:
        return cls._scanned(_TomlScan(text, first_line))

    @classmethod
    def json(cls, text: str) -> Lines:
        return cls._scanned(_Scan(text, 1))

    @classmethod
    def front_matter(cls, text: str) -> Lines:
        """Lines of the TOML between two `+++` lines, counted from the top of the whole file."""
        head, _, rest = text.partition("\n")
        if head.rstrip() != FENCE:
            return cls({(): 1})
        body: list[str] = []
        for line in rest.split("\n"):
            if line.rstrip() == FENCE:
                break
            body.append(line)
        found = cls.toml("\n".join(body), first_line=2)
        found._index[()] = 1
        return found

    @classmethod
    def _scanned(cls, scan: _Scan) -> Lines:
        scan.run()
        return cls(scan.index, tuple(scan.duplicates))

    def of(self, loc: Sequence[str | int]) -> int:
        """The 1-based line of `loc`, or of the nearest thing that encloses it."""
        path = tuple(part for part in loc if part != "[key]")
        while path not in self._index and path:
            path = path[:-1]
        return self._index.get(path, 1)


class _Broken(Exception):
    """The text breaks a rule here: the scan ends, its finds stay."""


class _Scan:
    """A cursor over the text and the JSON grammar; the TOML grammar builds on it."""

    comments = False

    def __init__(self, text: str, first_line: int) -> None:
        self.text = text
        self.at = 0
        self.first_line = first_line
        self.index: dict[Path, int] = {(): first_line}
        self.duplicates: list[tuple[Path, int]] = []
        self._counted_to = 0
        self._newlines = 0

    def run(self) -> None:
        try:
            self.document()
        except _Broken:
            return

    def document(self) -> None:
        self.blank()
        self.value((), 0)

    def line(self) -> int:
        """The cursor only moves on, so newlines are counted once."""
        self._newlines += self.text.count("\n", self._counted_to, self.at)
        self._counted_to = self.at
        return self.first_line + self._newlines

    def peek(self, size: int = 1) -> str:
        return self.text[self.at : self.at + size]

    def take(self, mark: str) -> bool:
        if not self.text.startswith(mark, self.at):
            return False
        self.at += len(mark)
        return True

    def must(self, mark: str) -> None:
        if not self.take(mark):
            raise _Broken

    def blank(self, newlines: bool = True) -> None:
        """Over white space, and over comments where the grammar has them."""
        skip = " \t\r\n" if newlines else " \t\r"
        while self.at < len(self.text):
            if self.text[self.at] in skip:
                self.at += 1
            elif self.comments and self.text[self.at] == "#":
                end = self.text.find("\n", self.at)
                self.at = len(self.text) if end < 0 else end
            else:
                return

    def note(self, path: Path) -> None:
        if path in self.index and path:
            self.duplicates.append((path, self.line()))
        else:
            self.index[path] = self.line()

    def value(self, path: Path, depth: int) -> None:
        if depth > _DEEPEST:
            raise _Broken
        mark = self.peek()
        if mark == "[":
            self.array(path, depth + 1)
        elif mark == "{":
            self.table(path, depth + 1)
        elif mark in ('"', "'"):
            self.string()
        else:
            self.bare()

    def array(self, path: Path, depth: int) -> None:
        self.must("[")
        count = 0
        while True:
            self.blank()
            if self.take("]"):
                return
            self.note((*path, count))
            self.value((*path, count), depth)
            count += 1
            self.blank()
            if not self.take(","):
                self.must("]")
                return

    def table(self, path: Path, depth: int) -> None:
        self.must("{")
        while True:
            self.blank()
            if self.take("}"):
                return
            self.pair(path, depth)
            self.blank()
            if not self.take(","):
                self.must("}")
                return

    def pair(self, path: Path, depth: int) -> None:
        here = (*path, self.string())
        self.note(here)
        self.blank()
        self.must(":")
        self.blank()
        self.value(here, depth)

    def string(self) -> str:
        """Over a quoted string of one line; its text, escapes undone."""
        start, quote = self.at, self.peek()
        if quote not in ('"', "'"):
            raise _Broken
        at = start + 1
        while at < len(self.text) and self.text[at] not in (quote, "\n"):
            at += 2 if quote == '"' and self.text[at] == "\\" else 1
        if self.text[at : at + 1] != quote:
            raise _Broken
        self.at = at + 1
        return _plain(self.text[start : self.at])

    def bare(self) -> None:
        """Over a number, a date, a boolean: up to what may end it."""
        start = self.at
        while self.at < len(self.text) and self.text[self.at] not in _BARE_ENDS:
            self.at += 1
        if self.at == start:
            raise _Broken


class _TomlScan(_Scan):
    comments = True

    def __init__(self, text: str, first_line: int) -> None:
        super().__init__(text, first_line)
        self.counts: dict[Path, int] = {}
        """How many tables each array of tables holds so far."""

    def document(self) -> None:
        table: Path = ()
        while True:
            self.blank()
            if self.at >= len(self.text):
                return
            if self.take("[["):
                table = self.header("]]", repeated=True)
            elif self.take("["):
                table = self.header("]", repeated=False)
            else:
                self.pair(table, 0)
                self.blank(newlines=False)
                if self.at < len(self.text):
                    self.must("\n")

    def header(self, close: str, *, repeated: bool) -> Path:
        path: Path = ()
        keys = self.keys()
        for key in keys[:-1]:
            path = self.newest((*path, key))
            self.index.setdefault(path, self.line())
        path = (*path, keys[-1])
        if repeated:
            self.index.setdefault(path, self.line())
            self.counts[path] = self.counts.get(path, 0) + 1
            path = (*path, self.counts[path] - 1)
        self.index.setdefault(path, self.line())
        self.must(close)
        return path

    def newest(self, path: Path) -> Path:
        """A header's path runs through the last table of an array of tables."""
        return (*path, self.counts[path] - 1) if path in self.counts else path

    def keys(self) -> list[str]:
        found: list[str] = []
        while True:
            self.blank(newlines=False)
            found.append(self.key())
            self.blank(newlines=False)
            if not self.take("."):
                return found

    def key(self) -> str:
        if self.peek() in ('"', "'"):
            return self.string()
        start = self.at
        while self.at < len(self.text) and (self.text[self.at].isalnum() or self.text[self.at] in "_-"):
            self.at += 1
        if self.at == start:
            raise _Broken
        return self.text[start : self.at]

    def pair(self, path: Path, depth: int) -> None:
        keys = self.keys()
        for key in keys[:-1]:
            path = (*path, key)
            self.index.setdefault(path, self.line())
        path = (*path, keys[-1])
        self.note(path)
        self.must("=")
        self.blank(newlines=False)
        self.value(path, depth)

    def string(self) -> str:
        for fence in ('"""', "'''"):
            if self.take(fence):
                self.to_fence(fence)
                return ""
        return super().string()

    def to_fence(self, fence: str) -> None:
        """Over the rest of a multi-line string; quotes right before the fence belong to the text."""
        while self.at < len(self.text):
            if fence[0] == '"' and self.peek() == "\\":
                self.at += 2
            elif self.take(fence):
                while self.peek() == fence[0]:
                    self.at += 1
                return
            else:
                self.at += 1
        raise _Broken


def _plain(quoted: str) -> str:
    if quoted[0] == "'" or "\\" not in quoted:
        return quoted[1:-1]
    try:
        return str(json.loads(quoted))
    except ValueError:
        return quoted[1:-1]
