"""The failure catalogue: a row in seconds, with a slip of the keyboard answered by the nearest word."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from core.base.errors import BadInput
from core.base.units import Amount
from core.desk import failures
from core.desk.failures import CATEGORIES, ORIGINS, Broke
from core.ledger import records
from tests.support.fakes import FakeProvider
from tests.support.films import shots
from tests.support.stage import ADA, DOLLAR, Build, Stage, done, stages


@pytest.fixture
def build() -> Iterator[Build]:
    with stages() as builder:
        yield builder


def rows(film: Stage) -> list[dict[str, object]]:
    return records.failures(film.p.reader)


def test_a_failure_is_a_row_with_all_that_was_said(build: Build) -> None:
    film = build({"a": shots("A", 1)}, provider=FakeProvider(price=DOLLAR))
    film.make()
    said = Broke("camera", "it flips", "whip pan", "lock it off", "prompt")
    number = failures.log(film.p, "A001", 1, said, ADA)
    (row,) = rows(film)
    assert row["id"] == number
    wanted = {
        "category": "camera",
        "chain": "a",
        "shot": "A001",
        "take_id": film.take("A001").id,
        "n": 1,
        "broke": "it flips",
        "cause": "whip pan",
        "workaround": "lock it off",
        "origin": "prompt section",
        "outcome": "open",
        "cost": DOLLAR,
        "certainty": "exact",
        "cost_from": "take",
        "person": "Ada",
    }
    assert {name: row[name] for name in wanted} == wanted
    assert film.events()[-1] == "failure.logged"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("camera", "camera"), (" Camera ", "camera"), ("lip", "lip-sync"), ("prompt", "prompt overload")],
)
def test_a_category_may_be_shortened(typed: str, meant: str) -> None:
    assert failures.known(typed, CATEGORIES, "category") == meant


@pytest.mark.parametrize(("typed", "near"), [("camra", "camera"), ("psychics", "physics")])
def test_a_misspelt_category_is_answered_with_the_nearest(typed: str, near: str) -> None:
    with pytest.raises(BadInput, match=f"did you mean '{near}'"):
        failures.known(typed, CATEGORIES, "category")


@pytest.mark.parametrize("typed", ["c", "", "  ", "zzz"])
def test_a_category_that_means_more_than_one_or_none_is_refused_with_the_list(typed: str) -> None:
    with pytest.raises(BadInput, match=r"is no category(.|\n)*one of: character drift, lip-sync"):
        failures.known(typed, CATEGORIES, "category")


@pytest.mark.parametrize("category", CATEGORIES)
@pytest.mark.parametrize("origin", ORIGINS)
def test_every_listed_word_is_its_own(category: str, origin: str) -> None:
    assert failures.known(category, CATEGORIES, "category") == category
    assert failures.known(origin, ORIGINS, "origin") == origin


@pytest.mark.parametrize(
    ("shot", "n", "what", "said"),
    [
        ("A01", 1, Broke("camera", "x"), "did you mean 'A001'"),
        ("A001", 9, Broke("camera", "x"), "A001 has no take 9"),
        ("A001", 1, Broke("camera", "  "), "say what broke"),
        ("A001", 1, Broke("camera", "x", origin="actor"), "'actor' is no origin"),
        ("A001", 1, Broke("weather", "x"), "'weather' is no category"),
    ],
)
def test_bad_input_is_refused_and_writes_nothing(
    build: Build, shot: str, n: int, what: Broke, said: str
) -> None:
    film = build({"a": shots("A", 1)})
    film.make()
    before = film.events()
    with pytest.raises(BadInput, match=said):
        failures.log(film.p, shot, n, what, ADA)
    assert (film.events(), rows(film)) == (before, [])


def test_without_a_number_the_newest_take_is_meant(build: Build) -> None:
    film = build({"a": shots("A", 1)})
    film.make()
    film.retake("A001")
    film.run()
    failures.log(film.p, "A001", None, Broke("style", "too bright"), ADA)
    assert rows(film)[0]["n"] == 2


def test_a_shot_that_was_never_made_can_fail_too_and_its_cost_is_unknown(build: Build) -> None:
    film = build({"a": shots("A", 1)})
    failures.log(film.p, "A001", None, Broke("prompt overload", "nobody can shoot this"), ADA)
    (row,) = rows(film)
    assert (row["take_id"], row["cost"], row["certainty"]) == (None, None, "unknown")


def test_what_is_still_owed_is_not_called_the_cost(build: Build) -> None:
    film = build({"a": shots("A", 1)}, provider=FakeProvider(price=DOLLAR))
    film.order()
    film.run(stop=lambda: bool(film.provider.posts))
    failures.log(film.p, "A001", 1, Broke("provider", "slow"), ADA)
    assert rows(film)[0]["cost"] is None


def test_a_cost_nobody_knows_stays_unknown(build: Build) -> None:
    film = build({"a": shots("A", 1)}, provider=FakeProvider(price=DOLLAR))
    film.provider.statuses.append(done(Amount.unknown()))
    film.make()
    failures.log(film.p, "A001", 1, Broke("provider", "no bill"), ADA)
    assert rows(film)[0]["cost"] is None


def test_newest_first(build: Build) -> None:
    film = build({"a": shots("A", 2)})
    film.make()
    failures.log(film.p, "A001", None, Broke("style", "one"), ADA)
    failures.log(film.p, "A002", None, Broke("sound", "two"), ADA)
    assert [row["broke"] for row in rows(film)] == ["two", "one"]
