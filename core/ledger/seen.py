"""When a person last looked: the one row here that says nothing about the film, so it has no event."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy.dialects.sqlite import insert as upsert

from core.ledger.tables import Seen, table_of

if TYPE_CHECKING:
    from core.ledger.append import Writer


def keep(w: Writer, person: str, at: str) -> None:
    """`person` has been told all up to `at`."""
    w.run(
        upsert(table_of(Seen))
        .values(person=person, at=at)
        .on_conflict_do_update(index_elements=["person"], set_={"at": at})
    )
