"""What lies on the desk: suggestions, tasks, the checklist, the log. Reads only, and is light."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from core.desk import drafts, links, task_rows, workflow
from core.ledger.views import Reader
from core.studio.status import usd

if TYPE_CHECKING:
    from core.studio.places import Places

_SUGGESTION = (
    *("id", "at", "shot", "chain", "kind", "source", "text", "reason", "next_action", "model"),
    *("link", "state", "decisions"),
)


class Sheets:
    """The reading side of one film's desk; empty while there is no ledger."""

    def __init__(self, places: Places) -> None:
        self.places = places
        self.reader = Reader(places.ledger) if places.ledger.exists() else None

    def suggestions(self, shot: str | None = None, *, everything: bool = False) -> list[dict[str, Any]]:
        """Newest first; sums as decimal dollars, None where unknown; what was decided with `everything`.

        `like` names earlier ones that say nearly the same, with the old verdict.
        """
        found = drafts.suggestions(self.reader, everything=everything) if self.reader else []
        rows = [_suggestion(row, self.reader) for row in found]
        return [row for row in rows if shot in (None, row["shot"])]

    def tasks(self, *, mine: bool = False, only_open: bool = False) -> list[dict[str, Any]]:
        """Oldest first. `mine`: by this user's name, or left to their role."""
        # The day where the person is: a task is late once their own day is over.
        today = datetime.now().astimezone().date().isoformat()
        found = task_rows.tasks(self.reader, today) if self.reader else []
        if mine:
            from core.studio.people import person  # noqa: PLC0415 - 10 ms of subprocess, for git's name

            me = person()
            found = [row for row in found if task_rows.belongs(row, me.name, me.role)]
        return [row for row in found if not only_open or row["state"] == "open"]

    def checklist(self) -> list[dict[str, Any]]:
        """The seven steps of a production, each with the task it became."""
        return task_rows.checklist(self.reader)

    def log(self) -> list[dict[str, Any]]:
        """What was started, stopped and turned round, oldest first."""
        return workflow.lines(self.reader) if self.reader else []

    def close(self) -> None:
        if self.reader is not None:
            self.reader.close()


def _suggestion(row: dict[str, Any], reader: Reader | None) -> dict[str, Any]:
    sums = {
        f"{name}_usd": usd(row[name]) if row[name] is not None else None for name in ("upper", "expected")
    }
    data = reader.decoded(row["data"]) if reader else {}
    shown = {name: row[name] for name in _SUGGESTION}
    shown["shot"] = row["shot"] or links.shot_in(row["link"])
    return {**shown, "take": row["n"], **sums, "data": data, "like": [one._asdict() for one in row["like"]]}
