"""One worker a film: kernel locks the kernel itself lets go of when the worker dies.

Two locks: the folder's, which nobody takes away by removing a file, and the lock file's, for disks
that lock no folders (NFS refuses an exclusive lock on what is open for reading: flock(2)). The lock
file's modification time is the worker's heartbeat, its content the worker's pid.
A timed lease would let a stalled worker wake up and pay again; a kernel lock cannot.
"""

from __future__ import annotations

import fcntl
import os
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, NamedTuple

from core.base.errors import BadInput, FilmHeld
from core.base.paths import disk_errors, open_plain, state_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

PATIENCE_S = 1.0
"""Readers probe the lock for a moment; a worker that starts just then must not be turned away."""
_PID_BYTES = 12
"""A pid and its line end; a longer file names nobody."""


class Holder(NamedTuple):
    running: bool
    pid: int | None
    heartbeat_age_s: float | None


NOBODY = Holder(running=False, pid=None, heartbeat_age_s=None)


class Hold:
    """A film that is held. Lives as long as the block of `hold`."""

    __slots__ = ("_file", "_folder", "_path")

    def __init__(self, path: Path, file: int, folder: int | None) -> None:
        self._path = path
        self._file = file
        self._folder = folder

    def beat(self) -> None:
        """The worker is alive. By the handle: whatever stands at the path now is not touched."""
        os.utime(self._file)

    def still_ours(self) -> bool:
        """Whether the locks held are those another worker would ask for.

        A lock file that is only gone does no harm while the folder's lock keeps others out.
        """
        if self._folder is None:
            return _stands(self._file, self._path)
        gone = not os.path.lexists(self._path)
        return _stands(self._folder, self._path.parent) and (gone or _stands(self._file, self._path))


@contextmanager
def hold(path: Path, patience_s: float | None = None) -> Iterator[Hold]:
    """Holds the film while the block runs. Raises FilmHeld where another worker does, else BadInput.

    `patience_s`: how long another is waited for; PATIENCE_S unless told.
    """
    state_folder(path.parent)
    patience = PATIENCE_S if patience_s is None else patience_s
    folder = _lock_folder(path, patience)
    try:
        file = _lock_file(path, patience)
        try:
            with disk_errors(path):
                os.ftruncate(file, 0)
                os.write(file, f"{os.getpid()}\n".encode())
            yield Hold(path, file, folder)
            os.ftruncate(file, 0)
        finally:
            os.close(file)
    finally:
        if folder is not None:
            os.close(folder)


def _lock_folder(path: Path, patience: float) -> int | None:
    """The locked folder, or None where this disk locks files only."""
    try:
        with disk_errors(path.parent):
            return _lock(path.parent, lambda: _open_folder(path.parent), patience)
    except BlockingIOError:
        raise _held(path) from None
    except OSError:
        return None


def _lock_file(path: Path, patience: float) -> int:
    try:
        with disk_errors(path):
            return _lock(path, lambda: open_plain(path, os.O_RDWR | os.O_CREAT), patience)
    except BlockingIOError:
        raise _held(path) from None
    except OSError as error:
        raise BadInput(
            "this disk knows no locks, so nothing would keep a second worker out",
            where=str(path),
            todo="move the film to a local disk",
        ) from error


def _lock(path: Path, open_it: Callable[[], int], patience: float) -> int:
    """Opens and locks until what is locked is what stands at `path`: it may be replaced in between."""
    until = time.monotonic() + patience
    while True:
        handle = open_it()
        try:
            _take(handle, until)
        except BaseException:
            os.close(handle)
            raise
        if _stands(handle, path):
            return handle
        os.close(handle)
        if time.monotonic() >= until:
            raise BlockingIOError


def _take(handle: int, until: float) -> None:
    """Raises BlockingIOError where another keeps it, OSError where the disk knows no such lock."""
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= until:
                raise
            time.sleep(0.05)
        else:
            return


def _held(path: Path) -> FilmHeld:
    pid = holder(path).pid
    return FilmHeld(
        f"another worker holds this film{f' (pid {pid})' if pid else ''}",
        where=str(path.parent.parent),
        todo="watch it with `rushes`, or end it with `rushes stop`",
    )


def _stands(handle: int, path: Path) -> bool:
    """Whether the open file is the one at `path`."""
    try:
        return os.path.samestat(os.fstat(handle), os.lstat(path))
    except OSError:
        return False


def _open_folder(folder: Path) -> int:
    return os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)


def holder(path: Path) -> Holder:
    """Whether a worker holds the film now, by asking the kernel."""
    with suppress(OSError, BadInput):
        file = open_plain(path, os.O_RDONLY)
        try:
            if _is_locked(file):
                age = max(0.0, time.time() - os.fstat(file).st_mtime)
                return Holder(running=True, pid=_pid(file), heartbeat_age_s=round(age, 1))
        finally:
            os.close(file)
    with suppress(OSError):
        folder = _open_folder(path.parent)
        try:
            if _is_locked(folder):  # the file was taken away or replaced; whose pid it names, nobody knows
                return Holder(running=True, pid=None, heartbeat_age_s=None)
        finally:
            os.close(folder)
    return NOBODY


def _is_locked(handle: int) -> bool:
    """Raises OSError on a disk without locks, where no worker starts."""
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    return False


def _pid(file: int) -> int | None:
    text = os.pread(file, _PID_BYTES, 0)
    return int(text) if len(text) < _PID_BYTES and text.strip().isdigit() else None
