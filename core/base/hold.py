"""One worker a film: a kernel lock the kernel itself lets go of when the worker dies.

The lock file's modification time is the worker's heartbeat, its content the worker's pid.
A timed lease would let a stalled worker wake up and pay again; a kernel lock cannot.
"""

from __future__ import annotations

import fcntl
import os
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from core.base.errors import BadInput, FilmHeld
from core.base.paths import disk_errors

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PATIENCE_S = 1.0
"""Readers probe the lock for a moment; a worker that starts just then must not be turned away."""


class Holder(NamedTuple):
    running: bool
    pid: int | None
    heartbeat_age_s: float | None


@contextmanager
def hold(path: Path) -> Iterator[None]:
    """Holds the film while the block runs. Raises FilmHeld where another worker does, else BadInput."""
    with disk_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        if not _take(handle, path):
            pid = _pid(path)
            raise FilmHeld(
                f"another worker holds this film{f' (pid {pid})' if pid else ''}",
                where=str(path.parent.parent),
                todo="watch it with `rushes`, or end it with `rushes stop`",
            )
        os.ftruncate(handle, 0)
        os.write(handle, f"{os.getpid()}\n".encode())
        yield
        os.ftruncate(handle, 0)
    finally:
        os.close(handle)


def _take(handle: int, path: Path) -> bool:
    until = time.monotonic() + PATIENCE_S
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= until:
                return False
            time.sleep(0.05)
        except OSError as error:
            raise BadInput(
                "this disk knows no locks, so nothing would keep a second worker out",
                where=str(path),
                todo="move the film to a local disk",
            ) from error
        else:
            return True


def beat(path: Path) -> None:
    """The worker is alive."""
    os.utime(path)


def holder(path: Path) -> Holder:
    """Whether a worker holds the film now, by asking the kernel."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return Holder(running=False, pid=None, heartbeat_age_s=None)
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        age = max(0.0, time.time() - os.fstat(handle).st_mtime)
        return Holder(running=True, pid=_pid(path), heartbeat_age_s=round(age, 1))
    except OSError:  # a disk without locks, where no worker starts
        return Holder(running=False, pid=None, heartbeat_age_s=None)
    else:
        return Holder(running=False, pid=None, heartbeat_age_s=None)
    finally:
        os.close(handle)


def _pid(path: Path) -> int | None:
    try:
        text = path.read_text("ascii").strip()
    except (OSError, ValueError):
        return None
    return int(text) if text.isdigit() else None
