"""Camera moves over a plate, as arithmetic."""

import math
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.base.errors import BadInput
from core.providers.animatic.camera import Stage, Window, ease
from core.providers.animatic.moves import EASINGS, MOVES, check_move, plan
from core.providers.base import CameraMove

PLATES = [(1920, 1080), (1280, 720), (2880, 1080), (900, 1600), (640, 480), (100, 100)]
PICTURES = [(1280, 720), (720, 1280), (640, 640), (1280, 536)]
stages = st.builds(
    lambda plate, picture, borrowed: Stage(*plate, *picture, borrowed),
    st.sampled_from(PLATES),
    st.sampled_from(PICTURES),
    st.booleans(),
)
cameras = st.builds(CameraMove, st.sampled_from(list(MOVES)), st.sampled_from(EASINGS), st.floats(0, 1))
WIDE = Stage(1920, 1080, 1280, 720)


def windows(path, frames=97):
    return [path.frame(index, frames) for index in range(frames)]


@settings(max_examples=300, derandomize=True, deadline=None)
@given(
    stages,
    st.lists(st.tuples(cameras, st.floats(0.1, 40)), min_size=1, max_size=8),
    st.integers(0, 2**31 - 1),
)
def test_a_chain_of_moves_never_leaves_the_plate(stage, shots, seed):
    start = None
    for take, (camera, seconds) in enumerate(shots):
        path = plan(stage, camera, seconds, seed + take, start=start)
        assert start is None or path.frame(0, 97) == start
        assert all(stage.holds(window) for window in windows(path))
        start = path.end
        assert start.roll == 0


@settings(max_examples=150, derandomize=True, deadline=None)
@given(stages, cameras, st.floats(0.5, 20), st.integers(0, 2**31 - 1))
def test_a_move_has_no_jumps(stage, camera, seconds, seed):
    frames = max(2, round(seconds * 24))
    for one, two in pairwise(windows(plan(stage, camera, seconds, seed), frames)):
        across = (two.cx - one.cx) / one.width * stage.width
        down = (two.cy - one.cy) / (one.width * stage.ratio) * stage.height
        assert math.hypot(across, down) < 0.011 * max(stage.width, stage.height)
        assert abs(two.width / one.width - 1) < 0.012
        assert abs(two.roll - one.roll) < 0.3


@pytest.mark.parametrize("move", ["static", "handheld"])
def test_a_camera_that_stays_ends_where_it_began(move):
    path = plan(WIDE, CameraMove(move, amount=1.0), 5.0, 11, start=Window(0.4, 0.55, 0.7))
    shown = windows(path)
    assert shown[0] == shown[-1] == Window(0.4, 0.55, 0.7)
    # At rest at both ends: the first and last steps are far smaller than those between.
    steps = [abs(two.width - one.width) + abs(two.cx - one.cx) for one, two in pairwise(shown)]
    assert max(steps[0], steps[-1]) < max(steps) / 5


def test_a_static_camera_of_no_amount_is_truly_still():
    assert len(set(windows(plan(WIDE, CameraMove("static", amount=0.0), 5.0, 1)))) == 1


def test_a_hand_held_camera_never_rests_between_its_ends():
    shown = windows(plan(WIDE, CameraMove("handheld"), 5.0, 3))
    assert len(set(shown[1:-1])) == len(shown) - 2
    assert max(abs(window.roll) for window in shown) > 0.05


@pytest.mark.parametrize(
    ("move", "axis", "sign"),
    [
        ("pan-left", "cx", -1),
        ("pan-right", "cx", 1),
        ("tilt-up", "cy", -1),
        ("tilt-down", "cy", 1),
        ("crane-up", "cy", -1),
        ("crane-down", "cy", 1),
        ("dolly-in", "width", -1),
        ("dolly-out", "width", 1),
        ("zoom-in", "width", -1),
        ("zoom-out", "width", 1),
    ],
)
def test_a_fresh_shot_moves_the_way_its_name_says(move, axis, sign):
    for seed in range(40):
        path = plan(WIDE, CameraMove(move), 5.0, seed)
        way = getattr(path.end, axis) - getattr(path.start, axis)
        assert way * sign > 0.08


def test_a_zoom_is_faster_than_a_dolly_and_does_not_drift():
    dolly, zoom = (plan(WIDE, CameraMove(move), 4.0, 5) for move in ("dolly-in", "zoom-in"))
    assert zoom.end.width < dolly.end.width
    assert (zoom.end.cx, zoom.end.cy) == (0.5, 0.5)
    assert (dolly.end.cx, dolly.end.cy) != (0.5, 0.5)


def test_a_pan_at_the_edge_of_the_plate_turns_round():
    edge = Window(1 - 0.35, 0.5, 0.7)
    path = plan(WIDE, CameraMove("pan-right"), 5.0, 1, start=edge)
    assert path.end.cx < edge.cx - 0.1


def test_a_long_chain_of_one_move_keeps_exploring():
    for move in ("pan-right", "dolly-in", "tilt-up", "crane-down", "zoom-out"):
        window, seen = None, []
        for take in range(40):
            window = plan(WIDE, CameraMove(move), 5.0, 1000 + take, start=window).end
            seen.append(window)
        late = seen[20:]
        travel = sum(abs(b.cx - a.cx) + abs(b.cy - a.cy) + abs(b.width - a.width) for a, b in pairwise(late))
        assert travel / len(late) > 0.06, move


def test_a_mixed_wander_visits_every_corner():
    rng, window, seen = Random(4), None, []
    moving = [move for move in MOVES if move not in ("static", "handheld")]
    for take in range(400):
        window = plan(WIDE, CameraMove(rng.choice(moving)), 5.0, take, start=window).end
        seen.append(window)
    corners = {(window.cx > 0.5, window.cy > 0.5) for window in seen if window.width < 0.85}
    assert len(corners) == 4
    assert max(w.width for w in seen) - min(w.width for w in seen) > 0.2


def test_a_borrowed_frame_is_hardly_enlarged():
    stage = Stage(1280, 720, 1280, 720, borrowed=True)
    for move in MOVES:
        path = plan(stage, CameraMove(move, amount=1.0), 10.0, 9, start=stage.full())
        assert path.end.width >= 0.93


def test_both_ends_given_are_both_kept():
    one, two = Window(0.4, 0.4, 0.6), Window(0.6, 0.55, 0.8)
    shown = windows(plan(WIDE, CameraMove("crane-up"), 3.0, 2, start=one, end=two))
    assert (shown[0], shown[-1]) == (one, two)
    assert all(WIDE.holds(window) for window in shown)


@pytest.mark.parametrize("easing", EASINGS)
def test_an_easing_runs_from_nought_to_one_without_turning(easing):
    way = [ease(step / 500, easing) for step in range(501)]
    assert way[0] == pytest.approx(0)
    assert way[-1] == pytest.approx(1)
    assert all(two > one or two == pytest.approx(one) for one, two in pairwise(way))
    speeds = [two - one for one, two in pairwise(way)]
    assert max(abs(two - one) for one, two in pairwise(speeds)) < 5e-5
    assert (speeds[0] < 1e-4) == (easing in ("in", "in-out"))
    assert (speeds[-1] < 1e-4) == (easing in ("out", "in-out"))


def test_the_same_seed_plans_the_same_move_and_another_seed_another():
    camera = CameraMove("handheld")
    assert windows(plan(WIDE, camera, 5.0, 8)) == windows(plan(WIDE, camera, 5.0, 8))
    assert windows(plan(WIDE, camera, 5.0, 8)) != windows(plan(WIDE, camera, 5.0, 9))


def test_a_misspelt_move_is_refused_with_the_nearest():
    with pytest.raises(BadInput, match="dolly-in") as caught:
        check_move("doly-in", "in-out", 0.5)
    assert caught.value.nearest == "dolly-in"
    with pytest.raises(BadInput, match="0 to 1"):
        check_move("static", "in-out", math.nan)
