"""From an accepted job to a take before a person: poll, settle, fetch, verify, frame.

Every step can be done again after a crash: polls and downloads are free, files are published by
rename, and the ledger moves only after the file it speaks of is on disk.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from core.base.crash import reach
from core.base.errors import BadInput, IllegalStep, ProviderFault
from core.base.paths import sha256_file
from core.base.text import one_line
from core.base.units import MAX_MICRO, Certainty, Money
from core.engine import answers, brought, purse, sidecar
from core.engine.production import Production, write_step
from core.engine.states import ELSEWHERE, IN_FLIGHT, PauseReason, TakeState
from core.film.continuity import FROM_BEFORE
from core.ledger import records, spend, takes
from core.ledger.tables import Measurement
from core.providers.base import ErrorClass, JobState, Status

if TYPE_CHECKING:
    from core.engine.production import TakeFiles
    from core.ledger.append import Writer
    from core.ledger.views import SubmissionRow, TakeRow
    from core.providers.base import VideoProvider

Stop = Callable[[], bool]
FIRST_POLL_S = 0.05
FAULTS_IN_A_ROW = 20
"""Polls that may fail one after the other before it is said. Where the provider answered, and named no
such job, the chain then pauses; where nobody was reached, it goes on asking: the clip is paid for."""
UNREACHED_S = 60.0
"""Between two questions to a provider that cannot be reached."""
FETCH_TRIES = 3


def harvest(p: Production, take: TakeRow, stop: Stop) -> TakeRow:
    """Brings an in-flight take to REVIEW, or to the state it failed in. Returns early on `stop`.

    Raises ProviderFault when polls or downloads keep failing; nothing is lost by that.
    """
    if take.provider != ELSEWHERE:
        return _walk(p, take, stop)
    with brought.turn(p, stop) as ours:  # whoever brought it may be at it, in another process
        return _walk(p, p.take(take.id), stop) if ours else take


def _walk(p: Production, take: TakeRow, stop: Stop) -> TakeRow:
    while TakeState(take.state) in IN_FLIGHT and not stop():
        take = _ACTS[TakeState(take.state)](p, take, stop)
    return take


def _poll(p: Production, take: TakeRow, stop: Stop) -> TakeRow:
    provider, submission = p.provider(take.provider), _submission(p, take)
    wait, faults, shown = FIRST_POLL_S, 0, 0.0
    while not stop():
        try:
            status = provider.poll(submission.job_id or "")
            faults = 0
        except ProviderFault as fault:
            faults += 1
            if faults == FAULTS_IN_A_ROW:
                _tell(p, take, fault)
            if faults >= FAULTS_IN_A_ROW and not fault.unreached:
                raise _with_key(provider, submission, fault) from fault
            status = Status(JobState.QUEUED)
        if status.state in _ENDS:
            return _ended(p, take, submission, status)
        if status.state is JobState.RUNNING and take.state == TakeState.SUBMITTED:
            take = p.step(take, TakeState.RUNNING, "running")
        shown = _show_progress(p, take, status, shown)
        p.rest(wait, stop)
        longest = UNREACHED_S if faults >= FAULTS_IN_A_ROW else p.plan.profile.poll_seconds
        wait = min(wait * 1.5, longest)
    return take


def _tell(p: Production, take: TakeRow, fault: ProviderFault) -> None:
    with p.ledger.write() as w:
        said = f"its provider gives no answer, and is asked on: {one_line(fault.what, 200)}"
        w.event("take.unreached", said, chain=take.chain, shot=take.shot, take_id=take.id)


def _with_key(provider: VideoProvider, submission: SubmissionRow, fault: ProviderFault) -> ProviderFault:
    """A job that another key began is not found with this one."""
    if submission.key_id == provider.key_id:
        return fault
    return ProviderFault(
        f"{fault.what} (its job was begun with another key)",
        where=fault.where,
        todo=f"set the key it was begun with, or `rushes reconcile {submission.shot} --write-off`",
    )


_ENDS = {
    JobState.SUCCEEDED: TakeState.REMOTE_OK,
    JobState.FAILED: TakeState.REMOTE_FAILED,
    JobState.CANCELLED: TakeState.CANCELLED,
    JobState.EXPIRED: TakeState.EXPIRED,
}


def _show_progress(p: Production, take: TakeRow, status: Status, shown: float) -> float:
    """A row a quarter: enough for a progress bar, few enough for a long night."""
    if status.progress is None or status.progress < shown + 0.25:
        return shown
    with p.ledger.write() as w:
        data = {"progress": round(status.progress, 2)}
        w.event("take.progress", "", chain=take.chain, shot=take.shot, take_id=take.id, data=data)
    return status.progress


def _submission(p: Production, take: TakeRow) -> SubmissionRow:
    owned = [row for row in p.reader.submissions_of("take", take.id) if row.job_id]
    if not owned:
        raise BadInput(f"{take.shot} take {take.n} has no job", todo="run `rushes audit`")
    return owned[-1]


def _ended(p: Production, take: TakeRow, submission: SubmissionRow, status: Status) -> TakeRow:
    """The provider is done: settle and move in one transaction."""
    to = _ENDS[status.state]
    said = one_line(status.error.message, 300) if status.error else status.state.value

    def also(w: Writer) -> None:
        over = _settle(w, submission, status)
        if over > 0:
            note = f"{take.shot} take {take.n} cost {Money(over)} more than its hold"
            takes.set_chain(w, take.chain, "paused", PauseReason.BUDGET, note)
        if status.error and status.error.kind is ErrorClass.MODERATION:
            # Some providers look at a request only once it runs.
            facts = answers.refusal(p, take, status.error)
            w.event("take.refused", said, chain=take.chain, shot=take.shot, take_id=take.id, data=facts)
        if to is TakeState.REMOTE_OK and submission.done_at:
            took = (
                datetime.fromisoformat(w.now) - datetime.fromisoformat(submission.done_at)
            ).total_seconds()
            w.add(
                Measurement(
                    subject_kind="take",
                    subject_id=str(take.id),
                    take_id=take.id,
                    name="generation_s",
                    value=took,
                )
            )

    ended = p.step(take, to, said, also, note="" if to is TakeState.REMOTE_OK else said)
    purse.mirror(p, submission.id)
    return ended


def _settle(w: Writer, submission: SubmissionRow, status: Status) -> int:
    has = spend.held(w, submission.id)
    if has.state == "closed":
        return 0
    cost = status.cost.money
    if cost is not None and not 0 <= cost.micro <= MAX_MICRO:
        cost = None
    # Unknown is not zero: the hold counts as spent until a person or a bill says otherwise.
    micro = cost.micro if cost is not None else has.booked["reserve"]
    certainty = status.cost.certainty if cost is not None else Certainty.UNKNOWN
    over = spend.settle(w, submission.id, micro, certainty)
    spend.move(w, submission.id, "accepted", "closed")
    return over


def _begin_download(p: Production, take: TakeRow, _stop: Stop) -> TakeRow:
    return p.step(take, TakeState.DOWNLOADING, "fetching the clip")


def _download(p: Production, take: TakeRow, stop: Stop) -> TakeRow:
    provider, submission = p.provider(take.provider), _submission(p, take)
    job, files = submission.job_id or "", p.files(take.shot, take.n)
    attempt = 0
    while not stop():
        try:
            status = provider.poll(job)  # fresh addresses: the ones of last time may have expired
            if status.state in (JobState.EXPIRED, JobState.CANCELLED, JobState.FAILED):
                return p.step(take, TakeState.EXPIRED, "paid, and the clip is gone", note="the clip is gone")
            _claim(files, take, job)
            fetched = provider.fetch(job, status, files.clip)
        except ProviderFault as fault:
            attempt += not fault.unreached
            if attempt == FETCH_TRIES:
                raise
            p.rest(UNREACHED_S if fault.unreached else p.plan.profile.poll_seconds, stop)
            continue
        reach("fetch.after")
        sidecar.keep(files, carried=dict(fetched.carried) if fetched.carried else None)
        return p.step(take, TakeState.DOWNLOADED, f"{fetched.size / 1e6:.1f} MB", sha=fetched.sha)
    return take


def _claim(files: TakeFiles, take: TakeRow, job: str) -> None:
    """Writes beside the clip whose job it is, before there is one. Raises BadInput over another's clip."""
    named = sidecar.read(files).get("job")
    if named is None and take.sha and files.clip.is_file() and sha256_file(files.clip) == take.sha:
        named = job  # our own, and its sidecar is gone
    if named != job and (named is not None or files.clip.exists()):
        raise BadInput(
            f"{files.clip.name} is there already, and it is not from job {one_line(job, 60)}",
            where=str(files.folder),
            todo=f"move the files of {files.stem} away, then `rushes resume`: the clip is fetched again",
        )
    sidecar.keep(files, job=job, provider=take.provider)


def _verify(p: Production, take: TakeRow, _stop: Stop) -> TakeRow:
    files = p.files(take.shot, take.n)
    if take.provider == ELSEWHERE:
        lacking = brought.arrive(p, take)
        if lacking:
            return p.step(take, TakeState.BROKEN, lacking, note=lacking)
    elif not files.clip.is_file() or sha256_file(files.clip) != take.sha:
        return p.step(take, TakeState.REMOTE_OK, "the file on disk is not what was downloaded")
    try:
        facts = _measure(p, take)
    except BadInput as fault:
        return p.step(take, TakeState.BROKEN, fault.what, note=one_line(fault.what, 300))
    sidecar.keep(files, probe=facts)
    return p.step(take, TakeState.VERIFIED, "as ordered")


def _measure(p: Production, take: TakeRow) -> dict[str, Any]:
    """The clip against what was ordered, whatever the film asks for today. Raises BadInput."""
    ordered, profile = records.ordered(p.reader, take.id), p.plan.profile
    return p.clips.verify(
        p.files(take.shot, take.n).clip,
        frames=ordered.frames,
        fps=Fraction(ordered.fps) if ordered.fps else profile.fps,
        width=ordered.width or profile.width,
        height=ordered.height or profile.height,
    )


def verify_again(p: Production, take: TakeRow) -> TakeRow:
    """BROKEN to DOWNLOADED where the clip on disk is what was ordered after all; the worker goes on."""
    clip = p.files(take.shot, take.n).clip
    if take.state != TakeState.BROKEN or not clip.is_file() or sha256_file(clip) != take.sha:
        return take
    try:
        _measure(p, take)
    except BadInput:
        return take
    return p.step(take, TakeState.DOWNLOADED, "looked at again: it is as ordered", note="")


def _frame(p: Production, take: TakeRow, _stop: Stop) -> TakeRow:
    files = p.files(take.shot, take.n)
    if not files.clip.is_file():
        gone = "the clip is gone from disk"
        if take.provider == ELSEWHERE:
            return p.step(take, TakeState.BROKEN, gone, note=gone)
        return p.step(take, TakeState.REMOTE_OK, gone)
    p.clips.frame(files.clip, files.first, files.last)
    reach("frames.written")
    first, last = p.clips.picture_sha(files.first), p.clips.picture_sha(files.last)
    sidecar.write(p, take, first_sha=first, last_sha=last)
    reach("sidecar.written")

    after = _next_in_order(p, take)

    def next_is_ready(w: Writer) -> None:
        if after:
            with suppress(IllegalStep):  # cancelled meanwhile: then nothing is handed over
                write_step(
                    w, after, TakeState.READY, f"{take.shot} handed over", source_take=take.id, in_sha=last
                )

    return p.step(
        take, TakeState.FRAMED, "hand-over frame cut", next_is_ready, first_sha=first, last_sha=last
    )


def _next_in_order(p: Production, take: TakeRow) -> TakeRow | None:
    """The take of the same order that waits for this one's frame."""
    after = p.plan.position(take.shot).after if p.plan.has(take.shot) else None
    waiting = p.reader.of_order(take.order_id, after) if after else None
    # A bridge also waits for where it must arrive: its chain makes it READY.
    if waiting and waiting.state == TakeState.PLANNED and waiting.seam in FROM_BEFORE - {"bridge"}:
        return waiting
    return None


def _present(p: Production, take: TakeRow, _stop: Stop) -> TakeRow:
    return p.step(take, TakeState.REVIEW, f"take {take.n} is here to be looked at")


_ACTS: dict[TakeState, Callable[[Production, TakeRow, Stop], TakeRow]] = {
    TakeState.SUBMITTED: _poll,
    TakeState.RUNNING: _poll,
    TakeState.REMOTE_OK: _begin_download,
    TakeState.DOWNLOADING: _download,
    TakeState.DOWNLOADED: _verify,
    TakeState.VERIFIED: _frame,
    TakeState.FRAMED: _present,
}
