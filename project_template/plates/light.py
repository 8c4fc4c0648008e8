"""Light and its record: linear light, blur, bloom, a film curve, grain, and eight bits at the end."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PIL import Image

from project_template.plates.noise import Field, Shape, fbm, grid, resize

Colour = tuple[float, float, float]


def rgb(code: str) -> Field:
    """ "#rrggbb" as linear light, shape (3,)."""
    values = np.array([int(code[i : i + 2], 16) for i in (1, 3, 5)], np.float32) / 255
    return linear(values)


def linear(encoded: Field) -> Field:
    """sRGB values 0..1 to linear light (IEC 61966-2-1)."""
    low = encoded / 12.92
    high = ((np.maximum(encoded, 0) + 0.055) / 1.055) ** 2.4
    return np.where(encoded <= 0.04045, low, high).astype(np.float32)


def encoded(light: Field) -> Field:
    """Linear light 0..1 to sRGB values (IEC 61966-2-1)."""
    light = np.clip(light, 0, 1)
    return np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055).astype(np.float32)


def mix(under: Field, over: Field, cover: Field | float) -> Field:
    """`over` laid on `under` by `cover` (0..1; a mask or a number)."""
    part = cover[..., None] if isinstance(cover, np.ndarray) else cover
    mixed: Field = (under + (over - under) * part).astype(np.float32)
    return mixed


def channels(field: Field, shape: Shape) -> Field:
    """A picture at another size, channel by channel."""
    return np.stack([resize(field[..., i], shape) for i in range(field.shape[2])], axis=-1)


def blur(field: Field, sigma: float) -> Field:
    """Gaussian blur, `sigma` in picture heights; wide blurs are worked small."""
    if field.ndim == 3:
        return np.stack([blur(field[..., i], sigma) for i in range(field.shape[2])], axis=-1)
    h, w = field.shape
    pixels = sigma * h
    if pixels < 0.3:
        return field
    part = max(1, int(pixels / 3))
    small = field
    if part > 1:
        image = Image.fromarray(np.ascontiguousarray(field, dtype=np.float32))
        size = (max(4, round(w / part)), max(4, round(h / part)))
        small = np.asarray(image.resize(size, Image.Resampling.BOX), np.float32)
    soft = _gauss(_gauss(small, pixels / part).T, pixels / part).T
    return resize(soft, (h, w)) if part > 1 else np.ascontiguousarray(soft)


def _gauss(field: Field, sigma: float) -> Field:
    reach = max(1, int(sigma * 3))
    taps = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    taps = (taps / taps.sum()).astype(np.float32)
    padded = np.pad(field, ((0, 0), (reach, reach)), mode="edge")
    out = np.zeros_like(field)
    for step, tap in enumerate(taps):
        out += tap * padded[:, step : step + field.shape[1]]
    return out


def bloom(
    picture: Field, above: float, strength: float, sizes: Sequence[float] = (0.006, 0.025, 0.1)
) -> Field:
    """Light over `above` spills round itself, as in a lens with some mist on it."""
    bright = np.maximum(picture - above, 0)
    bright = np.minimum(bright, 6.0)
    spill = sum((blur(bright, size) for size in sizes), np.zeros_like(picture))
    glowing: Field = picture + spill * np.float32(strength / len(sizes))
    return glowing


def film_curve(light: Field) -> Field:
    """A toe and a shoulder: the rational fit of the ACES curve by K. Narkowicz (2015)."""
    x = np.maximum(light, 0) * 0.72
    return np.clip((x * (2.51 * x + 0.03)) / (x * (2.43 * x + 0.59) + 0.14), 0, 1).astype(np.float32)


def split_tone(light: Field, shade: Colour, bright: Colour, amount: float) -> Field:
    """Tints the shadows and the lights apart, keeping lightness."""
    luma = luminance(light)[..., None]
    part = np.clip(luma * 2.2, 0, 1)
    tint = np.array(shade, np.float32) * (1 - part) + np.array(bright, np.float32) * part
    tinted: Field = light * (1 - amount + amount * tint)
    return tinted


def luminance(light: Field) -> Field:
    """Rec. 709 luminance, shape (h, w)."""
    return (light @ np.array([0.2126, 0.7152, 0.0722], np.float32)).astype(np.float32)


def vignette(picture: Field, amount: float) -> Field:
    """Darker corners, smoothly."""
    h, w = picture.shape[:2]
    u, v = grid((h, w))
    far = ((u - w / h / 2) / (w / h / 2)) ** 2 + ((v - 0.5) / 0.5) ** 2
    shaded: Field = picture * (1 - amount * np.clip(far / 2, 0, 1) ** 1.5)[..., None]
    return shaded


def grained(values: Field, seed: int, amount: float = 0.012) -> Field:
    """Film grain on encoded values: clumped, strongest in the mid tones."""
    h, w = values.shape[:2]
    draw = np.random.default_rng(seed)
    clump = fbm((h, w), 420, 420, seed, octaves=2, gain=0.7)
    speck = draw.standard_normal((h, w)).astype(np.float32) * 0.6
    luma = values.mean(axis=2)
    weight = amount * (0.35 + 2.6 * luma * (1 - luma))
    noisy: Field = values + ((clump + speck) * weight)[..., None]
    return noisy


def eight_bits(values: Field, seed: int) -> Image.Image:
    """Encoded values to pixels, with triangular dither of one step so that no gradient bands."""
    draw = np.random.default_rng(seed + 7)
    dither = draw.random(values.shape, np.float32) - draw.random(values.shape, np.float32)
    return Image.fromarray(np.clip(values * 255 + dither * 0.7 + 0.5, 0, 255).astype(np.uint8))
