"""What a page is read from."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from core.ledger.plan_cache import Snapshot
    from core.ledger.views import Reader
    from core.studio.places import Places
    from core.studio.rows import Glance


class Sight(NamedTuple):
    """The film as a reader sees it at one moment."""

    places: Places
    snapshot: Snapshot | None
    """The plan's last good reading, or None for a film whose files were never whole."""
    reader: Reader | None
    """None while there is no ledger yet."""
    glance: Glance
    """The board's latest reading."""
