"""What an order comes to: rate cards, and the sum a provider will bill by them.

All arithmetic is exact; `upper` is rounded up to the micro-dollar, `expected` to the nearest.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from math import ceil
from typing import TYPE_CHECKING

from core.base.errors import BadInput
from core.base.raterow import BATCHES as BATCHES
from core.base.raterow import MAX_PRICE as MAX_PRICE
from core.base.raterow import STALE_DAYS as STALE_DAYS
from core.base.raterow import Rate as Rate
from core.base.raterow import Unit as Unit
from core.base.raterow import parse_day as parse_day
from core.base.raterow import parse_price as parse_price
from core.base.raterow import parse_unit as parse_unit
from core.base.units import MAX_MICRO, MICRO, Certainty, Money

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

TOKEN_FPS = 24
"""Seedance counts width x height x frames / 1024 tokens at 24 frames a second, whatever the film runs at
(BytePlus' and OpenRouter's billing pages)."""
TOKEN_EXTRA_FRAMES = 1
"""A 4 s job at 1280x720 was billed 87,300 tokens: 97 frames. A 5 s job 108,900: 121 (both measured)."""
AREAS = {"480p": 864 * 496, "720p": 1280 * 720, "1080p": 1920 * 1080, "4k": 3840 * 2160}
"""Pixels of a frame that is billed in tokens, by the resolution asked for."""
LARGEST_AREAS = {"480p": 864 * 496, "720p": 1112 * 834, "1080p": 2206 * 946, "4k": 3840 * 2160}
"""The same for the shape with most pixels (4:3, 21:9) of the vendor's list of sizes. Unverified."""
_NEAR = Fraction(1, 10)
"""A frame whose pixels differ more than this from its resolution's is not what comes out."""


@dataclass(frozen=True, slots=True)
class Ask:
    """What is to be priced: the take, picture or question as the provider will be asked for it."""

    provider: str
    model: str
    seconds: Fraction = Fraction(0)
    """Of video, as sent."""
    width: int = 0
    height: int = 0
    """Pixels that come out; 0: as the resolution says."""
    resolution: str = ""
    """As sent; empty: left open, then the dearest row that fits is taken."""
    audio: bool | None = None
    """None: left open, as above."""
    references: int = 0
    """Reference pictures sent."""
    first_frame: bool = False
    video_input: bool = False
    images: int = 0
    """Pictures to be made."""
    image_size: str = ""
    input_tokens: int = 0
    output_tokens: int = 0
    """At most so many: the answer's limit as sent."""
    video_seconds: Fraction = Fraction(0)
    """Length of the video inputs together: tokens count it."""
    variant: str = ""

    def __post_init__(self) -> None:
        counts = (
            self.width,
            self.height,
            self.references,
            self.images,
            self.input_tokens,
            self.output_tokens,
        )
        if min(counts) < 0 or min(self.seconds, self.video_seconds) < 0:
            raise BadInput(f"less than nothing is asked of {self.provider}:{self.model}")

    @property
    def size(self) -> str:
        return (self.image_size if self.images else self.resolution).casefold()


@dataclass(frozen=True, slots=True)
class Priced:
    """What an ask comes to."""

    upper: Money
    """For the reserve. Of a price by the second or image it is the same as `expected`, but where the row
    says that bills run some frames over, or that its sources disagree."""
    expected: Money
    """For the forecast."""
    row: str
    """The row or rows it came from, with their as-of dates."""
    certainty: Certainty
    """Exact where upper and expected are one sum of a verified row."""


@dataclass(frozen=True, slots=True)
class RateCard:
    """Rows of prices in tiers: the best tier with a row that fits decides."""

    rates: Iterable[Rate] = ()
    """The rows of the topmost tier."""
    exchange: Mapping[str, Decimal] = field(default_factory=dict)
    """Currency to US dollars for one of it; a price in any other currency is no price."""
    under: tuple[tuple[Rate, ...], ...] = ()
    """The tiers below, best first."""
    _models: dict[tuple[str, str], list[list[Rate]]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    """Provider and model to their rows, tier by tier: a film asks thousands of times."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "rates", tuple(self.rates))
        for number, tier in enumerate(self.tiers):
            for rate in tier:
                held = self._models.setdefault((rate.provider, rate.model), [])
                held.extend([] for _ in range(number + 1 - len(held)))
                held[number].append(rate)
        for currency, dollars in self.exchange.items():
            if not dollars.is_finite() or not 0 < dollars <= MAX_PRICE:
                raise BadInput(f"one {currency} for {dollars} US dollars is not an exchange rate")

    @property
    def tiers(self) -> tuple[tuple[Rate, ...], ...]:
        """All rows, the best tier first."""
        return tuple(tier for tier in (tuple(self.rates), *self.under) if tier)

    @property
    def rows(self) -> tuple[Rate, ...]:
        return tuple(rate for tier in self.tiers for rate in tier)

    def with_over(self, other: RateCard) -> RateCard:
        """This card with `other` over it."""
        over = other.tiers
        return RateCard(
            over[0] if over else (), {**self.exchange, **other.exchange}, (*over[1:], *self.tiers)
        )

    def on(self, today: date) -> RateCard:
        """Only the rows that hold on that day."""
        kept = [tuple(rate for rate in tier if rate.holds(today)) for tier in self.tiers]
        return RateCard(kept[0] if kept else (), self.exchange, tuple(kept[1:]))

    def of(self, provider: str, model: str) -> tuple[Rate, ...]:
        """Every row of a model, the best tier first."""
        return tuple(rate for tier in self._models.get((provider, model), []) for rate in tier)

    def named(self, row: str) -> tuple[Rate, ...]:
        """The rows a `Priced.row` names."""
        names = row.split(" + ")
        return tuple(rate for rate in self.rows if rate.name in names)

    def price(self, ask: Ask) -> Priced | None:
        """What the provider will bill, or None: unpriced. Never zero for want of a row."""
        parts = [self._part(ask, units) for units in _units_of(ask)]
        if not parts or None in parts:
            return None
        found = [part for part in parts if part is not None]
        upper = sum((part[1] for part in found), Fraction(0))
        expected = sum((part[2] for part in found), Fraction(0))
        return _priced([part[0] for part in found], upper, expected)

    def why_unpriced(self, ask: Ask) -> str:
        """In a sentence, for an ask that has no price."""
        model = f"{ask.provider}:{ask.model}"
        rates = [rate for units in _units_of(ask) for rate in self._rows(ask, units)]
        if missing := sorted({rate.currency for rate in rates} - {"USD", *self.exchange}):
            return f"{model} is priced in {missing[0]}, and no exchange rate is given"
        if ask.video_input and not ask.video_seconds and rates:
            return f"{model} bills its video inputs by their length, and that is not known"
        if self.of(ask.provider, ask.model):
            return f"no price is known for {model} {ask.size}".rstrip()
        return f"no price is known for {model}"

    def _rows(self, ask: Ask, units: tuple[Unit, ...]) -> tuple[Rate, ...]:
        """The rows of the best tier that fit; the most particular ones where nothing is left open."""
        for tier in self._models.get((ask.provider, ask.model), []):
            fitting = [rate for rate in tier if rate.unit in units and _fits(rate, ask)]
            if not fitting:
                continue
            if ask.size and ask.audio is not None:
                best = max(map(_particular, fitting))
                fitting = [rate for rate in fitting if _particular(rate) == best]
            return tuple(fitting)
        return ()

    def _part(self, ask: Ask, units: tuple[Unit, ...]) -> tuple[Rate, Fraction, Fraction] | None:
        """Row, upper and expected in dollars of the dearest that fits."""
        sums = []
        for rate in self._rows(ask, units):
            dollars = Decimal(1) if rate.currency == "USD" else self.exchange.get(rate.currency)
            bill = _bill(rate, ask)
            if dollars is None or bill is None:
                return None  # a row that fits and cannot be reckoned: a guess by another is no price
            sums.append((rate, bill[0] * Fraction(dollars), bill[1] * Fraction(dollars)))
        return max(sums, key=lambda part: part[1], default=None)


EMPTY = RateCard()


def _units_of(ask: Ask) -> list[tuple[Unit, ...]]:
    """For each part of the bill the units it may be priced in."""
    if ask.seconds > 0:
        return [(Unit.SECOND, Unit.TOKEN, Unit.CREDIT)]
    if ask.images > 0:
        return [(Unit.IMAGE, Unit.CREDIT)]
    if ask.input_tokens > 0 or ask.output_tokens > 0:
        return [(Unit.INPUT_TOKEN,), (Unit.OUTPUT_TOKEN,)]
    return []


def _fits(rate: Rate, ask: Ask) -> bool:
    return (
        rate.variant == ask.variant
        and (not rate.resolution or not ask.size or rate.resolution.casefold() == ask.size)
        and (rate.audio is None or ask.audio is None or rate.audio == ask.audio)
        and rate.video_input in (None, ask.video_input)
        and rate.first_frame in (None, ask.first_frame)
    )


def _particular(rate: Rate) -> int:
    """How many conditions a row makes."""
    conditions = (rate.audio, rate.video_input, rate.first_frame)
    return sum(condition is not None for condition in conditions) + bool(rate.resolution)


def _bill(rate: Rate, ask: Ask) -> tuple[Fraction, Fraction] | None:
    """Upper and expected in the row's currency; None where the row cannot be reckoned for this ask."""
    most, likely = _quantity(rate, ask)
    if most <= 0 and rate.unit not in (Unit.INPUT_TOKEN, Unit.OUTPUT_TOKEN):
        return None
    pictures = Fraction(rate.reference) * ask.references
    dearest = Fraction(rate.at_most or rate.price)
    return most * max(dearest, Fraction(rate.price)) / rate.per + pictures, (
        likely * Fraction(rate.price) / rate.per + pictures
    )


def _quantity(rate: Rate, ask: Ask) -> tuple[Fraction, Fraction]:
    """How many units at most and as a rule; zero where it cannot be known."""
    over = Fraction(rate.extra_frames, TOKEN_FPS)
    match rate.unit:
        case Unit.SECOND:
            return ask.seconds + over, ask.seconds
        case Unit.TOKEN:
            return _tokens(rate, ask)
        case Unit.IMAGE:
            return Fraction(ask.images), Fraction(ask.images)
        case Unit.CREDIT:
            of = Fraction(rate.credits or 0)
            return of * (ask.seconds + over or ask.images), of * (ask.seconds or ask.images)
        case Unit.INPUT_TOKEN:
            return Fraction(ask.input_tokens), Fraction(ask.input_tokens)
        case Unit.OUTPUT_TOKEN:
            return Fraction(ask.output_tokens), Fraction(ask.output_tokens)


def _tokens(rate: Rate, ask: Ask) -> tuple[Fraction, Fraction]:
    """Tokens of a clip: pixels x frames / 1024, the frames of video inputs among them."""
    if ask.video_input and ask.video_seconds <= 0:
        return Fraction(0), Fraction(0)
    frames = TOKEN_FPS * (ask.seconds + ask.video_seconds)
    most, likely = _pixels(ask)
    over = max(rate.extra_frames, TOKEN_EXTRA_FRAMES)
    return most * (frames + over) / 1024, likely * frames / 1024


def _pixels(ask: Ask) -> tuple[Fraction, Fraction]:
    """Pixels of a frame at most and as a rule. The resolution decides; a film's own size is only a wish."""
    given = Fraction(ask.width * ask.height)
    area = Fraction(AREAS.get(ask.size, 0))
    if not area or abs(given - area) <= area * _NEAR:
        return max(given, area), max(given, area)
    return Fraction(LARGEST_AREAS[ask.size]), area


def _priced(rates: list[Rate], upper: Fraction, expected: Fraction) -> Priced:
    most, likely = ceil(upper * MICRO), round(expected * MICRO)
    if most > MAX_MICRO:
        raise BadInput("this costs more than any film", todo="look at its length and its price row")
    sure = most == likely and all(rate.verified for rate in rates)
    row = " + ".join(rate.name for rate in rates)
    return Priced(Money(most), Money(likely), row, Certainty.EXACT if sure else Certainty.ESTIMATED)
