"""The rate card of a film: the shipped one, the film's prices over it, live prices over both."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date
from typing import TYPE_CHECKING

from core.base.ratecard import shipped
from core.base.rates import STALE_DAYS, Rate, RateCard, Unit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from core.base.clock import Clock
    from core.film.plan import Plan
    from core.film.prices import Prices

LOOK_AGAIN_S = 5.0
"""Between two looks at the live prices."""
_AS_OF = re.compile(r"as of (\d{4}-\d{2}-\d{2})")


def card_of(prices: Prices, live: Iterable[Rate] = (), *, today: date) -> RateCard:
    """The rows that hold on `today`. `live`: providers' own price lists, as their adapters read them."""
    read = RateCard(tuple(replace(rate, origin="live") for rate in live))
    return shipped().with_over(prices.card()).with_over(read).on(today)


class CardKeeper:
    """Gives the current card; built again when the film's prices, the live ones or the day change."""

    def __init__(
        self, plan: Callable[[], Plan], clock: Clock, live: Callable[[], Iterable[Rate]] = tuple
    ) -> None:
        self._plan = plan
        self._clock = clock
        self._live = live
        self._read: tuple[Rate, ...] = ()
        self._look_at = float("-inf")
        self._held: tuple[object, RateCard] | None = None

    def __call__(self) -> RateCard:
        made_of = (self._plan().prices, self._live_rates(), self._clock.now().astimezone(UTC).date())
        held = self._held
        if held is None or held[0] != made_of:
            held = made_of, card_of(made_of[0], made_of[1], today=made_of[2])
            self._held = held
        return held[1]

    def _live_rates(self) -> tuple[Rate, ...]:
        """Looked at again after a while: a film is quoted shot by shot, and they lie in files."""
        now = self._clock.monotonic()
        if now >= self._look_at:
            self._read, self._look_at = tuple(self._live()), now + LOOK_AGAIN_S
        return self._read


def age(price_row: str, today: date) -> int | None:
    """Days since the oldest price named in a quote's row was read; None where it names none."""
    days = [date.fromisoformat(day) for day in _AS_OF.findall(price_row)]
    return (today - min(days)).days if days else None


def said_if_old(price_row: str, today: date) -> str:
    """A sentence for a price that is older than 60 days, else nothing."""
    days = age(price_row, today)
    if days is None or days <= STALE_DAYS:
        return ""
    return f"read {days} days ago: look at the provider's price page, and put what it says into prices.toml"


def priced_models() -> tuple[tuple[str, str], ...]:
    """(provider, model) of every video model the shipped card prices."""
    by_length = (Unit.SECOND, Unit.TOKEN)
    found = (row for row in shipped().rows if row.unit in by_length)
    return tuple(dict.fromkeys((row.provider, row.model) for row in found))
