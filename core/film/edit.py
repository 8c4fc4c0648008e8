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
    from collections.abc import Callable, Iterator, Mapping, MutableMapping, Sequence

_HEADER = re.compile(r"^\s*\[\[\s*shot\s*\]\]")
_HEADERS = re.compile(r"^[ \t]*\[\[[ \t]*shot[ \t]*\]\]", re.MULTILINE)
_INNER = re.compile(r"^[ \t]*\[[ \t]*shot[ \t]*\.", re.MULTILINE)
"""A table of a shot, like [shot.continuity]."""
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
    """`set_shot_fields` of one shot."""
    set_shot_fields(root, (shot_id,), field, value)


def set_shot_fields(root: Path, shot_ids: Sequence[str], field: str, value: object) -> None:
    """Sets `field` of shots (`seconds`, `continuity.kelvin`); None takes it out. All or none are written.

    Lists and tuples are written as lists. Raises BadInput for an unknown shot or field, for a locked
    shot (but for its `locked` and `omitted`), and where a file changed meanwhile; PlanFaults where
    the film would have a fault. Nothing is written then.
    """
    texts: dict[str, str] = {}
    files: dict[str, _Found] = {}
    for found in _find_all(root, shot_ids):
        _check_field(found, field)
        files.setdefault(found.path, found)
        text = texts.get(found.path, found.text)
        texts[found.path] = _changed(found, text, lambda shot: _set(shot, field, value), own="." not in field)
    _write(root, list(files.values()), texts)


def _set(shot: MutableMapping[str, Any], field: str, value: object) -> None:
    *tables, name = field.split(".")
    for table in tables:
        shot = shot.setdefault(table, tomlkit.table())
    if value is None:
        shot.pop(name, None)
    else:
        shot[name] = list(value) if isinstance(value, tuple) else value


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
    found = _find_all(root, (after_id,))[0]
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
    text = above.rstrip("\r\n") + end + words + (end if below.strip() else "") + below.lstrip("\r\n")
    _write(root, [found], {found.path: text})


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


def _find_all(root: Path, shot_ids: Sequence[str]) -> list[_Found]:
    """The shots' files and places, in the order asked for. Raises BadInput with the nearest id."""
    wanted, found, known = set(shot_ids), dict[str, _Found](), list[str]()
    for path in plan_files(root):
        if len(found) == len(wanted) or not path.startswith("shots/"):
            continue
        data, shots = _shots_of(root, path)
        for index, shot in enumerate(shots):
            name = shot.get("id") if isinstance(shot, dict) else None
            if name in wanted:
                found.setdefault(str(name), _Found(path, data, index, shot, len(shots)))
            known.append(str(name))
    for shot_id in shot_ids:
        if shot_id not in found:
            raise BadInput(
                f"no shot '{shot_id[:40]}' in this film",
                nearest=nearest(shot_id, known),
                todo="`rushes status` lists them",
            )
    return [found[shot_id] for shot_id in dict.fromkeys(shot_ids)]


def _shots_of(root: Path, path: str) -> tuple[bytes, list[Any]]:
    """A chain's file and its shots as data. Raises BadInput."""
    data = inside(root, path).read_bytes()
    try:
        shots = rtoml.loads(data.decode("utf-8")).get("shot", [])
    except (UnicodeDecodeError, rtoml.TomlParsingError) as error:
        raise BadInput(f"cannot be read: {error}", where=path, todo="mend it, then `rushes check`") from error
    return data, shots if isinstance(shots, list) else []


def _check_field(found: _Found, field: str) -> None:
    names = [*Shot.model_fields, *(f"continuity.{name}" for name in Continuity.model_fields)]
    if field not in names or field in ("id", "continuity"):
        raise BadInput(
            f"a shot has no field '{field[:40]}' to set",
            nearest=nearest(field, (name for name in names if name != "id")),
            todo="ids never change: omit the shot and insert another" if field == "id" else "",
        )
    if found.shot.get("locked") is True and field not in ("locked", "omitted"):
        raise BadInput(
            f"shot '{found.shot['id']}' is locked", where=found.path, todo="set its `locked` to false first"
        )


def _changed(
    found: _Found, text: str, change: Callable[[MutableMapping[str, Any]], None], *, own: bool
) -> str:
    """`text`, the file as it stands or as it was changed already, with one shot changed.

    `own`: what changes stands in the shot's first table. As little as can be is parsed and written anew.
    """
    wrong: Exception | None = None
    for start, end in _stretches(found, text, own):
        try:
            document: Any = tomlkit.parse(text[start:end])
            change(document["shot"][0 if start else found.index])
            return text[:start] + tomlkit.dumps(document) + text[end:]
        except (TOMLKitError, TypeError, ValueError) as error:
            wrong = error
    raise BadInput(
        f"cannot be changed here: {wrong}", where=found.path, todo="change it with your editor"
    ) from wrong


def _stretches(found: _Found, text: str, own: bool) -> Iterator[tuple[int, int]]:
    """Where the shot may begin and end, from the narrowest on: a header within a text cuts too early.

    The comments below belong to the shot that follows: a new field stands above them. Shots that are
    written inline have no headers: then it is all of the text.
    """
    heads = [match.start() for match in _HEADERS.finditer(text)]
    if len(heads) == found.count:
        start, end = heads[found.index], (*heads, len(text))[found.index + 1]
        inner = _INNER.search(text, start, end) if own else None
        if inner:
            yield start, _above_comments(text, start, inner.start())
        yield start, _above_comments(text, start, end)
    yield 0, len(text)


def _above_comments(text: str, start: int, end: int) -> int:
    lines = text[start:end].splitlines(keepends=True)
    while lines[-1].strip() == "" or lines[-1].lstrip().startswith("#"):
        end -= len(lines.pop())
    return end


def _write(root: Path, found: Sequence[_Found], texts: Mapping[str, str]) -> None:
    """Only what loads without a fault, and only over what was read."""
    load_with(root, texts)
    for one in found:
        if inside(root, one.path).read_bytes() != one.before:
            raise BadInput("the file changed meanwhile", where=one.path, todo="look at it, then try again")
    for one in found:
        write_atomic(inside(root, one.path), texts[one.path].encode("utf-8"))
