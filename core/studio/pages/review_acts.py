"""What a person does on the Review screen beside verdicts: notes, scores, and a look before a retake.

Each is given the open film and returns a sentence; nothing is decided here.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from core.base.errors import BadInput
from core.base.text import one_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.studio.assembly import Opened
    from core.studio.pages.review_rows import NoteLine

_FULL = re.compile(r"\d{1,2}:[0-5]\d:[0-5]\d[:;]\d{1,3}", re.ASCII)
_CLOCK = re.compile(r"(?:(\d{1,2}):)?(\d{1,3}):([0-5]?\d(?:\.\d{1,6})?)", re.ASCII)
_SECONDS = re.compile(r"(\d{1,6}\.\d{1,6})s?|(\d{1,6})s", re.ASCII)
_SCORE = re.compile(r"(?P<item>.+?)[ :=]+(?P<points>\d{1,3})(?:\s+(?P<note>.*))?", re.ASCII | re.DOTALL)


def moment_of(line: str) -> tuple[str, str]:
    """`0:03.2 the hand slips` as the moment, in a form the desk takes (`3.2`), and the words.

    Moments are `m:ss`, `h:mm:ss`, either with tenths, `3.2`, `3s` or `HH:MM:SS:FF`. A bare number is
    the beginning of a sentence: `3 gulls too many`.
    """
    head, _, rest = line.strip().partition(" ")
    if _FULL.fullmatch(head):
        return head, rest.strip()
    if found := _CLOCK.fullmatch(head):
        hours, minutes, seconds = found.groups()
        whole, dot, tenths = seconds.partition(".")
        return f"{int(hours or 0) * 3600 + int(minutes) * 60 + int(whole)}{dot}{tenths}", rest.strip()
    if found := _SECONDS.fullmatch(head):
        return found[1] or found[2], rest.strip()
    return "", line.strip()


def add_note(film: Opened, shot: str, take: int | None, line: str) -> str:
    """A note on a take, or without one on the shot. Raises BadInput."""
    from core.studio import verdicts  # noqa: PLC0415 - sqlmodel and pydantic, only to act

    at, text = moment_of(line)
    return verdicts.note(film.production, shot, text, take, at)


def note_meant(line: str, open_notes: Sequence[NoteLine]) -> tuple[int, str]:
    """Which open note `7 done in take 3` settles, and how: by its number, else the first there is.

    Raises BadInput where none is open.
    """
    if not open_notes:
        raise BadInput("no note is open here", todo="nothing was written")
    head, _, rest = line.strip().partition(" ")
    number = head.lstrip("#").rstrip(":,")
    if number.isascii() and number.isdigit() and int(number) in {note.id for note in open_notes}:
        return int(number), rest.strip()
    return open_notes[0].id, line.strip()


def resolve_note(film: Opened, ident: int, text: str) -> str:
    from core.studio import verdicts  # noqa: PLC0415 - sqlmodel and pydantic, only to act

    return verdicts.resolve(film.production, ident, text)


def score_meant(line: str) -> tuple[str, int, str]:
    """`story clarity 4 holds the eye` as item, points and words. Raises BadInput without points."""
    found = _SCORE.fullmatch(line.strip())
    if not found:
        raise BadInput(
            f"'{one_line(line, 40)}' has no points", todo="like: story 4 the turn is clear; 5 is best"
        )
    return found["item"].strip(), int(found["points"]), (found["note"] or "").strip()


def score_take(film: Opened, shot: str, take: int | None, line: str) -> str:
    """A line of the rubric. Raises BadInput with the nearest item."""
    return _score(film, "shot", shot, take, line)


def score_seam(film: Opened, seam: str, line: str) -> str:
    return _score(film, "seam", seam, None, line)


def _score(film: Opened, kind: str, ident: str, take: int | None, line: str) -> str:
    from core.studio import verdicts  # noqa: PLC0415 - sqlmodel and pydantic, only to act

    item, points, note = score_meant(line)
    return verdicts.score(film.production, kind, ident, take, item, points, note)


def look_before(film: Opened, shot: str) -> str:
    """What a person should know before a new take of a shot: what failed in such shots and what helped,
    words its model refuses, prices that are old. Orders nothing. Raises BadInput."""
    from core.engine import orders  # noqa: PLC0415 - sqlmodel and pydantic, only to act
    from core.studio import preflight  # noqa: PLC0415

    p = film.production
    asked = orders.quote(p, orders.Scope(shots=(shot,)))
    told = preflight.warnings(p, asked)
    return "  ".join(told) if told else f"nothing is known against a new take of {shot}"
