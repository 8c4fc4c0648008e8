"""Plates `headland` and `headland-lit`: one cliff by one moon, its lamp dark, then burning."""

from __future__ import annotations

from functools import cache

import numpy as np
from PIL import Image

from project_template.plates import land, sky, water
from project_template.plates.light import blur, mix, rgb
from project_template.plates.noise import Field, Shape, displaced, fbm, grid, line, octave, ridged, smooth
from project_template.plates.paint import finish
from project_template.plates.props import boat, grass, laid, lighthouse

SEED = 7507
EYE = land.Eye(height=24.0, horizon=0.63, focal=1.2)
MOON = (1.37, 0.17)
FOOT = (0.676, 0.386)
TALL = 0.205
LAMP = (FOOT[0], FOOT[1] - 0.82 * TALL)
BOAT = (1.43, 0.765)


def draw(shape: Shape) -> Image.Image:
    return _plate(shape, lamp=False)


def draw_lit(shape: Shape) -> Image.Image:
    return _plate(shape, lamp=True)


def _plate(shape: Shape, *, lamp: bool) -> Image.Image:
    heaven = _sky(shape)
    cliff, cover = _cliff(shape, lamp=lamp)
    behind = laid(heaven, lighthouse(shape, FOOT, TALL, _tower(shape), 5.0 if lamp else 0.0))
    above = mix(behind, cliff, cover)
    if lamp:
        above = _beams(shape, above, cover)
    picture = _sea(shape, above, cover, lamp=lamp)
    picture = _surf(shape, picture, cover)
    rim = rgb("#ffd9a0") * 0.5 if lamp else rgb("#a8c0dc") * 0.22
    picture = laid(picture, boat(shape, BOAT, 0.095, rgb("#0a0d14") * 0.6, rim, seed=5))
    picture = _near(shape, picture, lamp=lamp)
    flow = 0.5 * fbm((180, 320), 3, 3, SEED)
    return finish(
        picture,
        SEED,
        flow=flow,
        exposure=1.5,
        brush=0.0038,
        bristle=0.04,
        mist=0.8,
        mist_above=0.6,
        shade=(0.74, 0.96, 1.26),
        bright=(1.06, 1.0, 0.92),
        corner=0.4,
    )


def _sky(shape: Shape) -> Field:
    stops = ((0.0, "#0b1630"), (0.25, "#152a4c"), (0.48, "#2f4f70"), (0.63, "#5d7f92"), (1, "#5d7f92"))
    wide = sky.glow(shape, MOON, 0.75)[..., None]
    air = sky.dome(shape, stops) * (0.45 + 0.75 * wide)
    air = air + sky.glow(shape, MOON, 0.16)[..., None] * rgb("#b9d2e0") * 0.55
    air = (
        air
        + (sky.stars(shape, SEED, 2600) * smooth(0.55, 0.2, grid(shape)[1]))[..., None] * rgb("#e4ecff") * 1.4
    )
    air = air + sky.moon(shape, MOON, 0.034, SEED)[..., None] * rgb("#fff6de") * 0.75
    dense = sky.clouds(shape, EYE.horizon, SEED + 2, size=1.15, low=0.0, high=0.72, lean=0.9)
    through = sky.rims(dense, MOON, 0.06)[..., None]
    body = rgb("#0f1b31") * 0.8 + (rgb("#a8c4d6") * 1.15 * wide**1.5 + rgb("#3a5070") * 0.35) * through
    light = mix(air.astype(np.float32), body.astype(np.float32), dense * 0.9)
    veil = np.clip(fbm(shape, 1.2, 14, SEED + 3, octaves=6) - 0.05, 0, 1) * smooth(0.4, 0.6, grid(shape)[1])
    return mix(light, rgb("#6f8fa2") * 0.55, (veil * 0.7).astype(np.float32))


@cache
def _country() -> land.Country:
    """A cape that ends in a cliff, its top sloping up to the tower; 1.6 m cells."""
    n, m = 900, 1200
    shape = (n, m)
    step, near = 1.2, 190.0
    z = near + step * np.arange(n, dtype=np.float32)[:, None]
    x = step * (np.arange(m, dtype=np.float32)[None, :] - m * 0.62)
    coast = fbm(shape, 5, 5, SEED + 20, octaves=7, gain=0.55)
    crags = ridged(shape, 9, 9, SEED + 21, octaves=7)
    fine = fbm(shape, 46, 46, SEED + 22, octaves=4)
    edge = np.minimum(60 - x, (z - 300) * 1.0 + 0.22 * (x + 160)) + 52 * coast - 26 * (1 - crags)
    wall = smooth(-4, 62, edge)
    top = 112 + 0.06 * np.minimum(x, 0) - 0.10 * np.maximum(-x - 40, 0) + 14 * coast + 1.6 * fine
    ledges = 7 * np.sin(edge * 0.5 + 5 * coast + 2 * crags) * wall * (1 - wall) * 4
    gully = np.clip(1 - wall, 0, 1) * wall * 4
    heights = wall * (top + ledges) - gully * (46 * (1 - crags) + 9 * fine) - 6 + 2.5 * fine * wall
    skerry = np.exp(-(((x - 150) / 34) ** 2) - (((z - 420) / 26) ** 2)) * (8 + 52 * crags**1.5 + 6 * fine)
    skerry2 = np.exp(-(((x - 104) / 18) ** 2) - (((z - 350) / 16) ** 2)) * (6 + 44 * crags**1.5 + 5 * fine)
    return land.Country(
        np.maximum(heights, np.maximum(skerry, skerry2) - 9).astype(np.float32), float(x[0, 0]), near, step
    )


@cache
def _relief() -> land.Relief:
    """Dark and lit stand in the same moonlight: worked out once for both."""
    return land.relief(_country(), (0.8, 0.5, -0.5), reach=70)


def _cliff(shape: Shape, *, lamp: bool) -> tuple[Field, Field]:
    country = _country()
    view = land.look(shape, EYE, country, far=1200)
    fall = _relief()
    sun, open_, steep = (land.seen(view, country, layer) for layer in (fall.sun, fall.open, fall.steep))
    map_shape = (country.heights.shape[0], country.heights.shape[1])
    mottle = land.seen(view, country, fbm(map_shape, 40, 40, SEED + 30, octaves=5))
    beds = land.rock(shape, SEED + 31)
    turf, stone = rgb("#4a5548"), rgb("#6b6a6c")
    ground = mix(
        np.broadcast_to(turf, (*shape, 3)),
        stone * beds[..., None],
        smooth(0.25, 0.55, steep + 0.1 * mottle + smooth(70, 40, view.y)),
    )
    ground = ground * (1 + 0.35 * mottle)[..., None]
    light = (
        sun[..., None] * rgb("#bcd3e6") * 1.5
        + np.clip(open_, 0.05, 2)[..., None] ** 2.2 * rgb("#5a7a9c") * 0.85
    )
    if lamp:
        warm = sky.glow(shape, (FOOT[0], FOOT[1] + 0.01), 0.16, squash=1.4)
        light = light + (warm * (0.5 + 0.5 * open_))[..., None] * rgb("#ffb45c") * 1.5
    lost = land.air(view, 2300.0, settle=22.0)
    out = mix((ground * light).astype(np.float32), rgb("#5b7c94") * 0.5, np.clip(lost, 0, 0.85))
    return out, (view.cover * smooth(-0.6, 0.8, view.y)).astype(np.float32)


def _tower(shape: Shape) -> Field:
    """Whitewash: moonlit on the right hand, in its own shade on the left."""
    u, v = grid(shape)
    across = np.clip((u - FOOT[0]) / (0.11 * TALL), -1, 1)
    turn = 0.16 + 0.84 * smooth(-0.35, 0.95, across * np.ones_like(v))
    worn = 1 + 0.25 * fbm(shape, 70, 40, SEED + 35, octaves=4)
    dark = smooth(FOOT[1] - 0.725 * TALL, FOOT[1] - 0.735 * TALL, v) * 0.72
    return (rgb("#c9d2d8") * (0.34 * turn * worn * (1 - dark))[..., None]).astype(np.float32)


def _beams(shape: Shape, picture: Field, cover: Field) -> Field:
    """Two beams through salt air: one comes out over the sea toward us, one goes away inland."""
    u, v = grid(shape)
    du, dv = u - LAMP[0], v - LAMP[1]
    smoke = 0.62 + 0.42 * fbm(shape, 2.6, 5, SEED + 40, octaves=6)
    warm = rgb("#ffd596")
    total = np.zeros(shape, np.float32)
    for angle, spread, reach, power in ((0.19, 0.052, 1.5, 1.0), (np.pi + 0.03, 0.035, 0.9, 0.6)):
        along = du * np.cos(angle) + dv * np.sin(angle)
        aside = -du * np.sin(angle) + dv * np.cos(angle)
        half = 0.004 + spread * np.maximum(along, 0)
        shape_of = np.exp(-((aside / half) ** 2)) * 0.75 + 0.25 * np.exp(-np.abs(aside / half) * 0.8)
        total += (shape_of * smooth(0, 0.012, along) * np.exp(-np.maximum(along, 0) / reach) * power).astype(
            np.float32
        )
    halo = (
        sky.glow(shape, LAMP, 0.011, power=1.4) * 4.5
        + sky.glow(shape, LAMP, 0.05) * 0.9
        + sky.glow(shape, LAMP, 0.22) * 0.22
    )
    beam = (total * smoke * 0.62 * (1 - 0.75 * cover))[..., None] * warm
    return (picture + beam + (halo * (0.8 + 0.2 * smoke))[..., None] * rgb("#ffc878")).astype(np.float32)


def _sea(shape: Shape, above: Field, cover: Field, *, lamp: bool) -> Field:
    ripple = water.ripples(shape, EYE, SEED + 50, size=7.0, calm=1.0)
    mirror = water.mirrored(above, shape, EYE.horizon, ripple, 1.25)
    deep = rgb("#0d1f30") * 0.55
    sea = water.surface(mirror, deep, EYE, ripple, shine=0.85)
    u, v = grid(shape)
    swell = np.clip(1 + 0.5 * ripple.toward + 0.22 * octave(shape, 4, 40, SEED + 51), 0.2, 2)
    sea = sea * swell[..., None]
    road = water.glitter(shape, MOON[0], EYE.horizon, ripple, width=0.13, sharp=3.0)
    sea = sea + road[..., None] * rgb("#cfe0ea") * 0.85
    if lamp:
        path = np.exp(-(((u - BOAT[0] + 0.02) / 0.26) ** 2) - (((v - BOAT[1]) / 0.05) ** 2))
        fleck = np.clip(ripple.toward + 0.55, 0, 2) ** 2
        sea = sea + (path * (0.25 + fleck))[..., None] * rgb("#ffc987") * 0.55
    wet = smooth(EYE.horizon - 0.001, EYE.horizon + 0.0015, v) * (1 - cover)
    out = mix(above, sea.astype(np.float32), np.broadcast_to(wet, shape).astype(np.float32))
    haze = (
        np.exp(-np.abs(v - EYE.horizon) / 0.022)
        * 0.42
        * (1 - cover)
        * (0.8 + 0.4 * octave(shape, 3, 2, SEED + 53))
    )
    return mix(out, rgb("#7f9db0") * 0.5, np.clip(haze, 0, 1).astype(np.float32))


def _surf(shape: Shape, picture: Field, cover: Field) -> Field:
    """White water where the rock goes under, and spray that hangs above it."""
    _, v = grid(shape)
    foot = np.clip(cover - np.roll(cover, -max(1, round(0.004 * shape[0])), 0), 0, 1) * smooth(
        EYE.horizon, EYE.horizon + 0.01, v
    )
    foot = displaced(foot, np.zeros_like(foot), 0.006 * fbm(shape, 20, 9, SEED + 63, octaves=4))
    torn = smooth(-0.1, 0.9, fbm(shape, 13, 60, SEED + 60, octaves=6, gain=0.6))
    white = np.clip(blur(foot, 0.002) * 2.6 * torn + blur(foot, 0.009) * 2.4 * torn, 0, 1)
    picture = mix(picture, rgb("#c4d6e2") * 0.42, white.astype(np.float32))
    spray = np.clip(blur(np.roll(foot, -round(0.012 * shape[0]), 0), 0.016) * 5.0, 0, 1)
    smoke = smooth(-0.2, 0.8, fbm(shape, 7, 7, SEED + 61, octaves=6, gain=0.55))
    lines = (
        smooth(0.55, 0.95, ridged(shape, 3.2, 26, SEED + 62, octaves=5)) * smooth(0.66, 0.9, v) * (1 - cover)
    )
    picture = mix(picture, rgb("#b4c8d6") * 0.5, (spray * smoke * 0.7).astype(np.float32))
    return mix(picture, rgb("#a9c0d0") * 0.42, (lines * 0.34).astype(np.float32))


def _near(shape: Shape, picture: Field, *, lamp: bool) -> Field:
    """The cliff we stand on: grass against the sea, at the lower left."""
    u, v = grid(shape)
    wide = shape[1] / shape[0]
    bank = line(shape[1], wide, 2.0, SEED + 70)[None, :]
    top = 0.845 + 0.035 * bank + 0.20 * smooth(0.15, 0.85, u) ** 1.4
    solid = smooth(-0.001, 0.003, v - top)
    rough = np.clip(0.5 + 0.5 * fbm(shape, 40, 30, SEED + 71, octaves=5, gain=0.65), 0, 2)
    body = rgb("#1c2830") * (0.3 + 0.7 * rough)[..., None]
    lip = np.exp(-np.maximum(v - top, 0) / 0.014)
    body = body + (lip * rough)[..., None] * rgb("#8fabc0") * 0.16
    picture = mix(picture, body.astype(np.float32), solid)
    blades = grass(shape, top[0], SEED + 72, count=1900, span=(0.0, 0.95), tall=(0.012, 0.045))
    tip = rgb("#1a2529") * 0.5 + (rgb("#ffb45c") * 0.03 if lamp else 0)
    return mix(picture, np.broadcast_to(tip.astype(np.float32), picture.shape), blades * 0.9)
