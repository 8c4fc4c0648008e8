"""The diary as it would be written now, in blocks, and the lines that are logged into it.

What the ledger knows is put between the markers in memory; the file itself is written only when
somebody asks for it.
"""

from __future__ import annotations

import stat
import time
from typing import TYPE_CHECKING, NamedTuple

from core.base.errors import BadInput
from core.base.paths import disk_errors
from core.base.text import one_line
from core.studio.pages.markdown import Block, Table, read_text, searched
from core.studio.places import Places

if TYPE_CHECKING:
    from pathlib import Path

    from core.studio.assembly import Opened
    from core.studio.pages.sight import Sight

FILE = "diary.md"
LARGEST = 8_000_000
"""Bytes; the diary of ten thousand shots is 2 MB."""
REST = 20.0
"""So many times as long as a reading took, the next one waits: reading a long diary anew with every
event of a worker would keep a core busy."""
KINDS: tuple[str, ...] = ("started", "stopped", "pivoted")


class DiaryPage(NamedTuple):
    """A whole diary, ready to be drawn from any line on."""

    places: Places
    path: str
    blocks: tuple[Block, ...]
    tables: tuple[Table, ...]
    words: tuple[str, ...]
    """What a search looks through, a text a block, without case."""
    there: bool
    """The file exists."""
    behind: bool
    """The file lacks something that is shown."""
    trouble: str
    """Why the markers cannot be filled, or an empty string."""


class DiaryReader:
    """Reads the diary again only where something moved; one screen's, and used by one thread at a time."""

    def __init__(self) -> None:
        self._marks: tuple[object, ...] = ()
        self._page: DiaryPage | None = None
        self._next = 0.0
        """When it may be read again, by the monotonic clock."""

    def __call__(self, sight: Sight) -> DiaryPage:
        """The page, the very same one while nothing moved. Raises BadInput."""
        path = sight.places.home / FILE
        file = _stat(path)
        marks = (
            file,
            sight.places,
            sight.reader.data_version() if sight.reader else 0,
            sight.snapshot.signature if sight.snapshot else "",
        )
        now = time.monotonic()
        if self._page is not None and (marks == self._marks or self._only_ledger(marks, now)):
            return self._page
        self._page, self._marks = read(sight), marks
        took = time.monotonic() - now
        self._next = now + took + REST * took
        return self._page

    def _only_ledger(self, marks: tuple[object, ...], now: float) -> bool:
        """Whether what moved may wait: a person's own change of the file is shown at once."""
        return marks[0] == self._marks[0] and now < self._next


def read(sight: Sight) -> DiaryPage:
    """The diary as it would be written now. Raises BadInput where the file is no text that can be shown."""
    path = sight.places.home / FILE
    was = _bytes(path)
    now, trouble = was or b"", ""
    if sight.reader is not None and sight.snapshot is not None:
        from core.desk.diary import as_it_would_be  # noqa: PLC0415 - a template engine, 60 ms

        try:
            now = as_it_would_be(was, sight.reader, sight.snapshot)
        except BadInput as error:
            trouble = one_line(str(error), 400)
    text = read_text(now.decode("utf-8", "replace").removeprefix("\ufeff"))
    behind = now != was and not trouble and was is not None
    words = tuple(map(searched, text.blocks))
    there = was is not None
    return DiaryPage(sight.places, str(path), text.blocks, text.tables, words, there, behind, trouble)


def _stat(path: Path) -> tuple[int, int, int] | None:
    try:
        facts = path.stat()
    except OSError:
        return None
    return facts.st_size, facts.st_mtime_ns, facts.st_ino


def _bytes(path: Path) -> bytes | None:
    """The file, or None where there is none. Raises BadInput for what is no plain file, or too long."""
    try:
        with disk_errors(path):
            facts = path.stat()
            if not stat.S_ISREG(facts.st_mode):
                raise BadInput("something else stands where the diary should be", where=str(path))
            if facts.st_size > LARGEST:
                raise BadInput(
                    f"{facts.st_size:,} bytes: too long to be shown",
                    where=str(path),
                    todo="open it in an editor",
                )
            return path.read_bytes()
    except FileNotFoundError:
        return None


def log(film: Opened, kind: str, text: str) -> str:
    """Keeps a line on how the film is made, as `rushes log` does. Raises BadInput."""
    from core.studio import tasking  # noqa: PLC0415 - sqlmodel, only to act

    return tasking.log(film.production, kind, text)


def write(film: Opened, places: Places) -> str:
    """Brings diary.md up to date, as `rushes diary` does. Raises BadInput where its markers are broken."""
    from core.studio import cutting  # noqa: PLC0415 - with the desk, only to write

    return f"{cutting.write_diary(film.production, places).name} is up to date"
