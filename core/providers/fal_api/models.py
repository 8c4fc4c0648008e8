"""fal's models as a table: families as a film names them, and the endpoint of each way to begin.

A film says `fal:bytedance/seedance-2.0`; whether that is text-to-video, image-to-video, first-and-last
or reference-to-video follows from the request. Sources: fal's published TypeScript endpoint types, model
pages and llms.txt (read 2026-08 to 2026-10). What no official page confirms says "unverified".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from core.base.errors import BadInput, nearest
from core.base.rates import Unit
from core.providers.base import Capabilities, Reconcile

NAME = "fal"
AS_OF = "2026-10-06"
WINDOW_S = 30 * 86_400.0
"""Requests stay listed for 90 days, but their payloads, and with them our tag, for 30 (docs, "data
retention")."""
QUIET_S = 600.0
"""The list holds requests that have ended, and is said to lag: twice a typical run."""
REFERENCE_FIELD = "image_urls"
"""Of Seedance 2.0's reference-to-video. A working third-party client sends `reference_image_urls`: the
live schema decides where it was read."""
REFERENCE_FIELDS = (REFERENCE_FIELD, "reference_image_urls")
LINES = {"480p": 480, "720p": 720, "1080p": 1080, "4k": 2160}
"""Resolutions by their short side, in pixels."""
SEEDANCE_ASPECTS = ("21:9", "16:9", "4:3", "1:1", "3:4", "9:16")


@dataclass(frozen=True, slots=True)
class Mode:
    """One endpoint of a family. An empty field name: it has no such input."""

    path: str
    """Behind the family's name; empty: the name itself."""
    first: str = ""
    last: str = ""
    references: str = ""
    most: int = 0
    aspect: bool = True
    """Whether it takes `aspect_ratio`; if not, the first frame decides."""


@dataclass(frozen=True, slots=True)
class Family:
    lengths: tuple[int, ...]
    """Whole seconds; sent as strings."""
    modes: Mapping[str, Mode]
    """`text`, `image`, `ends` (first and last frame at an endpoint of their own), `reference`."""
    suffix: str = ""
    """Behind the number of seconds: `s` for Veo."""
    resolutions: tuple[str, ...] = ()
    """Smallest first; empty: it takes none."""
    aspects: tuple[str, ...] = ("16:9", "9:16")
    audio: bool = True
    seed: bool = True
    fixed: Mapping[str, Any] = field(default_factory=dict)
    """Sent with every request: defaults that must not change under us."""
    live_unit: Unit | None = None
    """The unit in which fal's one live price an endpoint says all there is to say. None: its price depends
    on sound or size too, then a live price settles bills and quotes nothing."""


TEXT = Mode("text-to-video")
IMAGE = Mode("image-to-video", first="image_url", last="end_image_url")
_SEEDANCE = MappingProxyType(
    {
        "text": TEXT,
        "image": IMAGE,
        "reference": Mode("reference-to-video", references=REFERENCE_FIELD, most=9),
    }
)
_VEO = {
    "text": Mode(""),
    "image": Mode("image-to-video", first="image_url"),
    "ends": Mode("first-last-frame-to-video", first="first_frame_url", last="last_frame_url"),
}
_VEO_REFERENCE = Mode("reference-to-video", references="image_urls", most=3)
"""The number of pictures: unverified."""


def _seedance_2(*resolutions: str) -> Family:
    return Family(
        tuple(range(4, 16)),
        _SEEDANCE,
        resolutions=resolutions,
        aspects=SEEDANCE_ASPECTS,
        live_unit=Unit.TOKEN,  # sound makes no difference, size is in the tokens
    )


def _seedance_1(shortest: int, audio: bool) -> Family:
    """The text-to-video endpoint follows the family's pattern: unverified."""
    return Family(
        tuple(range(shortest, 13)),
        MappingProxyType({"text": TEXT, "image": IMAGE}),
        resolutions=("480p", "720p", "1080p"),
        aspects=SEEDANCE_ASPECTS,
        audio=audio,
        fixed={"camera_fixed": False},
        live_unit=None if audio else Unit.TOKEN,
    )


def _veo(**more: Mode) -> Family:
    return Family(
        (4, 6, 8),
        MappingProxyType({**_VEO, **more}),
        suffix="s",
        resolutions=("720p", "1080p", "4k"),
        fixed={"auto_fix": False},  # true rewrites the prompt
    )


def _kling(lengths: tuple[int, ...], image: Mode, *, audio: bool) -> Family:
    """The first frame gives the shape; nothing takes a seed."""
    return Family(
        lengths,
        MappingProxyType({"image": image}),
        aspects=("16:9", "9:16", "1:1"),
        audio=audio,
        seed=False,
        live_unit=None if audio else Unit.SECOND,
    )


_KLING_3 = Mode("image-to-video", first="start_image_url", last="end_image_url", aspect=False)
_KLING_TURBO = Mode("image-to-video", first="image_url", aspect=False)
_KLING_O3 = Mode("image-to-video", first="image_url", last="end_image_url", aspect=False)
_KLING_25 = Mode("image-to-video", first="image_url", last="tail_image_url", aspect=False)

MODELS: Mapping[str, Family] = MappingProxyType(
    {
        "bytedance/seedance-2.0": _seedance_2("480p", "720p", "1080p"),
        "bytedance/seedance-2.0/fast": _seedance_2("480p", "720p"),  # 1080p: unverified
        "bytedance/seedance-2.0/mini": _seedance_2("480p", "720p"),
        "fal-ai/bytedance/seedance/v1.5/pro": _seedance_1(4, audio=True),
        "fal-ai/bytedance/seedance/v1/pro": _seedance_1(2, audio=False),
        "fal-ai/bytedance/seedance/v1/pro/fast": _seedance_1(2, audio=False),
        "fal-ai/veo3.1": _veo(reference=_VEO_REFERENCE),
        "fal-ai/veo3.1/fast": _veo(),
        "fal-ai/kling-video/v3/pro": _kling(tuple(range(3, 16)), _KLING_3, audio=True),
        "fal-ai/kling-video/v3/turbo/pro": _kling(tuple(range(3, 16)), _KLING_TURBO, audio=False),
        "fal-ai/kling-video/v3/turbo/standard": _kling(tuple(range(3, 16)), _KLING_TURBO, audio=False),
        "fal-ai/kling-video/o3/standard": _kling(tuple(range(3, 16)), _KLING_O3, audio=True),  # unverified
        "fal-ai/kling-video/v2.5-turbo/pro": _kling((5, 10), _KLING_25, audio=False),
    }
)


def family_of(model: str) -> Family:
    """Raises BadInput for a model whose fields are not known here."""
    found = MODELS.get(model)
    if found is None:
        raise BadInput(
            f"fal's model '{model[:60]}' is not one this program knows",
            nearest=nearest(model, MODELS),
            todo=f"one of {', '.join(MODELS)}",
        )
    return found


def endpoint_of(model: str, mode: Mode) -> str:
    return f"{model}/{mode.path}" if mode.path else model


ENDPOINTS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        endpoint_of(model, mode): (model, way)
        for model, family in MODELS.items()
        for way, mode in family.modes.items()
    }
)
"""Every endpoint to (model, way to begin)."""


def tagged_endpoints() -> tuple[str, ...]:
    """Those whose requests carry a seed."""
    return tuple(name for name, (model, _) in ENDPOINTS.items() if MODELS[model].seed)


def capabilities_of(model: str, as_of: str, resolutions: tuple[str, ...] = ()) -> Capabilities:
    """`resolutions` and `as_of`: from the live schema, where it was read. Raises BadInput."""
    family = family_of(model)
    modes = family.modes
    ends = modes.get("ends") or modes.get("image")
    references = modes["reference"].most if "reference" in modes else 0
    return Capabilities(
        seconds=(float(family.lengths[0]), float(family.lengths[-1])),
        lengths=family.lengths,
        resolutions=resolutions or family.resolutions,
        aspects=family.aspects,
        first_frame="image" in modes,
        last_frame=bool(ends and ends.last),
        references=references,
        frames_exclude_references=bool(references),
        seed=family.seed,
        audio=family.audio,
        # Without a seed no listed request can be told from another: a person looks at fal's dashboard.
        reconcile=Reconcile.TAGGED_LIST if family.seed else Reconcile.NOTHING,
        quiet_s=QUIET_S,
        proves_absence=False,  # a request that still runs is probably not listed: unverified
        window_s=WINDOW_S,
        cancel=True,
        as_of=as_of or AS_OF,
    )
