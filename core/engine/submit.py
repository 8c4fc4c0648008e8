"""The only caller of anything that could cost: reserve, intent, POST, outcome.

The intent is committed and synced before the first byte leaves. The reply is saved and synced
before the ledger hears of it. Whatever cannot be proven unsent is IN_DOUBT: counted as spent,
never sent again. Free takes go the same way, with sums of exactly zero.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from core.base.clock import stamp
from core.base.crash import reach
from core.base.errors import RushesError
from core.base.text import one_line
from core.engine import outcomes
from core.engine.gates import Halt as Halt
from core.engine.outcomes import sent_key
from core.engine.production import Production
from core.engine.states import PauseReason, TakeState
from core.ledger import records, spend, takes
from core.providers.base import ErrorClass, ProviderError, Sent, SubmitOutcome

if TYPE_CHECKING:
    from collections.abc import Callable

    from core.ledger.append import Writer
    from core.ledger.views import SubmissionRow, TakeRow
    from core.providers.base import Payload, Ticket, VideoProvider, VideoRequest

log = logging.getLogger("rushes.submit")
UNSENT_WAIT_S = 2.0
"""Between two tries of a request that provably never left."""
WAIT_CAP_S = 120.0
"""A provider's Retry-After is obeyed up to here; beyond it the chain pauses."""


class _Changed(Exception):
    """What a take begins with is no longer so; the intent rolls back."""


class _Paused(Exception):
    """Carries a pause out of the intent's transaction, so that it rolls back."""

    def __init__(self, halt: Halt) -> None:
        self.halt = halt


def _always() -> bool:
    return True


def send(
    p: Production, take: TakeRow, request: VideoRequest, holds: Callable[[], bool] = _always
) -> TakeRow | Halt:
    """RESERVED to SUBMITTED, or wherever the outcome leads. Sends at most one accepted request.

    `holds`: whether the take still begins with what the request says, asked in the intent's transaction.
    """
    submission = _live(p, take)
    if submission.request_hash != request.request_hash:
        return _changed(p, take, submission)
    provider = p.provider(take.provider)
    payload = provider.build_payload(request, sent_key(submission))
    try:
        paused = _intent(p, take, submission, holds)
    except _Changed:
        return _changed(p, take, submission)
    if paused:
        return paused
    take = p.take(take.id)
    reach("post.before")
    outcome = _post(provider, payload)
    reach("post.after")
    return record(p, take, submission, outcome)


def _changed(p: Production, take: TakeRow, submission: SubmissionRow) -> Halt:
    said = "its input changed before it was sent"
    _hand_back(p, take, submission, "cancelled", said)
    return Halt(PauseReason.REFUSED, said, retry_after_s=0.0)


def _live(p: Production, take: TakeRow) -> SubmissionRow:
    found = p.reader.live_submission(take.id)
    assert found is not None, "a RESERVED take has a live submission: one transaction made both"  # noqa: S101
    return found


def _intent(
    p: Production, take: TakeRow, submission: SubmissionRow, holds: Callable[[], bool] = _always
) -> Halt | None:
    """Writes the intent, unless the chain has been paused; nothing is sent before this is committed."""

    def also(w: Writer) -> None:
        state, reason, note = takes.chain_state(w, take.chain)
        if state == "paused":
            raise _Paused(Halt(PauseReason(reason), note))
        # Nobody else can write now: what a person said until this moment is seen.
        if not holds():
            raise _Changed
        spend.move(w, submission.id, "reserved", "intent", intent_at=w.now)

    try:
        p.step(take, TakeState.INTENT, "about to be sent", also)
    except _Paused as paused:
        return paused.halt
    return None


def _post(provider: VideoProvider, payload: Payload) -> SubmitOutcome:
    try:
        return provider.submit(payload)
    except Exception as error:  # noqa: BLE001 - whatever it was, nobody knows whether a byte left
        fault = ProviderError(ErrorClass.UNKNOWN, one_line(f"{type(error).__name__}: {error}", 500))
        return SubmitOutcome(Sent.UNCLEAR, error=fault)


def record(p: Production, take: TakeRow, submission: SubmissionRow, outcome: SubmitOutcome) -> TakeRow | Halt:
    """Brings what the provider answered into the ledger."""
    if outcome.sent is Sent.ACCEPTED and outcome.ticket:
        _keep_reply(p, take, submission, outcome.ticket)
        reach("outcome.written")
        return accept(p, take, submission, outcome.ticket.job_id, outcome.http_status)
    said = one_line(outcome.error.message, 300) if outcome.error else outcome.sent.value
    if outcome.sent in (Sent.NOT_SENT, Sent.REFUSED, Sent.THROTTLED):
        ended = "not_sent" if outcome.sent is Sent.NOT_SENT else "refused"
        _hand_back(p, take, submission, ended, said, outcome.http_status)
        return Halt(_reason(outcome), said, _again(outcome))
    return doubt(p, take, submission, f"no clear answer: {said}", outcome.http_status)


def doubt(
    p: Production, take: TakeRow, submission: SubmissionRow, said: str, status: int | None = None
) -> TakeRow:
    """INTENT to IN_DOUBT: nobody can prove whether a job runs; the hold stays."""

    def also(w: Writer) -> None:
        spend.move(w, submission.id, "intent", "in_doubt", note=said, http_status=status)

    return p.step(take, TakeState.IN_DOUBT, said, also, note=said)


def own_up(p: Production, chain: str) -> None:
    """INTENTs nobody answers for any more: a thread that ended between intent and answer left them."""
    for take in p.reader.in_states(chain, {TakeState.INTENT}):
        doubt(p, take, _live(p, take), "no answer was written down")


def _again(outcome: SubmitOutcome) -> float | None:
    if outcome.sent is Sent.REFUSED:
        return None
    asked = outcome.error.retry_after_s if outcome.error else None
    return max(0.0, asked) if asked is not None else UNSENT_WAIT_S


def _reason(outcome: SubmitOutcome) -> PauseReason:
    kind = outcome.error.kind if outcome.error else ErrorClass.UNKNOWN
    if kind is ErrorClass.MODERATION:
        return PauseReason.MODERATION
    if kind in (ErrorClass.AUTH, ErrorClass.KEY_LIMIT, ErrorClass.INSUFFICIENT_CREDIT):
        return PauseReason.KEY_LIMIT
    return PauseReason.REFUSED


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
            w, submission.id, _from_state(take), "accepted", job_id=job_id, done_at=w.now, http_status=status
        )
        spend.commit(w, submission.id, "estimated" if _held(w, submission) else "exact")

    owner = p.reader.owner_of(submission.provider, job_id)
    if owner is not None and owner != submission.id:
        said = "the provider named a job that another take owns"
        if take.state == TakeState.IN_DOUBT:
            return take
        return doubt(p, take, submission, said, status)
    named = f"job {one_line(job_id, 60)}"
    return p.step(take, TakeState.SUBMITTED, f"{by} adopted {named}" if by else named, also, note="")


def _held(w: Writer, submission: SubmissionRow) -> int:
    return spend.held(w, submission.id).booked["reserve"]


def _from_state(take: TakeRow) -> str:
    return "intent" if take.state == TakeState.INTENT else "in_doubt"


def _hand_back(
    p: Production, take: TakeRow, submission: SubmissionRow, ended: str, said: str, status: int | None = None
) -> TakeRow:
    """Back to READY: nothing was bought, the hold is freed."""

    def also(w: Writer) -> None:
        spend.release(w, submission.id)
        spend.move(
            w, submission.id, submission_state(take), ended, done_at=w.now, note=said, http_status=status
        )

    return p.step(take, TakeState.READY, said, also, note=said)


def submission_state(take: TakeRow) -> str:
    """The submission's state that goes with a take's, before it has a job."""
    return {TakeState.RESERVED: "reserved", TakeState.INTENT: "intent"}.get(TakeState(take.state), "in_doubt")


def _keep_reply(p: Production, take: TakeRow, submission: SubmissionRow, ticket: Ticket) -> None:
    """A full disk must not lose the job's name: the ledger is tried all the same, and the log has it."""
    try:
        save_outcome(p, take, submission, ticket)
    except (RushesError, OSError) as error:
        named = one_line(ticket.job_id, 200)
        log.error("%s take %s is job %s; its reply was not saved: %s", take.shot, take.n, named, error)  # noqa: TRY400


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
    )
    outcomes.save(p.outcome_file(submission.key), outcome, ticket.raw)
