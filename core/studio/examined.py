"""What only the parsed plan can tell of a film's gaps: findings, models without a price, documents' dates.

Heavy, so its answer is kept in the cache while the files stand still; `uncertain` reads it there.
"""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from core.base.errors import BadInput, RushesError
from core.base.paths import write_atomic
from core.desk.suggestions import vocabularies_of
from core.engine import gates
from core.engine.requests import draft, expecting
from core.film import board, script
from core.film.choice import choose_model
from core.film.continuity import seam_name
from core.film.readiness import findings, placed
from core.studio.estimate import looking

if TYPE_CHECKING:
    from pathlib import Path

    from core.engine.production import Production
    from core.film.finding import Finding
    from core.film.matrix import Shot
    from core.providers.base import Capabilities
    from core.studio.places import Places


_ANY_SEED = 1
"""A price does not depend on it, and nothing is sent."""


def examine(places: Places, keep_in: Path, mark: str) -> dict[str, Any]:
    """Looks at the whole plan; the answer is kept under `mark`. Raises PlanFaults, LedgerFault, BadInput."""
    with looking(places) as p:
        found = {
            "mark": mark,
            "findings": [_plain(finding) for finding in _findings(p)],
            "unpriced": _unpriced(p),
            "documents": _documents(p),
        }
    with suppress(RushesError, OSError):  # a cache that cannot be kept is no reason to stop
        write_atomic(keep_in, json.dumps(found).encode())
    return found


def _findings(p: Production) -> tuple[Finding, ...]:
    def ask(provider: str, model: str) -> Capabilities | None:
        known = p.providers.get("animatic" if p.rehearsal else provider)
        try:
            return known.capabilities(model) if known else None
        except BadInput:
            return None

    return placed(p.plan, findings(p.plan, ask, vocabularies_of(p.reader)))


def _plain(found: Finding) -> dict[str, Any]:
    names = ("code", "severity", "file", "line", "shot", "text", "todo")
    return {name: getattr(found, name) for name in names}


def _unpriced(p: Production) -> list[dict[str, Any]]:
    """Models of the plan that nobody can price, with their shots; asked once for each way of using one."""
    if p.rehearsal:
        return []
    whys: dict[tuple[object, ...], str] = {}
    cases: dict[tuple[str, str, str], list[str]] = {}
    for shot in (shot for chain in p.plan.chains for shot in chain.live):
        choice = choose_model(p.plan, shot)
        seam = seam_name(p.plan, shot.id)
        use = (choice.provider, choice.model, choice.resolution, choice.audio, seam)
        if use not in whys:
            whys[use] = _why_unpriced(p, shot)
        if whys[use]:
            cases.setdefault((choice.provider, choice.model, whys[use]), []).append(shot.id)
    return [
        {"provider": provider, "model": model, "why": why, "shots": shots}
        for (provider, model, why), shots in cases.items()
    ]


def _why_unpriced(p: Production, shot: Shot) -> str:
    """Empty: a price is known, or a picture is missing, which `check` says."""
    choice = choose_model(p.plan, shot)
    provider = p.providers.get(choice.provider)
    if provider is None:
        return f"there is no adapter for the provider '{choice.provider}'"
    try:
        request = expecting(draft(p, shot, 1, _ANY_SEED), seam_name(p.plan, shot.id))
    except BadInput:
        return ""
    quoted = provider.quote(request)
    if quoted is None:
        return "no price is known"
    return gates.price_fault(quoted, str(choice))


def _documents(p: Production) -> list[list[str]]:
    """Name and date of the script and of the current board, where their writers gave one."""
    found = [[script.FILE, str(p.plan.script.head.revised or "")]]
    current = p.plan.board_version
    if current is not None:
        found.append([f"{board.FILE}, version {current.id}", str(current.date or "")])
    return [document for document in found if document[1]]
