"""The burn-in at the foot of a picture: shot, take, film, timecode.

Drawn with Manrope (OFL), which covers Latin, Greek and Cyrillic. Sizes follow the picture's
height, and digits stand in cells of one width, so that a running timecode does not tremble.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

import font_manrope
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from core.base.errors import BadInput
from core.base.text import one_line

if TYPE_CHECKING:
    from collections.abc import Sequence
    from fractions import Fraction

    from numpy.typing import NDArray

_BAND = 0.105
"""Height of the band, as a share of the picture's height."""
_MIN_BAND = 16
_GROUND = (10, 11, 13, 172)
_BRIGHT = (255, 255, 255, 255)
_DIM = (214, 217, 222, 225)
_DAY_HOURS = 24


@dataclass(frozen=True, slots=True)
class SlateText:
    """What the slate says; an empty field leaves its place empty."""

    shot: str
    take: str = ""
    """As shown: `t03`."""
    timecode: str = ""
    film: str = ""


def timecode(frame: int, fps: Fraction) -> str:
    """`HH:MM:SS:FF` of a frame counted from 0, non-drop: 24000/1001 counts 24 frames a second.

    From 100 frames a second on, FF has three digits. Raises BadInput below 0.
    """
    if frame < 0 or fps <= 0:
        raise BadInput(f"frame {frame} at {fps} has no timecode", todo="count frames from 0")
    base = max(1, round(fps))
    seconds, rest = divmod(frame, base)
    minutes, second = divmod(seconds, 60)
    hours, minute = divmod(minutes, 60)
    digits = max(2, len(str(base - 1)))
    return f"{hours % _DAY_HOURS:02d}:{minute:02d}:{second:02d}:{rest:0{digits}d}"


def overlay(width: int, height: int, text: SlateText) -> NDArray[np.uint8]:
    """The slate as a transparent (height, width, 4) RGBA picture, straight alpha."""
    canvas = np.zeros((height, width, 4), dtype=np.uint8)
    band = _band(width, height, text)
    canvas[height - band.shape[0] :] = band
    return canvas


def slate(rgb: NDArray[np.uint8], text: SlateText) -> NDArray[np.uint8]:
    """A copy of (H, W, 3) `rgb` with the slate at its foot. Only the band's rows change."""
    return _lay(rgb, _band(rgb.shape[1], rgb.shape[0], text))


def burn_timecode(rgb: NDArray[np.uint8], lines: Sequence[str]) -> NDArray[np.uint8]:
    """A copy of (H, W, 3) `rgb` with one line of text above another in the band, flush left.

    The last line stands lowest. No line changes nothing; lines too long end in an ellipsis.
    """
    if not lines:
        return rgb.copy()
    return _lay(rgb, _lines(rgb.shape[1], rgb.shape[0], tuple(lines)))


def _lay(rgb: NDArray[np.uint8], band: NDArray[np.uint8]) -> NDArray[np.uint8]:
    out = rgb.copy()
    foot = out[out.shape[0] - band.shape[0] :]
    alpha = band[:, :, 3:].astype(np.uint16)
    mixed = band[:, :, :3] * alpha + foot * (255 - alpha) + 127
    foot[:] = (mixed // 255).astype(np.uint8)
    return out


@lru_cache(maxsize=64)
def _font(weight: str, size: int) -> ImageFont.FreeTypeFont:
    # Basic layout: its result does not depend on whether libraqm is on this machine.
    return ImageFont.truetype(
        font_manrope.font_files[f"Manrope{weight}"], size, layout_engine=ImageFont.Layout.BASIC
    )


def _band_height(height: int) -> int:
    return min(height, max(_MIN_BAND, round(height * _BAND)))


def _band(width: int, height: int, text: SlateText) -> NDArray[np.uint8]:
    """(band, width, 4): what stands still comes from a cache, the timecode is drawn on a copy."""
    tall = _band_height(height)
    font = _font("SemiBold", _size(tall))
    clock = one_line(text.timecode, 40)
    room = sum(_cells(font, clock))
    still = _still_band(width, height, replace(text, timecode=""), room)
    if not clock:
        return still
    picture = Image.fromarray(still)
    _draw_clock(picture, font, width - _margin(tall) - room, clock)
    return np.asarray(picture)


@lru_cache(maxsize=16)
def _still_band(width: int, height: int, text: SlateText, clock: int) -> NDArray[np.uint8]:
    """Ground, shot, take and film; `clock` pixels are kept free on the right."""
    tall = _band_height(height)
    picture = _ground(width, tall, tall // 3)
    draw = ImageDraw.Draw(picture)
    margin, gap = _margin(tall), round(tall * 0.32)
    right = width - margin - (clock + gap if clock else 0)
    left = margin
    for words, weight, scale, colour in (
        (text.shot, "ExtraBold", 1.0, _BRIGHT),
        (text.take, "SemiBold", 1.0, _BRIGHT),
        (text.film, "Medium", 0.82, _DIM),
    ):
        font = _font(weight, _size(tall, scale))
        shown = _fit(one_line(words), font, right - left)
        if shown:
            draw.text((left, _baseline(tall)), shown, font=font, fill=colour, anchor="ls")
            left += round(font.getlength(shown)) + gap
    return np.asarray(picture)


@lru_cache(maxsize=16)
def _lines(width: int, height: int, lines: tuple[str, ...]) -> NDArray[np.uint8]:
    row = _band_height(height)
    lead = round(row * 0.62)
    tall = min(height, row + lead * (len(lines) - 1))
    picture = _ground(width, tall, row // 3)
    font = _font("SemiBold", _size(row, 0.9))
    draw = ImageDraw.Draw(picture)
    for up, words in enumerate(reversed(lines)):
        shown = _fit(one_line(words), font, width - 2 * _margin(row))
        base = tall - row + _baseline(row) - up * lead
        draw.text((_margin(row), base), shown, font=font, fill=_BRIGHT, anchor="ls")
    return np.asarray(picture)


def _ground(width: int, tall: int, fade: int) -> Image.Image:
    """A dark veil that fades in over `fade` rows, so that no hard edge cuts the picture."""
    veil = np.empty((tall, width, 4), dtype=np.uint8)
    veil[:] = _GROUND
    ramp = np.linspace(0, 1, fade, endpoint=False) ** 1.5
    veil[:fade, :, 3] = (ramp * _GROUND[3]).astype(np.uint8)[:, None]
    return Image.fromarray(veil)


def _size(tall: int, scale: float = 1.0) -> int:
    return max(8, round(tall * 0.44 * scale))


def _margin(tall: int) -> int:
    return round(tall * 0.5)


def _baseline(tall: int) -> int:
    """Where capitals of the full size stand in the optical middle, a little below the fade."""
    return round(tall * 0.73)


def _cells(font: ImageFont.FreeTypeFont, text: str) -> list[int]:
    """Width of each character: digits share the widest digit's, signs take half of that."""
    digit = max(round(font.getlength(sign)) for sign in "0123456789")
    return [digit if sign.isdigit() else digit // 2 for sign in text]


def _draw_clock(picture: Image.Image, font: ImageFont.FreeTypeFont, left: int, text: str) -> None:
    draw = ImageDraw.Draw(picture)
    base = _baseline(picture.height)
    for sign, cell in zip(text, _cells(font, text), strict=True):
        draw.text((left + cell // 2, base), sign, font=font, fill=_BRIGHT, anchor="ms")
        left += cell


def _fit(text: str, font: ImageFont.FreeTypeFont, room: int) -> str:
    """`text`, cut with an ellipsis to `room` pixels; empty where not even that fits."""
    if font.getlength(text) <= room:
        return text
    while text and font.getlength(f"{text}…") > room:
        text = text[:-1]
    return f"{text.rstrip()}…" if text else ""
