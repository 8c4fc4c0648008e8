"""A price or a limit that is no sum of money closes the gate: `held + nan > limit` is never true."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core.base.errors import PlanFaults
from core.base.units import MAX_MICRO, Certainty, Money
from core.engine import gates
from core.film.load import load_plan
from core.providers.base import Quote, VideoRequest
from tests.support.fakes import FakeProvider
from tests.support.films import shots, write_film
from tests.support.stage import DOLLAR, Build, stages

ABSURD: list[Any] = [math.nan, math.inf, -math.inf, -1, -0.5, 0.5, 1e300, MAX_MICRO + 1, 10**30, True, "1"]


@pytest.fixture
def build() -> Iterator[Build]:
    with stages() as builder:
        yield builder


class Dear(FakeProvider):
    """Quotes one sum when the take is ordered and another when it is made."""

    upper: Any = DOLLAR
    expected: Any = DOLLAR

    def quote(self, request: VideoRequest) -> Quote:
        return Quote(Money(self.upper), Money(self.expected), Certainty.ESTIMATED, "fake")


@pytest.mark.parametrize("which", ["upper", "expected"])
@pytest.mark.parametrize("price", ABSURD, ids=repr)
def test_a_quote_that_is_no_sum_is_not_reserved_and_nothing_is_sent(
    build: Build, price: Any, which: str
) -> None:
    provider = Dear()
    film = build({"a": shots("A", 1)}, provider=provider, budget={"film_usd": "5.00"})
    film.order()
    setattr(provider, which, price)
    film.run()
    assert film.pause_of() == "budget"
    assert "is not a sum of money" in film.p.reader.chain("a")[2]
    assert film.film_sums() == (0, 0, 0)
    assert film.p.reader.rows("SELECT count(*) FROM submission")[0][0] == 0
    assert provider.posts == []


def test_a_sane_quote_goes_through_the_same_gate(build: Build) -> None:
    film = build({"a": shots("A", 1)}, provider=Dear(), budget={"film_usd": "5.00"})
    film.make()
    assert film.states("A001") == ["review"]


@pytest.mark.parametrize("price", ABSURD, ids=repr)
def test_every_absurd_sum_has_its_sentence_and_every_sane_one_none(price: Any) -> None:
    assert gates.price_fault(Quote(Money(price), Money(1), Certainty.EXACT, "row 7"), "fal:x")
    assert gates.price_fault(Quote(Money(1), Money(price), Certainty.EXACT, "row 7"), "fal:x")


@pytest.mark.parametrize("price", [0, 1, MAX_MICRO])
def test_a_sum_from_nothing_to_the_most_a_film_costs_is_one(price: int) -> None:
    assert gates.price_fault(Quote(Money(price), Money(price), Certainty.EXACT, ""), "fal:x") == ""


BUDGETS = [
    "NaN",
    "Infinity",
    "-Infinity",
    "-1",
    "5",
    "5.0",
    "1e999",
    "true",
    "[]",
    '"nan"',
    '"NaN"',
    '"inf"',
    '"-1.00"',
    '"1e3"',
    '"5,00"',
    '""',
    '" 5.00"',
    '"0.0000001"',
    '"1000000000.01"',
    '"99999999999999999999"',
]


@pytest.mark.parametrize("scope", ["film_usd", "chain_usd", "day_usd", "take_usd"])
@pytest.mark.parametrize("sum_", BUDGETS)
def test_a_budget_that_is_no_sum_is_a_fault_of_its_file(tmp_path: Path, sum_: str, scope: str) -> None:
    write_film(tmp_path, {"a": shots("A", 1)}, budget={scope: "5.00"})
    load_plan(tmp_path)
    file = tmp_path / "film.json"
    file.write_text(file.read_text().replace(json.dumps("5.00"), sum_))
    with pytest.raises(PlanFaults) as refusal:
        load_plan(tmp_path)
    assert "film.json" in str(refusal.value)
