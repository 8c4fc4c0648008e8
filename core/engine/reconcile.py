"""Jobs nobody can vouch for: ask the provider, else a person. Never send again.

At start-up every INTENT becomes IN_DOUBT. A saved reply, or exactly one unowned job the provider
lists for us, adopts; a proven absence releases the hold; everything else waits for a person.
Absence takes two empty listings, the second a quiet period after the first by this process's own
monotonic clock: a wall clock may jump, and a listing may lag behind what was accepted.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from core.base.errors import BadInput, ProviderFault
from core.engine import outcomes, submit
from core.engine.states import TakeState
from core.ledger import spend
from core.providers.base import Reconcile

if TYPE_CHECKING:
    from core.engine.production import Production
    from core.ledger.append import Writer
    from core.ledger.views import SubmissionRow, TakeRow


def wake(p: Production) -> int:
    """First thing after the lock is taken: INTENT is IN_DOUBT now. Returns how many were found."""
    found = 0
    for submission in p.reader.unclear():
        take = p.take(submission.subject_id)
        if submission.state == "intent" and take.state == TakeState.INTENT:
            submit.doubt(p, take, submission, "the worker ended between intent and answer")
            found += 1
    return found


def settle_doubts(p: Production) -> list[TakeRow]:
    """Tries every in-doubt submission once; returns the takes that still wait for a person."""
    left = []
    for submission in p.reader.unclear():
        if submission.state == "in_doubt" and submission.subject_kind == "take":
            take = _try(p, p.take(submission.subject_id), submission)
            if take.state == TakeState.IN_DOUBT:
                left.append(take)
    return left


def _try(p: Production, take: TakeRow, submission: SubmissionRow) -> TakeRow:
    saved = saved_job(p, take, submission)
    if saved:
        return submit.accept(p, take, submission, saved)
    provider = p.provider(take.provider)
    able = provider.capabilities(take.model)
    if able.reconcile < Reconcile.TAGGED_LIST or submission.intent_at is None:
        return take
    since = datetime.fromisoformat(submission.intent_at)
    try:
        tickets = provider.find(outcomes.sent_key(submission), take.seed, since - timedelta(minutes=5))
    except ProviderFault:
        return take
    if tickets is None:
        return take
    free = [t for t in tickets if p.reader.owner_of(take.provider, t.job_id) in (None, submission.id)]
    if len(free) == 1:
        return submit.accept(p, take, submission, free[0].job_id)
    if tickets:
        p.empty_since.pop(submission.id, None)
    elif _quiet(p, submission, able.quiet_s):
        return _absent(p, take, submission, "the provider has no such job")
    return take


def _quiet(p: Production, submission: SubmissionRow, quiet_s: float) -> bool:
    """Whether the listing was empty before, long enough ago. A new process begins to wait anew."""
    now = p.clock.monotonic()
    return now - p.empty_since.setdefault(submission.id, now) >= quiet_s


def saved_job(p: Production, take: TakeRow, submission: SubmissionRow) -> str:
    """The job a saved reply names for this submission, or for this take and no owner; else empty."""
    own = outcomes.read(p.outcome_file(submission.key))
    if own:
        return own.job_id
    for found in outcomes.of_take(p.outcome_file(submission.key).parent, take.shot, take.n):
        if p.reader.owner_of(found.provider or take.provider, found.job_id) is None:
            return found.job_id
    return ""


def _absent(p: Production, take: TakeRow, submission: SubmissionRow, said: str) -> TakeRow:
    def also(w: Writer) -> None:
        spend.release(w, submission.id)
        spend.move(w, submission.id, "in_doubt", "absent", done_at=w.now, note=said)

    p.empty_since.pop(submission.id, None)
    return p.step(take, TakeState.READY, said, also, note="")


# What a person may decide. Each is one transaction, and says who.


def _doubtful(p: Production, take: TakeRow) -> SubmissionRow:
    found = p.reader.live_submission(take.id)
    if take.state != TakeState.IN_DOUBT or found is None:
        raise BadInput(f"{take.shot} take {take.n} is not in doubt, it is {take.state}")
    return found


def adopt(p: Production, take: TakeRow, job_id: str, person: str) -> TakeRow:
    """A person names the job. Raises BadInput if another take owns it, ProviderFault if there is none."""
    submission = _doubtful(p, take)
    owner = p.reader.owner_of(submission.provider, job_id)
    if owner is not None and owner != submission.id:
        raise BadInput(
            f"job '{job_id[:60]}' belongs to another take", todo="look at the provider's list again"
        )
    p.provider(take.provider).poll(job_id)  # a slip of the pen would own the take for good
    return submit.accept(p, take, submission, job_id, by=person)


def declare_absent(p: Production, take: TakeRow, person: str) -> TakeRow:
    """A person says that nothing runs: the hold is freed, the take may be sent.

    Raises BadInput where a saved reply names its job.
    """
    submission = _doubtful(p, take)
    _refuse_known(p, take, submission)
    return _absent(p, take, submission, f"{person} says that nothing was sent")


def _refuse_known(p: Production, take: TakeRow, submission: SubmissionRow) -> None:
    job = saved_job(p, take, submission)
    if job and p.reader.owner_of(take.provider, job) in (None, submission.id):
        raise BadInput(
            f"the provider accepted {take.shot} take {take.n}: its job is {job}",
            todo=f"`rushes reconcile {take.shot} --adopt {job}`",
        )


def write_off(p: Production, take: TakeRow, person: str) -> TakeRow:
    """A person gives up: the hold counts as spent, unverified. Raises BadInput as `declare_absent` does."""
    submission = _doubtful(p, take)
    _refuse_known(p, take, submission)
    said = f"{person} wrote it off"

    def also(w: Writer) -> None:
        spend.write_off(w, submission.id)
        spend.move(w, submission.id, "in_doubt", "written_off", done_at=w.now, note=said)

    return p.step(take, TakeState.WRITTEN_OFF, said, also, note=said)
