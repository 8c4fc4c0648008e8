"""Backups: the last six, each of them whole; and the way back."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from core.base.errors import LedgerFault
from core.ledger import db, takes
from core.ledger.append import Ledger
from core.ledger.db import back_up, backups, integrity, restore
from core.ledger.views import Reader
from tests.ledger.rows import contents_of, take
from tests.support.fakes import MovingClock

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)


@pytest.fixture
def folder(path: Path) -> Path:
    return path.parent / "backups"


def plan(path: Path, *shots: str) -> None:
    ledger = Ledger(path, MovingClock())
    for shot in shots:
        with ledger.write() as w:
            takes.plan(w, take(shot))
    ledger.close()


def shots(path: Path) -> list[str]:
    reader = Reader(path)
    found = [row.shot for row in reader.all_takes()]
    reader.close()
    return found


def test_the_last_six_backups_are_kept_and_each_is_whole(path: Path, folder: Path) -> None:
    made = []
    for number in range(1, 10):
        plan(path, f"S{number}")
        made.append(back_up(path, folder, NOW + timedelta(minutes=number)))
    assert backups(folder) == made[-6:]
    assert sorted(folder.iterdir()) == made[-6:], "and nothing beside them"
    for number, kept in enumerate(made[-6:], 4):
        assert integrity(kept) == []
        assert shots(kept) == [f"S{n}" for n in range(1, number + 1)]
        plan(kept, "NEW")
        assert shots(kept)[-1] == "NEW", "it opens as a ledger"


def test_a_backup_is_taken_while_a_writer_writes_and_holds_nothing_uncommitted(
    ledger: Ledger, folder: Path
) -> None:
    with ledger.write() as w:
        takes.plan(w, take("S1"))
    with ledger.write() as w:
        takes.plan(w, take("S2"))
        kept = back_up(ledger.path, folder, NOW)
    assert shots(kept) == ["S1"]
    assert shots(ledger.path) == ["S1", "S2"]


def test_what_a_killed_worker_left_of_a_backup_is_cleared_away(path: Path, folder: Path) -> None:
    plan(path, "S1")
    folder.mkdir()
    (folder / "ledger-20250101T000000000000Z.part").write_bytes(b"half")
    kept = back_up(path, folder, NOW)
    assert list(folder.iterdir()) == [kept]


def damage(path: Path) -> None:
    """A page in the middle is not what it was; the file still opens."""
    data = bytearray(path.read_bytes())
    data[4096 * 3 : 4096 * 3 + 200] = b"\xff" * 200
    path.write_bytes(data)


def test_a_damaged_ledger_pushes_no_sound_backup_out(path: Path, folder: Path) -> None:
    plan(path, "S1")
    kept = [back_up(path, folder, NOW + timedelta(minutes=n)) for n in range(6)]
    damage(path)
    assert integrity(path)
    for number in range(6, 9):
        with pytest.raises(LedgerFault, match="damaged"):
            back_up(path, folder, NOW + timedelta(minutes=number))
    assert sorted(folder.iterdir()) == kept


def test_restoring_puts_the_backup_in_place_and_keeps_the_broken_one_aside(path: Path, folder: Path) -> None:
    plan(path, "S1")
    kept = back_up(path, folder, NOW)
    rows = contents_of(kept)
    plan(path, "S2")
    damage(path)
    broken = path.read_bytes()
    aside = restore(kept, path, NOW)
    assert aside
    assert aside.read_bytes() == broken
    assert contents_of(path) == rows
    assert shots(path) == ["S1"]
    plan(path, "S3")
    assert shots(path) == ["S1", "S3"]
    assert shots(kept) == ["S1"], "the backup is still there, as it was"


def test_restoring_twice_keeps_both_broken_ones(path: Path, folder: Path) -> None:
    plan(path, "S1")
    kept = back_up(path, folder, NOW)
    first = restore(kept, path, NOW)
    second = restore(kept, path, NOW + timedelta(milliseconds=1))
    assert first
    assert second
    assert first != second
    assert {first, second} <= set(path.parent.iterdir())


def test_restoring_where_the_ledger_is_gone_has_nothing_to_keep(path: Path, folder: Path) -> None:
    plan(path, "S1")
    kept = back_up(path, folder, NOW)
    path.unlink()
    assert restore(kept, path, NOW) is None
    assert shots(path) == ["S1"]


@pytest.mark.parametrize("wrong", ["damaged", "empty", "newer"])
def test_a_backup_that_is_not_sound_changes_nothing(path: Path, folder: Path, wrong: str) -> None:
    plan(path, "S1")
    kept = back_up(path, folder, NOW)
    if wrong == "damaged":
        damage(kept)
    elif wrong == "empty":
        kept.write_bytes(b"")
    else:
        with db.closing(db.connect(kept)) as link:
            link.execute("INSERT INTO migration VALUES ('9998_later', '')")
    before, there = path.read_bytes(), sorted(path.parent.iterdir())
    with pytest.raises(LedgerFault, match="this backup is not sound"):
        restore(kept, path, NOW)
    assert path.read_bytes() == before
    assert sorted(path.parent.iterdir()) == there


def test_a_backup_that_does_not_fit_changes_nothing(
    path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan(path, "S1")
    kept = back_up(path, folder, NOW)
    before, there = path.read_bytes(), sorted(path.parent.iterdir())

    def full(source: Path, part: Path) -> None:
        shutil.copy(source, part)
        part.unlink()
        raise db.DiskFull("the disk is full")

    monkeypatch.setattr(db, "_copy", full)
    with pytest.raises(db.DiskFull):
        restore(kept, path, NOW)
    assert (path.read_bytes(), sorted(path.parent.iterdir())) == (before, there)
