"""Things made by hand: drawn as shapes at four times the size, then lit by the plate they stand in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw

from project_template.plates.light import blur, mix
from project_template.plates.noise import Field, Shape, octave

Point = tuple[float, float]
Pen = Callable[["Sheet"], None]


@dataclass(frozen=True, slots=True)
class Thing:
    """A shape with its light: `cover` (h, w), `body` and `shine` (h, w, 3) or (3,)."""

    cover: Field
    body: Field
    shine: Field | None = None
    """Light the thing gives by itself."""


class Sheet:
    """A mask to draw on, in picture heights, `times` finer than the picture."""

    def __init__(self, shape: Shape, times: int = 3) -> None:
        self.shape, self.times = shape, times
        self.scale = shape[0] * times
        self.image = Image.new("L", (shape[1] * times, shape[0] * times))
        self.pen = ImageDraw.Draw(self.image)

    def shape_of(self, points: Sequence[Point], value: int = 255) -> None:
        self.pen.polygon([(x * self.scale, y * self.scale) for x, y in points], fill=value)

    def stroke(self, points: Sequence[Point], width: float, value: int = 255) -> None:
        pixels = [(x * self.scale, y * self.scale) for x, y in points]
        self.pen.line(pixels, fill=value, width=max(1, round(width * self.scale)), joint="curve")

    def blob(self, at: Point, wide: float, tall: float, value: int = 255) -> None:
        x, y, s = at[0], at[1], self.scale
        self.pen.ellipse(((x - wide) * s, (y - tall) * s, (x + wide) * s, (y + tall) * s), fill=value)

    def mask(self) -> Field:
        small = self.image.resize((self.shape[1], self.shape[0]), Image.Resampling.BOX)
        return np.asarray(small, np.float32) / 255


def drawn(shape: Shape, pen: Pen, times: int = 3) -> Field:
    sheet = Sheet(shape, times)
    pen(sheet)
    return sheet.mask()


def laid(picture: Field, thing: Thing) -> Field:
    """The thing in front of the picture, and its own light added."""
    out = mix(picture, np.broadcast_to(thing.body, picture.shape), thing.cover)
    if thing.shine is not None:
        out = out + thing.shine
    return out.astype(np.float32)


def lighthouse(shape: Shape, foot: Point, tall: float, body: Field, lamp: float) -> Thing:
    """A tapered tower with a gallery, a lantern room and a cap; `lamp` is the light in the glass."""
    x, y = foot
    s = tall

    def pen(sheet: Sheet) -> None:
        sheet.shape_of(
            [
                (x - 0.130 * s, y),
                (x - 0.098 * s, y - 0.30 * s),
                (x - 0.080 * s, y - 0.742 * s),
                (x + 0.080 * s, y - 0.742 * s),
                (x + 0.098 * s, y - 0.30 * s),
                (x + 0.130 * s, y),
            ]
        )
        sheet.shape_of(_box(x, y - 0.745 * s, 0.125 * s, 0.02 * s))
        sheet.shape_of(_box(x, y - 0.82 * s, 0.066 * s, 0.13 * s), value=150)
        sheet.shape_of(_box(x, y - 0.80 * s, 0.006 * s, 0.12 * s))
        for side in (-0.07, -0.035, 0.035, 0.07):
            sheet.shape_of(_box(x + side * s, y - 0.82 * s, 0.006 * s, 0.13 * s))
        sheet.shape_of([(x - 0.085 * s, y - 0.885 * s), (x, y - 0.965 * s), (x + 0.085 * s, y - 0.885 * s)])
        sheet.shape_of(_box(x, y - 0.98 * s, 0.008 * s, 0.05 * s))

    cover = drawn(shape, pen)
    shine = None
    if lamp:
        glass = drawn(shape, lambda sheet: sheet.shape_of(_box(x, y - 0.82 * s, 0.066 * s, 0.12 * s)))
        shine = (glass[..., None] * np.array([1.0, 0.82, 0.5], np.float32) * lamp).astype(np.float32)
    return Thing(cover, body, shine)


def _box(x: float, y: float, half: float, tall: float) -> list[Point]:
    return [
        (x - half, y - tall / 2),
        (x + half, y - tall / 2),
        (x + half, y + tall / 2),
        (x - half, y + tall / 2),
    ]


def boat(
    shape: Shape, at: Point, long: float, body: Field, rim: Field, *, seed: int, people: int = 1
) -> Thing:
    """A rowing boat from the side with its rower; `rim` is the light along its upper edges."""
    x, y = at
    s = long

    def pen(sheet: Sheet) -> None:
        hull = [(-0.50, -0.085), (-0.43, 0.02), (-0.30, 0.058), (0.26, 0.058), (0.42, 0.01), (0.52, -0.115)]
        sheer = [(0.40, -0.055), (0.2, -0.026), (-0.15, -0.02), (-0.38, -0.05)]
        sheet.shape_of([(x + px * s, y + py * s) for px, py in hull + sheer])
        for place in range(people):
            _rower(sheet, (x + (-0.06 + 0.30 * place) * s, y), s, lean=0.075 - 0.06 * place)
        if people:
            sheet.stroke([(x + 0.07 * s, y - 0.09 * s), (x - 0.50 * s, y + 0.098 * s)], 0.020 * s)
            sheet.stroke([(x - 0.41 * s, y + 0.068 * s), (x - 0.51 * s, y + 0.101 * s)], 0.036 * s)

    cover = drawn(shape, pen, 4)
    lift = max(1, round(0.007 * s * shape[0]))
    edge = np.clip(cover - blur(np.roll(cover, lift, 0), 0.0012), 0, 1) * 0.6
    shine = (edge[..., None] * rim).astype(np.float32)
    ripple = 0.5 + 0.4 * octave(shape, 6, 150, seed + 9000)
    turned = blur(reflection(cover, y + 0.058 * s), 0.0012) * np.clip(ripple, 0, 1)
    whole = np.maximum(cover, turned * 0.75)
    return Thing(whole, body, shine)


def _rower(sheet: Sheet, at: Point, s: float, *, lean: float) -> None:
    """Someone on a thwart: legs hidden by the boat, shoulders round, the head a little forward."""
    x, y = at
    s = s * 1.2
    body = [(-0.078, -0.01), (-0.082, -0.07), (-0.066, -0.135), (-0.045, -0.168), (0.0, -0.185)]
    body += [(0.045, -0.168), (0.066, -0.125), (0.072, -0.06), (0.08, -0.01)]
    sheet.shape_of([(x + (px - lean * py * 5.5) * s, y + py * s) for px, py in body])
    head = (x + (0.012 + lean * 1.12) * s, y - 0.208 * s)
    sheet.stroke([(x + lean * s * 0.95, y - 0.16 * s), head], 0.030 * s)
    sheet.blob(head, 0.027 * s, 0.034 * s)
    sheet.stroke([(x + (0.05 + lean * 0.7) * s, y - 0.13 * s), (x + 0.12 * s, y - 0.075 * s)], 0.032 * s)


def walker(shape: Shape, foot: Point, tall: float, body: Field) -> Thing:
    """Someone in a long coat with a headscarf, seen from behind, one arm out to a lantern."""
    x, y = foot
    s = tall

    def pen(sheet: Sheet) -> None:
        coat = [
            (-0.15, -0.03),
            (-0.135, -0.35),
            (-0.125, -0.62),
            (-0.10, -0.78),
            (-0.03, -0.84),
            (0.04, -0.84),
        ]
        back = [(0.10, -0.77), (0.125, -0.6), (0.13, -0.35), (0.17, -0.05), (0.06, -0.02), (-0.05, -0.035)]
        sheet.shape_of([(x + px * s, y + py * s) for px, py in coat + back])
        sheet.blob((x + 0.006 * s, y - 0.90 * s), 0.066 * s, 0.085 * s)
        sheet.shape_of(
            [
                (x + px * s, y + py * s)
                for px, py in ((-0.06, -0.86), (-0.085, -0.74), (0.09, -0.74), (0.068, -0.87))
            ]
        )
        sheet.stroke(
            [(x + 0.10 * s, y - 0.74 * s), (x + 0.19 * s, y - 0.56 * s), (x + 0.235 * s, y - 0.50 * s)],
            0.06 * s,
        )
        sheet.shape_of(
            [
                (x - 0.09 * s, y - 0.05 * s),
                (x - 0.085 * s, y),
                (x - 0.02 * s, y),
                (x - 0.02 * s, y - 0.05 * s),
            ]
        )
        sheet.shape_of(
            [
                (x + 0.05 * s, y - 0.05 * s),
                (x + 0.06 * s, y + 0.008 * s),
                (x + 0.12 * s, y + 0.008 * s),
                (x + 0.11 * s, y - 0.05 * s),
            ]
        )

    return Thing(drawn(shape, pen, 4), body)


def reflection(mask: Field, line: float) -> Field:
    """The mask turned over at the water line `line` (v), and only what lies below it."""
    h = mask.shape[0]
    row = round(line * h)
    out = np.zeros_like(mask)
    count = min(row, h - row)
    out[row : row + count] = mask[row - count : row][::-1]
    return out


def grass(
    shape: Shape, top: Field, seed: int, *, count: int, span: Point, tall: Point, times: int = 2
) -> Field:
    """Blades bent by the wind along the ground `top` (one `v` a column), `span` from u to u."""
    draw = np.random.default_rng(seed)
    sheet = Sheet(shape, times)
    for _ in range(count):
        x = float(draw.uniform(*span))
        column = int(np.clip(x * shape[0], 0, shape[1] - 1))
        base = float(top[column]) + float(draw.random()) * 0.05
        high = float(draw.uniform(*tall))
        bend = high * float(draw.uniform(0.2, 0.9))
        sheet.stroke([(x, base), (x + bend * 0.3, base - high * 0.6), (x + bend, base - high)], 0.0011)
    return sheet.mask()
