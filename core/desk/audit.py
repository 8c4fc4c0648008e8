"""Is everything there, and does it fit together? `audit` looks, `repair` and `rebuild` act.

An audit reads every clip once (150 ms for 130 MB) and changes nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.desk import audit_checks as checks
from core.desk.audit_kinds import FilmPlaces as FilmPlaces
from core.desk.audit_kinds import Finding as Finding
from core.desk.audit_kinds import Severity as Severity
from core.desk.audit_rebuild import Rebuilt as Rebuilt
from core.desk.audit_rebuild import rebuild as rebuild
from core.desk.audit_repair import repair as repair
from core.desk.audit_repair import restore_ledger as restore_ledger

if TYPE_CHECKING:
    from core.engine.production import Production


def audit(production: Production | None, places: FilmPlaces) -> tuple[Finding, ...]:
    """All findings, the gravest first. Without a production (no ledger can be opened), the files' alone."""
    found = checks.file_faults(places)
    if not found and production is not None:
        found += checks.money_faults(production)
        found += checks.state_faults(production)
        found += checks.job_faults(production, places)
        found += checks.take_faults(production)
        found += checks.orphan_faults(production, places)
    found += checks.backup_faults(places)
    found += checks.worker_faults(places)
    grave = list(Severity)
    return tuple(sorted(found, key=lambda finding: grave.index(finding.severity)))
