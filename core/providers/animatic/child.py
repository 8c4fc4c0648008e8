"""What the child process does with a job: lock, render, encode, publish, or say why not.

The encoder is handed in, because providers stand on the same floor as media.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from core.base.errors import BadInput, ProviderFault, RushesError
from core.base.paths import publish, sha256_file
from core.providers.animatic.jobs import Job, Result
from core.providers.animatic.render import Scene
from core.providers.base import ErrorClass

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from types import FrameType

    import numpy as np
    from numpy.typing import NDArray

    from core.providers.animatic.spec import RenderSpec

    Frame = NDArray[np.uint8]
    Encode = Callable[[Iterator[Frame], RenderSpec, Path], None]

DONE, FAILED, STOPPED = 0, 1, 130
PATIENCE_S = 1.0
"""Who asks whether the lock is free holds it for a moment; a child waits that long before it goes."""


class _Stop(Exception):
    """Asked to stop, by file or by signal."""


def run_job(job_dir: Path, encode: Encode) -> int:
    """Renders the job in `job_dir` unless it is done or another process is at it.

    `encode` takes the frames (uint8, height x width x 3, RGB), the spec and the path to write the
    clip to; it raises on failure. Returns an exit code: 0 done (or another child is at it), 1 failed
    with the reason in error.txt, 130 stopped.
    """
    job = Job(job_dir)
    deadline = time.monotonic() + PATIENCE_S
    while True:
        with job.lock() as held:
            if held is not None:
                return _run_locked(job, held, encode)
        if time.monotonic() > deadline:
            return DONE
        time.sleep(0.02)


def _run_locked(job: Job, lock: int, encode: Encode) -> int:
    os.ftruncate(lock, 0)
    os.pwrite(lock, str(os.getpid()).encode(), 0)
    job.sweep()
    if job.ended():
        return DONE if job.clip.exists() else FAILED
    if job.cancel_file.exists():
        return STOPPED
    asked = threading.Event()
    try:
        with _stop_on_signal(asked):
            _render(job, encode)
    except _Stop:
        return STOPPED
    except Exception as error:
        # An encoder cut off by a stop fails in its own way: that is a stop, not a failure.
        if asked.is_set() or job.cancel_file.exists():
            return STOPPED
        job.write_error(*_sentence(error))
        if not isinstance(error, RushesError | OSError):
            raise  # nobody foresaw it: the traceback belongs in the child's log
        return FAILED
    finally:
        job.sweep()
    return DONE


def _sentence(error: Exception) -> tuple[ErrorClass, str]:
    if isinstance(error, BadInput):
        return ErrorClass.BAD_REQUEST, str(error)
    text = str(error) if isinstance(error, RushesError) else f"{type(error).__name__}: {error}"
    return ErrorClass.PROVIDER_FAULT, text


def _render(job: Job, encode: Encode) -> None:
    spec = job.spec()
    scene = Scene.of(spec)
    part = job.part()
    frames = _Watched(job, scene.frames(), spec.frames)
    encode(iter(frames), spec, part)
    if frames.given != spec.frames or not part.is_file() or part.stat().st_size == 0:
        raise ProviderFault(
            f"the encoder took {frames.given} of {spec.frames} frames and left no whole clip",
            where=str(job.folder),
            todo="look into the worker's log, then retake",
        )
    job.write_result(Result(sha256_file(part), part.stat().st_size, scene.carried))
    frames.check()
    publish(part, job.clip)


class _Watched:
    """Frames on their way to the encoder: counted, reported about once a second, stoppable."""

    def __init__(self, job: Job, frames: Iterator[Frame], total: int) -> None:
        self._job, self._frames, self._total = job, frames, total
        self._told = 0.0
        self.given = 0

    def __iter__(self) -> Iterator[Frame]:
        for frame in self._frames:
            self.check()
            self.given += 1
            yield frame
            self._tell()

    def check(self) -> None:
        if self._job.cancel_file.exists():
            raise _Stop

    def _tell(self) -> None:
        now = time.monotonic()
        if now - self._told >= 1:
            self._told = now
            self._job.write_progress(self.given / self._total)


@contextmanager
def _stop_on_signal(asked: threading.Event) -> Iterator[None]:
    """SIGTERM raises here, so that a child blocked in a write to its encoder stops as well."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(_number: int, _frame: FrameType | None) -> None:
        asked.set()
        raise _Stop

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
