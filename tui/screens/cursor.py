"""What is selected, and how the keys move it. Pure: a cursor and a reading in, a cursor out."""

from __future__ import annotations

from dataclasses import dataclass, replace

from tui.bridge import Glance, ShotRow, WaitingRow


@dataclass(frozen=True, slots=True)
class Cursor:
    shot: str = ""
    """Id of the selected shot."""
    waiting: int = 0
    """Line of the list that waits; meaningful while `in_waiting`."""
    in_waiting: bool = False
    row: str = ""
    """Id of what waits under the cursor: lines move up when one above is answered."""


def shot_at(glance: Glance, cursor: Cursor) -> ShotRow | None:
    return next((shot for shot in glance.shots if shot.id == cursor.shot), None)


def waiting_at(glance: Glance, cursor: Cursor) -> WaitingRow | None:
    """What waits under the cursor, or for the selected shot."""
    if cursor.in_waiting and glance.waiting:
        return glance.waiting[min(cursor.waiting, len(glance.waiting) - 1)]
    return next((row for row in glance.waiting if row.shot and row.shot == cursor.shot), None)


def settle(glance: Glance, cursor: Cursor) -> Cursor:
    """The cursor after a new reading: the same shot while it lives, else the first."""
    known = {shot.id for shot in glance.shots}
    if cursor.shot not in known:
        cursor = replace(cursor, shot=_opening(glance))
    if not glance.waiting:
        return replace(cursor, in_waiting=False, waiting=0, row="")
    at = next((index for index, row in enumerate(glance.waiting) if row.id == cursor.row), None)
    if cursor.in_waiting and at is None:
        return _to_waiting(glance, cursor, min(cursor.waiting, len(glance.waiting) - 1))
    return replace(cursor, waiting=min(cursor.waiting if at is None else at, len(glance.waiting) - 1))


def _opening(glance: Glance) -> str:
    """Where the eye begins: the first shot that waits, else the one being made, else the first."""
    known = {shot.id for shot in glance.shots}
    wanted = [row.shot for row in glance.waiting] + [chain.current for chain in glance.chains]
    first = glance.shots[0].id if glance.shots else ""
    return next((name for name in wanted if name in known), first)


def step(glance: Glance, cursor: Cursor, by: int) -> Cursor:
    """Up and down: over the shots of the film, or over the list that waits."""
    if cursor.in_waiting and glance.waiting:
        at = max(0, min(len(glance.waiting) - 1, cursor.waiting + by))
        return _to_waiting(glance, cursor, at)
    ids = [shot.id for shot in glance.shots]
    if not ids:
        return cursor
    at = ids.index(cursor.shot) if cursor.shot in ids else 0
    return Cursor(ids[max(0, min(len(ids) - 1, at + by))], cursor.waiting)


def step_chain(glance: Glance, cursor: Cursor, by: int) -> Cursor:
    """Left and right: to another chain, to the shot that matters there."""
    chains = [chain for chain in glance.chains if chain.shots]
    if not chains:
        return cursor
    at = next((i for i, chain in enumerate(chains) if cursor.shot in chain.shots), 0)
    chain = chains[max(0, min(len(chains) - 1, at + by))]
    if cursor.shot in chain.shots:
        return cursor
    waits = next((row.shot for row in glance.waiting if row.shot in chain.shots), "")
    return Cursor(chain.current or waits or chain.shots[0], cursor.waiting)


def other_area(glance: Glance, cursor: Cursor) -> Cursor:
    if cursor.in_waiting or not glance.waiting:
        return replace(cursor, in_waiting=False)
    return _to_waiting(glance, cursor, min(cursor.waiting, len(glance.waiting) - 1))


def next_waiting(glance: Glance, cursor: Cursor) -> Cursor:
    """To the next of the list that waits, round the end; from a shot that waits, the one after it."""
    count = len(glance.waiting)
    if not count:
        return replace(cursor, in_waiting=False)
    mine = next((i for i, row in enumerate(glance.waiting) if row.shot and row.shot == cursor.shot), -1)
    at = cursor.waiting if cursor.in_waiting else mine
    return _to_waiting(glance, cursor, (at + 1) % count)


def after_answer(glance: Glance, cursor: Cursor, answered: str) -> Cursor:
    """To the next shot that waits after the answered one in the film's order, round the end.

    Where no other shot waits, the cursor stays.
    """
    ids = [shot.id for shot in glance.shots]
    here = ids.index(answered) if answered in ids else -1
    turns = {name: (index - here - 1) % len(ids) for index, name in enumerate(ids)}
    others = [i for i, row in enumerate(glance.waiting) if row.shot in turns and row.shot != answered]
    if not others:
        return replace(cursor, in_waiting=False)
    return _to_waiting(glance, cursor, min(others, key=lambda i: turns[glance.waiting[i].shot]))


def _to_waiting(glance: Glance, cursor: Cursor, at: int) -> Cursor:
    wanted = glance.waiting[at]
    known = any(row.id == wanted.shot for row in glance.shots)
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
