"""The film at one moment, from the plan's snapshot and the ledger. Nothing heavy is imported."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.studio.following import Following

if TYPE_CHECKING:
    from core.ledger.views import Reader
    from core.studio.places import Places
    from core.studio.rows import Glance


def glance(places: Places, reader: Reader | None) -> Glance:
    """Reads the film once. `reader` is None while there is no ledger yet. Raises BadInput, LedgerFault."""
    return Following(places).read(reader)
