"""A shot that cannot be saved: four ways to tell it otherwise, each with its cost, kept for a decision."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from core.base.errors import BadInput
from core.base.units import Amount
from core.desk import proposing
from core.desk.reconception import Sunk, pairs, reconceive, sunk_in
from core.ledger import records
from tests.support.fakes import FakeProvider
from tests.support.films import shots
from tests.support.stage import ADA, DOLLAR, Build, Stage, done, stages


@pytest.fixture
def build() -> Iterator[Build]:
    with stages() as builder:
        yield builder


@pytest.fixture
def film(build: Build) -> Stage:
    made = build({"a": shots("A", 2, seconds=4.0)}, provider=FakeProvider(price=DOLLAR))
    made.make()
    return made


def kept(film: Stage) -> list[dict[str, Any]]:
    return film.p.reader.table("suggestion", "WHERE kind='reconception' ORDER BY id")


def test_the_ways_are_priced_by_the_takes_they_need(film: Stage) -> None:
    found = reconceive(film.p, "A001", ADA)
    priced = {one.way.name: (one.way.takes, one.way.upper) for one in found.ways}
    assert priced == {
        "split": (2, 2 * DOLLAR),
        "pairwise": (2, 2 * DOLLAR),
        "rewrite": (1, DOLLAR),
        "omit": (0, 0),
    }
    assert str(found.sunk) == "$1.00 over 1 take"


def test_each_way_says_what_to_do(film: Stage) -> None:
    todo = {one.way.name: one.way.todo for one in reconceive(film.p, "A001", ADA).ways}
    assert '`rushes insert A001 A001A ".."`' in todo["split"]
    assert "`seconds = 2` for both in shots/a.toml" in todo["split"]
    assert "`rushes prompt A001`" in todo["rewrite"]
    assert todo["omit"].startswith("`rushes omit A001`")


def test_the_ways_are_kept_as_suggestions_once(film: Stage) -> None:
    first = reconceive(film.p, "A001", ADA)
    assert [one.id for one in reconceive(film.p, "A001", ADA).ways] == [one.id for one in first.ways]
    rows = kept(film)
    assert [row["link"] for row in rows] == ["shot:A001"] * 4
    assert json.loads(rows[0]["data"])["sunk"]["exact"] == DOLLAR
    tied = [row for row in records.suggestions(film.p.reader) if row["kind"] == "reconception"]
    assert {(row["shot"], row["upper"]) for row in tied} >= {("A001", 2 * DOLLAR), ("A001", 0)}


def test_what_was_decided_about_a_way_is_shown_with_it(film: Stage) -> None:
    omit = reconceive(film.p, "A001", ADA).ways[-1]
    proposing.decide(film.p, [omit.id], "reject", "the film needs it", ADA)
    again = reconceive(film.p, "A001", ADA)
    assert [one.state for one in again.ways] == [*["open"] * 3, "rejected by Ada: the film needs it"]
    assert len(kept(film)) == 4


def test_a_model_without_a_price_makes_the_cost_unknown(film: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FakeProvider, "quote", lambda *_: None)
    found = reconceive(film.p, "A001", ADA)
    assert [one.way.price for one in found.ways][:1] == ["2 takes, price unknown"]
    assert found.ways[2].way.upper is None


def test_a_cost_nobody_knows_is_said_and_not_called_zero(film: Stage) -> None:
    film.provider.statuses.append(done(Amount.unknown()))
    film.retake("A001")
    film.run()
    assert sunk_in(film.p, "A001") == Sunk(2, DOLLAR, 0, 1)
    assert str(sunk_in(film.p, "A001")) == "$1.00 over 2 takes, and 1 of unknown cost"
    assert str(Sunk(1, 0, 0, 1)) == "an unknown sum over 1 take"


@pytest.mark.parametrize(
    ("characters", "parts"),
    [
        ((), ["the figure before a plain ground", "the background alone"]),
        (("mo",), ["mo before a plain ground", "the background alone"]),
        (("mo", "li"), ["mo alone", "li alone"]),
        (("a", "b", "c", "d", "e"), ["a and b", "c and d", "e"]),
    ],
)
def test_no_composition_has_more_than_two(characters: tuple[str, ...], parts: list[str]) -> None:
    assert pairs(characters) == parts


def test_an_id_that_is_taken_is_not_proposed(build: Build) -> None:
    film = build({"a": [*shots("A", 1), {"id": "A001A"}]})
    assert "A001 A001B" in reconceive(film.p, "A001", ADA).ways[0].way.todo


def test_a_shot_that_is_omitted_or_unknown_is_refused(build: Build) -> None:
    film = build({"a": [{"id": "A001", "omitted": True}, {"id": "A002"}]})
    with pytest.raises(BadInput, match="omitted already"):
        reconceive(film.p, "A001", ADA)
    with pytest.raises(BadInput, match="did you mean"):
        reconceive(film.p, "A02", ADA)
    assert kept(film) == []
