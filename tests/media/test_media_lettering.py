"""The burn-in: legible, at the foot, and nowhere else."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from core.base.errors import BadInput
from core.media.lettering import SlateText, burn_timecode, overlay, slate, timecode

TEXT = SlateText("S107", "t03", "00:00:51:10", "Salt Road")


def grey(height=360, width=640):
    return np.full((height, width, 3), 120, np.uint8)


@pytest.mark.parametrize(
    ("frame", "fps", "said"),
    [
        (0, "24", "00:00:00:00"),
        (23, "24", "00:00:00:23"),
        (24, "24", "00:00:01:00"),
        (24, "24000/1001", "00:00:01:00"),
        (29, "30000/1001", "00:00:00:29"),
        (25 * 3600 * 2 + 25 * 61, "25", "02:01:01:00"),
        (24 * 86_400, "24", "00:00:00:00"),
        (119, "120", "00:00:00:119"),
    ],
)
def test_a_timecode_counts_whole_frames_without_drops(frame, fps, said):
    assert timecode(frame, Fraction(fps)) == said


def test_a_frame_before_the_first_has_no_timecode():
    with pytest.raises(BadInput):
        timecode(-1, Fraction(24))


@pytest.mark.parametrize("size", [(360, 640), (1080, 1920), (1280, 720), (48, 64), (16, 16)])
def test_only_the_foot_of_the_picture_changes(size):
    before = grey(*size)
    after = slate(before, TEXT)
    assert after.shape == before.shape
    changed = np.flatnonzero((after != before).any(axis=(1, 2)))
    assert changed.size
    assert changed.min() >= size[0] - max(16, round(size[0] * 0.12))
    assert (before == 120).all()


def test_the_letters_are_bright_on_a_dark_ground():
    band = slate(np.full((360, 640, 3), 255, np.uint8), TEXT)[-30:]
    assert band.max() == 255
    assert np.median(band) < 100


def test_the_overlay_laid_over_a_picture_is_the_slate():
    over, below = overlay(640, 360, TEXT), grey()
    assert over.shape == (360, 640, 4)
    assert over[:300].max() == 0
    alpha = over[..., 3:] / 255
    mixed = over[..., :3] * alpha + below * (1 - alpha)
    assert np.abs(mixed - slate(below, TEXT)).max() <= 1


def test_each_field_shows_and_foreign_letters_are_drawn():
    plain = slate(grey(), SlateText("S107"))
    for other in (
        SlateText("S108"),
        SlateText("S107", take="t01"),
        SlateText("S107", film="Żółć"),
        SlateText("S107", timecode="00:00:00:01"),
    ):
        assert (slate(grey(), other) != plain).any()
    boxes = [slate(grey(), SlateText(sign * 3)) for sign in "éßłЖΩ"]
    assert all((first != second).any() for n, first in enumerate(boxes) for second in boxes[:n])


def test_a_running_timecode_stands_still():
    seen = [slate(grey(), SlateText("S1", timecode=f"00:00:0{n}:11")) for n in (1, 8)]
    columns = np.flatnonzero((seen[0] != seen[1]).any(axis=(0, 2)))
    # Only the one digit that differs: a few pixels, not all that stands left of it.
    assert columns.max() - columns.min() < 14


def test_a_long_title_is_cut_and_never_runs_into_the_timecode():
    long = slate(grey(), SlateText("S107", "t03", "00:00:51:10", "A very long title " * 20))
    short = slate(grey(), SlateText("S107", "t03", "00:00:51:10", ""))
    assert (long[:, -130:] == short[:, -130:]).all()


def test_control_characters_in_a_title_are_not_drawn():
    hostile = slate(grey(), SlateText("S1", film="Salt\x1b[2J\n\u202eRoad"))
    assert (hostile == slate(grey(), SlateText("S1", film="Salt Road"))).all()


def test_lines_stand_above_one_another():
    one = burn_timecode(grey(), ["00:00:01:00"])
    two = burn_timecode(grey(), ["S107 t03", "00:00:01:00"])
    top = [np.flatnonzero((made != grey()).any(axis=(1, 2))).min() for made in (one, two)]
    assert top[1] < top[0]
    assert (two[-10:] == one[-10:]).all()
    assert (burn_timecode(grey(), []) == grey()).all()
