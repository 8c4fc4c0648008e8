"""Files to text to data. What cannot be used becomes a fault with its line; the rest goes on.

Sizes are looked at before a byte is parsed. Text is UTF-8; a byte order mark and CRLF line ends are
taken away, so that the same words give the same prompt on every machine.
"""

from __future__ import annotations

import json
import re
import stat
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import rtoml

from core.base.errors import BadInput, Fault
from core.base.locate import FENCE, Lines
from core.base.paths import LinkCircle, inside
from core.base.redact import find_key, redact
from core.base.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

MAX_FILE_BYTES = 8_000_000
"""10,000 shots in one file are 5 MB."""
MAX_PLAN_BYTES = 64_000_000
MAX_FILES = 10_000

Loc = tuple[str | int, ...]
Form = Literal["toml", "json", "front"]

_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_LONG_NUMBER = re.compile("[0-9]{4301}")
_PLACE = re.compile(r"\s*at line (\d+) column \d+$")
_NAMED_BYTES = {"\x00": "a NUL character", "\x1b": "an escape character"}
_FIRST_FEW = 20
"""A binary file named .toml needs no thousand lines to say so."""


@dataclass
class Source:
    """One file's text, with its lines at hand once a fault asks for them."""

    path: str
    """Relative to the film folder."""
    text: str
    form: Form

    @cached_property
    def lines(self) -> Lines:
        readers = {"toml": Lines.toml, "json": Lines.json, "front": Lines.front_matter}
        return readers[self.form](self.text)


@dataclass
class Faults:
    """Collects the faults of all files."""

    found: list[Fault] = field(default_factory=list)

    def whole(self, path: str, what: str, code: str, *, line: int = 0, nearest: str = "") -> None:
        # A value is quoted in the sentence: it is foreign text, and may be a key.
        self.found.append(Fault(path, line, one_line(redact(what), 400), nearest, code))

    def at(self, source: Source, loc: Sequence[str | int], what: str, code: str, nearest: str = "") -> None:
        self.whole(source.path, what, code, line=source.lines.of(loc), nearest=nearest)


def form_of(path: str) -> Form:
    return "json" if path.endswith(".json") else "toml" if path.endswith(".toml") else "front"


class Reader:
    """Reads the files of one film folder; `instead` holds texts that stand for files on disk."""

    def __init__(self, root: Path, faults: Faults, instead: Mapping[str, str] | None = None) -> None:
        self.root = root
        self.faults = faults
        self.instead = instead or {}
        self.bytes_read = 0

    def source(self, path: str) -> Source | None:
        """The text of `path`, or None after a fault was noted."""
        if path in self.instead:
            text: str | None = self.instead[path]
        else:
            text = self._text(path)
        if text is None:
            return None
        source = Source(path, text.removeprefix("\ufeff").replace("\r\n", "\n"), form_of(path))
        self._look_through(source)
        return source

    def _text(self, path: str) -> str | None:
        data = self._bytes(path)
        if data is None:
            return None
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            self.faults.whole(path, "not UTF-8 text: save the file as UTF-8", "not-utf8", line=line)
            return None

    def _bytes(self, path: str) -> bytes | None:
        try:
            file = inside(self.root, path)
            facts = file.stat()
            if not stat.S_ISREG(facts.st_mode):
                self.faults.whole(path, "not a plain file", "not-a-file")
                return None
            if self._too_big(path, facts.st_size):
                return None
            with file.open("rb") as handle:
                # One byte more than allowed tells a file that grew since its stat.
                data = handle.read(MAX_FILE_BYTES + 1)
        except LinkCircle:
            self.faults.whole(path, "a link that leads nowhere: put the file itself there", "unreadable")
            return None
        except BadInput:
            self.faults.whole(path, "a link that leads outside the film folder", "outside-path")
            return None
        except OSError as error:
            self.faults.whole(path, f"cannot be read: {error.strerror}", "unreadable")
            return None
        if self._too_big(path, len(data)):
            return None
        self.bytes_read += len(data)
        return data

    def _too_big(self, path: str, size: int) -> bool:
        if size > MAX_FILE_BYTES:
            limit = MAX_FILE_BYTES // 1_000_000
            self.faults.whole(path, f"{size:,} bytes: more than the {limit} MB of a film file", "too-big")
            return True
        if self.bytes_read + size > MAX_PLAN_BYTES:
            limit = MAX_PLAN_BYTES // 1_000_000
            self.faults.whole(path, f"with this file the plan is over {limit} MB", "too-big")
            return True
        return False

    def _look_through(self, source: Source) -> None:
        """What no text of a film may hold: control characters and keys."""
        for match, _ in zip(_CONTROL.finditer(source.text), range(_FIRST_FEW), strict=False):
            line = source.text.count("\n", 0, match.start()) + 1
            self.faults.whole(source.path, _control(match[0]), "control-character", line=line)
        start = find_key(source.text)
        if start is not None:
            line = source.text.count("\n", 0, start) + 1
            self.faults.whole(source.path, _KEY_SAID, "looks-like-key", line=line)


_KEY_SAID = (
    "this looks like an API key: take it out of the film, revoke it, and give keys in the environment only"
)


def _control(character: str) -> str:
    return f"{_NAMED_BYTES.get(character, f'a control character (U+{ord(character):04X})')} in the text"


def parse_toml(source: Source, faults: Faults) -> dict[str, Any] | None:
    """The tables of a TOML file, or None after a fault was noted."""
    return _toml(source, source.text, 0, faults)


def _toml(source: Source, text: str, lines_above: int, faults: Faults) -> dict[str, Any] | None:
    try:
        # Control characters were named already; blanks in their place let the rest be read.
        data: dict[str, Any] = rtoml.loads(_CONTROL.sub(" ", text))
    except rtoml.TomlParsingError as error:
        said = str(error)
        place = _PLACE.search(said)
        line = int(place[1]) + lines_above if place else 0
        code = "duplicate-key" if said.startswith("duplicate key") else "bad-toml"
        faults.whole(source.path, _PLACE.sub("", said), code, line=line)
        return None
    _look_at_escapes(source, text, data, faults)
    return data


def parse_json(source: Source, faults: Faults) -> dict[str, Any] | None:
    """The object of a JSON file, or None after a fault was noted. Duplicate keys are faults."""
    repeated = False

    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal repeated
        made = dict(items)
        repeated = repeated or len(made) < len(items)
        return made

    try:
        data = json.loads(_CONTROL.sub(" ", source.text), object_pairs_hook=pairs)
    except json.JSONDecodeError as error:
        broken = "the file is empty" if not source.text.strip() else f"not JSON: {error.msg}"
        faults.whole(source.path, broken, "bad-json", line=error.lineno)
        return None
    except ValueError:  # Python reads no whole number of more than 4,300 digits
        long = _LONG_NUMBER.search(source.text)
        line = source.text.count("\n", 0, long.start()) + 1 if long else 0
        faults.whole(source.path, "a number with more digits than any film needs", "bad-json", line=line)
        return None
    except RecursionError:
        faults.whole(source.path, "nested too deep for a film file", "bad-json")
        return None
    if _too_deep(data):
        faults.whole(source.path, "nested too deep for a film file", "bad-json")
        return None
    if not isinstance(data, dict):
        faults.whole(source.path, "must be one object in { }", "bad-json", line=1)
        return None
    for loc, line in source.lines.duplicates if repeated else ():
        faults.whole(source.path, f"duplicate key '{loc[-1]}'", "duplicate-key", line=line)
    _look_at_escapes(source, source.text, data, faults)
    return data


def parse_front(source: Source, faults: Faults) -> tuple[dict[str, Any], str] | None:
    """Front matter and body of a Markdown file, or None after a fault was noted."""
    head, _, rest = source.text.partition("\n")
    if head.rstrip() != FENCE:
        yaml = " ('---' is YAML's)" if head.rstrip() == "---" else ""
        faults.whole(source.path, f"front matter must stand between +++ lines{yaml}", "front-matter", line=1)
        return None
    lines = rest.split("\n")
    end = next((number for number, line in enumerate(lines) if line.rstrip() == FENCE), None)
    if end is None:
        faults.whole(source.path, "front matter has no closing +++ line", "front-matter", line=1)
        return None
    data = _toml(source, "\n".join(lines[:end]), 1, faults)
    return None if data is None else (data, "\n".join(lines[end + 1 :]).strip())


def _too_deep(data: object, levels: int = 40) -> bool:
    level = [data]
    for _ in range(levels):
        tables = [list(item.values()) for item in level if isinstance(item, dict)]
        lists = [item for item in level if isinstance(item, list)]
        level = [inner for items in (*tables, *lists) for inner in items]
        if not level:
            return False
    return True


def _look_at_escapes(source: Source, text: str, data: object, faults: Faults) -> None:
    """An escape can hide what `_look_through` looks for: only texts with a backslash need the walk."""
    if "\\" not in text:
        return
    named = find_key(text) is not None
    for loc, value in _texts(data, ()):
        found = _CONTROL.search(value)
        if found:
            faults.at(source, loc, _control(found[0]), "control-character")
        if not named and find_key(value) is not None:
            faults.at(source, loc, _KEY_SAID, "looks-like-key")


def _texts(data: object, loc: Loc) -> Iterator[tuple[Loc, str]]:
    """Every text in parsed data with its path, keys included. The parsers bound the depth."""
    if isinstance(data, str):
        yield loc, data
    elif isinstance(data, dict):
        for key, value in data.items():
            yield (*loc, key), key
            yield from _texts(value, (*loc, key))
    elif isinstance(data, list):
        for number, value in enumerate(data):
            yield from _texts(value, (*loc, number))
