"""What a provider hands out: a small real clip, small real pictures."""

from __future__ import annotations

import io
import tempfile
import threading
from fractions import Fraction
from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image

from core.media.ffmpeg import EncodeSpec, Ffmpeg, encode_frames, find_ffmpeg

_ONCE = threading.Lock()


def clip_bytes(frames: int = 24, width: int = 128, height: int = 72, fps: str = "24") -> bytes:
    """An mp4 made by our own encoder, once a process."""
    with _ONCE:
        return _clip(frames, width, height, fps)


@cache
def _clip(frames: int, width: int, height: int, fps: str) -> bytes:
    pictures = (np.full((height, width, 3), 40 + 5 * (n % 40), np.uint8) for n in range(frames))
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "clip.mp4"
        spec = EncodeSpec(width, height, Fraction(fps), frames=frames)
        encode_frames(Ffmpeg(find_ffmpeg()), pictures, spec, out)
        return out.read_bytes()


@cache
def picture_bytes(kind: str = "PNG", shade: int = 90, width: int = 64, height: int = 36) -> bytes:
    """A still: PNG, JPEG or WEBP."""
    out = io.BytesIO()
    Image.new("RGB", (width, height), (shade, shade, 160)).save(out, kind)
    return out.getvalue()
