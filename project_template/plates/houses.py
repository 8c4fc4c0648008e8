"""A harbour village: stone houses with steep roofs, lit windows, quay and masts, each with its own light."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw

from project_template.plates.light import linear
from project_template.plates.noise import Field, Shape
from project_template.plates.props import Point

Tint = tuple[int, int, int]
STONES: tuple[Tint, ...] = (
    (150, 146, 140),
    (128, 122, 120),
    (172, 160, 142),
    (112, 110, 116),
    (160, 142, 128),
)
WASHES: tuple[Tint, ...] = ((206, 200, 186), (150, 96, 82), (198, 170, 120), (120, 136, 146), (186, 178, 170))
ROOFS: tuple[Tint, ...] = ((66, 66, 76), (84, 72, 72), (58, 64, 72), (96, 74, 66), (74, 76, 80))


@dataclass(frozen=True, slots=True)
class Village:
    """All (h, w) or (h, w, 3)."""

    cover: Field
    albedo: Field
    lamps: Field
    """Light given off: windows, doors, lanterns."""
    depth: Field
    """0 nearest to 1 farthest, for the air."""
    facing: Field
    """1 a wall that faces the eye, 0.5 a gable side, 0 a roof."""


class Canvas:
    """Five pictures drawn together, twice as fine as the plate."""

    def __init__(self, shape: Shape, times: int = 2) -> None:
        self.shape, self.scale = shape, shape[0] * times
        size = (shape[1] * times, shape[0] * times)
        self.images = {
            name: Image.new("RGB" if name in ("albedo", "lamps") else "L", size)
            for name in ("cover", "albedo", "lamps", "depth", "facing")
        }
        self.pens = {name: ImageDraw.Draw(image) for name, image in self.images.items()}

    def fill(self, points: list[Point], tint: Tint, *, depth: float, facing: float) -> None:
        pixels = [(x * self.scale, y * self.scale) for x, y in points]
        self.pens["cover"].polygon(pixels, fill=255)
        self.pens["albedo"].polygon(pixels, fill=tint)
        self.pens["lamps"].polygon(pixels, fill=(0, 0, 0))
        self.pens["depth"].polygon(pixels, fill=round(depth * 255))
        self.pens["facing"].polygon(pixels, fill=round(facing * 255))

    def lamp(self, points: list[Point], tint: Tint) -> None:
        self.pens["lamps"].polygon([(x * self.scale, y * self.scale) for x, y in points], fill=tint)

    def village(self) -> Village:
        h, w = self.shape
        small = {
            name: np.asarray(image.resize((w, h), Image.Resampling.BOX), np.float32) / 255
            for name, image in self.images.items()
        }
        return Village(
            small["cover"], linear(small["albedo"]), linear(small["lamps"]), small["depth"], small["facing"]
        )


def house(
    canvas: Canvas, foot: Point, wide: float, draw: np.random.Generator, *, depth: float, lit: float
) -> None:
    """One house: a front, a gable turned a little to the side, a roof with its shade, a chimney."""
    x, y = foot
    tall = wide * float(draw.uniform(0.72, 1.25))
    pitch = wide * float(draw.uniform(0.34, 0.52))
    side = wide * float(draw.uniform(0.30, 0.55)) * (1 if draw.random() < 0.5 else -1)
    stones = STONES if draw.random() < 0.62 else WASHES
    wall: Tint = stones[int(draw.integers(len(stones)))]
    roof: Tint = ROOFS[int(draw.integers(len(ROOFS)))]
    low = y + wide * 1.1
    if draw.random() < 0.5:
        _gable(canvas, (x, y), (wide, tall, pitch, side), wall, roof, depth, low)
    else:
        _long(canvas, (x, y), (wide, tall, pitch, side), wall, roof, depth, low)
    stack_x = x + float(draw.uniform(-0.3, 0.3)) * wide
    stack = wide * 0.06
    top = y - tall - pitch
    canvas.fill(
        [
            (stack_x - stack, top + pitch * 0.55),
            (stack_x - stack, top - wide * 0.13),
            (stack_x + stack, top - wide * 0.13),
            (stack_x + stack, top + pitch * 0.55),
        ],
        (92, 84, 82),
        depth=depth,
        facing=0.8,
    )
    _windows(canvas, (x, y), wide, tall, draw, depth, lit)


def _gable(
    canvas: Canvas,
    foot: Point,
    size: tuple[float, float, float, float],
    wall: Tint,
    roof: Tint,
    depth: float,
    low: float,
) -> None:
    """The gable end to the eye; the long side falls back to one hand."""
    (x, y), (wide, tall, pitch, side) = foot, size
    half, over = wide / 2, wide * 0.05
    edge = half if side > 0 else -half
    lift = abs(side) * 0.16
    canvas.fill(
        [(x + edge, low), (x + edge, y - tall), (x + edge + side, y - tall - lift), (x + edge + side, low)],
        _shade(wall, 0.62),
        depth=depth,
        facing=0.4,
    )
    canvas.fill(
        [
            (x, y - tall - pitch),
            (x + edge * 1.08, y - tall + over),
            (x + edge + side, y - tall - lift + over),
            (x + side, y - tall - pitch - lift),
        ],
        _shade(roof, 0.9),
        depth=depth,
        facing=0.1,
    )
    canvas.fill(
        [(x - half, low), (x - half, y - tall), (x, y - tall - pitch), (x + half, y - tall), (x + half, low)],
        wall,
        depth=depth,
        facing=1.0,
    )
    line = wide * 0.045
    for hand in (-1, 1):
        canvas.fill(
            [
                (x, y - tall - pitch - line),
                (x + hand * half * 1.1, y - tall + over - line * 0.4),
                (x + hand * half * 1.1, y - tall + over + line * 0.5),
                (x, y - tall - pitch + line),
            ],
            _shade(roof, 0.75),
            depth=depth,
            facing=0.2,
        )


def _long(
    canvas: Canvas,
    foot: Point,
    size: tuple[float, float, float, float],
    wall: Tint,
    roof: Tint,
    depth: float,
    low: float,
) -> None:
    """The long side to the eye under a broad roof."""
    (x, y), (wide, tall, pitch, _) = foot, size
    half, tall = wide * 0.62, tall * 0.8
    canvas.fill(
        [(x - half, low), (x - half, y - tall), (x + half, y - tall), (x + half, low)],
        wall,
        depth=depth,
        facing=1.0,
    )
    canvas.fill(
        [
            (x - half * 1.06, y - tall + wide * 0.03),
            (x - half * 0.9, y - tall - pitch),
            (x + half * 0.9, y - tall - pitch),
            (x + half * 1.06, y - tall + wide * 0.03),
        ],
        roof,
        depth=depth,
        facing=0.0,
    )
    canvas.fill(
        [
            (x - half, y - tall + wide * 0.03),
            (x - half, y - tall + wide * 0.10),
            (x + half, y - tall + wide * 0.10),
            (x + half, y - tall + wide * 0.03),
        ],
        _shade(wall, 0.45),
        depth=depth,
        facing=0.6,
    )


def _windows(
    canvas: Canvas, foot: Point, wide: float, tall: float, draw: np.random.Generator, depth: float, lit: float
) -> None:
    """Two floors of small windows; some are lit, no two in the same warmth."""
    x, y = foot
    columns = 2 if wide < 0.05 else 3
    for row in (0.30, 0.68):
        for column in range(columns):
            if draw.random() < 0.12:
                continue
            mid = x + (column - (columns - 1) / 2) * wide * (0.62 / columns) * 1.35
            v, half, high = y - tall * row, wide * 0.055, wide * 0.085
            frame = [
                (mid - half, v - high),
                (mid + half, v - high),
                (mid + half, v + high),
                (mid - half, v + high),
            ]
            canvas.fill(frame, (24, 26, 34), depth=depth, facing=0.9)
            if draw.random() < lit:
                canvas.lamp(frame, _warm(draw))
            bar = wide * 0.007
            canvas.fill(
                [(mid - bar, v - high), (mid + bar, v - high), (mid + bar, v + high), (mid - bar, v + high)],
                (30, 26, 26),
                depth=depth,
                facing=0.9,
            )
            canvas.fill(
                [(mid - half, v - bar), (mid + half, v - bar), (mid + half, v + bar), (mid - half, v + bar)],
                (30, 26, 26),
                depth=depth,
                facing=0.9,
            )


def _warm(draw: np.random.Generator) -> Tint:
    """From candle to oil lamp."""
    part = float(draw.uniform(0.45, 1.0))
    return (
        round(255 * part),
        round((178 + 30 * draw.random()) * part),
        round((84 + 46 * draw.random()) * part),
    )


def _shade(tint: Tint, part: float) -> Tint:
    return round(tint[0] * part), round(tint[1] * part), round(tint[2] * part)


def street(canvas: Canvas, seed: int, rows: list[tuple[float, float, float, float, float]]) -> None:
    """Rows of houses from the top of the hill down: (v, size, from u, to u, bow of the row)."""
    draw = np.random.default_rng(seed)
    for number, (v, size, left, right, bow) in enumerate(rows):
        depth = 1 - (number + 1) / len(rows)
        u = left
        while u < right:
            wide = size * float(draw.uniform(0.75, 1.3))
            part = (u - left) / max(right - left, 1e-6)
            y = v - bow * np.sin(np.pi * part) + float(draw.normal(0, 0.10)) * size
            house(canvas, (u, float(y)), wide, draw, depth=depth, lit=0.34 + 0.16 * (1 - depth))
            u += wide * float(draw.uniform(0.95, 1.5))
