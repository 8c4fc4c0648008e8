"""Plate `dawn`: fog coming off the bay, a low sun, the boat home with two aboard."""

from __future__ import annotations

import numpy as np
from PIL import Image

from project_template.plates import land, sky, water
from project_template.plates.light import blur, mix, rgb
from project_template.plates.noise import Field, Shape, fbm, grid, line, octave, ridged, smooth
from project_template.plates.paint import finish
from project_template.plates.props import Sheet, boat, drawn, grass, laid, lighthouse

SEED = 8609
EYE = land.Eye(height=12.0, horizon=0.575, focal=1.15)
SUN = (0.72, 0.415)


def draw(shape: Shape) -> Image.Image:
    heaven = _sky(shape)
    above = _stacks(shape, heaven)
    picture = _sea(shape, above)
    picture = _fog(shape, picture)
    # After the water: a whole disc in the mirror would look like a second sun.
    picture = picture + sky.disc(shape, SUN, 0.030)[..., None] * rgb("#fff3d6") * 4
    picture = laid(
        picture,
        boat(shape, (0.83, 0.735), 0.15, rgb("#4a3f48") * 0.42, rgb("#ffdcb0") * 0.55, seed=4, people=2),
    )
    picture = _wake(shape, picture)
    picture = _jetty(shape, picture)
    picture = _reeds(shape, picture)
    flow = 0.3 * fbm((180, 320), 2.5, 2.5, SEED)
    return finish(
        picture,
        SEED,
        flow=flow,
        exposure=1.0,
        bristle=0.04,
        mist=0.55,
        mist_above=0.75,
        shade=(0.92, 0.96, 1.14),
        bright=(1.06, 1.0, 0.92),
        corner=0.22,
    )


def _sky(shape: Shape) -> Field:
    stops = (
        (0.0, "#7d9bbd"),
        (0.18, "#a4b8cb"),
        (0.34, "#d8cdc8"),
        (0.48, "#f4d3b4"),
        (0.58, "#f8cfa6"),
        (1, "#f8cfa6"),
    )
    wide = sky.glow(shape, SUN, 0.8, squash=1.2)[..., None]
    air = sky.dome(shape, stops) * (0.55 + 0.5 * wide)
    air = air + sky.glow(shape, SUN, 0.17)[..., None] * rgb("#ffd9a0") * 0.9
    dense = sky.clouds(shape, EYE.horizon, SEED + 1, size=0.7, low=0.05, high=0.8, lean=-0.3)
    through = sky.rims(dense, SUN, 0.05)[..., None]
    body = rgb("#8f93ab") * 0.62 + (rgb("#ffcfa4") * 1.0 * wide + rgb("#c9a9b0") * 0.25) * through
    return mix(air.astype(np.float32), body.astype(np.float32), dense * 0.8)


def _country() -> land.Country:
    n, m = 900, 1100
    shape = (n, m)
    step, near = 9.0, 600.0
    z = near + step * np.arange(n, dtype=np.float32)[:, None]
    x = step * (np.arange(m, dtype=np.float32)[None, :] - m / 2)
    crags = ridged(shape, 9, 9, SEED + 20, octaves=8, gain=0.55)
    swell = fbm(shape, 3.5, 3.5, SEED + 21, octaves=5)
    heights = np.full(shape, -30.0, np.float32)
    # Each range: distance, depth, height, and where along it the bay breaks through.
    ranges = (
        (1050, 110, 105, -640, 330),
        (1150, 140, 150, 860, 330),
        (1900, 240, 190, 1500, 900),
        (3000, 420, 330, -2400, 1300),
        (4700, 700, 520, 3000, 1700),
        (7200, 900, 760, 0, 0),
    )
    for away, deep, tall, middle, half in ranges:
        bent = z + 0.9 * deep * swell
        ridge = np.exp(-(((bent - away) / deep) ** 2))
        gate = smooth(half * 1.15, half * 0.35, np.abs(x - middle + deep * swell)) if half else 1.0
        heights = np.maximum(heights, ridge * gate * tall * (0.15 + 0.95 * crags + 0.35 * swell) - 10)
    return land.Country(heights.astype(np.float32), float(x[0, 0]), near, step)


def _stacks(shape: Shape, heaven: Field) -> Field:
    country = _country()
    view = land.look(shape, EYE, country, far=8200)
    fall = land.relief(country, (-0.55, 0.4, 0.5))
    sun, open_, steep = (land.seen(view, country, layer) for layer in (fall.sun, fall.open, fall.steep))
    beds = land.rock(shape, SEED + 30)
    ground = mix(
        np.broadcast_to(rgb("#6d7158"), (*shape, 3)),
        rgb("#75696a") * beds[..., None],
        smooth(0.2, 0.5, steep),
    )
    lit = ground * (
        sun[..., None] * rgb("#ffd2a0") * 1.5 + np.clip(open_, 0.05, 2)[..., None] ** 2 * rgb("#8fa0c0") * 0.6
    )
    lost = land.air(view, 4300.0, settle=34.0)
    glow = sky.glow(shape, SUN, 0.5, squash=1.2)
    haze = mix(np.broadcast_to(rgb("#a9aec4") * 0.75, (*shape, 3)), rgb("#ffdcb4") * 0.98, glow)
    out = mix(lit.astype(np.float32), haze, np.clip(lost, 0, 0.95))
    picture = mix(heaven, out, (view.cover * smooth(-1, 2, view.y)).astype(np.float32))
    tower = lighthouse(shape, (1.405, 0.494), 0.062, rgb("#8f8a98") * 0.5, 0.9)
    picture = laid(picture, tower)
    return (
        picture + sky.glow(shape, (1.405, 0.494 - 0.051), 0.012)[..., None] * rgb("#ffd08a") * 0.7
    ).astype(np.float32)


def _sea(shape: Shape, above: Field) -> Field:
    ripple = water.ripples(shape, EYE, SEED + 40, size=2.6, calm=1.6)
    mirror = water.mirrored(above, shape, EYE.horizon, ripple, 0.85)
    deep = rgb("#4f6a80") * 0.6
    sea = water.surface(mirror, deep, EYE, ripple, shine=0.95)
    road = water.glitter(shape, SUN[0], EYE.horizon, ripple, width=0.12, sharp=2.6)
    sea = sea + road[..., None] * rgb("#ffdfb0") * 1.3
    _, v = grid(shape)
    wind = smooth(0.0, 0.8, octave(shape, 2.0, 22, SEED + 42) + 0.5 * octave(shape, 5, 60, SEED + 43))
    sea = sea * (1 - 0.14 * wind * smooth(0.59, 0.66, v))[..., None]
    wet = np.broadcast_to(smooth(EYE.horizon - 0.001, EYE.horizon + 0.001, v), shape)
    return mix(above, sea.astype(np.float32), wet.astype(np.float32))


def _fog(shape: Shape, picture: Field) -> Field:
    """Banks of fog that lie on the water and lift in scarves."""
    _, v = grid(shape)
    glow = sky.glow(shape, SUN, 0.55, squash=1.1)
    white = mix(np.broadcast_to(rgb("#c3c8d8") * 0.82, picture.shape), rgb("#ffe2bf") * 1.05, glow)
    for number, (at, tall, power) in enumerate(
        ((0.572, 0.024, 1.0), (0.545, 0.05, 0.55), (0.605, 0.026, 0.75), (0.66, 0.02, 0.35))
    ):
        drift = 0.018 * octave(shape, 2.4, 1, SEED + 60 + number)
        smoke = smooth(-0.35, 0.75, fbm(shape, 1.6, 9, SEED + 50 + number, octaves=7, gain=0.56))
        bank = np.exp(-(((v - at - drift) / tall) ** 2)) * power * smoke
        picture = mix(picture, white, np.clip(bank, 0, 0.95).astype(np.float32))
    return picture


def _wake(shape: Shape, picture: Field) -> Field:
    """Two lines of light behind the boat."""
    u, v = grid(shape)
    along = u - 0.89
    total = np.zeros(shape, np.float32)
    for side in (-1.0, 1.0):
        aside = v - 0.744 - side * along * 0.085
        total += (
            smooth(0, 0.03, along) * np.exp(-np.maximum(along, 0) / 0.22) * np.exp(-((aside / 0.0024) ** 2))
        )
    broken = smooth(-0.3, 0.5, octave(shape, 40, 30, SEED + 65))
    out: Field = (picture + (total * broken)[..., None] * rgb("#ffe9cc") * 0.22).astype(np.float32)
    return out


def _jetty(shape: Shape, picture: Field) -> Field:
    """A jetty in from the left, a lamp still burning on its last post, gulls over it."""
    _, v = grid(shape)

    def pen(sheet: Sheet) -> None:
        sheet.shape_of([(-0.02, 0.862), (0.47, 0.792), (0.475, 0.799), (-0.02, 0.885)])
        rows = np.random.default_rng(SEED + 72)
        for step in range(22):
            t = (step // 2) / 10
            back = 0.018 * (1 - 0.5 * t) if step % 2 else 0.0
            x, top = (
                0.005 + 0.455 * t + back * 1.2 + float(rows.normal(0, 0.003)),
                0.872 - 0.075 * t - back * 0.7,
            )
            thick = (0.0068 - 0.0038 * t) * (0.8 if step % 2 else 1.0) * float(rows.uniform(0.8, 1.2))
            high, lean = (0.05 - 0.025 * t) * float(rows.uniform(0.3, 1.2)), float(rows.normal(0, 0.002))
            sheet.shape_of(
                [
                    (x + lean - thick, top - high),
                    (x + lean + thick, top - high),
                    (x + thick * 1.1, top + 0.10 - 0.055 * t),
                    (x - thick * 1.1, top + 0.10 - 0.055 * t),
                ]
            )
        sheet.shape_of([(-0.02, 0.846), (0.49, 0.786), (0.492, 0.790), (-0.02, 0.858)])
        sheet.stroke([(0.466, 0.80), (0.466, 0.712)], 0.006)
        sheet.stroke([(0.466, 0.717), (0.492, 0.715)], 0.005)
        sheet.shape_of([(0.487, 0.718), (0.497, 0.718), (0.499, 0.736), (0.485, 0.736)])

    mask = drawn(shape, pen, 3)
    wood = ridged(shape, 12, 90, SEED + 70, octaves=4)
    body = rgb("#3c3640") * (0.25 + 0.5 * wood)[..., None]
    edge = np.clip(mask - np.roll(mask, max(1, round(0.002 * shape[0])), 0), 0, 1)
    body = body + edge[..., None] * rgb("#ffd2a4") * 0.5
    turned = mask[::-1]
    drop = round((2 * 0.878 - 1.0) * shape[0])
    mirror = np.roll(turned, drop, 0) * smooth(0.80, 0.83, v) * 0.45
    mirror = mirror * (0.75 + 0.3 * octave(shape, 8, 90, SEED + 71))
    picture = mix(picture, rgb("#5d5a68") * 0.5, np.clip(blur(mirror.astype(np.float32), 0.002), 0, 1))
    picture = mix(picture, body.astype(np.float32), mask)
    lamp = (0.492, 0.728)
    picture = picture + sky.glow(shape, lamp, 0.004, power=2)[..., None] * rgb("#ffc070") * 3
    picture = picture + sky.glow(shape, lamp, 0.028)[..., None] * rgb("#ffb060") * 0.5
    gulls = drawn(shape, _gulls, 3)
    return mix(picture.astype(np.float32), rgb("#4d4f60") * 0.55, gulls * 0.85)


def _reeds(shape: Shape, picture: Field) -> Field:
    """Rocks and reeds in the near right corner, dark against the water."""
    u, v = grid(shape)
    bank = line(shape[1], shape[1] / shape[0], 2.6, SEED + 90)[None, :]
    top = 1.0 + 0.03 * bank - 0.17 * smooth(1.30, 1.80, u) + 0.03 * smooth(1.3, 1.1, u)
    stone = ridged(shape, 10, 16, SEED + 91, octaves=6)
    lip = np.exp(-np.maximum(v - top, 0) / 0.012)
    body = (
        rgb("#38353f") * (0.25 + 0.6 * stone)[..., None] + rgb("#ffd2a4") * (lip * stone**2 * 0.16)[..., None]
    )
    picture = mix(picture, body.astype(np.float32), smooth(-0.0015, 0.0025, v - top))
    blades = grass(shape, top[0], SEED + 92, count=900, span=(1.28, 1.8), tall=(0.03, 0.13))
    return mix(picture, np.broadcast_to(rgb("#3b3a3e") * 0.45, picture.shape), blades * 0.9)


def _gulls(sheet: Sheet) -> None:
    draw = np.random.default_rng(SEED + 80)
    for _ in range(11):
        x, y = float(draw.uniform(0.9, 1.35)), float(draw.uniform(0.20, 0.40))
        s = float(draw.uniform(0.009, 0.022))
        lift = float(draw.uniform(0.2, 0.7)) * s
        left = [(x - s, y - lift * 0.4), (x - s * 0.5, y - lift), (x, y)]
        right = [(x, y), (x + s * 0.5, y - lift), (x + s, y - lift * 0.2)]
        sheet.stroke(left, s * 0.13)
        sheet.stroke(right, s * 0.13)
