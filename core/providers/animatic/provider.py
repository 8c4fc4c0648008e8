"""The animatic provider's side of the contract: jobs are folders, the work is a child process.

A job is named by its request's hash, so the same request is the same job however often and from
wherever it is submitted. Every answer is read from the folder; whoever polls also looks after the
child: one that died is started again, three times at most.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from core.base.clock import Clock, SystemClock
from core.base.errors import BadInput, ProviderFault, RushesError
from core.base.paths import disk_errors, publish, sha256_file, sync_dir
from core.base.units import ZERO, Amount
from core.providers.animatic.jobs import JOB_ID, MAX_STARTS, Job, Starts, key_file, name_of
from core.providers.animatic.spec import SECONDS, RenderSpec
from core.providers.base import (
    Account,
    Capabilities,
    ErrorClass,
    Fetched,
    JobState,
    Payload,
    ProviderError,
    Quote,
    Reconcile,
    Sent,
    Status,
    SubmitOutcome,
    Ticket,
    VideoProvider,
    VideoRequest,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime
    from pathlib import Path

GRACE_S = 15.0
"""A child that was started may need this long to take its lock: Python and its imports on a busy machine."""
STOP_S = 3.0
"""How long a cancel waits to see the child gone."""
DIED = "look into the worker's log, then retake the shot"
FREE = Amount.exact(ZERO)


class Animatic(VideoProvider):
    """Renders clips from plates on this machine. `spawn(job_dir)` starts a process, in a session of
    its own, that calls `run_job(job_dir, encode)`; it returns at once and may raise OSError."""

    name = "animatic"

    def __init__(self, jobs_dir: Path, spawn: Callable[[Path], None], clock: Clock | None = None) -> None:
        self._jobs_dir = jobs_dir.absolute()
        self._spawn = spawn
        self._clock = clock or SystemClock()

    def capabilities(self, model: str) -> Capabilities:
        return Capabilities(
            seconds=SECONDS,
            first_frame=True,
            last_frame=True,
            references=8,
            seed=True,
            reconcile=Reconcile.IDEMPOTENT,
            quiet_s=0.0,  # its jobs are folders of this machine: one look proves absence
            cancel=True,
        )

    def quote(self, request: VideoRequest) -> Quote:
        return Quote.free()

    def account(self) -> Account:
        return Account(self.name, "active", read_at=self._clock.now(), free=True)

    def build_payload(self, request: VideoRequest, key: str) -> Payload:
        """Pure. Raises BadInput for what cannot be rendered (an unknown move, an impossible size)."""
        return Payload("animatic", RenderSpec.of(request).body(), key)

    def submit(self, payload: Payload) -> SubmitOutcome:
        """Records the job and starts it. The same request again is the same job; after a failure or
        a stop a new key starts it afresh."""
        try:
            spec = RenderSpec.read(payload.body)
            _look_at_pictures(spec)
        except BadInput as error:
            return SubmitOutcome(Sent.REFUSED, error=ProviderError(ErrorClass.BAD_REQUEST, str(error)))
        name = name_of(spec.request_hash)
        try:
            job = self._record(name, spec, payload.key)
            self._tend(job)
        except (OSError, RushesError) as error:
            # The job counts from its first start on, and a start that fails raises nothing here.
            return SubmitOutcome(Sent.NOT_SENT, error=ProviderError(ErrorClass.PROVIDER_FAULT, str(error)))
        return SubmitOutcome.accepted(name, json.dumps({"id": name}))

    def poll(self, job_id: str) -> Status:
        job = self._job(job_id)
        with _as_provider_fault(job):
            if not job.known():
                gone = ProviderError(ErrorClass.PROVIDER_FAULT, "the job's folder is gone: retake the shot")
                return Status(JobState.EXPIRED, cost=FREE, error=gone)
            return _ended(job) or self._tend(job)

    def cancel(self, job_id: str) -> bool:
        """True when the child is gone, or never ran, and no clip came of it."""
        job = self._job(job_id)
        if not job.known() or job.ended():
            return False
        with _as_provider_fault(job):
            with job.door():
                job.cancel_file.touch()
            _terminate(job)
            deadline = self._clock.monotonic() + STOP_S
            while not (free := _lock_is_free(job)) and self._clock.monotonic() < deadline:
                self._clock.sleep(0.05)
        return free and not job.ended()

    def find(self, key: str, seed: int, since: datetime) -> Sequence[Ticket]:
        """By the key alone: it is on disk before the child is started, so that no job under it proves
        that nothing was started."""
        return [Ticket(path.parent.name) for path in sorted(self._jobs_dir.glob(f"an-*/{key_file(key)}"))]

    def fetch(self, job_id: str, status: Status, dest: Path) -> Fetched:
        """Links or copies the clip to `dest`. Raises ProviderFault when it is not there or has changed."""
        job = self._job(job_id)
        result = job.result()
        if result is None or not job.clip.is_file():
            raise ProviderFault("the clip is not there", where=str(job.folder), todo="retake the shot")
        part = dest.with_name(f".{dest.name}.{os.getpid()}-{threading.get_ident()}.part")
        with _as_provider_fault(job):
            try:
                _link_or_copy(job.clip, part)
                if sha256_file(part) != result.sha:
                    raise ProviderFault(
                        "the clip has changed since it was rendered",
                        where=str(job.clip),
                        todo="retake the shot",
                    )
                publish(part, dest)
            finally:
                # A rename between two links to one file does nothing and leaves both.
                part.unlink(missing_ok=True)
        return Fetched(dest, result.sha, result.size, carried=result.carried.raw())

    def _job(self, name: str) -> Job:
        if not JOB_ID.fullmatch(name):
            raise ProviderFault(f"'{name[:80]}' is not an animatic job", todo="look for the take's job id")
        return Job(self._jobs_dir / name)

    def _record(self, name: str, spec: RenderSpec, key: str) -> Job:
        """The job on disk, the key last: a key that is found always has a spec beside it."""
        job = Job(self._jobs_dir / name)
        with disk_errors(job.folder):
            if not job.folder.is_dir():
                job.folder.mkdir(parents=True, exist_ok=True)
                sync_dir(self._jobs_dir)
            with job.door():
                if job.has_key(key):
                    return job
                again = job.error_file.exists() or (job.cancel_file.exists() and not job.clip.exists())
                if again:
                    job.forget_ending()
                if again or not job.known():
                    job.write_spec(spec)
                job.add_key(key)
        return job

    def _tend(self, job: Job) -> Status:
        """What the job is at; a child is started where one is missing."""
        with job.door():
            status = self._look(job)
        if status is not None:
            return status
        try:
            # Outside the door: a child born by fork must not inherit its lock.
            self._spawn(job.folder)
        except (OSError, RushesError):
            # Nothing runs: the next poll may try again at once, and it counts.
            with job.door():
                job.write_starts(Starts(job.starts().count))
        return Status(JobState.QUEUED, 0.0, FREE)

    def _look(self, job: Job) -> Status | None:
        """The job's state, or None when a child is to be started, which is then already counted."""
        with job.lock() as held:
            if held is None:
                return Status(JobState.RUNNING, job.progress(), FREE)
            # The child may have finished between the last look and this lock.
            ended = _ended(job)
            if ended:
                return ended
            if job.cancel_file.exists():
                return Status(JobState.CANCELLED, cost=FREE)
            starts = job.starts()
            # A process id in a lock nobody holds: that child was here, and died.
            died = os.fstat(held).st_size > 0
            if not died and 0 <= self._now() - starts.at < GRACE_S:
                return Status(JobState.QUEUED, 0.0, FREE)
            if starts.count >= MAX_STARTS:
                job.write_error(ErrorClass.PROVIDER_FAULT, f"the renderer died {MAX_STARTS} times: {DIED}")
                return _ended(job)
            os.ftruncate(held, 0)
            job.write_starts(Starts(starts.count + 1, self._now()))
        return None

    def _now(self) -> float:
        return self._clock.now().timestamp()


def _ended(job: Job) -> Status | None:
    """The job's last word, if it has been said."""
    if job.clip.exists():
        return Status(JobState.SUCCEEDED, 1.0, FREE, outputs=(str(job.clip),))
    error = job.error()
    return Status(JobState.FAILED, cost=FREE, error=ProviderError(*error)) if error else None


def _lock_is_free(job: Job) -> bool:
    with job.lock() as held:
        return held is not None


def _terminate(job: Job) -> None:
    """Hurries a child that holds the lock; the cancel file alone would stop it a frame later."""
    if _lock_is_free(job):
        return
    pid = job.pid()
    if pid:
        with suppress(ProcessLookupError, PermissionError):
            os.kill(pid, signal.SIGTERM)


def _look_at_pictures(spec: RenderSpec) -> None:
    """A path that leads nowhere is refused now rather than failed later. Raises BadInput."""
    for still in spec.stills:
        if not still.path.is_file():
            raise BadInput(
                "picture is not there", where=str(still.path), todo="put the file back, then retake"
            )


def _link_or_copy(source: Path, part: Path) -> None:
    part.parent.mkdir(parents=True, exist_ok=True)
    part.unlink(missing_ok=True)
    try:
        os.link(source, part)
    except OSError:
        # Another disk, or one without links.
        shutil.copyfile(source, part)


@contextmanager
def _as_provider_fault(job: Job) -> Iterator[None]:
    try:
        yield
    except ProviderFault:
        raise
    except (OSError, RushesError) as error:
        raise ProviderFault(str(error), where=str(job.folder), todo="mend this, then resume") from error
