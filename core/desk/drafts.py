"""Suggestions as they are read: each with what was decided, and what it nearly repeats."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from core.desk.alike import COMPARED, most_alike
from core.ledger import records

if TYPE_CHECKING:
    from core.ledger.views import Reader

DECIDED = {"accept": "accepted", "reject": "rejected"}
OPEN = "open"
EVENTS: tuple[str, ...] = tuple(f"suggestion.{word}" for word in DECIDED.values())
_ALL = 1_000_000


class Like(NamedTuple):
    """An earlier suggestion that says nearly the same, and what became of it."""

    id: int
    likeness: float
    text: str
    state: str
    """open, accepted, rejected."""
    person: str
    why: str
    at: str
    """When it was decided, else when it was made."""


def suggestions(reader: Reader, *, everything: bool = False) -> list[dict[str, Any]]:
    """As `records.suggestions`, with `state`, `decisions` (oldest first: decision, person, role, why, at,
    sha) and `like`. `everything`: those that were decided too; they are never gone."""
    found = records.suggestions(reader, everything=everything)
    decided = _decided(reader)
    wanted = {ident for row in found for ident, _ in row.get("like", ())}
    rows = {row["id"]: row for row in reader.table("suggestion") if row["id"] in wanted} if wanted else {}
    for row in found:
        row["decisions"] = decided.get(row["id"], [])
        row["state"] = state_of(row["decisions"])
        row["like"] = [
            _like(rows[ident], decided.get(ident, []), likeness)
            for ident, likeness in row.get("like", ())
            if ident in rows
        ]
    return found


def _decided(reader: Reader) -> dict[int, list[dict[str, Any]]]:
    """Decisions with what their events say beside the row: the role, and the hash of what was seen."""
    found = records.decisions(reader)
    more = {event["data"].get("decision"): event["data"] for event in reader.events(limit=_ALL, kinds=EVENTS)}
    for row in (row for rows in found.values() for row in rows):
        row.update({name: more.get(row["id"], {}).get(name, "") for name in ("role", "sha")})
    return found


def state_of(decisions: list[dict[str, Any]]) -> str:
    """The newest decision counts."""
    return DECIDED[decisions[-1]["decision"]] if decisions else OPEN


def like(reader: Reader, text: str) -> list[Like]:
    """Earlier suggestions that say nearly the same, the most alike first, with the old verdict."""
    return [
        _like(row, decisions, likeness)
        for ident, likeness in most_alike(text, records.suggested_texts(reader, COMPARED))
        for row in reader.table("suggestion", "WHERE id=?", ident)
        for decisions in [reader.table("suggestion_decision", "WHERE suggestion_id=? ORDER BY id", ident)]
    ]


def _like(row: dict[str, Any], decisions: list[dict[str, Any]], likeness: float) -> Like:
    last = decisions[-1] if decisions else {"person": "", "why": "", "at": row["at"]}
    return Like(
        *(row["id"], likeness, row["text"], state_of(decisions)),
        *(last["person"], last["why"], last["at"]),
    )
