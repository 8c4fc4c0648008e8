"""Pictures in, windows out: loading plates with care, painting cards, cutting a window to a frame.

One plate and one window give one picture, whichever shot asks: the same resampling, byte for byte.
Upright windows go through Pillow's box resize, which keeps fractions of a pixel (measured rms error
0.015 px, against 0.675 px for ffmpeg's zoompan); rolled ones through an affine transform.
"""

from __future__ import annotations

import colorsys
import hashlib
import io
import math
import warnings
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageOps

from core.base.errors import BadInput
from core.providers.animatic.camera import Stage, Window

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from core.providers.animatic.spec import Still

MAX_BYTES = 200 * 2**20
MAX_PIXELS = 80_000_000
MIN_SIDE = 16
FORMATS = ("PNG", "JPEG", "WEBP")
WORKING = 1.5
"""Plate pixels kept per picture pixel at the widest window: more is slower and cannot be seen."""
CARD = "card2-"
"""With the number of the way it is painted: a frame of another way is gone on from as it is."""


def load(still: Still) -> Image.Image:
    """The picture as 8-bit RGB, upright. Raises BadInput when it is absent, changed or unfit."""
    where = str(still.path)
    try:
        if still.path.stat().st_size > MAX_BYTES:
            raise BadInput("picture over 200 MB", where=where, todo="save it smaller, as PNG or JPEG")
        data = still.path.read_bytes()
    except OSError as error:
        raise BadInput(
            f"picture cannot be read: {error.strerror}", where=where, todo="put the file back, then retake"
        ) from error
    if hashlib.sha256(data).hexdigest() != still.sha:
        raise BadInput(
            "picture has changed since the take was planned", where=where, todo="plan the take again"
        )
    return _upright(_decode(data, where))


def _decode(data: bytes, where: str) -> Image.Image:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            picture = Image.open(io.BytesIO(data), formats=FORMATS)
        _check_size(picture, where)
        picture.load()
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_large(where) from error
    except (OSError, SyntaxError, ValueError) as error:
        raise BadInput(
            "not a whole PNG, JPEG or WEBP picture", where=where, todo="open and save it again, as PNG"
        ) from error
    return picture


def _check_size(picture: Image.Image, where: str) -> None:
    """Before a pixel is decoded."""
    if picture.width * picture.height > MAX_PIXELS:
        raise _too_large(where)
    if min(picture.size) < MIN_SIDE:
        raise BadInput(
            f"picture of {picture.width}x{picture.height} is under {MIN_SIDE} pixels a side",
            where=where,
            todo="choose a larger one",
        )


def _too_large(where: str) -> BadInput:
    return BadInput(f"picture over {MAX_PIXELS // 10**6} megapixels", where=where, todo="save it smaller")


def _upright(picture: Image.Image) -> Image.Image:
    picture = ImageOps.exif_transpose(picture)
    if picture.mode.startswith(("I", "F")):
        # 16-bit greys: Pillow's own conversion would clip instead of scale.
        grey = np.clip(np.asarray(picture, dtype=np.float64) / 257.0, 0, 255).round().astype(np.uint8)
        return Image.fromarray(grey).convert("RGB")
    if picture.has_transparency_data:
        picture = picture.convert("RGBA")
        # Middling grey-blue: a hole in a plate shall be neither a black nor a white flash.
        return Image.alpha_composite(Image.new("RGBA", picture.size, (72, 80, 92, 255)), picture).convert(
            "RGB"
        )
    return picture.convert("RGB")


def working(picture: Image.Image, width: int, height: int) -> Image.Image:
    """The plate at the resolution windows are cut from: decided by plate and picture alone."""
    widest = Stage(picture.width, picture.height, width, height).widest
    scale = WORKING * width / (widest * picture.width)
    if scale >= 1:
        return picture
    size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    return picture.resize(size, Image.Resampling.LANCZOS)


def cut(plate: Image.Image, stage: Stage, window: Window) -> Image.Image:
    """The window as a picture of the stage's size."""
    size = (stage.width, stage.height)
    span_x, span_y = window.width * plate.width, window.width * stage.ratio * plate.height
    centre_x, centre_y = window.cx * plate.width, window.cy * plate.height
    if window.roll == 0:
        box = (
            max(0.0, centre_x - span_x / 2),
            max(0.0, centre_y - span_y / 2),
            min(float(plate.width), centre_x + span_x / 2),
            min(float(plate.height), centre_y + span_y / 2),
        )
        return plate.resize(size, Image.Resampling.BICUBIC, box=box)
    angle = math.radians(window.roll)
    cos, sin = math.cos(angle), math.sin(angle)
    step_x, step_y = span_x / stage.width, span_y / stage.height
    across, down = stage.width / 2, stage.height / 2
    # Bilinear: the working plate is a third denser than the picture, so this comes out as sharp as
    # the upright path (variance of the Laplacian 0.9 to 1.0 of it), where bicubic would be harsher.
    return plate.transform(
        size,
        Image.Transform.AFFINE,
        (
            cos * step_x,
            -sin * step_x,
            centre_x - step_x * (cos * across - sin * down),
            sin * step_y,
            cos * step_y,
            centre_y - step_y * (sin * across + cos * down),
        ),
        Image.Resampling.BILINEAR,
    )


def card_name(seed: int, width: int, height: int) -> str:
    """A card stands in for a plate: its name says all that it is painted from."""
    return f"{CARD}{seed}-{width}x{height}"


def card_seed(name: str, width: int, height: int) -> int | None:
    """The seed of a card painted for this size of picture, or None for anything else."""
    seed = name.removeprefix(CARD).partition("-")[0]
    known = seed.isdecimal() and len(seed) <= 10 and name == card_name(int(seed), width, height)
    return int(seed) if known else None


def card(seed: int, width: int, height: int) -> Image.Image:
    """A quiet cool picture for a shot without any: a light, a horizon and soft hills.

    The seed decides hue and composition, so that cards of two shots can be told apart at a glance.
    """
    wide, high = round(width * WORKING), round(height * WORKING)
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:high, 0:wide].astype(np.float32)
    x, y = x / wide, y / high
    light_x, light_y = rng.uniform(0.1, 0.9), rng.uniform(0.1, 0.5)
    glow = np.exp(-(((x - light_x) / 0.55) ** 2 + ((y - light_y) / 0.5) ** 2))
    shade = (
        0.32 * (1 - y)
        + 0.58 * glow
        + 0.05 * _cloud(rng, wide, high, 5)
        + 0.02 * _cloud(rng, wide, high, 40)
        + 0.1
        - 0.16 * _hills(rng, x, y)
    )
    dark, bright = _tints(rng)
    colour = dark + np.clip(shade, 0, 1)[..., None] * (bright - dark)
    # A grain below one level breaks the bands an 8-bit gradient shows when it moves.
    grain = rng.uniform(-0.9, 0.9, (high, wide, 1))
    return Image.fromarray(np.clip(colour + grain, 0, 255).round().astype(np.uint8))


def _tints(rng: np.random.Generator) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The darkest and the brightest colour of a card: from green-blue over blue to violet."""
    hue, strength = rng.uniform(0.47, 0.76), rng.uniform(0.3, 0.55)
    dark, bright = (
        255 * np.array(colorsys.hsv_to_rgb(hue, share * strength, value))
        for share, value in ((1.1, 0.32), (0.75, 0.7))
    )
    return dark, bright


def _hills(rng: np.random.Generator, x: NDArray[np.float32], y: NDArray[np.float32]) -> NDArray[np.float32]:
    """How many of three ridges, one before the other, a place lies behind; their edges are soft."""
    horizon = rng.uniform(0.35, 0.7)
    found = np.zeros_like(x)
    for near in range(3):
        turn, waves, height = rng.uniform(0, 2 * math.pi), rng.uniform(0.5, 2.0), rng.uniform(0.03, 0.1)
        ridge = horizon + 0.13 * near + height * np.sin(2 * math.pi * waves * x + turn)
        found += np.clip((y - ridge) / 0.02 + 0.5, 0, 1).astype(np.float32)
    return found


def _cloud(rng: np.random.Generator, wide: int, high: int, cells: int) -> NDArray[np.float32]:
    """Smooth noise of about `cells` blots across, roughly -1 to 1."""
    small = rng.uniform(-1, 1, (max(2, round(cells * high / wide)) + 2, cells + 2)).astype(np.float32)
    soft = Image.fromarray(small).resize((wide, high), Image.Resampling.BICUBIC)
    return np.asarray(soft, dtype=np.float32)
