"""Where panels stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui.widgets.region import Region


def inside(region: Region, area: Region) -> bool:
    across = area.x <= region.x and region.right <= area.right
    return across and area.y <= region.y and region.bottom <= area.bottom
