"""Replicate's models as a table, and a request in a model's own fields. Pure.

Sources: the model pages (read 2026-10-06) and Replicate's OpenAPI document (2026-04-09). What no
official page confirms says "unverified".
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from core.base.errors import BadInput, nearest
from core.base.rates import Ask
from core.providers.base import Capabilities, Reconcile
from core.providers.wire.shape import aspect_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from core.providers.base import VideoRequest

NAME = "replicate"
AS_OF = "2026-10-06"
"""When the model pages below were read."""
WINDOW_S = 3600.0
"""Input, output and logs of API predictions are deleted after an hour (docs, "data retention"); the tag
is in the input."""
QUIET_S = 120.0
LENGTH_SLACK_S = 0.05
"""4.004 s at 23.976 is 4 s to a provider that sells whole seconds."""
MARK = "picture:"
"""Before a still's hash in a payload's body, until it is sent."""
WIDE = ("16:9", "9:16")
SEEDANCE_ASPECTS = ("16:9", "4:3", "1:1", "3:4", "9:16", "21:9", "9:21")
KLING_ASPECTS = ("16:9", "9:16", "1:1")
KLING_MODES = {"720p": "standard", "1080p": "pro", "4k": "4k"}
RAW = {"480p": "480p", "720p": "720p", "1080p": "1080p", "4k": "4k"}


def _sizes(*names: str) -> Mapping[str, str]:
    return {name: RAW[name] for name in names}


@dataclass(frozen=True, slots=True)
class Model:
    """How one model's input is spelt. An empty field name: the model has no such input."""

    lengths: tuple[int, ...]
    """Whole seconds it makes."""
    aspects: tuple[str, ...]
    first: str = "image"
    last: str = ""
    references: str = ""
    most_references: int = 0
    """Sent only without frames: none of these models takes both."""
    size_field: str = "resolution"
    sizes: Mapping[str, str] = field(default_factory=dict)
    """Our resolution to its word, smallest first; empty: it has one size only."""
    audio: bool = True
    seed: bool = True
    fixed: Mapping[str, Any] = field(default_factory=dict)
    """Sent with every request: defaults that must not change under us."""
    reference_rule: tuple[int, str] | None = None
    """(seconds, aspect): the only ones it takes references with."""
    only_length: Mapping[str, int] = field(default_factory=dict)
    """A resolution that exists at one length only."""


_SEEDANCE = Model(
    lengths=tuple(range(4, 16)),
    aspects=SEEDANCE_ASPECTS,
    last="last_frame_image",
    references="reference_images",
    most_references=9,
    sizes=_sizes("480p", "720p", "1080p", "4k"),
)
_SEEDANCE_FAST = Model(
    lengths=_SEEDANCE.lengths,
    aspects=SEEDANCE_ASPECTS,
    last="last_frame_image",
    references="reference_images",
    most_references=9,
    sizes=_sizes("480p", "720p"),  # a price is known for 720p alone; 1080p on fast: unverified
)
_SEEDANCE_1 = Model(
    lengths=tuple(range(2, 13)),
    aspects=SEEDANCE_ASPECTS,
    last="last_frame_image",
    sizes=_sizes("480p", "720p", "1080p"),
    audio=False,
    fixed={"fps": 24, "camera_fixed": False},
)
_SEEDANCE_15 = Model(
    lengths=tuple(range(4, 13)),  # as at the vendor; field names as in 1-pro: unverified here
    aspects=SEEDANCE_ASPECTS,
    last="last_frame_image",
    sizes=_sizes("480p", "720p", "1080p"),
    fixed={"fps": 24, "camera_fixed": False},
)


def _veo(**more: Any) -> Model:
    return Model(lengths=(4, 6, 8), aspects=WIDE, last="last_frame", sizes=_sizes("720p", "1080p"), **more)


def _kling(**more: Any) -> Model:
    given: dict[str, Any] = {
        "lengths": tuple(range(3, 16)),
        "last": "end_image",
        "size_field": "mode",
        "sizes": KLING_MODES,
    }
    return Model(aspects=KLING_ASPECTS, first="start_image", seed=False, **{**given, **more})


MODELS: Mapping[str, Model] = {
    "bytedance/seedance-2.0": _SEEDANCE,
    "bytedance/seedance-2.0-fast": _SEEDANCE_FAST,
    "bytedance/seedance-1-pro": _SEEDANCE_1,
    "bytedance/seedance-1.5-pro": _SEEDANCE_15,
    "google/veo-3.1": _veo(references="reference_images", most_references=3, reference_rule=(8, "16:9")),
    "google/veo-3.1-fast": _veo(),
    "google/veo-3.1-lite": _veo(only_length={"1080p": 8}),
    "kwaivgi/kling-v3-video": _kling(),
    "kwaivgi/kling-v3-omni-video": _kling(references="reference_images", most_references=7),
    "kwaivgi/kling-v2.6": _kling(lengths=(5, 10), last="", sizes={}, size_field=""),
    "kwaivgi/kling-v2.5-turbo-pro": _kling(lengths=(5, 10), sizes={}, size_field="", audio=False),
}


def model_of(name: str) -> Model:
    """Raises BadInput for a model whose fields are not known here."""
    found = MODELS.get(name)
    if found is None:
        raise BadInput(
            f"Replicate's model '{name[:60]}' is not one this program knows",
            nearest=nearest(name, MODELS),
            todo=f"one of {', '.join(MODELS)}",
        )
    return found


def capabilities_of(name: str) -> Capabilities:
    """Raises BadInput for an unknown model."""
    model = model_of(name)
    return Capabilities(
        seconds=(float(model.lengths[0]), float(model.lengths[-1])),
        lengths=model.lengths,
        resolutions=tuple(model.sizes),
        aspects=model.aspects,
        first_frame=True,
        last_frame=bool(model.last),
        references=model.most_references,
        frames_exclude_references=bool(model.references),
        seed=model.seed,
        audio=model.audio,
        # Without a seed no listed job can be told from another: a person looks at Replicate's page.
        reconcile=Reconcile.TAGGED_LIST if model.seed else Reconcile.NOTHING,
        quiet_s=QUIET_S,
        window_s=WINDOW_S,
        cancel=True,
        as_of=AS_OF,
    )


# -- from request to payload


def input_of(request: VideoRequest) -> dict[str, Any]:
    """The body's `input`, stills as marks. Raises BadInput for what the model cannot make.

    A model that takes a frame or references gets the frame, and never more references than it takes:
    as `check` says.
    """
    model = model_of(request.model)
    size = _size_of(request, model)
    found: dict[str, Any] = {"prompt": request.prompt, **model.fixed}
    frames = _frames_of(request, model)
    references = () if frames else request.references[: model.most_references]
    found["duration"] = _length_of(request, model, size)
    found["aspect_ratio"] = aspect_of(request, model.aspects)
    if model.size_field:
        found[model.size_field] = model.sizes[size]
    if model.audio:
        found["generate_audio"] = request.audio
    if model.seed:
        found["seed"] = request.seed
    if references:
        _check_references(request, model, (found["duration"], found["aspect_ratio"]))
        found[model.references] = [MARK + picture.sha for picture in references]
    return {**found, **frames}


def _check_references(request: VideoRequest, model: Model, shape: tuple[int, str]) -> None:
    if model.reference_rule not in (None, shape):
        seconds, aspect = model.reference_rule
        raise BadInput(
            f"{request.model} takes references only for {seconds} s at {aspect}",
            where=request.shot,
            todo="take the references away, or change the shot's seconds",
        )


def _frames_of(request: VideoRequest, model: Model) -> dict[str, str]:
    first, last = request.first_frame, request.last_frame
    if last is not None and not model.last:
        raise BadInput(
            f"{request.model} takes no last frame", where=request.shot, todo="use another seam or model"
        )
    if last is not None and first is None:
        raise BadInput(
            f"{request.model} takes a last frame only together with a first",
            where=request.shot,
            todo="give the shot a first frame, or another seam",
        )
    found = {model.first: MARK + first.sha} if first is not None else {}
    return found | ({model.last: MARK + last.sha} if last is not None else {})


def _size_of(request: VideoRequest, model: Model) -> str:
    """Our name of the resolution: as asked, else the smallest that holds the film's short side."""
    if not model.sizes:
        return ""
    asked = request.resolution.casefold()
    if asked in model.sizes:
        return asked
    if asked:
        raise BadInput(
            f"{request.model} has no {request.resolution[:20]}",
            where=request.shot,
            nearest=nearest(asked, model.sizes),
            todo=f"one of {', '.join(model.sizes)}",
        )
    short = min(request.width, request.height)
    return next((name for name in model.sizes if short <= LINES[name]), list(model.sizes)[-1])


LINES = {"480p": 480, "720p": 720, "1080p": 1080, "4k": 2160}


def _length_of(request: VideoRequest, model: Model, size: str) -> int:
    """The shortest clip it sells that holds the shot."""
    allowed = (model.only_length[size],) if size in model.only_length else model.lengths
    for length in allowed:
        if request.seconds <= length + LENGTH_SLACK_S:
            return length
    raise BadInput(
        f"{request.seconds:g} s, but {request.model} makes at most {allowed[-1]} s",
        where=request.shot,
        todo="make the shot shorter, or change its model",
    )


def ask_of(name: str, sent: Mapping[str, Any]) -> Ask | None:
    """What is billed for an input, ours or one that Replicate echoes; None where it does not say."""
    model, length = MODELS.get(name), sent.get("duration")
    if model is None or isinstance(length, bool) or not isinstance(length, int) or length <= 0:
        return None
    word = sent.get(model.size_field) if model.size_field else ""
    size = next((ours for ours, theirs in model.sizes.items() if theirs == word), "")
    if model.sizes and not size:
        return None
    references = sent.get(model.references) if model.references else None
    return Ask(
        provider=NAME,
        model=name,
        seconds=Fraction(length),
        resolution=size,
        audio=sent.get("generate_audio") is not False if model.audio else False,
        references=len(references) if isinstance(references, list) else 0,
        first_frame=bool(sent.get(model.first)),
        video_input=bool(sent.get("reference_videos")),
    )
