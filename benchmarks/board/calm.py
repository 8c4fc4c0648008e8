"""A board on which little happens: silence, one changed value, and how soon another's commit shows."""

from __future__ import annotations

import statistics
import time
from itertools import pairwise
from pathlib import Path

from benchmarks.board.stage import Counts, at_work, board, p95, ready
from benchmarks.report import Row

CPU_LIMIT, CHANGE_BYTES, CHANGE_MS = 1.0, 120, 250
APART_HZ = 1.4
"""Changes a second: each is drawn, and the screen still again, before the next."""
PATIENCE_S = 5.0


def idle(film: Path, counts: Counts) -> list[Row]:
    """Nothing happens, nobody types, no worker lives."""
    with board(film) as one:
        ready(one)
        one.read(2.0)
        began, cpu, before = time.monotonic(), one.cpu_s(), len(one.sent)
        while time.monotonic() - began < counts.idle_s:
            one.read(1.0)
        share = 100 * (one.cpu_s() - cpu) / (time.monotonic() - began)
        sent = len(one.sent) - before
        memory = one.memory_mb()
    what = f"idle for {counts.idle_s:g} s, no worker"
    return [
        Row(f"{what}: bytes", f"{sent} B", sent, 0, "B"),
        Row(f"{what}: processor", f"{share:.2f} % of a core", share, CPU_LIMIT, "%"),
        Row(f"{what}: memory", f"{memory:.0f} MB"),
    ]


def changes(film: Path, counts: Counts) -> list[Row]:
    """One value of one shot, committed by another process: a worker's, and a command's."""
    rows = []
    for who, words in (("a worker", ()), ("a command, no worker", ("--unheld",))):
        took, sizes, lost = _watch(film, counts.changes, words)
        what = f"one value changed by {who}"
        if lost:
            rows.append(Row(what, "", lost=lost))
            continue
        late = p95(took) * 1000
        rows.append(
            Row(f"{what}: commit to screen, p95 of {len(took)}", f"{late:.0f} ms", late, CHANGE_MS, "ms")
        )
        most, middle = max(sizes), statistics.median(sizes)
        rows.append(Row(f"{what}: bytes at most (median {middle:g})", f"{most} B", most, CHANGE_BYTES, "B"))
    return rows


def _watch(film: Path, count: int, words: tuple[str, ...]) -> tuple[list[float], list[int], str]:
    """Seconds from each commit until the screen says it, the bytes it took, and why there are none."""
    said = ("--told", "--hz", str(APART_HZ), "--jitter", "0.3", "--events", str(count + 2), *words)
    took: list[float] = []
    with board(film) as one:
        ready(one)
        with at_work(film, *said) as work:
            for number in range(count + 2):
                begin = time.monotonic()
                while len(work.commits) <= number and time.monotonic() < begin + PATIENCE_S + 10:
                    one.read(0.005)
                moment, value = work.commits[number]
                try:
                    took.append(one.until(value, PATIENCE_S) - moment)
                except AssertionError:
                    return [], [], f"'{value}' stood nowhere {PATIENCE_S:g} s after its commit"
            one.read(1.0)
            moments = [moment for moment, _ in work.commits]
    # The first shows the worker as well, which is more than one value; the last may meet its end.
    return took[1:-1], [one.bytes_between(a, b) for a, b in pairwise(moments[1:])], ""
