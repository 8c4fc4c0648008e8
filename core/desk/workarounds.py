"""What broke in shots like this one, and what helped: from this film, and from earlier ones of this user.

`$XDG_STATE_HOME/rushes/catalogue.jsonl`: one line a failure that was logged or amended, for this user
alone, bounded in size, without keys. Appended to; when full it becomes `catalogue.old.jsonl`, and the one
before that is let go: advice may be forgotten, the films' own ledgers keep every row.
"""

from __future__ import annotations

import fcntl
import json
import os
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, NamedTuple

from core.base import settings
from core.base.errors import BadInput
from core.base.paths import disk_errors, open_plain, sha256_text
from core.base.redact import redact, secret_values
from core.base.text import one_line
from core.desk.failure_words import HELPED

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

MOST_BYTES = 1_000_000
"""Of each of the two files: some 2,000 failures."""
MOST_CHARACTERS = 400
"""Of a text in a line: advice, not a record."""
MOST_LINES = 5
"""Said beside a quote."""
LOCK_S = 2.0
_TEXTS = ("shot", "category", "broke", "workaround", "outcome", "lesson")


class Of(NamedTuple):
    """What kind of shot, made with what."""

    kind: str
    provider: str
    model: str

    def __str__(self) -> str:
        return f"{self.kind} shots on {self.provider}:{self.model}"


class Case(NamedTuple):
    """A failure, as far as it teaches something."""

    of: Of
    at: str
    shot: str
    category: str
    broke: str
    workaround: str
    outcome: str
    lesson: str
    film: str = ""
    """Title of the earlier film; empty: this one."""


# The file.


def place() -> Path:
    return settings.state_dir() / "catalogue.jsonl"


def keep(root: Path, title: str, of: Of, row: Mapping[str, Any]) -> None:
    """Appends a failure. `row`: of `records.failures`. Raises OSError, BadInput, DiskFull."""
    secrets = secret_values()
    # Redacted well beyond the cut, so that no half of a key is left at its end.
    texts = {name: redact(str(row[name])[: MOST_CHARACTERS * 10], secrets) for name in _TEXTS}
    said = {name: one_line(text, MOST_CHARACTERS) for name, text in texts.items()}
    named = one_line(redact(title, secrets), 200) or "a film without a title"
    facts = {"film": named, "path": _mark(root), "id": row["first"], "at": row["at"]}
    line = (json.dumps({**facts, **of._asdict(), **said}) + "\n").encode()
    path = place()
    with disk_errors(path):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _alone(path):
            if _size(path) + len(line) > MOST_BYTES:
                path.replace(_older(path))
            handle = open_plain(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
            try:
                os.fchmod(handle, 0o600)
                os.write(handle, line)
            finally:
                os.close(handle)


def _older(path: Path) -> Path:
    return path.with_name("catalogue.old.jsonl")


def _size(path: Path) -> int:
    try:
        return path.lstat().st_size
    except FileNotFoundError:
        return 0


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Held for one line: two that find the file full must not both set it aside."""
    handle = open_plain(path.with_name("catalogue.lock"), os.O_RDWR | os.O_CREAT)
    try:
        until = time.monotonic() + LOCK_S
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() >= until:
                    raise
                time.sleep(0.01)
        yield
    finally:
        os.close(handle)


def _mark(root: Path) -> str:
    """Names a film without saying where it lies."""
    return sha256_text(str(root.resolve()))[:16]


def others(root: Path) -> list[Case]:
    """What this user's other films tell, newest first. A file that cannot be read tells nothing."""
    ours, found = _mark(root), dict[tuple[str, int], Case]()
    for path in (_older(place()), place()):
        for line in _lines(path):
            case = _case(line)
            if case and case[0][0] != ours:
                found.pop(case[0], None)
                found[case[0]] = case[1]
    return list(reversed(found.values()))


def _lines(path: Path) -> list[str]:
    with suppress(OSError, BadInput):
        handle = open_plain(path, os.O_RDONLY)
        try:
            # A file somebody else has filled is read no further than one of ours would be.
            text = os.pread(handle, MOST_BYTES, max(0, os.fstat(handle).st_size - MOST_BYTES))
        finally:
            os.close(handle)
        return text.decode("utf-8", "replace").split("\n")
    return []


def _case(line: str) -> tuple[tuple[str, int], Case] | None:
    """None for a line that is not as we write it: half written, or somebody else's."""
    try:
        held = json.loads(line)
        texts = {name: held[name] for name in (*_TEXTS, "at", "film", "path", *Of._fields)}
        if type(held["id"]) is not int or not all(isinstance(text, str) for text in texts.values()):
            return None
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    of = Of(*(texts.pop(name) for name in Of._fields))
    return (texts.pop("path"), held["id"]), Case(of, **texts)


# Choosing.


def of_row(of: Of, row: Mapping[str, Any]) -> Case:
    """A failure of this film. `row`: of `records.failures`."""
    return Case(of, row["at"], *(str(row[name]) for name in _TEXTS))


def best_known(
    cases: Iterable[Case], kind: str, provider: str, model: str, category: str | None = None
) -> Case | None:
    """The case whose workaround is worth trying first for a shot of this kind; None where none has one.

    What helped comes before what was only tried, then this film before earlier ones, then the better
    outcome, the oftener it was, the newer. What ended in a dropped shot is no workaround.
    """
    alike = [
        case
        for case in cases
        if case.of == (kind, provider, model)
        and category in (None, case.category)
        and case.workaround
        and case.outcome != "dropped"
    ]
    often: dict[str, int] = {}
    for case in alike:
        if case.outcome in HELPED:
            often[_same(case)] = often.get(_same(case), 0) + 1
    newest = sorted(alike, key=lambda case: case.at, reverse=True)
    return min(newest, key=lambda case: (*_rank(case), -often.get(_same(case), 0)), default=None)


def _rank(case: Case) -> tuple[bool, bool, int]:
    helped = case.outcome in HELPED
    return not helped, bool(case.film), HELPED.index(case.outcome) if helped else len(HELPED)


def _same(case: Case) -> str:
    return " ".join(case.workaround[:MOST_CHARACTERS].casefold().split())


def said(cases: Sequence[Case], wanted: Iterable[Of]) -> tuple[str, ...]:
    """What to know before shots of these kinds are fired: at most five lines, the surest first.

    The best for each kind and model, then what helped against further categories there.
    """
    first, more, bare = list[Case](), list[Case](), list[Case]()
    for of in dict.fromkeys(wanted):
        alike = [case for case in cases if case.of == of]
        best = best_known(alike, *of)
        if best:
            first.append(best)
            rest = dict.fromkeys(case.category for case in alike if case.category != best.category)
            more += [found for word in rest if (found := best_known(alike, *of, word))]
        elif alike:
            bare.append(alike[0])
    return tuple(_line(case) for case in (*sorted(first, key=_rank), *sorted(more, key=_rank), *bare))[
        :MOST_LINES
    ]


def _line(case: Case) -> str:
    film = f" (in '{one_line(case.film, 60)}')" if case.film else ""
    broke = f"{case.of} failed before{film}: {one_line(case.broke, 160)}"
    if not case.workaround or case.outcome == "dropped":
        return f"{broke}; no workaround is known"
    way = "what helped" if case.outcome in HELPED else "what was tried"
    return f"{broke}; {way}: {one_line(case.workaround, 160)}"
