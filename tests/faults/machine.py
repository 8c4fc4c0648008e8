"""A film under everything that may happen to it, in one process and on a clock that the rules move.

Rules: order, approve, reject, retake, work (and die at a named point), fault, clock jump, a second
worker, a person who settles, key limit and its lifting, price and budget changes. After each rule the
invariants of `look` are held against the files; at the end the faults stop, and it must come to rest.
"""

from __future__ import annotations

import shutil
import tempfile
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from core.base import crash
from core.base.errors import BadInput, FilmHeld, ProviderFault, RushesError
from core.base.hold import hold
from core.base.units import Amount, Certainty, Money
from core.desk import review
from core.engine import orders, purse, reconcile
from core.engine.chain import ChainRunner
from core.engine.keys import KeyRing
from core.engine.orders import Scope
from core.engine.production import CRASH_POINTS, Production
from core.engine.states import LIVE, LOST, TakeState
from core.film.load import load_plan
from core.film.profile import Budget
from core.ledger import takes
from core.ledger.append import Ledger
from core.ledger.views import Reader
from core.providers.base import (
    ErrorClass,
    JobState,
    Payload,
    ProviderError,
    Quote,
    Reconcile,
    Sent,
    Status,
    SubmitOutcome,
    VideoRequest,
)
from tests.faults.common import ROOMY, TIGHT
from tests.faults.look import Eyes
from tests.faults.worker import newest
from tests.support.fakes import QUIET_S, UNCLEAR, FakeProvider, MovingClock, StubClips
from tests.support.films import shots, write_film
from tests.support.stage import ADA, DOLLAR, MEMORY_DISK, never

LEVELS = (Reconcile.NOTHING, Reconcile.TAGGED_LIST, Reconcile.IDEMPOTENT)
SHOTS = ("A001", "A002", "B001")
REFUSALS = (
    *(ErrorClass.MODERATION, ErrorClass.AUTH, ErrorClass.KEY_LIMIT, ErrorClass.INSUFFICIENT_CREDIT),
    *(ErrorClass.BAD_REQUEST, ErrorClass.UNKNOWN),
)
ENDS = ("good", "failed", "dear", "no-cost", "negative", "faulty-polls", "expired")


FAULTS = ("", "lost", "lost", "unsent", "throttled", "not-sent", "fetch", *REFUSALS)
TROUBLES = st.tuples(st.sampled_from(FAULTS), st.sampled_from(ENDS))
DEATHS = st.tuples(st.sampled_from(["", *CRASH_POINTS]), st.integers(1, 2))
"""(point, visit); no point: it lives."""


class Died(BaseException):
    """The worker is dead at a named point."""


class _Drill:
    def __init__(self, point: str, visit: int) -> None:
        self.point = point
        self.left = visit

    def __call__(self, reached: str) -> None:
        if reached == self.point:
            self.left -= 1
            if self.left == 0:
                raise Died


@dataclass
class Billed(FakeProvider):
    """Bills by the price of the moment, and remembers when each job was made."""

    name: str = "house"
    key_id: str = "k1"
    clock: MovingClock = field(default_factory=MovingClock)
    bill: dict[str, int] = field(default_factory=dict)
    made_at: dict[str, float] = field(default_factory=dict)
    ends: deque[str] = field(default_factory=deque)
    limited: bool = False
    broken: list[str] = field(default_factory=list)

    def quote(self, request: VideoRequest) -> Quote:
        upper = Money(self.price + self.price // 5)
        return Quote(upper, Money(self.price), Certainty.ESTIMATED, "house as of 2026-03-01")

    def submit(self, payload: Payload) -> SubmitOutcome:
        if self.limited:
            self.posts.append(payload)
            return refusal(ErrorClass.KEY_LIMIT)
        return super().submit(payload)

    def accept(self, job: str, payload: Payload) -> None:
        end = self.ends.popleft() if self.ends else "good"
        self.bill[job] = {"failed": 0, "dear": 3 * self.price}.get(end, self.price)
        self.made_at[job] = self.clock.now().timestamp()
        self.statuses.append(_script(end, self.bill[job]))
        super().accept(job, payload)

    def house(self) -> dict[str, Any]:
        """What `look` wants to know."""
        jobs = {
            job.id: {"key": job.key, "shot": job.body["shot"], "take": job.body["take"]}
            for job in self.jobs.values()
        }
        return {"bill": dict(self.bill), "jobs": jobs, "broken": list(self.broken)}


def refusal(kind: ErrorClass, sent: Sent = Sent.REFUSED, wait: float | None = None) -> SubmitOutcome:
    return SubmitOutcome(
        sent, error=ProviderError(kind, f"it said {kind}", retry_after_s=wait), http_status=400
    )


def _script(end: str, micro: int) -> list[Status | Exception]:
    cost = Amount.exact(Money(micro))
    good = Status(JobState.SUCCEEDED, 1.0, cost, ("fake://clip",))
    scripts: dict[str, list[Status | Exception]] = {
        "failed": [Status(JobState.FAILED, cost=cost)],
        "no-cost": [replace(good, cost=Amount.unknown())],
        "negative": [replace(good, cost=Amount.exact(Money(-5)))],
        "faulty-polls": [ProviderFault("no answer"), Status(JobState.RUNNING, 0.5), good],
        "expired": [good, Status(JobState.EXPIRED, cost=cost)],
    }
    return scripts.get(end, [Status(JobState.RUNNING, 0.3), good])


class Film(RuleBasedStateMachine):
    """One film."""

    def __init__(self) -> None:
        super().__init__()
        base = MEMORY_DISK if MEMORY_DISK.is_dir() else None
        self.folder = Path(tempfile.mkdtemp(prefix="rushes-machine-", dir=base))
        (self.folder / "scratch").mkdir()
        root = write_film(
            self.folder / "film",
            {"a": shots("A", 2), "b": shots("B", 1)},
            defaults={"establisher": {"provider": "house", "model": "house-1"}},
        )
        self.home = root
        self.clock = MovingClock()
        self.provider = Billed(price=DOLLAR, clock=self.clock)
        self.plan = load_plan(root)
        self.limit = self.bound = ROOMY
        self.p = self._open()
        book = self.home / ".rushes" / "user" / "keys" / "k1" / "book.db"
        self.eyes = Eyes(self.home, self.p.ledger.path, book, self.folder / "scratch")

    def _open(self) -> Production:
        path = self.home / ".rushes" / "ledger.db"
        return Production(
            root=self.home,
            home=self.home,
            ledger=Ledger(path, self.clock),
            reader=Reader(path),
            clock=self.clock,
            providers={"house": self.provider},
            keys=KeyRing(self.home / ".rushes" / "user", {}, self.clock),
            clips=StubClips(),
            current_plan=self._now,
        )

    def _now(self) -> Any:
        budget = Budget.model_validate({"film_usd": Money(self.limit).usd()})
        return replace(self.plan, profile=self.plan.profile.model_copy(update={"budget": budget}))

    def _reopen(self) -> None:
        """Another process on what the last one left."""
        self.p.reader.close()
        self.p.ledger.close()
        self.p = self._open()

    @initialize(level=st.sampled_from(LEVELS), limit=st.sampled_from([ROOMY, TIGHT]))
    def begin(self, level: Reconcile, limit: int) -> None:
        self.provider.level = level
        self.limit = self.bound = limit
        orders.place(self.p, Scope())

    # -- people

    @rule(shot=st.sampled_from(SHOTS), verdict=st.sampled_from(["approve", "reject"]))
    def judge(self, shot: str, verdict: str) -> None:
        with suppress(RushesError):
            (review.approve if verdict == "approve" else review.reject)(self.p, shot, None, "", ADA)

    @rule(shot=st.sampled_from(SHOTS))
    def retake(self, shot: str) -> None:
        with suppress(RushesError):
            review.retake(self.p, shot, "", ADA)

    @rule(chain=st.sampled_from("ab"))
    def pause(self, chain: str) -> None:
        with self.p.ledger.write() as w:
            takes.set_chain(w, chain, "paused", "manual", "by Ada")

    @rule()
    def resume(self) -> None:
        self._resume()

    @rule()
    def settle(self) -> None:
        self._settle()

    @rule(price=st.sampled_from([DOLLAR // 2, DOLLAR, 2 * DOLLAR]))
    def price(self, price: int) -> None:
        self.provider.price = price

    @rule(limit=st.sampled_from([0, 2 * DOLLAR, 5 * DOLLAR, ROOMY]))
    def budget(self, limit: int) -> None:
        """A lower one takes nothing back: what is held by then stays held."""
        sums = self.p.reader.sums()
        self.limit = limit
        self.bound = max(limit, sums.reserved + sums.committed + sums.settled)

    # -- the provider

    @rule()
    def key_limit(self) -> None:
        self.provider.limited = True

    @precondition(lambda self: self.provider.limited)
    @rule()
    def lift(self) -> None:
        self.provider.limited = False

    @rule(seconds=st.sampled_from([-86_400.0, -3600.0, 3600.0, 86_400.0]))
    def jump(self, seconds: float) -> None:
        self.clock.jump(seconds)

    # -- the worker

    @rule(trouble=TROUBLES, death=DEATHS)
    def work(self, trouble: tuple[str, str], death: tuple[str, int]) -> None:
        """One process, with what goes wrong for it at the provider, to its end or to its death."""
        self._arm(*trouble)
        drill = _Drill(*death)
        crash.hook = drill
        try:
            with suppress(Died):
                self._work()
        finally:
            crash.hook = None
        self._reopen()

    @rule(shot=st.sampled_from(SHOTS), trouble=TROUBLES, death=DEATHS)
    def work_anew(self, shot: str, trouble: tuple[str, str], death: tuple[str, int]) -> None:
        """As `work`, with something to send for sure."""
        self.retake(shot)
        self.resume()
        self.work(trouble, death)

    def _arm(self, fault: str, end: str) -> None:
        provider = self.provider
        if fault == "lost":
            provider.lost_replies.add(len(provider.posts) + 1)
        elif fault == "unsent":
            provider.outcomes.append(UNCLEAR)
        elif fault == "throttled":
            provider.outcomes.append(refusal(ErrorClass.RATE_LIMITED, Sent.THROTTLED, 7.0))
        elif fault == "not-sent":
            provider.outcomes.append(refusal(ErrorClass.PROVIDER_FAULT, Sent.NOT_SENT))
        elif fault == "fetch":
            provider.fetch_faults.append(ProviderFault("the line broke"))
        elif fault:
            provider.outcomes.append(refusal(ErrorClass(fault)))
        provider.ends.append(end)

    @rule()
    def second_worker(self) -> None:
        lock = self.home / ".rushes" / "worker.lock"
        with hold(lock), pytest.raises(FilmHeld), hold(lock, patience_s=0.0):
            self._work()

    def _work(self) -> None:
        blocked = self.provider.limited and bool(purse.blocked(self.p, self.provider))
        posts = len(self.provider.posts)
        self.p.sweep_parts()
        reconcile.wake(self.p)
        if reconcile.settle_doubts(self.p) and reconcile.settling(self.p):
            self.clock.sleep(QUIET_S + 1)
            reconcile.settle_doubts(self.p)
        purse.sync(self.p)
        for chain in ("a", "b"):
            ChainRunner(self.p, chain, never).run()
        if blocked and len(self.provider.posts) != posts:
            self.provider.broken.append("I11: sent with a blocked key")

    # -- the person of the last resort

    def _resume(self) -> None:
        if not self.provider.limited and purse.blocked(self.p, self.provider):
            self.p.keys.of("house", "k1").unblock("Ada")
        for chain, (state, _, _) in self.p.reader.chains().items():
            if state == "paused":
                with self.p.ledger.write() as w:
                    takes.set_chain(w, chain, "active")

    def _settle(self) -> None:
        """By the page that lists jobs with their tags: moments mean nothing where clocks are set back."""
        for row in self.p.reader.unclear():
            take = self.p.take(row.subject_id)
            if take.state != "in_doubt":
                continue
            free = [
                job.id
                for job in self.provider.jobs.values()
                if job.seed == take.seed and self.p.reader.owner_of("house", job.id) is None
            ]
            with suppress(BadInput, ProviderFault):  # a provider that gives no answer now: she tries again
                if free:
                    reconcile.adopt(self.p, take, free[0], "Ada")
                else:
                    reconcile.declare_absent(self.p, take, "Ada")

    # -- what must hold

    @invariant()
    def nothing_is_lost_or_paid_twice(self) -> None:
        broken = self.eyes.at_any_time(self.provider.house(), self.bound)
        assert broken == []

    def teardown(self) -> None:
        try:
            self._to_rest()
        finally:
            crash.hook = None
            self.p.reader.close()
            self.p.ledger.close()
            shutil.rmtree(self.folder, ignore_errors=True)

    def _to_rest(self) -> None:
        """Faults off, the budget open, the key paid: it ends."""
        provider = self.provider
        provider.limited = False
        for script in (provider.outcomes, provider.ends, provider.fetch_faults):
            script.clear()
        provider.lost_replies.clear()
        provider.price = DOLLAR // 2
        self.limit = self.bound = ROOMY
        for _ in range(12):
            self._resume()
            self._work()
            self._settle()
            left = newest(self.p)
            for take in left:
                if TakeState(take.state) in LOST | {TakeState.CANCELLED, TakeState.REJECTED}:
                    with suppress(RushesError):
                        orders.place(self.p, Scope(shots=(take.shot,)))
            settled = all(take.state in ("review", "approved") for take in newest(self.p))
            # A take that Ada has just declared absent is still ordered, be it not its shot's newest.
            if settled and not self.p.reader.chains_with(LIVE):
                break
        self._reopen()
        before, posts = self.eyes.files(), len(provider.posts)
        self._work()
        broken = [*self.eyes.at_any_time(provider.house(), self.bound), *self.eyes.at_rest(provider.house())]
        assert broken == []
        assert len(provider.posts) == posts
        assert self.eyes.files() == before, "I15: a restart with nothing to do wrote something"
