"""Tasks and the checklist as they are read. Nothing heavy is imported."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from core.desk.checklist import STEPS

if TYPE_CHECKING:
    from core.ledger.views import Reader

EVENTS: tuple[str, ...] = (
    *("task.added", "task.done", "task.dropped", "task.reopened"),
    *("task.owner", "task.linked", "task.approved", "task.refused"),
)
_ALL = 1_000_000
NOT_BEGUN = "not begun"
"""State of a step of the checklist that has no task yet."""


def tasks(reader: Reader, today: str) -> list[dict[str, Any]]:
    """Every task, oldest first: its columns, `overdue`, and `history` (event, person, role, at, why, sha).

    `today`: YYYY-MM-DD.
    """
    history = _history(reader)
    return [
        {
            **row,
            "overdue": row["state"] == "open" and bool(row["due"]) and row["due"] < today,
            "history": history.get(row["id"], []),
        }
        for row in reader.table("task", "ORDER BY id")
    ]


def _history(reader: Reader) -> dict[int, list[dict[str, Any]]]:
    found: dict[int, list[dict[str, Any]]] = {}
    for event in reversed(reader.events(limit=_ALL, kinds=EVENTS)):
        said = {name: event["data"].get(name, "") for name in ("person", "role", "why", "sha")}
        one = {"event": event["kind"].removeprefix("task."), "at": event["at"], **said}
        found.setdefault(event["data"].get("task", 0), []).append(one)
    return found


def belongs(row: dict[str, Any], name: str, role: str) -> bool:
    """Whether a task is a person's: by name, or by the role it was left to."""
    owner = row["owner"].casefold()
    return bool(owner) and owner in {name.casefold(), role.casefold()}


def checklist(reader: Reader | None) -> list[dict[str, Any]]:
    """The shipped steps in their order, each with the task it became."""
    held = {row["step"]: row for row in reader.table("task", "WHERE step<>'' ORDER BY id")} if reader else {}
    rows = []
    for step in STEPS:
        row = held.get(step.step)
        rows.append(
            {
                "step": step.step,
                "role": step.owner,
                "owner": row["owner"] if row else step.owner,
                "output": step.output,
                "check": step.check,
                "task": row["id"] if row else None,
                "state": row["state"] if row else NOT_BEGUN,
                "due": row["due"] if row else "",
                "approval": row["approval"] if row else "waiting" if step.approval else "",
                "approved_by": row["approved_by"] if row else "",
            }
        )
    return rows
