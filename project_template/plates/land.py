"""Land: maps of height, seen from a place through the air by casting one ray a column."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from project_template.plates.light import blur
from project_template.plates.noise import Field, Shape, fbm, grid, sample, smooth


@dataclass(frozen=True, slots=True)
class Eye:
    """Where the picture is seen from. Lengths in metres, places in picture heights."""

    height: float
    """Above the sea."""
    horizon: float
    """`v` of the horizon."""
    focal: float
    """1 is a normal lens: what is as tall as it is far fills the picture's height."""
    centre: float = 8 / 9
    """`u` of the straight-ahead column."""

    def place(self, x: float, y: float, z: float) -> tuple[float, float, float]:
        """World to picture: (u, v, picture heights a metre)."""
        scale = self.focal / z
        return self.centre + x * scale, self.horizon - (y - self.height) * scale, scale


@dataclass(frozen=True, slots=True)
class Country:
    """A map of heights in metres; rows go away from the eye, columns from left to right."""

    heights: Field
    left: float
    near: float
    step: float
    """Metres a cell."""

    def cells(self, x: Field, z: Field) -> tuple[Field, Field]:
        return (x - self.left) / self.step, (z - self.near) / self.step


@dataclass(frozen=True, slots=True)
class View:
    """What each pixel of land shows; all (h, w)."""

    cover: Field
    """1 on land, 0 on sky, soft at the skyline."""
    x: Field
    z: Field
    y: Field


def look(shape: Shape, eye: Eye, country: Country, *, far: float, steps: int = 900) -> View:
    """Casts the columns. Land beyond `far` metres is not seen."""
    u, v = grid(shape)
    start = max(country.near, 2.0)
    z = np.geomspace(start, far, steps).astype(np.float32)[:, None]
    across = (u - eye.centre) / eye.focal
    cx, cz = country.cells(across * z, np.broadcast_to(z, (steps, shape[1])))
    heights = sample(country.heights, cx, cz)
    heights = np.where((cx < 0) | (cx > country.heights.shape[1] - 1), -1e3, heights)
    seen = eye.horizon - eye.focal * (heights - eye.height) / z
    crest = np.minimum.accumulate(seen, axis=0)
    hit = np.empty(shape, np.int32)
    rows = -v[:, 0]
    for column in range(shape[1]):
        hit[:, column] = np.searchsorted(-crest[:, column], rows, side="left")
    hit = np.clip(hit, 1, steps - 1)
    columns = np.arange(shape[1])[None, :]
    before, after = seen[hit - 1, columns], seen[hit, columns]
    part = np.clip((before - v) / np.where(np.abs(before - after) < 1e-7, 1e-7, before - after), 0, 1)
    depth = (z[hit - 1, 0] * (1 - part) + z[hit, 0] * part).astype(np.float32)
    cover = np.clip((v - crest[-1][None, :]) * shape[0] + 0.5, 0, 1).astype(np.float32)
    wx = (across * depth).astype(np.float32)
    y = sample(country.heights, *country.cells(wx, depth))
    return View(cover, wx, depth, y)


@dataclass(frozen=True, slots=True)
class Relief:
    """How light falls on a country; same shape as its heights."""

    sun: Field
    """0..1, shadows cast included."""
    open: Field
    """How much sky it sees, 0..1."""
    steep: Field
    """0 flat, 1 a wall."""


def relief(country: Country, light: tuple[float, float, float], *, reach: int = 90) -> Relief:
    """Light from the direction `light` (x right, y up, z away); shadows up to `reach` cells long."""
    lx, ly, lz = np.array(light) / np.linalg.norm(light)
    h = country.heights
    dz, dx = np.gradient(h, country.step)
    norm = np.sqrt(dx * dx + dz * dz + 1)
    facing = np.clip((-dx * lx + ly - dz * lz) / norm, 0, 1)
    flat = float(np.hypot(lx, lz)) + 1e-6
    rows, cols = np.indices(h.shape, dtype=np.float32)
    shade = np.zeros_like(h)
    for step in np.geomspace(1.5, reach, 16):
        there = sample(h, cols + lx / flat * step, rows + lz / flat * step)
        rise = (there - h) / (step * country.step) - ly / flat
        shade = np.maximum(shade, smooth(-0.04, 0.16, rise))
    hollow = sum(
        (np.tanh((blur(h, s) - h) / (country.step * n)) for s, n in ((0.004, 3), (0.016, 9), (0.05, 26)))
    )
    sky = np.clip(0.78 - 0.34 * np.asarray(hollow), 0.12, 1.15)
    return Relief(
        (facing * (1 - shade)).astype(np.float32),
        sky.astype(np.float32),
        (1 - 1 / norm).astype(np.float32),
    )


def seen(view: View, country: Country, layer: Field) -> Field:
    """A layer of the map as the eye sees it."""
    return sample(layer, *country.cells(view.x, view.z))


def air(view: View, thickness: float, *, settle: float = 0.0) -> Field:
    """How much of the land is lost in the air, 0..1; `settle` metres is how high mist lies."""
    low = np.exp(-np.maximum(view.y, 0) / settle) if settle else 0.0
    return (1 - np.exp(-view.z / thickness * (1 + 1.6 * low))).astype(np.float32)


def rock(shape: Shape, seed: int) -> Field:
    """Strata and rubble for bare slopes: brightness about 1."""
    beds = fbm(shape, 3, 46, seed, octaves=4)
    rubble = fbm(shape, 60, 60, seed + 1, octaves=3)
    return (1 + 0.28 * beds + 0.25 * rubble).astype(np.float32)
