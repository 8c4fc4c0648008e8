"""A new film folder: copied from a template or from another film. Nothing is ever overwritten."""

from __future__ import annotations

import json
import os
import re
from datetime import date, datetime
from pathlib import Path

import project_template
from core.base.errors import BadInput
from core.base.paths import disk_errors, write_atomic
from core.film.signature import plan_files

CARRIED_OVER = ("film.json", "blocks/", "board/", "prices.toml", "refs/", "luts/")
"""What a new film takes from an earlier one: its look, never its shots or its history."""


def copy(template: str, root: Path) -> list[Path]:
    """Writes the template's files into `root`. Raises BadInput where a film lies there already."""
    _refuse_film(root)
    return _write(root, [(name, source.read_bytes()) for name, source in project_template.files(template)])


def copy_from(film: Path, root: Path) -> list[Path]:
    """An empty film with the profile, blocks and board of an earlier one."""
    if not (film / "film.json").is_file():
        raise BadInput("there is no film there", where=str(film), todo="name a folder that holds a film.json")
    _refuse_film(root)
    taken = {name: (film / name).read_bytes() for name in plan_files(film) if name.startswith(CARRIED_OVER)}
    for folder in ("refs", "luts"):
        for path in sorted((film / folder).rglob("*")):
            if path.is_file() and not path.is_symlink():
                taken[path.relative_to(film).as_posix()] = path.read_bytes()
    # The template's own blocks and board would mix with the film's: only its other files are added.
    for name, source in project_template.files("empty"):
        if not name.startswith(("blocks/", "board/", "shots/")) and name not in taken:
            taken[name] = source.read_bytes()
    taken.setdefault("shots/01.toml", b'[chain]\ntitle = "First chain"\n')
    return _write(root, sorted(taken.items()))


def set_title(root: Path, title: str) -> None:
    _set(root, title=title)


def begin_today(root: Path) -> None:
    """Moves the production's first and last day so that it begins today; a film without both stays."""
    found = json.loads((root / "film.json").read_text("utf-8"))
    if not (found.get("start") and found.get("due")):
        return
    first, last = date.fromisoformat(found["start"]), date.fromisoformat(found["due"])
    today = datetime.now().astimezone().date()
    _set(root, start=str(today), due=str(today + (last - first)))


def _set(root: Path, **fields: str) -> None:
    path = root / "film.json"
    before = path.read_text("utf-8")
    found = {**json.loads(before), **fields}
    text = before
    for name, value in fields.items():
        shown = json.dumps(value, ensure_ascii=False)
        line = re.compile(rf'^(\s*"{name}"\s*:\s*)"(?:[^"\\]|\\.)*"', re.MULTILINE)
        text = line.sub(lambda held, shown=shown: held[1] + shown, text, count=1)  # type: ignore[misc]
    if json.loads(text) != found:  # written in another manner: right matters more than its looks
        text = json.dumps(found, ensure_ascii=False, indent=2) + "\n"
    write_atomic(path, text.encode("utf-8"))


def _refuse_film(root: Path) -> None:
    if (root / "film.json").exists():
        raise BadInput("a film lies here already", where=str(root), todo="name another folder")
    if root.exists() and not root.is_dir():
        raise BadInput("this is a file, not a folder", where=str(root), todo="name another folder")


def _write(root: Path, files: list[tuple[str, bytes]]) -> list[Path]:
    made = []
    with disk_errors(root):
        root.mkdir(parents=True, exist_ok=True)
    if not os.access(root, os.W_OK):
        raise BadInput("no permission to write here", where=str(root), todo="name a folder of your own")
    # film.json last: a folder is a film only once everything else is there.
    for name, data in sorted(files, key=lambda pair: pair[0] == "film.json"):
        path = root / name
        if not path.exists():
            write_atomic(path, data)
            made.append(path)
    return made
