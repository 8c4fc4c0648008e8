"""A change and its event are one: both are there, or neither."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text

from core.base import crash
from core.base.errors import IllegalStep, LedgerFault
from core.engine.production import Production
from core.engine.states import TakeState
from core.ledger import commands, db, takes
from core.ledger.append import Ledger, Writer
from core.ledger.tables import Event, Task
from tests.ledger.rows import contents_of, take
from tests.support.fakes import MovingClock

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from core.ledger.views import Reader

Move = dict[str, Any]


@pytest.fixture
def planned(ledger: Ledger) -> Ledger:
    with ledger.write() as w:
        takes.plan(w, take())
    return ledger


def step(w: Writer, was: str, to: str, **fields: Any) -> None:
    takes.step(w, take_id=1, chain="one", shot="S101", was=was, to=to, text="on it goes", fields=fields)


def test_a_step_moves_the_take_and_says_so(planned: Ledger, reader: Reader) -> None:
    with planned.write() as w:
        step(w, "planned", "ready", in_sha="abc")
    moved = reader.take(1)
    assert moved
    assert (moved.state, moved.in_sha) == ("ready", "abc")
    said = reader.events(limit=1)[0]
    assert (said["kind"], said["shot"], said["take_id"], said["data"]) == (
        "take.ready",
        "S101",
        1,
        {"from": "planned"},
    )
    assert moved.state_at == said["at"]


@pytest.mark.parametrize("was", ["ready", "approved", "nonsense"])
def test_a_step_from_where_the_take_is_not_changes_nothing(planned: Ledger, path: Path, was: str) -> None:
    before = contents_of(path)
    with pytest.raises(IllegalStep, match=f"no longer {was}"), planned.write() as w:
        step(w, was, "gated", note="x")
    assert contents_of(path) == before
    with planned.write() as w, pytest.raises(IllegalStep):
        step(w, was, "gated", note="x")
    assert contents_of(path) == before, "nor where the caller goes on and commits"


def test_of_two_who_step_at_once_one_is_told(planned: Ledger, path: Path) -> None:
    other = Ledger(path, MovingClock())
    with other.write() as w:
        step(w, "planned", "ready")
    with pytest.raises(IllegalStep), planned.write() as w:
        step(w, "planned", "cancelled")
    other.close()
    assert [row[2] for row in contents_of(path)["event"]] == ["take.planned", "take.ready"]


def test_a_failure_between_the_change_and_its_event_leaves_neither(
    planned: Ledger, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = contents_of(path)
    seen = []

    def fails(w: Writer, *args: object, **more: object) -> int:
        seen.append(w.rows(text("SELECT state FROM take"))[0][0])
        raise ZeroDivisionError

    monkeypatch.setattr(Writer, "event", fails)
    with pytest.raises(ZeroDivisionError), planned.write() as w:
        step(w, "planned", "ready")
    assert seen == ["ready"], "it failed where the change was made and the event was not"
    assert contents_of(path) == before


class _Stop(Exception):
    pass


@pytest.mark.parametrize("place", ["before", "in", "after"])
def test_a_step_stopped_at_a_crash_point_is_whole_or_not_there(
    planned: Ledger, reader: Reader, path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    before = contents_of(path)
    points = []

    def stop(point: str) -> None:
        points.append(point)
        if point == f"take.ready.{place}":
            raise _Stop

    monkeypatch.setattr(crash, "hook", stop)
    nothing: dict[str, Any] = {"providers": {}, "clips": None, "keys": None, "current_plan": None}
    film = Production(
        root=path.parent, home=path.parent, ledger=planned, reader=reader, clock=planned.clock, **nothing
    )
    with pytest.raises(_Stop):
        film.step(film.take(1), TakeState.READY, "ready", lambda w: takes.set_chain(w, "one", "active"))
    assert points[-1] == f"take.ready.{place}"
    if place == "after":
        assert len(contents_of(path)["event"]) == len(before["event"]) + 2
    else:
        assert contents_of(path) == before


def test_a_block_that_raises_leaves_nothing_and_the_next_one_writes(planned: Ledger, path: Path) -> None:
    before = contents_of(path)
    with pytest.raises(ZeroDivisionError), planned.write() as w:
        takes.plan(w, take("S102")) / 0
    assert contents_of(path) == before
    with planned.write() as w:
        assert takes.plan(w, take("S102")) == 2


def test_a_row_the_database_refuses_takes_its_whole_transaction_with_it(planned: Ledger, path: Path) -> None:
    before = contents_of(path)
    with pytest.raises(LedgerFault, match="UNIQUE"), planned.write() as w:
        takes.plan(w, take("S101", n=takes.plan(w, take("S102")) - 1))
    assert contents_of(path) == before


def test_a_transaction_inside_a_transaction_is_refused_and_harms_nothing(planned: Ledger, path: Path) -> None:
    with planned.write() as w:
        takes.plan(w, take("S102"))
        with pytest.raises(LedgerFault, match="open already"), planned.write() as inner:
            inner.event("never")
        takes.plan(w, take("S103"))
    assert [row[2] for row in contents_of(path)["take"]] == ["S101", "S102", "S103"]
    assert "never" not in {row[2] for row in contents_of(path)["event"]}


def test_moments_are_filled_in_and_stand_in_the_order_of_the_rows(ledger: Ledger, path: Path) -> None:
    def write(name: str) -> None:
        for _ in range(20):
            with ledger.write() as w:
                w.event(name)

    threads = [threading.Thread(target=write, args=(f"t{number}",)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    moments = [row[1] for row in contents_of(path)["event"]]
    assert len(moments) == 120
    assert moments == sorted(moments)
    assert all(moments)
    with ledger.write() as w:
        w.add(Task(title="clear the music"))
        w.add(Event(kind="late", at="2025-01-01T00:00:00.000Z"))
    with closing(sqlite3.connect(path)) as link:
        at, state_at = link.execute("SELECT at, state_at FROM task").fetchone()
    assert at == state_at != ""
    assert contents_of(path)["event"][-1][1] == "2025-01-01T00:00:00.000Z", "a moment that is given is kept"


class _Asked(MovingClock):
    """Looks, whenever it is asked for the time, whether another process could write just then."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path
        self.free: list[bool] = []

    def now(self) -> datetime:
        if self.path.exists():
            with closing(sqlite3.connect(self.path, timeout=0, isolation_level=None)) as other:
                try:
                    other.execute("BEGIN IMMEDIATE")
                except sqlite3.OperationalError:
                    self.free.append(False)
                else:
                    self.free.append(True)
        return super().now()


def test_the_ledger_is_ours_before_the_clock_is_asked_and_before_the_first_statement(path: Path) -> None:
    clock = _Asked(path)
    ledger = Ledger(path, clock)
    clock.free.clear()
    with ledger.write() as w:
        clock.now()
        w.event("now")
    clock.now()
    ledger.close()
    assert clock.free == [False, False, True]


def test_a_takes_state_moves_by_a_step_alone(planned: Ledger, path: Path) -> None:
    before = contents_of(path)
    with pytest.raises(IllegalStep), planned.write() as w:
        takes.amend(w, 1, state="approved")
    assert contents_of(path) == before
    with planned.write() as w:
        takes.amend(w, 1, sha="abc")
    assert len(contents_of(path)["event"]) == len(before["event"])


def test_a_chain_is_paused_with_a_reason_and_an_event(ledger: Ledger, reader: Reader) -> None:
    with ledger.write() as w:
        assert takes.chain_state(w, "one") == ("active", "", "")
        takes.set_chain(w, "one", "paused", "budget", "film: 3 of 2")
        assert takes.chain_state(w, "one") == ("paused", "budget", "film: 3 of 2")
    with pytest.raises(LedgerFault, match="CHECK"), ledger.write() as w:
        takes.set_chain(w, "one", "paused", "tired")
    assert reader.chain("one") == ("paused", "budget", "film: 3 of 2")
    with ledger.write() as w:
        takes.set_chain(w, "one", "active")
    assert reader.chains() == {"one": ("active", "", "")}
    assert [row["kind"] for row in reader.events()] == ["chain.active", "chain.paused"]


def test_a_command_is_answered_once(ledger: Ledger, reader: Reader, path: Path) -> None:
    with ledger.write() as w:
        asked = commands.queue(w, "pause", '{"chain": "one"}', "A Director")
    assert [(row["kind"], row["args"]) for row in reader.queued_commands()] == [("pause", {"chain": "one"})]
    with ledger.write() as w:
        commands.close(w, asked, "paused one", ok=True)
    assert reader.queued_commands() == []
    before = contents_of(path)
    with pytest.raises(IllegalStep, match="no longer queued"), ledger.write() as w:
        commands.close(w, asked, "failed", ok=False)
    assert contents_of(path) == before


# When somebody else has the ledger


@pytest.mark.parametrize("lock", ["IMMEDIATE", "EXCLUSIVE"])
def test_a_writer_that_is_kept_out_too_long_says_so_and_can_try_again(
    path: Path, monkeypatch: pytest.MonkeyPatch, lock: str
) -> None:
    monkeypatch.setattr(db, "BUSY_MS", 100)
    ledger = Ledger(path, MovingClock())
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute(f"BEGIN {lock}")
        with pytest.raises(LedgerFault, match="held the ledger for too long"), ledger.write() as w:
            w.event("never")
        other.execute("COMMIT")
    with ledger.write() as w:
        w.event("now")
    ledger.close()
    assert [row[2] for row in contents_of(path)["event"]] == ["now"]


def test_a_commit_kept_out_by_a_reader_leaves_nothing_and_can_be_tried_again(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(db, "BUSY_MS", 100)
    ledger = Ledger(path, MovingClock())
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN")
        other.execute("SELECT * FROM take").fetchall()
        with pytest.raises(LedgerFault, match="held the ledger for too long"), ledger.write() as w:
            takes.plan(w, take())
        other.execute("COMMIT")
    assert contents_of(path)["take"] == []
    with ledger.write() as w:
        takes.plan(w, take())
    ledger.close()
    assert len(contents_of(path)["take"]) == 1
