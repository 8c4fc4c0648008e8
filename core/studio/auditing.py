"""`audit`: holds ledger, files and sums against each other; mends; or begins the ledger anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.base.clock import SystemClock
from core.base.errors import LedgerFault
from core.desk import audit as desk
from core.desk.audit_rebuild import rebuild as rebuild_ledger
from core.desk.audit_repair import repair as repair_film
from core.desk.audit_repair import restore_ledger
from core.film.load import load_plan
from core.studio.assembly import open_film
from core.studio.look import Sight

if TYPE_CHECKING:
    from core.desk.audit_kinds import Finding
    from core.studio.places import Places


def audit(places: Places) -> tuple[Sight, ...]:
    """All findings, the gravest first. A ledger that cannot be opened is a finding, not an end."""
    try:
        film = open_film(places)
    except LedgerFault as fault:
        found = _sights(desk.audit(None, places))
        return found or (Sight("error", "ledger", fault.what, fault.todo, "ledger"),)
    try:
        return _sights(desk.audit(film.production, places))
    finally:
        film.close()


def repair(places: Places) -> tuple[Sight, ...]:
    """What was mended, and what could not be."""
    done: tuple[Sight, ...] = ()
    try:
        film = open_film(places)
    except LedgerFault:
        done = _sights(restore_ledger(places, SystemClock()))
        film = open_film(places)
    try:
        return done + _sights(repair_film(film.production, places))
    finally:
        film.close()


def rebuild(places: Places, *, force: bool = False) -> tuple[Sight, ...]:
    """A new ledger from sidecars and outcomes; the old file is kept aside."""
    made = rebuild_ledger(places, SystemClock(), load_plan(places.root), force=force)
    kept = f"; the old ledger is kept as {made.aside.name}" if made.aside else ""
    said = f"{made.takes} takes brought back{kept}"
    todo = "every chain is paused: look at them, then `rushes resume`"
    return (Sight("ok", "ledger", said, todo, "ledger.rebuilt"), *_sights(made.findings))


def _sights(found: tuple[Finding, ...]) -> tuple[Sight, ...]:
    return tuple(
        Sight(str(f.severity), f"{f.shot} take {f.take}" if f.shot else f.code, f.text, f.todo, f.code)
        for f in found
    )
