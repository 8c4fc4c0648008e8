"""Plate `village`: the harbour at the blue hour, windows lit, their light drawn out on the water."""

from __future__ import annotations

import numpy as np
from PIL import Image

from project_template.plates import land, sky, water
from project_template.plates.houses import Canvas, Village, street
from project_template.plates.light import blur, mix, rgb
from project_template.plates.noise import Field, Shape, displaced, fbm, grid, line, octave, ridged, smooth
from project_template.plates.paint import finish
from project_template.plates.props import Sheet, Thing, boat, drawn, laid, walker

SEED = 6301
EYE = land.Eye(height=9.0, horizon=0.60, focal=1.1)
QUAY = 0.665
WEST = (1.62, 0.50)


def draw(shape: Shape) -> Image.Image:
    picture = _sky(shape)
    picture = _hill(shape, picture)
    picture = _houses(shape, picture)
    picture = _quay(shape, picture)
    picture = _harbour(shape, picture)
    picture = _mist(shape, picture)
    flow = 0.25 * fbm((180, 320), 4, 4, SEED)
    return finish(
        picture,
        SEED,
        flow=flow,
        exposure=1.6,
        brush=0.0032,
        bristle=0.035,
        mist=0.75,
        mist_above=0.5,
        shade=(0.78, 0.96, 1.24),
        bright=(1.1, 1.0, 0.88),
        corner=0.38,
    )


def _sky(shape: Shape) -> Field:
    stops = (
        (0.0, "#16264a"),
        (0.22, "#2a4672"),
        (0.42, "#6785a0"),
        (0.56, "#c9b6a0"),
        (0.64, "#e0a878"),
        (1, "#e0a878"),
    )
    air = sky.dome(shape, stops) * 0.75
    wide = sky.glow(shape, WEST, 0.8, squash=1.6)[..., None]
    light = (
        air * (0.55 + 0.6 * wide) + sky.glow(shape, WEST, 0.3, squash=2.4)[..., None] * rgb("#ff9d58") * 0.5
    )
    light = light + (1.6 * sky.stars(shape, SEED, 1500) * smooth(0.42, 0.05, grid(shape)[1]))[
        ..., None
    ] * rgb("#dfe8ff")
    dense = sky.clouds(shape, 0.66, SEED + 1, size=0.8, low=-0.15, high=0.6, lean=-0.7)
    through = sky.rims(dense, WEST, 0.05)[..., None]
    body = rgb("#2a3350") * 0.55 + (rgb("#e58a68") * 0.75 * wide + rgb("#7a6f92") * 0.25) * through
    return mix(light.astype(np.float32), body.astype(np.float32), dense * 0.85)


def _hill(shape: Shape, picture: Field) -> Field:
    """Far hills across the water, then the hill the village climbs."""
    u, v = grid(shape)
    wide = shape[1] / shape[0]
    plan = ((0.575, 0.07, 0.9, "#5d6c88", 0.75), (0.60, 0.055, 1.3, "#45536e", 0.6))
    for number, (base, tall, cells, colour, air) in enumerate(plan):
        crest = (
            base - tall * np.clip(line(shape[1], wide, cells, SEED + 10 + number) * 0.7 + 0.5, 0, 2)[None, :]
        )
        shadeless = rgb(colour) * (0.5 + 0.25 * fbm(shape, 8, 20, SEED + 14 + number))[..., None]
        body = mix(
            shadeless.astype(np.float32),
            rgb("#c59a86") * 0.6,
            air * np.clip((v - crest) / 0.12, 0, 1).astype(np.float32),
        )
        picture = mix(picture, body, smooth(-0.001, 0.0015, v - crest))
    bank = line(shape[1], wide, 2.2, SEED + 20)
    crest = (
        0.66 - 0.36 * np.exp(-(((u - 0.52) / 0.50) ** 2)) - 0.11 * smooth(0.5, 0.0, u) + 0.018 * bank[None, :]
    )
    solid = smooth(-0.001, 0.002, v - crest + 0.004 * octave(shape, 70, 40, SEED + 23))
    rough = fbm(shape, 16, 26, SEED + 21, octaves=6)
    terrace = ridged(shape, 4, 30, SEED + 22, octaves=4)
    body = rgb("#39463f") * (0.34 + 0.22 * rough + 0.2 * terrace)[..., None]
    body = mix(
        body.astype(np.float32),
        rgb("#5b6a86") * 0.42,
        (0.6 * np.exp(-np.maximum(v - crest, 0) / 0.22)).astype(np.float32),
    )
    return mix(picture, body, solid)


def _rows() -> list[tuple[float, float, float, float, float]]:
    return [
        (0.435, 0.030, 0.34, 0.70, 0.040),
        (0.475, 0.036, 0.18, 0.86, 0.045),
        (0.520, 0.043, 0.02, 1.00, 0.040),
        (0.562, 0.052, -0.04, 1.10, 0.030),
        (0.606, 0.062, -0.05, 1.20, 0.020),
        (0.650, 0.074, -0.05, 1.27, 0.008),
    ]


def _houses(shape: Shape, picture: Field) -> Field:
    canvas = Canvas(shape)
    street(canvas, SEED + 30, _rows())
    _church(canvas)
    village = canvas.village()
    wobble = (0.0009 * octave(shape, 60, 60, SEED + 31), 0.0009 * octave(shape, 60, 60, SEED + 32))
    village = Village(
        *(
            displaced(layer, *wobble)
            for layer in (village.cover, village.albedo, village.lamps, village.depth, village.facing)
        )
    )
    lamps = village.lamps
    spill = blur(lamps, 0.007) * 3.0 + blur(lamps, 0.022) * 4.2 + blur(lamps, 0.06) * 3.0
    plaster = (
        1 + 0.34 * fbm(shape, 60, 90, SEED + 33, octaves=4) + 0.18 * fbm(shape, 12, 30, SEED + 34, octaves=3)
    )
    slates = 1 + 0.4 * fbm(shape, 50, 190, SEED + 35, octaves=3)
    roof = 1 - np.clip(village.facing * 2.2, 0, 1)
    skin = village.albedo * (plaster * (1 - roof) + slates * roof)[..., None]
    top = rgb("#8fa8cc") * (0.17 + 0.30 * roof)[..., None]
    west = (
        rgb("#ff9a62")
        * (0.13 * smooth(0.15, 0.5, village.facing) * smooth(0.75, 0.35, village.facing) + 0.05)[..., None]
    )
    lit = skin * (top + west + spill * 0.95 * (0.45 + 0.55 * village.facing)[..., None])
    hidden = blur(village.cover * (1 - village.depth), 0.01)
    lit = lit * (0.72 + 0.28 * np.clip(1.6 - hidden, 0, 1))[..., None]
    lost = 0.06 + 0.40 * village.depth
    lit = mix(lit.astype(np.float32), rgb("#667ea6") * 0.36, lost)
    out = mix(picture, lit, village.cover)
    out = out + lamps * 3.4 * (1 - 0.5 * lost)[..., None]
    smoke = fbm(shape, 5, 6, SEED + 36)
    return (out + blur(lamps, 0.05) * (1.3 + 0.9 * smoke)[..., None] * 0.6).astype(np.float32)


def _church(canvas: Canvas) -> None:
    """A squat tower with a spire, at the top of the village: the eye climbs to it."""
    x, y, s = 0.545, 0.392, 0.036
    canvas.fill(
        [(x, y + 0.05), (x, y - 0.4 * s), (x + 1.25 * s, y - 0.4 * s), (x + 1.25 * s, y + 0.05)],
        (120, 118, 118),
        depth=0.95,
        facing=0.8,
    )
    canvas.fill(
        [
            (x - 0.05 * s, y - 0.38 * s),
            (x + 0.1 * s, y - 0.95 * s),
            (x + 1.15 * s, y - 0.95 * s),
            (x + 1.31 * s, y - 0.38 * s),
        ],
        (70, 72, 82),
        depth=0.95,
        facing=0.0,
    )
    canvas.fill(
        [
            (x - 0.36 * s, y + 0.05),
            (x - 0.36 * s, y - 1.5 * s),
            (x + 0.26 * s, y - 1.5 * s),
            (x + 0.26 * s, y + 0.05),
        ],
        (132, 128, 126),
        depth=0.92,
        facing=0.9,
    )
    canvas.fill(
        [(x - 0.42 * s, y - 1.48 * s), (x - 0.05 * s, y - 3.0 * s), (x + 0.32 * s, y - 1.48 * s)],
        (66, 70, 82),
        depth=0.92,
        facing=0.1,
    )
    for step in (0.42, 0.72, 1.02):
        pane = [
            (x + (step - 0.05) * s, y - 0.22 * s),
            (x + (step + 0.05) * s, y - 0.22 * s),
            (x + (step + 0.05) * s, y + 0.12 * s),
            (x + (step - 0.05) * s, y + 0.12 * s),
        ]
        canvas.fill(pane, (26, 28, 36), depth=0.95, facing=0.9)
        canvas.lamp(pane, (150, 104, 52))
    canvas.lamp(
        [
            (x - 0.12 * s, y - 1.2 * s),
            (x + 0.02 * s, y - 1.2 * s),
            (x + 0.02 * s, y - 0.85 * s),
            (x - 0.12 * s, y - 0.85 * s),
        ],
        (220, 160, 80),
    )


def _quay(shape: Shape, picture: Field) -> Field:
    """The harbour wall, masts along it, a pier with a lantern and someone waiting at its end."""
    u, v = grid(shape)
    top = QUAY - 0.028 + 0 * u
    wall = smooth(-0.001, 0.001, v - top) * smooth(1.335, 1.33, u)
    blocks = ridged(shape, 26, 60, SEED + 40, octaves=4)
    courses = 0.75 + 0.25 * smooth(-0.3, 0.2, octave(shape, 30, 190, SEED + 41))
    glow = blur(np.maximum(picture - 0.9, 0), 0.03)
    body = rgb("#5a5450") * (0.10 + 0.18 * blocks * courses)[..., None] + glow * rgb("#8a7a68") * 1.4
    lip = np.exp(-np.maximum(v - top, 0) / 0.003) * 0.35
    picture = mix(
        picture, (body + lip[..., None] * rgb("#a98a70") * 0.6).astype(np.float32), wall.astype(np.float32)
    )
    cover = drawn(shape, _masts, 3)
    picture = mix(picture, np.broadcast_to(rgb("#30333e") * 0.42, picture.shape), cover)
    picture = laid(picture, walker(shape, (1.312, QUAY - 0.026), 0.048, rgb("#0b0c12") * 0.6))
    lantern = (1.3235, QUAY - 0.026 - 0.022)
    light = (
        sky.glow(shape, lantern, 0.0035, power=2)[..., None] * 8
        + sky.glow(shape, lantern, 0.022)[..., None] * 0.8
    )
    return (picture + light * rgb("#ffa850")).astype(np.float32)


def _masts(sheet: Sheet) -> None:
    draw = np.random.default_rng(SEED + 45)
    for u in (0.09, 0.20, 0.245, 0.47, 0.51, 0.72, 0.80, 0.99, 1.06):
        tall = float(draw.uniform(0.09, 0.17))
        lean = float(draw.normal(0, 0.006))
        foot, head = (u, QUAY + 0.004), (u + lean, QUAY - tall)
        sheet.stroke([foot, head], 0.0026)
        hull = tall * 0.42
        sheet.shape_of(
            [
                (u - hull * 0.62, QUAY - 0.012),
                (u - hull * 0.5, QUAY + 0.008),
                (u + hull * 0.42, QUAY + 0.008),
                (u + hull * 0.66, QUAY - 0.018),
                (u + hull * 0.2, QUAY - 0.007),
            ]
        )
        for end in (-0.55, 0.6):
            sheet.stroke([head, (u + end * hull, QUAY - 0.012)], 0.0007)
        sheet.stroke([(u, QUAY - tall * 0.2), (u + hull * 0.55, QUAY - tall * 0.24)], 0.0034)


def _harbour(shape: Shape, picture: Field) -> Field:
    ripple = water.ripples(shape, EYE, SEED + 50, size=1.5, calm=1.2)
    mirror = water.mirrored(np.minimum(picture, 2.6), shape, QUAY + 0.004, ripple, 0.62)
    drawn_out = mirror * 0.65 + _fall(mirror) * 0.5
    u, v = grid(shape)
    calm = 1 - 0.22 * smooth(0.1, 0.8, octave(shape, 3, 34, SEED + 51))
    deep = rgb("#0e1a2c") * 0.5
    sea = mix(
        drawn_out * calm[..., None],
        np.broadcast_to(deep, drawn_out.shape),
        smooth(0.70, 1.12, v) * np.ones_like(u) * 0.6,
    )
    wet = smooth(QUAY + 0.003, QUAY + 0.005, v) * np.ones_like(u)
    out = mix(picture, sea, wet.astype(np.float32))
    for at, long, seed in (((0.33, 0.80), 0.11, 1), ((1.12, 0.765), 0.085, 2)):
        thing = boat(shape, at, long, rgb("#0d0f16") * 0.7, rgb("#9db4d8") * 0.12, seed=seed, people=0)
        out = laid(out, Thing(thing.cover, thing.body, thing.shine))
    return out


def _fall(mirror: Field) -> Field:
    """Lights drawn downward, as a rough mirror draws them."""
    h = mirror.shape[0]
    bright = np.maximum(mirror - 0.25, 0)
    narrow = np.stack([_down(bright[..., i], h) for i in range(3)], axis=-1)
    return (mirror + narrow * 1.5).astype(np.float32)


def _down(field: Field, h: int) -> Field:
    """A running mean that only looks up."""
    keep = float(np.exp(-1 / (0.05 * h)))
    out = np.empty_like(field)
    carry = np.zeros(field.shape[1], np.float32)
    for row in range(h):
        carry = carry * keep + field[row] * (1 - keep)
        out[row] = carry
    return out


def _mist(shape: Shape, picture: Field) -> Field:
    _, v = grid(shape)
    smoke = smooth(-0.1, 0.9, fbm(shape, 1.5, 8, SEED + 60, octaves=6, gain=0.55))
    band = np.exp(-(((v - 0.668) / 0.016) ** 2)) * 0.30 + np.exp(-(((v - 0.47) / 0.06) ** 2)) * 0.20
    return mix(picture, rgb("#93a6c4") * 0.5, (smoke * band).astype(np.float32))
