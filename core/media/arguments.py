"""ffmpeg's arguments, as pure functions: what opens a clip, what writes one.

The same pictures and the same `EncodeSpec` give the same bytes: no time of creation, no encoder
version, a fixed number of threads.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.base.errors import BadInput
from core.media.colour import TAGS_709, TO_709
from core.media.magic import demuxer, file_url

if TYPE_CHECKING:
    from fractions import Fraction
    from pathlib import Path

TIMESCALE = 120_000
"""Ticks a second of every clip: whole ticks a frame at 24, 25, 30, 50, 60 and their 1000/1001 kin."""
THREADS = 4
"""Fixed: x264's output depends on the number of threads, not on which machine runs them."""

CRF = 18
CRF_OPEN = 10
EDGE_QP = 10
"""A seam holds when the first picture of a take, an I frame, equals the last of the take before, a
starved P or B frame, from the same source. Luma SSIM of that pair, worst of three 1280x720 clips
with a sub-pixel move (grain of sigma 12 on fine texture, grain of sigma 6, fine texture alone):

    veryfast, crf 18                          0.921   25 Mb/s at grain 6   60 frames/s
    crf 14                                    0.966   43                   52
    crf 18, tune grain                        0.965   44                   51
    crf 10                                    0.985   61                   44
    crf 18, last picture forced to an I frame 0.968   26                   58
    crf 18, first and last picture at QP 10   0.995   28                   58

So two pictures of a take are paid for, not all of them. That needs the number of pictures
beforehand; where it is unknown, crf 10 holds the seam at twice the bytes."""


@dataclass(frozen=True, slots=True)
class EncodeSpec:
    """One clip to be written. Raises BadInput for what H.264 4:2:0 cannot hold."""

    width: int
    """Pixels, even."""
    height: int
    """Pixels, even."""
    fps: Fraction
    frames: int | None = None
    """How many pictures will come, so that the first and the last are written to match at a seam."""
    crf: int | None = None
    """x264's rate factor; None is the shipped one."""
    preset: str = "veryfast"
    threads: int = THREADS

    def __post_init__(self) -> None:
        if self.width < 16 or self.height < 16 or self.width % 2 or self.height % 2:
            raise BadInput(
                f"a clip of {self.width}x{self.height} cannot be written",
                todo="use an even width and height of 16 or more",
            )
        if not 1 <= self.fps <= 240:
            raise BadInput(f"{self.fps} frames a second is outside 1 to 240")
        if self.frames is not None and self.frames < 1:
            raise BadInput("a clip has at least one picture")


def input_args(path: Path) -> list[str]:
    """Arguments that open a clip and nothing else. Raises BadInput unless it is mp4, mov, mkv or webm."""
    return ["-protocol_whitelist", "file", "-f", demuxer(path), "-i", file_url(path)]


def encode_args(spec: EncodeSpec, out: Path) -> list[str]:
    """Arguments for raw rgb24 pictures on stdin to a deterministic, tagged H.264 mp4 at `out`."""
    crf = spec.crf if spec.crf is not None else CRF if spec.frames else CRF_OPEN
    edges = ["-x264-params", _edges(spec.frames)] if spec.frames else []
    return [
        *("-y", "-f", "rawvideo", "-pix_fmt", "rgb24"),
        *("-video_size", f"{spec.width}x{spec.height}", "-framerate", str(spec.fps), "-i", "pipe:0"),
        *("-an", "-vf", TO_709, "-pix_fmt", "yuv420p", *TAGS_709),
        *("-c:v", "libx264", "-preset", spec.preset, "-crf", str(crf), *edges),
        *("-threads", str(spec.threads), "-fps_mode", "passthrough"),
        *("-map_metadata", "-1", "-fflags", "+bitexact", "-flags:v", "+bitexact"),
        *("-video_track_timescale", str(TIMESCALE), "-movflags", "+faststart", "-f", "mp4", file_url(out)),
    ]


def _edges(frames: int) -> str:
    zones = f"0,0,q={EDGE_QP}"
    return f"zones={zones}" if frames == 1 else f"zones={zones}/{frames - 1},{frames - 1},q={EDGE_QP}"
