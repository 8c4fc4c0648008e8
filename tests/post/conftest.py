"""Clips of numbered pictures: what is in a film is read out of it, picture by picture."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from core.base.paths import sha256_file
from core.media.decoding import Tally, pictures, rgb
from core.media.ffmpeg import EncodeSpec, Ffmpeg, encode_frames, find_ffmpeg, input_args
from core.media.probe import open_clip
from core.post.pick import footage
from core.post.segments import CutShot

WIDTH, HEIGHT, BITS = 160, 96, 10


def numbered(number: int, width: int = WIDTH, height: int = HEIGHT) -> NDArray[np.uint8]:
    """`number` in binary, as ten bars of the full height: it survives scaling, padding and a burn-in."""
    picture = np.zeros((height, width, 3), dtype=np.uint8)
    edges = np.linspace(0, width, BITS + 1).astype(int)
    for bit in range(BITS):
        picture[:, edges[bit] : edges[bit + 1]] = 220 if number >> bit & 1 else 30
    return picture


def number_of(picture: NDArray[np.uint8], left: int = 0, right: int | None = None) -> int:
    """The number drawn between two columns, read at a third of the height."""
    row = picture[picture.shape[0] // 3, left:right].mean(axis=1)
    edges = np.linspace(0, len(row), BITS + 1)
    middles = [int((a + b) / 2) for a, b in pairwise(edges)]
    return sum(1 << bit for bit, middle in enumerate(middles) if row[middle] > 125)


def decoded(path: Path) -> list[NDArray[np.uint8]]:
    with open_clip(path) as clip:
        return [rgb(picture)[0] for picture in pictures(clip, Tally())]


class Maker:
    """Makes clips and the shots of a cut from them."""

    def __init__(self, folder: Path, ffmpeg: Ffmpeg) -> None:
        self.folder, self.ffmpeg = folder, ffmpeg

    def clip(
        self, name: str, first: int, count: int, *, fps: str = "24", size: tuple[int, int] = (WIDTH, HEIGHT)
    ) -> Path:
        out = self.folder / f"{name}.mp4"
        spec = EncodeSpec(*size, Fraction(fps), frames=count)
        encode_frames(self.ffmpeg, (numbered(n, *size) for n in range(first, first + count)), spec, out)
        return out

    def with_tone(self, clip: Path, seconds: float, channels: int = 1) -> Path:
        out = clip.with_name(f"{clip.stem}_tone.mp4")
        tone = ("-f", "lavfi", "-t", str(seconds), "-i", "sine=frequency=440:sample_rate=44100")
        maps = ("-map", "0:v", "-map", "1:a", "-c:v", "copy", "-ac", str(channels), str(out))
        self.ffmpeg.run([*input_args(clip), *tone, *maps], timeout_s=60)
        return out

    def shot(self, number: int, clip: Path, **more: Any) -> CutShot:
        fields: dict[str, Any] = {
            "shot": f"S{number:03d}",
            "chain": "a",
            "take": 1,
            "take_id": number,
            "clip": clip,
            "sha": sha256_file(clip),
            "footage": footage(clip),
            "seam": "last",
            "source_take": number - 1 or None,
        }
        return CutShot(**{**fields, **more})


@pytest.fixture(scope="session")
def ffmpeg() -> Ffmpeg:
    return Ffmpeg(find_ffmpeg())


@pytest.fixture
def maker(tmp_path: Path, ffmpeg: Ffmpeg) -> Maker:
    return Maker(tmp_path / "takes", ffmpeg)


@pytest.fixture(scope="session")
def read_numbers() -> Callable[..., list[int]]:
    def read(path: Path, left: int = 0, right: int | None = None) -> list[int]:
        return [number_of(picture, left, right) for picture in decoded(path)]

    return read


@pytest.fixture(scope="session")
def decode() -> Callable[[Path], list[NDArray[np.uint8]]]:
    return decoded
