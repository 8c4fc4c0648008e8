"""The failure catalogue as commands read it: rows, counts and costs, prompts. Nothing heavy is imported."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from core.desk import failure_words, losses
from core.desk.failure_words import CATEGORIES as CATEGORIES
from core.desk.failure_words import ORIGINS as ORIGINS
from core.desk.failure_words import OUTCOMES as OUTCOMES
from core.desk.losses import BY as BY
from core.engine.states import LOST, TakeState
from core.ledger import records
from core.ledger.causes import REFUSED
from core.ledger.views import Reader
from core.studio.snapshot import current
from core.studio.status import usd

if TYPE_CHECKING:
    from core.desk.losses import Group
    from core.ledger.views import TakeRow
    from core.studio.places import Places

_ALL = 1_000_000
_FAILED = LOST | {TakeState.REJECTED}


class Catalogue:
    """One film's failures, empty while there is no ledger. Raises RushesError in sentences."""

    def __init__(self, places: Places) -> None:
        self.places = places
        self.reader = Reader(places.ledger) if places.ledger.exists() else None

    def rows(self, shot: str | None = None) -> list[dict[str, Any]]:
        """Newest first: the ledger's columns, `take`, `kind`, `provider`, `model`, `cost_usd` with
        `certainty` and `cost_from`, and `amended`: who said it before, and when."""
        if self.reader is None:
            return []
        snapshot, _ = current(self.places)
        planned = {row.id: row for row in (snapshot.shots if snapshot else ())}
        said = {row["id"]: row for row in self.reader.table("failure")}
        rows = []
        for row in records.failures(self.reader):
            if shot in (None, row["shot"]):
                plan = planned.get(row["shot"])
                about = {
                    "take": row["n"],
                    "kind": plan.kind if plan else "",
                    "provider": row["provider"] or (plan.provider if plan else ""),
                    "model": row["model"] or (plan.model if plan else ""),
                    "cost_usd": usd(row["cost"]),
                    "amended": _before(row, said),
                }
                rows.append({**row, **about})
        return rows

    def prompts(self, shot: str | None = None) -> list[dict[str, Any]]:
        """Every take that failed, in the order they were ordered: what it was asked for, where its clip lies
        and what was said of it. Nothing is deleted."""
        if self.reader is None:
            return []
        failures = records.failures(self.reader)
        refused = self._refused(self.reader)
        named = {row["take_id"] for row in failures} | set(refused)
        return [
            self._prompt(self.reader, take, failures, refused.get(take.id, []))
            for take in self.reader.all_takes()
            if shot in (None, take.shot) and (take.id in named or take.state in _FAILED)
        ]

    @staticmethod
    def _refused(reader: Reader) -> dict[int, list[dict[str, Any]]]:
        """Take to what was refused of it, oldest first: it may have been sent again with other words."""
        found: dict[int, list[dict[str, Any]]] = {}
        for event in reversed(reader.events(limit=_ALL, kinds=(REFUSED,))):
            words = {"at": event["at"], "said": event["text"], "prompt": event["data"].get("prompt", "")}
            found.setdefault(event["take_id"], []).append(words)
        return found

    def _prompt(
        self,
        reader: Reader,
        take: TakeRow,
        failures: list[dict[str, Any]],
        refused: list[dict[str, Any]],
    ) -> dict[str, Any]:
        clip = self.places.home / "takes" / take.shot / f"{take.shot}_t{take.n:03d}.mp4"
        mine = [row for row in reversed(failures) if row["take_id"] == take.id]
        verdicts = reader.table("verdict", "WHERE take_id=? ORDER BY id", take.id)
        notes = reader.table("note", "WHERE take_id=? ORDER BY id", take.id)
        said = [_word(row, row["verdict"], row["note"]) for row in verdicts if row["note"]]
        said += [_word(row, "note", row["text"]) for row in notes]
        said += [_word(row, row["category"], row["broke"]) for row in mine]
        return {
            "shot": take.shot,
            "take": take.n,
            "state": take.state,
            "provider": take.provider,
            "model": take.model,
            "prompt": reader.prompt_of(take.id),
            "refused": refused,
            "clip": str(clip) if clip.is_file() else None,
            "note": take.note,
            "said": sorted(said, key=lambda word: str(word["at"])),
            "failures": [row["id"] for row in mine],
        }

    def close(self) -> None:
        if self.reader is not None:
            self.reader.close()


def _before(row: dict[str, Any], said: dict[int, dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows that this one superseded, oldest first."""
    found = []
    while (earlier := row["supersedes"]) is not None:
        row = said[earlier]
        found.append({name: row[name] for name in ("id", "at", "person", "category", "broke", "outcome")})
    return found[::-1]


def _word(row: dict[str, Any], kind: str, text: str) -> dict[str, Any]:
    return {"at": row["at"], "person": row["person"], "kind": kind, "text": text}


def groups(rows: list[dict[str, Any]], by: str) -> list[dict[str, Any]]:
    """Counts and costs by category, origin, model, kind or outcome, most frequent first. Sums are decimal
    dollars of what is known, None where nothing is; `unknown` says how many costs are not in them."""
    return [document(one, by) for one in losses.grouped(rows, by)]


def total(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Of all rows together: a take's money is counted once."""
    return document(losses.group("all", rows), "name")


def document(one: Group, by: str) -> dict[str, Any]:
    return {
        by: one.name,
        "count": one.times,
        "cost_usd": usd(one.known),
        "exact_usd": usd(one.exact) if one.known is not None else None,
        "estimated_usd": usd(one.estimated) if one.known is not None else None,
        "unknown": one.unknown,
        "minutes": one.minutes if one.minutes_unknown < one.times else None,
        "minutes_unknown": one.minutes_unknown,
        "workaround": one.workaround,
    }


def meant(word: str) -> str:
    """One of BY, which may be shortened. Raises BadInput with the nearest."""
    return failure_words.known(word, BY, "word to count by")
