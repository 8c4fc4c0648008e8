"""Jobs nobody can vouch for: ask the provider, else a person. Never send again.

At start-up every INTENT becomes IN_DOUBT. A saved reply, or exactly one unowned job the provider
lists for us, adopts; a proven absence releases the hold; everything else waits for a person.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from core.base.errors import BadInput, ProviderFault
from core.engine import submit
from core.engine.states import TakeState
from core.ledger import spend
from core.providers.base import Reconcile

if TYPE_CHECKING:
    from core.engine.production import Production
    from core.ledger.append import Writer
    from core.ledger.views import SubmissionRow, TakeRow

QUIET_S = 120.0
"""Longer than any listing's lag and a POST's deadline together: before it, an empty list proves nothing."""


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
    saved = _saved_job(p, submission.key)
    if saved:
        return submit.accept(p, take, submission, saved)
    provider = p.provider(take.provider)
    level = provider.capabilities(take.model).reconcile
    if level < Reconcile.TAGGED_LIST or submission.intent_at is None:
        return take
    since = datetime.fromisoformat(submission.intent_at)
    try:
        tickets = provider.find(submission.key, take.seed, since - timedelta(minutes=5))
    except ProviderFault:
        return take
    if tickets is None:
        return take
    free = [t for t in tickets if p.reader.owner_of(take.provider, t.job_id) in (None, submission.id)]
    if len(free) == 1:
        return submit.accept(p, take, submission, free[0].job_id)
    quiet = (p.clock.now() - since).total_seconds() >= QUIET_S
    if not tickets and (level is Reconcile.IDEMPOTENT or quiet):
        return _absent(p, take, submission, "the provider has no such job")
    return take


def _saved_job(p: Production, key: str) -> str:
    try:
        found = json.loads(p.outcome_file(key).read_text("utf-8")).get("job_id", "")
    except (OSError, ValueError, AttributeError):
        return ""
    return found if isinstance(found, str) else ""


def _absent(p: Production, take: TakeRow, submission: SubmissionRow, said: str) -> TakeRow:
    def also(w: Writer) -> None:
        spend.release(w, submission.id)
        spend.move(w, submission.id, "in_doubt", "absent", done_at=w.now, note=said)

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
    """A person says that nothing runs: the hold is freed, the take may be sent."""
    return _absent(p, take, _doubtful(p, take), f"{person} says that nothing was sent")


def write_off(p: Production, take: TakeRow, person: str) -> TakeRow:
    """A person gives up: the hold counts as spent, unverified."""
    submission = _doubtful(p, take)
    said = f"{person} wrote it off"

    def also(w: Writer) -> None:
        spend.write_off(w, submission.id)
        spend.move(w, submission.id, "in_doubt", "written_off", done_at=w.now, note=said)

    return p.step(take, TakeState.WRITTEN_OFF, said, also, note=said)
