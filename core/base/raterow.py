"""One row of prices: what a provider bills for a unit of what comes out.

A row prices what comes out: a second of video, a token, an image, a credit. Time on a provider's
machines is no unit here: no provider of ours bills it, and it says nothing about the bill.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from core.base.errors import BadInput, nearest

STALE_DAYS = 60
"""A row older than this is said wherever it is used."""
MAX_PRICE = 1000
"""A unit of anything that costs more than a thousand is a slip of the keyboard or of a catalogue."""
MAX_TOKEN_PRICE = Decimal("0.01")
"""No token costs a cent: such a price is that of a thousand or a million tokens, without its `per`."""
BATCHES = (1, 1_000, 1_000_000)


class Unit(StrEnum):
    """What a price is for."""

    SECOND = "second"
    """Of video that comes out."""
    TOKEN = "token"  # noqa: S105 - a unit of billing
    """Of video: width x height x frames / 1024."""
    IMAGE = "image"
    CREDIT = "credit"
    """`price` is that of one credit, `credits` how many a second or an image takes."""
    INPUT_TOKEN = "input_token"  # noqa: S105
    """Of a model that reads; its answer is priced by an `output_token` row."""
    OUTPUT_TOKEN = "output_token"  # noqa: S105


_PROVIDER = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")
_MODEL = re.compile(r"[!-~]{1,200}")
_COMPUTE = re.compile(r"gpu|cpu|comput|predict|machine|hardware|inference|runtime", re.IGNORECASE)


def parse_unit(text: str) -> Unit:
    """Raises BadInput with the nearest, and with the reason where it is time on a machine."""
    try:
        return Unit(text)
    except ValueError:
        pass
    if _COMPUTE.search(text):
        raise BadInput(
            f"'{text[:40]}': compute time is not a unit, no provider here bills it: they bill what comes out",
            todo="take the price of an output second, a token or an image from the provider's price page",
        )
    known = [unit.value for unit in Unit]
    raise BadInput(
        f"'{text[:40]}' is not a unit", nearest=nearest(text, known), todo=f"one of {', '.join(known)}"
    )


def parse_price(text: str) -> Decimal:
    """`"0.1512"`, also `"7e-06"` as catalogues write. Raises BadInput for what no paid model costs."""
    if not re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,18})?([eE][+-]?[0-9]{1,2})?", text):
        raise BadInput(f"'{text[:40]}' is not a price", todo='write a decimal string, like "0.1512"')
    price = Decimal(text)
    if not 0 < price <= MAX_PRICE:
        reason = "costs nothing" if price == 0 else f"is more than {MAX_PRICE} a unit"
        raise BadInput(f"a price of {text[:40]} {reason}: that is not what a paid model costs")
    return price


def parse_day(text: str) -> date:
    """`"2026-10-09"`. Raises BadInput."""
    try:
        if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            return date.fromisoformat(text)
    except ValueError:
        pass  # 2026-02-30 has the shape of a date
    raise BadInput(f"'{text[:40]}' is not a date", todo='write it like "2026-10-09"')


@dataclass(frozen=True, slots=True)
class Rate:
    """One row of prices. Raises BadInput for one that cannot be meant."""

    provider: str
    model: str
    unit: Unit
    price: Decimal
    """Of `per` units, in `currency`; more than 0, at most 1000."""
    source: str
    """Where it was read, in words."""
    as_of: str
    """When it was read: ISO date."""
    currency: str = "USD"
    per: int = 1
    """1, 1,000 or 1,000,000 units: prices stand as their source writes them."""
    resolution: str = ""
    """`720p`, `4K`, or an image's size `2K`; empty: any. Capitals do not matter."""
    audio: bool | None = None
    """Only with sound, only without; None: the same."""
    video_input: bool | None = None
    """Only with a video among the inputs, only without; None: the same."""
    first_frame: bool | None = None
    """Only with a first frame given, only without; None: the same."""
    variant: str = ""
    """A tier of service that is priced apart (`flex`); must be asked for by name."""
    at_most: Decimal | None = None
    """Where sources disagree: the dearest of them, for the upper bound."""
    extra_frames: int = 0
    """Frames (of 1/24 s) the bill may count beyond the length asked for; tokens: never less than one."""
    reference: Decimal = Decimal(0)
    """Of each reference picture that is sent, in `currency`."""
    credits: Decimal | None = None
    """CREDIT only: how many a second takes, or an image."""
    since: str = ""
    """First day it holds, ISO; empty: always."""
    until: str = ""
    """Last day it holds, ISO; empty: open."""
    verified: bool = True
    """False: only third parties say so."""
    origin: str = "shipped"
    """shipped, film, live."""

    def __post_init__(self) -> None:
        if not _PROVIDER.fullmatch(self.provider) or not _MODEL.fullmatch(self.model):
            raise BadInput(f"'{self.provider[:40]}:{self.model[:40]}' names no model")
        for price in (self.price, self.price if self.at_most is None else self.at_most):
            _check_price(price)
        if self.at_most is not None and self.at_most < self.price:
            raise BadInput(f"at most {self.at_most} is less than the price {self.price}")
        if not self.reference.is_finite() or not 0 <= self.reference <= MAX_PRICE:
            raise BadInput(f"{self.reference} is not the price of a reference picture")
        if self.per not in BATCHES:
            raise BadInput(f"a price of {self.per} units", todo="`per` is 1, 1000 or 1000000")
        _check_token_price(self)
        if (self.credits is not None) != (self.unit is Unit.CREDIT):
            raise BadInput(
                "`credits` says how many credits a second takes: with unit 'credit', and only there"
            )
        if self.credits is not None and (not self.credits.is_finite() or not 0 < self.credits <= MAX_PRICE):
            raise BadInput(f"{self.credits} credits is not a price")
        if not 0 <= self.extra_frames <= 240:
            raise BadInput(f"{self.extra_frames} extra frames: at most 240")
        if not re.fullmatch(r"[A-Z]{3}", self.currency):
            raise BadInput(f"'{self.currency[:20]}' is not a currency", todo='three capitals, like "USD"')
        for day in (self.as_of, *filter(None, (self.since, self.until))):
            parse_day(day)

    @property
    def name(self) -> str:
        """Names the row: what it is for, its price, where it stands and of which day it is."""
        conditions = [
            self.resolution,
            {None: "", True: "with audio", False: "silent"}[self.audio],
            {None: "", True: "with video input", False: ""}[self.video_input],
            {None: "", True: "from a frame", False: "from text"}[self.first_frame],
            self.variant,
        ]
        when = f"{self.origin}, as of {self.as_of}{'' if self.verified else ', unverified'}"
        return " ".join(filter(None, (f"{self.provider}:{self.model}", *conditions, self.said, f"({when})")))

    @property
    def said(self) -> str:
        """The price in words: `$0.1512/second`, `$7.0/1M tokens`."""
        sign = "$" if self.currency == "USD" else f"{self.currency} "
        unit = self.unit.value.replace("_", " ")
        batch = {1: unit, 1_000: f"1k {unit}s", 1_000_000: f"1M {unit}s"}[self.per]
        many = f" x {self.credits}" if self.credits is not None else ""
        most = f" to {self.at_most}" if self.at_most is not None else ""
        return f"{sign}{self.price}{most}/{batch}{many}"

    def age(self, today: date) -> int:
        """Days since it was read."""
        return (today - parse_day(self.as_of)).days

    def stale(self, today: date) -> bool:
        return self.age(today) > STALE_DAYS

    def holds(self, today: date) -> bool:
        """Whether it is a price of that day; one that a provider's list dates to the future is none."""
        if self.origin == "live" and parse_day(self.as_of) > today + timedelta(days=1):
            return False  # a day of grace: it may be tomorrow already where it was read
        day = today.isoformat()
        return self.since <= day and (not self.until or day <= self.until)


def _check_price(price: Decimal) -> None:
    if not price.is_finite() or not 0 < price <= MAX_PRICE:
        raise BadInput(f"a price of {price} is not what a paid model costs")


def _check_token_price(rate: Rate) -> None:
    tokens = (Unit.TOKEN, Unit.INPUT_TOKEN, Unit.OUTPUT_TOKEN)
    if rate.unit in tokens and (rate.at_most or rate.price) / rate.per > MAX_TOKEN_PRICE:
        raise BadInput(
            f"{rate.price} {rate.currency} for {rate.per} token{'s' if rate.per > 1 else ''}",
            todo="the price of a million tokens says `per = 1000000`",
        )
