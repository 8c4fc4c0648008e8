"""The real `Clips`: media's measures held against what was ordered.

Media is imported where a clip is looked at: PyAV and numpy are 30 MB that a verdict does without.
"""

from __future__ import annotations

import threading
from dataclasses import asdict
from fractions import Fraction
from pathlib import Path
from typing import Any

from core.base.errors import BadInput
from core.base.paths import sha256_file

SLACK_FRAMES = 2
"""Providers round a length to their own grid: a picture or two more or less is no fault."""

SLACK_SHAPE = 0.03
"""Models round a size to their own grid: 864x496 is what Seedance makes of 16:9 at 480p."""


class MediaClips:
    """Verifies and frames clips with PyAV and Pillow."""

    def __init__(self) -> None:
        self._shas: dict[tuple[str, int, int], str] = {}
        self._lock = threading.Lock()

    def verify(self, clip: Path, *, frames: int, fps: Fraction, width: int, height: int) -> dict[str, Any]:
        """Facts of the probe. Raises BadInput naming what does not hold."""
        from core.media.probe import probe  # noqa: PLC0415 - see above

        facts = probe(clip)
        wrong = []
        if abs(facts.width * height / (facts.height * width) - 1) > SLACK_SHAPE:
            wrong.append(f"it is {facts.width}x{facts.height}, not {width}x{height} or of its shape")
        if abs(facts.seconds - float(frames / fps)) > float((SLACK_FRAMES + 0.5) / fps) + 0.5:
            wrong.append(f"it lasts {facts.seconds:.2f} s, not {float(frames / fps):.2f} s")
        if wrong:
            raise BadInput("; ".join(wrong), where=clip.name, todo="look at it, then reject or retake")
        return {
            name: str(value) if isinstance(value, Fraction) else value
            for name, value in asdict(facts).items()
        }

    def frame(self, clip: Path, first: Path, last: Path) -> None:
        """Writes the exact first and last picture."""
        from core.media.frames import first_frame, last_frame  # noqa: PLC0415 - see above
        from core.media.images import save_png  # noqa: PLC0415

        save_png(first, first_frame(clip).pixels)
        save_png(last, last_frame(clip).pixels)

    def keyframe(self, clip: Path, out: Path) -> None:
        from core.media.frames import sharpest_frame  # noqa: PLC0415 - see above
        from core.media.images import save_png  # noqa: PLC0415

        save_png(out, sharpest_frame(clip).pixels)

    def picture_sha(self, picture: Path) -> str:
        """SHA-256 of a file, remembered while its time and size stand still."""
        stat = picture.stat()
        key = (str(picture), stat.st_mtime_ns, stat.st_size)
        with self._lock:
            found = self._shas.get(key)
        if found is None:
            found = sha256_file(picture)
            with self._lock:
                self._shas[key] = found
        return found
