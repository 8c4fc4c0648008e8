"""The matrix: all shots, sifted and sorted, and what can be changed in their files from here.

Sifting and sorting belong to the reading, which runs beside the event loop: at ten thousand shots
they take some tens of milliseconds.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from core.base.errors import BadInput, PlanFaults, nearest
from core.base.paths import disk_errors, inside
from core.base.text import one_line
from core.ledger import outlay
from core.studio.pages.matrix_filter import KINDS, SEAMS, STATES, sieve, sift
from core.studio.pages.matrix_rows import COLUMNS, EDITED, MatrixPage, MatrixRow, Query, Written

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from core.ledger.views import Reader
    from core.studio.assembly import Opened
    from core.studio.pages.sight import Sight

LONGEST = 400
"""Characters that a line of the board takes; longer texts are changed with an editor."""
_DIGITS = re.compile(r"(\d+)")
_NEEDED = frozenset({"description", "kind", "seconds"})
_NUMBER = re.compile(r"\d{1,6}([.,]\d{1,6})?", re.ASCII)


def read(sight: Sight, query: Query, edit: tuple[str, str] | None = None) -> MatrixPage:
    """The shots that fit `query`, in its order; those that have no value to sort by come last.

    `edit`: a shot and a column whose text is wanted as its file says it now.
    """
    found = sieve(query.filter)
    rows = _rows(sight, _wants_sums(query))
    kept = _ordered(sift(rows, found.tests), query)
    places = {row.shot.id: at for at, row in enumerate(kept)}
    widest = max(map(len, places), default=0)
    page = MatrixPage(query, tuple(kept), places, len(rows), found.faults, widest)
    if edit is None:
        return page
    try:
        return page._replace(written=written(sight, *edit))
    except BadInput as error:
        return page._replace(refused=one_line(str(error), 400))


def _wants_sums(query: Query) -> bool:
    """Sums are read only where they are shown or asked for."""
    return query.sums or query.sort == "spent" or "spent" in query.filter or "is:" in query.filter


def _rows(sight: Sight, sums: bool) -> list[MatrixRow]:
    """The board's reading with the plan's beside it: a shot the plan lost meanwhile keeps what is known."""
    planned = {shot.id: shot for shot in sight.snapshot.shots} if sight.snapshot else {}
    titles = {chain.id: chain.title or chain.id for chain in sight.glance.chains}
    spent = _spent(sight.reader) if sums and sight.reader else {}
    rows = []
    for at, shot in enumerate(sight.glance.shots, 1):
        plan = planned.get(shot.id)
        micro, about = spent.get(shot.id, (0, False))
        rows.append(
            MatrixRow(
                shot,
                at,
                titles.get(shot.chain, shot.chain),
                plan.provider if plan else "",
                plan.model if plan else "",
                bool(plan and plan.locked),
                micro,
                about,
            )
        )
    return rows


def _spent(reader: Reader) -> dict[str, tuple[int | None, bool]]:
    """Shot to what was paid, and whether some of it is an estimate; None where nobody knows it whole."""
    return {
        part.name: (None if part.unknown else part.known, part.estimated)
        for part in outlay.parts(reader, "shot")
    }


def _ordered(rows: list[MatrixRow], query: Query) -> list[MatrixRow]:
    """Stable: equal ones keep the film's order, in both directions."""
    read_key = _KEYS.get(query.sort)
    if read_key is None:
        return rows
    keyed = [(read_key(row), row) for row in rows]
    have = [pair for pair in keyed if pair[0] is not None and pair[0] != ""]
    lack = [row for key, row in keyed if key is None or key == ""]
    have.sort(key=lambda pair: pair[0], reverse=query.reverse)
    return [*(row for _, row in have), *lack]


def _natural(text: str) -> tuple[Any, ...] | None:
    """`S9` stands before `S10`."""
    if not text:
        return None
    parts = _DIGITS.split(text.casefold())
    return tuple((int(part), "") if at % 2 else (-1, part) for at, part in enumerate(parts))


def _rank(names: Sequence[str], name: str) -> int:
    return names.index(name) if name in names else len(names)


_KEYS: Mapping[str, Callable[[MatrixRow], Any]] = {
    "shot": lambda row: _natural(row.shot.id),
    "chain": lambda row: row.title.casefold(),
    "kind": lambda row: _rank(KINDS, row.shot.kind),
    "state": lambda row: _rank(STATES, row.shot.state),
    "description": lambda row: row.shot.description.casefold(),
    "seconds": lambda row: row.shot.seconds,
    "seam": lambda row: _rank(SEAMS, row.shot.seam),
    "takes": lambda row: row.shot.takes,
    "usual": lambda row: row.shot.expected,
    "circled": lambda row: row.shot.approved_take,
    "newest": lambda row: row.shot.newest_take,
    "spent": lambda row: row.spent,
    "provider": lambda row: row.provider.casefold(),
    "model": lambda row: row.model.casefold(),
    "from": lambda row: _natural(row.shot.source),
    "note": lambda row: row.shot.note.casefold(),
    "lock": lambda row: not row.locked,
    "position": lambda row: row.position,
}
assert tuple(_KEYS) == COLUMNS  # noqa: S101 - every column sorts


def written(sight: Sight, shot: str, column: str) -> Written:
    """What the shot's file says in the field behind `column` now. Raises BadInput."""
    field = EDITED.get(column, column)
    row = next((one for one in sight.glance.shots if one.id == shot), None)
    if row is None:
        raise BadInput(f"no shot '{shot[:40]}' in this film", nearest=_near_shot(sight, shot))
    file = f"shots/{row.chain}.toml"
    text = _text(sight.places.root, file)
    said = _said(_table(text, file, shot).get(field))
    plain = len(said) <= LONGEST and said == one_line(said, LONGEST)
    return Written(shot, field, said, file, _line(text, shot), plain)


def _near_shot(sight: Sight, shot: str) -> str:
    return nearest(shot, (one.id for one in sight.glance.shots))


def _text(root: Path, file: str) -> str:
    path = inside(root, file)
    try:
        with disk_errors(path):
            return path.read_bytes().decode("utf-8")
    except (FileNotFoundError, UnicodeDecodeError) as error:
        raise BadInput("cannot be read", where=file, todo="mend it, then `rushes check`") from error


def _table(text: str, file: str, shot: str) -> dict[str, Any]:
    """The shot's own table. Raises BadInput."""
    import rtoml  # noqa: PLC0415 - 2 ms, and only to edit

    try:
        shots = rtoml.loads(text).get("shot", [])
    except rtoml.TomlParsingError as error:
        raise BadInput(f"cannot be read: {one_line(str(error))}", where=file, todo="mend it first") from error
    found = [one for one in shots if isinstance(one, dict) and one.get("id") == shot]
    if not found:
        raise BadInput(f"shot '{shot[:40]}' is no longer in this file", where=file, todo="look at the file")
    return dict(found[0])


def _line(text: str, shot: str) -> int:
    """Where the shot's id is written: an editor opens there."""
    found = re.search(rf"""^[ \t]*id[ \t]*=[ \t]*["']{re.escape(shot)}["']""", text, re.MULTILINE)
    return text.count("\n", 0, found.start()) + 1 if found else 1


def _said(value: object) -> str:
    """A value as a person writes it in one line."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, list):
        return ", ".join(map(_said, value))
    return str(value)


# Acts: each is given the open film and returns a sentence.


def set_field(film: Opened, was: Written, text: str) -> str:
    """Writes one field of a shot; an empty text takes it out where the film has a default.

    Raises BadInput, and writes nothing, where the text is no such value, where the film would not load
    with it, and where the file says something else by now than `was`.
    """
    from core.film.edit import set_shot_fields  # noqa: PLC0415 - pydantic and tomlkit, only to write

    root = film.production.root
    text = text.strip()
    if text == was.text:
        return f"{was.shot}: {was.field} stays as it is"
    now = _said(_table(_text(root, was.file), was.file, was.shot).get(was.field))
    if now != was.text:
        raise BadInput(
            f"{was.shot}: {was.field} changed meanwhile, it says '{one_line(now, 60)}' now",
            where=was.file,
            todo="look at it, then change it again; nothing was written",
        )
    value = value_of(was.field, text)
    _try(root, lambda: set_shot_fields(root, (was.shot,), was.field, value))
    return f"{was.shot}: {was.field} is {one_line(text, 80)}" if text else f"{was.shot}: {was.field} is gone"


def set_flag(film: Opened, shots: Sequence[str], field: str, on: bool) -> str:
    """`locked` or `omitted` of all `shots` at once: all are written or none. Raises BadInput."""
    from core.film.edit import set_shot_fields  # noqa: PLC0415 - pydantic and tomlkit, only to write

    root = film.production.root
    # Taken out rather than set to false: the file reads as if it had never been there.
    _try(root, lambda: set_shot_fields(root, shots, field, True if on else None))
    word = {
        ("locked", True): "locked: runs leave it as it is",
        ("locked", False): "unlocked",
        ("omitted", True): "omitted: what follows begins from the shot before",
        ("omitted", False): "back in the film",
    }[field, on]
    return f"{shots[0]} is {word}" if len(shots) == 1 else f"{len(shots)} shots are {word.partition(':')[0]}"


def add_note(film: Opened, shot: str, text: str) -> str:
    """A note on a shot, as `rushes note` keeps it."""
    from core.studio import verdicts  # noqa: PLC0415 - sqlmodel, only to act

    return verdicts.note(film.production, shot, text)


def insert(film: Opened, after: str, words: str) -> str:
    """A new shot after `after`; `words` are its id and what the picture shows. Raises BadInput."""
    from core.film.edit import insert_shot  # noqa: PLC0415 - pydantic and tomlkit, only to write

    ident, _, description = words.strip().partition(" ")
    plan = film.production.plan
    if not description.strip():
        raise BadInput(
            "a new shot needs an id and a description", todo=f'like: {after}A "she turns at the gate"'
        )
    if plan.has(ident):
        raise BadInput(
            f"the id '{one_line(ident, 40)}' is taken",
            where=plan.chain_of(ident).file,
            todo=f"choose another, like {after}A; nothing was written",
        )
    root = film.production.root
    _try(root, lambda: insert_shot(root, after, ident, description.strip()))
    return f"{ident} stands after {after}"


def value_of(field: str, text: str) -> str | float | int | None:
    """What is written for a text; None takes the field out. Raises BadInput with the nearest."""
    if not text:
        if field in _NEEDED:
            raise BadInput(f"a shot needs its {field}", todo="nothing was written")
        return None
    if field == "seconds":
        return _seconds(text)
    known = {"kind": KINDS, "seam": SEAMS}.get(field)
    if known is not None and text not in known:
        near = text.casefold() if text.casefold() in known else nearest(text, known)
        raise BadInput(
            f"'{one_line(text, 40)}' is no {field} of a shot",
            nearest=near,
            todo=f"one of: {', '.join(known)}; nothing was written",
        )
    return text


def _seconds(text: str) -> float | int:
    if not _NUMBER.fullmatch(text):
        raise BadInput(
            f"'{one_line(text, 40)}' is no number of seconds",
            todo="write it like 4 or 6.5; nothing was written",
        )
    if "," in text:
        raise BadInput(
            f"'{text}' is no number of seconds", nearest=text.replace(",", "."), todo="nothing was written"
        )
    return float(text) if "." in text else int(text)


def _try(root: Path, edit: Callable[[], None]) -> None:
    """An edit, its faults told as those of the value. Faults that were there before are told as such."""
    from core.film.load import load_plan  # noqa: PLC0415 - pydantic, only to write

    try:
        edit()
    except PlanFaults as faults:
        load_plan(root)
        first = faults.faults[0]
        more = f", and {len(faults.faults) - 1} more" if len(faults.faults) > 1 else ""
        raise BadInput(f"{first.what}{more}", nearest=first.nearest, todo="nothing was written") from faults
