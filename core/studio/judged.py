"""What was decided, scored and promised, for commands that only read. Nothing heavy is imported."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from core.base.errors import BadInput, nearest
from core.base.text import one_line
from core.desk import promises, scores, standing
from core.desk.shas import Shas
from core.ledger.views import Reader
from core.studio.snapshot import current

if TYPE_CHECKING:
    from core.studio.places import Places

KINDS: tuple[str, ...] = ("shot", "seam", "board", "cut", "delivery")


class Judged:
    """The reading side of the desk; empty while there is no ledger."""

    def __init__(self, places: Places) -> None:
        self.places = places
        self.reader = Reader(places.ledger) if places.ledger.exists() else None

    def _outline(self) -> standing.Outline:
        snapshot, _ = current(self.places)
        if snapshot is None:
            return standing.Outline(self.places.root, self.places.home, (), ())
        return standing.outline_of_snapshot(snapshot, self.places.root, self.places.home)

    def void(self) -> list[dict[str, Any]]:
        """Verdicts that no longer hold, as plain data."""
        if not standing.newest(self.reader):
            return []  # the plan is read for nothing
        shas = Shas(self.places.root)
        found = standing.verdicts_void(self.reader, self._outline(), shas)
        shas.keep()
        return [one._asdict() for one in found]

    def seams(self) -> list[dict[str, Any]]:
        """Every seam of the film in its order, as plain data."""
        shas = Shas(self.places.root)
        found = standing.seams(self.reader, self._outline(), shas)
        shas.keep()
        return [row._asdict() for row in found]

    def promises(self) -> list[promises.Promise]:
        return promises.listed(self.reader)

    def scores(self, kind: str, ident: str, n: int | None) -> list[dict[str, Any]]:
        """The rubric's items in order, each with what every person gave it last; `void` where what was
        seen has changed since. Raises BadInput for a shot without such a take."""
        snapshot, _ = current(self.places)
        held, subject = kind, ident.removeprefix("cuts/") if kind in ("cut", "delivery") else ident
        if kind == "shot":
            held, subject = "take", str(self._take(ident, n))
        rows = scores.scores(self.reader, held, subject)
        shas, takes = Shas(self.places.root), self.reader.all_takes() if self.reader else []
        now = standing.sha_now(self._outline(), held, subject, takes, shas) if rows else ""
        shas.keep()
        own = snapshot.film.get("rubric", ()) if snapshot else ()
        items = dict.fromkeys([*scores.items_of(own), *(row["item"] for row in rows)])
        return [
            {"item": item, "given": [_given(row, now) for row in rows if row["item"] == item]}
            for item in items
        ]

    def _take(self, shot: str, n: int | None) -> int:
        made = self.reader.takes_of(shot) if self.reader else []
        waiting = [take for take in made if take.state in ("approved", "review")]
        found = [take for take in made if take.n == n] if n is not None else waiting[-1:]
        if not found:
            known = {take.shot for take in self.reader.all_takes()} if self.reader else set()
            raise BadInput(
                f"{one_line(shot, 40)} has no {'such take' if n is not None else 'take to score yet'}",
                nearest="" if shot in known else nearest(shot, known),
                todo="`rushes takes` lists them",
            )
        return found[0].id


def _given(row: dict[str, Any], now: str) -> dict[str, Any]:
    names = ("score", "note", "person", "role", "at", "sha")
    return {**{name: row[name] for name in names}, "void": row["sha"] != now}
