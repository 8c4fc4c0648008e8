"""The kinds of field that film files are made of: strict, frozen, unknown keys refused.

Every custom error carries its own sentence; `salvage` turns it into a fault with file and line.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    PlainSerializer,
    PlainValidator,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

from core.base.errors import BadInput
from core.base.rates import Unit, parse_price, parse_unit
from core.base.units import Money, check_id, parse_fps

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

_PROVIDER = re.compile(r"^[a-z0-9][a-z0-9_-]{0,31}$")
_COLOUR = re.compile(r"^#[0-9a-fA-F]{6}$")
_SHA = re.compile(r"^[0-9a-f]{64}$")


class Strict(BaseModel):
    """Base of all that is read from a film file."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid", allow_inf_nan=False)


def refuse(what: str) -> PydanticCustomError:
    # The sentence travels as a value: a brace in it must not be read as a template.
    return PydanticCustomError("refused", "{what}", {"what": what})


def _ours(parse: Callable[[str], T], example: str) -> Callable[[Any], T]:
    """A parser of base.units as a validator: its BadInput becomes this field's fault."""

    def validate(value: Any) -> T:
        if not isinstance(value, str):
            raise refuse(f"must be text in quotes, like {example}, not {said(value)}")
        if not value.isascii():
            raise refuse(f"must be plain letters and digits, like {example}")
        try:
            return parse(value)
        except BadInput as error:
            raise refuse(f"{error.what}; {error.todo}" if error.todo else error.what) from error

    return validate


def said(value: Any) -> str:
    """A wrong value's kind in a person's words."""
    names = {bool: "true or false", int: "a number", float: "a number", str: "text", list: "a list"}
    return names.get(type(value), "a table" if isinstance(value, dict) else "nothing")


def _date(value: Any) -> date:
    if isinstance(value, date) and not hasattr(value, "hour"):
        return value
    try:
        if isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
            return date.fromisoformat(value)
    except ValueError:
        pass  # 2025-02-30 has the shape of a date: refused below like any other
    raise refuse('must be a date like "2025-11-20"')


def _fps(text: str) -> Fraction:
    if re.search(r"/0+$", text):
        raise BadInput(f"'{text[:20]}' is not a frame rate", todo='write "24", "25" or "24000/1001"')
    return parse_fps(text)


def _share(text: str) -> Decimal:
    if not re.fullmatch(r"[01](\.\d{1,6})?", text) or Decimal(text) > 1:
        raise BadInput(f"'{text[:20]}' is not a share", todo='write a part of one, like "0.15"')
    return Decimal(text)


def _matching(pattern: re.Pattern[str], what: str) -> Callable[[str], str]:
    def check(value: str) -> str:
        if not pattern.fullmatch(value):
            raise refuse(f"'{value[:40]}' is not {what}")
        return value

    return check


def _model(value: str) -> str:
    # A model's name goes into addresses and rows: no spaces, no address of its own.
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._:/@-]{0,199}", value) or "://" in value:
        raise refuse(f"'{value[:40]}' is not a model's name")
    return value


def _even(value: int) -> int:
    if value % 2:
        raise refuse(f"{value} must be even: video is stored in pairs of pixels")
    return value


def _said_once(values: tuple[str, ...]) -> tuple[str, ...]:
    twice = next((value for n, value in enumerate(values) if value in values[:n]), None)
    if twice is not None:
        raise refuse(f"'{twice[:40]}' is named twice")
    return values


def _word(value: str) -> str:
    # It is typed on a command line and heads a column: one short line, nothing around it.
    if not value or len(value) > 40 or value != " ".join(value.split()) or not value.isprintable():
        raise refuse(f"'{value[:40]}' is not a short word on one line")
    return value


def _schema(pattern: str, **more: Any) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "pattern": pattern, **more})


MoneyField = Annotated[
    Money, PlainValidator(_ours(Money.parse, '"0.76"')), _schema(r"^\d{1,10}(\.\d{1,6})?$")
]
FpsField = Annotated[Fraction, PlainValidator(_ours(_fps, '"24"')), _schema(r"^\d{1,6}(/\d{1,4})?$")]
ShareField = Annotated[
    Decimal,
    PlainValidator(_ours(_share, '"0.15"')),
    PlainSerializer(str, return_type=str),
    _schema(r"^[01](\.\d{1,6})?$"),
]
PriceField = Annotated[
    Decimal,
    PlainValidator(_ours(parse_price, '"0.1512"')),
    PlainSerializer(str, return_type=str),
    _schema(r"^\d{1,6}(\.\d{1,18})?$"),
]
UnitField = Annotated[
    Unit,
    PlainValidator(_ours(parse_unit, '"second"')),
    WithJsonSchema({"enum": [unit.value for unit in Unit]}),
]
IdField = Annotated[
    str, PlainValidator(_ours(check_id, '"S101"')), _schema(r"^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$")
]
DateField = Annotated[date, PlainValidator(_date), WithJsonSchema({"type": "string", "format": "date"})]
SizeField = Annotated[int, Field(ge=16, le=8192, multiple_of=1), AfterValidator(_even)]
ProviderField = Annotated[str, AfterValidator(_matching(_PROVIDER, "a provider's name"))]
ModelField = Annotated[str, AfterValidator(_model)]
ColourField = Annotated[str, AfterValidator(_matching(_COLOUR, "a colour like #c08040"))]
ShaField = Annotated[str, AfterValidator(_matching(_SHA, "a SHA-256 in 64 small hex digits"))]
NameField = Annotated[str, Field(min_length=1, max_length=200)]
Texts = Annotated[tuple[str, ...], Field(strict=False)]
"""Files know lists, values are tuples: the outer kind is converted, what is in it stays strict."""
WordField = Annotated[str, AfterValidator(_word)]
Words = Annotated[tuple[WordField, ...], Field(strict=False, max_length=100), AfterValidator(_said_once)]
"""Short words of a film's own; of which each is named once."""
Names = Annotated[tuple[str, ...], Field(strict=False), AfterValidator(_said_once)]
