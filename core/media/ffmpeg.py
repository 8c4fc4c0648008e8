"""The only door to ffmpeg: `arguments` computes, `Ffmpeg.run` acts.

Every child is started without a shell and without our environment (it may hold keys), in a process
group of its own, under limits; the group is killed on a timeout and on any exception.
"""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import threading
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import imageio_ffmpeg
import numpy as np

from core.base.errors import BadInput, DiskFull, ProviderFault
from core.base.paths import PART, disk_errors, publish
from core.base.text import clean
from core.media.arguments import EncodeSpec, encode_args, input_args

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    Pixels = bytes | memoryview | NDArray[np.uint8]

__all__ = ["EncodeSpec", "Ffmpeg", "encode_args", "encode_frames", "find_ffmpeg", "input_args"]

STDERR_BYTES = 64 * 1024
"""What is kept of ffmpeg's talk: its end, where the reason stands."""
MAX_FILE_BYTES = 256 * 1024**3
"""No cut is larger; a runaway encode must not fill a disk for ever."""
_ENVIRONMENT = (
    *("PATH", "HOME", "TMPDIR", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH"),
    *("FONTCONFIG_FILE", "FONTCONFIG_PATH"),
)
_FULL_DISK = ("no space left on device", "disk quota exceeded", "file too large")


def find_ffmpeg(named: str | None = None) -> Path:
    """The pinned binary, or the one a person named. Raises BadInput where it is missing or dead.

    Results and cache keys depend on the build, so a system ffmpeg is never taken silently.
    """
    if named:
        return _named(named)
    # Not by the package's own search: that starts programs with our whole environment, keys included.
    home = Path(imageio_ffmpeg.__file__).parent
    found = sorted((home / "binaries").glob("ffmpeg-*"))
    if not found:
        raise BadInput(
            "the ffmpeg that comes with Rushes was not found",
            where=str(home),
            todo="install imageio-ffmpeg again, or name an ffmpeg in the settings",
        )
    return _tried(found[-1])


def encode_frames(
    ffmpeg: Ffmpeg,
    frames: Iterable[Pixels],
    spec: EncodeSpec,
    out: Path,
    progress: Callable[[int], None] | None = None,
    *,
    timeout_s: float = 3600.0,
) -> None:
    """Writes pictures ((H, W, 3) uint8 or their bytes) to `out`, whole or not at all.

    `progress` hears how many pictures went in. Raises BadInput for a picture of another size or
    another number of them than `spec` says, ProviderFault, DiskFull.
    """
    part = out.with_name(f".{out.name}.{os.getpid()}{PART}")
    try:
        with disk_errors(out):
            out.parent.mkdir(parents=True, exist_ok=True)
        ffmpeg.run(
            encode_args(spec, part), timeout_s=timeout_s, frames=_checked(frames, spec), progress=progress
        )
        publish(part, out)
    except BaseException:
        with suppress(OSError):
            part.unlink()
        raise


class Ffmpeg:
    """One ffmpeg binary. Holds no state: one instance serves many threads."""

    def __init__(self, binary: Path) -> None:
        self.binary = binary

    def run(
        self,
        args: Sequence[str],
        *,
        timeout_s: float,
        frames: Iterable[bytes | memoryview] | None = None,
        progress: Callable[[int], None] | None = None,
        cwd: Path | None = None,
    ) -> None:
        """Runs to the end. `frames` go to stdin one by one; `timeout_s` counts their making as well.

        `progress` is called in this thread: with the number of pictures fed, or else with the number
        of the picture ffmpeg is at. An output that exists needs `-y`. Raises ProviderFault with
        ffmpeg's last words, DiskFull.
        """
        talk = [] if progress is None or frames is not None else ["-progress", "pipe:1", "-nostats"]
        stdin = ["-nostdin"] if frames is None else []
        argv = [str(self.binary), "-hide_banner", "-v", "error", *stdin, *talk, *args]
        with _child(argv, cwd, timeout_s, fed=frames is not None, told=bool(talk)) as child:
            if frames is not None:
                child.feed(frames, progress)
            if talk and progress is not None:
                child.report(progress)
            code = child.process.wait()
        _judge(code, child, timeout_s)


class _Child:
    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.process = process
        self.late = False
        self._tail = b""
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    def feed(self, frames: Iterable[bytes | memoryview], progress: Callable[[int], None] | None) -> None:
        pipe = self.process.stdin
        if pipe is None:
            return
        # A broken pipe is not the fault itself: ffmpeg's exit code and words tell what it was.
        with suppress(BrokenPipeError):
            for count, frame in enumerate(frames, 1):
                pipe.write(frame)
                if progress is not None:
                    progress(count)
        with suppress(BrokenPipeError):
            pipe.close()

    def report(self, progress: Callable[[int], None]) -> None:
        for line in self.process.stdout or ():
            key, _, value = line.partition(b"=")
            if key == b"frame" and value.strip().isdigit():
                progress(int(value))

    def last_words(self) -> str:
        self._listener.join(timeout=5)
        return clean(self._tail.decode("utf-8", "replace"), STDERR_BYTES).strip()

    def expire(self) -> None:
        if self.process.poll() is None:
            self.late = True
            self.kill()

    def kill(self) -> None:
        # A child that was waited for has given its number back: it may be a stranger's by now.
        if self.process.poll() is None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)

    def close(self) -> None:
        self.kill()
        self.process.wait()
        self._listener.join(timeout=5)
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()

    def _listen(self) -> None:
        pipe = self.process.stderr
        with suppress(OSError, ValueError):
            while pipe is not None and (block := os.read(pipe.fileno(), 8192)):
                self._tail = (self._tail + block)[-STDERR_BYTES:]


@contextmanager
def _child(argv: list[str], cwd: Path | None, timeout_s: float, *, fed: bool, told: bool) -> Iterator[_Child]:
    try:
        process = subprocess.Popen(
            argv,
            stdin=subprocess.PIPE if fed else subprocess.DEVNULL,
            stdout=subprocess.PIPE if told else subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            cwd=cwd,
            env=_environment(),
            start_new_session=True,
        )
    except OSError as error:
        raise ProviderFault(
            f"ffmpeg could not be started ({error.strerror or error})",
            where=argv[0],
            todo="run `rushes doctor`",
        ) from error
    child = _Child(process)
    watchdog = threading.Timer(timeout_s, child.expire)
    watchdog.daemon = True
    try:
        watchdog.start()
        _limit(process.pid, timeout_s)
        yield child
    finally:
        watchdog.cancel()
        child.close()
        if watchdog.is_alive():
            watchdog.join()


def _judge(code: int, child: _Child, timeout_s: float) -> None:
    if child.late:
        raise ProviderFault(
            f"ffmpeg was stopped after {timeout_s:g} seconds",
            todo="try again; if it happens twice, the clip may be damaged",
        )
    if code == 0:
        return
    words = child.last_words()
    if code == -signal.SIGXFSZ or any(sign in words.lower() for sign in _FULL_DISK):
        raise DiskFull(
            "the disk is full: ffmpeg could not write on",
            todo="free some space; nothing was lost, then resume",
        )
    tail = words[-1500:] or f"no reason given, exit code {code}"
    raise ProviderFault(f"ffmpeg failed: {tail}", todo="look at the file named above, then try again")


def _limit(pid: int, timeout_s: float) -> None:
    """A second wall beside the watchdog: it holds when this process is killed. Linux only."""
    prlimit: Any = getattr(resource, "prlimit", None)
    if prlimit is None:
        return
    cpu = int(timeout_s * (os.cpu_count() or 1)) + 60
    # Gone already, or a lower limit than ours stands: both are as good.
    with suppress(OSError, ValueError):
        prlimit(pid, resource.RLIMIT_CPU, (cpu, cpu))
        prlimit(pid, resource.RLIMIT_FSIZE, (MAX_FILE_BYTES, MAX_FILE_BYTES))


def _environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
    return kept | {"LC_ALL": "C.UTF-8"}


@cache
def _tried(path: Path) -> Path:
    """The binary, once it has shown that it runs."""
    return _named(str(path))


def _named(named: str) -> Path:
    path = Path(named).expanduser()
    if not path.is_file():
        raise BadInput("there is no ffmpeg here", where=named, todo="name the binary by its full path")
    try:
        answer = subprocess.run(
            [str(path.absolute()), "-version"],
            capture_output=True,
            env=_environment(),
            stdin=subprocess.DEVNULL,
            timeout=20,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise BadInput(f"this ffmpeg does not run ({error})", where=named, todo="name another") from error
    if answer.returncode != 0 or not answer.stdout.startswith(b"ffmpeg version"):
        raise BadInput("this program is not ffmpeg", where=named, todo="name the ffmpeg binary itself")
    return path.absolute()


def _checked(frames: Iterable[Pixels], spec: EncodeSpec) -> Iterator[memoryview]:
    wanted = spec.width * spec.height * 3
    count = 0
    for count, frame in enumerate(frames, 1):
        if isinstance(frame, np.ndarray) and frame.shape != (spec.height, spec.width, 3):
            raise BadInput(f"picture {count} is {frame.shape}, not {(spec.height, spec.width, 3)}")
        data = memoryview(np.ascontiguousarray(frame).data if isinstance(frame, np.ndarray) else frame)
        if data.nbytes != wanted:
            raise BadInput(f"picture {count} has {data.nbytes} bytes, not {wanted}")
        yield data.cast("B")
    if count == 0 or (spec.frames is not None and count != spec.frames):
        raise BadInput(f"{count} pictures came where {spec.frames or 'at least 1'} were announced")
