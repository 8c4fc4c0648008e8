"""A film at work with the real adapters, wired as the studio wires them; only clips and time are light."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from core.base import settings
from core.base.clock import stamp
from core.base.hold import hold
from core.base.settings import KeyLimits
from core.engine.chain import ChainRunner
from core.engine.keys import Key, KeyRing
from core.engine.orders import RunQuote, Scope
from core.engine.production import Production
from core.film.load import load_plan
from core.ledger.append import Ledger
from core.ledger.views import Reader, TakeRow
from core.studio import acts, orders
from core.studio.assembly import open_film
from core.studio.connections import connect
from core.studio.places import Places
from core.worker.shift import Shift
from tests.fakes.clips import picture_bytes
from tests.fakes.openrouter import API
from tests.nights.brisk import ArkNight, ReplicateNight, RouterNight
from tests.support.fakes import MovingClock, StubClips
from tests.support.films import write_film
from tests.support.stage import never

ADA = "Ada"
SEEDS_FILM = [4, 15] + 31 * [11] + 29 * [10]
"""Seconds of 62 shots, 650 in all."""
SEEDANCE = {"provider": "openrouter", "model": "bytedance/seedance-2.0", "resolution": "720p"}
ON_REPLICATE = {"provider": "replicate", "model": "bytedance/seedance-2.0", "resolution": "720p"}
ON_ARK = {"provider": "ark", "model": "dreamina-seedance-2-0-260128", "resolution": "720p"}


class PaintedClips(StubClips):
    """Frames are real pictures, with the clip's own bytes behind their end: another clip, another hash."""

    def frame(self, clip: Path, first: Path, last: Path) -> None:
        tail = clip.read_bytes()[-64:]
        first.write_bytes(picture_bytes("PNG", 60, 640, 360) + tail)
        last.write_bytes(picture_bytes("PNG", 120, 640, 360) + tail)


class FastClock:
    """A hundred seconds a second, the same for every thread."""

    SPEED = 100.0

    def __init__(self) -> None:
        self._began = time.monotonic()

    def now(self) -> datetime:
        return datetime(2026, 11, 20, 9, 0, tzinfo=UTC) + timedelta(seconds=self.monotonic())

    def monotonic(self) -> float:
        return (time.monotonic() - self._began) * self.SPEED

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds / self.SPEED)


def of_today() -> MovingClock:
    clock = MovingClock()
    clock.moment = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
    return clock


def at(server: RouterNight | ReplicateNight | ArkNight) -> dict[str, str]:
    """The environment that leads to a fake, and its key."""
    if isinstance(server, RouterNight):
        return {"OPENROUTER_API_KEY": server.key, "OPENROUTER_BASE_URL": server.base + API}
    name = "REPLICATE_API_TOKEN" if isinstance(server, ReplicateNight) else "ARK_API_KEY"
    return {name: server.key, f"{name.partition('_')[0]}_BASE_URL": server.url}


def write_night(root: Path, chains: dict[str, list[dict[str, Any]]], **more: Any) -> Path:
    """A film of 1280x720 on Seedance over OpenRouter, unless `more` says otherwise."""
    given = {"defaults": {"establisher": SEEDANCE}, "width": 1280, "height": 720, **more}
    return write_film(root, chains, **given)


def chained(prefix: str, lengths: list[int], seam: str = "last") -> list[dict[str, Any]]:
    """Shots of these lengths, each but the first beginning with the last frame of the one before."""
    rows: list[dict[str, Any]] = [{"id": f"{prefix}{n:03d}", "seconds": s} for n, s in enumerate(lengths, 1)]
    return [rows[0], *({**row, "seam": seam} for row in rows[1:])]


def a_shift(root: Path) -> int:
    """One worker's shift in this very process, clips and clock the real ones; its exit code."""
    places = Places(root)
    with hold(places.lock) as held:
        opened = open_film(places)
        try:
            since = stamp(opened.production.clock.now())
            return Shift(opened, places, held, threading.Event(), linger=False, chains=(), since=since).run()
        finally:
            opened.close()


@dataclass
class Room:
    """One film of this user, and the hands of a worker and of a person."""

    root: Path
    clock: Any = field(default_factory=of_today)
    limits: dict[str, KeyLimits] = field(default_factory=dict)
    p: Production = field(init=False)

    def __post_init__(self) -> None:
        places, plan = Places(self.root), load_plan(self.root)
        self.p = Production(
            root=self.root,
            home=self.root,
            ledger=Ledger(places.ledger, self.clock),
            reader=Reader(places.ledger),
            clock=self.clock,
            providers=connect(places, lambda: plan, self.clock),
            keys=KeyRing(settings.state_dir(), self.limits, self.clock),
            clips=PaintedClips(),
            current_plan=lambda: plan,
        )

    def close(self) -> None:
        self.p.reader.close()
        self.p.ledger.close()

    def order(self) -> RunQuote:
        """As `rushes run --accept quote` does: preflight, quote, order."""
        return acts.order(self.p, Scope(), agreed=True)

    def run(self, *chains: str, stop: Callable[[], bool] = never) -> None:
        for chain in chains or tuple(chain.id for chain in self.p.plan.chains):
            ChainRunner(self.p, chain, stop).run()

    def resume(self) -> str:
        """Raises WaitsForPerson where the key may not go on."""
        return orders.resume(self.p, [chain.id for chain in self.p.plan.chains], ADA)

    def states(self) -> dict[str, str]:
        """Shot to its newest take's state."""
        return {take.shot: take.state for take in sorted(self.p.reader.all_takes(), key=lambda t: t.n)}

    def take(self, shot: str) -> TakeRow:
        return self.p.reader.takes_of(shot)[-1]

    def pause(self, chain: str) -> tuple[str, str]:
        """Reason and note; empty while it is active."""
        state, reason, note = self.p.reader.chain(chain)
        return (reason, note) if state == "paused" else ("", "")

    def sums(self) -> tuple[int, int, int]:
        """(reserved, committed, settled), micro-dollars."""
        sums = self.p.reader.sums()
        return sums.reserved, sums.committed, sums.settled

    def key(self, provider: str = "openrouter") -> Key:
        return self.p.keys.of(provider, self.p.providers[provider].key_id)

    def owned(self) -> dict[str, str]:
        """Job to the shot whose take owns it."""
        return {
            row.job_id: take.shot
            for take in self.p.reader.all_takes()
            for row in self.p.reader.submissions_of("take", take.id)
            if row.job_id
        }
