"""Seedance's models and what each takes: the vendor's table of capabilities, as data."""

from __future__ import annotations

import re
from dataclasses import dataclass

from core.base.errors import BadInput, nearest
from core.providers.values import Capabilities, Reconcile

INTERNATIONAL = "https://ark.ap-southeast.bytepluses.com/api/v3"
"""China's is https://ark.cn-beijing.volces.com/api/v3; its keys and its `doubao-` models are its own."""
TASKS = "/contents/generations/tasks"
OUTPUT_HOSTS = (".volces.com", ".bytepluses.com")
"""Results lie in buckets like ark-content-generation-ap-southeast-1.tos-ap-southeast-1.volces.com
(the vendor's tutorial); no list of hosts is published."""
AS_OF = "2026-11-20"
RETENTION_S = 7 * 86400.0
"""Tasks can be read and listed so long (vendor's tutorial, Retention period)."""
URL_LIFE_S = 86400.0
"""Addresses of results live 24 hours and are not renewed (same place)."""
QUIET_S = 120.0
"""How far a listing lags behind is not published; the POST itself may take two minutes."""
RATIOS = ("16:9", "4:3", "1:1", "3:4", "9:16", "21:9")

_NAME = re.compile(r"(?:dreamina-|doubao-)?(seedance-[a-z0-9]+(?:-[a-z0-9]+)*?)(?:-[0-9]{6})?")


@dataclass(frozen=True, slots=True)
class Model:
    """What one family of models takes (vendor's tutorial, table of capabilities)."""

    seconds: tuple[int, int]
    resolutions: tuple[str, ...] = ("480p", "720p", "1080p")
    audio: bool = True
    first_frame: bool = True
    last_frame: bool = True
    references: int = 0
    camera_fixed: bool = False
    ratio_of_frame: bool = False
    """With frames it takes their shape: any other ratio is `InvalidParameter.TaskTypeConstraint`."""


_LITE = {"seconds": (2, 12), "audio": False, "camera_fixed": True}
MODELS = {
    "seedance-2-5": Model((4, 30), references=30, ratio_of_frame=True),
    "seedance-2-0": Model((4, 15), ("480p", "720p", "1080p", "4k"), references=9),
    "seedance-2-0-fast": Model((4, 15), ("480p", "720p"), references=9),
    "seedance-2-0-mini": Model((4, 15), ("480p", "720p"), references=9),
    "seedance-1-5-pro": Model((4, 12), camera_fixed=True),
    "seedance-1-0-pro": Model((2, 12), audio=False, camera_fixed=True),
    "seedance-1-0-pro-fast": Model((2, 12), audio=False, camera_fixed=True, last_frame=False),
    "seedance-1-0-lite-t2v": Model(
        (2, 12), audio=False, camera_fixed=True, first_frame=False, last_frame=False
    ),
    "seedance-1-0-lite-i2v": Model((2, 12), audio=False, camera_fixed=True),
}


def model_of(name: str) -> Model:
    """By its id, dated or not, of either platform. Raises BadInput with the nearest."""
    match = _NAME.fullmatch(name)
    found = MODELS.get(match[1]) if match else None
    if found is None:
        raise BadInput(
            f"'{name[:80]}' is not a video model of Ark that is known here",
            nearest=nearest(name, MODELS),
            todo=f"one of {', '.join(MODELS)}, with the provider's prefix and date",
        )
    return found


def capabilities_of(model: Model) -> Capabilities:
    shortest, longest = model.seconds
    return Capabilities(
        seconds=(float(shortest), float(longest)),
        lengths=tuple(range(shortest, longest + 1)),
        resolutions=model.resolutions,
        aspects=RATIOS,
        first_frame=model.first_frame,
        last_frame=model.last_frame,
        references=model.references,
        frames_exclude_references=True,
        audio=model.audio,
        native_last_frame=True,
        reconcile=Reconcile.TAGGED_LIST,
        quiet_s=QUIET_S,
        window_s=RETENTION_S,
        cancel=True,
        as_of=AS_OF,
    )
