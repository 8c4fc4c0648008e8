"""One worker's shift: heartbeat, orders from the ledger, a thread a chain.

Start-up order: lock (held by the caller), integrity, INTENT to IN_DOUBT, reconcile; only then are
chains run, and each harvests what is in flight before it sends anything new.
"""

from __future__ import annotations

import logging
import os
import threading
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from core.base.errors import DiskFull, FilmHeld, LedgerFault, RushesError
from core.base.text import one_line
from core.desk import catalogue, suggestions
from core.engine import purse, reconcile
from core.engine.chain import ChainRunner
from core.engine.states import IN_FLIGHT, LIVE, TakeState
from core.ledger.db import back_up, integrity
from core.studio import accounts, orders, rates

if TYPE_CHECKING:
    from collections.abc import Callable

    from core.base.hold import Hold
    from core.studio.assembly import Opened
    from core.studio.places import Places

log = logging.getLogger("rushes.worker")
TICK_S = 0.1
BEAT_S = 2.0
PLAN_LOOK_S = 1.0
BACKUP_S = 1800.0
RECONCILE_S = 30.0
ACCOUNTS_S = 300.0
ACCOUNTS_PATIENCE_S = 10.0
"""How long the first takes wait for what the providers say of their keys."""
DONE, WAITS = 0, 3
_ENDS = ("chains", "end")
"""Chores that end a shift: what they cannot write there is no later to write it in."""
_T = TypeVar("_T")


class Shift:
    """Runs until there is nothing to do, or it is told to stop."""

    def __init__(
        self,
        opened: Opened,
        places: Places,
        held: Hold,
        stop: threading.Event,
        *,
        linger: bool,
        chains: tuple[str, ...],
        since: str,
    ) -> None:
        """`since`: the moment just before the film was held, as in the ledger's rows."""
        self.p = opened.production
        self.plans = opened.plans
        self.places = places
        self.held = held
        self.stop = stop
        self.linger = linger
        self.only = chains
        self._threads: dict[str, threading.Thread] = {}
        self._seen: dict[str, int] = {}
        """Chain to the ledger's version when its last thread was started."""
        self._due: dict[str, float] = {}
        self._faults: dict[str, str] = {}
        """Chore to its last fault: one that lasts is told once."""
        self._live: tuple[str, ...] = ()
        self._looked: int | None = None
        self._since = since
        self._asking: threading.Thread | None = None
        self._proposed_at: int | None = -1
        self._last_refusal = 0
        self._propose_failures = catalogue.Proposer(self.p)

    def run(self) -> int:
        """The worker's exit code. However it ends: no chain thread outlives it, for the film's lock
        falls next, and a thread that still sends would send beside another worker.

        Raises LedgerFault for a damaged ledger, FilmHeld where the lock is lost, DiskFull at the end.
        """
        try:
            self._wake()
            code = self._watch()
        finally:
            self.stop.set()
            for thread in self._threads.values():
                thread.join()
            if self._asking:
                self._asking.join(ACCOUNTS_PATIENCE_S)
        if code is not None:
            return code
        ended = self._chore("end", lambda: self._end(None))
        return WAITS if ended is None else ended

    def _watch(self) -> int | None:
        """Until there is nothing to do: the exit code; None where it was told to stop."""
        while not self.stop.is_set():
            if not self.held.still_ours():
                raise FilmHeld(
                    "the film's lock was replaced, so this worker stopped sending",
                    where=str(self.places.lock),
                    todo="leave .rushes/ alone while a worker runs; `rushes run` goes on",
                )
            version = self._chore("look", self.p.reader.data_version)
            self._housekeeping()
            self._chore("commands", self._obey)
            self._chore("proposals", self._propose)
            if version is not None:
                code = self._chore("chains", partial(self._advance, version))
                if code is not None:
                    return code
            self.stop.wait(TICK_S)
        return None

    def _advance(self, version: int) -> int | None:
        """Starts what has work; the exit code where nothing is left to do."""
        self._look(version)
        self._run_chains(version)
        if self._busy() or not self._seen_all(version) or not self._may_end():
            return None
        self._chore("proposals", self._propose)  # what was refused in this very round
        return self._end(version)

    def _chore(self, name: str, act: Callable[[], _T]) -> _T | None:
        """What `act` returns, or None after a fault: told once, and the shift goes on.

        Only a damaged ledger ends a shift, and a full disk once nothing is left to do.
        """
        try:
            done = act()
        except Exception as error:
            if _is_damage(error) or (isinstance(error, DiskFull) and not self._busy() and name in _ENDS):
                raise
            self._tell(name, error)
            return None
        self._faults.pop(name, None)
        return done

    def _tell(self, name: str, error: Exception) -> None:
        said = one_line(str(error) or type(error).__name__, 300)
        if self._faults.get(name) == said:
            return
        self._faults[name] = said
        log.exception("%s", name)
        try:
            self._event("worker.fault", f"{name}: {said}")
        except RushesError:  # the ledger may be what is at fault; the log has it
            log.warning("the fault could not be told in the ledger")

    def _may_end(self) -> bool:
        """A lingering worker stays while a verdict could give it work; any, while a doubt is being settled
        by listings, which take their time."""
        return not reconcile.settling(self.p) and not (
            self.linger and any(self.p.reader.first_in(chain, LIVE) for chain in self._chains())
        )

    def _end(self, version: int | None) -> int | None:
        """Says that it ends, unless somebody ordered something since `version`.

        Checked inside a write transaction: nobody else can commit then, so an order is either seen
        here, or its writer sees `worker.ended` and starts another worker.
        """
        with self.p.ledger.write() as w:
            if version is not None and self.p.reader.data_version() != version:
                return None
            code = WAITS if self._left() else DONE
            said = ", something waits for a person" if code else ""
            w.event("worker.ended", f"the worker ended{said}")
        return code

    def _wake(self) -> None:
        found = integrity(self.places.ledger)
        if found:
            raise LedgerFault(
                f"the ledger is damaged: {found[0]}",
                where=str(self.places.ledger),
                todo="run `rushes audit --repair`",
            )
        back_up(self.places.ledger, self.places.backups, self.p.clock.now())
        self.p.sweep_parts()
        doubts = reconcile.wake(self.p)
        left = self._chore("reconcile", lambda: reconcile.settle_doubts(self.p)) or []
        self._chore("purse", lambda: purse.sync(self.p))
        self._ask_accounts(patience_s=ACCOUNTS_PATIENCE_S)
        said = f", {doubts} requests without an answer, {len(left)} still in doubt" if doubts else ""
        self._event("worker.started", f"the worker started{said}")

    def _housekeeping(self) -> None:
        if self._every("beat", BEAT_S):
            self._chore("beat", self.held.beat)
        if self._every("plan", PLAN_LOOK_S):
            self._chore("plan", self._look_at_plan)
        if self._every("backup", BACKUP_S, at_once=False):
            self._chore("backup", self._back_up)
        if self._every("reconcile", RECONCILE_S, at_once=False):
            self._chore("reconcile", lambda: reconcile.settle_doubts(self.p))
            self._chore("purse", lambda: purse.sync(self.p))
        if self._every("accounts", ACCOUNTS_S, at_once=False):
            self._ask_accounts()

    def _ask_accounts(self, patience_s: float = 0.0) -> None:
        """In a thread of its own: a provider that does not answer holds up nobody for long."""
        if self._asking and self._asking.is_alive():
            return
        named = accounts.used(self.p)

        def ask() -> None:
            self._chore("accounts", lambda: accounts.note_accounts(self.p, named, self.stop.is_set))
            if patience_s:  # at the start: models and prices as the providers list them today
                self._chore("models", lambda: accounts.discover(named, self.stop.is_set))

        self._asking = threading.Thread(target=ask, name="accounts", daemon=True)
        self._asking.start()
        self._asking.join(patience_s)

    def _propose(self) -> None:
        """What may help after a refusal, kept as suggestions: once each, whoever is asked again."""
        if self._proposed_at == self._looked:
            return
        self._proposed_at = self._looked
        kinds = ("take.refused",)
        for event in reversed(self.p.reader.events(after=self._last_refusal, limit=200, kinds=kinds)):
            self._last_refusal = event["id"]  # first: one that cannot be helped must not keep the others
            suggestions.propose(self.p, self.p.take(event["take_id"]), rates.priced_models())

    def _look_at_plan(self) -> None:
        if self.plans.refresh():
            faults = self.plans.faults
            said = str(faults.faults[0]) if faults else "the plan was read again"
            self._event("plan.fault" if faults else "plan.mended", one_line(said, 300))

    def _back_up(self) -> None:
        back_up(self.places.ledger, self.places.backups, self.p.clock.now())

    def _every(self, what: str, seconds: float, *, at_once: bool = True) -> bool:
        now = self.p.clock.monotonic()
        if what not in self._due:
            self._due[what] = now + seconds
            return at_once
        if now < self._due[what]:
            return False
        self._due[what] = now + seconds
        return True

    def _obey(self) -> None:
        """Command rows, in order. One that was meant for a worker before this one is only answered."""
        for command in self.p.reader.queued_commands():
            try:
                if orders.is_stale(command, pid=os.getpid(), since=self._since):
                    answer, ok = "that worker has ended", False
                else:
                    answer, ok = self._do(command["kind"], command["args"]), True
            except RushesError as error:
                answer, ok = one_line(str(error), 300), False
            orders.answer(self.p, command["id"], answer, ok=ok)

    def _do(self, kind: str, args: dict[str, str]) -> str:
        if kind == "stop":
            self.stop.set()
            return "the worker stops; jobs under way are picked up by the next `rushes run`"
        return orders.carry_out(self.p, kind, args)

    def _look(self, version: int) -> None:
        """Which chains the ledger knows live takes of, asked anew once it changed."""
        if self._looked != version:
            self._live = self.p.reader.chains_with(LIVE)
            self._looked = version
            self._chore("failures", self._propose_failures)

    def _run_chains(self, version: int) -> None:
        for chain in self._chains():
            thread = self._threads.get(chain)
            if thread and thread.is_alive():
                continue
            if self._seen.get(chain) == version or not self._has_work(chain):
                continue
            self._seen[chain] = version
            runner = ChainRunner(self.p, chain, self.stop.is_set)
            self._threads[chain] = threading.Thread(target=runner.run, name=f"chain-{chain}", daemon=True)
            self._threads[chain].start()

    def _chains(self) -> tuple[str, ...]:
        """The plan's, and those that left the plan while takes of theirs were under way: a job that
        was paid for is fetched, whatever became of its file."""
        planned = tuple(chain.id for chain in self.p.plan.chains)
        named = planned + tuple(chain for chain in self._live if chain not in planned)
        return tuple(chain for chain in named if chain in self.only) if self.only else named

    def _has_work(self, chain: str) -> bool:
        """Something to send, and the chain is not paused; or something in flight, paused or not."""
        live = self.p.reader.first_in(chain, LIVE - {TakeState.IN_DOUBT})
        if live is None:
            return False
        paused = self.p.reader.chain(chain)[0] == "paused"
        return not paused or self.p.reader.first_in(chain, IN_FLIGHT) is not None

    def _busy(self) -> bool:
        return any(thread.is_alive() for thread in self._threads.values())

    def _seen_all(self, version: int) -> bool:
        """Every chain with something to do has been looked at since the ledger last changed."""
        return self.p.reader.data_version() == version and all(
            self._seen.get(chain) == version or not self._has_work(chain) for chain in self._chains()
        )

    def _left(self) -> bool:
        """Something of this shift's chains waits for a person."""
        return any(
            self.p.reader.chain(chain)[0] == "paused" or self.p.reader.first_in(chain, LIVE) is not None
            for chain in self._chains()
        )

    def _event(self, kind: str, text: str) -> None:
        with self.p.ledger.write() as w:
            w.event(kind, text)


def _is_damage(error: Exception) -> bool:
    """A ledger that cannot be used, not one that another process keeps for the moment."""
    cause = error.__cause__
    said = str(getattr(cause, "orig", None) or cause)
    return isinstance(error, LedgerFault) and "locked" not in said
