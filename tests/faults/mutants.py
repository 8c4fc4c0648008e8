"""Engines that are wrong on purpose: a harness that cannot see them proves nothing.

Each is put on in the forked child alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from core.base import crash
from core.engine import answers, gates, purse, reconcile, submit
from core.engine.gates import Halt
from core.engine.keys import Key
from core.engine.production import Production
from core.ledger import spend
from core.ledger.views import SubmissionRow, TakeRow
from core.providers.base import Payload, Sent, SubmitOutcome, VideoProvider


def _no_intent() -> None:
    """Sends first, writes it down afterwards."""

    def ask(
        p: Production, take: TakeRow, submission: SubmissionRow, provider: VideoProvider, payload: Payload
    ) -> TakeRow | Halt:
        crash.reach("post.before")
        outcome = submit._post(provider, payload)
        crash.reach("post.after")
        intent(p, take, submission)
        return answers.record(p, p.take(take.id), submission, outcome)

    intent = submit._intent
    submit._intent = lambda *_args, **_more: None
    submit._ask = ask


def _sent_again() -> None:
    """Takes silence for a refusal: what a dead worker left, and what got no clear answer, goes again."""

    def doubt(
        p: Production, take: TakeRow, submission: SubmissionRow, said: str, status: int | None = None
    ) -> TakeRow:
        return answers.hand_back(p, take, submission, "not_sent", said, status)

    answers.doubt = doubt


def _retried() -> None:
    """Sends once more where no clear answer came."""
    once = submit._post

    def twice(provider: VideoProvider, payload: Payload) -> SubmitOutcome:
        outcome = once(provider, payload)
        return once(provider, payload) if outcome.sent is Sent.UNCLEAR else outcome

    submit._post = twice


def _no_turn() -> None:
    """Nobody waits for the key."""

    @contextmanager
    def post(self: Key, stop: Callable[[], bool]) -> Iterator[bool]:
        if self.book:
            self.book.note_post()
        yield True

    Key.post = post  # type: ignore[method-assign]


def _block_ignored() -> None:
    """A key that was refused is used all the same."""
    purse.block = lambda *_args: None


def _hold_not_counted() -> None:
    """Only what is settled counts against a budget."""

    class Settled:
        @staticmethod
        def balance(*args: Any) -> tuple[int, int, int]:
            return (0, 0, spend.balance(*args)[2])

    gates.spend = Settled  # type: ignore[assignment,attr-defined]


def _absent_at_once() -> None:
    """One empty list is taken for a proof."""
    reconcile._quiet = lambda *_args: True


MUTANTS: dict[str, Callable[[], None]] = {
    "no-intent": _no_intent,
    "sent-again": _sent_again,
    "retried": _retried,
    "no-turn": _no_turn,
    "block-ignored": _block_ignored,
    "hold-not-counted": _hold_not_counted,
    "absent-at-once": _absent_at_once,
}
