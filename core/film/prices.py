"""prices.toml: what a person knows about prices, over the shipped rate card."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from core.base.errors import BadInput
from core.base.rates import Rate, RateCard
from core.film.strict import (
    DateField,
    ModelField,
    NameField,
    PriceField,
    ProviderField,
    Strict,
    UnitField,
    refuse,
)

FILE = "prices.toml"


def _past(day: date) -> date:
    # A day of grace: it may be tomorrow already where the price was read.
    if day > datetime.now(UTC).date() + timedelta(days=1):
        raise refuse(f"{day} is yet to come: write the day on which the price was read")
    return day


Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]


class PriceRow(Strict):
    """A price of one model, by the unit its provider bills."""

    provider: ProviderField
    model: ModelField
    unit: UnitField
    """second (of video that comes out), token, image, credit, input_token, output_token."""
    price: PriceField
    """Of `per` units: a decimal string, more than 0."""
    source: NameField
    """Where it was read: a page, an invoice, a mail."""
    as_of: Annotated[DateField, AfterValidator(_past)]
    """When it was read."""
    currency: Currency = "USD"
    """Another than USD needs its exchange rate in [currency]."""
    per: Literal[1, 1000, 1000000] = 1
    resolution: Annotated[str, Field(pattern=r"^[A-Za-z0-9.]{0,12}$")] = ""
    """Only of this resolution or image size, like 720p, 4K, 2K; empty: of any."""
    audio: bool | None = None
    """Only with sound (true) or without (false); absent: no difference."""
    video_input: bool | None = None
    """Only with a video among the inputs, or without; absent: no difference."""
    first_frame: bool | None = None
    """Only with a first frame, or without; absent: no difference."""
    variant: Annotated[str, Field(pattern=r"^[a-z0-9_-]{0,32}$")] = ""
    """A tier of service that is priced apart, like flex."""
    at_most: PriceField | None = None
    """For the upper bound, where the price is not sure."""
    extra_frames: Annotated[int, Field(ge=0, le=240)] = 0
    """Frames of 1/24 s the bill may count beyond the length asked for."""
    reference: PriceField | None = None
    """Of each reference picture."""
    credits: PriceField | None = None
    """With unit credit: how many a second or an image takes."""

    @model_validator(mode="after")
    def _can_be_meant(self) -> Self:
        try:
            self.rate()
        except BadInput as error:
            raise refuse(f"{error.what}; {error.todo}" if error.todo else error.what) from error
        return self

    def rate(self) -> Rate:
        """The row as a rate of the film. Raises BadInput where its fields contradict each other."""
        # Not a dump: that writes sums as text.
        said: dict[str, Any] = {name: getattr(self, name) for name in PriceRow.model_fields}
        given = {name: value for name, value in said.items() if value is not None}
        return Rate(**{**given, "as_of": self.as_of.isoformat(), "origin": "film"})


class Prices(Strict):
    """prices.toml as a value."""

    currency: Mapping[Currency, PriceField] = {}
    """US dollars for one of a currency: CNY = "0.14"."""
    price: Annotated[tuple[PriceRow, ...], Field(strict=False)] = ()

    def card(self) -> RateCard:
        return RateCard(tuple(row.rate() for row in self.price), dict(self.currency))

    def twins(self) -> list[int]:
        """Numbers of the rows that price again what an earlier one priced."""
        met: dict[tuple[object, ...], int] = {}
        return [n for n, row in enumerate(self.price) if met.setdefault(_case(row), n) != n]


def _case(row: PriceRow) -> tuple[object, ...]:
    """All that makes a row apply."""
    conditions = (row.resolution.casefold(), row.audio, row.video_input, row.first_frame, row.variant)
    return (row.provider, row.model, row.unit, *conditions)


NO_PRICES = Prices()
