"""Which takes no longer follow from what stands before them. Pure; nothing is spent on it.

A take is stale when the plan it was made from has changed, when the take it began from is not the
one its shot would hand over today, or when that one is stale itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.engine.states import ELSEWHERE

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping
    from typing import TypeVar

    from core.ledger.plan_cache import PlannedShot
    from core.ledger.shapes import BoardTake
    from core.ledger.views import TakeRow

    AnyTake = TypeVar("AnyTake", TakeRow, BoardTake)


def chosen(takes: Iterable[AnyTake]) -> AnyTake | None:
    """The circled take, else the newest before a person, of one shot's takes (oldest first)."""
    best: AnyTake | None = None
    for take in takes:
        if take.state == "approved" or (
            take.state == "review" and (best is None or best.state != "approved")
        ):
            best = take
    return best


def stale_shots(shots: Iterable[PlannedShot], chosen_of: Mapping[str, AnyTake]) -> set[str]:
    """Ids of shots whose chosen take is stale, in any order: an anchor may stand in a later chain."""
    held = [(shot, chosen_of[shot.id]) for shot in shots if shot.id in chosen_of and not shot.omitted]
    stale: set[str] = set()
    known = -1
    while len(stale) > known:
        known = len(stale)
        stale.update(shot.id for shot, take in held if is_stale(shot, take, chosen_of, stale))
    return stale


def is_stale(
    shot: PlannedShot, take: AnyTake, chosen_of: Mapping[str, AnyTake], stale: Container[str]
) -> bool:
    """Whether a shot's chosen take is, where `stale` tells it of the shot this one begins from."""
    if take.plan_hash and shot.plan_hash and take.plan_hash != shot.plan_hash:
        return True
    if not shot.depends or (take.provider == ELSEWHERE and take.source_take is None):
        return False  # what a person brought began from no frame of ours
    source = chosen_of.get(shot.depends)
    return source is None or source.id != take.source_take or shot.depends in stale
