"""What is selected, and how the keys move it. Pure: a cursor and a reading in, a cursor out."""

from __future__ import annotations

from dataclasses import dataclass, replace

from tui.bridge import Glance, ShotRow, WaitingRow, index_of


@dataclass(frozen=True, slots=True)
class Cursor:
    shot: str = ""
    """Id of the selected shot."""
    waiting: int = 0
    """Line of the list that waits; meaningful while `in_waiting`."""
    in_waiting: bool = False
    row: str = ""
    """Id of what waits under the cursor: lines move up when one above is answered."""
    take: int | None = None
    """The take that was chosen among the shot's; None: the one that waits, else the newest."""


def shot_at(glance: Glance, cursor: Cursor) -> ShotRow | None:
    return index_of(glance).shot(cursor.shot)


def waiting_at(glance: Glance, cursor: Cursor) -> WaitingRow | None:
    """What waits under the cursor, or for the selected shot."""
    if cursor.in_waiting and glance.waiting:
        return glance.waiting[min(cursor.waiting, len(glance.waiting) - 1)]
    return index_of(glance).asked(cursor.shot)


def settle(glance: Glance, cursor: Cursor) -> Cursor:
    """The cursor after a new reading: the same shot while it lives, else the first."""
    if index_of(glance).place(cursor.shot) is None:
        cursor = replace(cursor, shot=_opening(glance))
    if not glance.waiting:
        return replace(cursor, in_waiting=False, waiting=0, row="")
    at = index_of(glance).line_of(cursor.row)
    if cursor.in_waiting and at is None:
        return to_waiting(glance, cursor, min(cursor.waiting, len(glance.waiting) - 1))
    return replace(cursor, waiting=min(cursor.waiting if at is None else at, len(glance.waiting) - 1))


def _opening(glance: Glance) -> str:
    """Where the eye begins: the first shot that waits, else the one being made, else the first."""
    place = index_of(glance).place
    waits = (row.shot for row in glance.waiting)
    made = (chain.current for chain in glance.chains)
    first = glance.shots[0].id if glance.shots else ""
    return next((name for names in (waits, made) for name in names if place(name) is not None), first)


def step(glance: Glance, cursor: Cursor, by: int) -> Cursor:
    """Up and down: over the shots of the film, or over the list that waits."""
    if cursor.in_waiting and glance.waiting:
        at = max(0, min(len(glance.waiting) - 1, cursor.waiting + by))
        return to_waiting(glance, cursor, at)
    ids, at = index_of(glance).order.ids, index_of(glance).place(cursor.shot) or 0
    if not ids:
        return cursor
    return Cursor(ids[max(0, min(len(ids) - 1, at + by))], cursor.waiting)


def step_chain(glance: Glance, cursor: Cursor, by: int) -> Cursor:
    """Left and right: to another chain, to the shot that matters there."""
    chains = [chain for chain in glance.chains if chain.shots]
    if not chains:
        return cursor
    own = index_of(glance).chain_of(cursor.shot)
    at = chains.index(own) if own is not None else 0
    chain = chains[max(0, min(len(chains) - 1, at + by))]
    if cursor.shot in chain.shots:
        return cursor
    asked = index_of(glance).asked_line
    lines = (line for shot in chain.shots if (line := asked(shot)) is not None)
    first = min(lines, default=None)
    waits = "" if first is None else glance.waiting[first].shot
    return Cursor(chain.current or waits or chain.shots[0], cursor.waiting)


def other_area(glance: Glance, cursor: Cursor) -> Cursor:
    if cursor.in_waiting or not glance.waiting:
        return replace(cursor, in_waiting=False)
    return to_waiting(glance, cursor, min(cursor.waiting, len(glance.waiting) - 1))


def next_waiting(glance: Glance, cursor: Cursor) -> Cursor:
    """To the next of the list that waits, round the end; from a shot that waits, the one after it."""
    count = len(glance.waiting)
    if not count:
        return replace(cursor, in_waiting=False)
    mine = index_of(glance).asked_line(cursor.shot)
    at = cursor.waiting if cursor.in_waiting else -1 if mine is None else mine
    return to_waiting(glance, cursor, (at + 1) % count)


def after_answer(glance: Glance, cursor: Cursor, answered: str) -> Cursor:
    """To the next shot that waits after the answered one in the film's order, round the end.

    Where no other shot waits, the cursor stays.
    """
    place, count = index_of(glance).order.place, len(glance.shots)
    here = place.get(answered, -1)
    turns = (
        ((place[row.shot] - here - 1) % count, line)
        for line, row in enumerate(glance.waiting)
        if row.shot != answered and row.shot in place
    )
    nearest = min(turns, default=None)
    if nearest is None:
        return replace(cursor, in_waiting=False)
    return to_waiting(glance, cursor, nearest[1])


def to_waiting(glance: Glance, cursor: Cursor, at: int) -> Cursor:
    wanted = glance.waiting[at]
    known = index_of(glance).place(wanted.shot) is not None
    return Cursor(wanted.shot if known else cursor.shot, at, in_waiting=True, row=wanted.id)


def find(glance: Glance, text: str) -> str:
    """The shot a person means: by whole id, the beginning of an id, then any word of the description."""
    want = text.strip().casefold()
    if not want:
        return ""
    tests = (
        lambda shot: shot.id.casefold() == want,
        lambda shot: shot.id.casefold().startswith(want),
        lambda shot: want in shot.id.casefold(),
        lambda shot: want in shot.description.casefold(),
    )
    return next((shot.id for test in tests for shot in glance.shots if test(shot)), "")
