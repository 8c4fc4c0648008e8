"""Names of cuts: a title made safe for every disk, and the next free number."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from core.base.text import one_line
from core.base.units import DEVICE_NAMES

if TYPE_CHECKING:
    from pathlib import Path

MAX_LETTERS = 80
MAX_BYTES = 180
"""File systems count bytes, 255 of them, and number, suffix and part mark want their share."""
_UNSAFE = re.compile(r"[^\w.\-+()&,]+")


def slug(title: str) -> str:
    """A file's stem from any title: letters of any script stay, what a disk minds becomes `_`."""
    plain = _UNSAFE.sub("_", unicodedata.normalize("NFC", one_line(title, 400)))
    name = _within(plain.strip("._- ")[:MAX_LETTERS], MAX_BYTES).rstrip("._- ")
    if name.split(".")[0].casefold() in DEVICE_NAMES:
        name = f"film_{name}"
    return name or "film"


def _within(text: str, limit: int) -> str:
    return text.encode("utf-8")[:limit].decode("utf-8", "ignore")


def next_version(folder: Path, stem: str) -> int:
    """The number after the highest that a film or a manifest of this name has."""
    found = re.compile(rf"{re.escape(stem)}_v(\d{{3,}})\.(?:mp4|otio)", re.IGNORECASE)
    names = (
        (unicodedata.normalize("NFC", entry.name) for entry in folder.iterdir()) if folder.is_dir() else ()
    )
    return max((int(match[1]) for name in names if (match := found.fullmatch(name))), default=0) + 1
