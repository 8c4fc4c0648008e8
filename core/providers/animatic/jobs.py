"""A job's folder: everything known of one clip, on disk, so that any process can pick it up.

    an-<40 hex>/        the first 40 digits of the request hash: the same request is the same job
        spec.json       what to render; written whole before the first start
        key-<hex>       one empty file a submission key, by which a lost submit is found again
        door            held for the moment in which somebody decides to start the child
        lock            held by the child as long as it lives; holds its process id
        starts          how often a child was started, and when last
        progress        0 to 1, rewritten about once a second
        cancel          a person asked to stop
        error.txt       first line the class of error, then the sentence
        result.json     sha, size and what the next take wants back
        out.mp4         the clip, renamed into place when whole

Locks are the kernel's (flock): they fall with the process that held them, however it ended.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from core.base.errors import BadInput
from core.base.paths import sha256_text, write_atomic
from core.base.text import clean
from core.providers.animatic.spec import Carried, RenderSpec
from core.providers.base import ErrorClass

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

JOB_ID = re.compile(r"^an-[0-9a-z]{40}$")
MAX_STARTS = 3


def name_of(request_hash: str) -> str:
    """The job id of a request."""
    return f"an-{request_hash[:40].lower()}"


@dataclass(frozen=True, slots=True)
class Result:
    """What a finished clip is: written before it is published."""

    sha: str
    size: int
    carried: Carried


@dataclass(frozen=True, slots=True)
class Starts:
    """How often a child was started; `at` is seconds since the epoch, 0 when the start itself failed."""

    count: int = 0
    at: float = 0.0


@dataclass(frozen=True, slots=True)
class Job:
    """One job's folder. Nothing is kept in memory: every answer is read from disk."""

    folder: Path

    @property
    def clip(self) -> Path:
        return self.folder / "out.mp4"

    @property
    def error_file(self) -> Path:
        return self.folder / "error.txt"

    @property
    def cancel_file(self) -> Path:
        return self.folder / "cancel"

    def known(self) -> bool:
        return (self.folder / "spec.json").is_file()

    def ended(self) -> bool:
        """Nothing more will come of it by itself: done, or failed."""
        return self.clip.exists() or self.error_file.exists()

    def spec(self) -> RenderSpec:
        """Raises BadInput when the file is not a spec, OSError when it is gone."""
        try:
            body = json.loads((self.folder / "spec.json").read_bytes())
        except ValueError as error:
            raise BadInput("not an animatic job", where=str(self.folder), todo="retake the shot") from error
        return RenderSpec.read(body)

    def write_spec(self, spec: RenderSpec) -> None:
        write_atomic(self.folder / "spec.json", _json(spec.body()))

    def add_key(self, key: str) -> None:
        write_atomic(self.folder / key_file(key), b"")

    def has_key(self, key: str) -> bool:
        return (self.folder / key_file(key)).exists()

    def starts(self) -> Starts:
        try:
            count, at = (self.folder / "starts").read_text("utf-8").split()
            return Starts(int(count), float(at))
        except FileNotFoundError:
            return Starts()
        except ValueError:
            # Damaged: count it as used up rather than start without end.
            return Starts(MAX_STARTS)

    def write_starts(self, starts: Starts) -> None:
        write_atomic(self.folder / "starts", f"{starts.count} {starts.at!r}\n".encode())

    def progress(self) -> float | None:
        try:
            return min(max(float((self.folder / "progress").read_text("utf-8")), 0.0), 1.0)
        except (OSError, ValueError):
            return None

    def write_progress(self, share: float) -> None:
        """Not synced: it is a hint, and a stale one does no harm."""
        part = self.folder / ".progress.part"
        part.write_text(f"{share:.3f}\n", "utf-8")
        part.replace(self.folder / "progress")

    def error(self) -> tuple[ErrorClass, str] | None:
        try:
            kind, _, text = self.error_file.read_text("utf-8", errors="replace").partition("\n")
        except FileNotFoundError:
            return None
        known = kind in set(ErrorClass)
        return ErrorClass(kind) if known else ErrorClass.UNKNOWN, clean(
            text if known else f"{kind}\n{text}"
        ).strip()

    def write_error(self, kind: ErrorClass, text: str) -> None:
        write_atomic(self.error_file, f"{kind}\n{clean(text)}\n".encode())

    def result(self) -> Result | None:
        try:
            raw: Any = json.loads((self.folder / "result.json").read_bytes())
            carried = Carried.of(raw["carried"])
            return Result(str(raw["sha"]), int(raw["size"]), carried) if carried else None
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def write_result(self, result: Result) -> None:
        raw = {"sha": result.sha, "size": result.size, "carried": result.carried.raw()}
        write_atomic(self.folder / "result.json", _json(raw))

    def part(self) -> Path:
        """Where this process writes the clip. Ends in .mp4, by which encoders choose the container."""
        return self.folder / f".out.{os.getpid()}.part.mp4"

    def sweep(self) -> None:
        """Removes parts of children that died. Only for who holds the lock."""
        for path in (*self.folder.glob(".out.*.part.mp4"), self.folder / ".progress.part"):
            path.unlink(missing_ok=True)

    def forget_ending(self) -> None:
        """A failed or stopped job becomes a fresh one."""
        for name in ("error.txt", "cancel", "starts", "progress"):
            (self.folder / name).unlink(missing_ok=True)

    def pid(self) -> int | None:
        """Process id of the child that holds the lock."""
        try:
            return int((self.folder / "lock").read_text("ascii"))
        except (OSError, ValueError):
            return None

    @contextmanager
    def door(self) -> Iterator[None]:
        """One at a time, over threads and processes: whoever may start the child."""
        handle = os.open(self.folder / "door", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)

    @contextmanager
    def lock(self) -> Iterator[int | None]:
        """The render lock as an open file, or None while another holds it. Never waits."""
        handle = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            yield None
            return
        try:
            yield handle
        finally:
            with suppress(OSError):
                os.close(handle)


def key_file(key: str) -> str:
    """Keys are hashed: a file name must not depend on what a key may hold."""
    return f"key-{sha256_text(key)[:32]}"


def _json(value: dict[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1, allow_nan=False).encode()
