"""A take as the body of Ark's paid call, and the call's pictures."""

from __future__ import annotations

import copy
import hashlib
import io
import re
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from core.base.errors import BadInput
from core.providers.ark_api.models import RATIOS, Model, model_of
from core.providers.wire.pictures import EncodePicture, data_uri, read_picture

if TYPE_CHECKING:
    from core.providers.values import Payload, Picture, VideoRequest

EXPIRES_AFTER_S = 3600
"""A stuck job ends after an hour; the provider's own default is two days."""
MAX_SEED = 2**32 - 1
RATIO_SLACK = 0.01
MAX_PICTURE = 30_000_000 - 1
"""Bytes of one picture, and of a whole request, base64 and all (vendor's tutorial, Limitations)."""
MAX_REQUEST = 64_000_000
SIDES = (300, 6000)
"""Pixels of a picture's width and height, and how wide it is by its height (same place); both open."""
SHAPES = (0.4, 2.5)
TAG_HEAD = "rushes-"

# The older way to set parameters, still read by the models: words in the prompt. They would outweigh what
# was quoted, `--duration` above all. Third parties' code uses all of these.
_ORDERS = re.compile(
    r"(?<!\S)--(?:rs|resolution|rt|ratio|dur|duration|frames|fps|framespersecond|seed|cf|camerafixed"
    r"|wm|watermark|noaudio|generate_audio|draft|service_tier)\b",
    re.IGNORECASE,
)


def tag_of(key: str) -> str:
    """Our submission's key as `safety_identifier`: at most 64 characters, and known as ours by its head."""
    return TAG_HEAD + hashlib.sha256(f"ark\0{key}".encode()).hexdigest()[:48]


def named(picture: Picture) -> str:
    """Stands for a picture's bytes until they are sent."""
    return f"sha256:{picture.sha}"


def body_of(request: VideoRequest, key: str) -> dict[str, Any]:
    """The whole request, pictures by their hash. Raises BadInput for what the model does not take."""
    model = model_of(request.model)
    _check(request, model)
    frames = request.first_frame is not None
    body: dict[str, Any] = {
        "model": request.model,
        "content": _content(request),
        "resolution": resolution_of(request, model),
        "ratio": "adaptive" if frames and model.ratio_of_frame else ratio_of(request),
        "duration": duration_of(request, model),
        "seed": request.seed,
        "watermark": False,
        "return_last_frame": True,
        "service_tier": "default",
        "execution_expires_after": EXPIRES_AFTER_S,
        "safety_identifier": tag_of(key),
    }
    if model.audio:
        body["generate_audio"] = request.audio  # the provider's default is sound, at twice the price on 1.5
    if model.camera_fixed:
        body["camera_fixed"] = request.camera is not None and request.camera.move == "static"
    return body


def _content(request: VideoRequest) -> list[dict[str, Any]]:
    roles = [("first_frame", request.first_frame), ("last_frame", request.last_frame)]
    roles += [("reference_image", picture) for picture in request.references]
    return [
        {"type": "text", "text": request.prompt},
        *(
            {"type": "image_url", "role": role, "image_url": {"url": named(picture)}}
            for role, picture in roles
            if picture
        ),
    ]


def pictures_of(request: VideoRequest) -> tuple[Picture, ...]:
    return tuple(filter(None, (request.first_frame, request.last_frame, *request.references)))


def _check(request: VideoRequest, model: Model) -> None:
    name = request.model
    order = _ORDERS.search(request.prompt)
    if order:
        raise BadInput(
            f"the prompt says '{order[0]}', and Ark reads that as an order that outweighs the quote",
            todo="take it out of the prompt: length, size and sound are set in the film",
        )
    frames = request.first_frame or request.last_frame
    wrong = {
        "it takes frames or references, not both": bool(frames and request.references),
        "a last frame needs a first one": bool(request.last_frame and not request.first_frame),
        "it begins with no frame": bool(frames and not model.first_frame),
        "it takes no last frame": bool(request.last_frame and not model.last_frame),
        f"it takes {model.references} reference pictures at most": len(request.references) > model.references,
        "it makes no sound": request.audio and not model.audio,
        f"its seeds end at {MAX_SEED}": not 0 <= request.seed <= MAX_SEED,
        "it needs a prompt": not request.prompt.strip(),
    }
    for said in (said for said, so in wrong.items() if so):
        raise BadInput(f"{name}: {said}", where=request.shot, todo="change the shot, or choose another model")


def duration_of(request: VideoRequest, model: Model) -> int:
    """Whole seconds, within a frame of what is asked: never -1, which leaves the price to the model."""
    asked = Fraction(request.frames) / request.fps
    whole = round(asked)
    shortest, longest = model.seconds
    if abs(asked - whole) > 1 / request.fps or not shortest <= whole <= longest:
        raise BadInput(
            f"{request.model} makes whole seconds from {shortest} to {longest}, not {float(asked):g} s",
            where=request.shot,
            nearest=str(min(max(whole, shortest), longest)),
            todo="change the shot's seconds, or choose another model",
        )
    return whole


def resolution_of(request: VideoRequest, model: Model) -> str:
    """As asked; where that is left open, the smallest that has the film's height (or width, upright)."""
    lines = {"480p": 480, "720p": 720, "1080p": 1080, "4k": 2160}
    open_one = next(
        (name for name in model.resolutions if lines[name] >= min(request.width, request.height)),
        model.resolutions[-1],
    )
    found = request.resolution.lower() or open_one
    if found not in model.resolutions:
        raise BadInput(
            f"{request.model} has no {request.resolution}: it has {', '.join(model.resolutions)}",
            where=request.shot,
            nearest=open_one,
            todo="change resolution, or choose another model",
        )
    return found


def ratio_of(request: VideoRequest) -> str:
    shape = request.width / request.height
    for name in RATIOS:
        wide, high = map(int, name.split(":"))
        if abs(wide / high / shape - 1) <= RATIO_SLACK:
            return name
    raise BadInput(
        f"Ark makes {', '.join(RATIOS)}; {request.width}x{request.height} is none of them",
        where=request.shot,
        todo="change the film's width and height, or choose another provider",
    )


# What is sent


def filled(payload: Payload, encode: EncodePicture) -> dict[str, Any]:
    """The body with every picture's bytes in it. Raises BadInput, naming the picture."""
    body = copy.deepcopy(dict(payload.body))
    share = (MAX_REQUEST - 1_000_000) * 3 // 4 // max(1, len(payload.pictures))
    sent: dict[str, str] = {}
    for picture in payload.pictures:
        data, mime = read_picture(picture, encode, min(MAX_PICTURE, share))
        _check_size(picture, data)
        sent[named(picture)] = data_uri(data, mime)
    for part in body["content"]:
        if part["type"] == "image_url":
            part["image_url"]["url"] = sent[part["image_url"]["url"]]
    return body


def _check_size(picture: Picture, data: bytes) -> None:
    """Raises BadInput for a picture the provider would refuse."""
    width, height = _size_of(picture, data)
    sides = SIDES[0] < width < SIDES[1] and SIDES[0] < height < SIDES[1]
    if not sides or not SHAPES[0] < width / height < SHAPES[1]:
        raise BadInput(
            f"this picture is {width}x{height}: Ark takes sides between {SIDES[0]} and {SIDES[1]} pixels,"
            f" {SHAPES[0]} to {SHAPES[1]} times as wide as high",
            where=str(picture.path),
            todo="use a larger or less stretched picture",
        )


def _size_of(picture: Picture, data: bytes) -> tuple[int, int]:
    from PIL import Image  # noqa: PLC0415 - 30 ms, and only a request with pictures needs it

    bombs = (Image.DecompressionBombError, Image.DecompressionBombWarning)
    try:
        with Image.open(io.BytesIO(data), formats=("PNG", "JPEG", "WEBP")) as image:
            return image.size
    except (OSError, SyntaxError, ValueError, *bombs) as error:
        raise BadInput(
            "this picture cannot be read", where=str(picture.path), todo="use another picture"
        ) from error
