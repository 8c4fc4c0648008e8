"""Who can be asked, by the name film.json gives them: an explicit table, a class a provider.

A third party's adapter is an entry point of its own distribution, in the groups `rushes.video`,
`rushes.images` and `rushes.reviews`; ours cannot be replaced by one.
"""

from __future__ import annotations

from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Any

from core.base.errors import BadInput
from core.providers.ark import Ark
from core.providers.fal import Fal
from core.providers.openrouter import OpenRouter
from core.providers.replicate import Replicate

if TYPE_CHECKING:
    from collections.abc import Mapping

    from core.providers.base import VideoProvider

VIDEO: Mapping[str, type[VideoProvider]] = {
    "ark": Ark,
    "fal": Fal,
    "openrouter": OpenRouter,
    "replicate": Replicate,
}


def video_classes() -> dict[str, Any]:
    """Ours and the installed ones; built with a `wire.site.Site`. Raises BadInput for one that cannot
    be imported."""
    return {**_others("rushes.video"), **VIDEO}


def _others(group: str) -> dict[str, Any]:
    found = {}
    for entry in entry_points(group=group):
        try:
            found[entry.name] = entry.load()
        except Exception as error:
            raise BadInput(
                f"the adapter '{entry.name}' cannot be loaded: {type(error).__name__}",
                where=entry.value,
                todo="update or remove the package it came with",
            ) from error
    return found
