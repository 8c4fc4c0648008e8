"""The plan snapshot is whole and of these very files, or it is not there."""

from __future__ import annotations

import os
import random
import sqlite3
import stat
import threading
from contextlib import closing
from pathlib import Path

import pytest

from core.ledger import plan_cache
from core.ledger.plan_cache import PlannedChain, PlannedShot, Snapshot, read, read_any, write
from tests.ledger import children


def snapshot(signature: str = "abc", shots: int = 3) -> Snapshot:
    return Snapshot(
        signature,
        {"title": "Salt Road", "budget": {"film": 250_000_000, "day": None}},
        (PlannedChain("harbour", "Harbour", "refs/master.png"),),
        tuple(
            PlannedShot(n, f"S{n:03d}", "harbour", "hero", f"é {n}", 6.5, "last", "", n == 1, "h", "fal", "m")
            for n in range(shots)
        ),
    )


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / ".rushes" / "cache" / "plan.db"


def test_a_snapshot_comes_back_as_it_went_in_and_replaces_the_one_before(cache: Path) -> None:
    write(cache, snapshot("old", shots=9))
    write(cache, snapshot())
    assert read(cache, "abc") == read_any(cache) == snapshot()
    assert [found.name for found in cache.parent.iterdir()] == ["plan.db"]


def test_shots_come_in_the_order_of_the_film(cache: Path) -> None:
    made = snapshot()
    write(cache, Snapshot(made.signature, made.film, made.chains, made.shots[::-1]))
    assert read(cache, "abc") == made


def test_a_snapshot_of_other_files_is_none_and_still_the_last_good_plan(cache: Path) -> None:
    write(cache, snapshot())
    assert read(cache, "abd") is None
    assert read(cache, "") is None
    assert read_any(cache) == snapshot()


def test_a_snapshot_that_is_not_there_is_none(cache: Path) -> None:
    assert read(cache, "abc") is None
    assert not cache.parent.exists()


@pytest.mark.parametrize("version", [0, plan_cache.VERSION + 1])
def test_a_snapshot_of_another_version_is_none(cache: Path, version: int) -> None:
    write(cache, snapshot())
    with closing(sqlite3.connect(cache)) as link:
        link.execute(f"PRAGMA user_version={version}")
    assert read(cache, "abc") is None
    assert read_any(cache) is None


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE film SET film = '{'",
        "UPDATE film SET film = CAST(x'ff' AS TEXT)",
        "DELETE FROM film",
        "DROP TABLE shot",
        "ALTER TABLE shot DROP COLUMN model",
        "DROP TABLE chain",
    ],
)
def test_a_snapshot_that_was_meddled_with_is_none(cache: Path, statement: str) -> None:
    write(cache, snapshot())
    with closing(sqlite3.connect(cache)) as link:
        link.execute(statement)
        link.commit()
    assert read(cache, "abc") is None


@pytest.mark.parametrize("data", [b"", b"x", b"not a database" * 900, bytes(8192)])
def test_a_file_that_is_no_snapshot_is_none(cache: Path, data: bytes) -> None:
    cache.parent.mkdir(parents=True)
    cache.write_bytes(data)
    assert read(cache, "abc") is None
    assert read_any(cache) is None


def test_a_damaged_snapshot_is_none_or_read_and_never_an_error(cache: Path) -> None:
    write(cache, snapshot(shots=40))
    whole, chance = cache.read_bytes(), random.Random(3)
    lost = 0
    for number in range(200):
        broken = bytearray(whole)
        if number % 4 == 0:
            del broken[chance.randrange(len(broken)) :]
        else:
            broken[chance.randrange(100 if number % 4 == 1 else len(broken))] ^= 1 << chance.randrange(8)
        cache.write_bytes(broken)
        lost += read(cache, "abc") is None
    assert lost > 50
    write(cache, snapshot())
    assert read(cache, "abc") == snapshot(), "and the next one is written over it"


def test_many_who_write_at_once_leave_one_whole_snapshot(cache: Path) -> None:
    made = {name: snapshot(name, shots=60) for name in "abcdef"}
    gate = threading.Barrier(len(made))
    seen: list[Snapshot | None] = []

    def keep(name: str) -> None:
        gate.wait()
        for _ in range(8):
            write(cache, made[name])
            seen.append(read_any(cache))

    threads = [threading.Thread(target=keep, args=(name,)) for name in made]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == 48
    assert all(found is not None and found == made[found.signature] for found in seen)
    assert [found.name for found in cache.parent.iterdir()] == ["plan.db"]


def test_a_cache_that_cannot_be_written_is_no_error(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache.parent.parent.mkdir()
    cache.parent.write_text("a file where the folder should be")
    write(cache, snapshot())
    assert read(cache, "abc") is None
    cache.parent.unlink()
    write(cache, snapshot())

    def refuses(self: Path, target: Path) -> Path:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "replace", refuses)
    write(cache, snapshot("new"))
    assert read(cache, "abc") == snapshot(), "the one before stands"
    assert [found.name for found in cache.parent.iterdir()] == ["plan.db"]


def test_in_a_folder_without_rights_a_snapshot_is_read_and_not_written(open_folder: Path) -> None:
    cache = open_folder / "plan.db"
    write(cache, snapshot())
    cache.chmod(0o444)
    open_folder.chmod(0o555)
    child = children.start("cache", cache)
    assert children.told(child) == ["abc", "abc"]
    assert children.ended(child) == 0
    assert stat.S_IMODE(cache.stat().st_mode) == 0o444
    open_folder.chmod(0o000)
    child = children.start("cache", cache)
    assert children.told(child) == [None, None]
    assert children.ended(child) == 0
    assert os.access(open_folder, os.F_OK)
