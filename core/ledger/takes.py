"""Rows of takes and chains, written with the event that says so, in the caller's transaction.

Legality is the engine's (`engine.states`); here stands the guard that nobody else moved the take
in between: a step names the state it starts from, and changes nothing if that is not so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select, update
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlmodel import col

from core.base.errors import IllegalStep
from core.ledger.tables import Chain, Take, table_of

if TYPE_CHECKING:
    from core.ledger.append import Writer


def plan(w: Writer, row: Take, text: str = "") -> int:
    """A new take, PLANNED; returns its id. `UNIQUE (shot, n)` refuses a second one of that number."""
    take_id = w.add(row)
    said = text or f"take {row.n} ordered"
    w.event("take.planned", said, chain=row.chain, shot=row.shot, take_id=take_id)
    return take_id


def highest(w: Writer, shot: str) -> int:
    """The highest number of a shot's takes as this transaction sees them; 0 where there is none."""
    rows = w.rows(select(func.max(col(Take.n))).where(col(Take.shot) == shot))
    return int(rows[0][0] or 0)


def with_clip(w: Writer, shot: str, sha: str) -> int | None:
    """The id of a shot's newest take of these very bytes, as this transaction sees it."""
    same = (col(Take.shot) == shot, col(Take.sha) == sha)
    rows = w.rows(select(col(Take.id)).where(*same).order_by(col(Take.n).desc()).limit(1))
    return int(rows[0][0]) if rows else None


def step(
    w: Writer, *, take_id: int, chain: str, shot: str, was: str, to: str, text: str, fields: dict[str, Any]
) -> None:
    """Moves a take from `was` to `to` with its event. Raises IllegalStep if it is no longer at `was`."""
    changed = w.run(
        update(table_of(Take))
        .where(col(Take.id) == take_id, col(Take.state) == was)
        .values(state=to, state_at=w.now, **fields)
    )
    if changed != 1:
        raise IllegalStep(
            f"{shot} is no longer {was}: somebody else moved it", todo="nothing was changed; look at it again"
        )
    w.event(f"take.{to}", text, chain=chain, shot=shot, take_id=take_id, data={"from": was})


def amend(w: Writer, take_id: int, **fields: Any) -> None:
    """Fills facts of a take. Raises IllegalStep for its state: that moves by `step` alone."""
    if "state" in fields:
        raise IllegalStep("a take's state moves by a step with its event", todo="nothing was changed")
    w.run(update(table_of(Take)).where(col(Take.id) == take_id).values(**fields))


def set_chain(w: Writer, chain: str, state: str, reason: str = "", note: str = "") -> None:
    """The chain's state, with its event."""
    values = {"state": state, "pause_reason": reason, "pause_note": note, "at": w.now}
    w.run(
        upsert(table_of(Chain))
        .values(id=chain, **values)
        .on_conflict_do_update(index_elements=["id"], set_=values)
    )
    said = f"paused: {reason}{' · ' + note if note else ''}" if state == "paused" else "goes on"
    w.event(f"chain.{state}", said, chain=chain, data={"reason": reason, "note": note})


def chain_state(w: Writer, chain: str) -> tuple[str, str, str]:
    """(state, pause reason, note) as this transaction sees it."""
    rows = w.rows(
        select(col(Chain.state), col(Chain.pause_reason), col(Chain.pause_note)).where(col(Chain.id) == chain)
    )
    return (rows[0][0], rows[0][1], rows[0][2]) if rows else ("active", "", "")
