"""The plates: what is shipped is what the code draws, at every size, and it can be looked at."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

import project_template
from project_template.plates import draw, light, noise

SMALL = (180, 320)


def shipped(name: str) -> Image.Image:
    return Image.open(project_template.folder("sample") / "board" / f"{name}.jpg").convert("RGB")


def thumb(picture: Image.Image) -> NDArray[np.float64]:
    """Broad areas of light and colour only: brush and grain belong to a size."""
    return np.asarray(picture.resize((64, 36), Image.Resampling.BOX), np.float64)


@pytest.fixture(scope="module")
def drawn() -> dict[str, Image.Image]:
    return {name: draw.plate(name, SMALL) for name in draw.PLATES}


@pytest.mark.parametrize("name", sorted(draw.PLATES))
def test_the_shipped_plate_is_what_the_code_draws(drawn: dict[str, Image.Image], name: str) -> None:
    small, full = thumb(drawn[name]), thumb(shipped(name))
    assert np.corrcoef(small.ravel(), full.ravel())[0, 1] > 0.95
    assert np.abs(small - full).mean() < 8


def test_no_plate_is_taken_for_another(drawn: dict[str, Image.Image]) -> None:
    for name, other in (("bay", "dawn"), ("village", "pinewood"), ("headland", "headland-lit")):
        assert np.abs(thumb(drawn[name]) - thumb(shipped(other))).mean() > 10


def test_only_the_lamp_changes_between_the_two_headlands() -> None:
    dark, lit = (thumb(shipped(name)) for name in ("headland", "headland-lit"))
    gain = (lit - dark).mean(axis=2)
    row, column = np.unravel_index(gain.argmax(), gain.shape)
    assert (column / 64, row / 36) == pytest.approx((0.38, 0.15), abs=0.05)
    red, blue = (lit - dark)[..., 0].mean(), (lit - dark)[..., 2].mean()
    assert red > blue
    assert np.abs(gain[:12, 44:]).mean() < 12


@pytest.mark.parametrize("name", sorted(draw.PLATES))
def test_every_third_of_a_plate_has_something_to_find(name: str) -> None:
    """A camera that wanders over the plate must not cross an empty, flat field."""
    grey = np.asarray(shipped(name).convert("L").resize((320, 180), Image.Resampling.BOX), np.float64)
    for rows in np.array_split(grey, 3):
        for part in np.array_split(rows, 3, axis=1):
            assert part.std() > 2.5


def test_the_same_seed_draws_the_same_picture(drawn: dict[str, Image.Image]) -> None:
    again = draw.plate("village", SMALL)
    assert again.tobytes() == drawn["village"].tobytes()


def test_gradients_do_not_band() -> None:
    """A ramp of two steps over a whole row: dither gives every place a mixture, not two flat fields."""
    ramp = np.linspace(0.5, 0.5 + 2 / 255, 640, dtype=np.float32)
    values = np.broadcast_to(ramp[None, :, None], (64, 640, 3))
    pixels = np.asarray(light.eight_bits(values, 1))[..., 0].astype(np.float64)
    assert np.abs(pixels.mean(axis=0) - ramp * 255).mean() < 0.15
    assert all(len(np.unique(pixels[:, column])) > 1 for column in range(0, 640, 20))


def test_linear_light_and_its_code_are_each_others_inverse() -> None:
    values = np.linspace(0, 1, 101, dtype=np.float32)
    assert np.abs(light.encoded(light.linear(values)) - values).max() < 1e-4


def test_noise_is_the_same_at_every_size() -> None:
    small, large = noise.fbm((90, 160), 3, 3, 5, octaves=3), noise.fbm((360, 640), 3, 3, 5, octaves=3)
    shrunk = large.reshape(90, 4, 160, 4).mean(axis=(1, 3))
    assert np.abs(small - shrunk).max() < 0.05


def test_the_command_writes_every_plate_and_prints_its_hash(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(draw, "PLATES", {"village": draw.PLATES["village"]})
    ((path, sha),) = draw.write_all(tmp_path / "new", (90, 160))
    assert path == tmp_path / "new" / "village.jpg"
    assert hashlib.sha256(path.read_bytes()).hexdigest() == sha


def test_the_command_without_a_folder_says_how_it_is_used() -> None:
    command = [sys.executable, "-m", "project_template.plates"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith("usage:")
