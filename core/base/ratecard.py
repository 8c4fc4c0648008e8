"""The shipped rate card: `prices.toml` beside this module."""

from __future__ import annotations

import tomllib
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

from core.base.errors import BadInput
from core.base.rates import Rate, RateCard, parse_price, parse_unit

FILE = Path(__file__).with_name("prices.toml")
_SUMS = {"price", "at_most", "reference", "credits"}


@cache
def shipped() -> RateCard:
    """Read once. Raises BadInput where the installation's file is broken."""
    return card_of(FILE.read_text("utf-8"))


def card_of(text: str) -> RateCard:
    """The text of such a file as a card. Raises BadInput naming the row."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadInput(f"not readable as TOML: {error}", where=FILE.name) from error
    return RateCard(tuple(rate for listed in data.get("list", []) for rate in _rates(listed)))


def _rates(listed: dict[str, Any]) -> list[Rate]:
    """The rows of one list, one for each of its models and resolutions."""
    shared = {name: value for name, value in listed.items() if name != "row"}
    rates = []
    for row in listed["row"]:
        fields = {**shared, **row}
        models, resolutions = _each(fields.pop("model")), _each(fields.pop("resolution", ""))
        for model, resolution in product(models, resolutions):
            rates.append(_rate({**fields, "model": model, "resolution": resolution}))
    return rates


def _each(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def _rate(fields: dict[str, Any]) -> Rate:
    try:
        said: dict[str, Any] = {**fields, "unit": parse_unit(fields["unit"])}
        for name in _SUMS & said.keys():
            said[name] = parse_price(said[name])
        return Rate(**said)
    except (BadInput, TypeError, KeyError) as error:
        raise BadInput(f"{fields.get('provider')}:{fields.get('model')}: {error}", where=FILE.name) from error
