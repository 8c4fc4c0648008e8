"""Pydantic's errors in our words, and stand-ins for what is broken.

A broken shot must not hide the faults of its other lines, nor those of the files that name it: its
bad keys are left out, its holes filled, and the look-through goes on. A plan with a fault is never
returned, so no stand-in leaves the loader.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Annotated, Any, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from core.base.errors import nearest
from core.film.strict import said

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

    from core.film.sources import Faults, Loc, Source

M = TypeVar("M", bound=BaseModel)

_WRONG_KIND = {
    "string_type": "text in quotes",
    "int_type": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "tuple_type": "a list in [ ]",
    "model_type": "a table",
    "dict_type": "a table",
    "mapping_type": "a table",
    "finite_number": "a finite number",
}
_BOUNDS = {
    "greater_than_equal": ("ge", "{} or more"),
    "greater_than": ("gt", "more than {}"),
    "less_than_equal": ("le", "{} or less"),
    "less_than": ("lt", "less than {}"),
}


def validated(
    model: type[M], data: Mapping[str, Any], source: Source, faults: Faults, stand_in: Mapping[str, Any]
) -> M | None:
    """`data` as a value. Faults are noted; then what could be saved, or None."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        report(error, model, source, faults)
    return mended(model, data, stand_in)


def mended(model: type[M], data: object, stand_in: Mapping[str, Any]) -> M | None:
    """The value without its bad keys, holes filled from `stand_in`; notes nothing."""
    if not isinstance(data, Mapping):
        return None
    try:
        return model.model_validate(data)
    except ValidationError as error:
        bad = {detail["loc"][0] for detail in error.errors(include_url=False) if detail["loc"]}
    kept = {key: value for key, value in data.items() if key not in bad}
    try:
        return model.model_validate({**stand_in, **kept})
    except ValidationError:
        return None


def report(error: ValidationError, model: type[BaseModel], source: Source, faults: Faults) -> None:
    """Every error of a file as a fault at its line."""
    for detail in error.errors(include_url=False):
        if detail["type"] != "string_unicode":  # lone surrogates were named by `sources`
            what, code, near = _told(detail, model)
            faults.at(source, detail["loc"], what, code, near)


def _told(detail: ErrorDetails, model: type[BaseModel]) -> tuple[str, str, str]:
    """(sentence, code, nearest valid name) of one error."""
    loc, kind, name = detail["loc"], detail["type"], dotted(detail["loc"])
    if kind == "extra_forbidden":
        return f"unknown key '{name}'", "unknown-key", nearest(str(loc[-1]), _keys_at(model, loc[:-1]))
    if kind == "literal_error":
        return _not_one_of(detail, name)
    return (*_of_kind(detail, name), "")


def _of_kind(detail: ErrorDetails, name: str) -> tuple[str, str]:
    """(sentence, code) of an error that has no nearest valid name."""
    kind, context = detail["type"], detail.get("ctx", {})
    if kind in _WRONG_KIND:
        return f"'{name}' must be {_WRONG_KIND[kind]}, not {said(detail['input'])}", "wrong-type"
    if kind in _BOUNDS:
        bound, words = _BOUNDS[kind]
        return f"'{name}' must be {words.format(_number(context[bound]))}", "out-of-range"
    sentences = {
        "missing": (f"'{name}' is missing", "missing-key"),
        "string_too_short": (f"'{name}' must not be empty", "bad-value"),
        "refused": (f"'{name}': {context.get('what')}", "bad-value"),
    }
    plain = f"'{name}': {detail['msg'][:1].lower()}{detail['msg'][1:]}"
    return sentences.get(kind, (plain, "bad-value"))


def _not_one_of(detail: ErrorDetails, name: str) -> tuple[str, str, str]:
    value, known = detail["input"], re.findall(r"'([^']*)'", detail["ctx"]["expected"])
    if detail["loc"][-1] == "[key]":
        return f"unknown key '{name}'", "unknown-key", nearest(str(value), known)
    if not isinstance(value, str):
        allowed = " or ".join(known) or detail["ctx"]["expected"]
        return f"'{name}' must be {allowed}", "unknown-value", ""
    return (
        f"'{name}': '{value[:40]}' is not one of {', '.join(known)}",
        "unknown-value",
        nearest(value, known),
    )


def dotted(loc: Loc) -> str:
    """The name a person wrote: `continuity.props` for `("shot", 3, "continuity", "props", 1)`."""
    names = [part for part in loc if part != "[key]"]
    inner = next((n for n in range(len(names) - 1, -1, -1) if isinstance(names[n], int)), -1)
    last_item = inner == len(names) - 1
    if last_item and inner >= 1:
        list_of = [part for part in names[:inner] if isinstance(part, str)]
        return f"{list_of[-1] if list_of else ''} {int(names[inner]) + 1}"
    return ".".join(str(part) for part in names[inner + 1 :]) or "the file"


def _number(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _keys_at(model: type[BaseModel], loc: Loc) -> list[str]:
    """The keys that are valid at `loc`."""
    here: Any = model
    for part in loc:
        here = _inside(_bare(here), part)
    here = _bare(here)
    if isinstance(here, type) and issubclass(here, BaseModel):
        return [field.alias or name for name, field in here.model_fields.items()]
    return []


def _inside(kind: Any, part: str | int) -> Any:
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        fields = {field.alias or name: field.annotation for name, field in kind.model_fields.items()}
        return fields.get(str(part))
    inner = get_args(kind)
    return inner[0 if isinstance(part, int) else -1] if inner else None


def _bare(kind: Any) -> Any:
    """Without Annotated and without `| None`."""
    while get_origin(kind) is Annotated:
        kind = get_args(kind)[0]
    if get_origin(kind) in (Union, UnionType):
        return _bare(next(inner for inner in get_args(kind) if inner is not NoneType))
    return kind
