"""What a file is, told by its first bytes: a name proves nothing.

Only ISO media (`ftyp`: mp4, mov) and EBML (Matroska, webm) go further. A playlist saved as
`clip.mp4` makes ffmpeg open other files of this machine, `-protocol_whitelist file` or not; a
named demuxer together with this check does not (measured with ffmpeg 9.0.2: ffconcat and DASH).
"""

from __future__ import annotations

import re
import stat
from pathlib import Path

from core.base.errors import BadInput

HEAD = 512
"""Bytes read of a file's beginning: enough for every sign below."""

_TODO = "use an mp4, mov, mkv or webm clip"
_TEXTS = (
    (re.compile(rb"^ffconcat\b"), "an ffconcat playlist"),
    (re.compile(rb"^#EXTM3U"), "an HLS playlist"),
    (re.compile(rb"<MPD[\s>]"), "a DASH manifest"),
    (re.compile(rb"<svg[\s>]", re.IGNORECASE), "an SVG drawing"),
    (re.compile(rb"<(!doctype\s+html|html)[\s>]", re.IGNORECASE), "an HTML page"),
    (re.compile(rb"^[{\[]"), "JSON text"),
    (re.compile(rb"^<\?xml"), "an XML document"),
)
_BYTES = (
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF"),
    (b"RIFF", "a RIFF file (AVI, WAV or WebP)"),
    (b"OggS", "an Ogg file"),
    (b"ID3", "an MP3"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"PK\x03\x04", "a zip archive"),
)


def demuxer(path: Path) -> str:
    """`mov` or `matroska`, by the first bytes. Raises BadInput naming what the file is instead."""
    head = _head(path)
    if head[4:8] == b"ftyp":
        return "mov"
    if head[:4] == b"\x1a\x45\xdf\xa3":
        return "matroska"
    raise BadInput(f"this is {_name(head)}, not a clip", where=str(path), todo=_TODO)


def file_url(path: Path) -> str:
    """`file:/abs/path`: a name that begins with '-' or holds ':' stays a name."""
    return f"file:{path.absolute()}"


def _head(path: Path) -> bytes:
    try:
        mode = path.stat().st_mode
        # A pipe or a device would block for ever, or never end.
        if not stat.S_ISREG(mode):
            raise BadInput("this is not a regular file", where=str(path), todo=_TODO)
        with path.open("rb") as handle:
            head = handle.read(HEAD)
    except FileNotFoundError:
        raise BadInput("there is no such file", where=str(path), todo=_TODO) from None
    except (OSError, ValueError) as error:
        raise BadInput(f"the file cannot be read ({error})", where=str(path)) from error
    if not head:
        raise BadInput("the file is empty", where=str(path), todo="fetch or export the clip again")
    return head


def _name(head: bytes) -> str:
    for sign, name in _BYTES:
        if head.startswith(sign):
            return name
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    for pattern, name in _TEXTS:
        if pattern.search(text):
            return name
    return "of no kind known here"
