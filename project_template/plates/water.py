"""Water: a mirror that the wind has touched, dark where one looks down into it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from project_template.plates.land import Eye
from project_template.plates.light import mix
from project_template.plates.noise import Field, Shape, fbm, grid, sample


@dataclass(frozen=True, slots=True)
class Ripples:
    """The tilt of the surface toward the eye and aside, about -1..1, and its distance in metres."""

    toward: Field
    aside: Field
    away: Field


def ripples(shape: Shape, eye: Eye, seed: int, *, size: float, calm: float) -> Ripples:
    """Waves about `size` metres long, smoothed away at `calm` metres as the eye cannot part them."""
    u, v = grid(shape)
    away = eye.focal * eye.height / np.maximum(v - eye.horizon, 4e-4)
    away = np.broadcast_to(away, shape).astype(np.float32)
    across = (u - eye.centre) / eye.focal * away
    # One tile holds many waves; two tiles of unlike size hide each other's repeat.
    tile = _tile(seed)
    total = np.zeros(shape, np.float32)
    aside = np.zeros(shape, np.float32)
    for step, (scale, strength) in enumerate(((1.0, 0.5), (0.37, 0.35), (2.9, 0.4), (8.3, 0.3))):
        cell = 24.0 / (size * scale)
        fade = np.exp(-((away * 0.02 / (size * scale * calm)) ** 1.0))
        turn = 0.3 * step
        x = across * cell * 0.42 + away * cell * 0.1 * turn
        wave = sample(tile, x + 113 * step, away * cell + 71 * step, wrap=True)
        total += strength * fade * wave
        aside += strength * fade * sample(tile, x + 391 + 57 * step, away * cell + 213, wrap=True)
    return Ripples(total, aside, away)


def _tile(seed: int) -> Field:
    """A square of waves, 512 wide, that meets itself at its edges."""
    plain = fbm((768, 768), 32, 32, seed, octaves=4, gain=0.55)
    ease = np.linspace(0, 1, 256, dtype=np.float32)
    ease = ease * ease * (3 - 2 * ease)
    tall = plain[256:].copy()
    tall[256:] = tall[256:] * (1 - ease[:, None]) + plain[:256] * ease[:, None]
    tile = tall[:, 256:].copy()
    tile[:, 256:] = tile[:, 256:] * (1 - ease) + tall[:, :256] * ease
    return tile


def mirrored(above: Field, shape: Shape, shore: Field | float, ripple: Ripples, rough: float) -> Field:
    """What the water shows of `above`: turned over at `shore` (v), broken up and drawn out downward."""
    u, v = grid(shape)
    h = shape[0]
    above = np.minimum(above, 1.25)
    depth = np.maximum(v - shore, 0)
    stretch = rough * (0.014 + 0.17 * depth)
    total = np.zeros((*shape, 3), np.float32)
    # Each place shows a run of places above it, longest far from the shore: three looks stand for the run.
    for reach, side in ((0.5, -1.0), (1.0, 1.0), (1.8, -0.6)):
        shift = stretch * reach
        ys = (
            2 * np.asarray(shore, np.float32)
            - v
            - np.abs(ripple.toward) * shift
            + side * ripple.toward * shift
        )
        xs = u + ripple.aside * shift * 0.35
        total += sample(above, np.broadcast_to(xs * h - 0.5, shape), np.broadcast_to(ys * h - 0.5, shape))
    return total / np.float32(3)


def surface(reflected: Field, deep: Field, eye: Eye, ripple: Ripples, *, shine: float = 1.0) -> Field:
    """Mixes mirror and depth by the angle of sight (Schlick's form of Fresnel, water 0.02)."""
    down = eye.height / np.sqrt(ripple.away**2 + eye.height**2)
    tilt = np.clip(down + 0.09 * ripple.toward, 0, 1)
    part = 0.02 + 0.98 * (1 - tilt) ** 5
    return mix(np.broadcast_to(deep, reflected.shape), reflected, np.clip(part * shine, 0, 1))


def glitter(shape: Shape, at: float, horizon: float, ripple: Ripples, *, width: float, sharp: float) -> Field:
    """The road of light under a sun or a moon at `u`; 0..about 1, in flecks."""
    u, v = grid(shape)
    depth = np.maximum(v - horizon, 0)
    wide = width * (0.25 + 2.2 * depth)
    road = np.exp(-(((u - at) / wide) ** 2))
    fleck = np.clip(ripple.toward * 1.2 + ripple.aside * 0.6 + 0.35, 0, 2) ** sharp
    lit: Field = (road * fleck * (v > horizon)).astype(np.float32)
    return lit
