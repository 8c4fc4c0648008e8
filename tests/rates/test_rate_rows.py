"""A row of prices is what a paid model can cost, or it is refused."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from core.base.errors import BadInput
from core.base.rates import Rate, Unit, parse_day, parse_price, parse_unit


def rate(**more: Any) -> Rate:
    given: dict[str, Any] = {
        "provider": "openrouter",
        "model": "a/b",
        "unit": Unit.SECOND,
        "price": Decimal("0.1512"),
        "source": "a page",
        "as_of": "2026-10-09",
    }
    return Rate(**{**given, **more})


STRANGE = ("$1", " 1", "1\n", "1_000", "٣", "0x10", "1e", ".5", "1" * 5000)


@pytest.mark.parametrize(
    "text",
    [
        *STRANGE,
        "",
        "NaN",
        "nan",
        "Infinity",
        "-inf",
        "-1",
        "+1",
        "0",
        "0.0",
        "0e9",
        "1000.01",
        "1e9",
        "1e99",
        "1,5",
    ],
)
def test_what_no_paid_model_costs_is_refused_as_a_price(text: str) -> None:
    with pytest.raises(BadInput):
        parse_price(text)


@pytest.mark.parametrize(("text", "price"), [("0.1512", "0.1512"), ("7e-06", "0.000007"), ("1000", "1000")])
def test_a_price_is_read_without_loss(text: str, price: str) -> None:
    assert parse_price(text) == Decimal(price)


@pytest.mark.parametrize(
    "price", ["NaN", "sNaN", "Infinity", "-Infinity", "-0.1", "0", "-0", "1000.000001", "1e30"]
)
def test_no_row_holds_such_a_price_however_it_was_made(price: str) -> None:
    with pytest.raises(BadInput):
        rate(price=Decimal(price))
    with pytest.raises(BadInput):
        rate(at_most=Decimal(price))


@pytest.mark.parametrize(
    "more",
    [
        {"reference": Decimal("NaN")},
        {"reference": Decimal(-1)},
        {"per": 100},
        {"per": 0},
        {"currency": "usd"},
        {"currency": ""},
        {"as_of": "yesterday"},
        {"as_of": "2026-02-30"},
        {"as_of": ""},
        {"until": "2026-13-01"},
        {"extra_frames": -1},
        {"unit": Unit.CREDIT},
        {"credits": Decimal(2)},
        {"unit": Unit.CREDIT, "credits": Decimal("NaN")},
        {"unit": Unit.CREDIT, "credits": Decimal(0)},
        {"at_most": Decimal("0.1")},
        {"model": ""},
        {"model": "a b"},
        {"provider": "Open Router"},
    ],
)
def test_a_row_that_cannot_be_meant_is_refused(more: dict[str, Any]) -> None:
    with pytest.raises(BadInput):
        rate(**more)


def test_a_price_of_a_million_tokens_cannot_be_read_as_that_of_one() -> None:
    with pytest.raises(BadInput, match="1 token") as refused:
        rate(unit=Unit.TOKEN, price=Decimal("7.0"))
    assert "per = 1000000" in refused.value.todo
    assert rate(unit=Unit.TOKEN, price=Decimal("7.0"), per=1_000_000).said == "$7.0/1M tokens"


@pytest.mark.parametrize(
    "word", ["gpu_second", "compute_second", "predict_time", "GPU-seconds", "machine_hour"]
)
def test_compute_time_is_no_unit_and_the_sentence_says_why(word: str) -> None:
    with pytest.raises(BadInput, match="compute time is not a unit") as refused:
        parse_unit(word)
    assert "output second" in refused.value.todo


def test_the_card_has_no_unit_for_time_on_a_machine() -> None:
    assert {unit.value for unit in Unit} == {
        "second", "token", "image", "credit", "input_token", "output_token"
    }  # fmt: skip


def test_a_misspelt_unit_is_met_with_the_nearest() -> None:
    with pytest.raises(BadInput) as refused:
        parse_unit("secnd")
    assert refused.value.nearest == "second"


def test_the_name_of_a_row_says_its_price_its_place_and_its_day() -> None:
    shown = rate(resolution="720p", audio=True, verified=False, origin="film").name
    assert shown == ("openrouter:a/b 720p with audio $0.1512/second (film, as of 2026-10-09, unverified)")


def test_a_row_is_old_after_sixty_days_and_not_before() -> None:
    assert not rate().stale(date(2026, 12, 8))
    assert rate().stale(date(2026, 12, 9))
    assert rate().age(date(2026, 12, 9)) == 61


def test_a_row_holds_from_its_first_day_to_its_last() -> None:
    row = rate(since="2026-11-01", until="2026-12-31")
    days = [date(2026, 10, 31), date(2026, 11, 1), date(2026, 12, 31), date(2027, 1, 1)]
    assert [row.holds(day) for day in days] == [False, True, True, False]


def test_a_live_price_from_the_future_does_not_hold() -> None:
    assert not rate(origin="live", as_of="2026-11-03").holds(date(2026, 11, 1))
    assert rate(origin="live", as_of="2026-11-02").holds(date(2026, 11, 1))


def test_a_day_is_a_day() -> None:
    assert parse_day("2026-10-09") == date(2026, 10, 9)
    for text in ("9.10.2026", "2026-1-1", "2026-10-09T00:00", "20261009", ""):
        with pytest.raises(BadInput):
            parse_day(text)
