"""What was scored of a thing, for whoever only reads. Nothing heavy is imported."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from core.ledger.views import Reader

ITEMS: tuple[str, ...] = (
    "visual continuity",
    "story clarity",
    "caption fit",
    "sound quality",
    "export format",
    "account match",
    "reuse potential",
)
"""The rubric of every film; `campaign.rubric` of film.json adds its own."""


def items_of(own: Iterable[str]) -> tuple[str, ...]:
    """The film's whole rubric, each item once."""
    return tuple(dict.fromkeys([*ITEMS, *(item for item in own if item.strip())]))


def scores(reader: Reader | None, kind: str, ident: str) -> list[dict[str, Any]]:
    """The newest of each person on each item, oldest first. `kind` and `ident` as in the ledger."""
    if reader is None:
        return []
    newest = "SELECT max(id) FROM score WHERE subject_kind=? AND subject_id=? GROUP BY item, person"
    return reader.table("score", f"WHERE id IN ({newest}) ORDER BY id", kind, ident)
