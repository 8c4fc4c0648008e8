"""Plate `bay`: the last sun behind the hills, one boat on the water, a tower that is still dark."""

from __future__ import annotations

import numpy as np
from PIL import Image

from project_template.plates import land, sky, water
from project_template.plates.light import mix, rgb
from project_template.plates.noise import Field, Shape, fbm, grid, line, octave, ridged, sample, smooth
from project_template.plates.paint import finish
from project_template.plates.props import boat, grass, laid, lighthouse

EYE = land.Eye(height=38.0, horizon=0.56, focal=1.15)
SUN = (0.62, 0.515)
SEED = 4101


def draw(shape: Shape) -> Image.Image:
    heaven = _sky(shape)
    hills, cover = _hills(shape, heaven)
    above = mix(heaven, hills, cover)
    picture = _sea(shape, above, cover)
    picture = _boat(shape, picture)
    picture = _shore(shape, picture)
    flow = 0.35 * fbm((180, 320), 3, 3, SEED)
    return finish(picture, SEED, flow=flow, exposure=1.05)


def _sky(shape: Shape) -> Field:
    stops = (
        (0.0, "#23365f"),
        (0.16, "#3d5178"),
        (0.30, "#7a7f94"),
        (0.42, "#d0a284"),
        (0.50, "#f3bd7b"),
        (0.56, "#f7a95c"),
        (1.0, "#f7a95c"),
    )
    air = sky.dome(shape, stops)
    near = sky.glow(shape, SUN, 0.30, squash=1.7)[..., None]
    wide = sky.glow(shape, SUN, 0.75, squash=1.3)[..., None]
    light = air * (0.62 + 0.75 * wide) + near * rgb("#ffb45e") * 1.5
    dense = sky.clouds(shape, EYE.horizon, SEED, size=1.25, low=-0.22, high=0.5, lean=0.55)
    through = sky.rims(dense, SUN, 0.05)
    warm = rgb("#ff8f4a") * 2.0 * wide + rgb("#c7607a") * 0.30
    cool = rgb("#2b3556") * 0.75 + rgb("#5b4a66") * 0.45 * wide
    body = cool + (warm - cool) * through[..., None]
    light = mix(light, body, dense * 0.86)
    veil = np.clip(fbm(shape, 1.6, 16, SEED + 5, octaves=6) * 0.9 - 0.05, 0, 1)
    band = smooth(0.30, 0.46, grid(shape)[1]) * smooth(0.56, 0.5, grid(shape)[1])
    light = mix(light, rgb("#5b4560") * 0.9 + wide * rgb("#ff9a55") * 0.9, veil * band * 0.75)
    sun = sky.disc(shape, SUN, 0.021)[..., None]
    halo = sky.glow(shape, SUN, 0.05)[..., None] * rgb("#ffd08a") * 2.2
    out: Field = (light + sun * rgb("#fff0c8") * 7 + halo).astype(np.float32)
    return out


def _country() -> land.Country:
    """Two arms of hills round a bay that opens to the sun; 24 m cells."""
    n, m = 900, 1100
    shape = (n, m)
    step, near = 24.0, 500.0
    z = near + step * np.arange(n, dtype=np.float32)[:, None]
    x = step * (np.arange(m, dtype=np.float32)[None, :] - m / 2)
    crags = ridged(shape, 7, 7, SEED + 20, octaves=8, gain=0.52)
    swell = fbm(shape, 2.6, 2.6, SEED + 21, octaves=4)
    bend = fbm(shape, 9, 9, SEED + 22, octaves=6)
    fine = fbm(shape, 70, 70, SEED + 23, octaves=4, gain=0.6)
    left = smooth(0, 2600, -x - 1500 - 0.10 * z + 700 * bend) * (0.25 + smooth(2500, 9000, z + 0 * x))
    right = smooth(0, 3600, x - 1500 - 0.16 * z + 800 * bend) * (0.3 + smooth(3000, 11000, z + 0 * x))
    back = smooth(12500, 18500, z + 1500 * bend) * (0.55 + 0.5 * swell)
    cape = smooth(0, 900, x - 560 + 150 * bend) * np.exp(-(((z - 2300 - 0.25 * x) / 520) ** 2))
    near_left = smooth(0, 900, -x - 900 + 260 * bend) * np.exp(-(((z - 1900 + 0.3 * x) / 420) ** 2))
    heights = np.maximum(left, right) * (160 + 980 * crags + 220 * swell) + back * (300 + 1100 * crags) - 40
    heights = np.maximum(
        heights, smooth(0.1, 0.7, cape) * (16 + 190 * crags**1.3 + 60 * swell + 34 * fine) + 46 * cape - 22
    )
    heights = np.maximum(heights, near_left * (70 + 190 * crags) - 22)
    return land.Country(heights.astype(np.float32), float(x[0, 0]), near, step)


def _hills(shape: Shape, heaven: Field) -> tuple[Field, Field]:
    country = _country()
    view = land.look(shape, EYE, country, far=21000)
    fall = land.relief(country, (-0.75, 0.34, 0.55))
    sun, open_, steep = (land.seen(view, country, layer) for layer in (fall.sun, fall.open, fall.steep))
    map_shape = (country.heights.shape[0], country.heights.shape[1])
    mottle = land.seen(view, country, fbm(map_shape, 26, 26, SEED + 30, octaves=5))
    grass, stone = rgb("#59583a"), rgb("#6a5f57")
    ground = mix(np.broadcast_to(grass, (*shape, 3)), stone, smooth(0.12, 0.42, steep + 0.12 * mottle))
    ground = ground * (1 + 0.3 * mottle)[..., None]
    lit = ground * (
        sun[..., None] * rgb("#ffb066") * 2.6
        + np.clip(open_, 0.05, 2)[..., None] ** 2 * rgb("#6f7fa8") * 0.75
    )
    lost = land.air(view, 19000.0, settle=70.0)
    glow = sky.glow(shape, SUN, 0.5, squash=1.3)
    haze = mix(np.broadcast_to(rgb("#8a86a0") * 0.8, (*shape, 3)), rgb("#ffb870") * 1.25, glow)
    out = mix(lit, haze, np.clip(lost, 0, 0.94))
    on_land = view.cover * smooth(-2, 4, view.y)
    x, z = np.full((), 1150.0, np.float32), np.full((), 2560.0, np.float32)
    ground_at = float(sample(country.heights, *country.cells(x, z)))
    u, v, scale = EYE.place(float(x), ground_at, float(z))
    tower = lighthouse(shape, (u, v + 0.004), 105 * scale, rgb("#54454c") * 0.5, 0.0)
    return laid(out, tower), np.maximum(on_land, tower.cover).astype(np.float32)


def _sea(shape: Shape, above: Field, cover: Field) -> Field:
    ripple = water.ripples(shape, EYE, SEED + 40, size=5.0, calm=1.6)
    mirror = water.mirrored(above, shape, EYE.horizon, ripple, 0.55)
    deep = rgb("#173040") * 0.55 + rgb("#2d3a52") * 0.25
    sea = water.surface(mirror, deep, EYE, ripple, shine=0.95)
    road = water.glitter(shape, SUN[0], EYE.horizon, ripple, width=0.085, sharp=2.6)
    sea = sea + road[..., None] * rgb("#ffc27a") * 2.9
    wind = smooth(0.1, 0.7, octave(shape, 2.2, 26, SEED + 44) + 0.5 * octave(shape, 5, 60, SEED + 45))
    _, v = grid(shape)
    sea = sea * (1 - 0.16 * wind * smooth(0.57, 0.62, v))[..., None]
    wet = smooth(EYE.horizon - 0.001, EYE.horizon + 0.001, v) * (1 - cover)
    mist = np.exp(-np.abs(v - EYE.horizon) / 0.018) * 0.35 * (0.7 + 0.5 * octave(shape, 3, 1, SEED + 46))
    sea = mix(above, sea, np.broadcast_to(wet, shape).astype(np.float32))
    return mix(sea, rgb("#ffc48a") * 0.9, np.clip(mist, 0, 1).astype(np.float32))


def _boat(shape: Shape, picture: Field) -> Field:
    at = (1.06, 0.735)
    return laid(picture, boat(shape, at, 0.115, rgb("#1a1418") * 0.5, rgb("#ffb066") * 0.8, seed=3))


def _shore(shape: Shape, picture: Field) -> Field:
    """Dark rocks and wind-bent grass nearest to us."""
    u, v = grid(shape)
    edge = line(shape[1], shape[1] / shape[0], 2.2, SEED + 60)[None, :]
    top = (
        0.925
        + 0.05 * edge
        + 0.10 * smooth(0.3, 0.95, u)
        - 0.05 * smooth(0.35, 0.0, u)
        - 0.13 * smooth(1.35, 1.78, u)
    )
    solid = smooth(-0.0015, 0.0025, v - top)
    stone = ridged(shape, 9, 14, SEED + 61, octaves=6)
    lip = np.exp(-np.maximum(v - top, 0) / 0.012)
    body = (
        rgb("#241c20") * (0.2 + 0.8 * stone)[..., None] + rgb("#ff9a50") * (lip * stone**2 * 0.25)[..., None]
    )
    picture = mix(picture, body.astype(np.float32), solid)
    blades = grass(shape, top[0], SEED + 62, count=2600, span=(0.0, 1.78), tall=(0.012, 0.05))
    blades = blades * smooth(0.99, 0.93, top + 0 * v)
    return mix(picture, np.broadcast_to(rgb("#1d1512") * 0.6, picture.shape), blades.astype(np.float32))
