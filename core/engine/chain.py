"""One chain, advanced shot by shot in a thread of its own.

A sweep goes through the chain's unsent takes in order and makes each that can be made; what it
cannot begin it passes by, so that shots which depend on nothing go on. When a sweep gets nothing
done the chain ends, or pauses with a reason. Nothing is ever sent twice: a take that failed, was
refused or is in doubt is left where it is, for a person.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from core.base.errors import DiskFull, IllegalStep, RushesError
from core.base.text import one_line
from core.engine import answers, gates, orders, submit
from core.engine.handover import Blocked, opening_of
from core.engine.harvest import harvest
from core.engine.requests import draft
from core.engine.reserve import reserve
from core.engine.states import IN_FLIGHT, LOST, SELF_LIFTING, UNSENT, PauseReason, TakeState
from core.engine.submit import Halt
from core.film.prompts import plan_hash
from core.ledger import records, takes

if TYPE_CHECKING:
    from core.engine.production import Production
    from core.engine.requests import Opening
    from core.ledger.views import TakeRow

log = logging.getLogger("rushes.chain")
TRIES_UNSENT = 3
PATIENCE_S = 3600.0
"""How long a chain waits in all for a provider that asks it to, between two takes."""


class ChainRunner:
    """Runs one chain until nothing can be done; safe to start again at any time."""

    def __init__(self, production: Production, chain: str, stop: Callable[[], bool]) -> None:
        self.p = production
        self.chain = chain
        self.stop = stop
        self._blocked: list[Blocked] = []
        self._unseen = 0
        self._unsent_tries = 0
        self._waited_s = 0.0
        self._aside: dict[int, Halt] = {}
        """Takes that stand still until a person acts, while what does not depend on them goes on."""

    def run(self) -> None:
        """Never raises: whatever happens becomes a pause with a reason, or a line in the log."""
        try:
            self._run()
        except DiskFull as error:
            self._pause(Halt(PauseReason.DISK, one_line(str(error), 300)))
        except RushesError as error:
            self._pause(Halt(PauseReason.REFUSED, one_line(str(error), 300)))
        except Exception:
            log.exception("chain %s", self.chain)
            self._pause(Halt(PauseReason.REFUSED, "an internal fault, written to .rushes/worker.log"))

    def _run(self) -> None:
        answers.own_up(self.p, self.chain)
        first: RushesError | None = None
        for take in self.p.reader.in_states(self.chain, IN_FLIGHT):
            try:
                harvest(self.p, take, self.stop)
            except RushesError as error:
                first = first or error  # the others are paid for too, and what depends on none goes on
        while not self.stop():
            done, halt = self._sweep()
            if halt:
                self._pause(halt)
                return
            if not done:
                break
        if first:
            raise first
        if not self.stop():
            self._conclude()

    def _sweep(self) -> tuple[int, Halt | None]:
        """One walk through the unsent takes. Returns how many moved, and why it must stop, if so."""
        done = 0
        self._blocked, self._unseen = [], 0
        for stale in self.p.reader.in_states(self.chain, UNSENT):
            if self.stop() or self._is_paused():
                return 0, None
            take = self.p.take(stale.id)
            if TakeState(take.state) not in UNSENT:
                continue
            try:
                result = self._one(take)
            except IllegalStep:
                # A person moved it in between: looked at again in the next sweep.
                if self.p.take(take.id).state == take.state:
                    raise
                result = 1
            if isinstance(result, Halt):
                return done, result
            done += result
        return done, None

    def _is_paused(self) -> bool:
        return self.p.reader.chain(self.chain)[0] == "paused"

    def _one(self, take: TakeRow) -> int | Halt:
        """Makes one take if it can begin. 1 where something moved, 0 where it waits."""
        plan = self.p.plan
        if not plan.has(take.shot) or plan.shot(take.shot).omitted:
            with self.p.ledger.write() as w:
                orders.cancel_unsent(w, take, "the shot was taken out of the film")
            return 1
        if take.id in self._aside:
            return 0
        opening = opening_of(self.p, take)
        if isinstance(opening, Blocked):
            self._blocked.append(opening)
            return self._step_back(take, opening.why)
        if not self._seen_enough():
            self._unseen += 1
            return 0
        return self._make(take, opening)

    def _step_back(self, take: TakeRow, why: str) -> int:
        """What it was ready with does not hold any more: back in the queue."""
        if take.state == TakeState.RESERVED:
            freed = take
            take = self.p.step(
                take, TakeState.READY, "not sent", lambda w: orders.free_reserve(w, freed, "cancelled")
            )
        if take.state == TakeState.GATED:
            take = self.p.step(take, TakeState.READY, why)
        if take.state == TakeState.READY:
            self.p.step(take, TakeState.PLANNED, why, source_take=None, in_sha="")
        return 0

    def _seen_enough(self) -> bool:
        review = self.p.plan.profile.review
        if review.policy == "end":
            return True
        return gates.review_allows(review, self.p.reader.unseen(self.chain))

    def _make(self, take: TakeRow, opening: Opening) -> int | Halt:
        shot = self.p.plan.shot(take.shot)
        request = draft(self.p, shot, take.n, take.seed, opening, (take.provider, take.model))
        if take.state != TakeState.RESERVED:
            reserved = reserve(self.p, take, request, opening, self._plan_hash(take.shot))
            if isinstance(reserved, Halt):
                return self._after_halt(reserved)
            take = reserved
        sent = submit.send(self.p, take, request, lambda: opening_of(self.p, take) == opening, self.stop)
        if isinstance(sent, Halt):
            if self.stop():
                return 0
            if sent.aside:
                self._aside[take.id] = sent
                return 1
            return self._after_halt(sent)
        self._unsent_tries, self._waited_s = 0, 0.0
        if TakeState(sent.state) in IN_FLIGHT:
            harvest(self.p, sent, self.stop)
        return 1

    def _after_halt(self, halt: Halt) -> int | Halt:
        """What its input changed under begins anew, a few times; what never left, or was asked to come
        later, as often as the chain is patient."""
        if halt.retry_after_s is None:
            return halt
        if halt.throttled:
            return self._wait(halt)
        self._unsent_tries += 1
        if self._unsent_tries >= TRIES_UNSENT or halt.retry_after_s > submit.WAIT_CAP_S:
            return halt
        self.p.rest(halt.retry_after_s, self.stop)
        return 1

    def _wait(self, halt: Halt) -> int | Halt:
        wait = max(halt.retry_after_s or 0.0, 1.0)
        if halt.grows:
            wait = max(wait, min(self._waited_s / 2, submit.WAIT_CAP_S))
        if wait > submit.WAIT_CAP_S or self._waited_s + wait > PATIENCE_S:
            return replace(halt, note=f"it may take long: {halt.note}")
        self._waited_s += 0.0 if halt.turn else wait
        self.p.rest(wait, self.stop)
        return 1

    def _plan_hash(self, shot: str) -> str:
        root = self.p.root
        return plan_hash(self.p.plan, shot, lambda relative: self.p.clips.picture_sha(root / relative))

    def _conclude(self) -> None:
        """Nothing more can be done: says why, where something is left."""
        if self._is_paused():
            return
        if self._aside:
            self._pause(next(iter(self._aside.values())))
            return
        if self._unseen:
            waiting = self.p.reader.unseen(self.chain)
            self._pause(
                Halt(PauseReason.REVIEW, f"{waiting} take{'s' if waiting != 1 else ''} to look at first")
            )
            return
        stuck = [blocked for blocked in self._blocked if not blocked.will_come]
        if stuck:
            self._pause(self._stuck(stuck[0]))
            return
        lost = self.p.reader.newest_lost(self.chain) or self._cancelled_there()
        if lost:
            self._pause(Halt(self._reason_of(lost), lost.note or f"{lost.shot} take {lost.n} failed"))

    def _cancelled_there(self) -> TakeRow | None:
        """A shot's newest take whose job the provider cancelled: it may have been paid for."""
        for take in self.p.reader.in_states(self.chain, {TakeState.CANCELLED}):
            if orders.was_sent(self.p, take) and self.p.reader.takes_of(take.shot)[-1].id == take.id:
                return take
        return None

    def _stuck(self, blocked: Blocked) -> Halt:
        """Why a take that waits for `blocked.on` waits for ever; in the provider's words where it failed."""
        found = self.p.reader.takes_of(blocked.on)
        if not found:
            return Halt(PauseReason.REFUSED, blocked.why)
        failed = TakeState(found[-1].state) in LOST and found[-1].note
        return Halt(self._reason_of(found[-1]), f"{blocked.why}: {failed}" if failed else blocked.why)

    def _reason_of(self, take: TakeRow) -> PauseReason:
        if records.was_moderated(self.p.reader, take.id):
            return PauseReason.MODERATION
        if take.state == TakeState.IN_DOUBT:
            return PauseReason.IN_DOUBT
        return PauseReason.REVIEW if take.state == TakeState.REJECTED else PauseReason.REFUSED

    def _pause(self, halt: Halt) -> None:
        if _stands(self.p.reader.chain(self.chain), halt):
            return
        try:
            with self.p.ledger.write() as w:
                # Looked at again here: a person may have paused it in between.
                if not _stands(takes.chain_state(w, self.chain), halt):
                    takes.set_chain(w, self.chain, "paused", halt.reason, halt.note)
        except RushesError:
            log.exception("chain %s could not even be paused: %s", self.chain, halt.note)


def _stands(now: tuple[str, str, str], halt: Halt) -> bool:
    """Whether the chain's present pause stays: the same again, a person's, or one no verdict lifts."""
    state, reason, note = now
    if state != "paused":
        return False
    if (reason, note) == (halt.reason.value, halt.note) or reason == PauseReason.MANUAL:
        return True
    return halt.reason in SELF_LIFTING and reason not in SELF_LIFTING
