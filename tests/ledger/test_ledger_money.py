"""Balances are what the money rows say, at every moment, and never below zero."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.base.errors import IllegalStep, LedgerFault
from core.ledger import records, spend
from core.ledger.append import Ledger
from core.ledger.views import Reader, Sums
from tests.ledger.rows import contents_of, submission
from tests.support.fakes import MovingClock

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from core.ledger.append import Writer

FIXED = settings(
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
Balances = dict[tuple[str, str], tuple[int, int, int]]
LIMIT = 10**15


def recomputed(reader: Reader) -> Balances:
    """The balances from nothing but the money rows and what their submissions were opened for."""
    found: dict[tuple[str, str], list[int]] = {}
    for row in records.spend_rows(reader):
        booked = {kind: micro for kind, (micro, _) in row["money"].items()}
        over = booked.keys() & {"settle", "release", "writeoff"}
        reserved = 0 if over or "commit" in booked else booked["reserve"]
        committed = 0 if over else booked.get("commit", 0)
        spent = booked.get("settle", 0) + booked.get("writeoff", 0)
        subject = f"{row['subject_kind']}:{row['subject_id']}"
        for scope in (("film", ""), ("chain", row["chain"]), ("day", row["day"]), ("take", subject)):
            sums = found.setdefault(scope, [0, 0, 0])
            for place, part in enumerate((reserved, committed, spent)):
                sums[place] += part
    return {scope: (sums[0], sums[1], sums[2]) for scope, sums in found.items()}


@dataclass
class Story:
    """What may legally happen next to each of a film's submissions."""

    open: dict[int, str] = field(default_factory=dict)
    """Submission to the last money row of its two phases."""
    made: int = 0


DO: dict[str, dict[str, Callable[[Writer, int, int], object]]] = {
    "reserve": {
        "commit": lambda w, ident, _: spend.commit(w, ident, "estimated"),
        "release": lambda w, ident, _: spend.release(w, ident),
        "writeoff": lambda w, ident, _: spend.write_off(w, ident),
    },
    "commit": {
        "settle": lambda w, ident, micro: spend.settle(w, ident, micro, "exact"),
        "release": lambda w, ident, _: spend.release(w, ident),
    },
}
STEP = st.tuples(
    st.integers(0, 9),
    st.integers(0, 9),
    st.one_of(st.integers(0, 5_000_000), st.sampled_from([0, 1, LIMIT])),
)


def tell(w: Writer, story: Story, which: int, what: int, micro: int) -> None:
    """One legal move: a new reserve, or the next row of an open submission."""
    if not story.open or which < 3:
        story.made += 1
        kind = "asset" if what % 3 == 0 else "take"
        row = submission(f"k{story.made}", story.made, subject_kind=kind, chain=f"c{what % 3}")
        story.open[spend.open_submission(w, row, min(micro, LIMIT // 100), "estimated")] = "reserve"
        return
    ident = sorted(story.open)[which % len(story.open)]
    moves = sorted(DO[story.open[ident]])
    move = moves[what % len(moves)]
    DO[story.open[ident]][move](w, ident, min(micro, LIMIT // 100))
    if move in DO:
        story.open[ident] = move
    else:
        del story.open[ident]


class _Undo(Exception):
    pass


@FIXED
@given(steps=st.lists(STEP, min_size=1, max_size=20), kept=st.booleans())
def test_balances_are_what_the_money_rows_say_after_every_step(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[int, int, int]], kept: bool
) -> None:
    ledger = Ledger(tmp_path_factory.mktemp("money") / "ledger.db", MovingClock())
    reader, story = Reader(ledger.path), Story()
    for step in steps:
        with ledger.write() as w:
            tell(w, story, *step)
        balances = records.balances(reader)
        assert balances == recomputed(reader)
        assert all(part >= 0 for sums in balances.values() for part in sums)
    before = records.balances(reader)
    if not kept:
        with pytest.raises(_Undo), ledger.write() as w:
            undo(w, story)
        assert records.balances(reader) == before
    film = reader.sums()
    assert (film.reserved, film.committed, film.settled) == before["film", ""]
    reader.close()
    ledger.close()


def undo(w: Writer, story: Story) -> None:
    tell(w, story, 9, 1, 5)
    tell(w, story, 0, 1, 5)
    raise _Undo


def opened(w: Writer, micro: int = 100, certainty: str = "estimated", **more: object) -> int:
    number = int(str(more.pop("number", 1)))
    return spend.open_submission(w, submission(f"k{number}", number, **more), micro, certainty)


PATHS: dict[str, list[str]] = {
    "reserved": [],
    "committed": ["commit"],
    "settled": ["commit", "settle"],
    "released": ["release"],
    "released after a commit": ["commit", "release"],
    "written off": ["writeoff"],
}


@pytest.mark.parametrize("path_", PATHS)
def test_money_moves_only_along_its_two_phases(ledger: Ledger, path: Path, path_: str) -> None:
    every = {**DO["reserve"], **DO["commit"]}
    with ledger.write() as w:
        ident = opened(w)
        for kind in PATHS[path_]:
            every[kind](w, ident, 80)
    at = ["reserve", *PATHS[path_]][-1]
    before = contents_of(path)
    for kind, act in every.items():
        if kind not in DO.get(at, {}):
            with pytest.raises(IllegalStep, match=f"no {kind} on submission 1"), ledger.write() as w:
                act(w, ident, 80)
    assert contents_of(path) == before


def test_a_hold_counts_in_the_film_the_chain_the_day_and_the_take(ledger: Ledger, reader: Reader) -> None:
    with ledger.write() as w:
        opened(w, 100)
        opened(w, 30, number=2, chain="two")
        assert spend.balance(w, "film", "") == (130, 0, 0)
        assert spend.balance(w, "chain", "two") == (30, 0, 0)
        assert spend.balance(w, "chain", "three") == (0, 0, 0)
    assert records.balances(reader) == {
        ("film", ""): (130, 0, 0),
        ("chain", "one"): (100, 0, 0),
        ("chain", "two"): (30, 0, 0),
        ("day", "2026-03-01"): (130, 0, 0),
        ("take", "take:1"): (100, 0, 0),
        ("take", "take:2"): (30, 0, 0),
    }


@pytest.mark.parametrize(("cost", "over"), [(250, 150), (100, 0), (40, -60), (0, -100)])
def test_what_it_cost_is_recorded_whole_and_an_overrun_is_told(
    ledger: Ledger, reader: Reader, cost: int, over: int
) -> None:
    with ledger.write() as w:
        ident = opened(w)
        spend.commit(w, ident, "estimated")
        assert spend.settle(w, ident, cost, "exact") == over
    assert reader.sums() == Sums(0, 0, cost)
    assert reader.sums("take", "take:1") == Sums(0, 0, cost)
    assert reader.money_of(1)["settle"] == (cost, "exact")


def test_a_hold_in_doubt_stays_held_until_somebody_decides(ledger: Ledger, reader: Reader) -> None:
    with ledger.write() as w:
        ident = opened(w)
        spend.move(w, ident, "reserved", "intent", intent_at=w.now)
        spend.move(w, ident, "intent", "in_doubt", note="no answer")
    assert reader.sums() == Sums(100, 0, 0, in_doubt=100)
    assert [row.id for row in reader.unclear()] == [ident]
    with ledger.write() as w:
        spend.write_off(w, ident)
        spend.move(w, ident, "in_doubt", "written_off")
    assert reader.sums() == Sums(0, 0, 100)
    assert reader.money_of(1)["writeoff"] == (100, "estimated")


def test_a_second_live_submission_of_a_take_takes_its_hold_with_it(ledger: Ledger, path: Path) -> None:
    with ledger.write() as w:
        opened(w)
    before = contents_of(path)
    with pytest.raises(LedgerFault, match="UNIQUE"), ledger.write() as w:
        spend.open_submission(w, submission("k2", 1), 100, "exact")
    assert contents_of(path) == before


@pytest.mark.parametrize("sum_", [-1, LIMIT + 1, 1.5, float("nan")])
def test_a_sum_no_film_costs_is_refused_and_nothing_of_it_stays(
    ledger: Ledger, path: Path, sum_: int
) -> None:
    before = contents_of(path)
    with pytest.raises(LedgerFault), ledger.write() as w:
        opened(w, sum_)
    assert contents_of(path) == before


@pytest.mark.parametrize("was", ["reserved", "intent", "in_doubt", "accepted", "closed", "refused", "absent"])
def test_a_submission_moves_by_its_table_and_from_where_it_is(ledger: Ledger, path: Path, was: str) -> None:
    allowed = {
        "reserved": {"intent", "cancelled"},
        "intent": {"accepted", "not_sent", "refused", "in_doubt"},
        "in_doubt": {"accepted", "absent", "written_off"},
        "accepted": {"closed"},
    }
    every = {"cancelled", "not_sent", "written_off", "closed", "refused", "absent", *allowed}
    with ledger.write() as w:
        w.add(submission("k1", state=was))
    before = contents_of(path)
    for to in sorted(every):
        if to not in allowed.get(was, set()):
            with pytest.raises(IllegalStep, match="cannot go"), ledger.write() as w:
                spend.move(w, 1, was, to)
    for start, ends in allowed.items():
        if start != was:
            with pytest.raises(IllegalStep, match="no longer"), ledger.write() as w:
                spend.move(w, 1, start, sorted(ends)[0])
    assert contents_of(path) == before


def test_a_sum_is_as_uncertain_as_its_worst_part(ledger: Ledger, reader: Reader) -> None:
    with ledger.write() as w:
        first = opened(w, 10, "exact")
        spend.release(w, first)
        spend.move(w, first, "reserved", "cancelled")
        second = spend.open_submission(w, submission("k2", 1), 5, "estimated")
    assert reader.money_of(1)["reserve"] == (15, "estimated")
    with ledger.write() as w:
        spend.release(w, second)
        spend.move(w, second, "reserved", "cancelled")
        spend.open_submission(w, submission("k3", 1), 0, "unknown")
    assert reader.money_of(1)["reserve"] == (15, "unknown")
    assert reader.money_of(1)["release"] == (15, "exact")


def test_only_a_hold_of_which_nothing_was_sent_is_found_to_be_freed(ledger: Ledger) -> None:
    with ledger.write() as w:
        ident = opened(w)
        assert spend.reserved_of(w, "take", 1) == [ident]
        assert spend.reserved_of(w, "asset", 1) == []
        spend.move(w, ident, "reserved", "intent")
        assert spend.reserved_of(w, "take", 1) == []
