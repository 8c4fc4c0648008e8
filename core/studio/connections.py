"""Adapters with everything they are given: keys and addresses from the environment, prices, caches.

Keys and addresses never come from the film folder: a film must not be able to send a key elsewhere.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from core.base import settings
from core.base.errors import BadInput
from core.providers.animatic.provider import Animatic
from core.providers.table import video_classes
from core.providers.wire.catalogue import Catalogue
from core.providers.wire.secret import Secret
from core.providers.wire.site import Site
from core.studio.rates import CardKeeper
from core.studio.spawn import start_renderer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from core.base.clock import Clock
    from core.base.rates import Rate
    from core.film.plan import Plan
    from core.providers.base import VideoProvider
    from core.studio.places import Places


def connect(places: Places, plan: Callable[[], Plan], clock: Clock) -> dict[str, VideoProvider]:
    """Every provider there is an adapter for, by the name film.json gives it; none is asked anything.

    Raises BadInput for a key or an address in the environment that cannot be one.
    """
    animatic = Animatic(places.jobs, lambda job: start_renderer(job, places.log))
    made: dict[str, VideoProvider] = {animatic.name: animatic}
    card = CardKeeper(plan, clock, lambda: _live(made))
    catalogue = Catalogue(settings.cache_dir() / "catalogue", clock)
    addresses = _addresses()
    for name, adapter in video_classes().items():
        if name in made:
            continue  # nobody stands in for the renderer of this machine
        site = Site(
            secret=_secret(adapter.key_name, addresses.get(adapter.base_name, "")),
            base_urls=addresses,
            card=card,
            folder=places.state,
            catalogue=catalogue,
            clock=clock,
            encode_picture=_encoded,
        )
        made[name] = adapter(site)
    return made


def _encoded(path: Path, most: int) -> tuple[bytes, str]:
    """As `encoded_within`; Pillow and numpy are loaded where a picture is sent, not where a verdict is."""
    from core.media.images import encoded_within  # noqa: PLC0415 - 15 MB, see above

    return encoded_within(path, most)


def _live(made: Mapping[str, VideoProvider]) -> Iterable[Rate]:
    """What the providers' own price lists said when they were last read; nothing is fetched."""
    return [rate for provider in made.values() for rate in provider.live_rates()]


def _secret(name: str, address: str) -> Secret | None:
    value = os.environ.get(name, "").strip()
    if not value:
        return None
    try:
        return Secret(value, address)
    except BadInput as fault:
        raise BadInput(fault.what, where=name, todo=fault.todo) from fault


def _addresses() -> dict[str, str]:
    """Base URLs a person set, like OPENROUTER_BASE_URL."""
    return {name: value for name, value in os.environ.items() if name.endswith("_BASE_URL") and value}
