"""Crash drills: a short chain is killed at a named point, started again until quiet, and looked over.

Death is an exception that nothing in the product catches: the production is thrown away, the ledger's
file and the provider's memory stay. What waits for a person is settled by one who knows everything.
The invariants are those of a worker that may die anywhere and must not pay twice:

    I1  at most one job a take            I7  each take began from the frame of the one before
    I2  every job is owned or in doubt    I8  every clip the ledger names lies there with its hash
    I3  the ledger never holds less than  I9  it ends, within a few restarts
        the bill, and exactly it at rest  I10 nothing that was accepted is sent or made again
    I5  no POST before its intent         I14 the ledger is sound, no part file is left
    I6  no POST while the chain is paused I15 a restart with nothing to do writes nothing
"""

from __future__ import annotations

import hashlib
import shutil
from collections import Counter, deque
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from core.base import crash
from core.engine import orders, reconcile
from core.engine.chain import ChainRunner
from core.engine.keys import KeyRing
from core.engine.orders import Scope
from core.engine.production import Production
from core.film.load import load_plan
from core.film.plan import Plan
from core.ledger import takes
from core.ledger.append import Ledger
from core.ledger.db import integrity
from core.ledger.views import Reader
from core.providers.base import JobState, Payload, Reconcile, Status, SubmitOutcome
from tests.support.fakes import QUIET_S, UNCLEAR, FakeProvider, MovingClock, StubClips
from tests.support.films import shots, write_film
from tests.support.stage import DOLLAR, done, never, usd

FAULTS = ("none", "unclear-but-accepted", "unclear-not-accepted")
LEVELS = (Reconcile.NOTHING, Reconcile.TAGGED_LIST, Reconcile.IDEMPOTENT)
SHOTS = 3
RESTARTS = 12


class Died(BaseException):
    """The worker is dead at a named point."""


@dataclass
class Drill:
    """Kills at the `visit`-th time the point is reached, once."""

    point: str
    visit: int
    fired: bool = False

    def __call__(self, reached: str) -> None:
        if reached == self.point and not self.fired:
            self.visit -= 1
            if self.visit <= 0:
                self.fired = True
                raise Died


@dataclass
class Watched(FakeProvider):
    """Looks into the ledger from outside whenever it is sent something."""

    outside: Reader | None = None
    broken: list[str] = field(default_factory=list)

    def submit(self, payload: Payload) -> SubmitOutcome:
        self._look(payload)
        return super().submit(payload)

    def _look(self, payload: Payload) -> None:
        if self.outside is None:
            return
        tail = "WHERE key=? OR key GLOB ? ORDER BY id DESC LIMIT 1"
        found = self.outside.table("submission", tail, payload.key, f"{payload.key}~*")
        if [row["state"] for row in found] != ["intent"]:
            self.broken.append("I5: sent without an intent")
        twice = any(post.key == payload.key for post in self.posts)
        if twice and self.level is not Reconcile.IDEMPOTENT:
            self.broken.append("I5: one submission was sent twice")
        if self.outside.chain("a")[0] == "paused":
            self.broken.append("I6: sent while paused")

    def accept(self, job: str, payload: Payload) -> None:
        self.statuses.append([Status(JobState.RUNNING, 0.5), *done(usd(self.price))])
        super().accept(job, payload)

    @property
    def bill(self) -> int:
        return len(self.jobs) * self.price


@dataclass(frozen=True)
class Stock:
    """A film with its order placed, copied for every drill."""

    root: Path
    plan: Plan
    ledger: Path

    @classmethod
    def make(cls, folder: Path) -> Stock:
        root = write_film(folder / "film", {"a": shots("A", SHOTS)})
        stock = cls.at(root)
        p = stock.open(root, FakeProvider(price=DOLLAR), MovingClock())
        orders.place(p, Scope())
        shut(p)
        return stock

    @classmethod
    def at(cls, root: Path) -> Stock:
        return cls(root, load_plan(root), root / ".rushes" / "ledger.db")

    def open(self, home: Path, provider: FakeProvider, clock: MovingClock) -> Production:
        path = home / ".rushes" / "ledger.db"
        return Production(
            root=self.root,
            home=home,
            ledger=Ledger(path, clock),
            reader=Reader(path),
            clock=clock,
            providers={provider.name: provider},
            keys=KeyRing(home / ".rushes" / "user", {}, clock),
            clips=StubClips(),
            current_plan=lambda: self.plan,
        )

    def copy(self, home: Path) -> Path:
        (home / ".rushes").mkdir(parents=True)
        shutil.copy(self.ledger, home / ".rushes" / "ledger.db")
        return home


def shut(p: Production) -> None:
    p.reader.close()
    p.ledger.close()


def provider_with(fault: str, level: Reconcile, nth: int) -> Watched:
    """The `nth` POST meets the fault."""
    provider = Watched(price=DOLLAR, level=level)
    if fault == "unclear-but-accepted":
        provider.lost_replies.add(nth)
    elif fault == "unclear-not-accepted":
        provider.outcomes = deque([*[None] * (nth - 1), UNCLEAR])  # type: ignore[list-item]
    return provider


@dataclass
class Night:
    """One chain through all its deaths, until it is quiet."""

    stock: Stock
    home: Path
    provider: Watched
    drills: Sequence[Drill] = ()
    clock: MovingClock = field(default_factory=MovingClock)
    shas: dict[int, str] = field(default_factory=dict)
    """Clips that were whole on disk at some moment."""

    @property
    def path(self) -> Path:
        return self.home / ".rushes" / "ledger.db"

    def run(self) -> list[str]:
        """What was broken; empty where nothing was."""
        self.provider.outside = Reader(self.path)
        try:
            return self._run()
        finally:
            crash.hook = None
            self.provider.outside.close()

    def _run(self) -> list[str]:
        for _ in range(RESTARTS):
            p = self.stock.open(self.home, self.provider, self.clock)
            crash.hook = next((drill for drill in self.drills if not drill.fired), None)
            with suppress(Died):
                self.work(p)
            crash.hook = None
            found = [*self.provider.broken, *self.at_any_time(p)]
            quiet = not found and not self.person(p)
            shut(p)
            if found:
                return found
            if quiet:
                return self.at_rest()
        return ["I9: it does not end"]

    @staticmethod
    def work(p: Production) -> None:
        """What a worker does, in its order."""
        reconcile.wake(p)
        if reconcile.settle_doubts(p):
            p.clock.sleep(2 * QUIET_S)  # a worker that stays looks again
            reconcile.settle_doubts(p)
        ChainRunner(p, "a", never).run()

    def person(self, p: Production) -> bool:
        """Someone who knows what the provider knows. True where there is something to go on with."""
        level = self.provider.level
        if level >= Reconcile.TAGGED_LIST:
            self.clock.sleep(2 * QUIET_S)
        else:
            for submission in p.reader.unclear():
                take = p.take(submission.subject_id)
                if take.state != "in_doubt":
                    continue
                job = next((job.id for job in self.provider.jobs.values() if job.key == submission.key), "")
                if job:
                    reconcile.adopt(p, take, job, "Ada")
                else:
                    reconcile.declare_absent(p, take, "Ada")
        if p.reader.chain("a")[0] == "paused":
            with p.ledger.write() as w:
                takes.set_chain(w, "a", "active")
        return any(take.state != "review" for take in p.reader.all_takes())

    def at_any_time(self, p: Production) -> list[str]:
        """What must hold whenever the worker may be dead."""
        found = [f"I14: {fault}" for fault in integrity(self.path)]
        made = Counter((job.body["shot"], job.body["take"]) for job in self.provider.jobs.values())
        found += [f"I1: {shot} take {n} has {count} jobs" for (shot, n), count in made.items() if count > 1]
        # The newest row under a key: a proven absence hands its key on.
        rows = {row["key"].partition("~")[0]: row for row in p.reader.table("submission", "ORDER BY id")}
        for job in self.provider.jobs.values():
            row = rows.get(job.key)
            owned = row is not None and (row["job_id"] == job.id or row["state"] in ("intent", "in_doubt"))
            if not owned:
                found.append(f"I2: nobody owns {job.id}")
        sums = p.reader.sums()
        if sums.reserved + sums.committed + sums.settled < self.provider.bill:
            found.append(f"I3: {sums} is less than the bill {self.provider.bill}")
        for take in p.reader.all_takes():
            clip = p.files(take.shot, take.n).clip
            if take.sha and hashlib.sha256(clip.read_bytes()).hexdigest() != take.sha:
                found.append(f"I8: the clip of {take.shot} is not the one the ledger names")
            if take.sha and self.shas.setdefault(take.id, take.sha) != take.sha:
                found.append(f"I10: {take.shot} was made again")
        return found

    def at_rest(self) -> list[str]:
        """What must hold once nothing is left to do."""
        before = self.path.read_bytes()
        posts = len(self.provider.posts)
        p = self.stock.open(self.home, self.provider, self.clock)
        self.work(p)
        found = self.at_any_time(p)
        made = p.reader.all_takes()
        if [take.state for take in made] != ["review"] * SHOTS:
            found.append(f"I9: {[take.state for take in made]}")
        if len(self.provider.jobs) != SHOTS:
            found.append(f"I10: {len(self.provider.jobs)} jobs for {SHOTS} takes")
        sums = p.reader.sums()
        if (sums.reserved, sums.committed, sums.settled) != (0, 0, self.provider.bill):
            found.append(f"I3: {sums} at rest, billed {self.provider.bill}")
        for one, after in pairwise(made):
            if (after.source_take, after.in_sha) != (one.id, one.last_sha):
                found.append(f"I7: {after.shot} did not begin from {one.shot}")
        found += [f"I14: {part.name} is left" for part in self.home.rglob("*.part*")]
        shut(p)
        if self.path.read_bytes() != before or len(self.provider.posts) != posts:
            found.append("I15: a restart with nothing to do wrote something")
        return found


@dataclass(frozen=True)
class Case:
    """One death: where, at which visit; under which fault of which POST; at which level of proof."""

    point: str
    visit: int
    fault: str
    nth: int
    level: Reconcile

    def __str__(self) -> str:
        return f"{self.point}:{self.visit}, {self.fault} at POST {self.nth}, level {int(self.level)}"


def case(number: int, point: str, fault: str, level: Reconcile) -> Case:
    """Spreads visits and POSTs over the points."""
    return Case(point, number % visits(point) + 1, fault, number // SHOTS % SHOTS + 1, level)


def visits(point: str) -> int:
    """How often a night passes a point at least: doubt comes once, a lost reply is never written down."""
    return 1 if "in_doubt" in point else SHOTS - 1 if point == "outcome.written" else SHOTS


def sweep(stock: Stock, folder: Path, cases: Iterable[Case]) -> tuple[list[str], set[str]]:
    """A night a case. Returns what was broken, with where, and the points that were reached."""
    broken, fired = [], set()
    for number, one in enumerate(cases):
        drill = Drill(one.point, one.visit)
        home = stock.copy(folder / f"night{number}")
        provider = provider_with(one.fault, one.level, one.nth)
        broken += [f"{one}: {what}" for what in Night(stock, home, provider, [drill]).run()]
        if drill.fired:
            fired.add(one.point)
        shutil.rmtree(home)
    return broken, fired
