"""One worker's shift: heartbeat, orders from the ledger, a thread a chain.

Start-up order: lock (held by the caller), integrity, INTENT to IN_DOUBT, reconcile; only then are
chains run, and each harvests what is in flight before it sends anything new.
"""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

from core.base.errors import LedgerFault, RushesError
from core.base.hold import beat
from core.base.text import one_line
from core.engine import reconcile
from core.engine.chain import ChainRunner
from core.engine.states import IN_FLIGHT, LIVE, TakeState
from core.ledger.db import back_up, integrity
from core.studio import orders

if TYPE_CHECKING:
    from core.studio.assembly import Opened
    from core.studio.places import Places

log = logging.getLogger("rushes.worker")
TICK_S = 0.1
BEAT_S = 2.0
PLAN_LOOK_S = 1.0
BACKUP_S = 1800.0
RECONCILE_S = 30.0
DONE, WAITS = 0, 3


class Shift:
    """Runs until there is nothing to do, or it is told to stop."""

    def __init__(
        self, opened: Opened, places: Places, stop: threading.Event, *, linger: bool, chains: tuple[str, ...]
    ) -> None:
        self.p = opened.production
        self.plans = opened.plans
        self.places = places
        self.stop = stop
        self.linger = linger
        self.only = chains
        self._threads: dict[str, threading.Thread] = {}
        self._seen: dict[str, int] = {}
        """Chain to the ledger's version when its last thread was started."""
        self._due: dict[str, float] = {}

    def run(self) -> int:
        """The worker's exit code."""
        self._wake()
        while not self.stop.is_set():
            version = self.p.reader.data_version()
            self._housekeeping()
            self._obey()
            self._run_chains(version)
            if not self._busy() and self._seen_all(version) and self._may_end():
                code = self._end(version)
                if code is not None:
                    return code
            self.stop.wait(TICK_S)
        for thread in self._threads.values():
            thread.join()
        return self._end(None) or DONE

    def _may_end(self) -> bool:
        """A lingering worker stays while a verdict could give it work."""
        return not (self.linger and any(self.p.reader.first_in(chain, LIVE) for chain in self._chains()))

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
        doubts = reconcile.wake(self.p)
        left = reconcile.settle_doubts(self.p)
        orders.note_accounts(self.p)
        said = f", {doubts} requests without an answer, {len(left)} still in doubt" if doubts else ""
        self._event("worker.started", f"the worker started{said}")

    def _housekeeping(self) -> None:
        if self._every("beat", BEAT_S):
            beat(self.places.lock)
        if self._every("plan", PLAN_LOOK_S) and self.plans.refresh():
            faults = self.plans.faults
            said = str(faults.faults[0]) if faults else "the plan was read again"
            self._event("plan.fault" if faults else "plan.mended", one_line(said, 300))
        if self._every("backup", BACKUP_S, at_once=False):
            back_up(self.places.ledger, self.places.backups, self.p.clock.now())
        if self._every("reconcile", RECONCILE_S, at_once=False):
            reconcile.settle_doubts(self.p)

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
        """Command rows, in order."""
        for command in self.p.reader.queued_commands():
            try:
                answer, ok = self._do(command["kind"], command["args"]), True
            except RushesError as error:
                answer, ok = one_line(str(error), 300), False
            orders.answer(self.p, command["id"], answer, ok=ok)

    def _do(self, kind: str, args: dict[str, str]) -> str:
        if kind == "stop":
            self.stop.set()
            return "the worker stops; jobs under way are picked up by the next `rushes run`"
        return orders.carry_out(self.p, kind, args)

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
        named = tuple(chain.id for chain in self.p.plan.chains)
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
