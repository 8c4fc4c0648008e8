"""One film at work on fakes, for tests of the engine and of the desks above it.

with stages() as build:
    film = build({"a": shots("A", 5)})
    film.order()
    film.run()
    assert film.states("A001") == ["review"]
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from core.base.units import ZERO, Amount, Money
from core.desk import review
from core.desk.person import Person
from core.engine import orders, reconcile
from core.engine.chain import ChainRunner
from core.engine.orders import RunQuote, Scope
from core.engine.production import Production
from core.ledger import takes
from core.ledger.views import TakeRow
from core.providers.base import JobState, Status
from tests.support.fakes import FakeProvider, MovingClock
from tests.support.films import production, write_film

ADA = Person("Ada", "director")
MEMORY_DISK = Path("/dev/shm")
DOLLAR = 1_000_000


def never() -> bool:
    return False


def failed(cost: Amount | None = None) -> list[Status | Exception]:
    """A poll script: the job failed there."""
    return [Status(JobState.FAILED, cost=cost or Amount.exact(ZERO))]


def done(cost: Amount) -> list[Status | Exception]:
    return [Status(JobState.SUCCEEDED, 1.0, cost, ("fake://clip",))]


def usd(micro: int) -> Amount:
    return Amount.exact(Money(micro))


@dataclass
class Stage:
    """A production with the hands of a person and of a worker."""

    p: Production
    provider: FakeProvider
    clock: MovingClock
    opened: list[Production] = field(default_factory=list)

    @property
    def root(self) -> Path:
        return self.p.root

    def order(self, **scope: Any) -> RunQuote:
        return orders.place(self.p, Scope(**scope))

    def run(self, *chains: str, stop: Callable[[], bool] = never) -> None:
        """Each chain (default: all) once, one after the other."""
        for chain in chains or tuple(chain.id for chain in self.p.plan.chains):
            ChainRunner(self.p, chain, stop).run()

    def make(self, **scope: Any) -> None:
        self.order(**scope)
        self.run()

    def wake(self) -> list[TakeRow]:
        """What a worker does before it runs chains."""
        reconcile.wake(self.p)
        return reconcile.settle_doubts(self.p)

    def rewrite(self, chains: dict[str, list[dict[str, Any]]], **more: Any) -> None:
        """A person edits the film; the same ledger and the same provider go on."""
        write_film(self.root, chains, **more)
        self.reopen()

    def reopen(self) -> None:
        """A new process on the same ledger."""
        self.p = production(self.root, self.provider, clock=self.clock, clips=self.p.clips)
        self.opened.append(self.p)

    def take(self, shot: str, n: int | None = None) -> TakeRow:
        """A shot's take `n`, or its newest."""
        made = self.p.reader.takes_of(shot)
        return made[-1] if n is None else next(take for take in made if take.n == n)

    def states(self, shot: str) -> list[str]:
        """Of a shot's takes, oldest first."""
        return [take.state for take in self.p.reader.takes_of(shot)]

    def all_states(self) -> dict[str, str]:
        """Shot to its newest take's state."""
        return {take.shot: take.state for take in sorted(self.p.reader.all_takes(), key=lambda t: t.n)}

    def pause_of(self, chain: str = "a") -> str:
        """Why a chain is paused; empty while it is active."""
        return self.p.reader.chain(chain)[1]

    def pause(self, reason: str = "manual", chain: str = "a") -> None:
        with self.p.ledger.write() as w:
            takes.set_chain(w, chain, "paused", reason, "by Ada")

    def resume(self, chain: str = "a") -> None:
        with self.p.ledger.write() as w:
            takes.set_chain(w, chain, "active")

    def approve(self, shot: str, n: int | None = None) -> TakeRow:
        return review.approve(self.p, shot, n, "", ADA)

    def reject(self, shot: str, n: int | None = None, note: str = "") -> TakeRow:
        return review.reject(self.p, shot, n, note, ADA)

    def retake(self, shot: str) -> RunQuote:
        return review.retake(self.p, shot, "", ADA)

    def submission(self, shot: str, n: int | None = None) -> dict[str, Any]:
        """A take's newest submission as it lies in the ledger."""
        tail = "WHERE subject_id=? ORDER BY id DESC LIMIT 1"
        return self.p.reader.table("submission", tail, self.take(shot, n).id)[0]

    def money(self, shot: str, n: int | None = None) -> dict[str, tuple[int, str]]:
        return self.p.reader.money_of(self.take(shot, n).id)

    def film_sums(self) -> tuple[int, int, int]:
        """(reserved, committed, settled), micro-dollars."""
        sums = self.p.reader.sums()
        return sums.reserved, sums.committed, sums.settled

    def posted(self) -> list[tuple[str, int]]:
        """(shot, take) of every POST, in order."""
        return [(post.body["shot"], post.body["take"]) for post in self.provider.posts]

    def events(self) -> list[str]:
        """Kinds, oldest first."""
        return [event["kind"] for event in reversed(self.p.reader.events(limit=1_000_000))]


def add_board(root: Path, environment: str = "quay") -> str:
    """A board whose current version shows one environment; returns the picture's hash."""
    picture = b"a drawing of the quay"
    digest = sha256(picture).hexdigest()
    (root / "blocks/environments").mkdir(parents=True, exist_ok=True)
    (root / "board").mkdir(exist_ok=True)
    head = '+++\nname = "Quay"\nkind = "environment"\n+++\n\nA stone quay.\n'
    (root / f"blocks/environments/{environment}.md").write_text(head)
    (root / "board/quay.jpg").write_bytes(picture)
    (root / "board/board.toml").write_text(
        f'[[version]]\nid = "v1"\nstatus = "approved"\n[[version.image]]\nfile = "board/quay.jpg"\n'
        f'sha = "{digest}"\nrole = "environment"\nname = "{environment}"\n'
    )
    return digest


Build = Callable[..., Stage]


@contextmanager
def stages() -> Iterator[Build]:
    """Builds stages in a folder that is gone afterwards: on a memory disk where there is one."""
    base = MEMORY_DISK if MEMORY_DISK.is_dir() else None
    folder = Path(tempfile.mkdtemp(prefix="rushes-", dir=base))
    built: list[Stage] = []

    def build(
        chains: dict[str, list[dict[str, Any]]],
        *,
        provider: FakeProvider | None = None,
        board: str = "",
        **more: Any,
    ) -> Stage:
        root = folder / f"film{len(built)}"
        if board:
            add_board(root, board)
        clips, free = more.pop("clips", None), more.pop("free_bytes", None)
        write_film(root, chains, **more)
        clock, provider = MovingClock(), provider or FakeProvider()
        given = {"free_bytes": free} if free else {}
        p = production(root, provider, clock=clock, clips=clips, **given)
        built.append(Stage(p, provider, clock, [p]))
        return built[-1]

    try:
        yield build
    finally:
        for stage in built:
            for p in stage.opened:
                p.reader.close()
                p.ledger.close()
        shutil.rmtree(folder, ignore_errors=True)
