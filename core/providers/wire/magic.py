"""What a downloaded file may be, told by its first bytes; a Content-Type is a hint and is not asked."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Flag, auto
from pathlib import Path

HEAD = 16
"""Bytes that tell what a file is."""


class Magic(Flag):
    """Kinds of file; join with `|`."""

    MP4 = auto()
    PNG = auto()
    JPEG = auto()
    WEBP = auto()
    IMAGE = PNG | JPEG | WEBP


@dataclass(frozen=True, slots=True)
class Downloaded:
    """A file that lies whole on disk."""

    path: Path
    sha: str
    """SHA-256 of the bytes, hex."""
    size: int
    """Bytes."""
    kind: Magic
    """The one kind it is."""


def magic_of(head: bytes) -> Magic | None:
    """What a file's first 16 bytes say it is; None for anything else."""
    if head[4:8] == b"ftyp":
        return Magic.MP4
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return Magic.PNG
    if head.startswith(b"\xff\xd8\xff"):
        return Magic.JPEG
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return Magic.WEBP
    return None
