"""`python -m core.studio.render_child JOB`: one animatic job, the provider's renderer joined to
media's encoder. It outlives a killed worker, which finds the finished job by its name."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from core.base import settings
from core.media.ffmpeg import EncodeSpec, Ffmpeg, encode_frames, find_ffmpeg
from core.providers.animatic.child import run_job

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    from numpy.typing import NDArray

    from core.providers.animatic.spec import RenderSpec


def encode(frames: Iterator[NDArray[np.uint8]], spec: RenderSpec, out: Path) -> None:
    """Pipes the renderer's pictures into the pinned encoder at the shipped settings."""
    encoder = Ffmpeg(find_ffmpeg(settings.load().ffmpeg or None))
    shape = EncodeSpec(width=spec.width, height=spec.height, fps=spec.fps, frames=spec.frames)
    encode_frames(encoder, frames, shape, out)


if __name__ == "__main__":
    sys.exit(run_job(Path(sys.argv[1]), encode))
