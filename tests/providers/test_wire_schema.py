"""The checker of a model's answer."""

from __future__ import annotations

import json
from typing import Any

import pytest

from core.base.errors import BadInput, ProviderFault
from core.providers.wire.schema import check_schema, faults, read_answer

NESTED: dict[str, Any] = {
    "type": "object",
    "properties": {
        "verdict": {"enum": ["pass", "fail", "unsure"]},
        "note": {"type": ["string", "null"], "maxLength": 10},
        "marks": {"type": "array", "items": {"$ref": "#/$defs/mark"}, "minItems": 1, "maxItems": 3},
        "frame": {"anyOf": [{"type": "integer", "minimum": 0}, {"type": "null"}]},
    },
    "required": ["verdict", "marks"],
    "additionalProperties": False,
    "$defs": {
        "mark": {
            "type": "object",
            "properties": {"at": {"type": "number", "minimum": 0, "maximum": 1}, "kind": {"const": "seam"}},
            "required": ["at"],
            "additionalProperties": False,
        }
    },
}
GOOD: dict[str, Any] = {"verdict": "pass", "note": None, "marks": [{"at": 0.5, "kind": "seam"}], "frame": 7}


def test_an_answer_that_fits_has_no_faults() -> None:
    check_schema(NESTED)
    assert faults(GOOD, NESTED) == []
    assert read_answer(json.dumps(GOOD), NESTED) == GOOD


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"verdict": "maybe"}, "answer.verdict"),
        ({"verdict": None}, "answer.verdict"),
        ({"note": "far too long"}, "answer.note"),
        ({"note": 7}, "answer.note"),
        ({"marks": []}, "answer.marks"),
        ({"marks": [{"at": 0}] * 4}, "answer.marks"),
        ({"marks": {}}, "answer.marks"),
        ({"marks": [{"at": 0}, {"at": 1.5}]}, "answer.marks[1].at"),
        ({"marks": [{}]}, "answer.marks[0].at"),
        ({"marks": [{"at": True}]}, "answer.marks[0].at"),
        ({"marks": [{"at": 1, "kind": "cut"}]}, "answer.marks[0].kind"),
        ({"marks": [{"at": 1, "by": "me"}]}, "answer.marks[0].by"),
        ({"frame": -1}, "answer.frame"),
        ({"frame": 1.5}, "answer.frame"),
        ({"frame": True}, "answer.frame"),
        ({"more": 1}, "answer.more"),
    ],
)
def test_each_fault_is_named_with_its_place(change: dict[str, Any], place: str) -> None:
    found = faults({**GOOD, **change}, NESTED)
    assert len(found) == 1
    assert found[0].startswith(f"{place}:")


def test_a_true_is_not_the_number_one() -> None:
    schema = {"type": "object", "properties": {"n": {"enum": [1, 0]}, "b": {"const": True}}}
    assert len(faults({"n": True, "b": 1}, schema)) == 2
    assert faults({"n": 1, "b": True}, schema) == []


def test_members_nobody_named_are_held_to_their_own_schema() -> None:
    schema = {"type": "object", "additionalProperties": {"type": "integer"}}
    assert faults({"a": 1}, schema) == []
    assert faults({"a": "1"}, schema)
    assert faults({"a": "1"}, {"type": "object"}) == []


@pytest.mark.parametrize(
    "bad",
    [
        {},
        {"type": "array"},
        {"type": "object", "pattern": "x"},
        {"type": "object", "properties": {"a": {"oneOf": []}}},
        {"type": "object", "properties": {"a": {"$ref": "#/$defs/none"}}},
        {"type": "object", "properties": {"a": {"$ref": "elsewhere.json"}}},
        {"type": "object", "properties": {"a": 7}},
        {"type": "object", "properties": []},
        {"type": "object", "required": "a"},
        {"type": "object", "properties": {"a": {"type": "text"}}},
        {"type": "object", "properties": {"a": {"maxLength": -1}}},
        {"$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/a"}}},
    ],
)
def test_a_schema_that_is_not_understood_is_refused(bad: dict[str, Any]) -> None:
    with pytest.raises(BadInput):
        check_schema(bad)


def test_a_hostile_answer_becomes_one_short_clean_sentence() -> None:
    hostile = {"\x1b]0;x\x07[/]" + "y" * 5000: "\x1b[2J", **{f"k{n}": n for n in range(500)}}
    with pytest.raises(ProviderFault) as raised:
        read_answer(json.dumps(hostile), NESTED)
    assert raised.value.what.isprintable()
    assert len(raised.value.what) < 1000
    assert "more" in raised.value.what
    for text in ("[" * 100_000, "\ud800", "", '{"a": 1e999}', '{"a": 1, "a": 2}'):
        with pytest.raises(ProviderFault):
            read_answer(text, NESTED)
