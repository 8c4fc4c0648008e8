"""Who can be asked, by the name film.json gives them: an explicit table, a class a provider.

A third party's adapter is an entry point of its own distribution, in the group `rushes.video`; ours
cannot be replaced by one, and one that cannot be loaded is as if it were not installed.
"""

from __future__ import annotations

import logging
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Any

from core.providers.ark import Ark
from core.providers.fal import Fal
from core.providers.gemini_images import GeminiImages
from core.providers.gemini_review import GeminiReview
from core.providers.openrouter import OpenRouter
from core.providers.openrouter_images import OpenRouterImages
from core.providers.openrouter_review import OpenRouterReview
from core.providers.replicate import Replicate

if TYPE_CHECKING:
    from collections.abc import Mapping

    from core.providers.base import ImageProvider, ReviewProvider, VideoProvider

log = logging.getLogger("rushes.providers")
VIDEO: Mapping[str, type[VideoProvider]] = {
    "ark": Ark,
    "fal": Fal,
    "openrouter": OpenRouter,
    "replicate": Replicate,
}
IMAGES: Mapping[str, type[ImageProvider]] = {"gemini": GeminiImages, "openrouter": OpenRouterImages}
REVIEWS: Mapping[str, type[ReviewProvider]] = {"gemini": GeminiReview, "openrouter": OpenRouterReview}
KEY_NAMES = (Ark.key_name, Fal.key_name, GeminiImages.key_name, OpenRouter.key_name, Replicate.key_name)
"""What the environment calls the keys of our adapters."""


def video_classes() -> dict[str, Any]:
    """Ours and the installed ones; built with a `wire.site.Site`."""
    return {**_others("rushes.video"), **VIDEO}


def _others(group: str) -> dict[str, Any]:
    found = {}
    for entry in entry_points(group=group):
        try:
            found[entry.name] = entry.load()
        except Exception:
            log.exception("the adapter '%s' (%s) cannot be loaded", entry.name, entry.value)
    return found
