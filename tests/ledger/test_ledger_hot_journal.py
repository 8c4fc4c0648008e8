"""A writer killed in the middle of a transaction: everybody reads the last committed state."""

from __future__ import annotations

import shutil
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from core.ledger import takes
from core.ledger.append import Ledger
from core.ledger.db import back_up, connect_read_only, integrity, journal_of, restore
from core.ledger.migrations import migrate
from core.ledger.views import Reader
from tests.ledger import children
from tests.ledger.rows import contents_of, take
from tests.support.fakes import MovingClock

if TYPE_CHECKING:
    from collections.abc import Callable

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
HOT = bytes.fromhex("d9d505f920a163d7")
"""What a journal begins with that has to be rolled back (sqlite.org/fileformat2.html, 3)."""
TAKES = 60


@pytest.fixture
def filled(path: Path) -> Path:
    """A ledger with something to spoil."""
    ledger = Ledger(path, MovingClock())
    with ledger.write() as w:
        for n in range(1, TAKES + 1):
            takes.plan(w, take("S101", n, prompt="x" * 3000))
    ledger.close()
    return path


def kill_inside(path: Path) -> None:
    """Leaves the file really dirty: pages of an open transaction are in it, the journal is hot."""
    before = path.read_bytes()
    child = children.start("spill", path)
    assert children.told(child) == "dirty"
    children.put_down(child)
    spoiled = path.read_bytes()
    assert spoiled != before
    assert b"spoiled" in spoiled
    assert journal_of(path).read_bytes().startswith(HOT)


def states(path: Path) -> list[str]:
    with closing(connect_read_only(path)) as link:
        return [row[0] for row in link.execute("SELECT state FROM take")]


def by_reader(path: Path) -> list[str]:
    reader = Reader(path)
    found = [row.state for row in reader.all_takes()]
    reader.close()
    return found


def by_the_doctor(path: Path) -> list[str]:
    assert integrity(path) == []
    return by_reader(path)


def by_a_backup(path: Path) -> list[str]:
    return by_reader(back_up(path, path.parent / "backups", NOW))


def by_the_next_worker(path: Path) -> list[str]:
    assert migrate(path, NOW) == []
    ledger = Ledger(path, MovingClock())
    with ledger.write() as w:
        w.event("worker.started")
    ledger.close()
    return by_reader(path)


WAYS: list[Callable[[Path], list[str]]] = [
    states,
    by_reader,
    by_the_doctor,
    by_a_backup,
    by_the_next_worker,
]


@pytest.mark.parametrize("read", WAYS, ids=lambda way: way.__name__)
def test_whoever_comes_first_after_a_kill_reads_the_last_commit(
    filled: Path, read: Callable[[Path], list[str]]
) -> None:
    before = contents_of(filled)
    kill_inside(filled)
    assert read(filled) == ["planned"] * TAKES
    after = contents_of(filled)
    assert after["take"] == before["take"]
    assert after["event"][:TAKES] == before["event"]
    assert "spoiled" not in {row[2] for row in after["event"]}
    assert integrity(filled) == []


@pytest.mark.parametrize(
    "ask",
    [
        lambda reader: [row.state for row in reader.all_takes()],
        lambda reader: [row["state"] for row in reader.table("take")],
    ],
    ids=["rows", "table"],
)
def test_a_reader_that_was_open_across_the_kill_reads_on(
    filled: Path, ask: Callable[[Reader], list[str]]
) -> None:
    reader = Reader(filled)
    assert ask(reader) == ["planned"] * TAKES
    link = reader.link()
    kill_inside(filled)
    assert ask(reader) == ["planned"] * TAKES
    assert reader.link() is link, "and keeps its one connection"
    reader.close()


def test_the_board_notices_nothing_new_in_a_ledger_that_was_rolled_back(filled: Path) -> None:
    reader = Reader(filled)
    assert len(reader.events(limit=500)) == TAKES
    kill_inside(filled)
    reader.data_version()
    assert len(reader.events(limit=500)) == TAKES
    reader.close()


def test_a_writer_that_was_open_across_the_kill_writes_on(filled: Path) -> None:
    ledger = Ledger(filled, MovingClock())
    with ledger.write() as w:
        w.event("before")
    kill_inside(filled)
    with ledger.write() as w:
        w.event("after")
    ledger.close()
    assert by_reader(filled) == ["planned"] * TAKES
    assert [row[2] for row in contents_of(filled)["event"]][TAKES:] == ["before", "after"]
    assert integrity(filled) == []


def test_killed_again_and_again_the_ledger_stays_sound(filled: Path) -> None:
    for _ in range(3):
        kill_inside(filled)
        assert by_reader(filled) == ["planned"] * TAKES
    assert integrity(filled) == []


def test_a_broken_ledger_is_put_aside_with_its_journal_which_spoils_no_backup(filled: Path) -> None:
    backup = back_up(filled, filled.parent / "backups", NOW)
    kill_inside(filled)
    dirty = filled.read_bytes()
    aside = restore(backup, filled, NOW)
    assert aside
    assert aside.read_bytes() == dirty
    assert journal_of(aside).read_bytes().startswith(HOT)
    assert by_reader(filled) == ["planned"] * TAKES
    assert integrity(filled) == []
    assert by_reader(aside) == ["planned"] * TAKES, "the broken one can still be mended by hand"


# Where the reader may not write, it cannot mend, and says so.


def read_without_rights(path: Path) -> Any:
    child = children.start("read", path)
    said = children.told(child)
    assert children.ended(child) == 0
    return said


@pytest.fixture
def dirty(filled: Path, open_folder: Path) -> Path:
    kill_inside(filled)
    path = open_folder / "ledger.db"
    shutil.copy(filled, path)
    shutil.copy(journal_of(filled), journal_of(path))
    return path


@pytest.mark.parametrize("files", [0o444, 0o666])
def test_in_a_folder_that_cannot_be_written_a_torn_ledger_is_a_clear_sentence(
    dirty: Path, files: int
) -> None:
    for file in (dirty, journal_of(dirty)):
        file.chmod(files)
    dirty.parent.chmod(0o555)
    kind, said = read_without_rights(dirty)
    assert kind == "BadInput"
    assert "a killed worker left the ledger in the middle of a write" in said
    assert "write access" in said
    assert journal_of(dirty).read_bytes().startswith(HOT)
    dirty.parent.chmod(0o755)
    for file in (dirty, journal_of(dirty)):
        file.chmod(0o644)
    assert by_reader(dirty) == ["planned"] * TAKES, "nothing was lost"


def test_a_sound_ledger_is_read_where_nothing_can_be_written(filled: Path, open_folder: Path) -> None:
    path = open_folder / "ledger.db"
    shutil.copy(filled, path)
    path.chmod(0o444)
    open_folder.chmod(0o555)
    assert read_without_rights(path) == ["read", ["planned"] * TAKES]
    assert [found.name for found in open_folder.iterdir()] == ["ledger.db"]
