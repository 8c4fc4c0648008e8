"""One process of a night: a worker in its order, or a person at the keyboard. Always a fork."""

from __future__ import annotations

import os
import random
import resource
import signal
import sys
import threading
import traceback
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from core.base import crash
from core.base.errors import BadInput, DiskFull, LedgerFault, ProviderFault
from core.base.hold import hold
from core.base.paths import write_atomic
from core.base.units import Money
from core.engine import orders, purse, reconcile
from core.engine.chain import ChainRunner
from core.engine.clips import MediaClips
from core.engine.keys import KeyRing
from core.engine.orders import Scope
from core.engine.production import Production
from core.engine.states import LOST, TakeState
from core.film.plan import Plan
from core.film.profile import Budget
from core.ledger import takes
from core.ledger.db import integrity
from core.ledger.views import Reader, SubmissionRow, TakeRow
from core.providers.base import Reconcile
from tests.faults.adapter import QUIET_S, HouseAdapter
from tests.faults.common import LIMIT, ROOMY, Scene, Shared, SharedClock
from tests.faults.mutants import MUTANTS
from tests.faults.points import Drills, EdgedLedger, put_edges
from tests.support.fakes import StubClips
from tests.support.stage import never

LONGEST_S = 30
"""Real seconds after which a process counts as hung."""
QUIET, MORE, TROUBLE = 0, 7, 9
"""How a process ends: nothing left to do, something changed, an error nobody caught."""
ADA = "Ada"


class WholeClips(StubClips):
    """As the product's own: a frame is written whole and synced, or not at all."""

    def frame(self, clip: Path, first: Path, last: Path) -> None:
        write_atomic(first, b"first of " + clip.read_bytes())
        write_atomic(last, b"last of " + clip.read_bytes())


@dataclass
class Yard:
    """What every process of a night needs; inherited by fork."""

    shared: Shared
    clock: SharedClock
    root: Path
    plan: Plan
    base: str
    key: str

    def ledger(self, home: Path) -> Path:
        return home / ".rushes" / "ledger.db"

    def keys(self, home: Path) -> Path:
        return home / ".rushes" / "user"

    def adapter(self, scene: Scene) -> HouseAdapter:
        return HouseAdapter(self.base, self.key, scene.level, self.clock, scene.fault, scene.nth)

    def book(self, home: Path) -> Path:
        return self.keys(home) / "keys" / self.adapter(Scene()).key_id / "book.db"

    def now_plan(self) -> Plan:
        """With the budget of this moment: a person may raise it."""
        budget = Budget.model_validate({"film_usd": Money(self.shared[LIMIT] or ROOMY).usd()})
        return replace(self.plan, profile=self.plan.profile.model_copy(update={"budget": budget}))

    def open(self, home: Path, scene: Scene) -> Production:
        provider = self.adapter(scene)
        return Production(
            root=self.root,
            home=home,
            ledger=EdgedLedger(self.ledger(home), self.clock),
            reader=Reader(self.ledger(home)),
            clock=self.clock,
            providers={provider.name: provider},
            keys=KeyRing(self.keys(home), {}, self.clock),
            clips=MediaClips() if scene.real else WholeClips(),
            current_plan=self.now_plan,
        )


def work(p: Production, scene: Scene) -> None:
    """What a worker does, in its order."""
    with hold(p.home / ".rushes" / "worker.lock"):
        found = integrity(p.ledger.path)
        if found:
            raise LedgerFault(found[0])
        p.sweep_parts()
        reconcile.wake(p)
        if reconcile.settle_doubts(p) and reconcile.settling(p):
            p.clock.sleep(QUIET_S + 1)  # a worker that stays looks again
            reconcile.settle_doubts(p)
        purse.sync(p)
        runners = [ChainRunner(p, chain.id, never) for chain in p.plan.chains]
        if not scene.crowd:
            for runner in runners:
                runner.run()
            return
        threads = [threading.Thread(target=runner.run) for runner in runners]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()


class Ada:
    """A person who knows the ledger, what the dashboard shows, and the provider's billing page."""

    def __init__(self, p: Production, scene: Scene, shared: Shared) -> None:
        self.p = p
        self.scene = scene
        self.shared = shared
        self.provider = p.provider("house")
        self.questions = 0
        self.acted = False

    def act(self) -> None:
        assert isinstance(self.provider, HouseAdapter)
        if self.scene.level >= Reconcile.TAGGED_LIST and self.p.reader.unclear():
            self.p.clock.sleep(2 * QUIET_S)
            self.acted = True
        else:
            for row in self.p.reader.unclear():
                self._settle(row, self.provider.billing())
        if purse.blocked(self.p, self.provider):
            self.p.keys.of(self.provider.name, self.provider.key_id).unblock(ADA)
            self.acted = True
        for chain, (state, reason, _) in self.p.reader.chains().items():
            if state == "paused":
                if reason == "budget":
                    self.shared[LIMIT] = ROOMY
                with self.p.ledger.write() as w:
                    takes.set_chain(w, chain, "active")
                self.acted = True
        for take in newest(self.p):
            if TakeState(take.state) in LOST:
                orders.place(self.p, Scope(shots=(take.shot,)))
                self.acted = True

    def _settle(self, row: SubmissionRow, page: list[dict[str, float | str]]) -> None:
        """One request is on its way a key: a line of the page that lies between this request and the next
        one is this request's."""
        take = self.p.take(row.subject_id)
        if take.state != TakeState.IN_DOUBT:
            return
        self.questions += 1
        self.acted = True
        moments = sorted(
            found for one in self.p.reader.paid() if (found := _seconds(one.intent_at)) is not None
        )
        began = _seconds(row.intent_at)
        assert began is not None
        ended = next((moment for moment in moments if moment > began), float("inf"))
        lines = [str(line["job"]) for line in page if began <= float(line["at"]) < ended]
        free = [job for job in lines if self.p.reader.owner_of("house", job) is None]
        try:
            if free:
                reconcile.adopt(self.p, take, free[0], ADA)
            else:
                reconcile.declare_absent(self.p, take, ADA)
        except (BadInput, ProviderFault):
            self.acted = True  # a saved reply names it, or the house did not answer: another look, later


def _seconds(moment: str | None) -> float | None:
    return datetime.fromisoformat(moment).timestamp() if moment else None


def newest(p: Production) -> list[TakeRow]:
    """The newest take of every shot that was ordered."""
    shots = dict.fromkeys(take.shot for take in p.reader.all_takes())
    return [p.reader.takes_of(shot)[-1] for shot in shots]


def fork(yard: Yard, home: Path, scene: Scene, *, person: bool, cramped: bool = False) -> tuple[int, int]:
    """A process from here to its end. Returns its pid and where it tells.

    `cramped`: its files may not grow beyond the scene's room.
    """
    if threading.active_count() != 1:
        raise AssertionError(f"threads at a fork: {threading.enumerate()}")
    ours, theirs = os.pipe()
    pid = os.fork()
    if pid:
        os.close(theirs)
        return pid, ours
    os.close(ours)
    code = TROUBLE
    try:
        signal.alarm(LONGEST_S)
        if cramped and scene.room >= 0 and not scene.tiny:
            _cramp(yard.ledger(home).stat().st_size + scene.room)
        code = _live(yard, home, scene, theirs, person=person)
    except BaseException:  # noqa: BLE001 - a child ends here, whatever happened to it
        os.write(theirs, traceback.format_exc().encode()[-3000:])
    finally:
        sys.stdout.flush()
        os._exit(code)


def _cramp(most: int) -> None:
    """From here on every file that would grow beyond `most` bytes meets a full disk."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))


def _live(yard: Yard, home: Path, scene: Scene, tell: int, *, person: bool) -> int:
    random.seed(0)
    put_edges(yard.shared)
    if scene.mutant:
        MUTANTS[scene.mutant]()
    crash.hook = Drills(yard.shared, scene.deaths)
    p = yard.open(home, scene)
    try:
        if not person:
            with suppress(DiskFull):  # before a chain ran: the worker says so and ends
                work(p, scene)
            return QUIET
        ada = Ada(p, scene, yard.shared)
        ada.act()
        left = any(take.state != "review" for take in newest(p))
        os.write(tell, f"{ada.questions}".encode())
        return MORE if ada.acted or left else QUIET
    finally:
        p.reader.close()
        p.ledger.close()
