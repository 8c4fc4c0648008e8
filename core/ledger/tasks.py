"""Rows of tasks, moved with the event that says so, in the caller's transaction.

A move names what it starts from, and changes nothing if that is no longer so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select, update
from sqlmodel import col

from core.base.errors import IllegalStep
from core.ledger.tables import Task, table_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from core.ledger.append import Writer


def get(w: Writer, ident: int) -> dict[str, Any] | None:
    """A task as this transaction sees it."""
    rows = w.rows(select(table_of(Task)).where(col(Task.id) == ident))
    return dict(rows[0]._mapping) if rows else None


def steps(w: Writer) -> set[str]:
    """Steps of the checklist that have their task, as this transaction sees them."""
    return {str(row[0]) for row in w.rows(select(col(Task.step)).where(col(Task.step) != ""))}


def move(
    w: Writer, was: Mapping[str, Any], now: Mapping[str, Any], kind: str, text: str, data: Mapping[str, Any]
) -> None:
    """Sets the columns in `now`, with its event. Raises IllegalStep where they are no longer as in `was`."""
    table = table_of(Task)
    held = [table.c[name] == was[name] for name in now]
    changed = w.run(
        update(table).where(table.c.id == was["id"], *held).values(**now, state_at=w.now)
        if "state" in now
        else update(table).where(table.c.id == was["id"], *held).values(**now)
    )
    if changed != 1:
        raise IllegalStep(
            f"task {was['id']} is no longer as it was: somebody else moved it",
            todo="nothing was changed; look at it again",
        )
    w.event(kind, text, data={"task": was["id"], **data})
