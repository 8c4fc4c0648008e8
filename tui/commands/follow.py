"""`rushes run` in the foreground: the same worker, watched with a bar a chain.

Ctrl+c asks the worker to stop and waits for it; a lost terminal leaves it running.
"""

from __future__ import annotations

import shutil
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

from core.base.text import one_line
from core.studio import acts
from core.studio.record import Record
from core.studio.spawn import wait_for_worker
from tui.commands import talk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from core.studio.places import Places
    from core.studio.rows import ChainRow, Glance
    from core.studio.spawn import Process

LOOK_S = 0.25
TAIL_BYTES = 4096
FULL_BYTES = 64 << 20
"""Less free space than this, and the disk is why a worker ended."""


def follow(places: Places, start: Callable[[], Process]) -> int:
    """Starts the worker and watches until it ends; its exit code, or 130 after ctrl+c."""
    record = Record(places)
    try:
        before = _newest(record)
        worker = start()
        code = wait_for_worker(places, worker)
        record.version()  # a ledger that was not there yet is opened
        if code is None:
            code = _watch(record, worker, before)
        if code == 5:
            acts.refuse_if_held(places)
        if code not in (0, 3, 130):
            talk.say(why_it_ended(places, code))
        _last_words(record.glance())
        return code
    finally:
        record.close()


def why_it_ended(places: Places, code: int) -> str:
    """A worker's bad ending in a sentence: its log's last line, and a disk that is full."""
    said = f"the worker ended with {code}: {_last_line(places.log) or 'it left no word'}"
    with suppress(OSError):
        free = shutil.disk_usage(places.root).free
        if free < FULL_BYTES:
            said += f"\n  → the disk has {free >> 20} MB free: free some space, then `rushes run`"
    return f"{said}\n  {places.log} says more"


def _last_line(log: Path) -> str:
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - TAIL_BYTES))
            lines = file.read().decode("utf-8", "replace").split("\n")
    except OSError:
        return ""
    # What to do stands on a line of its own, under what happened.
    said = (line for line in reversed(lines) if line.strip() and not line.strip().startswith("→"))
    return next((one_line(line, 200) for line in said), "")


def _newest(record: Record) -> int:
    """The newest event there is; what comes after it is news."""
    return max((event["id"] for event in record.events(limit=1)), default=0)


def _watch(record: Record, worker: Process, before: int) -> int:
    console = Console(stderr=True, markup=False, highlight=False, emoji=False)
    try:
        if console.is_terminal:
            return _bars(console, record, worker)
        return _lines(record, worker, before)
    except KeyboardInterrupt:
        talk.say("stopping: what runs is picked up by the next `rushes run`")
        worker.terminate()
        worker.wait()
        return 130


@contextmanager
def counting(title: str) -> Iterator[Callable[[int, int, str], None]]:
    """A bar on stderr for work that counts its steps; silent where there is no terminal."""
    console = Console(stderr=True, markup=False, highlight=False, emoji=False)
    columns = (TextColumn(title, markup=False), BarColumn(), MofNCompleteColumn())
    # Disabled where nobody could see it: else it leaves an empty line behind.
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("", total=None)

        def count(done: int, of: int, _what: str) -> None:
            bar.update(task, completed=done, total=of)

        yield count


def _bars(console: Console, record: Record, worker: Process) -> int:
    columns = (
        TextColumn("{task.fields[title]}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[now]}", markup=False),
    )
    with Progress(*columns, console=console, refresh_per_second=4) as progress:
        bars = {}
        while True:
            ended = worker.poll()
            for chain in record.glance().chains:
                if chain.id not in bars:
                    title = Text(one_line(chain.title, 30))
                    bars[chain.id] = progress.add_task("", total=chain.total, title=title, now="")
                now = chain.pause_note or chain.pause_reason or chain.current
                progress.update(bars[chain.id], completed=chain.made, now=Text(one_line(now, 60)))
            if ended is not None:
                return ended
            time.sleep(LOOK_S)


def _lines(record: Record, worker: Process, last: int) -> int:
    """No terminal: a line an event that matters, after event `last`."""
    while True:
        ended = worker.poll()
        for event in reversed(record.glance().events):
            if event.id > last:
                last = event.id
                if event.kind in ("take.review", "chain.paused", "take.remote_failed", "take.in_doubt"):
                    talk.say(f"{event.at[11:19]} {event.shot} {event.text}")
        if ended is not None:
            return ended
        time.sleep(LOOK_S)


def _last_words(found: Glance) -> None:
    made, total = sum(c.made for c in found.chains), sum(c.total for c in found.chains)
    talk.say(f"{made} of {total} shots have a take, {len(found.waiting)} wait for you")
    for chain in found.chains:
        if chain.pause_reason:
            talk.say(f"  {chain.id} is paused: {chain.pause_note or chain.pause_reason}")
            if chain.pause_reason == "review":
                _say_how_to_go_on(found, chain)


def _say_how_to_go_on(found: Glance, chain: ChainRow) -> None:
    """A chain that waits for verdicts says whose, and what decides how far it runs alone."""
    shots = [w.shot for w in found.waiting if w.kind == "review" and w.shot in chain.shots]
    if shots:
        of, run = (" --rehearsal", " --rehearse") if found.rehearsal else ("", "")
        it = "it" if len(shots) == 1 else "them"
        approve = f"`rushes approve {' '.join(shots[:8])}{of}`"
        talk.say(f"    circle {it}: {approve}, or on the board; then `rushes run{run}`")
        talk.say("    review.policy in film.json decides how far a chain runs before you look")
