"""Conifers, drawn branch by branch, in ranks that the fog parts."""

from __future__ import annotations

import math

import numpy as np

from project_template.plates.noise import Field, Shape
from project_template.plates.props import Point, Sheet


def pine(sheet: Sheet, foot: Point, tall: float, draw: np.random.Generator, *, bare: float = 0.12) -> None:
    """One tree: a trunk a little off plumb, branches that droop and thin toward the top.

    `bare` is the part of the trunk without branches.
    """
    x, y = foot
    lean = float(draw.normal(0, 0.018)) * tall
    width = tall * 0.011
    top = (x + lean, y - tall)
    sheet.shape_of([(x - width, y), (x + width, y), (top[0] + width * 0.1, top[1]), (top[0], top[1])])
    count = int(34 + 16 * draw.random())
    spread = tall * float(draw.uniform(0.115, 0.185))
    for step in range(count):
        part = bare + (1 - bare) * (step / count) ** 0.92
        reach = spread * (1 - part) ** 0.82 * float(draw.uniform(0.5, 1.12)) + tall * 0.004
        if part < bare + 0.1:
            reach *= 0.6
        for side in (-1, 1):
            if draw.random() < 0.08:
                continue
            _branch(sheet, (x + lean * part, y - tall * part), side * reach, tall, draw)
    sheet.stroke([(top[0], top[1] + tall * 0.02), (top[0], top[1] - tall * 0.012)], tall * 0.003)


def _branch(sheet: Sheet, at: Point, reach: float, tall: float, draw: np.random.Generator) -> None:
    """A bough with needles hanging from it: a ragged wedge."""
    x, y = at
    drop = abs(reach) * float(draw.uniform(0.18, 0.5))
    thick = tall * 0.012 + abs(reach) * 0.10
    points = [(x, y - thick * 0.4)]
    count = 5
    for step in range(1, count + 1):
        t = step / count
        points.append((x + reach * t, y + drop * t**1.4 - thick * 0.25 * (1 - t)))
    for step in range(count, 0, -1):
        t = step / count
        hang = thick * (1.1 - 0.75 * t) * float(draw.uniform(0.35, 1.7))
        points.append((x + reach * (t - 0.1), y + drop * t**1.4 + hang))
    points.append((x, y + thick * 0.7))
    sheet.shape_of(points)


def rank(
    shape: Shape,
    seed: int,
    *,
    ground: Field,
    tall: float,
    every: float,
    gap: tuple[float, float] | None = None,
    bare: float = 0.12,
    times: int = 2,
) -> Field:
    """A rank of pines whose feet follow `ground` (one `v` a column); none stands in `gap` (u, u)."""
    draw = np.random.default_rng(seed)
    sheet = Sheet(shape, times)
    wide = shape[1] / shape[0]
    u = -0.1
    while u < wide + 0.1:
        size = tall * float(np.clip(draw.normal(1, 0.24), 0.45, 1.6))
        column = int(np.clip(u * shape[0], 0, shape[1] - 1))
        free = gap is None or not gap[0] < u < gap[1]
        if free:
            pine(sheet, (u, float(ground[column]) + 0.01), size, draw, bare=bare)
        u += every * float(draw.uniform(0.35, 1.6)) * (0.6 + 0.4 * size / tall)
    return sheet.mask()


def trunks(shape: Shape, feet: list[tuple[float, float, float]], seed: int, *, low: float = 1.1) -> Field:
    """Great trunks that leave the picture at the top; `feet` are (u, thickness, lean)."""
    draw = np.random.default_rng(seed)
    sheet = Sheet(shape, 2)
    for u, thick, lean in feet:
        left, right = [], []
        for step in range(41):
            t = step / 40
            v = low - t * (low + 0.1)
            mid = u + lean * t + 0.006 * math.sin(7 * t + u * 9)
            half = thick * (0.5 + 0.55 * (1 - t) ** 4 + 0.1 * (1 - t)) * float(draw.uniform(0.95, 1.05))
            left.append((mid - half, v))
            right.append((mid + half, v))
        sheet.shape_of(left + right[::-1])
        for _ in range(int(9 + 6 * draw.random())):
            t = float(draw.uniform(0.25, 0.98))
            start = (u + lean * t, low - t * (low + 0.1))
            side = 1 if draw.random() < 0.5 else -1
            _twig(sheet, start, side * float(draw.uniform(0.05, 0.2)), thick * 0.11, draw)
    return sheet.mask()


def _twig(sheet: Sheet, at: Point, reach: float, thick: float, draw: np.random.Generator) -> None:
    """A dead bough: crooked, and forked once or twice."""
    x, y = at
    points = [at]
    for step in range(1, 7):
        t = step / 6
        points.append(
            (x + reach * t, y + abs(reach) * (0.5 * t * t - 0.15 * t) + float(draw.normal(0, 0.004)))
        )
    for step in range(6):
        sheet.stroke(points[step : step + 2], thick * (1 - step / 7))
    for start in points[2:5]:
        if draw.random() < 0.75:
            away = (start[0] + reach * 0.25, start[1] + abs(reach) * float(draw.uniform(-0.15, 0.4)))
            sheet.stroke([start, away], thick * 0.35)
