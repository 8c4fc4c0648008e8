"""Camera moves over a still: where the window lies at each moment. Pure arithmetic, no pixels.

A window is the part of the plate that fills the picture. Every move is a path between two windows
that lie whole inside the plate; their edges travel in step, so each window between them lies inside
as well. Moves begin and end exactly on their two windows, bit for bit: that makes a seam seamless.

Speeds are an operator's: at middling amount a pan crosses a third of the picture in five seconds,
well below the seven-second rule for a full crossing under which 24 frames a second begin to judder.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

RAMP = 0.35
"""Share of a move spent gathering speed, and again losing it."""
TIGHTEST = 0.42
"""No window is narrower than this share of the widest."""
LOOSEST = 0.82
"""A small plate still gives this much room, at the price of some softness."""
BORROWED = 0.93
"""The same for a hand-over frame used as plate: each shot of a chain enlarges the one before."""
ENLARGE = 1.15
"""How far plate pixels are enlarged at most."""


@dataclass(frozen=True, slots=True)
class Window:
    """A part of the plate, in fractions of the plate."""

    cx: float
    cy: float
    width: float
    roll: float = 0.0
    """Degrees, clockwise as seen in the picture."""


@dataclass(frozen=True, slots=True)
class Stage:
    """A plate and the picture cut from it, both in pixels."""

    plate_width: int
    plate_height: int
    width: int
    height: int
    borrowed: bool = False
    """The plate is a hand-over frame: keep close to its full frame."""

    @property
    def ratio(self) -> float:
        """Height of a window in plate heights, per width in plate widths."""
        return (self.plate_width / self.plate_height) / (self.width / self.height)

    @property
    def widest(self) -> float:
        return min(1.0, 1.0 / self.ratio)

    @property
    def tightest(self) -> float:
        if self.borrowed:
            return self.widest * BORROWED
        sharp = self.width / (ENLARGE * self.plate_width)
        return min(max(sharp, self.widest * TIGHTEST), self.widest * LOOSEST)

    def full(self) -> Window:
        """The whole plate, or as much of it as the picture's shape shows."""
        return Window(0.5, 0.5, self.widest)

    def reach(self, window: Window) -> tuple[float, float]:
        """Half the extent of a window, its roll included: plate widths, plate heights."""
        angle = math.radians(abs(window.roll))
        cos, sin = math.cos(angle), math.sin(angle)
        aspect = self.width / self.height
        half_x = window.width / 2 * (cos + sin / aspect)
        half_y = window.width / 2 * self.ratio * (cos + sin * aspect)
        return half_x, half_y

    def holds(self, window: Window, slack: float = 1e-8) -> bool:
        """Whether a window lies whole inside the plate, to a ten-thousandth of a pixel."""
        half_x, half_y = self.reach(window)
        return (
            window.width > 0
            and half_x - slack <= window.cx <= 1 - half_x + slack
            and half_y - slack <= window.cy <= 1 - half_y + slack
        )

    def inside(self, window: Window) -> Window:
        """The nearest window that lies inside: made smaller if it must be, then moved."""
        half_x, half_y = self.reach(window)
        shrink = max(1.0, 2 * half_x, 2 * half_y)
        if shrink > 1.0:
            window = replace(window, width=window.width / shrink)
            half_x, half_y = half_x / shrink, half_y / shrink
        return replace(
            window,
            cx=min(max(window.cx, half_x), 1 - half_x),
            cy=min(max(window.cy, half_y), 1 - half_y),
        )


def ease(t: float, easing: str) -> float:
    """Way covered at time `t`, both 0 to 1. Speed ramps up and down smoothly and is even between:
    `in` starts from rest, `out` comes to rest, `in-out` does both."""
    up = RAMP if easing in ("in", "in-out") else 0.0
    down = RAMP if easing in ("out", "in-out") else 0.0
    speed = 1 / (1 - up / 2 - down / 2)
    if t < up:
        return speed * up * _ramp(t / up)
    if t > 1 - down:
        return 1 - speed * down * _ramp((1 - t) / down)
    return speed * (t - up / 2)


def smooth(t: float) -> float:
    """From 0 to 1 with speed and acceleration zero at both ends."""
    t = min(max(t, 0.0), 1.0)
    return t * t * t * (t * (6 * t - 15) + 10)


def _ramp(x: float) -> float:
    """The integral of 3x²-2x³: way covered while speed rises smoothly from 0 to 1."""
    return x**3 - x**4 / 2


@dataclass(frozen=True, slots=True)
class Sway:
    """A hand's unrest: a few slow waves each for x, y and roll, none above about 1.3 Hz."""

    waves: tuple[tuple[tuple[float, float, float], ...], ...]
    """For x, y, roll: (weight, hertz, phase); the weights of an axis sum to 1."""
    x: float
    """Largest way to either side, in plate widths for a window of width 1."""
    y: float
    """Up and down, in plate heights for a window of width 1."""
    roll: float
    """Degrees."""
    tighten: float
    """How much closer the operator stands while moving: room for the unrest."""

    def at(self, window: Window, t: float, seconds: float) -> Window:
        settle = min(0.4, 1.2 / seconds)
        hold = smooth(t / settle) * smooth((1 - t) / settle)
        dx, dy, turn = (
            hold
            * sum(weight * math.sin(math.tau * hertz * t * seconds + phase) for weight, hertz, phase in axis)
            for axis in self.waves
        )
        return Window(
            window.cx + self.x * window.width * dx,
            window.cy + self.y * window.width * dy,
            window.width * (1 - self.tighten * hold),
            window.roll + self.roll * turn,
        )


@dataclass(frozen=True, slots=True)
class Path:
    """A planned move. `at(0)` is `start` and `at(1)` is `end`, exactly."""

    stage: Stage
    start: Window
    end: Window
    seconds: float
    easing: str = "in-out"
    bow: float = 0.0
    """Widest swing to the side, in plate widths."""
    breath: float = 0.0
    """Share of the width by which a locked camera leans in and back."""
    sway: Sway | None = None

    def at(self, t: float) -> Window:
        """The window at time `t`, 0 to 1."""
        if t <= 0:
            return self.start
        if t >= 1:
            return self.end
        window = self._between(ease(t, self.easing))
        if self.breath:
            cycles = max(1, round(self.seconds / 8))
            lean = math.sin(math.pi * cycles * t) ** 2
            window = replace(window, width=window.width * (1 - self.breath * lean))
        if self.sway:
            window = self.sway.at(window, t, self.seconds)
        return self.stage.inside(window)

    def frame(self, index: int, frames: int) -> Window:
        """The window of frame `index` of `frames`: the first and the last are the two ends."""
        return self.at(index / (frames - 1)) if frames > 1 else self.start

    def _between(self, s: float) -> Window:
        """Width goes evenly in ratio, so that a push looks steady; the centre goes with the width."""
        one, two = self.start, self.end
        width = one.width * (two.width / one.width) ** s
        u = (width - one.width) / (two.width - one.width) if abs(two.width - one.width) > 1e-6 else s
        return Window(
            one.cx + (two.cx - one.cx) * u + self.bow * math.sin(math.pi * u) ** 2,
            one.cy + (two.cy - one.cy) * u,
            width,
            one.roll + (two.roll - one.roll) * u,
        )
