"""What happened, for commands that only read. Nothing heavy is imported."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from core.ledger import records
from core.ledger.views import Reader
from core.studio.glance import glance
from core.studio.status import usd

if TYPE_CHECKING:
    from core.ledger.views import TakeRow
    from core.studio.places import Places
    from core.studio.rows import Glance


class Record:
    """The reading side of one film; empty while there is no ledger."""

    def __init__(self, places: Places) -> None:
        self.places = places
        self.reader = Reader(places.ledger) if places.ledger.exists() else None

    def glance(self) -> Glance:
        """The film now. Raises RushesError in sentences."""
        return glance(self.places, self.reader)

    def takes(self, shot: str | None = None) -> list[dict[str, Any]]:
        """Takes of one shot, or of all, as plain data."""
        if self.reader is None:
            return []
        made = self.reader.takes_of(shot) if shot else self.reader.all_takes()
        return [self._take(self.reader, take) for take in made]

    def said(self, shot: str | None = None) -> list[dict[str, Any]]:
        """Notes on shots, and the words with verdicts and retakes, oldest first.

        Each has `at`, `shot`, `take` (None: of the shot), `kind`, `person` and `text`; a note also its `id`
        and `timecode`, and what `resolves` which note.
        """
        if self.reader is None:
            return []
        numbers = {take.id: take.n for take in self.reader.all_takes()}
        found = [_note(row, numbers.get(row.get("take_id", 0))) for row in records.notes(self.reader)]
        found += [
            _word(row, row["verdict"], numbers.get(row["take_id"]), row["note"])
            for row in records.verdicts(self.reader)
            if row["note"]
        ]
        for event in self.reader.events(limit=5000, kinds=("take.retake",)):
            who, _, why = event["text"].removeprefix("retake ordered by ").partition(": ")
            if why:
                found.append(_word({**event, "person": who}, "retake", None, why))
        return sorted((w for w in found if shot in (None, w["shot"])), key=lambda word: str(word["at"]))

    def _take(self, reader: Reader, take: TakeRow) -> dict[str, Any]:
        money = reader.money_of(take.id)
        clip = self.places.home / "takes" / take.shot / f"{take.shot}_t{take.n:03d}.mp4"
        return {
            "shot": take.shot,
            "take": take.n,
            "state": take.state,
            "seam": take.seam,
            "provider": take.provider,
            "model": take.model,
            "seed": take.seed,
            "settled_usd": usd(money["settle"][0]) if "settle" in money else None,
            "certainty": money["settle"][1] if "settle" in money else None,
            "would_have_cost_usd": self._would(take),
            "clip": str(clip) if take.sha else None,
            "sha": take.sha or None,
            "note": take.note,
        }

    def _would(self, take: TakeRow) -> str | None:
        """In a rehearsal, what the real model would have billed; a model without a price is unknown."""
        if not self.places.rehearsal:
            return None
        return usd(take.would_cost) if take.would_cost is not None else "unknown"

    def spend(self) -> dict[str, Any]:
        """Submissions with their sums, and the totals."""
        if self.reader is None:
            return {"submissions": [], "totals": dict.fromkeys(_TOTALS, "0.00")}
        sums = self.reader.sums()
        totals = (sums.reserved, sums.committed, sums.settled, sums.in_doubt)
        return {
            "submissions": records.spend_rows(self.reader),
            "totals": dict(zip(_TOTALS, (usd(micro) for micro in totals), strict=True)),
        }

    def failures(self) -> list[dict[str, Any]]:
        """Newest first."""
        return records.failures(self.reader) if self.reader else []

    def version(self) -> int:
        """Changes with each commit of another process; 0 while there is no ledger."""
        if self.reader is None and self.places.ledger.exists():
            self.reader = Reader(self.places.ledger)
        return self.reader.data_version() if self.reader else 0

    def events(self, after: int = 0, limit: int = 500) -> list[dict[str, Any]]:
        """Oldest first."""
        return list(reversed(self.reader.events(after=after, limit=limit))) if self.reader else []

    def close(self) -> None:
        if self.reader is not None:
            self.reader.close()


def _word(row: dict[str, Any], kind: str, take: int | None, text: str) -> dict[str, Any]:
    shared = {name: row[name] for name in ("at", "shot", "person")}
    return {**shared, "take": take, "kind": kind, "text": text}


def _note(row: dict[str, Any], take: int | None) -> dict[str, Any]:
    word = _word(row, "resolve" if row.get("resolves") else "note", take, row["text"])
    return {**word, "id": row["id"], "timecode": row["timecode"], "resolves": row.get("resolves")}


def stale_shots(places: Places) -> tuple[str, ...]:
    """Shots whose take no longer follows from the plan, in the film's order."""
    record = Record(places)
    try:
        return tuple(shot.id for shot in record.glance().shots if shot.stale)
    finally:
        record.close()


_TOTALS = ("reserved_usd", "committed_usd", "settled_usd", "in_doubt_usd")
