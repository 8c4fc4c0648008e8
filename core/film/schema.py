"""JSON Schemas of the film's files, for editors: `rushes schema`.

Descriptions are the docstrings of the models, so that there is one place where a field is explained.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from itertools import pairwise
from textwrap import dedent
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from core.film.blocks import BlockHead, CameraHead, CharacterHead
from core.film.board import Board
from core.film.matrix import ShotFile
from core.film.prices import Prices
from core.film.profile import FilmProfile
from core.film.script import ScriptHead

if TYPE_CHECKING:
    from collections.abc import Mapping

_FILES: Mapping[str, tuple[type[BaseModel], str]] = {
    "film": (FilmProfile, "film.json"),
    "shots": (ShotFile, "shots/CHAIN.toml"),
    "board": (Board, "board/board.toml"),
    "prices": (Prices, "prices.toml"),
    "script": (ScriptHead, "front matter of script.md"),
    "block": (BlockHead, "front matter of blocks/{environments,style,sound,avoid}/NAME.md"),
    "character": (CharacterHead, "front matter of blocks/characters/NAME.md"),
    "camera": (CameraHead, "front matter of blocks/cameras/NAME.md"),
}


def schemas() -> dict[str, dict[str, Any]]:
    """Name to JSON Schema (draft 2020-12): film, shots, board, prices, script, block, character, camera."""
    return {name: _schema(model, title) for name, (model, title) in _FILES.items()}


def _schema(model: type[BaseModel], title: str) -> dict[str, Any]:
    schema = model.model_json_schema(mode="validation")
    parts: dict[str, Any] = {**schema.get("$defs", {}), model.__name__: schema}
    for part in _models(model, set()):
        if part.__name__ in parts:
            _describe(parts[part.__name__], part)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": title}


def _models(kind: Any, met: set[Any]) -> Iterator[type[BaseModel]]:
    """All models inside a model, itself first."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        if kind not in met:
            met.add(kind)
            yield kind
            for field in kind.model_fields.values():
                yield from _models(field.annotation, met)
        return
    for inner in getattr(kind, "__args__", ()):
        yield from _models(inner, met)


def _describe(schema: dict[str, Any], model: type[BaseModel]) -> None:
    for ancestor in reversed(model.__mro__):
        if issubclass(ancestor, BaseModel) and ancestor.__module__.startswith("core.film"):
            for name, text in _said_under(ancestor).items():
                field = model.model_fields.get(name)
                alias = (field.alias if field else None) or name
                if alias in schema.get("properties", {}):
                    schema["properties"][alias].setdefault("description", text)


def _said_under(model: type[BaseModel]) -> dict[str, str]:
    """Field name to the docstring below it."""
    body = ast.parse(dedent(inspect.getsource(model))).body[0]
    found: dict[str, str] = {}
    for field, after in pairwise(body.body if isinstance(body, ast.ClassDef) else []):
        match field, after:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(text))):
                found[name] = inspect.cleandoc(text)
    return found
