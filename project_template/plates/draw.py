"""Draws every plate of the sample film as a JPEG."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterator
from pathlib import Path

from PIL import Image

from project_template.plates import bay, dawn, headland, pinewood, village
from project_template.plates.noise import Shape

FULL: Shape = (1440, 2560)
QUALITY = 88

PLATES: dict[str, Callable[[Shape], Image.Image]] = {
    "bay": bay.draw,
    "village": village.draw,
    "pinewood": pinewood.draw,
    "headland": headland.draw,
    "headland-lit": headland.draw_lit,
    "dawn": dawn.draw,
}


def plate(name: str, shape: Shape = FULL) -> Image.Image:
    """One plate at `shape` (h, w); 16:9 is the shape it was composed for."""
    return PLATES[name](shape)


def write_all(folder: Path, shape: Shape = FULL) -> Iterator[tuple[Path, str]]:
    """Writes `NAME.jpg` for every plate into `folder`; yields each path with the SHA-256 of its bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in PLATES:
        memory = io.BytesIO()
        # 4:4:4: small warm lights on blue would lose their colour to subsampling.
        plate(name, shape).save(
            memory, "JPEG", quality=QUALITY, subsampling=0, optimize=True, progressive=True
        )
        path = folder / f"{name}.jpg"
        path.write_bytes(memory.getvalue())
        yield path, hashlib.sha256(memory.getvalue()).hexdigest()
