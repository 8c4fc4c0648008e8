"""Taking a verdict back: a row more, never one less, and only a person's own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from core.base import crash
from core.base.errors import BadInput
from core.desk import review
from core.desk.person import Person
from core.desk.undo import undo
from core.ledger import records, takes
from core.ledger.append import Writer
from core.ledger.tables import Take
from core.studio import acts, bulk
from core.studio.places import Places
from tests.support.fakes import FakeProvider
from tests.support.films import shots
from tests.support.stage import ADA, Build, Stage, stages

EVE = Person("Eve", "producer")


@pytest.fixture
def build() -> Iterator[Build]:
    with stages() as builder:
        yield builder
    crash.hook = None


def state(film: Stage, shot: str, n: int = 1) -> str:
    return next(take.state for take in film.p.reader.takes_of(shot) if take.n == n)


def verdicts(film: Stage) -> list[str]:
    return [row["verdict"] for row in records.verdicts(film.p.reader)]


def test_a_circle_taken_back_is_a_row_more_and_the_take_waits_again(build: Build) -> None:
    film = build({"a": shots("A", 2)})
    film.make()
    review.approve(film.p, "A001", 1, "", ADA)
    said = undo(film.p, ADA)
    assert said == "A001 take 1 is for review again"
    assert state(film, "A001") == "review"
    assert verdicts(film) == ["approve", "hold"]


def test_a_rejection_taken_back_waits_again(build: Build) -> None:
    film = build({"a": shots("A", 2)})
    film.make()
    review.reject(film.p, "A001", 1, "her coat", ADA)
    undo(film.p, ADA)
    assert state(film, "A001") == "review"
    assert verdicts(film) == ["reject", "hold"]


def test_what_stood_before_stands_again(build: Build) -> None:
    film = build({"a": shots("A", 1)})
    film.make()
    review.approve(film.p, "A001", 1, "", ADA)
    review.reject(film.p, "A001", 1, "after all not", ADA)
    assert "circled again" in undo(film.p, ADA)
    assert state(film, "A001") == "approved"
    undo(film.p, ADA)
    assert state(film, "A001") == "review", "twice takes back twice"
    with pytest.raises(BadInput, match="no verdict of yours"):
        undo(film.p, ADA)


def test_the_take_that_lost_its_circle_gets_it_back(build: Build) -> None:
    film = build({"a": shots("A", 1)})
    film.make()
    review.approve(film.p, "A001", 1, "", ADA)
    review.retake(film.p, "A001", "slower", ADA)
    film.run()
    review.approve(film.p, "A001", 2, "", ADA)
    assert (state(film, "A001", 1), state(film, "A001", 2)) == ("review", "approved")
    said = undo(film.p, ADA)
    assert said == "A001 take 2 is for review again, and take 1 circled"
    assert (state(film, "A001", 1), state(film, "A001", 2)) == ("approved", "review")
    assert undo(film.p, ADA) == "A001 take 1 is for review again"
    with pytest.raises(BadInput, match="no verdict of yours"):
        undo(film.p, ADA)


def test_nobody_takes_back_what_another_has_decided_since(build: Build) -> None:
    film = build({"a": shots("A", 2)})
    film.make()
    review.approve(film.p, "A001", 1, "", ADA)
    review.reject(film.p, "A001", 1, "no", EVE)
    with pytest.raises(BadInput, match="Eve has decided since"):
        undo(film.p, ADA)
    assert state(film, "A001") == "rejected"
    undo(film.p, EVE)
    assert state(film, "A001") == "approved"


def test_an_old_verdict_is_judged_anew_not_taken_back(build: Build) -> None:
    film = build({"a": shots("A", 1)})
    film.make()
    review.approve(film.p, "A001", 1, "", ADA)
    film.clock.sleep(13 * 3600)
    with pytest.raises(BadInput, match="no verdict of yours"):
        undo(film.p, ADA)
    assert state(film, "A001") == "approved"


def test_many_are_judged_each_as_if_alone_and_the_refused_are_named(
    build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.studio.verdicts.person", lambda: ADA)
    film = build({"a": shots("A", 3)})
    film.make()
    takes = (("A001", 1), ("A002", 9), ("A003", 1))
    said = bulk.judge_all(film.p, "approve", takes, "fine")
    assert said == "2 takes circled; 1 not: A002: A002 has no take 9 (there is: 1)"
    assert [state(film, f"A00{n}") for n in (1, 2, 3)] == ["approved", "review", "approved"]


def test_the_sum_of_many_retakes_is_the_sum_of_each(build: Build) -> None:
    film = build({"a": shots("A", 3)}, provider=FakeProvider(price=250_000))
    film.make()
    one = bulk.told_of_all(film.p, ("A001",))[0]
    all_, phrase = bulk.told_of_all(film.p, ("A001", "A002", "A003"))
    assert one is not None
    assert all_ == 3 * one
    assert phrase.startswith("3 takes (A001, A002, A003): at most $")


def test_retakes_of_many_are_one_order_and_one_begins_from_the_new_take_before_it(
    build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    film = build({"a": shots("A", 3)})
    film.make()
    monkeypatch.setattr(acts, "see_to_worker", lambda *_: "the worker is at it")
    said = bulk.retake_all(film.p, Places(film.p.root), ("A001", "A002"), "slower", agreed=True, most=None)
    assert said == "2 takes ordered; the worker is at it"
    ordered = [film.p.reader.takes_of(shot)[-1] for shot in ("A001", "A002")]
    assert ordered[0].order_id == ordered[1].order_id
    film.run()
    assert film.p.reader.takes_of("A002")[-1].source_take == ordered[0].id, "not from the take before"


def test_retakes_of_many_are_ordered_whole_or_not_at_all(
    build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    film = build({"a": shots("A", 3)})
    film.make()
    monkeypatch.setattr(acts, "see_to_worker", lambda *_: "the worker is at it")
    plan, full = takes.plan, BadInput("no room for it")

    def refuses(w: Writer, row: Take) -> int:
        if row.shot == "A003":
            raise full
        return plan(w, row)

    monkeypatch.setattr(takes, "plan", refuses)
    with pytest.raises(BadInput, match="no room"):
        bulk.retake_all(
            film.p, Places(film.p.root), ("A001", "A002", "A003"), "", agreed=True, most=10_000_000
        )
    assert [len(film.p.reader.takes_of(shot)) for shot in ("A001", "A002", "A003")] == [1, 1, 1]
