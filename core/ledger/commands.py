"""Command rows, each with its event, and what is known of accounts: the two things overwritten."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import update
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlmodel import col

from core.base.errors import IllegalStep
from core.ledger.tables import Account, Command, table_of

if TYPE_CHECKING:
    from core.ledger.append import Writer


def queue(w: Writer, kind: str, args: str, person: str) -> int:
    """A command for the worker."""
    row = w.add(Command(kind=kind, args=args, person=person))
    w.event("command.queued", f"{kind} by {person}")
    return row


def close(w: Writer, command: int, answer: str, *, ok: bool) -> None:
    """The worker's answer to a command. Raises IllegalStep for one that has its answer."""
    state = "done" if ok else "failed"
    changed = w.run(
        update(table_of(Command))
        .where(col(Command.id) == command, col(Command.state) == "queued")
        .values(state=state, answer=answer, done_at=w.now)
    )
    if changed != 1:
        raise IllegalStep(f"command {command} is no longer queued", todo="nothing was changed")
    w.event(f"command.{state}", answer)


def note_account(w: Writer, provider: str, **facts: Any) -> None:
    """What is known of a provider's account now."""
    w.run(
        upsert(table_of(Account))
        .values(provider=provider, **facts)
        .on_conflict_do_update(index_elements=["provider"], set_=facts)
    )
