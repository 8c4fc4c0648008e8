"""`rushes run` in the foreground: the same worker, watched with a bar a chain.

Ctrl+c asks the worker to stop and waits for it; a lost terminal leaves it running.
"""

from __future__ import annotations

import time
from contextlib import contextmanager
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

    from core.studio.places import Places
    from core.studio.rows import Glance
    from core.studio.spawn import Process

LOOK_S = 0.25


def follow(places: Places, worker: Process) -> int:
    """Until the worker ends; its exit code, or 130 after ctrl+c."""
    code = wait_for_worker(places, worker)
    record = Record(places)
    try:
        if code is None:
            code = _watch(record, worker)
        if code == 5:
            acts.refuse_if_held(places)
        if code not in (0, 3, 130):
            talk.say(f"the worker ended with {code}: {places.log} says why")
        _last_words(record.glance())
        return code
    finally:
        record.close()


def _watch(record: Record, worker: Process) -> int:
    console = Console(stderr=True, markup=False, highlight=False, emoji=False)
    try:
        if console.is_terminal:
            return _bars(console, record, worker)
        return _lines(record, worker)
    except KeyboardInterrupt:
        talk.say("stopping: what runs is picked up by the next `rushes run`")
        worker.terminate()
        worker.wait()
        return 130


@contextmanager
def counting(title: str) -> Iterator[Callable[[int, int, str], None]]:
    """A bar on stderr for work that counts its steps; silent where there is no terminal."""
    console = Console(stderr=True, markup=False, highlight=False, emoji=False)
    with Progress(
        TextColumn(title), BarColumn(), MofNCompleteColumn(), console=console, transient=True
    ) as bar:
        task = bar.add_task("", total=None)

        def count(done: int, of: int, _what: str) -> None:
            bar.update(task, completed=done, total=of)

        yield count


def _bars(console: Console, record: Record, worker: Process) -> int:
    columns = (
        TextColumn("{task.fields[title]}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[now]}"),
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


def _lines(record: Record, worker: Process) -> int:
    """No terminal: a line an event that matters."""
    last = 0
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
