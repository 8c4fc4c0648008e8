"""Eight chains at once over three providers: one paid request at a time a key, and polls side by side."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

from core.base.settings import KeyLimits
from core.engine.chain import ChainRunner
from tests.fakes.loopback import Call, Delay
from tests.nights.brisk import ArkNight, Brisk, Meet, ReplicateNight, RouterNight
from tests.nights.conftest import Open
from tests.nights.room import ON_ARK, ON_REPLICATE, SEEDANCE, FastClock, Room, chained, write_night
from tests.support.stage import never

POLLS = {"openrouter": r"/videos/gen", "replicate": r"/predictions/", "ark": r"/tasks/cgt"}
PAID = {"openrouter": "/videos$", "replicate": "/predictions$", "ark": "/tasks$"}
KINDS = {"hero": SEEDANCE, "establisher": ON_REPLICATE, "action": ON_ARK}
CHAINS = {
    **dict.fromkeys(("a1", "a2", "a3"), "hero"),
    **dict.fromkeys(("b1", "b2", "b3"), "establisher"),
    **dict.fromkeys(("c1", "c2"), "action"),
}


def eight_chains(root: Path, lengths: list[int]) -> Path:
    chains = {
        name: [{**shot, "kind": kind} for shot in chained(name.upper(), lengths)]
        for name, kind in CHAINS.items()
    }
    return write_night(root, chains, defaults=KINDS, poll_seconds=5.0)


def run_at_once(room: Room) -> None:
    """A thread a chain, as the worker does."""
    threads = [
        threading.Thread(target=ChainRunner(room.p, chain.id, never).run) for chain in room.p.plan.chains
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive()


def assert_made(room: Room) -> None:
    pauses = {chain: room.pause(chain) for chain in CHAINS if room.pause(chain)[0]}
    assert set(room.states().values()) == {"review"}, (room.states(), pauses)


def test_no_paid_request_overlaps_another_on_its_key_and_polls_do(
    shelf: Path, router: RouterNight, replicate: ReplicateNight, ark: ArkNight, open_room: Open
) -> None:
    servers: dict[str, Brisk] = {"openrouter": router, "replicate": replicate, "ark": ark}
    room = open_room(eight_chains(shelf / "film", [4, 5, 4]), clock=FastClock())
    room.order()
    meetings: dict[str, Meet] = {}
    for name, server in servers.items():
        server.script("POST", PAID[name], Delay(0.05), times=99)
        # The first polls of two jobs wait for each other: they can only meet where both may run at once.
        meetings[name] = Meet()
        server.script("GET", POLLS[name], meetings[name], times=2)
    run_at_once(room)

    assert_made(room)
    for name, server in servers.items():
        assert len(server.sent) == 3 * sum(kind == _kind(name) for kind in CHAINS.values())
        for one, after in pairwise(sorted(server.sent, key=lambda sent: sent.began)):
            assert after.began >= one.ready, f"{name}: a request began before the last one was answered"
        assert meetings[name].met.is_set(), f"{name}: two polls were never on their way at once"
    everyone = sorted((sent.began, sent.ready) for server in servers.values() for sent in server.sent)
    assert any(after[0] < one[1] for one, after in pairwise(everyone)), "keys do not wait for each other"
    assert set(room.owned()) == {job for server in servers.values() for job in server.bill}
    assert room.sums()[:2] == (0, 0)
    for name, server in servers.items():
        assert room.key(name).sums().settled_all == sum(server.bill.values())
    assert room.sums()[2] == sum(sum(server.bill.values()) for server in servers.values())


class Turns:
    """Reads, while each paid request is on its way, the moment at which the key's book let it go."""

    def __init__(self, room: Room, name: str, server: Brisk) -> None:
        self.moments: list[str] = []
        folder = room.key(name).folder
        assert folder is not None
        book, handle = folder / "book.db", server.handle

        def looking(call: Call) -> Any:
            if call.method == "POST" and server.PAID.search(call.path):
                with closing(sqlite3.connect(f"{book.as_uri()}?mode=ro", uri=True, timeout=5)) as link:
                    self.moments.append(link.execute("SELECT at FROM post").fetchone()[0])
            return handle(call)

        server.handle = looking  # type: ignore[method-assign]


def test_requests_keep_the_pace_that_the_person_set_for_each_key(
    shelf: Path, router: RouterNight, replicate: ReplicateNight, ark: ArkNight, open_room: Open
) -> None:
    limits = {"openrouter": KeyLimits(per_minute=6), "ark": KeyLimits(per_minute=10)}
    room = open_room(eight_chains(shelf / "film", [4, 5]), clock=FastClock(), limits=limits)
    room.order()
    servers: dict[str, Brisk] = {"openrouter": router, "replicate": replicate, "ark": ark}
    turns = {name: Turns(room, name, server) for name, server in servers.items()}
    run_at_once(room)
    assert_made(room)
    for name, gap in (("openrouter", 10.0), ("ark", 6.0)):
        moments = [datetime.fromisoformat(moment) for moment in turns[name].moments]
        gaps = [(after - one).total_seconds() for one, after in pairwise(moments)]
        assert len(gaps) == len(servers[name].bill) - 1
        assert min(gaps) >= gap - 0.002, f"{name}: {gaps}"  # moments are written in milliseconds


def test_jobs_at_once_stay_within_what_the_person_set_and_chains_wait_for_their_turn(
    shelf: Path, router: RouterNight, replicate: ReplicateNight, ark: ArkNight, open_room: Open
) -> None:
    limits = {"replicate": KeyLimits(in_flight=2), "ark": KeyLimits(in_flight=1)}
    room = open_room(eight_chains(shelf / "film", [4, 5]), clock=FastClock(), limits=limits)
    room.order()
    run_at_once(room)
    assert max(sent.unfinished for sent in replicate.sent) <= 2
    assert max(sent.unfinished for sent in ark.sent) == 1
    assert_made(room)


def _kind(provider: str) -> str:
    return next(kind for kind, given in KINDS.items() if given["provider"] == provider)
