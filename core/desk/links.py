"""Links: where a suggestion, a task or a promise comes from, in words that resolve.

    scene:1   shot:S101   take:S101/2   document:script.md#pitch
    note:7    task:3      verdict:5     suggestion:2    failure:4

A link that resolves to nothing is refused, with the nearest that does. Reads only, and imports
nothing heavy: whatever shows what hangs in the air may ask.
"""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from core.base.errors import BadInput, nearest
from core.base.paths import inside, open_plain, sha256_file
from core.base.text import one_line
from core.desk.headings import headings_of, scenes_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from pathlib import Path

    from core.engine.production import Production
    from core.ledger.views import Reader

ROWS: dict[str, str] = {
    "note": "text",
    "task": "title",
    "verdict": "note",
    "suggestion": "text",
    "failure": "broke",
}
"""Kinds that name a row of the ledger by its number, to the column that tells it."""
KINDS: tuple[str, ...] = ("scene", "shot", "take", "document", *ROWS)
EXAMPLES = "like shot:S101, take:S101/2, scene:1, note:7, document:script.md#pitch, task:3, verdict:5"
SHOWN = 80
MOST_BYTES = 8 << 20
"""Of a document that is looked into for its headings."""
MOST_FILES = 2000
"""Looked at to name the nearest document."""
_SKIPPED = {"takes", "cuts", "__pycache__"}
_DIGITS = 15
"""Of a row's number: more is no number of ours, and no ledger could be asked for it."""


@dataclass(frozen=True, slots=True)
class Link:
    kind: str
    ident: str
    part: str = ""
    """A take's number, a document's heading."""

    def __str__(self) -> str:
        joint = {"take": "/", "document": "#"}.get(self.kind, "")
        return f"{self.kind}:{self.ident}{joint + self.part if self.part else ''}"


@dataclass(frozen=True, slots=True)
class Resolved:
    """A link, and what it leads to now."""

    link: Link
    said: str
    """What is there, in a few words on one line."""
    shot: str = ""
    """The shot it is about, where it is about one."""
    take_id: int | None = None
    sha: str = ""
    """SHA-256 of the take's clip or the document's bytes; empty for what is neither."""

    def __str__(self) -> str:
        return str(self.link)


@dataclass(frozen=True, slots=True)
class Ground:
    """What links are held against: a film's folder, its shots and its ledger (None: none yet)."""

    root: Path
    shots: Collection[str]
    reader: Reader | None


def ground_of(p: Production) -> Ground:
    return Ground(p.root, p.plan.places.keys(), p.reader)


def parse(text: str) -> Link:
    """The link that `text` spells. Raises BadInput with the nearest kind."""
    kind, colon, rest = text.strip().partition(":")
    kind, rest = kind.strip().casefold(), rest.strip()
    if not colon or kind not in KINDS:
        near = nearest(kind, KINDS) if colon else ""
        raise BadInput(
            f"'{one_line(text, SHOWN)}' is no link",
            nearest=f"{near}:{one_line(rest, SHOWN)}" if near else "",
            todo=EXAMPLES,
        )
    if not rest:
        raise BadInput(f"the link '{kind}:' names nothing", todo=EXAMPLES)
    joint = {"take": "/", "document": "#"}.get(kind)
    if joint and joint in rest:
        ident, _, part = rest.rpartition(joint)
        return Link(kind, ident, part)
    return Link(kind, rest)


def resolve(text: str, ground: Ground) -> Resolved:
    """What a link leads to. Raises BadInput, with the nearest that leads somewhere."""
    if ":" not in text:
        raise BadInput(
            f"'{one_line(text, SHOWN)}' is no link", nearest=_guessed(text.strip(), ground), todo=EXAMPLES
        )
    link = parse(text)
    by_kind: dict[str, Callable[[Link, Ground], Resolved]] = {
        "scene": _scene,
        "shot": _shot,
        "take": _take,
        "document": _document,
    }
    return by_kind.get(link.kind, _row)(link, ground)


def leads(text: str, ground: Ground) -> Resolved | None:
    """As `resolve`, and None for a link that leads nowhere or is no link."""
    try:
        return resolve(text, ground)
    except BadInput:
        return None


def shot_in(text: str) -> str:
    """The shot that a link names itself; empty where it names none. Nothing is looked up."""
    kind, _, rest = text.partition(":")
    return rest.rpartition("/")[0] if kind == "take" else rest if kind == "shot" else ""


def _guessed(word: str, ground: Ground) -> str:
    """What a word without a kind was probably meant to be."""
    shot = word.partition("/")[0]
    known = shot if shot in ground.shots else nearest(shot, ground.shots)
    if known:
        return f"take:{known}/{word.partition('/')[2]}" if "/" in word else f"shot:{known}"
    found = nearest(word, _documents(ground.root))
    return f"document:{found}" if found else ""


def _lost(link: Link, near: str, todo: str = "") -> BadInput:
    return BadInput(
        f"'{one_line(str(link), SHOWN)}' leads nowhere", nearest=near, todo=todo or "nothing was written"
    )


def _shot(link: Link, ground: Ground) -> Resolved:
    if link.ident not in ground.shots:
        near = nearest(link.ident, ground.shots)
        raise _lost(link, f"shot:{near}" if near else "", "`rushes status` lists the shots")
    return Resolved(link, f"shot {link.ident}", link.ident)


def _take(link: Link, ground: Ground) -> Resolved:
    made = ground.reader.takes_of(link.ident) if ground.reader else []
    found = next((take for take in made if str(take.n) == link.part), None)
    if found:
        said = f"{found.shot} take {found.n}, {found.state}"
        return Resolved(link, said, found.shot, found.id, found.sha)
    if made:
        wanted = _number(link.part) or made[-1].n
        near = f"take:{link.ident}/{min(made, key=lambda take: abs(take.n - wanted)).n}"
    elif link.ident in ground.shots:
        near = f"shot:{link.ident}"  # nothing was made of it yet
    else:
        shot = nearest(link.ident, ground.shots)
        near = f"take:{shot}/{link.part or 1}" if shot else ""
    raise _lost(link, near, f"`rushes takes {one_line(link.ident, SHOWN)}` lists its takes")


def _row(link: Link, ground: Ground) -> Resolved:
    number = _number(link.ident)
    reader = ground.reader
    found = reader.table(link.kind, "WHERE id=?", number) if reader and number else []
    if found:
        row = found[0]
        return Resolved(Link(link.kind, str(number)), _row_said(link.kind, row), _row_shot(row))
    close = reader.table(link.kind, "ORDER BY abs(id-?) LIMIT 1", number or 0) if reader else []
    raise _lost(
        link, f"{link.kind}:{close[0]['id']}" if close else "", "" if close else f"no {link.kind} yet"
    )


def _row_said(kind: str, row: dict[str, Any]) -> str:
    told = one_line(row[ROWS[kind]], SHOWN)
    who = f" by {one_line(row['person'], SHOWN)}" if row.get("person") else ""
    what = f" ({row['verdict']})" if kind == "verdict" else ""
    where = f" on {row['shot']}" if row.get("shot") else ""
    return f"{kind} {row['id']}{what}{where}{who}{': ' + told if told else ''}"


def _row_shot(row: dict[str, Any]) -> str:
    return str(row.get("shot") or shot_in(str(row.get("link", ""))))


def _number(text: str) -> int | None:
    plain = text.isascii() and text.isdigit() and len(text) <= _DIGITS
    return int(text) if plain else None


# Documents: the film's own files.


def _scene(link: Link, ground: Ground) -> Resolved:
    script = _text(ground.root, "script.md")
    found = scenes_of(script)
    if link.ident not in found:
        found = {**_scenes_of_chains(ground.root), **found}
    if link.ident not in found:
        near = nearest(link.ident, found)
        todo = "script.md numbers its scenes: `### 1. EXT. BAY - SUNSET`"
        raise _lost(link, f"scene:{near}" if near else "", todo)
    heading = one_line(found[link.ident], SHOWN)
    return Resolved(link, f"scene {link.ident}{': ' + heading if heading else ''}")


def _scenes_of_chains(root: Path) -> dict[str, str]:
    """Scenes that chains say they are of: a script may still be without them."""
    found: dict[str, str] = {}
    for path in sorted((root / "shots").glob("*.toml")):
        try:
            head = tomllib.loads(_text(root, f"shots/{path.name}")).get("chain", {})
        except ValueError:
            continue  # `check` names what is wrong with it
        scenes = head.get("scene", "") if isinstance(head, dict) else ""
        for scene in scenes.split(",") if isinstance(scenes, str) else ():
            if scene.strip():
                found.setdefault(scene.strip(), f"chain {path.stem}")
    return found


def _document(link: Link, ground: Ground) -> Resolved:
    whole = f"{link.ident}#{link.part}" if link.part else link.ident
    if link.part and _file(ground.root, whole):  # a name may hold the sign
        link = Link("document", whole)
    path = _file(ground.root, link.ident)
    if path is None:
        near = nearest(link.ident, _documents(ground.root))
        raise _lost(link, f"document:{near}" if near else "", "write the path from the film folder on")
    said = f"document {one_line(link.ident, SHOWN)}"
    if link.part:
        said += f": {one_line(_heading(link, ground.root), SHOWN)}"
    return Resolved(link, said, sha=sha256_file(path))


def _heading(link: Link, root: Path) -> str:
    if not link.ident.casefold().endswith((".md", ".markdown")):
        raise _lost(link, f"document:{link.ident}", "only a Markdown file has headings to lead to")
    found = {heading.anchor: heading.text for heading in headings_of(_text(root, link.ident))}
    if link.part.casefold() not in found:
        near = nearest(link.part, found) or next(iter(found), "")
        raise _lost(link, f"document:{link.ident}{'#' + near if near else ''}")
    return found[link.part.casefold()]


def _file(root: Path, relative: str) -> Path | None:
    """A plain file of the film; None where there is none. A way out of the film is none."""
    try:
        path = inside(root, relative)
        return path if path.is_file() else None
    except (BadInput, OSError, ValueError):
        return None


def _text(root: Path, relative: str) -> str:
    """What a file of the film says; nothing where it cannot be read."""
    path = _file(root, relative)
    if path is None:
        return ""
    try:
        with os.fdopen(open_plain(path, os.O_RDONLY), "rb") as file:
            return file.read(MOST_BYTES).decode("utf-8", "replace")
    except (BadInput, OSError):
        return ""


def _documents(root: Path) -> list[str]:
    """Files that people wrote, relative with `/`; no more than anybody would look through."""
    found: list[str] = []
    for folder, below, names in os.walk(root):
        below[:] = sorted(name for name in below if not name.startswith(".") and name not in _SKIPPED)
        here = os.path.relpath(folder, root).replace(os.sep, "/")
        found += [name if here == "." else f"{here}/{name}" for name in sorted(names)]
        if len(found) > MOST_FILES:
            break
    return found[:MOST_FILES]
