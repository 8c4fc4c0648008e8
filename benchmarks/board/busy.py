"""10,000 shots and a chain of 1,000 events a minute: keys, the event loop, and an hour's worth of events."""

from __future__ import annotations

import json
import math
import random
import time
from pathlib import Path

from benchmarks.board.stage import AtWork, Counts, at_work, board, entry, moved, p95, ready
from benchmarks.painted import Painted
from benchmarks.report import Row
from tests.support.keys import typed
from tests.support.terminal import PATIENCE_S

A_MINUTE = 1_000
BATCH, COMMITS_HZ = 16, 60
"""An hour in a minute: a whole take's life in each commit."""
KEY_MS, TURN_MS, MEMORY_MB, GROWTH = 50, 16, 150, 1.05
HURRY_S = 240.0


def keys(film: Path, counts: Counts) -> list[Row]:
    what = f"10,000 shots, {A_MINUTE:,} events a minute: key to screen"
    dice, took = random.Random(5), []
    with board(film) as one:
        ready(one)
        with at_work(film, "--hz", str(A_MINUTE / 60), "--jitter", "0.5") as work:
            _until_at_work(one, work)
            try:
                for _ in range(counts.keys):
                    took.append(moved(one, 10.0))
                    one.read(dice.uniform(0.05, 0.15))
            except AssertionError:
                return [Row(what, "", lost="a key was not shown in 10 s")]
    late = p95(took) * 1000
    middle, worst = sorted(took)[len(took) // 2] * 1000, max(took) * 1000
    return [
        Row(
            f"{what}, p95 of {len(took)} (median {middle:.0f}, worst {worst:.0f})",
            f"{late:.0f} ms",
            late,
            KEY_MS,
            "ms",
        )
    ]


def turns(film: Path, counts: Counts) -> list[Row]:
    """The same under a watch on the event loop, keys and all."""
    told = film.parent / "turns.json"
    with board(film, program=entry("watched"), BENCH_TURNS=str(told)) as one:
        ready(one)
        with at_work(film, "--hz", str(A_MINUTE / 60), "--jitter", "0.5") as work:
            _until_at_work(one, work)
            begin = time.monotonic()
            while time.monotonic() < begin + counts.watched_s:
                one.type(typed("down"))
                one.read(0.2)
            end = time.monotonic()
        one.type(typed("quit"))
        one.ends()
    found = [turn for turn in json.loads(told.read_text("utf-8")) if begin <= turn[0] < end]
    by_clock = max(found, key=lambda turn: turn[1], default=(0.0, 0.0, 0.0, "none"))
    own = max((turn[2] for turn in found), default=0.0) * 1000
    long = sum(turn[1] * 1000 > TURN_MS for turn in found)
    what = f"10,000 shots, {A_MINUTE:,} events a minute: longest turn of the event loop"
    return [
        Row(f"{what}, its own work", f"{own:.1f} ms", own, TURN_MS, "ms"),
        Row(f"{what}, by the clock", f"{by_clock[1] * 1000:.1f} ms"),
        Row(
            f"  turns over {TURN_MS} ms by the clock in {counts.watched_s:g} s; longest: {by_clock[3][:24]}",
            str(long),
        ),
    ]


def hour(film: Path, counts: Counts) -> list[Row]:
    what = f"10,000 shots, {counts.events:,} events as fast as they come"
    said = ("--hz", str(COMMITS_HZ), "--batch", str(BATCH), "--events", str(counts.events))
    measured: list[float] = []
    with board(film) as one:
        ready(one)
        begin = one.memory_mb()
        with at_work(film, *said) as work:
            for share in (1 / 3, 1.0):
                if not _until_committed(one, work, math.floor(share * counts.events / BATCH)):
                    return [
                        Row(what, "", lost=f"{len(work.commits) * BATCH:,} were written in {HURRY_S:g} s")
                    ]
                measured.append(one.memory_mb())
        one.read(2.0)
        measured.append(one.memory_mb())
    middle, most = measured[0], max(measured)
    return [
        Row(f"{what}: memory at most (at rest {begin:.0f})", f"{most:.0f} MB", most, MEMORY_MB, "MB"),
        Row(
            f"{what}: memory at the end, against a third",
            f"{measured[-1]:.0f} MB",
            measured[-1] / middle,
            GROWTH,
        ),
    ]


def _until_at_work(one: Painted, work: AtWork) -> None:
    _until_committed(one, work, 20)


def _until_committed(one: Painted, work: AtWork, count: int) -> bool:
    end = time.monotonic() + (HURRY_S if count > 20 else PATIENCE_S)
    while len(work.commits) < count and time.monotonic() < end:
        one.read(0.2)
    return len(work.commits) >= count
