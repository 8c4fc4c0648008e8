"""A still from the film folder into a request: read, checked against its hash, encoded."""

from __future__ import annotations

import base64
import hashlib
import os
from collections.abc import Callable
from pathlib import Path

from core.base.errors import BadInput
from core.base.paths import open_plain
from core.providers.values import Picture

EncodePicture = Callable[[Path, int], tuple[bytes, str]]
"""(path, max_bytes) to (bytes, MIME type). Given in: this floor knows no codecs."""

MAX_PICTURE = 256 << 20
"""Bytes; a larger still is a mistake, and is not read into memory."""


def read_picture(picture: Picture, encode: EncodePicture, max_bytes: int) -> tuple[bytes, str]:
    """The picture's bytes for sending, at most `max_bytes`, and their MIME type.

    Raises BadInput where the file is gone, is no plain file, or is not the one that was planned with.
    """
    _check(picture)
    data, mime = encode(picture.path, max_bytes)
    _check(picture)
    if len(data) > max_bytes:
        raise BadInput(
            f"this picture cannot be made smaller than {max_bytes} bytes",
            where=str(picture.path),
            todo="use a smaller picture",
        )
    return data, mime


def _check(picture: Picture) -> None:
    where = str(picture.path)
    try:
        with os.fdopen(open_plain(picture.path, os.O_RDONLY), "rb") as file:
            size = os.fstat(file.fileno()).st_size
            found = hashlib.file_digest(file, "sha256").hexdigest() if size <= MAX_PICTURE else ""
    except OSError as error:
        raise BadInput(
            "this picture cannot be read", where=where, todo="put it back, then run the same command again"
        ) from error
    if found != picture.sha.lower():
        raise BadInput(
            "this picture is not the one the take was planned with",
            where=where,
            todo="plan the take again, or put the picture back",
        )


def data_uri(data: bytes, mime: str) -> str:
    """`data:image/png;base64,...` (RFC 2397)."""
    return f"data:{mime};base64,{base64.b64encode(data).decode('ascii')}"
