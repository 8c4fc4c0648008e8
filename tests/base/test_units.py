"""Money is exact, frame rates are fractions, ids are safe on every disk."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.base.errors import BadInput
from core.base.units import MAX_MICRO, Amount, Certainty, Money, check_id, frames_of, parse_fps


@pytest.mark.parametrize(
    ("text", "micro"),
    [("0.76", 760_000), ("0", 0), ("250.00", 250_000_000), ("0.000001", 1), ("0.29", 290_000)],
)
def test_money_is_parsed_to_the_last_micro_dollar(text: str, micro: int) -> None:
    assert Money.parse(text) == Money(micro)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "NaN",
        "inf",
        "-1",
        "+1",
        "0,80",
        "1e3",
        ".5",
        "5.",
        " 1",
        "1\n",
        "0.0000001",
        "1" * 11,
        "9999999999",
        "0x1",
    ],
)
def test_what_is_not_a_sum_of_money_is_refused(text: str) -> None:
    with pytest.raises(BadInput):
        Money.parse(text)


@given(st.integers(min_value=0, max_value=MAX_MICRO))
def test_money_reads_back_what_it_wrote(micro: int) -> None:
    assert Money.parse(Money(micro).usd()) == Money(micro)


@pytest.mark.parametrize(
    ("micro", "text"),
    [(98_280_000, "$98.28"), (4_000, "$0.004"), (0, "$0.00"), (-760_000, "-$0.76"), (1_500_000, "$1.50")],
)
def test_money_is_written_as_people_write_it(micro: int, text: str) -> None:
    assert str(Money(micro)) == text


def test_money_adds_without_loss() -> None:
    assert sum([Money.parse("0.1")] * 10, Money(0)) == Money.parse("1")
    assert Money.parse("1") - Money.parse("2") == Money(-1_000_000)


def test_an_amount_says_how_well_it_is_known() -> None:
    money = Money.parse("0.76")
    assert str(Amount.exact(money)) == "$0.76"
    assert str(Amount.estimated(money)) == "~$0.76"
    assert str(Amount.unknown()) == "unknown"
    assert Amount.unknown().certainty is Certainty.UNKNOWN
    assert Amount.unknown() != Amount.exact(Money(0))


@pytest.mark.parametrize(
    ("text", "rate"), [("24", Fraction(24)), ("24000/1001", Fraction(24000, 1001)), ("1", 1), ("240", 240)]
)
def test_a_frame_rate_is_exact(text: str, rate: Fraction) -> None:
    assert parse_fps(text) == rate


@pytest.mark.parametrize("text", ["", "0", "241", "23.976", "24/0", "-24", "24/1/1", "NaN", "1/2", "24\n"])
def test_what_is_not_a_frame_rate_is_refused(text: str) -> None:
    with pytest.raises(BadInput):
        parse_fps(text)


@pytest.mark.parametrize(
    ("seconds", "fps", "frames"),
    [(6.0, "24", 144), (6.5, "24", 156), (10.0, "24000/1001", 240), (0.001, "24", 1), (0.1, "30", 3)],
)
def test_a_length_is_whole_frames_and_never_none(seconds: float, fps: str, frames: int) -> None:
    assert frames_of(seconds, parse_fps(fps)) == frames


@pytest.mark.parametrize("name", ["S101", "12A", "a", "x" * 32, "a-b_c", "con1", "com10"])
def test_ids_of_the_trade_pass(name: str) -> None:
    assert check_id(name) == name


@pytest.mark.parametrize(
    "name",
    [
        "",
        ".",
        "..",
        "-rf",
        "_x",
        "@list",
        "a b",
        "a/b",
        "a\\b",
        "a\0b",
        "a\nb",
        "a\n",
        "C:",
        "é",
        "x" * 33,
        "CON",
        "nul",
        "Lpt9",
    ],
)
def test_ids_that_some_disk_or_shell_would_trip_over_are_refused(name: str) -> None:
    with pytest.raises(BadInput):
        check_id(name)
