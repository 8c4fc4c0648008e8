"""Writing into the film's own files: as a person would, comments and order kept.

Every edit is tried on the whole film first. What would leave a fault is not written, and what is
written replaces its file whole or not at all.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import rtoml
import tomlkit
from tomlkit.exceptions import TOMLKitError

from core.base.errors import BadInput, nearest
from core.base.locate import Lines
from core.base.paths import inside, write_atomic
from core.base.units import check_id
from core.film.load import load_with
from core.film.matrix import Continuity, Shot
from core.film.signature import plan_files

if TYPE_CHECKING:
    from collections.abc import Callable, MutableMapping

_HEADER = re.compile(r"^\s*\[\[\s*shot\s*\]\]")
_KEPT = ("kind", "seconds", "characters", "environment", "camera")
"""What a new shot takes over from the one it follows."""


@dataclass(frozen=True, slots=True)
class _Found:
    """A shot in its file."""

    path: str
    """Relative to the film folder."""
    before: bytes
    """The file as read: it must still say that when it is written."""
    index: int
    shot: dict[str, Any]
    count: int

    @property
    def text(self) -> str:
        return self.before.decode("utf-8")


def set_shot_field(root: Path, shot_id: str, field: str, value: object) -> None:
    """Sets `field` of a shot (`seconds`, `continuity.kelvin`); None takes it out.

    Lists and tuples are written as lists. Raises BadInput for an unknown shot or field, for a locked
    shot (but for its `locked` and `omitted`), and where the file changed meanwhile; PlanFaults where
    the film would have a fault. Nothing is written then.
    """
    found = _find(root, shot_id)
    _check_field(found, shot_id, field)

    def change(shot: MutableMapping[str, Any]) -> None:
        *tables, name = field.split(".")
        for table in tables:
            shot = shot.setdefault(table, tomlkit.table())
        if value is None:
            shot.pop(name, None)
        else:
            shot[name] = list(value) if isinstance(value, tuple) else value

    _write(root, found, _changed(found, change))


def omit(root: Path, shot_id: str) -> None:
    """The shot stays in the matrix as omitted; what follows begins from the one before it."""
    set_shot_field(root, shot_id, "omitted", True)


def lock(root: Path, shot_id: str) -> None:
    """The shot's fields can no longer be set from here."""
    set_shot_field(root, shot_id, "locked", True)


def insert_shot(root: Path, after_id: str, new_id: str, description: str) -> None:
    """A new shot right after `after_id`, with its kind, seconds, people, place and camera.

    Raises BadInput for ids that cannot be used, PlanFaults where the film would have a fault.
    """
    check_id(new_id)
    found = _find(root, after_id)
    table = tomlkit.table()
    table.add("id", new_id)
    table.add("description", description)
    for name in _KEPT:
        if name in found.shot:
            table.add(name, found.shot[name])
    lines = found.text.splitlines(keepends=True)
    at = _line_after(found, lines)
    end = "\r\n" if "\r\n" in found.text else "\n"
    words = f"\n[[shot]]\n{tomlkit.dumps(table)}".replace("\n", end)
    above, below = "".join(lines[:at]), "".join(lines[at:])
    if above and not above.endswith("\n"):
        above += end
    _write(
        root,
        found,
        above.rstrip("\r\n") + end + words + (end if below.strip() else "") + below.lstrip("\r\n"),
    )


def _line_after(found: _Found, lines: list[str]) -> int:
    """Where the next shot begins, its comments included, or the end: as an index of `lines`."""
    if found.index + 1 >= found.count:
        return len(lines)
    at = Lines.toml(found.text).of(("shot", found.index + 1)) - 1
    if not _HEADER.match(lines[at]):
        raise BadInput(
            "shots are not written as [[shot]] tables here",
            where=found.path,
            todo="insert the shot with your editor",
        )
    while at > 0 and lines[at - 1].lstrip().startswith("#"):
        at -= 1
    return at


def _find(root: Path, shot_id: str) -> _Found:
    """The shot's file and place. Raises BadInput with the nearest id."""
    known: list[str] = []
    for path in plan_files(root):
        if not path.startswith("shots/"):
            continue
        data = inside(root, path).read_bytes()
        try:
            shots = rtoml.loads(data.decode("utf-8")).get("shot", [])
        except (UnicodeDecodeError, rtoml.TomlParsingError) as error:
            raise BadInput(
                f"cannot be read: {error}", where=path, todo="mend it, then `rushes check`"
            ) from error
        for index, shot in enumerate(shots if isinstance(shots, list) else []):
            name = shot.get("id") if isinstance(shot, dict) else None
            if name == shot_id:
                return _Found(path, data, index, shot, len(shots))
            known.append(str(name))
    raise BadInput(
        f"no shot '{shot_id[:40]}' in this film",
        nearest=nearest(shot_id, known),
        todo="`rushes status` lists them",
    )


def _check_field(found: _Found, shot_id: str, field: str) -> None:
    names = [*Shot.model_fields, *(f"continuity.{name}" for name in Continuity.model_fields)]
    if field not in names or field in ("id", "continuity"):
        raise BadInput(
            f"a shot has no field '{field[:40]}' to set",
            nearest=nearest(field, (name for name in names if name != "id")),
            todo="ids never change: omit the shot and insert another" if field == "id" else "",
        )
    if found.shot.get("locked") is True and field not in ("locked", "omitted"):
        raise BadInput(
            f"shot '{shot_id}' is locked", where=found.path, todo="set its `locked` to false first"
        )


def _changed(found: _Found, change: Callable[[MutableMapping[str, Any]], None]) -> str:
    try:
        document: Any = tomlkit.parse(found.text)
        change(document["shot"][found.index])
        return tomlkit.dumps(document)
    except (TOMLKitError, TypeError, ValueError) as error:
        raise BadInput(
            f"cannot be changed here: {error}", where=found.path, todo="change it with your editor"
        ) from error


def _write(root: Path, found: _Found, text: str) -> None:
    """Only what loads without a fault, and only over what was read."""
    load_with(root, {found.path: text})
    file = inside(root, found.path)
    if file.read_bytes() != found.before:
        raise BadInput("the file changed meanwhile", where=found.path, todo="look at it, then try again")
    write_atomic(file, text.encode("utf-8"))
