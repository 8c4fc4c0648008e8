"""Every figure of the dashboard in one run. `python -m benchmarks board`; `board-quick` for less of it."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from benchmarks.board import busy, calm, start, thin
from benchmarks.board.films import large_film, small_film
from benchmarks.board.stage import QUICK, Counts
from benchmarks.report import Row

HAND_OVER_S = 0.0005
"""Between threads of this process: a reader's stamp must not wait for the emulator."""


def run() -> list[Row]:
    return _measured(Counts())


def quick() -> list[Row]:
    return [replace(row, what=f"QUICK {row.what}") for row in _measured(QUICK)]


def _measured(counts: Counts) -> list[Row]:
    scratch = Path(tempfile.mkdtemp(prefix="rushes-bench-"))
    before = sys.getswitchinterval()
    sys.setswitchinterval(HAND_OVER_S)
    try:
        small, large = small_film(scratch / "small" / "film"), large_film(scratch / "large" / "film")
        parts: dict[str, Callable[[], list[Row]]] = {
            "starts": lambda: start.starts(small, large, counts, scratch),
            "the first seconds": lambda: start.first_seconds(small),
            "an idle board": lambda: calm.idle(small, counts),
            "one change": lambda: calm.changes(small, counts),
            "a thin line": lambda: thin.thin(small, counts),
            "keys while a chain runs": lambda: busy.keys(large, counts),
            "the event loop while a chain runs": lambda: busy.turns(large, counts),
            "an hour's worth of events": lambda: busy.hour(large, counts),
        }
        return [row for name, part in parts.items() for row in _rows(name, part)]
    finally:
        sys.setswitchinterval(before)
        shutil.rmtree(scratch, ignore_errors=True)


def _rows(name: str, part: Callable[[], list[Row]]) -> list[Row]:
    """A part that breaks down is told, and the others are measured."""
    print(f"  measuring {name}", file=sys.stderr, flush=True)
    try:
        return part()
    except (AssertionError, subprocess.TimeoutExpired) as error:
        return [Row(name, "", lost=" ".join(str(error).split())[:200])]
