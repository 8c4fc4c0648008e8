"""What became of the takes that people brought. Light: for commands that only read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from core.base.errors import BadInput, nearest
from core.ledger import records, rescues

if TYPE_CHECKING:
    from core.ledger.views import Reader

APPROACHES = (
    *("relight", "regenerate", "composite", "background fix", "reframe", "trim"),
    *("plate", "elsewhere"),
)
"""How a take came to be: the first six rescue another, the last two stand for themselves."""
OF_A_TAKE = frozenset({"relight", "background fix", "reframe", "trim"})
"""Cannot be thought of without an original."""
OUTCOMES = ("saved", "dropped", "open")
_OUTCOME = {"approved": "saved", "rejected": "dropped"}
_VERDICT = ("verdict", "person", "role", "at", "note", "sha")


def approach_of(named: str) -> str:
    """The approach as the ledger spells it. Raises BadInput with the nearest."""
    found = " ".join(named.replace("-", " ").replace("_", " ").casefold().split())
    if found not in APPROACHES:
        raise BadInput(
            f"'{named[:40]}' is no approach",
            nearest=nearest(named, APPROACHES),
            todo=f"there is: {', '.join(APPROACHES)}",
        )
    return found


def outcome(state: str) -> str:
    """Of a brought take in this state: circled saves, rejected drops, all else is open."""
    return _OUTCOME.get(state, "open")


def rescued(reader: Reader, shot: str | None = None) -> list[dict[str, Any]]:
    """One row a brought take, oldest first: what `ledger.rescues` tells of it, `outcome`, and `verdict`,
    the newest on it (None: nobody has judged it)."""
    found = rescues.all_of(reader, shot)
    last = (
        {row["take_id"]: row for row in records.verdicts(reader) if row["subject_kind"] == "take"}
        if found
        else {}
    )
    return [
        {**row, "outcome": outcome(row["state"]), "verdict": _said(last.get(row["take_id"]))} for row in found
    ]


def _said(row: dict[str, Any] | None) -> dict[str, Any] | None:
    return {name: row[name] for name in _VERDICT} if row else None
