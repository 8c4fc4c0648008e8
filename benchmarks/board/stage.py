"""What the measures of the board share: the program, its selected shot, keys by name, a chain at work."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.board.films import SHOT_ROW
from benchmarks.painted import Painted, painted
from tests.support.keys import typed
from tests.support.terminal import PATIENCE_S
from tests.tui.pty.house import card

ROOT = Path(__file__).parents[2]
RUSHES = str(Path(sys.executable).with_name("rushes"))
SELECTED = re.compile(r"^[›>] *([A-Z]\w\dx\d{3})\b")

LEAST_ROWS = 8
"""Shots on the screen from which on a person has something to look at."""


@dataclass(frozen=True, slots=True)
class Counts:
    """How often, and how long."""

    starts: int = 15
    idle_s: float = 60.0
    changes: int = 24
    keys: int = 200
    events: int = 60_000
    thin_keys: int = 20
    watched_s: float = 20.0


QUICK = Counts(starts=3, idle_s=6.0, changes=8, keys=30, events=6_000, thin_keys=5, watched_s=6.0)
"""For whoever is at work on it; the titles say so."""


def homes(folder: Path) -> dict[str, str]:
    """A user who has never been here: nothing of this machine's own settings or state is read."""
    return {f"XDG_{name}_HOME": str(folder / name.lower()) for name in ("CONFIG", "STATE", "CACHE")}


def board(
    film: Path,
    *words: str,
    rate: float = 0,
    round_trip_s: float = 0,
    program: Sequence[str] = (RUSHES,),
    **env: str,
) -> AbstractContextManager[Painted]:
    """The dashboard at 140x40, as a person starts it."""
    argv = [*program, "--film", str(film), *words]
    here = {"PYTHONPATH": os.environ.get("PYTHONPATH", str(ROOT))}
    # Somebody new each time: nothing was left behind, and nothing happened since.
    env = {**homes(Path(tempfile.mkdtemp(dir=film.parent))), **here, **env}
    return painted(argv, rate=rate, round_trip_s=round_trip_s, env=env)


def entry(name: str) -> tuple[str, ...]:
    """A program of this folder in the place of `rushes`."""
    return ("-m", f"benchmarks.board.{name}")


def has_rows(rows: list[str]) -> bool:
    """Shots are on the screen, and the cursor is on one of them."""
    return bool(selected(rows)) and len({one for row in rows for one in SHOT_ROW.findall(row)}) >= LEAST_ROWS


def selected(rows: list[str]) -> str:
    """The shot under the cursor; empty where none is marked."""
    return next((found[1] for row in rows if (found := SELECTED.match(row))), "")


def ready(one: Painted) -> None:
    """Rows and pictures are drawn, and what greets a person is put away."""
    one.until(has_rows)
    one.drain(1.0)
    put_away(one)


def put_away(one: Painted) -> None:
    one.type(typed("close"))
    one.read(0.5)


def moved(one: Painted, patience_s: float = PATIENCE_S) -> float:
    """Seconds until the next shot is under the cursor, from the key on. The card that greets a person may
    come in between and lie over it: putting it away is counted too."""
    before = selected(one.rows)

    def there(rows: list[str]) -> bool:
        return selected(rows) not in {"", before}

    one.read(0.0)
    pressed = time.monotonic()
    one.type(typed("down"))
    moment = one.until(lambda rows: there(rows) or card(rows), patience_s)
    if not there(one.rows):
        one.type(typed("close"))
        moment = one.until(there, patience_s)
    return moment - pressed + one.round_trip_s


@dataclass
class AtWork:
    """What another process writes, as it tells it."""

    process: subprocess.Popen[str]
    commits: list[tuple[float, str]] = field(default_factory=list)
    """(moment after the commit, what it was)."""

    def listen(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            moment, _, what = line.strip().partition(" ")
            self.commits.append((float(moment), what))


@contextmanager
def at_work(film: Path, *words: str) -> Iterator[AtWork]:
    argv = [sys.executable, "-m", "benchmarks.board.chain", str(film), *words]
    process = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    one = AtWork(process)
    listener = threading.Thread(target=one.listen, daemon=True)
    listener.start()
    try:
        yield one
    finally:
        assert process.stdin
        with suppress(OSError):
            process.stdin.close()
        process.wait(PATIENCE_S)
        listener.join()


def p95(values: Sequence[float]) -> float:
    return sorted(values)[max(0, -(-len(values) * 95 // 100) - 1)]
