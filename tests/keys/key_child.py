"""A process beside the tests of keys: reads one order a line, answers one line, all JSON.

hold     books a hold at the appointed moment: path, key, film, upper, limit, at
stage    opens a film and drafts one shot's request: root, shot, price, and a key: state, limit
reserve  reserves it, and is at the named place at the appointed moment: place, at
keep     takes a key's turn and keeps it until the next line: folder
posts    many turns from many threads, each looking whether it is alone: folder, threads, times
paced    takes turns under a pace and tells what the book noted: folder, times, per_minute
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from core.base import crash
from core.base.clock import SystemClock
from core.base.units import Money
from core.engine.keys import Key, KeyRing
from core.ledger.keybook import KeyBook, KeyLimits

staged: list[Callable[[], str]] = []


def say(word: object) -> None:
    print(json.dumps(word), flush=True)


def wait_for(moment: float) -> None:
    """The monotonic clock is one for all processes of a machine: they start within microseconds."""
    while time.monotonic() < moment:
        pass


def key_at(folder: str, per_minute: int | None = None) -> Key:
    home, clock = Path(folder), SystemClock()
    return Key(home, KeyBook(home / "book.db", clock), KeyLimits(per_minute=per_minute), clock)


def hold(o: dict[str, Any]) -> None:
    book = KeyBook(Path(o["path"]), SystemClock())
    limits = KeyLimits(limit=Money(o["limit"]))
    wait_for(o["at"])
    say(book.hold(o["key"], o["film"], o["upper"], limits))


def stage(o: dict[str, Any]) -> None:
    from core.engine.requests import NOTHING, draft
    from core.engine.reserve import reserve
    from tests.support.fakes import FakeProvider
    from tests.support.films import production

    provider = FakeProvider(price=o["price"])
    provider.key_id = o.get("key_id", "")
    limits = {provider.name: KeyLimits(limit=Money(o.get("limit", 0)))}
    ring = KeyRing(Path(o.get("state", "/nowhere")), limits, SystemClock())
    p = production(Path(o["root"]), provider, keys=ring)
    take = p.reader.takes_of(o["shot"])[0]
    request = draft(p, p.plan.shot(take.shot), take.n, take.seed, NOTHING)

    def act() -> str:
        try:
            return str(getattr(reserve(p, take, request, NOTHING, "plan"), "note", "held"))
        finally:
            p.reader.close()
            p.ledger.close()

    staged[:] = [act]
    say("ready")


def reserve_staged(o: dict[str, Any]) -> None:
    crash.hook = lambda point: wait_for(o["at"]) if point == o["place"] else None
    crash.reach("asked")
    say(staged[0]())


def keep(o: dict[str, Any]) -> None:
    with key_at(o["folder"]).post(lambda: False) as held:
        say(held)
        sys.stdin.readline()
    say("let go")


def posts(o: dict[str, Any]) -> None:
    key, inside, crowds = key_at(o["folder"]), Path(o["folder"]).with_name("inside"), []

    def turns() -> None:
        for _ in range(o["times"]):
            with key.post(lambda: False):
                try:
                    os.close(os.open(inside, os.O_CREAT | os.O_EXCL))
                except FileExistsError:
                    crowds.append(1)
                    continue
                time.sleep(0.001)
                inside.unlink()

    threads = [threading.Thread(target=turns) for _ in range(o["threads"])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    say(len(crowds))


def paced(o: dict[str, Any]) -> None:
    key, moments = key_at(o["folder"], o["per_minute"]), []
    for _ in range(o["times"]):
        with key.post(lambda: False):
            assert key.book
            sent = key.book.last_post()
            assert sent
            moments.append(sent.timestamp())
    say(moments)


DO = {"hold": hold, "stage": stage, "reserve": reserve_staged, "keep": keep, "posts": posts, "paced": paced}

if __name__ == "__main__":
    say("here")
    for line in iter(sys.stdin.readline, ""):
        order = json.loads(line)
        DO[order["do"]](order)
