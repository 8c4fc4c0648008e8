"""Files are written whole or not at all, and never outside the film.

`write_atomic`: part file, sync, rename, sync of the folder. A crash leaves the old file.
"""

from __future__ import annotations

import errno
import os
import stat
import threading
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from core.base.errors import BadInput, DiskFull

if TYPE_CHECKING:
    from collections.abc import Iterator

PART = ".part"
STATE = ".rushes"
LONGEST = 4096
"""Characters of a path: Linux's PATH_MAX, and more than macOS takes."""


class LinkCircle(BadInput):
    """A link that leads, over others or at once, to itself."""


@contextmanager
def disk_errors(path: Path) -> Iterator[None]:
    """Turns the operating system's refusals into sentences. Raises DiskFull or BadInput."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise DiskFull(
                "the disk is full", where=str(path), todo="free some space; nothing was lost, then resume"
            ) from error
        if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            raise BadInput(
                "no permission to write here",
                where=str(path),
                todo="give yourself write access to this folder",
            ) from error
        if error.errno in (errno.EEXIST, errno.ENOTDIR, errno.EISDIR, errno.ELOOP, errno.ENXIO):
            raise BadInput(
                "something else stands where this file or its folder should be",
                where=str(path),
                todo="move it away, then run the same command again",
            ) from error
        raise


def state_folder(folder: Path) -> None:
    """Makes `.rushes` or a folder in it. Raises BadInput for a link: a film that came from elsewhere
    must not lead our writing into folders of its choice."""
    for part in (folder, folder.parent) if folder.parent.name == STATE else (folder,):
        if part.is_symlink():
            raise BadInput(
                "a link stands where the film keeps its own state",
                where=str(part),
                todo="take the link away; the folder is made anew",
            )
    with disk_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)


def open_plain(path: Path, flags: int) -> int:
    """A handle of a plain file. Raises BadInput for a link, a pipe or a device; never waits for one."""
    try:
        handle = os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, 0o644)
        plain = stat.S_ISREG(os.fstat(handle).st_mode)
    except OSError as error:
        if error.errno not in (errno.ELOOP, errno.ENXIO):
            raise
        raise _not_plain(path) from error
    if not plain:
        os.close(handle)
        raise _not_plain(path)
    return handle


def _not_plain(path: Path) -> BadInput:
    return BadInput(
        "a link or a device stands where a plain file should be", where=str(path), todo="take it away"
    )


def sync_dir(folder: Path) -> None:
    """Makes a rename in `folder` durable."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_atomic(path: Path, data: bytes) -> None:
    """Replaces `path` by `data`, durably. Raises DiskFull, BadInput; leaves no part file."""
    with disk_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f".{path.name}.{os.getpid()}-{threading.get_ident()}{PART}")
        try:
            with part.open("wb") as handle:
                handle.write(data)
                handle.flush()
                os.fsync(handle.fileno())
            part.replace(path)
            sync_dir(path.parent)
        except BaseException:
            with suppress(OSError):
                part.unlink()
            raise


def publish(part: Path, path: Path) -> None:
    """A finished part file becomes `path`: sync, rename, sync of the folder."""
    with disk_errors(path):
        handle = os.open(part, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
        part.replace(path)
        sync_dir(path.parent)


def publish_new(part: Path, path: Path) -> bool:
    """As `publish`, but never over a file that stands there: False then, and the part file is left.

    A hard link says "there is one already" by itself; where a disk knows none, a rename must do.
    """
    with disk_errors(path):
        handle = os.open(part, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
        try:
            os.link(part, path)
        except FileExistsError:
            return False
        except OSError as error:
            if error.errno not in (errno.EPERM, errno.EOPNOTSUPP, errno.ENOTSUP, errno.ENOSYS, errno.EMLINK):
                raise
            if path.exists():
                return False
            part.replace(path)
        else:
            part.unlink()
        sync_dir(path.parent)
    return True


def sha256_file(path: Path) -> str:
    """Hex digest of a file's bytes."""
    import hashlib  # noqa: PLC0415 - 4 ms of OpenSSL that `status` never needs

    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def sha256_text(text: str) -> str:
    import hashlib  # noqa: PLC0415 - as above

    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def inside(root: Path, relative: str) -> Path:
    """`relative` below `root`, symlinks followed. Raises BadInput where it leads outside."""
    # Following links takes the square of a path's length: no system opens one that is longer.
    wrong = not relative or len(relative) > LONGEST or "\x00" in relative or "\\" in relative
    if wrong or PurePosixPath(relative).is_absolute():
        raise BadInput(
            f"'{relative[:80]}' is not a path inside the film", todo="write it relative to the film folder"
        )
    try:
        home = root.resolve()
        path = (root / relative).resolve()
    except (RuntimeError, OSError) as error:  # RuntimeError: pathlib's word for a circle, until 3.13
        raise LinkCircle(
            f"'{relative[:80]}' is a link that leads nowhere", todo="put the file itself there"
        ) from error
    if path != home and home not in path.parents:
        raise BadInput(
            f"'{relative[:80]}' leads outside the film folder", todo="copy the file into refs/ first"
        )
    return path
