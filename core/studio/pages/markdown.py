"""A Markdown text as blocks, a line of a table or of code each: a long diary is drawn in pieces.

Blocks only, in one pass over the lines; what stands inside a line is read by whoever draws it.
"""

from __future__ import annotations

import re
from typing import NamedTuple

LONGEST = 20_000
"""Characters of one block; what is longer is no prose."""
WIDEST = 60
"""Characters that a cell of a table may ask for."""

_HEADING = re.compile(r" {0,3}(#{1,6})(?:[ \t]+(.*?))?(?:[ \t]+#+)?[ \t]*$")
_RULE = re.compile(r" {0,3}(?:(?:-[ \t]*){3,}|(?:\*[ \t]*){3,}|(?:_[ \t]*){3,})$")
_UNDERLINE = re.compile(r" {0,3}(=+|-+)[ \t]*$")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_QUOTE = re.compile(r" {0,3}((?:>[ ]?)+)(.*)$")
_ITEM = re.compile(r"([ \t]*)([-*+]|\d{1,9}[.)])(?:[ \t]+(.*))?$")
_TASK = re.compile(r"\[([ xX])\][ \t]+")
_DASHES = re.compile(r"[ \t]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$")
_ESCAPES = re.compile(r"\\(?=[!-/:-@\[-`{-~])")
_PIPE = re.compile(r"(?<!\\)\|")


class Block(NamedTuple):
    """One piece; its text is raw, emphasis and escapes as they were written."""

    kind: str
    """heading, text, item, quote, code, rule, heads, row, air."""
    text: str = ""
    depth: int = 0
    """Of a heading from 1, of an item or a quote from 0."""
    mark: str = ""
    """Of an item: `-`, `3.`, `[ ]`, `[x]`."""
    cells: tuple[str, ...] = ()
    """Of a table's line."""
    table: int = -1
    """Number of its table."""
    line: int = 0
    """Where it begins in the file, from 1."""


class Table(NamedTuple):
    """What the lines of one table share."""

    heads: tuple[str, ...]
    widths: tuple[int, ...]
    """The longest cell of each column in characters, at most WIDEST."""


class Text(NamedTuple):
    """A whole document."""

    blocks: tuple[Block, ...]
    tables: tuple[Table, ...]


def read_text(text: str) -> Text:
    """The blocks of a Markdown text. Pure, linear in its length; every text is some Markdown."""
    scan = _Scan(_lines(text))
    scan.run()
    return Text(tuple(scan.blocks), tuple(Table(heads, tuple(wide)) for heads, wide in scan.tables))


def _lines(text: str) -> list[str]:
    """Without comments: they are for machines. Line numbers stay as they are."""
    kept: list[str] = []
    inside, fence = False, ""
    for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        shown = line
        if not inside and (found := _FENCE.match(line)):
            fence = "" if fence and found[1].startswith(fence) else fence or found[1]
        if not fence:
            shown, inside = _uncommented(line, inside)
        kept.append(shown.expandtabs(4))
    return kept


def _uncommented(line: str, inside: bool) -> tuple[str, bool]:
    parts: list[str] = []
    at = 0
    while True:
        if inside:
            end = line.find("-->", at)
            if end < 0:
                return "".join(parts), True
            at, inside = end + 3, False
        begin = line.find("<!--", at)
        if begin < 0:
            parts.append(line[at:])
            return "".join(parts), False
        parts.append(line[at:begin])
        at, inside = begin + 4, True


class _Scan:
    def __init__(self, lines: list[str]) -> None:
        self.lines = lines
        self.blocks: list[Block] = []
        self.tables: list[tuple[tuple[str, ...], list[int]]] = []
        self.at = 0
        self.open: list[str] = []
        """Lines of the paragraph, item or quote that is being gathered."""
        self.first = Block("text")
        """What they will become."""

    def run(self) -> None:
        while self.at < len(self.lines):
            line = self.lines[self.at]
            if not self._special(line):
                self._prose(line)
            self.at += 1
        self._close()

    def _special(self, line: str) -> bool:
        """Takes a line that is no prose."""
        if not line.strip():
            self._close()
            if self.blocks and self.blocks[-1].kind != "air":
                self._add("air")
        elif found := _FENCE.match(line):
            self._code(found[1])
        elif found := _HEADING.match(line):
            self._add("heading", found[2] or "", depth=len(found[1]))
        elif self.open and self.first.kind == "text" and (found := _UNDERLINE.match(line)):
            self.first = self.first._replace(kind="heading", depth=1 if found[1][0] == "=" else 2)
            self._close()
        elif _RULE.match(line):
            self._add("rule")
        elif self._begins_table():
            self._table()
        elif not self.open and line.startswith("    ") and not _ITEM.match(line):
            self._add("code", line[4:])
        else:
            return False
        return True

    def _prose(self, line: str) -> None:
        if found := _QUOTE.match(line):
            depth = found[1].count(">") - 1
            if not (self.open and self.first.kind == "quote" and self.first.depth == depth):
                self._begin(Block("quote", depth=depth, line=self.at + 1))
            self._gather(found[2])
        elif found := _ITEM.match(line):
            mark, text = found[2], found[3] or ""
            if task := _TASK.match(text):
                mark, text = f"[{task[1].lower()}]", text[task.end() :]
            self._begin(Block("item", depth=len(found[1]) // 2, mark=mark, line=self.at + 1))
            self._gather(text)
        else:
            if not self.open:
                self._begin(Block("text", line=self.at + 1))
            self._gather(line)

    def _gather(self, line: str) -> None:
        """A line of the open block; two spaces or a backslash at its end break it."""
        self.open.append(line.strip())
        if line.endswith(("  ", "\\")):
            self.open[-1] = self.open[-1].removesuffix("\\")
            again = self.first._replace(mark="", line=self.at + 2)
            self._close()
            self.first = again

    def _begin(self, block: Block) -> None:
        self._close()
        self.first = block

    def _close(self) -> None:
        if self.open:
            self.blocks.append(self.first._replace(text=" ".join(self.open)[:LONGEST]))
        self.open = []
        self.first = Block("text", line=self.at + 1)

    def _add(self, kind: str, text: str = "", depth: int = 0) -> None:
        self._close()
        self.blocks.append(Block(kind, text[:LONGEST], depth, line=self.at + 1))

    def _code(self, fence: str) -> None:
        """To the closing fence, or the end of the text."""
        self._close()
        for at in range(self.at + 1, len(self.lines)):
            found = _FENCE.match(self.lines[at])
            if found and found[1].startswith(fence):
                self.at = at
                return
            self.blocks.append(Block("code", self.lines[at][:LONGEST], line=at + 1))
        self.at = len(self.lines)

    def _begins_table(self) -> bool:
        line, below = self.lines[self.at], self.lines[self.at + 1 : self.at + 2]
        return (
            "|" in line
            and bool(below)
            and "-" in below[0]
            and bool(_DASHES.match(below[0]))
            and len(_cells(line)) == len(_cells(below[0]))
        )

    def _table(self) -> None:
        self._close()
        heads = _cells(self.lines[self.at])
        number = len(self.tables)
        widths = [min(WIDEST, len(head)) for head in heads]
        self.tables.append((heads, widths))
        self.blocks.append(Block("heads", cells=heads, table=number, line=self.at + 1))
        self.at += 2
        while self.at < len(self.lines) and self.lines[self.at].strip() and "|" in self.lines[self.at]:
            cells = (_cells(self.lines[self.at]) + ("",) * len(heads))[: len(heads)]
            for column, cell in enumerate(cells):
                if len(cell) > widths[column]:
                    widths[column] = min(WIDEST, len(cell))
            self.blocks.append(Block("row", cells=cells, table=number, line=self.at + 1))
            self.at += 1
        self.at -= 1


def _cells(line: str) -> tuple[str, ...]:
    inner = line.strip().removeprefix("|")
    if inner.endswith("|") and not inner.endswith("\\|"):
        inner = inner[:-1]
    return tuple(cell.strip()[:LONGEST] for cell in _PIPE.split(inner))


def searched(block: Block) -> str:
    """What a search looks through: without case and without the backslashes that escape signs."""
    return _ESCAPES.sub("", " ".join((block.text, *block.cells)).casefold())
