"""Noise on lattices: the same picture at every size, because a lattice knows nothing of pixels."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Field = NDArray[Any]
"""Float32 in practice; numpy's own types lose that at the first product with a plain number."""
Shape = tuple[int, int]


def grid(shape: Shape) -> tuple[Field, Field]:
    """`u` of shape (1, w) and `v` of shape (h, 1): pixel centres in picture heights."""
    h, w = shape
    u = (np.arange(w, dtype=np.float32) + 0.5) / h
    v = (np.arange(h, dtype=np.float32) + 0.5) / h
    return u[None, :], v[:, None]


def resize(field: Field, shape: Shape, box: tuple[float, float, float, float] | None = None) -> Field:
    """`field` (or its `box`, in its own pixels) at another size, bicubic."""
    image = Image.fromarray(np.ascontiguousarray(field, dtype=np.float32))
    sized = image.resize((shape[1], shape[0]), Image.Resampling.BICUBIC, box=box)
    return np.asarray(sized, dtype=np.float32)


def octave(shape: Shape, across: float, down: float, seed: int) -> Field:
    """Smooth noise in about -1..1 with `across` and `down` cells in one picture height."""
    wide = across * shape[1] / shape[0]
    rows, cols = math.ceil(down) + 5, math.ceil(wide) + 5
    lattice = np.random.default_rng(seed).uniform(-1, 1, (rows, cols)).astype(np.float32)
    return resize(lattice, shape, (2.0, 2.0, 2.0 + wide, 2.0 + down))


def fbm(shape: Shape, across: float, down: float, seed: int, *, octaves: int = 6, gain: float = 0.5) -> Field:
    """Octaves of noise, each twice as fine and `gain` as strong; about -1..1."""
    total = np.zeros(shape, np.float32)
    weight, reach = 1.0, 0.0
    for step in range(octaves):
        total += weight * octave(shape, across * 2**step, down * 2**step, seed * 131 + step)
        reach += weight
        weight *= gain
    return total / np.float32(reach * 0.7)


def ridged(
    shape: Shape, across: float, down: float, seed: int, *, octaves: int = 7, gain: float = 0.5
) -> Field:
    """Noise folded at zero: crests and gullies, 0..1."""
    total = np.zeros(shape, np.float32)
    carry = np.ones(shape, np.float32)
    weight, reach = 1.0, 0.0
    for step in range(octaves):
        fold = 1.0 - np.abs(octave(shape, across * 2**step, down * 2**step, seed * 137 + step))
        fold = fold * fold
        total += weight * fold * carry
        carry = np.clip(fold * 1.6, 0, 1)
        reach += weight
        weight *= gain
    return total / np.float32(reach)


def line(count: int, span: float, cells: float, seed: int, *, octaves: int = 9, gain: float = 0.5) -> Field:
    """Noise along a line of `span` picture heights, `cells` to a height; shape (count,), -1..1."""
    total = np.zeros(count, np.float32)
    at = (np.arange(count, dtype=np.float32) + 0.5) * (span / count)
    weight, reach = 1.0, 0.0
    for step in range(octaves):
        size = cells * 2**step
        knots = np.random.default_rng(seed * 139 + step).uniform(-1, 1, math.ceil(span * size) + 3)
        total += weight * np.interp(at * size, np.arange(knots.size), knots).astype(np.float32)
        reach += weight
        weight *= gain
    return total / np.float32(reach * 0.7)


def sample(field: Field, x: Field, y: Field, *, wrap: bool = False) -> Field:
    """`field` read between its pixels at `x`, `y` (in its pixels); beyond the edge it repeats the edge."""
    h, w = field.shape[:2]
    if wrap:
        x, y = np.mod(x, w), np.mod(y, h)
    else:
        x, y = np.clip(x, 0, w - 1.001), np.clip(y, 0, h - 1.001)
    x0, y0 = x.astype(np.int32), y.astype(np.int32)
    fx, fy = (x - x0).astype(np.float32), (y - y0).astype(np.float32)
    if wrap:
        x0, y0 = x0 % w, y0 % h
        x1, y1 = (x0 + 1) % w, (y0 + 1) % h
    else:
        x1, y1 = x0 + 1, y0 + 1
    if field.ndim == 3:
        fx, fy = fx[..., None], fy[..., None]
    top = field[y0, x0] * (1 - fx) + field[y0, x1] * fx
    low = field[y1, x0] * (1 - fx) + field[y1, x1] * fx
    mixed: Field = top * (1 - fy) + low * fy
    return mixed


def displaced(field: Field, du: Field, dv: Field) -> Field:
    """`field` with every point fetched from `du`, `dv` (picture heights) away."""
    h, w = field.shape[:2]
    xs = np.arange(w, dtype=np.float32)[None, :] + du * h
    ys = np.arange(h, dtype=np.float32)[:, None] + dv * h
    return sample(field, np.broadcast_to(xs, (h, w)), np.broadcast_to(ys, (h, w)))


def smooth(low: float, high: float, value: Field) -> Field:
    """0 below `low`, 1 above `high`, eased between; `low` may be the larger."""
    t = np.clip((value - low) / (high - low), 0, 1)
    eased: Field = (t * t * (3 - 2 * t)).astype(np.float32)
    return eased
