"""The plan as screens need it: from the cache while the files stand still, else from the files."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from core.base.errors import PlanFaults
from core.film.signature import signature
from core.ledger import plan_cache
from core.ledger.plan_cache import PlannedChain, PlannedShot, Snapshot
from core.studio.rows import FaultRow

if TYPE_CHECKING:
    from core.base.units import Money
    from core.film.plan import Plan
    from core.studio.places import Places


Planned = tuple["Snapshot | None", tuple[FaultRow, ...]]
RETRY_S = 5.0
"""Before files that had faults are parsed again unchanged: what they name may have come since."""


class PlanReader:
    """The plan of one film, read again only when a file of it is another."""

    def __init__(self, places: Places) -> None:
        self._places = places
        self._mark: str | None = None
        self._found: Planned = (None, ())
        self._read_at = 0.0

    def current(self) -> Planned:
        """As the function of this name; the same snapshot object while the plan stays what it is."""
        mark = signature(self._places.root)
        again = self._found[1] and time.monotonic() - self._read_at > RETRY_S
        if mark != self._mark or again:
            snapshot, faults = _read(self._places, mark)
            before = self._found[0]
            self._found = (before if before and _same(before, snapshot) else snapshot, faults)
            self._mark, self._read_at = mark, time.monotonic()
        return self._found


def _same(one: Snapshot, other: Snapshot | None) -> bool:
    return other is not None and (one.signature, one.shots) == (other.signature, other.shots)


def current(places: Places) -> Planned:
    """The plan's snapshot and, where the files have faults, the last good one with those faults."""
    return _read(places, signature(places.root))


def _read(places: Places, mark: str) -> Planned:
    found = plan_cache.read(places.plan_cache, mark)
    if found:
        return found, ()
    from core.film.load import load_plan  # noqa: PLC0415 - pydantic, 60 ms: only when a file changed

    try:
        plan = load_plan(places.root)
    except PlanFaults as faults:
        rows = tuple(FaultRow(f.file, f.line, f.what, f.nearest) for f in faults.faults)
        return plan_cache.read_any(places.plan_cache), rows
    made = of_plan(plan, mark)
    plan_cache.write(places.plan_cache, made)
    return made, ()


def of_plan(plan: Plan, mark: str) -> Snapshot:
    """What screens need of a plan."""
    chains = tuple(PlannedChain(chain.id, chain.title, chain.anchor) for chain in plan.chains)
    return Snapshot(mark, _film(plan), chains, _shots(plan))


def _film(plan: Plan) -> dict[str, object]:
    from core.film.choice import choose_model  # noqa: PLC0415 - with the plan, see above

    profile = plan.profile
    return {
        "title": profile.title,
        "start": str(profile.start) if profile.start else "",
        "due": str(profile.due) if profile.due else "",
        "budget": {
            "film": _micro(profile.budget.film_usd),
            "chain": _micro(profile.budget.chain_usd),
            "day": _micro(profile.budget.day_usd),
            "take": _micro(profile.budget.take_usd),
        },
        "review": {"policy": profile.review.policy, "n": profile.review.n},
        "boards": plan.board.outline,
        "rubric": profile.campaign.rubric,
        "failures": profile.failures.categories,
        "providers": sorted({choose_model(plan, shot).provider for shot in plan.shots() if not shot.omitted}),
    }


def _micro(money: Money | None) -> int | None:
    return money.micro if money is not None else None


def _shots(plan: Plan) -> tuple[PlannedShot, ...]:
    from core.base.paths import sha256_file  # noqa: PLC0415 - with the plan, see above
    from core.film.choice import choose_model  # noqa: PLC0415
    from core.film.continuity import seam_name, source_shot  # noqa: PLC0415
    from core.film.prompts import plan_hash  # noqa: PLC0415

    shas: dict[str, str] = {}

    def file_sha(relative: str) -> str:
        if relative not in shas:
            shas[relative] = sha256_file(plan.root / relative)
        return shas[relative]

    rows = []
    for position, shot in enumerate(plan.shots()):
        choice = choose_model(plan, shot)
        rows.append(
            PlannedShot(
                position=position,
                id=shot.id,
                chain=plan.chain_of(shot.id).id,
                kind=shot.kind,
                description=shot.description,
                seconds=shot.seconds,
                seam=seam_name(plan, shot.id),
                depends=source_shot(plan, shot.id) or "",
                omitted=shot.omitted,
                plan_hash="" if shot.omitted else plan_hash(plan, shot.id, file_sha),
                provider=choice.provider,
                model=choice.model,
                locked=shot.locked,
            )
        )
    return tuple(rows)
