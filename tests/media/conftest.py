"""Clips made on the spot, whose pictures carry their own number."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from core.media.ffmpeg import EncodeSpec, Ffmpeg, encode_frames, find_ffmpeg, input_args

WIDTH, HEIGHT, SIDE, BITS = 320, 192, 24, 10


def stamped(number: int) -> NDArray[np.uint8]:
    """A moving picture whose top row of blocks is `number` in binary."""
    rows, cols = np.mgrid[:HEIGHT, :WIDTH]
    waves = [128 + 90 * np.sin((cols + 3 * number) / 19 + rows / (13 + 4 * c)) for c in range(3)]
    picture = np.stack(waves, axis=-1).astype(np.uint8)
    for bit in range(BITS):
        picture[:SIDE, bit * SIDE : (bit + 1) * SIDE] = 235 if number >> bit & 1 else 16
    return picture


def number_of(rgb: NDArray[np.uint8]) -> int:
    blocks = [rgb[6:18, bit * SIDE + 6 : bit * SIDE + 18].mean() > 128 for bit in range(BITS)]
    return sum(1 << bit for bit, on in enumerate(blocks) if on)


class ClipMaker:
    """Makes a clip once a session and hands out its path."""

    def __init__(self, folder: Path, ffmpeg: Ffmpeg) -> None:
        self.folder, self.ffmpeg = folder, ffmpeg

    def plain(self, count: int = 61, fps: str = "24") -> Path:
        out = self.folder / f"plain_{count}_{fps.replace('/', '-')}.mp4"
        if not out.exists():
            spec = EncodeSpec(WIDTH, HEIGHT, Fraction(fps), frames=count)
            encode_frames(self.ffmpeg, (stamped(n) for n in range(count)), spec, out)
        return out

    def remade(self, name: str, *args: str, source: Path | None = None, before: Sequence[str] = ()) -> Path:
        out = self.folder / name
        if not out.exists():
            opened = input_args(source or self.plain())
            self.ffmpeg.run([*before, *opened, *args, str(out)], timeout_s=60)
        return out

    def sound(self, name: str, seconds: float, *args: str) -> Path:
        out = self.folder / name
        if not out.exists():
            tone = ("-f", "lavfi", "-t", str(seconds), "-i", "sine=frequency=440:sample_rate=44100")
            maps = ("-map", "0:v", "-map", "1:a", "-c:v", "copy", *args)
            self.ffmpeg.run([*input_args(self.plain()), *tone, *maps, str(out)], timeout_s=60)
        return out

    def patched(self, name: str, patch: Callable[[bytearray], bytes], source: Path | None = None) -> Path:
        out = self.folder / name
        out.write_bytes(patch(bytearray((source or self.plain()).read_bytes())))
        return out


def edit_list_ends_at(seconds: float) -> Callable[[bytearray], bytes]:
    """Shortens the one edit of an mp4, so that the pictures after it are not to be shown."""

    def patch(data: bytearray) -> bytes:
        edit, header = data.find(b"elst"), data.find(b"mvhd")
        (ticks,) = struct.unpack(">I", data[header + 16 : header + 20])
        assert struct.unpack(">I", data[edit + 8 : edit + 12]) == (1,)
        data[edit + 12 : edit + 16] = struct.pack(">I", int(seconds * ticks))
        return bytes(data)

    return patch


@pytest.fixture(scope="session")
def ffmpeg() -> Ffmpeg:
    return Ffmpeg(find_ffmpeg())


@pytest.fixture(scope="session")
def clips(tmp_path_factory: pytest.TempPathFactory, ffmpeg: Ffmpeg) -> Iterator[ClipMaker]:
    return ClipMaker(tmp_path_factory.mktemp("clips"), ffmpeg)


@pytest.fixture(scope="session")
def picture() -> Callable[[int], NDArray[np.uint8]]:
    return stamped


@pytest.fixture(scope="session")
def number() -> Callable[[NDArray[np.uint8]], int]:
    return number_of


@pytest.fixture(scope="session")
def cut_by_edit_list() -> Callable[[float], Callable[[bytearray], bytes]]:
    return edit_list_ends_at
