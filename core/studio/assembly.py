"""Builds every object of a film at work, once. Heavy: imported by whoever writes, never by readers."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.base import settings
from core.base.clock import SystemClock
from core.base.errors import BadInput, LedgerFault, nearest
from core.base.paths import state_folder
from core.engine.clips import MediaClips
from core.engine.keys import KeyRing
from core.engine.production import Production
from core.film.load import load_plan
from core.ledger.append import Ledger
from core.ledger.views import Reader
from core.providers.table import IMAGES, REVIEWS, video_classes
from core.studio.connections import connect
from core.studio.ours import is_ours
from core.studio.plans import PlanKeeper

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from core.base.settings import KeyLimits
    from core.film.plan import Plan
    from core.providers.base import VideoProvider
    from core.studio.places import Places


@dataclass
class Opened:
    """A film ready to be worked on."""

    production: Production
    plans: PlanKeeper

    def close(self) -> None:
        self.production.reader.close()
        self.production.ledger.close()


def open_film(places: Places) -> Opened:
    """Raises PlanFaults, LedgerFault, BadInput. Creates the ledger where there is none."""
    require_film(places)
    state_folder(places.state)
    _refuse_vanished(places)
    plans = PlanKeeper(places)
    clock = SystemClock()
    ledger = Ledger(places.ledger, clock)
    reader = Reader(places.ledger)
    production = Production(
        root=places.root,
        home=places.home,
        ledger=ledger,
        reader=reader,
        clock=clock,
        providers=connect(places, plans, clock),
        keys=KeyRing(settings.state_dir(), _limits(), clock),
        ours=lambda: is_ours(places, reader),
        clips=MediaClips(),
        current_plan=plans,
        rehearsal=places.rehearsal,
        free_bytes=lambda: shutil.disk_usage(places.state).free,
    )
    return Opened(production, plans)


def _limits() -> Mapping[str, KeyLimits]:
    """What the user's settings allow each key. Raises BadInput for a provider nobody knows: a limit
    under a mistyped name would be none."""
    limits, known = settings.load().keys, {*video_classes(), *IMAGES, *REVIEWS}
    for name in limits:
        if name not in known:
            raise BadInput(
                f"there is no provider '{name}'",
                where="settings.toml, [keys]",
                nearest=nearest(name, known),
                todo="mend the name: the limit below it holds for nobody",
            )
    return limits


def require_film(places: Places) -> None:
    """Raises BadInput where no film stands: nothing is made in a folder that was mistyped."""
    if not os.path.isfile(places.root / "film.json"):  # noqa: PTH113 - False where pathlib raises
        raise BadInput(
            "there is no film here (film.json is missing)",
            where=str(places.root),
            todo="`rushes init DIR` begins one, `rushes demo` makes the sample film",
        )


def _refuse_vanished(places: Places) -> None:
    """Takes or backups without a ledger: a new one would count from take 1 and write over clips."""
    if places.ledger.exists():
        return
    kept = any(places.backups.glob("ledger-*.db"))
    if kept or any((places.home / "takes").glob("*/*.mp4")):
        way = (
            "`rushes audit --repair` (last backup)"
            if kept
            else "`rushes audit --rebuild` (from the sidecars)"
        )
        raise LedgerFault(
            "the ledger is gone, and takes are here", where=str(places.ledger), todo=f"run {way}"
        )


def providers_of(places: Places, plan: Callable[[], Plan] | None = None) -> dict[str, VideoProvider]:
    """Every provider there is an adapter for, by the name film.json gives it."""
    return connect(places, plan or (lambda: load_plan(places.root)), SystemClock())
