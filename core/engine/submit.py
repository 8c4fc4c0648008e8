"""The only caller of anything that could cost: reserve, intent, POST, outcome.

One POST is in flight a key, over all films: the key's lock is held from intent to reply. The intent
is committed and synced before the first byte leaves. What the provider answered is saved and synced
before the ledger hears of it. Whatever cannot be proven unsent is IN_DOUBT: counted as spent, never
sent again. Free takes go the same way, with sums of exactly zero.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from core.base.crash import reach
from core.base.errors import BadInput, DiskFull, ProviderFault, RushesError
from core.base.redact import redact, secret_values
from core.base.text import one_line
from core.engine import answers, purse
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
    from core.providers.base import Payload, VideoProvider, VideoRequest

log = logging.getLogger("rushes.submit")
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


def _never() -> bool:
    return False


def send(
    p: Production,
    take: TakeRow,
    request: VideoRequest,
    holds: Callable[[], bool] = _always,
    stop: Callable[[], bool] = _never,
) -> TakeRow | Halt:
    """RESERVED to SUBMITTED, or wherever the outcome leads. Sends at most one accepted request.

    `holds`: whether the take still begins with what the request says, asked in the intent's transaction.
    `stop`: ends the wait for the key's turn.
    """
    submission = answers.live(p, take)
    provider = p.provider(take.provider)
    if (submission.request_hash, submission.key_id) != (request.request_hash, provider.key_id):
        return _changed(p, take, submission)
    try:
        payload = provider.build_payload(request, sent_key(submission))
    except (BadInput, ProviderFault) as fault:
        answers.hand_back(p, take, submission, "cancelled", one_line(fault.what, 300))
        return Halt(PauseReason.REFUSED, one_line(str(fault), 300))
    with purse.turn(p, provider, stop) as ours:
        if not ours:
            return Halt(PauseReason.MANUAL, "the worker was told to stop", retry_after_s=0.0)
        # The same hold again: nothing is written where it stands, and a lost book is made good.
        halt = purse.blocked(p, provider) or purse.hold(
            p, provider, submission.key, records.hold_of(p.reader, submission.id)
        )
        if halt and purse.was_sent(p, submission):
            return _sent_before(p, take, submission)
        if halt:
            answers.hand_back(p, take, submission, "cancelled", halt.note)
            return halt
        try:
            paused = _intent(p, take, submission, holds)
        except _Changed:
            return _changed(p, take, submission)
        if paused:
            return paused
        unsaid = _owe(p, p.take(take.id), submission)
        if unsaid:
            return unsaid
        return _ask(p, p.take(take.id), submission, provider, payload)


def _sent_before(p: Production, take: TakeRow, submission: SubmissionRow) -> TakeRow | Halt:
    """The key's book knows this request: whoever sent it, a job may run. In doubt, and not sent here."""
    paused = _intent(p, take, submission)
    if paused:
        return paused
    said = "sent before, by a copy of this film or before its ledger was restored"
    return answers.doubt(p, p.take(take.id), submission, said)


def _owe(p: Production, take: TakeRow, submission: SubmissionRow) -> Halt | None:
    """The key's book hears of the intent before a byte leaves: a copy of this film would be refused."""
    try:
        purse.owe(p, submission)
    except RushesError as fault:
        answers.hand_back(p, take, submission, "not_sent", one_line(fault.what, 300))
        reason = PauseReason.DISK if isinstance(fault, DiskFull) else PauseReason.REFUSED
        return Halt(reason, one_line(str(fault), 300))
    return None


def _ask(
    p: Production, take: TakeRow, submission: SubmissionRow, provider: VideoProvider, payload: Payload
) -> TakeRow | Halt:
    reach("post.before")
    outcome = _post(provider, payload)
    reach("post.after")
    return answers.record(p, take, submission, outcome)


def _changed(p: Production, take: TakeRow, submission: SubmissionRow) -> Halt:
    said = "its input changed before it was sent"
    answers.hand_back(p, take, submission, "cancelled", said)
    return Halt(PauseReason.REFUSED, said, retry_after_s=0.0)


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
        said = redact(f"{type(error).__name__}: {error}", secret_values())
        fault = ProviderError(ErrorClass.UNKNOWN, one_line(said, 500))
        return SubmitOutcome(Sent.UNCLEAR, error=fault)
