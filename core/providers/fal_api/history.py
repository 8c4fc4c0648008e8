"""fal's list of requests that have ended, read to its last page or not at all.

Paging (`next_cursor`, `has_more`; up to 50 endpoints a call) is that of fal's OpenAPI document.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from core.base.errors import ProviderFault
from core.providers.fal_api.models import tagged_endpoints
from core.providers.fal_api.words import explain

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from core.providers.wire.client import Wire

LIMIT = 10
"""Requests a page: each echoes its stills."""
MAX_PAGE = 128 << 20
PAGES = 100
DAYS = 90
"""How far back it reaches."""


def ended_since(platform: Wire, since: datetime, now: datetime) -> list[Mapping[str, Any]]:
    """Every ended request of an endpoint that takes a seed. Raises ProviderFault short of the end."""
    query = {
        "endpoint_id": ",".join(tagged_endpoints()),
        "start": max(since, now - timedelta(days=DAYS)).isoformat(),
        "expand": "payloads",
        "limit": str(LIMIT),
    }
    items: list[Mapping[str, Any]] = []
    seen = set[str]()
    for _ in range(PAGES):
        page = platform.get(
            "/models/requests/by-endpoint", params=query, explain=explain, max_reply=MAX_PAGE
        ).json_object
        rows, after = page.get("items"), page.get("next_cursor")
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            break
        items += rows
        if after is None and not page.get("has_more"):
            return items
        if not isinstance(after, str) or after in seen:
            break
        seen.add(after)
        query["cursor"] = after
    raise ProviderFault("fal's list of requests cannot be read to its end", todo="try again")
