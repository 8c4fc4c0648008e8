"""A ledger is brought up to date from every ancestor, or refused and left as it was."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from core.base.errors import BadInput, LedgerFault, RushesError
from core.ledger import db, migrations
from core.ledger.append import Ledger
from core.ledger.db import STEPS, connect, integrity, journal_of
from core.ledger.migrations import migrate
from core.ledger.views import Reader
from tests.ledger.rows import ONE_OF_EACH, contents_of, fill, schema_of
from tests.support.fakes import MovingClock

if TYPE_CHECKING:
    from collections.abc import Callable

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
ANCESTORS = Path(__file__).parent / "ancestors"
ROOT = Path(__file__).parents[2]


def thaw(name: str, path: Path) -> Path:
    """The ledger of an older Rushes, as it lies on somebody's disk."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(path)) as link:
        link.executescript((ANCESTORS / f"{name}.sql").read_text("utf-8"))
    return path


def through(count: int, path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A new ledger that has been through the first `count` steps."""
    with monkeypatch.context() as patch:
        patch.setattr(migrations, "MIGRATIONS", migrations.MIGRATIONS[:count])
        patch.setattr(migrations, "STEPS", STEPS[:count])
        patch.setattr(db, "STEPS", STEPS[:count])
        migrate(path, NOW)
    return path


def one_more(monkeypatch: pytest.MonkeyPatch, *statements: str) -> None:
    """A Rushes that knows a step more than this one."""
    steps = (*STEPS, "9999_more")
    more = (*migrations.MIGRATIONS, ("9999_more", statements))
    monkeypatch.setattr(migrations, "MIGRATIONS", more)
    monkeypatch.setattr(migrations, "STEPS", steps)
    monkeypatch.setattr(db, "STEPS", steps)


# Up to date


def test_every_step_of_the_schema_has_its_frozen_ledger() -> None:
    frozen = {path.stem for path in ANCESTORS.glob("*.sql")}
    assert frozen == set(STEPS), "freeze the new step: python -m tests.ledger.freeze"
    assert list(STEPS) == sorted(STEPS)


@pytest.mark.parametrize("count", range(1, len(STEPS) + 1))
def test_a_step_is_never_edited_after_it_was_frozen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    frozen = thaw(STEPS[count - 1], tmp_path / "frozen.db")
    assert schema_of(through(count, tmp_path / "now.db", monkeypatch)) == schema_of(frozen)


@pytest.mark.parametrize("ancestor", STEPS)
def test_every_ancestor_becomes_the_ledger_of_today_and_keeps_its_rows(tmp_path: Path, ancestor: str) -> None:
    path = thaw(ancestor, tmp_path / "old.db")
    before = contents_of(path)
    assert all(before[name] for name in before)
    taken = migrate(path, NOW)
    migrate(tmp_path / "new.db", NOW)
    assert [name for name in STEPS if name > ancestor] == taken
    assert schema_of(path) == schema_of(tmp_path / "new.db")
    after = contents_of(path)
    assert {name: len(rows) for name, rows in before.items() if name != "migration"} == {
        name: len(after[name]) for name in before if name != "migration"
    }
    assert integrity(path) == []


def test_a_new_ledger_has_been_through_every_step(path: Path) -> None:
    assert migrate(path, NOW) == list(STEPS)
    assert contents_of(path)["migration"] == [(name, "2026-03-01T09:00:00.000Z") for name in STEPS]
    assert [found.name for found in path.parent.iterdir()] == ["ledger.db"]
    assert integrity(path) == []


def test_a_ledger_that_is_up_to_date_is_not_written_to(path: Path) -> None:
    migrate(path, NOW)
    before, when = path.read_bytes(), path.stat().st_mtime_ns
    assert migrate(path, NOW) == []
    assert (path.read_bytes(), path.stat().st_mtime_ns) == (before, when)


def test_a_further_step_is_taken_on_a_ledger_full_of_rows(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    thaw(STEPS[-1], path)
    before = contents_of(path)
    column = "ALTER TABLE take ADD COLUMN reel TEXT NOT NULL DEFAULT ''"
    one_more(monkeypatch, column, "CREATE TABLE reel (id)")
    assert migrate(path, NOW) == ["9999_more"]
    after = contents_of(path)
    assert after["take"] == [(*row, "") for row in before["take"]]
    assert {name: rows for name, rows in after.items() if name not in ("take", "migration", "reel")} == {
        name: rows for name, rows in before.items() if name not in ("take", "migration")
    }
    assert migrate(path, NOW) == []


def test_a_step_that_fails_leaves_the_ledger_as_it_was(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    thaw(STEPS[-1], path)
    before = contents_of(path), schema_of(path)
    fails = "UPDATE event SET text = 'x'"
    one_more(monkeypatch, "CREATE TABLE reel (id)", "UPDATE take SET note = 'x'", fails)
    with pytest.raises(LedgerFault, match="append-only"):
        migrate(path, NOW)
    assert (contents_of(path), schema_of(path)) == before


def test_a_newer_rushes_that_was_first_by_a_moment_is_seen(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    thaw(STEPS[-1], path)
    one_more(monkeypatch, "CREATE TABLE reel (id)")

    def late(path: Path) -> sqlite3.Connection:
        with closing(sqlite3.connect(path)) as other:
            other.execute("INSERT INTO migration VALUES ('9999_other', '')")
            other.commit()
        return connect(path)

    monkeypatch.setattr(migrations, "connect", late)
    with pytest.raises(LedgerFault, match="newer Rushes"):
        migrate(path, NOW)
    assert "reel" not in contents_of(path)


def test_of_many_who_begin_a_film_at_once_one_makes_the_ledger(path: Path) -> None:
    gate, made = threading.Barrier(6), []

    def begin() -> None:
        gate.wait()
        made.append(migrate(path, NOW))

    threads = [threading.Thread(target=begin) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(made) == [[]] * 5 + [list(STEPS)]
    assert integrity(path) == []
    assert [found.name for found in path.parent.iterdir()] == ["ledger.db"]


def test_where_a_disk_knows_no_hard_links_a_ledger_is_made_all_the_same(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuses(source: object, target: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuses)
    assert migrate(path, NOW) == list(STEPS)
    assert [found.name for found in path.parent.iterdir()] == ["ledger.db"]


def test_a_worker_killed_while_it_makes_the_ledger_leaves_none(path: Path) -> None:
    story = (
        "import os, sys; from datetime import UTC, datetime; from pathlib import Path\n"
        "from core.ledger import migrations\n"
        "migrations.publish_new = lambda part, path: os.kill(os.getpid(), 9)\n"
        "migrations.migrate(Path(sys.argv[1]), datetime.now(UTC))\n"
    )
    died = subprocess.run([sys.executable, "-c", story, str(path)], cwd=ROOT, check=False).returncode
    assert died == -signal.SIGKILL
    assert not path.exists()
    assert migrate(path, NOW) == list(STEPS)


def test_a_file_where_the_folder_should_be_is_a_sentence(path: Path) -> None:
    path.parent.parent.mkdir()
    path.parent.write_text("a file")
    with pytest.raises(BadInput, match="something else stands"):
        migrate(path, NOW)
    assert path.parent.read_text() == "a file"


# Refused, untouched


def newer(path: Path) -> None:
    thaw(STEPS[-1], path)
    with closing(sqlite3.connect(path)) as link:
        link.execute("INSERT INTO migration VALUES ('9998_later', '2027-01-01')")
        link.commit()


def stranger(path: Path, mode: str = "delete", ident: int = 0) -> None:
    with closing(sqlite3.connect(path)) as link:
        link.execute(f"PRAGMA journal_mode={mode}")
        link.execute(f"PRAGMA application_id={ident}")
        link.execute("CREATE TABLE recipe (name)")
        link.execute("INSERT INTO recipe VALUES ('soup')")
        link.commit()


def cut(share: float, path: Path) -> None:
    thaw(STEPS[-1], path)
    whole = path.read_bytes()
    path.write_bytes(whole[: round(len(whole) * share)])


def half_made(path: Path) -> None:
    """Ours by its header, and without a single table."""
    with closing(sqlite3.connect(path)) as link:
        link.execute(f"PRAGMA application_id={db.APPLICATION_ID}")


REFUSALS: dict[str, tuple[Callable[[Path], object], str]] = {
    "a newer Rushes": (newer, "newer Rushes.*9998_later"),
    "a stranger": (stranger, "not a Rushes ledger"),
    "a stranger in WAL mode": (lambda path: stranger(path, "wal"), "not a Rushes ledger"),
    "a stranger with a name": (lambda path: stranger(path, "delete", 77), "not a Rushes ledger"),
    "an empty file": (lambda path: path.write_bytes(b""), "empty"),
    "a text file": (lambda path: path.write_text("INT. HARBOUR - DAWN\n" * 400), "damaged"),
    "a short text file": (lambda path: path.write_text("FADE IN\n"), "damaged"),
    "a file of zeros": (lambda path: path.write_bytes(bytes(40_960)), "damaged"),
    "a header alone": (lambda path: cut(0.0005, path), "damaged"),
    "a tenth": (lambda path: cut(0.1, path), "damaged"),
    "a half": (lambda path: cut(0.5, path), "damaged"),
    "all but the end": (lambda path: cut(0.96, path), "damaged"),
    "ours without tables": (half_made, "damaged|no such table"),
}


@pytest.mark.parametrize("what", REFUSALS)
def test_what_is_no_ledger_of_ours_is_refused_with_a_sentence_and_left_untouched(
    path: Path, what: str
) -> None:
    make, said = REFUSALS[what]
    path.parent.mkdir(parents=True)
    make(path)
    before, when = path.read_bytes(), path.stat().st_mtime_ns
    reader = Reader(path)
    for opens in (
        lambda: Ledger(path, MovingClock()),
        lambda: migrate(path, NOW),
        lambda: reader.takes_of("S101"),
        reader.data_version,
        lambda: db.back_up(path, path.parent / "backups", NOW),
    ):
        with pytest.raises(LedgerFault, match=said) as refusal:
            opens()
        assert refusal.value.where == str(path)
        assert refusal.value.todo
    assert integrity(path), "the doctor finds it too, and does not fall over it"
    reader.close()
    assert (path.read_bytes(), path.stat().st_mtime_ns) == (before, when)
    assert not list((path.parent / "backups").glob("*"))


def test_a_folder_in_its_place_is_a_sentence(path: Path) -> None:
    path.mkdir(parents=True)
    for opens in (lambda: Ledger(path, MovingClock()), lambda: Reader(path).data_version()):
        with pytest.raises(RushesError, match="a folder stands"):
            opens()


@pytest.mark.parametrize("seed", range(8))
def test_a_flipped_bit_is_a_sentence_or_harmless_and_opening_writes_nothing(path: Path, seed: int) -> None:
    thaw(STEPS[-1], path)
    whole = path.read_bytes()
    chance = random.Random(seed)
    refused = unsound = 0
    for _ in range(20):
        # Half of them where the file says what it is, half anywhere.
        at = chance.randrange(100 if chance.random() < 0.5 else len(whole))
        broken = bytearray(whole)
        broken[at] ^= 1 << chance.randrange(8)
        path.write_bytes(broken)
        try:
            Ledger(path, MovingClock()).close()
            reader = Reader(path)
            for table in ONE_OF_EACH:
                reader.table(table)
            reader.events()
            reader.queued_commands()
            reader.close()
        except RushesError:
            refused += 1
        unsound += bool(integrity(path))
        assert path.read_bytes() == bytes(broken), f"byte {at} was flipped, and opening wrote"
    assert refused
    assert unsound


def test_what_a_killed_writer_left_of_a_ledger_that_is_gone_does_not_reach_the_next(
    path: Path, tmp_path: Path
) -> None:
    old = thaw(STEPS[-1], tmp_path / "old.db")
    with closing(connect(old)) as link:
        link.execute("PRAGMA cache_size=2")
        link.execute("BEGIN IMMEDIATE")
        fill_with_noise(link)
        hot = journal_of(old).read_bytes()
        link.execute("ROLLBACK")
    assert hot.startswith(bytes.fromhex("d9d505f920a163d7"))
    path.parent.mkdir(parents=True)
    journal_of(path).write_bytes(hot)
    migrate(path, NOW)
    assert integrity(path) == []
    with closing(connect(path)) as link:
        fill(link)
    assert integrity(path) == []


def fill_with_noise(link: sqlite3.Connection) -> None:
    for number in range(400):
        link.execute(
            "INSERT INTO event (at, kind, text) VALUES ('', 'noise', ?)", (f"{number} " + "x" * 900,)
        )
