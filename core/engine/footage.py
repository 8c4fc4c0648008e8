"""A file that a person names, copied in and looked at before the ledger hears of it.

Whoever names a file may name anything: it is opened once, without following links and without waiting
for pipes, and what is judged is our own copy of what was read.
"""

from __future__ import annotations

import hashlib
import os
import stat
import uuid
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from core.base.errors import BadInput, DiskFull
from core.base.paths import PART, disk_errors, open_plain
from core.base.text import one_line
from core.engine.production import BROUGHT
from core.engine.reserve import MIN_FREE_BYTES
from core.media.frames import first_frame, last_frame
from core.media.probe import probe

if TYPE_CHECKING:
    from fractions import Fraction

    from core.engine.production import Production
    from core.media.probe import Probe

MAX_BYTES = 8 << 30
"""No shot is longer than a minute: a file above this is not one clip."""
CHUNK = 4 << 20
CLIP = "bring an mp4, mov, mkv or webm clip"


@dataclass(frozen=True, slots=True)
class Copied:
    """Our own copy of a clip, in the folder of its shot, not yet a take."""

    part: Path
    sha: str
    size: int

    def drop(self) -> None:
        """Away with it, and with the folder where that was made for it."""
        with suppress(OSError):
            self.part.unlink(missing_ok=True)
            self.part.parent.rmdir()  # only where nothing else is in it


def copy_in(p: Production, file: Path, folder: Path) -> Copied:
    """Copies `file` whole and synced into `folder` under a part file's name.

    Raises BadInput for what is no plain file, is empty, too large, or changes meanwhile; DiskFull.
    """
    handle = _open(file)
    try:
        size = os.fstat(handle).st_size
        if p.free_bytes() < size + MIN_FREE_BYTES:
            raise DiskFull(f"a copy of {size / 1e6:.0f} MB does not fit on the film's disk", where=str(file))
        with disk_errors(folder):
            folder.mkdir(parents=True, exist_ok=True)
        part = folder / f"{BROUGHT}{uuid.uuid4().hex[:8]}{PART}"
        try:
            with disk_errors(part):
                sha = _copy(handle, part, size, file)
                named = part.with_name(f"{BROUGHT}{sha[:16]}-{part.name.removeprefix(BROUGHT)}")
                part.replace(named)
        except BaseException:
            Copied(part, "", size).drop()
            raise
    finally:
        os.close(handle)
    return Copied(named, sha, size)


def _open(file: Path) -> int:
    try:
        facts = file.lstat()
        wrong = _not_a_file(facts.st_mode) or _not_a_size(facts.st_size)
        if wrong:
            raise BadInput(wrong, where=_shown(file), todo=CLIP)
        return open_plain(file, os.O_RDONLY)
    except FileNotFoundError:
        raise BadInput("there is no such file", where=_shown(file), todo=CLIP) from None
    except (OSError, ValueError) as error:
        said = getattr(error, "strerror", None) or str(error)
        raise BadInput(f"the file cannot be read ({said})", where=_shown(file), todo=CLIP) from error


def _not_a_file(mode: int) -> str:
    if stat.S_ISLNK(mode):
        return "this is a link: name the file itself"
    if stat.S_ISDIR(mode):
        return "this is a folder, not a clip"
    return "" if stat.S_ISREG(mode) else "this is a pipe, a socket or a device, not a clip"


def _not_a_size(size: int) -> str:
    if size == 0:
        return "the file is empty"
    if size > MAX_BYTES:
        return f"the file is {size / 1e9:.1f} GB, and a clip is at most {MAX_BYTES >> 30} GiB"
    return ""


def _copy(handle: int, part: Path, size: int, file: Path) -> str:
    """Returns the SHA-256 of what was written."""
    digest, done = hashlib.sha256(), 0
    before = os.fstat(handle)
    with part.open("xb") as out:
        while data := os.read(handle, CHUNK):
            done += len(data)
            if done > size:
                break  # it grows: no more than was asked for is written
            digest.update(data)
            out.write(data)
        out.flush()
        os.fsync(out.fileno())
    if done != size or os.fstat(handle).st_mtime_ns != before.st_mtime_ns:
        raise BadInput(
            "the file changed while it was copied", where=_shown(file), todo="wait until it is whole"
        )
    return digest.hexdigest()


def examine(copied: Copied, file: Path) -> tuple[Probe, tuple[str, ...]]:
    """What the clip is, and what is not quite right with it. Raises BadInput for anything our cut could
    not read to its last picture; the error names the file as the person did."""
    try:
        facts = probe(copied.part)
        found = (*facts.notes, *first_frame(copied.part).notes, *last_frame(copied.part).notes)
    except BadInput as fault:
        raise BadInput(fault.what, where=_shown(file), todo=fault.todo or CLIP) from fault
    return facts, tuple(dict.fromkeys(found))


def differences(facts: Probe, frames: int, fps: Fraction, width: int, height: int) -> list[str]:
    """How a clip differs from its shot, as sentences. Pure."""
    found = []
    if (facts.width, facts.height) != (width, height):
        found.append(f"it is {facts.width}x{facts.height}, the film is {width}x{height}: the cut scales it")
    if facts.vfr:
        found.append("its pictures do not come at a steady rate: the cut makes them steady")
    elif facts.fps != fps:
        found.append(f"it runs at {_rate(facts.fps)} frames a second, the film at {_rate(fps)}")
    elif facts.frames != frames:
        found.append(f"it has {facts.frames} pictures, the shot has {frames}")
    if facts.container != "mov":
        found.append(
            "it is Matroska or WebM and keeps the name .mp4: Rushes reads its bytes, other programs"
            " may want it rewrapped"
        )
    return found


def _rate(fps: Fraction) -> str:
    return f"{float(fps):.3f}".rstrip("0").rstrip(".")


def _shown(file: Path) -> str:
    return one_line(os.fsencode(file).decode("utf-8", "replace"), 300)
