"""The burn-in of rough cuts and review copies: slate and running timecode, drawn on a strip alone.

Only the rows of the strip are drawn and go through the pipe; ffmpeg lays them over the picture in
the pass that encodes anyway. Its own `drawtext` is missing from many builds.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from core.media.lettering import SlateText, overlay, timecode

if TYPE_CHECKING:
    from collections.abc import Iterator

    from core.post.graph import Frame


def strip_size(film: Frame, text: SlateText) -> tuple[int, int]:
    """Width and (even) height of the strip, pixels."""
    drawn = overlay(film.width, film.height, replace(text, timecode=timecode(0, film.fps)))
    inked = drawn[:, :, 3].any(axis=1)
    top = int(np.argmax(inked)) if inked.any() else film.height - 2
    return film.width, film.height - top // 2 * 2


def strip_frames(film: Frame, text: SlateText, at: int, frames: int) -> Iterator[memoryview]:
    """RGBA strips for `frames` pictures, the timecode running from picture `at`."""
    _, tall = strip_size(film, text)
    for number in range(at, at + frames):
        drawn = overlay(film.width, film.height, replace(text, timecode=timecode(number, film.fps)))
        yield np.ascontiguousarray(drawn[film.height - tall :]).data.cast("B")
