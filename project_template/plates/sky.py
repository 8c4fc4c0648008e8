"""Skies: a dome of colours, a sun or a moon with its air, stars, and clouds lit from behind."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from project_template.plates.light import rgb
from project_template.plates.noise import Field, Shape, fbm, grid, sample, smooth

Stop = tuple[float, str]


def dome(shape: Shape, stops: Sequence[Stop]) -> Field:
    """Colours by height, mixed in linear light; `stops` are (v, "#rrggbb") from the top down."""
    _, v = grid(shape)
    at = np.array([stop[0] for stop in stops], np.float32)
    colours = np.stack([rgb(stop[1]) for stop in stops])
    bands = [np.interp(v[:, 0], at, colours[:, i]) for i in range(3)]
    column = np.stack(bands, axis=-1).astype(np.float32)
    return np.repeat(column[:, None, :], shape[1], axis=1)


def distance(shape: Shape, at: tuple[float, float], squash: float = 1.0) -> Field:
    """Distance from a point, in picture heights; `squash` over 1 makes a flat, wide glow."""
    u, v = grid(shape)
    return np.sqrt((u - at[0]) ** 2 + ((v - at[1]) * squash) ** 2).astype(np.float32)


def glow(
    shape: Shape, at: tuple[float, float], size: float, *, squash: float = 1.0, power: float = 1.0
) -> Field:
    """Light scattered in air round a source, 1 at the source, falling away over `size`."""
    away = distance(shape, at, squash) / np.float32(size)
    return np.exp(-(away**power)).astype(np.float32)


def disc(shape: Shape, at: tuple[float, float], radius: float) -> Field:
    """A round edge about one and a half pixels soft."""
    edge = 1.5 / shape[0]
    return smooth(radius + edge, radius - edge, distance(shape, at))


def moon(shape: Shape, at: tuple[float, float], radius: float, seed: int) -> Field:
    """A moon with seas and a shaded limb: brightness 0..1."""
    seas = fbm(shape, 22, 22, seed, octaves=4)
    face = 0.82 + 0.32 * np.clip(seas, -0.9, 0.5)
    limb = np.clip(1 - (distance(shape, at) / radius) ** 2, 0, 1) ** 0.25
    lit: Field = disc(shape, at, radius) * face * (0.55 + 0.45 * limb)
    return lit


def stars(shape: Shape, seed: int, count: int) -> Field:
    """Points of light, few bright and many faint; a loose band of dust across the sky."""
    h, w = shape
    draw = np.random.default_rng(seed)
    us, vs = draw.random(count) * w / h, draw.random(count)
    power = draw.pareto(1.7, count).astype(np.float32) + 0.15
    out = np.zeros(shape, np.float32)
    # Light per area must not depend on the size of the drawing.
    each = np.minimum(power, 9) * (h / 1440) ** 2 * 0.35
    xs, ys = (us * h).astype(int), (vs * h).astype(int)
    np.add.at(out, (np.clip(ys, 0, h - 1), np.clip(xs, 0, w - 1)), each)
    spread = out * 0.55
    for dy, dx in ((0, 1), (1, 0), (0, -1), (-1, 0)):
        spread += 0.11 * np.roll(out, (dy, dx), (0, 1))
    return spread


def clouds(
    shape: Shape, horizon: float, seed: int, *, size: float, low: float, high: float, lean: float = 0.0
) -> Field:
    """A deck of cloud seen from below, drawn to the horizon; density 0..1.

    `size` is the width of a cloud in the plane of the deck, `low` and `high` the noise at which
    cloud begins and is full, `lean` how far the streets of cloud slope.
    """
    u, v = grid(shape)
    away = 1.0 / np.maximum(horizon - v + 0.055, 0.02)
    plane = fbm((1024, 1024), 6, 6, seed, octaves=8, gain=0.56)
    twist = fbm((512, 512), 5, 5, seed + 3, octaves=5)
    x = (u - shape[1] / shape[0] / 2) * away + lean * away
    y = np.broadcast_to(away, shape) * 1.15
    scale = 1024 / 6 / size
    bend = sample(twist, x * scale / 4, y * scale / 4, wrap=True) * 46
    dense = sample(plane, _mirrored(x * scale + bend), _mirrored(y * scale + bend * 0.6))
    return smooth(low, high, dense)


def _mirrored(at: Field) -> Field:
    """Folds the plane at its edges, so that it goes on for ever without a break."""
    span = 2 * 1022.0
    return (1022.0 - np.abs(np.mod(at, span) - 1022.0)).astype(np.float32)


def rims(dense: Field, at: tuple[float, float], reach: float) -> Field:
    """How much of the light at `at` comes through to each part of a cloud, 0..1."""
    h, w = dense.shape
    u, v = grid((h, w))
    du, dv = at[0] - u, at[1] - v
    far = np.sqrt(du * du + dv * dv) + 1e-3
    through = np.zeros((h, w), np.float32)
    xs = np.arange(w, dtype=np.float32)[None, :]
    ys = np.arange(h, dtype=np.float32)[:, None]
    for step in (0.25, 0.55, 1.0):
        shift = reach * step * h
        through += sample(dense, xs + du / far * shift, ys + dv / far * shift)
    lit: Field = np.exp(-1.35 * through)
    return lit
