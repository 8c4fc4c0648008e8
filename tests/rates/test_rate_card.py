"""What an ask comes to by the card: the seeds' arithmetic, upper bounds, tiers, and what has no price."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.base.errors import BadInput
from core.base.ratecard import card_of, shipped
from core.base.rates import Ask, Rate, RateCard, Unit
from core.base.units import Certainty, Money

TODAY = date(2026, 11, 20)
SEEDANCE = "bytedance/seedance-2.0"


def rate(**more: Any) -> Rate:
    held: dict[str, Any] = {
        "provider": "p",
        "model": "m",
        "unit": Unit.SECOND,
        "price": Decimal("0.1"),
        "source": "a page",
        "as_of": "2026-10-09",
    }
    return Rate(**{**held, **more})


def take(seconds: int | Fraction = 5, **more: Any) -> Ask:
    """5 s of 1280x720 without sound, of the model in `rate`."""
    held: dict[str, Any] = {
        "provider": "p",
        "model": "m",
        "seconds": Fraction(seconds),
        "width": 1280,
        "height": 720,
        "resolution": "720p",
        "audio": False,
    }
    return Ask(**{**held, **more})


def seedance(seconds: int, provider: str = "openrouter", **more: Any) -> Ask:
    return take(seconds, provider=provider, model=SEEDANCE, **more)


def expected(ask: Ask, card: RateCard | None = None) -> str:
    priced = (card or shipped()).price(ask)
    assert priced
    return priced.expected.usd()


LENGTHS = [4, 15] + 31 * [11] + 29 * [10]
"""62 shots of 4 to 15 s, 650 s in all."""


def test_the_film_of_the_seeds_is_quoted_what_it_cost() -> None:
    assert (len(LENGTHS), sum(LENGTHS), min(LENGTHS), max(LENGTHS)) == (62, 650, 4, 15)
    quotes = [shipped().price(seedance(seconds)) for seconds in LENGTHS]
    likely = Money(sum(quote.expected.micro for quote in quotes if quote))
    most = Money(sum(quote.upper.micro for quote in quotes if quote))
    assert likely == Money.parse("98.28")
    assert most == likely + Money(62 * 6_300)  # a frame more each
    assert Money.parse("95") < likely < most < Money.parse("115")
    assert all(quote and "$0.1512/second (shipped, as of 2026-10-09)" in quote.row for quote in quotes)


def test_five_seconds_cost_what_comes_out_and_not_what_a_machine_takes() -> None:
    # The seeds first reckoned 5 s at $0.000975 a second of an L40S: $0.16. No row can say such a thing.
    assert expected(seedance(5)) == "0.756"


def test_fourteen_seconds_are_not_the_seeds_two_dollars_eighty() -> None:
    assert expected(seedance(14)) == "2.1168"
    assert round(Decimal(expected(seedance(14))), 2) == Decimal("2.12")
    # $2.80 for 14 s are $0.20 a second. No Seedance 2.0 row at 720p has that: OpenRouter's is $0.1512, and
    # the seeds speak of Replicate there, whose rows stand on either side: $0.18, and $0.22 with video input.
    assert Decimal("2.80") / 14 == Decimal("0.20")
    assert expected(seedance(14, "replicate")) == "2.52"
    assert expected(seedance(14, "replicate", video_input=True)) == "3.08"


def test_the_upper_bound_of_seedance_is_the_bill_that_was_measured() -> None:
    # 87,300 tokens for 4 s (97 frames), 108,900 for 5 s (121), at $7.0 a million.
    for seconds, tokens in ((4, 87_300), (5, 108_900)):
        for ask in (
            seedance(seconds),
            replace(seedance(seconds), provider="ark", model="dreamina-seedance-2-0-260128"),
        ):
            priced = shipped().price(ask)
            assert priced
            assert priced.upper == Money(tokens * 7)
            assert priced.expected < priced.upper


def test_a_plain_price_by_the_second_is_its_own_upper_bound() -> None:
    priced = shipped().price(take(8, provider="replicate", model="google/veo-3.1", audio=True))
    assert priced
    assert priced.upper == priced.expected == Money.parse("3.20")
    assert priced.certainty is Certainty.EXACT


def test_sound_and_resolution_choose_the_row() -> None:
    def veo(resolution: str, audio: bool) -> str:
        return expected(
            take(1, provider="openrouter", model="google/veo-3.1-fast", resolution=resolution, audio=audio)
        )

    shown = [veo(resolution, audio) for resolution in ("720p", "1080p", "4K") for audio in (False, True)]
    assert shown == ["0.08", "0.10", "0.10", "0.12", "0.25", "0.30"]
    pro = [
        expected(take(5, provider="ark", model="seedance-1-5-pro-251215", audio=audio))
        for audio in (False, True)
    ]
    assert pro == ["0.1296", "0.2592"]


def test_what_an_ask_leaves_open_is_priced_at_the_dearest() -> None:
    open_ask = take(1, provider="openrouter", model="google/veo-3.1-fast", resolution="", audio=None)
    assert expected(open_ask) == "0.30"


def test_a_resolution_in_small_letters_is_the_same() -> None:
    for written in ("4K", "4k"):
        assert expected(take(1, provider="replicate", model=SEEDANCE, resolution=written)) == "1.00"


def test_tokens_are_counted_by_what_comes_out_not_by_the_size_of_the_film() -> None:
    small, large, unsaid = (
        shipped().price(seedance(5, resolution="1080p", width=w, height=h))
        for w, h in ((320, 180), (4096, 2160), (0, 0))
    )
    assert small == large == unsaid
    assert small
    assert small.expected == Money.parse("1.8711")  # 1920 x 1080 x 120 / 1024 tokens at $7.7 a million
    assert small.upper.micro > 1_871_100 * 121 // 120  # the vendor's largest 1080p frame, and one frame more


def test_a_reference_picture_costs_where_the_row_says_so() -> None:
    hailuo = take(5, provider="openrouter", model="minimax/hailuo-3", resolution="2K")
    assert expected(hailuo) == "0.65"
    assert expected(replace(hailuo, references=3)) == "0.77"


def test_an_image_is_priced_by_its_size_and_never_below_its_words() -> None:
    ask = Ask("gemini", "gemini-3.1-flash-image", images=2, image_size="2K")
    priced = shipped().price(ask)
    assert priced
    assert priced.expected == Money.parse("0.2016")
    assert priced.upper > priced.expected
    assert shipped().price(replace(ask, image_size="8K")) is None


def test_a_question_is_priced_by_both_its_rows_of_the_day() -> None:
    ask = Ask("gemini", "gemini-3.8-flash", input_tokens=1_000_000, output_tokens=1_000)
    this_year, next_year = (shipped().on(day).price(ask) for day in (TODAY, date(2027, 1, 1)))
    assert this_year
    assert next_year
    assert this_year.upper == Money.parse("0.75375")
    assert next_year.upper == Money.parse("1.5075")
    assert this_year.row.count("as of 2026-10-07") == 2
    only_input = RateCard([rate(unit=Unit.INPUT_TOKEN, per=1_000_000)])
    assert only_input.price(Ask("p", "m", input_tokens=10, output_tokens=10)) is None


def test_credits_are_turned_into_money() -> None:
    card = RateCard([rate(unit=Unit.CREDIT, price=Decimal("0.01"), credits=Decimal(12))])
    assert expected(take(5), card) == "0.60"
    assert expected(Ask("p", "m", images=2), card) == "0.24"


@pytest.mark.parametrize(
    "ask",
    [
        take(model="unknown/model"),
        take(provider="nobody"),
        seedance(5, resolution="1440p"),
        seedance(5, variant="flex"),
        seedance(0),
        Ask("openrouter", SEEDANCE),
        Ask("openrouter", SEEDANCE, images=1),
        seedance(5, video_input=True),
        take(provider="replicate", model="bytedance/seedance-1.5-pro"),  # 720p: no price is known
    ],
)
def test_what_has_no_row_has_no_price_and_never_a_zero(ask: Ask) -> None:
    assert shipped().price(ask) is None
    assert ask.model in shipped().why_unpriced(ask)


def test_video_inputs_are_counted_by_their_length() -> None:
    ask = seedance(5, video_input=True, video_seconds=Fraction(5))
    assert expected(ask) == "0.9288"  # 240 frames at $4.3 a million
    assert "not known" in shipped().why_unpriced(replace(ask, video_seconds=Fraction(0)))


def test_less_than_nothing_cannot_be_asked() -> None:
    for more in ({"references": -1}, {"seconds": Fraction(-1)}, {"width": -2}):
        with pytest.raises(BadInput):
            replace(take(), **more)


def test_more_than_any_film_costs_is_refused() -> None:
    with pytest.raises(BadInput):
        RateCard([rate(price=Decimal(1000))]).price(take(10**9))


def test_a_films_row_stands_over_the_shipped_one_and_a_live_one_over_both() -> None:
    film = RateCard([rate(provider="openrouter", model=SEEDANCE, price=Decimal("0.2"), origin="film")])
    live = RateCard([rate(provider="openrouter", model=SEEDANCE, price=Decimal("0.3"), origin="live")])
    assert (
        expected(seedance(5), shipped().with_over(film)) == "1.00"
    )  # though the shipped row is more particular
    assert expected(seedance(5), shipped().with_over(film).with_over(live)) == "1.50"
    assert expected(seedance(5), shipped().with_over(RateCard())) == "0.756"


def test_a_row_for_another_resolution_leaves_the_shipped_one_standing() -> None:
    film = RateCard([rate(provider="openrouter", model=SEEDANCE, resolution="1080p", origin="film")])
    assert expected(seedance(5), shipped().with_over(film)) == "0.756"


def test_two_rows_that_fit_alike_are_priced_at_the_dearer() -> None:
    card = RateCard([rate(price=Decimal("0.1")), rate(price=Decimal("0.2"))])
    assert expected(take(), card) == "1.00"


def test_sources_that_disagree_widen_the_bound() -> None:
    priced = shipped().price(take(5, provider="fal", model="fal-ai/kling-video/v3/pro/image-to-video"))
    assert priced
    assert priced.expected == Money.parse("0.56")
    assert priced.upper > Money.parse("1.12")
    assert priced.certainty is Certainty.ESTIMATED


def test_another_currency_is_a_price_only_with_a_persons_exchange_rate() -> None:
    yuan = RateCard([rate(currency="CNY", price=Decimal("1.00"))])
    under = RateCard([rate(price=Decimal("0.1"))])
    assert under.with_over(yuan).price(take()) is None
    assert "CNY" in under.with_over(yuan).why_unpriced(take())
    known = under.with_over(RateCard(yuan.rates, {"CNY": Decimal("0.14")}))
    assert expected(take(), known) == "0.70"


@pytest.mark.parametrize("dollars", ["NaN", "Infinity", "0", "-1", "1001"])
def test_an_exchange_rate_is_a_plain_number(dollars: str) -> None:
    with pytest.raises(BadInput):
        RateCard([], {"CNY": Decimal(dollars)})


def test_the_row_of_a_price_leads_back_to_its_rates() -> None:
    priced = shipped().price(seedance(5))
    assert priced
    (row,) = shipped().named(priced.row)
    assert (row.model, row.resolution, row.price) == (SEEDANCE, "720p", Decimal("0.1512"))


prices = st.decimals(min_value="0.000000001", max_value=1000, allow_nan=False, places=9).filter(
    lambda p: p > 0
)


@given(price=prices, seconds=st.fractions(min_value=Fraction(1, 24), max_value=600), over=st.integers(0, 24))
def test_the_upper_bound_is_never_below_the_exact_sum(price: Decimal, seconds: Fraction, over: int) -> None:
    priced = RateCard([rate(price=price, extra_frames=over)]).price(take().__class__("p", "m", seconds))
    assert priced
    exact = Fraction(price) * seconds * 1_000_000
    assert exact <= priced.upper.micro
    assert priced.expected <= priced.upper
    assert abs(priced.expected.micro - exact) <= Fraction(1, 2)
    assert priced.upper.micro >= 1


def test_the_shipped_card_is_whole() -> None:
    rows = shipped().rows
    assert len(rows) > 200
    assert len({row.name for row in rows}) == len(rows), "two rows that a bill could not tell apart"
    assert {row.provider for row in rows} == {"openrouter", "replicate", "fal", "ark", "gemini"}
    for row in rows:
        assert row.source
        assert row.origin == "shipped"
        assert date(2026, 8, 1) < date.fromisoformat(row.as_of) <= TODAY


HEAD = '[[list]]\nprovider = "p"\nsource = "s"\nas_of = "2026-10-09"\n'


@pytest.mark.parametrize(
    "text",
    [
        "not toml [",
        '[[list]]\nprovider = "p"\nrow = [{ model = "m" }]',
        HEAD + 'row = [{ model = "m", unit = "gpu_second", price = "1" }]',
        HEAD + 'row = [{ model = "m", unit = "second", price = "1", colour = "red" }]',
    ],
)
def test_a_broken_card_is_a_sentence_that_names_the_file(text: str) -> None:
    with pytest.raises(BadInput) as refused:
        card_of(text)
    assert refused.value.where == "prices.toml"
