"""Measures against their plain definitions."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.lib.stride_tricks import sliding_window_view

from core.base.errors import BadInput
from core.media.sharpness import sharpness
from core.media.similarity import luma, ssim


def plain_ssim(a, b):
    """Wang et al. 2004 as written, in float64, window by window."""
    offset = np.arange(-5, 6)
    line = np.exp(-(offset**2) / (2 * 1.5**2))
    window = np.outer(line, line) / line.sum() ** 2
    x, y = (sliding_window_view(p.astype(np.float64), (11, 11)) for p in (a, b))

    def mean(values):
        return np.einsum("ijkl,kl->ij", values, window)

    mx, my = mean(x), mean(y)
    vx, vy, cov = mean(x * x) - mx**2, mean(y * y) - my**2, mean(x * y) - mx * my
    c1, c2 = 2.55**2, 7.65**2
    return (((2 * mx * my + c1) * (2 * cov + c2)) / ((mx**2 + my**2 + c1) * (vx + vy + c2))).mean()


def scene(height, width, seed=0):
    rng = np.random.default_rng(seed)
    rows, cols = np.mgrid[:height, :width]
    wave = 120 + 90 * np.sin(cols / 17 + rows / 29) + rng.normal(0, 9, (height, width))
    return np.clip(wave, 0, 255).astype(np.uint8)


def variants(a):
    rng = np.random.default_rng(1)
    yield np.clip(a.astype(int) + 12, 0, 255).astype(np.uint8)
    yield np.clip(a + rng.normal(0, 25, a.shape), 0, 255).astype(np.uint8)
    yield np.roll(a, 3, axis=1)
    yield 255 - a
    yield rng.integers(0, 256, a.shape, dtype=np.uint8)
    yield np.full_like(a, 255)


@pytest.mark.parametrize("size", [(11, 11), (12, 75), (64, 64), (65, 139), (150, 200)])
def test_ssim_is_the_textbook_number_to_five_decimals(size):
    a = scene(*size)
    for b in variants(a):
        assert ssim(a, b) == pytest.approx(plain_ssim(a, b), abs=1e-5)


def test_ssim_keeps_its_precision_on_flat_and_on_hard_edged_pictures():
    white, near = np.full((90, 120), 255, np.uint8), np.full((90, 120), 254, np.uint8)
    halves = np.zeros((90, 120), np.uint8)
    halves[:, 60:] = 255
    shifted = np.roll(halves, 1, axis=1)
    for a, b in ((white, near), (halves, shifted), (halves, white), (white, 255 - white)):
        assert ssim(a, b) == pytest.approx(plain_ssim(a, b), abs=2e-5)


def test_identical_pictures_are_exactly_one_and_the_order_does_not_matter():
    a, b = scene(80, 90), scene(80, 90, seed=4)
    assert ssim(a, a.copy()) == 1.0
    assert ssim(a, b) == pytest.approx(ssim(b, a), abs=1e-6)


def test_a_strided_plane_is_measured_as_it_stands():
    a, b = scene(120, 160), scene(120, 160, seed=4)
    assert ssim(a[::2, 5:], b[::2, 5:]) == pytest.approx(plain_ssim(a[::2, 5:], b[::2, 5:]), abs=1e-5)


@pytest.mark.parametrize(
    ("a", "b", "reason"),
    [
        (np.zeros((20, 20), np.uint8), np.zeros((20, 21), np.uint8), "20x20 and 21x20"),
        (np.zeros((10, 40), np.uint8), np.zeros((10, 40), np.uint8), "11x11"),
        (np.zeros((20, 20, 3), np.uint8), np.zeros((20, 20, 3), np.uint8), "11x11"),
        (np.zeros((20, 20), np.float32), np.ones((20, 20), np.float32), "8-bit"),
    ],
)
def test_pictures_that_cannot_be_compared_are_refused(a, b, reason):
    with pytest.raises(BadInput, match=reason):
        ssim(a, b)


def test_luma_is_bt709_in_limited_range():
    patches = np.array([[[0, 0, 0], [255, 255, 255], [255, 0, 0], [0, 255, 0], [0, 0, 255]]], np.uint8)
    # ITU-R BT.709: black 16, white 235, and the primaries by their weights.
    assert luma(patches).tolist() == [[16, 235, 63, 173, 32]]
    with pytest.raises(BadInput):
        luma(np.zeros((4, 4), np.uint8))


def test_sharpness_is_the_variance_of_the_laplacian():
    a = scene(150, 131).astype(np.float64)
    edges = a[:-2, 1:-1] + a[2:, 1:-1] + a[1:-1, :-2] + a[1:-1, 2:] - 4 * a[1:-1, 1:-1]
    assert sharpness(a.astype(np.uint8)) == pytest.approx(edges.var(), rel=1e-5)


def test_blur_lowers_sharpness_and_a_flat_picture_has_none():
    a = scene(100, 100)
    blurred = ((a[:-1].astype(int) + a[1:]) // 2).astype(np.uint8)
    assert sharpness(blurred) < sharpness(a[1:])
    assert sharpness(np.full((50, 50), 77, np.uint8)) == 0
    with pytest.raises(BadInput):
        sharpness(np.zeros((2, 9), np.uint8))
