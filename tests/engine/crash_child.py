"""A worker in a process of its own, for a real kill: RUSHES_CRASH_AT says where it dies.

The provider's memory is a folder, so that it outlives the process as a provider does.
"""

from __future__ import annotations

import json
import sys
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path

from core.providers.base import Payload, Reconcile
from tests.engine.sweep import Night, Stock, Watched
from tests.support.fakes import Job, MovingClock
from tests.support.stage import DOLLAR, done, usd


@dataclass
class Lasting(Watched):
    """Keeps its jobs and its POSTs as files."""

    memory: Path = field(default_factory=Path)

    def recall(self) -> None:
        for path in sorted(self.memory.glob("*.json")):
            kept = json.loads(path.read_text())
            payload = Payload("/fake", kept["body"], kept["key"])
            self.posts.append(payload)
            script = deque(done(usd(self.price)))
            self.jobs[path.stem] = Job(
                path.stem, payload.key, payload.body["seed"], script, dict(payload.body)
            )

    def accept(self, job: str, payload: Payload) -> None:
        super().accept(job, payload)
        (self.memory / f"{job}.json").write_text(json.dumps({"key": payload.key, "body": dict(payload.body)}))


def lasting(memory: Path) -> Lasting:
    memory.mkdir(exist_ok=True)
    found = Lasting(price=DOLLAR, level=Reconcile.NOTHING, memory=memory)
    found.recall()
    return found


if __name__ == "__main__":
    film, home, memory = (Path(word) for word in sys.argv[1:])
    stock = Stock.at(film)
    Night.work(stock.open(home, lasting(memory), MovingClock()))
