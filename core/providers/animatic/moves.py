"""Plans a camera move: from a start window, a name, an amount and a seed to a path on the plate.

Where the plate ends a move is shortened; where hardly any way is left it turns softly to the side
that has room. A chain of many shots so wanders over its plate and never sticks in a corner.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from random import Random
from typing import TYPE_CHECKING

from core.base.errors import BadInput, nearest
from core.providers.animatic.camera import Path, Stage, Sway, Window

if TYPE_CHECKING:
    from core.providers.base import CameraMove

EASINGS = ("linear", "in", "out", "in-out")
ENOUGH = 0.4
"""A move that finds less than this share of its way turns round."""


@dataclass(frozen=True, slots=True)
class Move:
    """What a name of a move means, as directions."""

    x: float = 0.0
    """Pan, in shares of the usual travel; right is positive."""
    y: float = 0.0
    """Tilt; down is positive."""
    push: float = 0.0
    """Towards the plate, in shares of the usual push; negative pulls back."""
    drift: bool = False
    """Leans towards a point of interest on the way."""
    bow: bool = False
    """Swings out sideways and back, as a crane arm does."""
    breath: bool = False
    sway: bool = False


MOVES = {
    "static": Move(breath=True),
    "dolly-in": Move(push=1, drift=True),
    "dolly-out": Move(push=-1, drift=True),
    "pan-left": Move(x=-1, drift=True),
    "pan-right": Move(x=1, drift=True),
    "tilt-up": Move(y=-1, drift=True),
    "tilt-down": Move(y=1, drift=True),
    "crane-up": Move(y=-1, push=0.4, bow=True),
    "crane-down": Move(y=1, push=0.4, bow=True),
    "zoom-in": Move(push=2),
    "zoom-out": Move(push=-2),
    "handheld": Move(sway=True),
}


def check_move(move: str, easing: str, amount: float) -> None:
    """Raises BadInput for a move, an easing or an amount no camera block may name."""
    if move not in MOVES:
        raise BadInput(
            f"no camera move is called '{move[:40]}'", nearest=nearest(move, MOVES), todo=_any_of(MOVES)
        )
    if easing not in EASINGS:
        raise BadInput(
            f"no easing is called '{easing[:40]}'", nearest=nearest(easing, EASINGS), todo=_any_of(EASINGS)
        )
    if not 0 <= amount <= 1:
        raise BadInput(f"the amount of a camera move is 0 to 1, not {amount}", todo="0.5 is the usual")


def _any_of(names: dict[str, Move] | tuple[str, ...]) -> str:
    return "write one of: " + ", ".join(names)


@dataclass(frozen=True, slots=True)
class _Wish:
    """How far a move would like to go, were the plate endless."""

    move: Move
    glide: float
    """Way of a pan or tilt, in widths or heights of the picture."""
    push: float
    """Way of a dolly, as the logarithm of the change of size."""
    interest: Window
    """What a drift leans towards."""


def plan(
    stage: Stage,
    camera: CameraMove,
    seconds: float,
    seed: int,
    *,
    start: Window | None = None,
    end: Window | None = None,
) -> Path:
    """A path for one shot. `start` and `end` are kept exactly where they are given."""
    move, amount = MOVES[camera.move], camera.amount
    rng = Random(seed)  # noqa: S311 - the same seed must draw the same move
    wish = _Wish(
        move,
        glide=min((0.03 + 0.07 * amount) * seconds, 0.75),
        push=min((0.01 + 0.045 * amount) * seconds, 0.5),
        interest=Window(rng.uniform(0.3, 0.7), rng.uniform(0.35, 0.62), stage.widest),
    )
    side = rng.choice((-1.0, 1.0))
    if start is None:
        start = _opening(stage, wish)
    if end is None:
        end = start if move.breath or move.sway else _arrival(stage, wish, start)
    return Path(
        stage,
        start,
        end,
        seconds,
        camera.easing,
        bow=_bow(stage, start, end, 0.15 * side * wish.glide) if move.bow else 0.0,
        breath=0.012 * amount if move.breath else 0.0,
        sway=_sway(stage, start, amount, rng) if move.sway else None,
    )


def _opening(stage: Stage, wish: _Wish) -> Window:
    """Where a shot without a hand-over begins: so that its way lies around the middle."""
    move = wish.move
    if move.breath:
        return stage.full()
    if move.sway:
        return stage.inside(Window(0.5, 0.5, stage.widest * 0.94))
    if not (move.x or move.y):
        wide = stage.full()
        return wide if move.push > 0 else _arrival(stage, replace(wish, move=Move(push=-move.push)), wide)
    width = max(stage.tightest, stage.widest * 0.78)
    half = wish.glide * width / 2
    return stage.inside(
        Window(
            0.5 + 0.25 * (wish.interest.cx - 0.5) - move.x * half,
            0.5 + 0.25 * (wish.interest.cy - 0.5) - move.y * half * stage.ratio,
            width,
        )
    )


def _arrival(stage: Stage, wish: _Wish, start: Window) -> Window:
    """Where the move ends, all limits of the plate considered."""
    move, way = wish.move, wish.glide * start.width
    width = _make_room(stage, move, _arrival_width(stage, wish, start.width), way)
    half_x, half_y = width / 2, width * stage.ratio / 2
    dx = _turn(move.x * way, start.cx - half_x, 1 - half_x - start.cx)
    dy = _turn(move.y * way * stage.ratio, start.cy - half_y, 1 - half_y - start.cy)
    if move.drift:
        away = max(0.15 * abs(dx), 0.15 * abs(dy) / stage.ratio, 0.3 * abs(start.width - width))
        dx += 0.0 if move.x else _towards(wish.interest.cx - start.cx, away)
        dy += 0.0 if move.y else _towards(wish.interest.cy - start.cy, away * stage.ratio)
    end = stage.inside(Window(start.cx + dx, start.cy + dy, width))
    # Nine places are a millionth of a pixel, and keep the sidecar readable.
    return Window(round(end.cx, 9), round(end.cy, 9), round(end.width, 9))


def _arrival_width(stage: Stage, wish: _Wish, width: float) -> float:
    if not wish.move.push:
        return width
    back, ahead = math.log(stage.widest / width), math.log(width / stage.tightest)
    return min(width * math.exp(-_turn(wish.move.push * wish.push, back, ahead)), stage.widest)


def _turn(wanted: float, back: float, ahead: float) -> float:
    """A signed way along one axis that has `back` room below and `ahead` room above."""
    if not wanted:
        return 0.0
    sign = math.copysign(1.0, wanted)
    room, other = (ahead, back) if wanted > 0 else (back, ahead)
    room, other, way = max(room, 0.0), max(other, 0.0), abs(wanted)
    if room >= ENOUGH * way or room >= other:
        return sign * min(way, room)
    return -sign * min(1.3 * way, other)


def _make_room(stage: Stage, move: Move, width: float, way: float) -> float:
    """A window that fills the plate cannot pan: it moves in a little on the way."""
    if not (move.x or move.y):
        return width
    share = 1.0 if move.x else 1.0 / stage.ratio
    # What is left beside a window this wide should be most of the way it is to travel.
    fitting = share - 0.8 * way
    return min(width, max(fitting, 0.85 * width, stage.tightest))


def _towards(distance: float, limit: float) -> float:
    return math.copysign(min(abs(distance), limit), distance)


def _bow(stage: Stage, start: Window, end: Window, swing: float) -> float:
    """The crane's arc: the smaller of a taste (`swing`, in widths of the picture; its sign is the
    side) and of the room that both ends have."""
    left = min(window.cx - stage.reach(window)[0] for window in (start, end))
    right = min(1 - window.cx - stage.reach(window)[0] for window in (start, end))
    return _turn(swing * start.width, 0.9 * left, 0.9 * right)


def _sway(stage: Stage, start: Window, amount: float, rng: Random) -> Sway:
    """Amplitudes for a hand at rest on `start`: it moves closer only as far as its unrest needs room."""
    roll = 0.1 + 0.5 * amount
    angle, aspect = math.radians(roll), stage.width / stage.height
    reach = 0.004 + 0.012 * amount
    half_x, half_y = stage.reach(start)
    beside = min(start.cx - half_x, 1 - half_x - start.cx) / start.width
    above = min(start.cy - half_y, 1 - half_y - start.cy) / (start.width * stage.ratio)
    # A turned window reaches further out, by the angle times half the other side.
    short = max(reach + angle / aspect / 2 - beside, reach + angle * aspect / 2 - above)
    tighten = min(max(2 * short, 0.008), 0.08)
    return Sway(
        waves=(_waves(rng), _waves(rng), _waves(rng)),
        x=max(0.0, min(reach, beside + tighten / 2 - angle / aspect / 2)),
        y=max(0.0, min(reach, above + tighten / 2 - angle * aspect / 2)) * stage.ratio,
        roll=roll,
        tighten=tighten,
    )


def _waves(rng: Random) -> tuple[tuple[float, float, float], ...]:
    hertz = [base * rng.uniform(0.85, 1.15) for base in (0.19, 0.37, 0.71, 1.13)]
    weights = [1 / rate for rate in hertz]
    return tuple(
        (weight / sum(weights), rate, rng.uniform(0, math.tau))
        for weight, rate in zip(weights, hertz, strict=True)
    )
