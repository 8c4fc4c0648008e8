"""Commitments and what became of them, for whoever only reads. Nothing heavy is imported."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypedDict

if TYPE_CHECKING:
    from core.ledger.views import Reader

KINDS: tuple[str, ...] = ("legal", "safety", "client")


class Promise(TypedDict):
    id: int
    at: str
    kind: str
    text: str
    link: str
    person: str
    state: str
    """open or closed: the newest row that closes or reopens it says so."""
    closed_by: str
    closed_at: str
    why: str
    """Of the newest closing or reopening."""
    evidence: list[dict[str, Any]]
    """Oldest first: at, text, link, person, model."""


def listed(reader: Reader | None) -> list[Promise]:
    """Oldest first."""
    if reader is None:
        return []
    rows: dict[int, list[dict[str, Any]]] = {}
    for row in reader.table("commitment_row", "ORDER BY id"):
        rows.setdefault(row["commitment_id"], []).append(row)
    return [_promise(row, rows.get(row["id"], [])) for row in reader.table("commitment", "ORDER BY id")]


def _promise(row: dict[str, Any], more: list[dict[str, Any]]) -> Promise:
    turns = [held for held in more if held["kind"] != "evidence"]
    last = turns[-1] if turns else {"kind": "", "person": "", "at": "", "text": ""}
    closed = last["kind"] == "closed"
    names = ("at", "text", "link", "person", "model")
    return Promise(
        id=row["id"],
        at=row["at"],
        kind=row["kind"],
        text=row["text"],
        link=row["link"],
        person=row["person"],
        state="closed" if closed else "open",
        closed_by=last["person"] if closed else "",
        closed_at=last["at"] if closed else "",
        why=last["text"],
        evidence=[{name: held[name] for name in names} for held in more if held["kind"] == "evidence"],
    )
