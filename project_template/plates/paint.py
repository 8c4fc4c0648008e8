"""The hand: brush work over the drawn light, then the finish every plate shares."""

from __future__ import annotations

import numpy as np
from PIL import Image

from project_template.plates.light import (
    Colour,
    bloom,
    eight_bits,
    encoded,
    film_curve,
    grained,
    luminance,
    mix,
    split_tone,
    vignette,
)
from project_template.plates.noise import Field, Shape, fbm, resize, sample


def brushed(picture: Field, size: float, *, keep: float = 0.35) -> Field:
    """Flattens each place to its most even neighbourhood, as a brush does, and keeps the edges.

    The four-window filter of Kuwahara et al. (1976) with soft choice; `size` is the brush in picture
    heights and `keep` how much of the fine drawing stays.
    """
    h = picture.shape[0]
    reach = max(1, round(size * h))
    tone = np.sqrt(np.maximum(picture, 0))
    luma = luminance(tone)
    means = np.stack([_box(tone[..., i], reach) for i in range(3)], axis=-1)
    spread = np.maximum(_box(luma * luma, reach) - _box(luma, reach) ** 2, 0)
    total = np.zeros_like(picture)
    weights = np.zeros((*luma.shape, 1), np.float32)
    half = (reach + 1) // 2
    for dy in (-half, half):
        for dx in (-half, half):
            there = _shift(spread, dy, dx)[..., None]
            weight = 1 / (there + 2e-5) ** 2
            total += _shift(means, dy, dx) * weight
            weights += weight
    flat = (total / weights) ** 2
    return mix(flat.astype(np.float32), picture, keep)


def _shift(field: Field, dy: int, dx: int) -> Field:
    """`field` moved by whole pixels, its edge repeated."""
    rows = np.clip(np.arange(field.shape[0]) + dy, 0, field.shape[0] - 1)
    cols = np.clip(np.arange(field.shape[1]) + dx, 0, field.shape[1] - 1)
    return field[rows][:, cols]


def _box(field: Field, reach: int) -> Field:
    """Mean over a square of `reach` + 1 pixels."""
    before = (reach + 1) // 2
    after = reach - before
    padded = np.pad(field.astype(np.float64), ((before + 1, after), (before + 1, after)), mode="edge")
    total = padded.cumsum(0).cumsum(1)
    n = reach + 1
    area = total[n:, n:] - total[:-n, n:] - total[n:, :-n] + total[:-n, :-n]
    mean: Field = (area / (n * n)).astype(np.float32)
    return mean


def strokes(shape: Shape, seed: int, *, flow: Field, length: float = 0.02, fine: float = 260) -> Field:
    """Bristle marks that run along `flow` (radians, any size): about -1..1.

    Noise smeared along a field of directions (line integral convolution), worked at half size.
    """
    half = (max(2, shape[0] // 2), max(2, shape[1] // 2))
    bristle = fbm(half, fine, fine, seed, octaves=2, gain=0.8)
    angle = resize(flow, half)
    dx, dy = np.cos(angle), np.sin(angle)
    xs, ys = np.meshgrid(np.arange(half[1], dtype=np.float32), np.arange(half[0], dtype=np.float32))
    total = bristle.copy()
    count = 9
    stride = length * half[0] / count
    for side in (-1.0, 1.0):
        x: Field = xs.copy()
        y: Field = ys.copy()
        for _ in range(count):
            px, py = sample(dx, x, y), sample(dy, x, y)
            x = x + side * stride * px
            y = y + side * stride * py
            total += sample(bristle, x, y)
    total = total / np.float32(total.std() * 2.2 + 1e-6)
    return resize(total, shape)


def finish(
    picture: Field,
    seed: int,
    *,
    flow: Field,
    brush: float = 0.0042,
    bristle: float = 0.05,
    exposure: float = 1.0,
    mist: float = 0.5,
    mist_above: float = 0.7,
    shade: Colour = (0.86, 0.97, 1.2),
    bright: Colour = (1.1, 1.0, 0.88),
    tone: float = 0.5,
    corner: float = 0.3,
) -> Image.Image:
    """Brush, canvas, lens and film: linear light in, pixels out."""
    shape = (picture.shape[0], picture.shape[1])
    worked = brushed(picture, brush, keep=0.3)
    worked = brushed(worked, brush * 0.45, keep=0.45)
    marks = strokes(shape, seed + 11, flow=flow)
    worked = worked * (1 + bristle * marks)[..., None]
    lit = bloom(worked * np.float32(exposure), mist_above, mist)
    lit = vignette(split_tone(lit, shade, bright, tone), corner)
    values = encoded(film_curve(lit))
    return eight_bits(grained(values, seed), seed)
