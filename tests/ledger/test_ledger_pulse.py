"""What a board reads of a ledger, whole and in parts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.ledger import pulse, spend, takes
from core.ledger.append import Ledger
from core.ledger.tables import Failure, Submission, Take
from core.ledger.views import Reader
from tests.support.fakes import MovingClock


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    made = Ledger(tmp_path / "ledger.db", MovingClock())
    yield made
    made.close()


@pytest.fixture
def reader(ledger: Ledger) -> Iterator[Reader]:
    made = Reader(ledger.path)
    yield made
    made.close()


def order(ledger: Ledger, shot: str, n: int = 1, **more: object) -> int:
    row = Take(
        chain="a",
        shot=shot,
        n=n,
        state="planned",
        order_id="o1",
        position=n,
        seam="last",
        provider="fal",
        model="m",
        seed=n,
    )
    for name, value in more.items():
        setattr(row, name, value)
    with ledger.write() as w:
        return takes.plan(w, row)


def hold(ledger: Ledger, take: int, micro: int) -> int:
    row = Submission(
        subject_kind="take",
        subject_id=take,
        state="reserved",
        provider="fal",
        key=f"k{take}",
        request_hash="h",
    )
    with ledger.write() as w:
        return spend.open_submission(w, row, micro, "exact")


def test_takes_come_by_shot_oldest_first_with_what_a_row_of_theirs_says(
    ledger: Ledger, reader: Reader
) -> None:
    order(ledger, "S2", 2, note="a note, with a comma", source_take=None)
    first = order(ledger, "S1")
    order(ledger, "S2", 1, source_take=first, last_sha="l", plan_hash="h")
    found = pulse.all_takes(reader)
    assert {shot: [take.n for take in made] for shot, made in found.items()} == {"S1": [1], "S2": [1, 2]}
    for take in (take for made in found.values() for take in made):
        row = reader.take(take.id)
        assert row is not None
        assert take == tuple(
            bool(row.last_sha) if name == "framed" else getattr(row, name) for name in take._fields
        )
    assert pulse.takes_of(reader, ["S2", "S9"]) == {"S2": found["S2"]}


def test_a_ledger_without_a_take_is_read_as_such(reader: Reader) -> None:
    assert pulse.all_takes(reader) == {}
    assert pulse.takes_of(reader, []) == {}
    assert pulse.marks(reader) == pulse.Marks()


@pytest.mark.parametrize("text", ["o\x1f1", "\x1f", "o1\x1fo1\x1fo1"])
def test_a_text_that_looks_like_several_is_one_all_the_same(
    ledger: Ledger, reader: Reader, text: str
) -> None:
    order(ledger, "S1", order_id=text, note=text)
    order(ledger, "S2", provider=text)
    order(ledger, "S3")
    found = pulse.all_takes(reader)
    assert [found[shot][0].order_id for shot in ("S1", "S2", "S3")] == [text, "o1", "o1"]
    assert (found["S1"][0].note, found["S2"][0].provider) == (text, text)


def test_more_names_than_one_statement_takes_are_asked_in_parts(ledger: Ledger, reader: Reader) -> None:
    order(ledger, "S1200")
    assert list(pulse.takes_of(reader, [f"S{n}" for n in range(1300)])) == ["S1200"]


def test_events_after_a_mark_come_oldest_first_and_those_shown_newest_first(
    ledger: Ledger, reader: Reader
) -> None:
    order(ledger, "S1")
    mark = pulse.marks(reader)
    with ledger.write() as w:
        w.event("order.placed", "one", chain="a")
        w.event("take.ready", "two", shot="S1", take_id=1, data={"x": 1})
        w.event("order.placed", "three")
    found = pulse.events_after(reader, mark.event, 10)
    assert [(event.text, event.chain, event.shot, event.take_id) for event in found] == [
        ("one", "a", "", None),
        ("two", "", "S1", 1),
        ("three", "", "", None),
    ]
    assert [event.text for event in pulse.events_after(reader, mark.event, 2)] == ["one", "two"]
    assert [event.text for event in pulse.newest_events(reader, ("order.placed",), 5)] == ["three", "one"]
    assert pulse.marks(reader).event == mark.event + 3


def test_the_last_progress_of_each_take_is_told(ledger: Ledger, reader: Reader) -> None:
    one, other = order(ledger, "S1"), order(ledger, "S2")
    with ledger.write() as w:
        for take, data in ((one, {"progress": 0.25}), (one, {"progress": 0.5}), (other, {"progress": "?"})):
            w.event("take.progress", take_id=take, data=data)
    assert pulse.progress_of(reader, [one, other, 99]) == {one: 0.5, other: None}


def test_what_is_held_is_summed_over_a_takes_submissions(ledger: Ledger, reader: Reader) -> None:
    one, other = order(ledger, "S1"), order(ledger, "S2")
    hold(ledger, one, 760_000)
    assert pulse.held_for(reader, [one, other]) == {one: 760_000}
    assert reader.sums().in_doubt == 0


def test_money_moves_a_failure_only_where_its_take_was_billed(ledger: Ledger, reader: Reader) -> None:
    one, other = order(ledger, "S1"), order(ledger, "S2")
    now = datetime(2026, 3, 1, tzinfo=UTC).isoformat()
    with ledger.write() as w:
        w.add(Failure(category="drift", shot="S1", take_id=one, broke="x", person="Ada", at=now))
    before = pulse.marks(reader)
    hold(ledger, other, 1)
    assert not pulse.moves_a_failure(reader, before.money)
    hold(ledger, one, 1)
    assert pulse.moves_a_failure(reader, before.money)
    assert not pulse.moves_a_failure(reader, pulse.marks(reader).money)
