"""A film's prices.toml: strict, every fault with its file and line, its rows over the shipped ones."""

from __future__ import annotations

import pickle
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from pathlib import Path

import pytest

from core.base.errors import Fault, PlanFaults
from core.base.rates import Ask, Rate
from core.film.load import load_plan
from core.film.schema import schemas
from core.studio.rates import CardKeeper, age, card_of, said_if_old
from tests.support.fakes import MovingClock
from tests.support.films import shots, write_film

ROW = """[[price]]
provider = "openrouter"
model = "some/model"
unit = "second"
price = "0.20"
source = "an invoice"
as_of = "2026-10-09"
"""
TODAY = date(2026, 11, 20)
ASK = Ask("openrouter", "some/model", Fraction(5), 1280, 720, "720p", audio=False)


@pytest.fixture
def film(film_root: Path) -> Path:
    return write_film(film_root, {"harbour": shots("S", 2)})


def faults_of(film: Path, text: str) -> tuple[Fault, ...]:
    (film / "prices.toml").write_text(text)
    with pytest.raises(PlanFaults) as refused:
        load_plan(film)
    return refused.value.faults


def swapped(old: str, new: str) -> str:
    assert old in ROW
    return ROW.replace(old, new)


def test_a_persons_price_lets_an_unpriced_model_run(film: Path) -> None:
    assert card_of(load_plan(film).prices, today=TODAY).price(ASK) is None
    (film / "prices.toml").write_text(ROW)
    priced = card_of(load_plan(film).prices, today=TODAY).price(ASK)
    assert priced
    assert priced.expected.usd() == "1.00"
    assert priced.row == "openrouter:some/model $0.20/second (film, as of 2026-10-09)"


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ('"0.20"', "0.20", 5, "must be text in quotes"),
        ('"0.20"', "1", 5, "must be text in quotes"),
        ('"0.20"', "nan", 5, "must be text in quotes"),
        ('"0.20"', '"nan"', 5, "not a price"),
        ('"0.20"', '"inf"', 5, "not a price"),
        ('"0.20"', '"-0.2"', 5, "not a price"),
        ('"0.20"', '"0"', 5, "costs nothing"),
        ('"0.20"', '"1000.5"', 5, "more than 1000"),
        ('"0.20"', '"?"', 5, "not a price"),
        ('"second"', '"gpu_second"', 4, "compute time is not a unit"),
        ('"second"', '"sekond"', 4, "one of second"),
        ('"second"', '"token"', 1, "per = 1000000"),
        ('"second"', '"credit"', 1, "credits"),
        ('"2026-10-09"', '"soon"', 7, "must be a date"),
        ('"2026-10-09"', '"2026-02-30"', 7, "must be a date"),
        ('"openrouter"', '"Open Router"', 2, "provider"),
        ('"some/model"', '"https://some/model"', 3, "model"),
        ('"an invoice"', '""', 6, "must not be empty"),
    ],
)
def test_a_price_that_cannot_be_meant_is_a_fault_at_its_line(
    film: Path, old: str, new: str, line: int, said: str
) -> None:
    (fault,) = faults_of(film, swapped(old, new))
    assert (fault.file, fault.line) == ("prices.toml", line)
    assert said in fault.what


def test_a_price_read_tomorrow_is_a_fault(film: Path) -> None:
    future = (datetime.now(UTC) + timedelta(days=3)).date().isoformat()
    (fault,) = faults_of(film, swapped("2026-10-09", future))
    assert (fault.line, "yet to come" in fault.what) == (7, True)


@pytest.mark.parametrize(
    ("text", "code", "near"),
    [
        (ROW + 'curency = "CNY"\n', "unknown-key", "currency"),
        (ROW.replace("unit", "units"), "unknown-key", "unit"),
        ('[[prices]]\nprovider = "x"\n', "unknown-key", "price"),
        (ROW.replace('source = "an invoice"\n', ""), "missing-key", ""),
        (ROW + ROW, "duplicate-price", ""),
        (ROW + "per = 100\n", "unknown-value", ""),
        ("[currency]\nCNY = 0.14\n", "bad-value", ""),
        ('[currency]\nyuan = "0.14"\n', "bad-value", ""),
    ],
)
def test_what_is_unknown_or_missing_is_named_with_the_nearest(
    film: Path, text: str, code: str, near: str
) -> None:
    found = [(fault.code, fault.nearest) for fault in faults_of(film, text)]
    assert (code, near) in found
    assert all(fault.line for fault in faults_of(film, text))


def test_every_fault_of_the_file_is_told_at_once(film: Path) -> None:
    text = swapped('"0.20"', "0.2") + swapped('"second"', '"gpu_second"').replace("some", "other")
    assert [fault.line for fault in faults_of(film, text)] == [5, 11]


def test_prices_for_different_cases_may_stand_side_by_side(film: Path) -> None:
    loud = ROW.replace('"0.20"', '"0.40"') + "audio = true\n"
    (film / "prices.toml").write_text(ROW + "audio = false\n" + loud)
    card = card_of(load_plan(film).prices, today=TODAY)
    silent, loud_too = card.price(ASK), card.price(replace(ASK, audio=True))
    assert silent
    assert loud_too
    assert (silent.expected.usd(), loud_too.expected.usd()) == ("1.00", "2.00")


def test_another_currency_needs_the_exchange_rate_a_person_gives(film: Path) -> None:
    (film / "prices.toml").write_text(ROW + 'currency = "CNY"\n')
    card = card_of(load_plan(film).prices, today=TODAY)
    assert card.price(ASK) is None
    assert "CNY" in card.why_unpriced(ASK)
    (film / "prices.toml").write_text('[currency]\nCNY = "0.14"\n\n' + ROW + 'currency = "CNY"\n')
    priced = card_of(load_plan(film).prices, today=TODAY).price(ASK)
    assert priced
    assert priced.expected.usd() == "0.14"
    assert "CNY 0.20/second" in priced.row


def test_a_plan_with_prices_can_be_pickled(film: Path) -> None:
    (film / "prices.toml").write_text('[currency]\nCNY = "0.14"\n\n' + ROW)
    plan = load_plan(film)
    assert pickle.loads(pickle.dumps(plan)).prices == plan.prices  # noqa: S301 - our own bytes


def test_the_card_is_built_again_when_the_prices_or_the_live_ones_change(film: Path) -> None:
    (film / "prices.toml").write_text(ROW)
    plans = [load_plan(film)]
    clock = MovingClock()
    live: list[Rate] = []
    keeper = CardKeeper(lambda: plans[-1], clock, lambda: tuple(live))
    first = keeper()
    assert keeper() is first
    (film / "prices.toml").write_text(ROW.replace("0.20", "0.30"))
    plans.append(load_plan(film))
    second = keeper().price(ASK)
    assert second
    assert second.expected.usd() == "1.50"
    live.append(plans[0].prices.card().rows[0])
    clock.sleep(400 * 86_400)
    third = keeper().price(ASK)
    assert third
    assert third.expected.usd() == "1.00"
    assert "(live, as of 2026-10-09)" in third.row


def test_a_price_older_than_sixty_days_is_said() -> None:
    row = "a:b $1/second (shipped, as of 2026-10-09) + a:b $2/second (shipped, as of 2026-08-21)"
    assert age(row, TODAY) == 91
    assert "91 days ago" in said_if_old(row, TODAY)
    assert not said_if_old(row, date(2026, 10, 20))
    assert age("free", TODAY) is None
    assert not said_if_old("free", TODAY)


def test_the_schema_describes_a_price() -> None:
    row = schemas()["prices"]["$defs"]["PriceRow"]
    assert row["required"] == ["provider", "model", "unit", "price", "source", "as_of"]
    assert row["properties"]["price"]["type"] == "string"
    assert "gpu_second" not in row["properties"]["unit"]["enum"]
