"""Plate `pinewood`: a path through old pines by moonlight, fog, and one lantern."""

from __future__ import annotations

import numpy as np
from PIL import Image

from project_template.plates import sky
from project_template.plates.light import blur, mix, rgb
from project_template.plates.noise import Field, Shape, displaced, fbm, grid, line, octave, ridged, smooth
from project_template.plates.paint import finish
from project_template.plates.props import laid, walker
from project_template.plates.trees import rank, trunks

SEED = 5203
MOON = (0.58, 0.16)
WALKER = (0.985, 0.792)
TALL = 0.155
LANTERN = (WALKER[0] + 0.245 * TALL, WALKER[1] - 0.44 * TALL)
PATH = 0.98


def draw(shape: Shape) -> Image.Image:
    picture = _far(shape)
    picture = _ranks(shape, picture)
    picture = _ground(shape, picture)
    picture = _shafts(shape, picture)
    picture = _lantern(shape, picture)
    picture = _near(shape, picture)
    flow = 1.25 + 0.5 * fbm((180, 320), 3, 3, SEED)
    level = smooth(0.62, 0.8, grid((180, 320))[1])
    return finish(
        picture,
        SEED,
        flow=(flow * (1 - level)).astype(np.float32),
        exposure=1.5,
        bristle=0.022,
        mist=0.7,
        mist_above=0.55,
        shade=(0.72, 0.98, 1.24),
        bright=(1.06, 1.0, 0.92),
        corner=0.42,
    )


def _night(shape: Shape) -> Field:
    """The colour of the fog: the moon's light in the air."""
    air = sky.dome(
        shape, ((0, "#0e1c30"), (0.3, "#1d3a50"), (0.62, "#47707c"), (0.8, "#2a4a56"), (1, "#16262f"))
    )
    near = sky.glow(shape, MOON, 0.32)[..., None] * rgb("#b8d4d2") * 0.75
    wide = sky.glow(shape, MOON, 0.8)[..., None]
    down = sky.glow(shape, (PATH, 0.62), 0.42, squash=1.2)[..., None] * rgb("#7fa6a6") * 0.5
    return (air * (0.4 + 0.7 * wide) + near + down).astype(np.float32)


def _far(shape: Shape) -> Field:
    fog = _night(shape)
    dense = smooth(-0.2, 0.8, fbm(shape, 2.0, 4.5, SEED + 1, octaves=7, gain=0.55))
    lit = fog * (0.78 + 0.42 * dense)[..., None]
    face = sky.moon(shape, MOON, 0.036, SEED)[..., None] * rgb("#f4f1dc") * 2.6
    return (lit + face).astype(np.float32)


def _ranks(shape: Shape, picture: Field) -> Field:
    """Seven ranks, each darker, warmer with earth and less in the fog than the one behind."""
    fog = _night(shape)
    wide = shape[1] / shape[0]
    _, v = grid(shape)
    plan = (
        (0.60, 0.30, 0.016, 0.10, None),
        (0.615, 0.36, 0.024, 0.22, None),
        (0.63, 0.44, 0.036, 0.36, (0.90, 1.06)),
        (0.65, 0.54, 0.055, 0.52, (0.86, 1.10)),
        (0.675, 0.68, 0.082, 0.68, (0.80, 1.16)),
        (0.71, 0.86, 0.125, 0.82, (0.70, 1.27)),
    )
    for number, (base, tall, every, near, gap) in enumerate(plan):
        bank = line(shape[1], wide, 1.6, SEED + 50 + number, octaves=7)
        ground = base + 0.016 * bank
        mask = rank(
            shape,
            SEED + 10 + number,
            ground=ground,
            tall=tall,
            every=every,
            gap=gap,
            bare=0.1 + 0.05 * number,
        )
        mask = np.maximum(mask, smooth(-0.003, 0.003, v - ground[None, :]))
        rag = (0.0016 + 0.0010 * near) * smooth(base - 0.14, base - 0.26, v)
        mask = displaced(
            mask,
            rag * octave(shape, 130, 150, SEED + 60 + number),
            rag * 1.5 * octave(shape, 150, 120, SEED + 65 + number),
        )
        rim = np.clip(mask - blur(np.roll(mask, round(0.003 * shape[0]), 1), 0.0016), 0, 1)
        dark = rgb("#0d1a20") * (0.5 + 0.25 * number / 6) * (1 - 0.45 * near)
        leaf = (
            octave(shape, 90, 120, SEED + 70 + number) * 0.5 + octave(shape, 30, 40, SEED + 80 + number) * 0.5
        )
        body = dark * (1 + 0.6 * leaf)[..., None]
        moonlit = sky.glow(shape, MOON, 0.55)
        body = body + (rim * (0.25 + moonlit))[..., None] * rgb("#9fc4c8") * (0.05 + 0.16 * near)
        body = mix(fog, body.astype(np.float32), near)
        picture = mix(picture, body, mask)
        lie = smooth(-0.5, 0.9, fbm(shape, 1.4, 5, SEED + 90 + number, octaves=6, gain=0.55))
        band = np.exp(-(((v - base + 0.02) / (0.055 + 0.02 * number)) ** 2)) * (0.62 - 0.06 * number)
        picture = mix(picture, fog * 1.06, (lie * band).astype(np.float32))
    return picture


def _ground(shape: Shape, picture: Field) -> Field:
    """Needles and roots, and a path that winds to the walker and past."""
    u, v = grid(shape)
    bank = line(shape[1], shape[1] / shape[0], 1.2, SEED + 100)[None, :]
    top = 0.705 + 0.012 * bank + 0.03 * np.abs(u - PATH) ** 1.2
    solid = smooth(-0.006, 0.012, v - top)
    depth = np.clip((v - 0.69) / 0.31, 0, 1.05)
    away = 1 / (depth + 0.06)
    rough = fbm(shape, 14, 34, SEED + 101, octaves=6, gain=0.6)
    roots = ridged(shape, 7, 16, SEED + 102, octaves=5)
    tufts = np.clip(fbm(shape, 60, 90, SEED + 105, octaves=4, gain=0.7), 0, 1)
    floor = rgb("#2a3532") * np.clip(0.55 + 0.6 * rough + 0.5 * roots**2 + 0.9 * tufts, 0.05, 3)[..., None]
    middle = PATH + 0.05 * np.sin(depth * 4.2 + 0.4) * depth - 0.12 * depth**2
    half = 0.022 + 0.16 * depth**1.25
    edge = (u - middle) / half + 0.3 * octave(shape, 12, 24, SEED + 103)
    track = np.exp(-(edge**4))
    stones = 0.5 + 0.5 * fbm(shape, 30, 74, SEED + 104, octaves=5, gain=0.62)
    sheen = rgb("#7f9fa6") * (0.10 + 0.42 * np.clip(stones, 0, 2) ** 1.5)[..., None]
    light = sky.glow(shape, (PATH - 0.03, 0.66), 0.33, squash=1.1)
    body = mix(
        floor * (0.5 + 2.2 * light)[..., None],
        sheen * (0.3 + 1.6 * light)[..., None],
        (track * 0.8).astype(np.float32),
    )
    lost = np.clip(np.exp(-depth / 0.12) * 0.85, 0, 1) * (0.7 + 0.3 * np.clip(away / 16, 0, 1))
    body = mix(body.astype(np.float32), _night(shape) * 0.95, lost.astype(np.float32))
    return mix(picture, body, solid)


def _shafts(shape: Shape, picture: Field) -> Field:
    """Moonlight between the trunks: noise in rays from the moon, thickened by the fog."""
    u, v = grid(shape)
    angle = np.arctan2(u - MOON[0], v - MOON[1] + 0.12)
    knots = line(2048, 1.0, 9, SEED + 120, octaves=4, gain=0.6)
    at = np.clip((angle + 1.6) / 3.2 * 2047, 0, 2047)
    ray = np.interp(at, np.arange(2048), knots).astype(np.float32)
    smoke = 0.6 + 0.5 * fbm(shape, 2.4, 3, SEED + 121, octaves=6)
    power = (
        smooth(0.0, 0.75, ray)
        * smoke
        * sky.glow(shape, MOON, 0.62)
        * smooth(0.12, 0.34, v)
        * smooth(0.98, 0.6, v)
    )
    return (picture + (np.clip(power, 0, 1) * 0.30)[..., None] * rgb("#bfe0dc")).astype(np.float32)


def _lantern(shape: Shape, picture: Field) -> Field:
    """The lantern lights the fog, the ground about it, and the coat's near edge."""
    _, v = grid(shape)
    smoke = 0.75 + 0.35 * fbm(shape, 5, 6, SEED + 130, octaves=5)
    warm = rgb("#ff9c3e")
    core = sky.glow(shape, LANTERN, 0.0055, power=2.0)[..., None] * rgb("#ffe6b0") * 9
    near = (sky.glow(shape, LANTERN, 0.030) * smoke)[..., None] * warm * 1.5
    wide = (sky.glow(shape, LANTERN, 0.105, squash=1.2) * smoke)[..., None] * warm * 0.32
    pool = sky.glow(shape, (LANTERN[0], WALKER[1] + 0.012), 0.10, squash=3.2, power=1.3) * smooth(
        0.74, 0.79, v
    )
    lit = picture * (1 + 7 * pool[..., None] * rgb("#ffb060"))
    figure = walker(shape, WALKER, TALL, rgb("#14161c") * 0.6)
    inner = blur(np.roll(figure.cover, -max(1, round(0.004 * shape[0])), 1), 0.002)
    rim = np.clip(figure.cover - inner, 0, 1)[..., None] * warm * 1.1
    lit = laid((lit + near + wide).astype(np.float32), figure)
    out: Field = (lit + rim + core + near * 0.12).astype(np.float32)
    return out


def _near(shape: Shape, picture: Field) -> Field:
    """Trunks and bracken close to us, almost black; the moon and the lantern catch their edges."""
    u, v = grid(shape)
    feet = [(0.10, 0.085, 0.02), (0.40, 0.036, -0.015), (1.42, 0.05, 0.01), (1.68, 0.10, -0.03)]
    mask = trunks(shape, feet, SEED + 140)
    bark = ridged(shape, 46, 9, SEED + 141, octaves=5)
    body = rgb("#121b20") * (0.25 + 1.5 * bark**2)[..., None] + _night(shape) * 0.035
    shift = round(0.006 * shape[0])
    left = np.clip(mask - blur(np.roll(mask, shift, 1), 0.003), 0, 1)
    right = np.clip(mask - blur(np.roll(mask, -shift, 1), 0.003), 0, 1)
    toward = np.where(u < MOON[0], right, left)
    inward = np.where(u < LANTERN[0], right, left) * sky.glow(shape, LANTERN, 0.30)
    body = (
        body
        + (blur(toward, 0.004) * bark**2)[..., None] * rgb("#a9cdd0") * 0.42
        + (blur(inward.astype(np.float32), 0.004) * bark)[..., None] * rgb("#ff9a45") * 0.6
    )
    picture = mix(picture, body.astype(np.float32), mask)
    fern = line(shape[1], shape[1] / shape[0], 30, SEED + 142, octaves=6, gain=0.75)[None, :]
    bank = line(shape[1], shape[1] / shape[0], 1.3, SEED + 143, octaves=4)[None, :]
    top = 1.0 + 0.02 * bank + 0.035 * fern - 0.15 * np.abs(u - 0.86) ** 1.3
    cover = smooth(-0.002, 0.004, v - top)
    leaf = rgb("#0a1213") * (0.4 + 0.6 * ridged(shape, 40, 26, SEED + 144, octaves=4))[..., None]
    return mix(picture, leaf.astype(np.float32), cover)
