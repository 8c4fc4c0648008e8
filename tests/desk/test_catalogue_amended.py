"""A failure is never edited: who amends it adds a row, and only what changed differs."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Any

import pytest

from core.base.errors import BadInput, PlanFaults
from core.desk import failures
from core.desk.failures import Broke
from core.desk.person import Person
from core.film.load import load_plan
from core.ledger import records
from core.studio.catalogue import Catalogue
from core.studio.places import Places
from tests.support.fakes import FakeProvider
from tests.support.films import shots, write_film
from tests.support.stage import ADA, DOLLAR, Build, Stage, stages

BEA = Person("Bea", "editor")


@pytest.fixture
def build() -> Iterator[Build]:
    with stages() as builder:
        yield builder


@pytest.fixture
def film(build: Build) -> Stage:
    made = build({"a": shots("A", 2)}, provider=FakeProvider(price=DOLLAR))
    made.make()
    return made


def rows(film: Stage) -> list[dict[str, Any]]:
    return records.failures(film.p.reader)


def test_an_amendment_is_a_row_that_changes_only_what_was_said(film: Stage) -> None:
    first = failures.log(film.p, "A001", 1, Broke("camera", "it flips", cause="whip pan", minutes=5), ADA)
    change = {"workaround": "lock it off", "outcome": "saved", "micro": 2 * DOLLAR}
    second = failures.amend(film.p, first, change, BEA)
    (row,) = rows(film)
    wanted = {
        "id": second,
        "supersedes": first,
        "first": first,
        "broke": "it flips",
        "cause": "whip pan",
        "minutes": 5,
        "workaround": "lock it off",
        "outcome": "saved",
        "cost": 2 * DOLLAR,
        "cost_from": "given",
        "person": "Bea",
        "n": 1,
    }
    assert {name: row[name] for name in wanted} == wanted
    assert film.events()[-1] == "failure.amended"
    with sqlite3.connect(film.p.ledger.path) as link:
        kept = link.execute("SELECT broke, workaround, person FROM failure WHERE id=?", (first,)).fetchone()
    link.close()
    assert kept == ("it flips", "", "Ada")


def test_the_first_number_still_names_a_failure_that_was_amended(film: Stage) -> None:
    first = failures.log(film.p, "A001", 1, Broke("camera", "it flips"), ADA)
    failures.amend(film.p, first, {"outcome": "dropped"}, ADA)
    failures.amend(film.p, first, {"lesson": "no whip pans"}, BEA)
    (row,) = rows(film)
    assert (row["outcome"], row["lesson"]) == ("dropped", "no whip pans")
    before = Catalogue(Places(film.root)).rows()[0]["amended"]
    assert [(one["person"], one["outcome"]) for one in before] == [("Ada", "open"), ("Ada", "dropped")]


def test_a_cost_may_become_unknown_to_a_person_and_is_then_the_bill_of_its_take(film: Stage) -> None:
    first = failures.log(film.p, "A001", 1, Broke("camera", "it flips", micro=5), ADA)
    failures.amend(film.p, first, {"micro": None}, ADA)
    assert (rows(film)[0]["cost"], rows(film)[0]["cost_from"]) == (DOLLAR, "take")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({}, "nothing is amended"),
        ({"shot": "A002"}, "a failure has no 'shot'"),
        ({"category": "camra"}, "did you mean 'camera'"),
        ({"outcome": "lost"}, "'lost' is no outcome"),
        ({"broke": " "}, "say what broke"),
        ({"take": 9}, "A001 has no take 9"),
        ({"minutes": -1}, "is no time"),
        ({"micro": -1}, "is no cost"),
    ],
)
def test_a_bad_amendment_writes_nothing(film: Stage, change: dict[str, Any], said: str) -> None:
    first = failures.log(film.p, "A001", 1, Broke("camera", "it flips"), ADA)
    before = film.events()
    with pytest.raises(BadInput, match=said):
        failures.amend(film.p, first, change, ADA)
    assert (film.events(), len(rows(film))) == (before, 1)


def test_a_number_nobody_gave_is_refused(film: Stage) -> None:
    with pytest.raises(BadInput, match="there is no failure 12"):
        failures.amend(film.p, 12, {"outcome": "saved"}, ADA)


def test_a_film_adds_its_own_categories(build: Build) -> None:
    film = build({"a": shots("A", 1)}, failures={"categories": ["Salt on the lens", "wardrobe"]})
    failures.log(film.p, "A001", None, Broke("salt", "crust"), ADA)
    assert rows(film)[0]["category"] == "Salt on the lens"
    assert failures.categories_of(film.p.plan)[-2:] == ("Salt on the lens", "wardrobe")


@pytest.mark.parametrize("words", [["a", "a"], [""], ["two\nlines"], [" x"], ["x" * 41], [7], "camera"])
def test_a_category_that_is_no_short_word_is_a_fault_of_the_film(tmp_path: Any, words: Any) -> None:
    root = write_film(tmp_path / "film", {"a": shots("A", 1)}, failures={"categories": words})
    with pytest.raises(PlanFaults) as faults:
        load_plan(root)
    assert faults.value.faults[0].file == "film.json"
