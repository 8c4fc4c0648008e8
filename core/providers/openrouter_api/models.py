"""Its video models: what each takes, out of the cached catalogue, or else out of the table below."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from core.base.errors import BadInput, nearest
from core.base.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

AS_OF = "2026-10-09"
"""The day of the stored catalogue the table was read from."""
REFERENCES: Mapping[str, int] = {"bytedance/seedance-2.": 9}
"""Reference pictures by the beginning of a model's id. The catalogue does not tell; nine is what the model's
maker takes (BytePlus, ModelArk: Seedance 2.0). Unverified here; all others count as taking none."""
_NEAR = Fraction(1, 50)
"""Of an aspect ratio: 848x480 and 1112x834 are meant as 16:9 and 4:3."""
_SIDES = {480: "480p", 720: "720p", 768: "768p", 1080: "1080p", 1440: "2K", 2160: "4K"}


@dataclass(frozen=True, slots=True)
class Model:
    """What a model takes. Empty tuples: it does not say."""

    id: str
    lengths: tuple[int, ...] = ()
    """Whole seconds."""
    resolutions: tuple[str, ...] = ()
    aspects: tuple[str, ...] = ()
    frames: tuple[str, ...] = ()
    """first_frame, last_frame."""
    audio: bool = False
    """Whether sound can be asked for, and left out."""
    seed: bool = False
    skus: Mapping[str, str] = field(default_factory=dict)
    as_of: str = AS_OF

    @property
    def references(self) -> int:
        return next((many for head, many in REFERENCES.items() if self.id.startswith(head)), 0)

    def length(self, frames: int, fps: Fraction) -> int:
        """The whole seconds to ask for. Raises BadInput with the nearest length it makes.

        A 23.976 film counts 120 frames to 5 seconds: half a frame either way is the same length.
        """
        seconds = frames / fps
        whole = max(1, round(seconds))
        if abs(seconds - whole) * fps > Fraction(1, 2) or (self.lengths and whole not in self.lengths):
            close = min(self.lengths or (whole,), key=lambda length: abs(length - seconds))
            made = ", ".join(map(str, self.lengths)) or "whole seconds"
            raise BadInput(
                f"{float(seconds):g} s, and {self.id} makes {made} s",
                nearest=f"{close} s",
                todo="change the shot's seconds, or its model",
            )
        return whole

    def resolution(self, asked: str, width: int, height: int) -> str:
        """In the model's own spelling; empty where it takes none. Raises BadInput with those it has."""
        if not self.resolutions:
            return ""
        wanted = asked or _SIDES.get(min(width, height), f"{min(width, height)}p")
        spelled = {name.casefold(): name for name in self.resolutions}
        if wanted.casefold() not in spelled:
            raise BadInput(
                f"{self.id} has no {one_line(wanted, 20)}: it has {', '.join(self.resolutions)}",
                nearest=nearest(wanted, self.resolutions),
                todo="change the resolution in film.json, or the model",
            )
        return spelled[wanted.casefold()]

    def aspect(self, width: int, height: int) -> str:
        """As `16:9`; empty where it takes none. Raises BadInput with the nearest it has."""
        if not self.aspects:
            return ""
        shape = Fraction(width, height)
        close = min(self.aspects, key=lambda name: abs(_ratio(name) / shape - 1))
        if abs(_ratio(close) / shape - 1) > _NEAR:
            raise BadInput(
                f"{self.id} makes no {width}x{height}: its shapes are {', '.join(self.aspects)}",
                nearest=close,
                todo="change the film's width and height, or the model",
            )
        return close


def _ratio(name: str) -> Fraction:
    wide, _, high = name.partition(":")
    return Fraction(int(wide), int(high))


def read_models(data: Any, as_of: str) -> dict[str, Model]:
    """A catalogue by model id; entries that make no sense are left out."""
    entries = data if isinstance(data, list) else []
    found = [_model(entry, as_of) for entry in entries if isinstance(entry, dict)]
    return {model.id: model for model in found if model}


def trimmed(data: Any) -> list[dict[str, Any]]:
    """The fields of a catalogue that are read here: what is kept on disk."""
    entries = data if isinstance(data, list) else []
    return [{name: entry.get(name) for name in _FIELDS} for entry in entries if isinstance(entry, dict)]


_FIELDS = (
    "id",
    "supported_durations",
    "supported_resolutions",
    "supported_aspect_ratios",
    "supported_frame_images",
    "generate_audio",
    "seed",
    "pricing_skus",
)


def _model(entry: Mapping[str, Any], as_of: str) -> Model | None:
    name = entry.get("id")
    if not isinstance(name, str) or not 0 < len(name) <= 200 or not name.isprintable():
        return None
    aspects = _texts(entry.get("supported_aspect_ratios"))
    skus = entry.get("pricing_skus")
    return Model(
        name,
        tuple(sorted(n for n in _list(entry.get("supported_durations")) if _is_length(n))),
        _texts(entry.get("supported_resolutions")),
        tuple(one for one in aspects if _is_aspect(one)),
        tuple(
            one for one in _texts(entry.get("supported_frame_images")) if one in ("first_frame", "last_frame")
        ),
        entry.get("generate_audio") is True,
        entry.get("seed") is True,
        {str(key): str(price) for key, price in skus.items()} if isinstance(skus, dict) else {},
        as_of,
    )


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(item for item in _list(value) if isinstance(item, str) and 0 < len(item) <= 20)


def _is_length(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value <= 3600


def _is_aspect(text: str) -> bool:
    sides = text.split(":")
    return len(sides) == 2 and all(side.isascii() and side.isdigit() and int(side) > 0 for side in sides)


def find_model(models: Mapping[str, Model], name: str) -> Model:
    """Raises BadInput with the nearest."""
    if name in models:
        return models[name]
    raise BadInput(
        f"OpenRouter's catalogue has no video model '{one_line(name, 60)}'",
        nearest=nearest(name, models),
        todo="choose one it has, or read its catalogue afresh",
    )


def _shipped(rows: Iterable[tuple[Any, ...]]) -> dict[str, Model]:
    found = [Model(name, tuple(lengths), *rest) for name, lengths, *rest in rows]
    return {model.id: model for model in found}


_BOTH = ("first_frame", "last_frame")
_WIDE = ("16:9", "9:16")
_KLING = ("16:9", "9:16", "1:1")
_SEEDANCE = ("1:1", "3:4", "9:16", "4:3", "16:9", "21:9", "9:21")
_HAILUO = ("21:9", "16:9", "4:3", "1:1", "3:4", "9:16")
_WAN = ("16:9", "9:16", "1:1", "4:3", "3:4")
SHIPPED = _shipped(
    (
        # id, lengths, resolutions, aspects, frames, audio, seed
        (
            "bytedance/seedance-2.0",
            range(4, 16),
            ("480p", "720p", "1080p", "4K"),
            _SEEDANCE,
            _BOTH,
            True,
            True,
        ),
        ("bytedance/seedance-2.0-fast", range(4, 16), ("480p", "720p"), _SEEDANCE, _BOTH, True, True),
        ("bytedance/seedance-2.0-mini", range(4, 16), ("480p", "720p"), _SEEDANCE, _BOTH, True, True),
        ("bytedance/seedance-2.5", range(4, 31), ("480p", "720p"), _SEEDANCE[:-1], _BOTH, True, True),
        ("bytedance/seedance-1-5-pro", range(4, 13), ("480p", "720p", "1080p"), _SEEDANCE, _BOTH, True, True),
        ("google/veo-3.1", (4, 6, 8), ("720p", "1080p", "4K"), _WIDE, _BOTH, True, True),
        ("google/veo-3.1-fast", (4, 6, 8), ("720p", "1080p", "4K"), _WIDE, _BOTH, True, True),
        ("google/veo-3.1-lite", (4, 6, 8), ("720p", "1080p"), _WIDE, _BOTH, True, True),
        ("kwaivgi/kling-v3.0-pro", range(3, 16), ("720p",), _KLING, _BOTH, True, False),
        ("kwaivgi/kling-v3.0-std", range(3, 16), ("720p",), _KLING, _BOTH, True, False),
        ("kwaivgi/kling-video-o1", (5, 10), ("720p",), _KLING, _BOTH, True, False),
        ("alibaba/wan-2.7", range(2, 11), ("720p", "1080p"), _WAN, _BOTH, True, True),
        ("minimax/hailuo-3", range(5, 16), ("2K",), _HAILUO, _BOTH, True, False),
        ("runway/gen-4.5", range(2, 11), ("720p",), _WIDE, _BOTH[:1], False, True),
    )
)
"""Without prices: those are rows of the rate card."""
