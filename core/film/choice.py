"""Which model makes a shot."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.film.matrix import Shot
    from core.film.plan import Plan

# `owner/name:tag` is a model with a tag: only a plain name before the colon is a provider.
_WITH_PROVIDER = re.compile(r"^([a-z0-9][a-z0-9_-]{0,31}):(.+)$")


@dataclass(frozen=True, slots=True)
class ModelChoice:
    provider: str
    model: str
    resolution: str
    """Empty: the provider's own choice for the film's size."""
    audio: bool

    def __str__(self) -> str:
        return f"{self.provider}:{self.model}"


def split_model(text: str) -> tuple[str, str]:
    """`provider:model` to its parts; the provider is empty where only a model is named."""
    found = _WITH_PROVIDER.fullmatch(text)
    return (found[1], found[2]) if found else ("", text)


def choose_model(plan: Plan, shot: Shot) -> ModelChoice:
    """From the shot's own `model`, then its kind's defaults, then `animatic:animatic-1`."""
    kind = plan.profile.defaults_of(shot.kind)
    provider, model = split_model(shot.model) if shot.model else ("", "")
    return ModelChoice(provider or kind.provider, model or kind.model, kind.resolution, kind.audio)
