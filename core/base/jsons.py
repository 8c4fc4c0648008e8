"""JSON that lies on disk, read with suspicion: anybody may have put anything there."""

from __future__ import annotations

import json
import math
import os
import stat
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

MAX_BYTES = 4 << 20
"""A sidecar holds a prompt and a few facts; nothing of ours comes near this."""


def read_json(path: Path, limit: int = MAX_BYTES) -> dict[str, Any] | None:
    """The object in a file of at most `limit` bytes; None for anything else.

    None too for a missing file, a link or a pipe, nesting without end, and NaN or infinite numbers.
    """
    try:
        text = _bytes_of(path, limit).decode("utf-8")
        found = json.loads(text, parse_constant=_refuse, parse_float=_finite)
    except (OSError, ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _bytes_of(path: Path, limit: int) -> bytes:
    # A pipe would be waited for without end; a link may lead out of the film.
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(handle, "rb") as file:
        facts = os.fstat(handle)
        if not stat.S_ISREG(facts.st_mode) or facts.st_size > limit:
            raise ValueError("no plain file of a sensible size")
        data = file.read(limit + 1)
    if len(data) > limit:
        raise ValueError("it grew")
    return data


def _refuse(constant: str) -> float:
    raise ValueError(f"{constant} is no number")


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError("not finite")
    return value
