"""What the provider answered, brought into the ledger: accepted, refused, or nobody knows.

A reply is saved and synced before the transaction that speaks of it, so that a worker killed in
between finds at its next start what was said.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from core.base.clock import stamp
from core.base.crash import reach
from core.base.errors import RushesError
from core.base.text import one_line
from core.engine import outcomes, purse
from core.engine.gates import Halt
from core.engine.production import Production
from core.engine.states import PauseReason, TakeState
from core.ledger import commands, records, spend
from core.providers.base import ErrorClass, ProviderError, Sent, SubmitOutcome

if TYPE_CHECKING:
    from core.ledger.append import Writer
    from core.ledger.views import SubmissionRow, TakeRow
    from core.providers.base import Ticket

log = logging.getLogger("rushes.submit")
UNSENT_WAIT_S = 2.0
"""Between two tries of a request that provably never left."""
THROTTLED_WAIT_S = 15.0
"""After a refusal for now that names no time."""
OF_THE_KEY = frozenset({ErrorClass.AUTH, ErrorClass.KEY_LIMIT, ErrorClass.INSUFFICIENT_CREDIT})
"""Refusals that say something of the key, not of the request: the key is blocked for all films."""


def live(p: Production, take: TakeRow) -> SubmissionRow:
    found = p.reader.live_submission(take.id)
    assert found is not None, "a RESERVED take has a live submission: one transaction made both"  # noqa: S101
    return found


def record(p: Production, take: TakeRow, submission: SubmissionRow, outcome: SubmitOutcome) -> TakeRow | Halt:
    """Brings what the provider answered into the ledger."""
    if outcome.sent is Sent.ACCEPTED and outcome.ticket:
        _keep(p, take, submission, outcome.ticket)
        reach("outcome.written")
        return accept(p, take, submission, outcome.ticket.job_id, outcome.http_status)
    error = outcome.error or ProviderError(ErrorClass.UNKNOWN, outcome.sent.value)
    said = one_line(error.message, 300)
    if outcome.sent in (Sent.REFUSED, Sent.THROTTLED):
        _keep_refusal(p, submission, outcome, error)
        reach("outcome.written")
        return refused(p, take, submission, outcome.sent, error, outcome.http_status)
    if outcome.sent is Sent.NOT_SENT:
        hand_back(p, take, submission, "not_sent", said, outcome.http_status)
        if error.kind in OF_THE_KEY:  # there is none, or it cannot be sent: nothing left for this reason
            return Halt(PauseReason.KEY_LIMIT, said)
        return Halt(PauseReason.REFUSED, said, _wait(error, UNSENT_WAIT_S), throttled=True, grows=True)
    return doubt(p, take, submission, f"no clear answer: {said}", outcome.http_status)


def refused(
    p: Production,
    take: TakeRow,
    submission: SubmissionRow,
    sent: Sent,
    error: ProviderError,
    status: int | None = None,
) -> Halt:
    """The provider said no in its own words: nothing runs. What it says of the key holds for all films."""
    said = one_line(error.message, 300)
    if sent is Sent.THROTTLED:
        hand_back(p, take, submission, "refused", said, status)
        return Halt(PauseReason.REFUSED, said, _wait(error, THROTTLED_WAIT_S), throttled=True)
    if error.kind in OF_THE_KEY:
        _block(p, submission, error)
        hand_back(p, take, submission, "refused", said, status)
        return Halt(PauseReason.KEY_LIMIT, purse.named(error, said))
    facts = refusal(p, take, error)
    hand_back(p, take, submission, "refused", said, status, facts)
    if error.kind is ErrorClass.MODERATION:
        what = f" ({error.flagged} flagged)" if error.flagged else ""
        note = f"{take.shot} take {take.n} was refused{what}: {said}"
        return Halt(PauseReason.MODERATION, note, aside=True)
    return Halt(PauseReason.REFUSED, said)


def _block(p: Production, submission: SubmissionRow, error: ProviderError) -> None:
    """For all films of this user first, then on this film's account, so that it is seen."""
    purse.block(p, submission, error)
    resets = stamp(error.resets_at) if error.resets_at else ""
    reason = one_line(error.message, 300)
    with p.ledger.write() as w:
        commands.note_account(w, submission.provider, state="blocked", reason=reason, resets_at=resets)


def refusal(p: Production, take: TakeRow, error: ProviderError) -> dict[str, object]:
    """What a refusal was about: what the film learns from, and what is proposed after it."""
    return {
        "class": error.kind.value,
        "code": error.code,
        "flagged": error.flagged,
        "picture": bool(take.in_sha),
        "prompt": p.reader.prompt_of(take.id),
        "provider": take.provider,
        "model": take.model,
    }


def _wait(error: ProviderError, otherwise: float) -> float:
    asked = error.retry_after_s
    return max(0.0, asked) if asked is not None else otherwise


def doubt(
    p: Production, take: TakeRow, submission: SubmissionRow, said: str, status: int | None = None
) -> TakeRow:
    """INTENT to IN_DOUBT: nobody can prove whether a job runs; the hold stays."""

    def also(w: Writer) -> None:
        spend.move(w, submission.id, "intent", "in_doubt", note=said, http_status=status)

    doubtful = p.step(take, TakeState.IN_DOUBT, said, also, note=said)
    purse.mirror(p, submission.id)
    return doubtful


def own_up(p: Production, chain: str) -> None:
    """INTENTs nobody answers for any more: a thread that ended between intent and answer left them."""
    for take in p.reader.in_states(chain, {TakeState.INTENT}):
        submission = live(p, take)
        if not say_again(p, take, submission):
            doubt(p, take, submission, "no answer was written down")


def say_again(p: Production, take: TakeRow, submission: SubmissionRow) -> Halt | None:
    """Brings a saved refusal into the ledger: nothing runs, and nothing is in doubt. None: there is none."""
    said = outcomes.read_refusal(p.outcome_file(submission.key))
    return refused(p, take, submission, said.sent, said.error, said.status) if said else None


def accept(
    p: Production,
    take: TakeRow,
    submission: SubmissionRow,
    job_id: str,
    status: int | None = None,
    by: str = "",
) -> TakeRow:
    """INTENT or IN_DOUBT to SUBMITTED: the job has an owner. A job that has one already stays in doubt.

    `by`: the person who named the job.
    """

    def also(w: Writer) -> None:
        spend.move(
            w,
            submission.id,
            submission_state(take),
            "accepted",
            job_id=job_id,
            done_at=w.now,
            http_status=status,
        )
        spend.commit(w, submission.id, "estimated" if _held(w, submission) else "exact")

    owner = p.reader.owner_of(submission.provider, job_id)
    if owner is not None and owner != submission.id:
        said = "the provider named a job that another take owns"
        if take.state == TakeState.IN_DOUBT:
            return take
        return doubt(p, take, submission, said, status)
    named = f"job {one_line(job_id, 60)}"
    taken = p.step(take, TakeState.SUBMITTED, f"{by} adopted {named}" if by else named, also, note="")
    purse.mirror(p, submission.id)
    return taken


def _held(w: Writer, submission: SubmissionRow) -> int:
    return spend.held(w, submission.id).booked["reserve"]


def hand_back(
    p: Production,
    take: TakeRow,
    submission: SubmissionRow,
    ended: str,
    said: str,
    status: int | None = None,
    facts: dict[str, object] | None = None,
) -> TakeRow:
    """Back to READY: nothing was bought, the hold is freed. `facts`: of a refusal, for its event."""

    def also(w: Writer) -> None:
        spend.release(w, submission.id)
        spend.move(
            w, submission.id, submission_state(take), ended, done_at=w.now, note=said, http_status=status
        )
        if facts:
            w.event("take.refused", said, chain=take.chain, shot=take.shot, take_id=take.id, data=facts)

    freed = p.step(take, TakeState.READY, said, also, note=said)
    purse.mirror(p, submission.id)
    return freed


def submission_state(take: TakeRow) -> str:
    """The submission's state that goes with a take's, before it has a job."""
    return {TakeState.RESERVED: "reserved", TakeState.INTENT: "intent"}.get(TakeState(take.state), "in_doubt")


def _keep(p: Production, take: TakeRow, submission: SubmissionRow, ticket: Ticket) -> None:
    """A full disk must not lose the job's name: the ledger is tried all the same, and the log has it."""
    try:
        save_outcome(p, take, submission, ticket)
    except (RushesError, OSError) as error:
        named = one_line(ticket.job_id, 200)
        log.error("%s take %s is job %s; its reply was not saved: %s", take.shot, take.n, named, error)  # noqa: TRY400


def _keep_refusal(
    p: Production, submission: SubmissionRow, outcome: SubmitOutcome, error: ProviderError
) -> None:
    """Lost, it is only a doubt for a person: a full disk does not stop the rest."""
    try:
        outcomes.save_refusal(p.outcome_file(submission.key), outcome.sent, error, outcome.http_status)
    except (RushesError, OSError) as fault:
        log.error("a refusal was not saved: %s", fault)  # noqa: TRY400


def save_outcome(p: Production, take: TakeRow, submission: SubmissionRow, ticket: Ticket) -> None:
    """The reply on disk, synced: even a provider that lists nothing can be reconciled from it."""
    ordered = records.ordered(p.reader, take.id)
    outcome = outcomes.Outcome(
        submission=submission.key,
        job_id=ticket.job_id,
        provider=submission.provider,
        shot=take.shot,
        take=take.n,
        chain=take.chain,
        order=take.order_id,
        position=take.position,
        seam=take.seam,
        model=take.model,
        seed=take.seed,
        held=records.hold_of(p.reader, submission.id),
        frames=ordered.frames,
        fps=ordered.fps,
        width=ordered.width,
        height=ordered.height,
        request_hash=submission.request_hash,
        at=stamp(p.clock.now()),
        key_id=submission.key_id,
    )
    outcomes.save(p.outcome_file(submission.key), outcome, ticket.raw)
