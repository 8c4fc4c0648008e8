"""A bad line: 10 kB a second and 150 ms there and back, while a chain tells of itself four times a second."""

from __future__ import annotations

from pathlib import Path

from benchmarks.board.stage import RUSHES, Counts, at_work, board, entry, has_rows, moved, p95
from benchmarks.report import Row

RATE, ROUND_TRIP_S, HZ = 10_000, 0.150, 4
KEY_S, START_S = 0.200, 3.0
SSH = "192.0.2.1 50000 192.0.2.2 22"
"""As sshd sets it: the board may know that its terminal is far away."""
STOCK_KEYS = 3
PATIENCE_S = 45.0


def thin(film: Path, counts: Counts) -> list[Row]:
    ours = _line(film, counts.thin_keys, (RUSHES,))
    stock = _line(film, STOCK_KEYS, entry("stock"))
    return [*_told("rushes", ours, gates=True), *_told("the same with Textual's driver", stock, gates=False)]


_Times = tuple[float, list[float], str]
"""Seconds until a key typed at the first rows has shown, seconds of each later key, and why no more."""


def _line(film: Path, keys: int, program: tuple[str, ...]) -> _Times:
    usable, took = 0.0, []
    with (
        at_work(film, "--told", "--hz", str(HZ)) as work,
        board(film, rate=RATE, round_trip_s=ROUND_TRIP_S, program=program, SSH_CONNECTION=SSH) as one,
    ):
        try:
            pressed = one.shown(has_rows, PATIENCE_S)
            usable = moved(one, PATIENCE_S) + pressed
            for _ in range(keys):
                took.append(moved(one, PATIENCE_S))
                one.read(0.37)
        except AssertionError:
            return usable, took, f"a key was not shown in {PATIENCE_S:g} s"
        assert work.commits, "the chain never reported"
    return usable, took, ""


def _told(who: str, times: _Times, *, gates: bool) -> list[Row]:
    usable, took, lost = times
    what = f"{who}, 10 kB/s, 150 ms round trip"
    if gates and lost:
        return [Row(what, "", lost=lost)]
    late = p95(took) if took else PATIENCE_S
    more = "over " if lost and not took else ""
    return [
        Row(
            f"{what}: usable after",
            f"{usable:.1f} s" if usable else f"over {PATIENCE_S:g} s",
            usable,
            START_S if gates else None,
            "s",
        ),
        Row(
            f"{what}: key to screen, p95 of {len(took)}",
            f"{more}{late * 1000:.0f} ms",
            late * 1000,
            1000 * (KEY_S + ROUND_TRIP_S) if gates else None,
            "ms",
        ),
    ]
