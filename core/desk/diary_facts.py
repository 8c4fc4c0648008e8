"""What the diary tells of each shot and of the whole film, from rows. Pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from core.base.units import Money
from core.engine.states import LIVE, LOST, UNSENT, TakeState

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from core.ledger.plan_cache import PlannedShot
    from core.ledger.views import TakeRow

S = TakeState
_NOT_MADE = UNSENT | {S.CANCELLED}
"""States in which nothing was asked of a provider: no iteration."""


@dataclass(frozen=True, slots=True)
class DiaryRow:
    """One shot's line, unescaped."""

    shot: str
    description: str
    model: str
    first_pass: str
    """How take 1 ended."""
    iterations: int
    final: str
    issue: str
    resolution: str


@dataclass(frozen=True, slots=True)
class Totals:
    """The film in numbers."""

    shots: int
    """Omitted ones not counted."""
    circled: int
    takes: int
    average: float | None
    """Takes a shot, over shots that have any; None before the first."""
    money: str
    failures: tuple[tuple[str, int], ...]
    """Category and count, the most frequent first."""


@dataclass(frozen=True, slots=True)
class Record:
    """All rows the diary is made of."""

    shots: Sequence[PlannedShot]
    takes: Mapping[str, Sequence[TakeRow]]
    """By shot, oldest first."""
    notes: Mapping[int, str]
    """Take id to the note of its last reject."""
    failures: Sequence[Mapping[str, Any]]
    """Oldest first."""
    spend: Sequence[Mapping[str, Any]]
    log: Sequence[Mapping[str, Any]] = ()
    """What was started, stopped and turned round, oldest first."""


def rows_of(record: Record) -> tuple[DiaryRow, ...]:
    """Every shot of the plan, in its order."""
    broke: dict[str, list[Mapping[str, Any]]] = {}
    for failure in record.failures:
        broke.setdefault(failure["shot"], []).append(failure)
    return tuple(
        _row(shot, record.takes.get(shot.id, ()), broke.get(shot.id, ()), record.notes)
        for shot in record.shots
    )


def totals_of(record: Record) -> Totals:
    live = [shot for shot in record.shots if not shot.omitted]
    made = {shot: len(made_of(takes)) for shot, takes in record.takes.items()}
    tried = [count for count in made.values() if count]
    circled = sum(1 for shot in live if _circled(record.takes.get(shot.id, ())))
    return Totals(
        shots=len(live),
        circled=circled,
        takes=sum(tried),
        average=sum(tried) / len(tried) if tried else None,
        money=money_said(row["money"] for row in record.spend),
        failures=tuple(Counter(str(failure["category"]) for failure in record.failures).most_common()),
    )


def made_of(takes: Sequence[TakeRow]) -> list[TakeRow]:
    """Takes that were really tried."""
    return [take for take in takes if take.state not in _NOT_MADE]


def money_said(booked: Iterable[Mapping[str, tuple[int, str]]]) -> str:
    """What was settled, with how well it is known. A sum of unknowns is not zero."""
    sums = {"exact": 0, "estimated": 0, "unknown": 0}
    unknown = 0
    for money in booked:
        micro, certainty = money.get("settle") or money.get("writeoff") or (0, "exact")
        sums[certainty] += micro
        unknown += certainty == "unknown"
    known = f"{Money(sums['exact'])} settled, exact"
    if sums["estimated"]:
        known = f"about {Money(sums['exact'] + sums['estimated'])} settled, estimated"
    if not unknown:
        return known
    held = f" (held at {Money(sums['unknown'])})" if sums["unknown"] else ""
    return f"{known}; {unknown} take{'s' if unknown > 1 else ''} of unknown cost{held}"


def _row(
    shot: PlannedShot,
    takes: Sequence[TakeRow],
    broke: Sequence[Mapping[str, Any]],
    notes: Mapping[int, str],
) -> DiaryRow:
    circled = _circled(takes)
    final = f"t{circled.n:02d}" if circled else "omitted" if shot.omitted else "open"
    issues, ways = _trouble(takes, broke, notes, circled)
    return DiaryRow(
        shot=shot.id,
        description=shot.description,
        model=_model(shot, takes, circled),
        first_pass=_first_pass(takes, notes),
        iterations=len(made_of(takes)),
        final=final,
        issue="; ".join(issues),
        resolution="; ".join(ways),
    )


def _circled(takes: Sequence[TakeRow]) -> TakeRow | None:
    return next((take for take in reversed(takes) if take.state == S.APPROVED), None)


def _model(shot: PlannedShot, takes: Sequence[TakeRow], circled: TakeRow | None) -> str:
    """What made the chosen take, and what the plan says now where that differs."""
    made = made_of(takes)
    used = (circled or made[-1]).model if circled or made else ""
    return shot.model if used in ("", shot.model) else f"{used} (planned: {shot.model})"


def _first_pass(takes: Sequence[TakeRow], notes: Mapping[int, str]) -> str:
    if not takes:
        return ""
    first = takes[0]
    if first.state not in S.__members__.values():
        return first.state
    state = S(first.state)
    said = notes.get(first.id, first.note)
    tail = f": {said}" if said else ""
    if state is S.APPROVED:
        return "circled"
    if state is S.REJECTED:
        return f"rejected{tail}"
    if state in LOST:
        return f"failed{tail}"
    if state is S.CANCELLED:
        return "cancelled"
    if state is S.IN_DOUBT:
        return "in doubt"
    if state in LIVE:
        return "under way" if state not in _NOT_MADE else "ordered"
    return "superseded" if any(take.n > first.n for take in made_of(takes)) else "to be looked at"


def _trouble(
    takes: Sequence[TakeRow],
    broke: Sequence[Mapping[str, Any]],
    notes: Mapping[int, str],
    circled: TakeRow | None,
) -> tuple[list[str], list[str]]:
    """Failures a person wrote down, then what takes were rejected or lost for; and what helped."""
    issues, ways = [], []
    for failure in broke:
        cause = f" ({failure['cause']})" if failure["cause"] else ""
        issues.append(f"{failure['category']}: {failure['broke']}{cause}")
        way = [failure["workaround"], "" if failure["outcome"] == "open" else failure["outcome"]]
        ways.append(", ".join(word for word in way if word))
    catalogued = {failure["take_id"] for failure in broke}
    for take in takes:
        bad = take.state in LOST or take.state == S.REJECTED
        why = notes.get(take.id, take.note)
        if bad and why and take.id not in catalogued:
            issues.append(f"t{take.n:02d} {why}")
    told = list(dict.fromkeys(way for way in ways if way))
    if issues and not told and circled:
        told.append(f"t{circled.n:02d} circled instead" if circled.n > 1 else f"t{circled.n:02d} circled")
    return issues, told
