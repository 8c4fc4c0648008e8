"""The catalogue counted: how often, and what was lost. Pure; rows are those of `records.failures`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from core.desk.failure_words import HELPED

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

BY = ("category", "origin", "model", "kind", "outcome")
NOT_SAID = "not said"


class Group(NamedTuple):
    """Failures that share a word, and what they cost. A take's own money is counted once a group."""

    name: str
    times: int
    costs: int
    """How many costs there are, known or not: failures of one take share its."""
    exact: int
    """Micro-dollars."""
    estimated: int
    """Micro-dollars, beside `exact`."""
    unknown: int
    """Costs nobody knows: with any, the sums are not the whole."""
    minutes: int
    minutes_unknown: int
    """Failures of which nobody said how long they took."""
    workaround: str
    """What helped best, the newest of equals; empty where nothing is known to have helped."""

    @property
    def known(self) -> int | None:
        """Micro-dollars that are known; None where no cost is."""
        return self.exact + self.estimated if self.unknown < self.costs else None


def group(name: str, rows: Sequence[Mapping[str, Any]]) -> Group:
    """`rows`: newest first."""
    costs = {("row", row["id"]) if _own(row) else ("take", row["take_id"]): row for row in rows}
    sums = {"exact": 0, "estimated": 0}
    unknown = 0
    for row in costs.values():
        if row["cost"] is None:
            unknown += 1
        else:
            sums[row["certainty"]] += row["cost"]
    told = [row["minutes"] for row in rows if row["minutes"] is not None]
    return Group(
        name,
        len(rows),
        len(costs),
        sums["exact"],
        sums["estimated"],
        unknown,
        sum(told),
        len(rows) - len(told),
        helped(rows),
    )


def _own(row: Mapping[str, Any]) -> bool:
    """A cost of this failure alone: a person gave it, or there is no take that was billed."""
    return row["micro"] is not None or row["take_id"] is None


def grouped(rows: Iterable[Mapping[str, Any]], by: str) -> list[Group]:
    """By one of `BY`, most frequent first."""
    held: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        held.setdefault(str(row[by] or NOT_SAID), []).append(row)
    made = [group(name, mine) for name, mine in held.items()]
    return sorted(made, key=lambda one: (-one.times, one.name))


def helped(rows: Sequence[Mapping[str, Any]]) -> str:
    """The workaround with the best outcome among rows that stand newest first; else one that was tried."""
    rank = {outcome: place for place, outcome in enumerate(HELPED)}
    told = [row for row in rows if row["workaround"] and row["outcome"] != "dropped"]
    best = min(told, key=lambda row: rank.get(row["outcome"], len(rank)), default=None)
    return str(best["workaround"]) if best else ""


def how_often(rows: Iterable[Mapping[str, Any]], workaround: str) -> tuple[int, int]:
    """How often a workaround brought the shot into the film, and how often it was tried and has ended."""
    wanted = _folded(workaround)
    if not wanted:
        return 0, 0
    ended = [row["outcome"] for row in rows if _folded(row["workaround"]) == wanted]
    ended = [outcome for outcome in ended if outcome != "open"]
    return sum(outcome in HELPED for outcome in ended), len(ended)


def _folded(words: str) -> str:
    return " ".join(words.casefold().split())
