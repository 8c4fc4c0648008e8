"""A disk that is full at any write, and bytes that are on it before anything stands for them."""

from __future__ import annotations

import functools
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from core.ledger.append import Ledger
from core.ledger.db import back_up, integrity
from core.ledger.views import Reader
from tests.ledger import children
from tests.support.fakes import MovingClock

CALL = re.compile(r"(pwrite64|fdatasync|fsync|sendto)\(\d+<([^>]*)>")


@functools.cache
def can_trace() -> bool:
    strace = shutil.which("strace")
    if strace is None:
        return False
    return (
        subprocess.run(
            [strace, "-qq", "-o", "/dev/null", "true"], check=False, capture_output=True
        ).returncode
        == 0
    )


@pytest.fixture
def strace() -> list[str]:
    if not can_trace():
        pytest.skip(
            "strace is not here, or this machine lets nobody trace: the order of writes is NOT checked"
        )
    return ["strace", "-f", "-qq", "-y"]


@pytest.fixture
def made(path: Path) -> Path:
    Ledger(path, MovingClock()).close()
    return path


def numbers(path: Path) -> list[int]:
    reader = Reader(path)
    found = [row.n for row in reader.all_takes()]
    said = [int(row["text"]) for row in reversed(reader.events(limit=1000, kinds=("kept",)))]
    reader.close()
    assert said == found, "a take without its event, or an event without its take"
    return found


def run(mode: str, path: Path, argument: str, under: list[str] | None = None) -> dict[str, Any]:
    child = children.start(mode, path, argument, under=under)
    said: dict[str, Any] = children.told(child)
    assert children.ended(child) == 0
    return said


def test_wherever_the_disk_ends_the_sentence_is_disk_full_and_what_was_committed_is_there(
    made: Path,
) -> None:
    said = run("squeeze", made, "2048")
    assert set(said["failed"]) == {"DiskFull"}
    assert len(said["failed"]) > 50
    assert said["kept"], "and once there is room it goes on"
    assert said["wrong"] == [], "after each failure: sound, and every committed row there"
    assert numbers(made) == said["kept"]


def test_a_write_that_fails_at_any_place_of_a_commit_leaves_nothing_of_it(
    made: Path, tmp_path: Path, strace: list[str]
) -> None:
    trace = tmp_path / "trace"
    inject = ["-e", "trace=pwrite64", "-e", "inject=pwrite64:error=ENOSPC:when=20+97", "-o", str(trace)]
    said = run("stumble", made, "110", [*strace, *inject])
    assert set(said["failed"]) == {"DiskFull"}
    failed = [line for line in trace.read_text(errors="replace").splitlines() if "INJECTED" in line]
    places = {re.sub(r'^\d+ |\\"|"(\\.|[^"\\])*"\.*', "", line) for line in failed}
    assert len(places) > 10, "it failed at many different writes"
    assert {Path(match[2]).name for line in failed if (match := CALL.search(line))} == {
        "ledger.db",
        "ledger.db-journal",
    }
    assert integrity(made) == []
    assert numbers(made) == said["kept"]
    assert len(said["kept"]) + len(said["failed"]) == 110


def test_a_sync_that_fails_is_told_and_loses_nothing_that_was_committed(
    made: Path, tmp_path: Path, strace: list[str]
) -> None:
    inject = ["-e", "trace=fdatasync", "-e", "inject=fdatasync:error=EIO:when=9+7", "-o", str(tmp_path / "t")]
    said = run("stumble", made, "50", [*strace, *inject])
    assert set(said["failed"]) == {"DiskFull"}
    assert integrity(made) == []
    # The last sync of a commit may fail after the commit is there: told as failed, and found again.
    assert set(said["kept"]) <= set(numbers(made))


def calls(path: Path, trace: Path, strace: list[str], how: str) -> list[tuple[str, str]]:
    """(call, file) of everything that was written, synced or sent."""
    watch = ["-e", "trace=pwrite64,fdatasync,fsync,sendto", "-o", str(trace)]
    assert children.ended(children.start("intent", path, how, under=[*strace, *watch])) == 0
    found = [CALL.search(line) for line in trace.read_text(errors="replace").splitlines()]
    return [(match[1], Path(match[2]).name) for match in found if match]


def unsynced(seen: list[tuple[str, str]]) -> set[str]:
    """Files with bytes that are not on the disk when the first byte is sent."""
    open_: set[str] = set()
    for call, file in seen:
        if call == "sendto":
            return open_
        if call == "pwrite64":
            open_.add(file)
        else:
            open_.discard(file)
    raise AssertionError("nothing was sent")


def test_an_intent_is_on_the_disk_before_the_first_byte_leaves(
    path: Path, tmp_path: Path, strace: list[str]
) -> None:
    seen = calls(path, tmp_path / "trace", strace, "on")
    assert unsynced(seen) == set()
    sent = next(place for place, (call, _) in enumerate(seen) if call == "sendto")
    last = max(place for place, call in enumerate(seen[:sent]) if call == ("pwrite64", "ledger.db"))
    assert ("fdatasync", "ledger.db") in seen[last:sent] or ("fsync", "ledger.db") in seen[last:sent]


def test_the_old_pages_are_on_the_disk_before_the_new_ones_are_written(
    path: Path, tmp_path: Path, strace: list[str]
) -> None:
    seen = calls(path, tmp_path / "trace", strace, "on")
    journal_open = False
    for call, file in seen:
        if file == "ledger.db-journal":
            journal_open = call == "pwrite64"
        assert not (journal_open and (call, file) == ("pwrite64", "ledger.db"))


def test_a_commit_that_is_not_synced_would_be_seen(path: Path, tmp_path: Path, strace: list[str]) -> None:
    assert unsynced(calls(path, tmp_path / "trace", strace, "off")) == {"ledger.db", "ledger.db-journal"}


def test_a_backup_for_which_there_is_no_room_leaves_no_file_and_the_old_ones(made: Path) -> None:
    folder = made.parent / "backups"
    clock = MovingClock()
    kept = back_up(made, folder, clock.now())
    said = run("copy", made, str(folder))
    assert said["said"] == "DiskFull"
    assert [found.name for found in folder.iterdir()] == [kept.name]
    assert integrity(kept) == []
