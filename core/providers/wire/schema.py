"""A model's answer against the JSON Schema it was asked for: the part of JSON Schema that we use.

Providers promise to keep to the schema and do not always; what is read further down must be what it
says it is. A word of a schema that is not understood here is refused before anything is sent: a rule
nobody checks is worse than none.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from core.base.errors import BadInput, ProviderFault
from core.base.text import one_line
from core.providers.wire.reply import parse

MAX_DEPTH = 32
MAX_FAULTS = 5
"""Named in the sentence; the rest is of the same kind."""
_SAID = frozenset({"title", "description", "examples", "default", "$schema", "$defs", "format"})
"""Words that ask for nothing."""
_FENCE = re.compile(r"\s*```(?:json)?\s*\n(.*?)\n?\s*```\s*", re.DOTALL)

_TYPES: Mapping[str, Callable[[Any], bool]] = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "null": lambda value: value is None,
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    # 8.0 is an integer to JSON Schema and none to who indexes with it.
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
}


def read_answer(text: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    """The object in a model's text, checked. Raises ProviderFault in one sentence.

    A fence of three back-ticks around it is taken off: some models never stop putting one.
    """
    fenced = _FENCE.fullmatch(text)
    try:
        found = parse((fenced.group(1) if fenced else text).encode("utf-8"))
    except ValueError as error:
        raise ProviderFault(
            f"the answer is not JSON: it begins '{one_line(text, 60)}'", todo="ask again, or another model"
        ) from error
    wrong = faults(found, schema)
    if not isinstance(found, dict):
        wrong = [f"answer: {_kind(found)} instead of an object"]
    if wrong:
        more = f" and {len(wrong) - MAX_FAULTS} more" if len(wrong) > MAX_FAULTS else ""
        raise ProviderFault(
            f"the answer does not fit what was asked: {'; '.join(wrong[:MAX_FAULTS])}{more}",
            todo="ask again, or another model",
        )
    return dict(found)


def check_schema(schema: Mapping[str, Any]) -> None:
    """Raises BadInput for a schema this module could not check an answer against."""
    root = dict(schema)
    if _resolved(root, root).get("type") != "object":
        raise BadInput("an answer's schema describes an object", todo='give it "type": "object"')
    _check_words(root, root, "schema", 0)


def faults(value: Any, schema: Mapping[str, Any]) -> list[str]:
    """What is wrong with `value`, each with its place; empty: it fits. The schema must be checked."""
    return list(_faults(value, dict(schema), dict(schema), "answer", 0))


def _faults(value: Any, schema: Any, root: dict[str, Any], where: str, depth: int) -> Iterator[str]:
    if depth > MAX_DEPTH:
        yield f"{where}: nested too deep"
        return
    if not isinstance(schema, dict):
        if schema is False:
            yield f"{where}: nothing may stand here"
        return
    schema = _resolved(schema, root)
    types = _types(schema)
    if types and not any(_TYPES[name](value) for name in types):
        yield f"{where}: {_kind(value)} instead of {' or '.join(types)}"
        return
    if "enum" in schema and not any(_same(value, choice) for choice in schema["enum"]):
        yield f"{where}: {_shown(value)} is none of {_shown(schema['enum'])}"
    if "const" in schema and not _same(value, schema["const"]):
        yield f"{where}: {_shown(value)} instead of {_shown(schema['const'])}"
    options = schema.get("anyOf")
    if options and all(any(_faults(value, option, root, where, depth + 1)) for option in options):
        yield f"{where}: fits none of its {len(options)} forms"
    yield from _bounds(value, schema, where)
    if isinstance(value, dict):
        yield from _members(value, schema, root, where, depth)
    elif isinstance(value, list) and "items" in schema:
        for index, item in enumerate(value):
            yield from _faults(item, schema["items"], root, f"{where}[{index}]", depth + 1)


def _members(
    value: dict[str, Any], schema: dict[str, Any], root: dict[str, Any], where: str, depth: int
) -> Iterator[str]:
    known = schema.get("properties", {})
    yield from (f"{where}.{name}: is missing" for name in schema.get("required", ()) if name not in value)
    for name, inner in value.items():
        place = f"{where}.{one_line(name, 40)}"
        if name in known:
            yield from _faults(inner, known[name], root, place, depth + 1)
        elif schema.get("additionalProperties") is False:
            yield f"{place}: was not asked for"
        else:
            yield from _faults(inner, schema.get("additionalProperties", {}), root, place, depth + 1)


def _bounds(value: Any, schema: dict[str, Any], where: str) -> Iterator[str]:
    """Limits of numbers, and of how long a text or a list is."""
    if _TYPES["number"](value):
        yield from _limit(value, schema.get("minimum"), schema.get("maximum"), f"{where}: {value}")
    elif isinstance(value, str):
        said = f"{where}: {len(value)} characters"
        yield from _limit(len(value), schema.get("minLength"), schema.get("maxLength"), said)
    elif isinstance(value, list):
        said = f"{where}: {len(value)} items"
        yield from _limit(len(value), schema.get("minItems"), schema.get("maxItems"), said)


def _limit(size: float, least: float | None, most: float | None, said: str) -> Iterator[str]:
    if least is not None and size < least:
        yield f"{said}, at least {least}"
    if most is not None and size > most:
        yield f"{said}, at most {most}"


def _check_words(schema: Any, root: dict[str, Any], where: str, depth: int) -> None:
    if isinstance(schema, bool):
        return
    if not isinstance(schema, dict) or depth > MAX_DEPTH:
        raise BadInput(f"{where} is no schema", todo="write an object, nested at most 32 deep")
    for word, given in schema.items():
        if word not in _WORDS and word not in _SAID:
            raise BadInput(
                f"'{one_line(str(word), 40)}' in {where} is a rule that is not checked here",
                todo="say it with type, properties, required, items, enum, anyOf, minimum and maximum",
            )
        if word in _WORDS and not _WORDS[word](given):
            raise BadInput(f"'{word}' in {where} has no sound value", todo="see JSON Schema, draft 2020-12")
    if "$ref" in schema:
        _resolved(schema, root)
    for place, inner in _inner(schema, where):
        _check_words(inner, root, place, depth + 1)


def _inner(schema: dict[str, Any], where: str) -> Iterator[tuple[str, Any]]:
    for word in ("properties", "$defs"):
        for name, inner in schema.get(word, {}).items():
            yield f"{where}.{name}", inner
    for number, inner in enumerate(schema.get("anyOf", ())):
        yield f"{where}.anyOf[{number}]", inner
    for word in ("items", "additionalProperties"):
        if word in schema:
            yield f"{where}.{word}", schema[word]


def _resolved(schema: dict[str, Any], root: dict[str, Any]) -> dict[str, Any]:
    """The schema behind a local `$ref`. Raises BadInput where there is none."""
    for _ in range(MAX_DEPTH):
        if "$ref" not in schema:
            return schema
        name = str(schema["$ref"]).removeprefix("#/$defs/")
        defined = root.get("$defs", {}).get(name)
        if not str(schema["$ref"]).startswith("#/$defs/") or not isinstance(defined, dict):
            raise BadInput(f"'{one_line(str(schema['$ref']), 60)}' leads to no schema", todo="use #/$defs/")
        schema = defined
    raise BadInput("a $ref leads to itself")


def _types(schema: dict[str, Any]) -> list[str]:
    given = schema.get("type", [])
    return [given] if isinstance(given, str) else list(given)


def _same(one: Any, other: Any) -> bool:
    """As JSON sees it: `true` is not 1."""
    return isinstance(one, bool) == isinstance(other, bool) and bool(one == other)


def _kind(value: Any) -> str:
    return next(name for name in ("null", "boolean", "integer", *_TYPES) if _TYPES[name](value))


def _shown(value: Any) -> str:
    return one_line(json.dumps(value, ensure_ascii=False), 80)


def _is_size(value: Any) -> bool:
    return _TYPES["integer"](value) and bool(value >= 0)


def _is_names(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(name, str) for name in value)


def _is_type(value: Any) -> bool:
    names = [value] if isinstance(value, str) else value
    return _is_names(names) and bool(names) and all(name in _TYPES for name in names)


_WORDS: Mapping[str, Callable[[Any], bool]] = {
    "type": _is_type,
    "properties": _TYPES["object"],
    "required": _is_names,
    "additionalProperties": lambda value: isinstance(value, bool | dict),
    "items": lambda value: isinstance(value, bool | dict),
    "enum": lambda value: isinstance(value, list) and bool(value),
    "const": lambda value: True,
    "anyOf": lambda value: isinstance(value, list) and bool(value),
    "minimum": _TYPES["number"],
    "maximum": _TYPES["number"],
    "minLength": _is_size,
    "maxLength": _is_size,
    "minItems": _is_size,
    "maxItems": _is_size,
    "$ref": _TYPES["string"],
}
