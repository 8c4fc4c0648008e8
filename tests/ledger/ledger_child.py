"""A process beside the tests of the ledger: `ledger_child.py MODE LEDGER [ARGUMENT]`.

write    plans takes, a transaction each; ARGUMENT is a letter for their shot and a count: a150
halves   the same, but the take and its event in two transactions: a mutant that readers must catch
hold     keeps the ledger locked for ARGUMENT seconds, then commits an event
spill    dirties the ledger's file inside a transaction, says so, and waits to be killed
squeeze  writes under a file size limit that grows byte by byte (ARGUMENT: the step), tells what it kept
stumble  writes ARGUMENT transactions whatever fails, tells what it kept
copy     backs up into the folder ARGUMENT with room for half a ledger
intent   commits an intent, then sends one byte through a socket; ARGUMENT `off` forgets to sync
read     reads as a person without rights, says what it was told
cache    the same for a plan snapshot: reads, writes, reads
"""

from __future__ import annotations

import json
import os
import resource
import signal
import socket
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.base.clock import SystemClock
from core.base.errors import DiskFull, RushesError
from core.ledger import plan_cache
from core.ledger.db import back_up, connect, integrity
from core.ledger.views import Reader

if TYPE_CHECKING:
    from core.ledger.append import Ledger, Writer

NOBODY = 65534


def say(word: object) -> None:
    print(json.dumps(word), flush=True)


def opened(path: Path) -> Ledger:
    from core.ledger.append import Ledger  # only to write: half a second of imports

    return Ledger(path, SystemClock())


def plan(w: Writer, shot: str, n: int, **more: Any) -> int:
    from core.ledger import takes
    from tests.ledger.rows import take

    return takes.plan(w, take(shot, n, **more))


def write(path: Path, argument: str) -> None:
    ledger = opened(path)
    say("ready")
    input()
    for n in range(1, int(argument[1:]) + 1):
        with ledger.write() as w:
            plan(w, f"S{argument[0]}", n, prompt="x" * 500)
        time.sleep(0.002)  # as a film does: readers get their turn
    ledger.close()


def halves(path: Path, argument: str) -> None:
    from tests.ledger.rows import take

    ledger = opened(path)
    say("ready")
    input()
    for n in range(1, int(argument[1:]) + 1):
        with ledger.write() as w:
            w.add(take(f"S{argument[0]}", n))
        time.sleep(0.01)
        with ledger.write() as w:
            w.event("take.planned")
    ledger.close()


def hold(path: Path, argument: str) -> None:
    with closing(connect(path)) as link:
        link.execute("BEGIN EXCLUSIVE")
        say("held")
        time.sleep(float(argument))
        link.execute("INSERT INTO event (at, kind) VALUES ('', 'held')")
        link.execute("COMMIT")


def spill(path: Path, _argument: str) -> None:
    link = connect(path)
    link.execute("PRAGMA cache_size=2")
    link.execute("BEGIN IMMEDIATE")
    link.execute("UPDATE take SET state='spoiled', prompt=replace(hex(zeroblob(1500)), '0', 'z')")
    for _ in range(200):
        link.execute("INSERT INTO event (at, kind, text) VALUES ('', 'spoiled', ?)", ("z" * 900,))
    say("dirty")
    signal.pause()


def attempt(ledger: Ledger, n: int, kept: list[int], failed: list[str]) -> None:
    """One transaction of several pages; what it was told is remembered."""
    try:
        with ledger.write() as w:
            # Of a length that varies, so that the same fault meets another write each time.
            plan(w, "S101", n, prompt="x" * (1300 * (n % 11)))
            w.event("kept", str(n))
    except RushesError as error:
        failed.append(type(error).__name__)
        if not isinstance(error, DiskFull):
            failed.append(str(error))
    else:
        kept.append(n)


def squeeze(path: Path, argument: str) -> None:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    ledger, reader = opened(path), Reader(path)
    kept: list[int] = []
    failed: list[str] = []
    wrong: list[object] = []
    _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    for n, limit in enumerate(range(0, path.stat().st_size + 40_960, int(argument)), 1):
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, most))
        attempt(ledger, n, kept, failed)
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
        there = [row.n for row in reader.takes_of("S101")]
        if there != kept or integrity(path):
            wrong.append([limit, there, kept, integrity(path)])
    reader.close()
    ledger.close()
    say({"kept": kept, "failed": failed, "wrong": wrong})


def stumble(path: Path, argument: str) -> None:
    ledger = opened(path)
    kept: list[int] = []
    failed: list[str] = []
    for n in range(1, int(argument) + 1):
        attempt(ledger, n, kept, failed)
    say({"kept": kept, "failed": failed})
    os._exit(0)  # closing could fail as well, and is not what is tried here


def copy(path: Path, argument: str) -> None:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    half = path.stat().st_size // 2
    resource.setrlimit(resource.RLIMIT_FSIZE, (half, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))
    try:
        back_up(path, Path(argument), SystemClock().now())
    except RushesError as error:
        say({"said": type(error).__name__})
    else:
        say({"said": "copied"})


def intent(path: Path, argument: str) -> None:
    from core.ledger import takes

    ledger = opened(path)
    with ledger.write() as w:
        plan(w, "S101", 1)
    if argument == "off":
        ledger._engine.raw_connection().driver_connection.execute("PRAGMA synchronous=OFF")
    near, _far = socket.socketpair()
    with ledger.write() as w:
        takes.step(
            w, take_id=1, chain="one", shot="S101", was="planned", to="intent", text="", fields={"note": "n"}
        )
    near.send(b"P")
    os._exit(0)


def without_rights() -> None:
    """Permissions bind everybody but root."""
    if os.geteuid() == 0:
        os.setgid(NOBODY)
        os.setuid(NOBODY)


def read(path: Path, _argument: str) -> None:
    reader = Reader(path)
    without_rights()
    try:
        say(["read", [take_.state for take_ in reader.all_takes()]])
    except RushesError as error:
        say([type(error).__name__, str(error)])


def cache(path: Path, _argument: str) -> None:
    without_rights()
    before = plan_cache.read_any(path)
    plan_cache.write(path, plan_cache.Snapshot("new", {}, (), ()))
    after = plan_cache.read_any(path)
    say([before and before.signature, after and after.signature])


MODES: dict[str, Callable[[Path, str], None]] = {
    "write": write,
    "halves": halves,
    "hold": hold,
    "spill": spill,
    "squeeze": squeeze,
    "stumble": stumble,
    "copy": copy,
    "intent": intent,
    "read": read,
    "cache": cache,
}

if __name__ == "__main__":
    MODES[sys.argv[1]](Path(sys.argv[2]), sys.argv[3] if len(sys.argv) > 3 else "")
