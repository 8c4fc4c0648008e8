"""The filter of the matrix: words, `field:value`, `takes>3`, `is:stale`, each with `-` for not.

A term that cannot be used filters nothing and is told in a sentence: the line is read while it is
being written, so a half word is no reason to show an empty table.
"""

from __future__ import annotations

import operator
import re
from typing import TYPE_CHECKING, NamedTuple

from core.base.errors import nearest
from core.base.text import one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from core.studio.pages.matrix_rows import MatrixRow

_TOKEN = re.compile(r'(?P<no>[-!]?)(?:(?P<field>[A-Za-z_]+)(?P<sign>:|>=|<=|=|>|<))?(?P<rest>"[^"]*"?|\S*)')
_SIGNS: Mapping[str, Callable[[float, float], bool]] = {
    ">": operator.gt,
    "<": operator.lt,
    ">=": operator.ge,
    "<=": operator.le,
    "=": operator.eq,
    ":": operator.eq,
}
STATES: tuple[str, ...] = (
    *("planned", "ready", "running", "review", "circled", "rejected", "failed", "in_doubt", "held"),
    *("stale", "omitted"),
)
KINDS: tuple[str, ...] = ("hero", "establisher", "character", "action")
SEAMS: tuple[str, ...] = ("last", "keyframe", "bridge", "anchor", "board", "text", "native")
_WAITS = frozenset({"review", "failed", "in_doubt", "rejected"})

TEXTS: Mapping[str, Callable[[MatrixRow], str]] = {
    "shot": lambda row: row.shot.id,
    "chain": lambda row: f"{row.shot.chain}\n{row.title}",
    "description": lambda row: row.shot.description,
    "model": lambda row: f"{row.provider}:{row.model}",
    "provider": lambda row: row.provider,
    "note": lambda row: row.shot.note,
    "from": lambda row: row.shot.source,
}
"""Fields that hold text: a value fits where it stands anywhere in it, without case."""
NAMES: Mapping[str, tuple[Callable[[MatrixRow], str], tuple[str, ...]]] = {
    "state": (lambda row: row.shot.state, STATES),
    "kind": (lambda row: row.shot.kind, KINDS),
    "seam": (lambda row: row.shot.seam, SEAMS),
}
"""Fields of few names: a value is the beginning of one."""
NUMBERS: Mapping[str, Callable[[MatrixRow], float | None]] = {
    "takes": lambda row: row.shot.takes,
    "seconds": lambda row: row.shot.seconds,
    "newest": lambda row: row.shot.newest_take,
    "circled": lambda row: row.shot.approved_take,
    "usual": lambda row: row.shot.expected[1],
    "spent": lambda row: None if row.spent is None else row.spent / 1e6,
    "position": lambda row: row.position,
}
"""Fields to compare; dollars and seconds."""
FLAGS: Mapping[str, Callable[[MatrixRow], bool]] = {
    "stale": lambda row: row.shot.stale,
    "omitted": lambda row: row.shot.state == "omitted",
    "locked": lambda row: row.locked,
    "circled": lambda row: row.shot.state == "circled",
    "waiting": lambda row: row.shot.state in _WAITS,
    "over": lambda row: row.shot.takes > row.shot.expected[1],
    "made": lambda row: row.shot.takes > 0,
    "unknown": lambda row: row.spent is None,
}
"""What `is:` knows; `over` is more takes than such a shot usually needs."""
FIELDS: tuple[str, ...] = (*TEXTS, *NAMES, *NUMBERS, "is")
MOST_TERMS = 40
"""More is no filter: somebody pasted a page."""


class Sieve(NamedTuple):
    """A filter that was understood as far as it goes."""

    tests: tuple[Callable[[MatrixRow], bool], ...]
    faults: tuple[str, ...]


def sieve(text: str) -> Sieve:
    """Reads a filter as it was written. Pure; never raises."""
    tests: list[Callable[[MatrixRow], bool]] = []
    faults: list[str] = []
    written = (found for found in _TOKEN.finditer(text) if found["rest"].strip('"'))  # the rest is to come
    for found, _ in zip(written, range(MOST_TERMS), strict=False):
        value = found["rest"].strip('"').casefold()
        made = _term((found["field"] or "").casefold(), found["sign"] or "", value)
        if isinstance(made, str):
            faults.append(made)
        else:
            tests.append(_negated(made) if found["no"] else made)
    return Sieve(tuple(tests), tuple(dict.fromkeys(faults)))


def sift(rows: Iterable[MatrixRow], tests: Sequence[Callable[[MatrixRow], bool]]) -> list[MatrixRow]:
    """The rows that pass every test, in their order."""
    kept = list(rows)
    for test in tests:
        kept = [row for row in kept if test(row)]
    return kept


def _negated(test: Callable[[MatrixRow], bool]) -> Callable[[MatrixRow], bool]:
    return lambda row: not test(row)


def _term(field: str, sign: str, value: str) -> Callable[[MatrixRow], bool] | str:
    """The test of one term, or the sentence that says why there is none."""
    if not field:
        return _word(value)
    if field == "is":
        return _flag(value)
    if field in NUMBERS:
        return _number(field, sign, value)
    if field in NAMES and sign in (":", "="):
        return _named(field, value)
    if field in TEXTS and sign in (":", "="):
        return _text(field, value, whole=sign == "=")
    if field in FIELDS:
        return f"'{field}' is no number: write {field}:{one_line(value, 20)}"
    near = nearest(field, FIELDS)
    return f"no field '{field[:20]}' to filter by" + (
        f": did you mean '{near}'?" if near else f": there is {', '.join(FIELDS)}"
    )


def _word(value: str) -> Callable[[MatrixRow], bool]:
    """Anywhere a person would look for it."""

    def test(row: MatrixRow) -> bool:
        shot = row.shot
        return (
            value in shot.id.casefold()
            or value in shot.description.casefold()
            or value in row.title.casefold()
            or value in shot.chain.casefold()
            or value in shot.note.casefold()
        )

    return test


def _text(field: str, value: str, *, whole: bool) -> Callable[[MatrixRow], bool]:
    read, wanted = TEXTS[field], _either(value)
    if whole:
        return lambda row: bool(wanted & {read(row).casefold(), *read(row).casefold().split("\n")})
    return lambda row: any(one in read(row).casefold() for one in wanted)


def _named(field: str, value: str) -> Callable[[MatrixRow], bool] | str:
    """`state:rev` is `state:review`; `state:doubt` is found too."""
    read, known = NAMES[field]
    kept: set[str] = set()
    for one in _either(value):
        asked = one.replace(" ", "_").replace("-", "_")
        meant = [name for name in known if name.startswith(asked)] or [n for n in known if asked in n]
        if not meant:
            near = nearest(asked, known)
            return f"no {field} '{one_line(one, 20)}': " + (
                f"did you mean '{near}'?" if near else f"there is {', '.join(known)}"
            )
        kept.update(meant)
    return lambda row: read(row) in kept


def _number(field: str, sign: str, value: str) -> Callable[[MatrixRow], bool] | str:
    try:
        wanted = float(value.removeprefix("$"))
    except ValueError:
        return f"'{one_line(value, 20)}' is no number: write {field}>3, {field}<=8 or {field}:5"
    read, holds = NUMBERS[field], _SIGNS[sign]

    def test(row: MatrixRow) -> bool:
        held = read(row)
        return held is not None and holds(held, wanted)

    return test


def _flag(value: str) -> Callable[[MatrixRow], bool] | str:
    meant = next((name for name in FLAGS if name.startswith(value)), "")
    if meant:
        return FLAGS[meant]
    near = nearest(value, FLAGS)
    return f"nothing is '{one_line(value, 20)}': " + (
        f"did you mean 'is:{near}'?" if near else f"there is {', '.join(f'is:{name}' for name in FLAGS)}"
    )


def _either(value: str) -> frozenset[str]:
    """`hero,action` is either of them."""
    return frozenset(one for one in value.split(",") if one)
