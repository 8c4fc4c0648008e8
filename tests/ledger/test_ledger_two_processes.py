"""Several processes on one ledger: nothing is lost, nobody is turned away, nothing is seen in halves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from core.ledger.db import integrity
from core.ledger.views import Reader
from tests.ledger import children
from tests.ledger.rows import contents_of

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

    from core.ledger.append import Ledger

COUNTS = "SELECT (SELECT count(*) FROM take), (SELECT count(*) FROM event WHERE kind='take.planned')"


def watch(path: Path, writers: list[subprocess.Popen[str]]) -> list[tuple[int, int]]:
    """(takes, their events) as a reader sees them while the writers write."""
    reader, seen = Reader(path), []
    while any(writer.poll() is None for writer in writers):
        seen.append(tuple(reader.rows(COUNTS)[0]))
    seen.append(tuple(reader.rows(COUNTS)[0]))
    reader.close()
    return seen


def write_at_once(path: Path, *orders: tuple[str, str]) -> list[tuple[int, int]]:
    writers = [children.start(mode, path, argument) for mode, argument in orders]
    try:
        assert [children.told(writer) for writer in writers] == ["ready"] * len(writers)
        for writer in writers:
            children.go_on(writer)
        seen = watch(path, writers)
        assert [children.ended(writer) for writer in writers] == [0] * len(writers)
    finally:
        for writer in writers:
            writer.kill()
    return seen


def test_two_processes_write_at_once_and_a_reader_in_between_sees_whole_transactions(path: Path) -> None:
    seen = write_at_once(path, ("write", "a150"), ("write", "b150"))
    assert all(takes == events for takes, events in seen)
    assert len(set(seen)) > 10, "the reader looked while they wrote"
    assert seen == sorted(seen)
    assert seen[-1] == (300, 300)
    rows = contents_of(path)
    assert {(row[2], row[3]) for row in rows["take"]} == {
        (shot, n) for shot in ("Sa", "Sb") for n in range(1, 151)
    }
    assert [row[0] for row in rows["event"]] == list(range(1, 301))
    assert integrity(path) == []


def test_that_reader_would_see_a_take_without_its_event(path: Path) -> None:
    seen = write_at_once(path, ("halves", "a30"))
    assert any(takes != events for takes, events in seen)


@pytest.mark.parametrize("seconds", ["3"])
def test_a_writer_waits_for_one_who_holds_the_ledger_for_seconds(ledger: Ledger, seconds: str) -> None:
    other = children.start("hold", ledger.path, seconds)
    assert children.told(other) == "held"
    with ledger.write() as w:
        w.event("waited")
    assert children.ended(other) == 0
    assert [row[2] for row in contents_of(ledger.path)["event"]] == ["held", "waited"]


def test_what_another_process_commits_is_read_at_once(ledger: Ledger, reader: Reader) -> None:
    before = reader.data_version()
    other = children.start("write", ledger.path, "c1")
    assert children.told(other) == "ready"
    children.go_on(other)
    assert children.ended(other) == 0
    assert reader.data_version() != before
    assert [row.shot for row in reader.all_takes()] == ["Sc"]
