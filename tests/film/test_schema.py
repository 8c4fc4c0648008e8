"""The schemas say what the loader takes."""

from __future__ import annotations

import json

from core.film.blocks import FOLDERS
from core.film.schema import schemas


def test_every_file_of_the_film_has_a_schema_that_is_json() -> None:
    made = schemas()
    assert set(made) == {"film", "shots", "board", "prices", "script", "block", "character", "camera"}
    assert json.loads(json.dumps(made)) == made


def test_unknown_keys_are_refused_by_the_schemas_too() -> None:
    for schema in schemas().values():
        for part in (schema, *schema.get("$defs", {}).values()):
            assert part["additionalProperties"] is False


def test_descriptions_come_from_the_models() -> None:
    made = schemas()
    assert made["shots"]["$defs"]["Shot"]["properties"]["purpose"]["description"].endswith("never sent.")
    assert "0 (barely)" in made["camera"]["properties"]["amount"]["description"]
    assert "As people" in made["camera"]["properties"]["name"]["description"]


def test_keys_are_spelt_as_in_the_files() -> None:
    made = schemas()
    assert set(made["film"]["$defs"]["Pass"]["properties"]) == {"name", "from", "to", "note"}
    assert made["film"]["required"] == ["rushes", "title", "width", "height", "fps"]
    assert made["shots"]["$defs"]["Shot"]["required"] == ["id", "kind", "description", "seconds"]
    assert set(made["block"]["properties"]["kind"]["enum"]) == set(FOLDERS.values())


def test_money_is_a_string_in_the_schema() -> None:
    amount = schemas()["film"]["$defs"]["Budget"]["properties"]["film_usd"]["anyOf"][0]
    assert amount["type"] == "string"
