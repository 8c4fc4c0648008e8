"""Jobs nobody can vouch for: ask the provider, else a person. Never send again.

At start-up every INTENT becomes IN_DOUBT. A saved reply, or exactly one unowned job the provider
lists for us, adopts; a proven absence releases the hold; everything else waits for a person.
Absence takes two empty listings, the second a quiet period after the first by this process's own
monotonic clock: a wall clock may jump, and a listing may lag behind what was accepted.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from core.base.errors import BadInput, ProviderFault
from core.base.units import Certainty
from core.engine import answers, outcomes, purse
from core.engine.reserve import MOST_DOUBTS
from core.engine.states import PauseReason, TakeState
from core.ledger import spend, takes
from core.providers.base import Reconcile

if TYPE_CHECKING:
    from core.engine.gates import Halt
    from core.engine.production import Production
    from core.ledger.append import Writer
    from core.ledger.views import SubmissionRow, TakeRow
    from core.providers.base import Capabilities, Ticket

LOOK_BACK = timedelta(hours=26)
"""Listings are asked for from this long before the intent: our clock may be a day and a time zone ahead
of the provider's, and a job it accepted must not look older than our question. Tags keep others out."""
MARGIN = timedelta(minutes=5)
"""Before the end of a tag's life, from which on an empty listing proves nothing."""

LONGEST_QUIET_S = 300.0
"""A worker with nothing else to do waits this long for a listing to prove an absence."""


def wake(p: Production) -> int:
    """First thing after the lock is taken: INTENT is IN_DOUBT now, unless a saved refusal says that
    nothing runs. Returns how many are in doubt."""
    found = 0
    for submission in p.reader.unclear():
        if submission.subject_kind != "take":
            continue
        take = p.take(submission.subject_id)
        if submission.state == "intent" and take.state == TakeState.INTENT:
            halt = answers.say_again(p, take, submission)
            if halt:
                _pause(p, take, halt)
                continue
            answers.doubt(p, take, submission, "the worker ended between intent and answer")
            found += 1
    return found


def _pause(p: Production, take: TakeRow, halt: Halt) -> None:
    """What the dead worker would have done next."""
    if halt.retry_after_s is not None:
        return
    with p.ledger.write() as w:
        if takes.chain_state(w, take.chain)[0] != "paused":
            takes.set_chain(w, take.chain, "paused", halt.reason, halt.note)


def settle_doubts(p: Production) -> list[TakeRow]:
    """Tries every in-doubt submission once; returns the takes that still wait for a person."""
    left = []
    for submission in p.reader.unclear():
        if submission.state == "in_doubt" and submission.subject_kind == "take":
            take = _try(p, p.take(submission.subject_id), submission)
            if take.state == TakeState.IN_DOUBT:
                left.append(take)
    lift(p)
    return left


def lift(p: Production) -> None:
    """Chains that waited only for a doubt which is settled by now go on; no other pause is touched."""
    doubtful = {row.chain for row in p.reader.unclear()}
    many = Counter(row.provider for row in p.reader.unclear())
    if any(count >= MOST_DOUBTS for count in many.values()):
        return
    for chain, (state, reason, _) in p.reader.chains().items():
        if state == "paused" and reason == PauseReason.IN_DOUBT and chain not in doubtful:
            with p.ledger.write() as w:
                if takes.chain_state(w, chain)[1] == PauseReason.IN_DOUBT:
                    takes.set_chain(w, chain, "active")


def settling(p: Production) -> bool:
    """Whether a doubt is being settled by listings: whoever ends now begins to wait anew next time."""
    now = p.clock.monotonic()
    return any(
        now - p.empty_since[row.id] < LONGEST_QUIET_S for row in p.reader.unclear() if row.id in p.empty_since
    )


def _try(p: Production, take: TakeRow, submission: SubmissionRow) -> TakeRow:
    saved = saved_job(p, take, submission)
    if saved:
        return answers.accept(p, take, submission, saved)
    refusal = outcomes.read_refusal(p.outcome_file(submission.key))
    if refusal:
        return _absent(p, take, submission, f"the provider refused it: {refusal.error.message[:200]}")
    able = p.able(take.provider, take.model)
    if able.reconcile < Reconcile.TAGGED_LIST:
        return take
    try:
        tickets = _listed(p, take, submission)
    except ProviderFault:
        return take
    if tickets is None:
        return take
    free = [t for t in tickets if p.reader.owner_of(take.provider, t.job_id) in (None, submission.id)]
    if len(free) == 1:
        return answers.accept(p, take, submission, free[0].job_id)
    if tickets:
        p.empty_since.pop(submission.id, None)
    elif _can_prove(p, submission, able) and _quiet(p, submission, able.quiet_s):
        return _absent(p, take, submission, "the provider has no such job")
    return take


def _listed(p: Production, take: TakeRow, submission: SubmissionRow) -> list[Ticket] | None:
    """The provider's jobs that may be this one. None: it cannot say. Raises ProviderFault."""
    if submission.intent_at is None:
        return None
    since = datetime.fromisoformat(submission.intent_at) - LOOK_BACK
    found = p.provider(take.provider).find(outcomes.sent_key(submission), take.seed, since)
    return None if found is None else list(found)


def _can_prove(p: Production, submission: SubmissionRow, able: Capabilities) -> bool:
    """An empty listing proves something only for the key that was used, only where running jobs are
    listed, and only as long as a job can be told by its tag."""
    if not able.proves_absence or submission.key_id != p.provider(submission.provider).key_id:
        return False  # another account's list says nothing of this one's jobs
    if able.window_s is None or submission.intent_at is None:
        return True
    age = p.clock.now() - datetime.fromisoformat(submission.intent_at)
    return age + MARGIN < timedelta(seconds=able.window_s)


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
    freed = p.step(take, TakeState.READY, said, also, note="")
    purse.mirror(p, submission.id)
    return freed


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
    taken = answers.accept(p, take, submission, job_id, by=person)
    lift(p)
    return taken


def declare_absent(p: Production, take: TakeRow, person: str) -> TakeRow:
    """A person says that nothing runs: the hold is freed, the take may be sent.

    Raises BadInput where a saved reply names its job.
    """
    submission = _doubtful(p, take)
    _refuse_known(p, take, submission)
    freed = _absent(p, take, submission, f"{person} says that nothing was sent")
    lift(p)
    return freed


def _refuse_known(p: Production, take: TakeRow, submission: SubmissionRow) -> None:
    job = saved_job(p, take, submission)
    if job and p.reader.owner_of(take.provider, job) in (None, submission.id):
        raise BadInput(
            f"the provider accepted {take.shot} take {take.n}: its job is {job}",
            todo=f"`rushes reconcile {take.shot} --adopt {job}`",
        )


def write_off(p: Production, take: TakeRow, person: str) -> TakeRow:
    """A person gives up, a doubt or a job that its provider no longer knows: the hold counts as spent,
    unverified. Raises BadInput as `declare_absent` does, or where there is nothing to give up."""
    said = f"{person} wrote it off"
    if TakeState(take.state) in GIVEN_UP:
        return _give_up(p, take, said)
    submission = _doubtful(p, take)
    _refuse_known(p, take, submission)

    def also(w: Writer) -> None:
        spend.write_off(w, submission.id)
        spend.move(w, submission.id, "in_doubt", "written_off", done_at=w.now, note=said)

    lost = p.step(take, TakeState.WRITTEN_OFF, said, also, note=said)
    purse.mirror(p, submission.id)
    lift(p)
    return lost


GIVEN_UP = frozenset({TakeState.SUBMITTED, TakeState.RUNNING, TakeState.REMOTE_OK, TakeState.DOWNLOADING})
"""States in which a take waits for a job that may never be heard of again."""


def _give_up(p: Production, take: TakeRow, said: str) -> TakeRow:
    submission = next(row for row in reversed(p.reader.submissions_of("take", take.id)) if row.job_id)

    def also(w: Writer) -> None:
        has = spend.held(w, submission.id)
        if has.state == "accepted":
            spend.settle(w, submission.id, has.booked["reserve"], Certainty.UNKNOWN)
            spend.move(w, submission.id, "accepted", "closed")

    lost = p.step(take, TakeState.EXPIRED, said, also, note=said)
    purse.mirror(p, submission.id)
    return lost


def evidence(p: Production, take: TakeRow) -> list[str]:
    """What a person may decide by: jobs nobody owns, and what the key had spent before and has now."""
    submission = _doubtful(p, take)
    provider = p.provider(take.provider)
    lines = []
    if p.able(take.provider, take.model).reconcile >= Reconcile.LIST:
        try:
            listed = _listed(p, take, submission) or []
        except ProviderFault as fault:
            listed = []
            lines.append(f"its list cannot be read now: {fault.what}")
        free = [t.job_id for t in listed if p.reader.owner_of(take.provider, t.job_id) is None]
        lines += [f"job {job} of that time belongs to no take" for job in free]
    return lines + purse.evidence(p, provider, submission)
