"""Names of cuts: a title made safe for every disk, and numbers that are never given twice."""

from __future__ import annotations

import errno
import os
import re
import unicodedata
from typing import TYPE_CHECKING

from core.base.paths import disk_errors, sync_dir
from core.base.text import one_line
from core.base.units import DEVICE_NAMES

if TYPE_CHECKING:
    from pathlib import Path

MAX_LETTERS = 80
MAX_BYTES = 180
"""File systems count bytes, 255 of them, and number, suffix and part mark want their share."""
_UNSAFE = re.compile(r"[^\w.\-+()&,]+")
_NO_LINKS = (errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK)


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


def publish_new(part: Path, path: Path) -> bool:
    """A finished part file becomes `path`, durably; False, and nothing changed, where `path` exists."""
    with disk_errors(path):
        handle = os.open(part, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
        if not _claim(part, path):
            return False
        sync_dir(path.parent)
        return True


def _claim(part: Path, path: Path) -> bool:
    try:
        path.hardlink_to(part)
    except FileExistsError:
        return False
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        return _claim_without_links(part, path)
    part.unlink()
    return True


def _claim_without_links(part: Path, path: Path) -> bool:
    """exFAT and some network disks know no links: an empty file takes the name first."""
    try:
        path.touch(exist_ok=False)
    except FileExistsError:
        return False
    part.replace(path)
    return True
