"""A film's shape by the names models give to shapes."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from core.base.errors import BadInput
from core.providers.values import VideoRequest


def aspect_of(request: VideoRequest, aspects: Sequence[str]) -> str:
    """The named shape nearest to the film's, within a twentieth: 854x480 is called 16:9. Raises BadInput."""
    shape = Fraction(request.width, request.height)
    best = min(aspects, key=lambda name: abs(_ratio(name) - shape))
    if abs(_ratio(best) - shape) > shape / 20:
        raise BadInput(
            f"{request.model} has no shape near {request.width}x{request.height}",
            where="film.json",
            todo=f"one of {', '.join(aspects)}",
        )
    return best


def _ratio(name: str) -> Fraction:
    wide, high = name.split(":")
    return Fraction(int(wide), int(high))
