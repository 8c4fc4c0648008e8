"""The same drill with a real SIGKILL: a process dies, another goes on from what it left on disk."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.base.crash import ENV
from core.engine.production import CRASH_POINTS
from tests.engine.crash_child import lasting
from tests.engine.sweep import Night, Stock
from tests.support.stage import MEMORY_DISK

REPO = Path(__file__).parents[2]
KILLS = (
    *("take.intent.after:2", "post.after:1", "outcome.written:2", "take.submitted.in:1"),
    *("take.remote_ok.in:2", "fetch.after:2", "take.framed.in:1"),
)


@pytest.fixture(scope="module")
def killed() -> Iterator[tuple[Stock, dict[str, tuple[int, Path]]]]:
    """A film and, for each point, how its worker ended and where: all at once, to share two cores."""
    base = MEMORY_DISK if MEMORY_DISK.is_dir() else None
    folder = Path(tempfile.mkdtemp(prefix="rushes-kill-", dir=base))
    stock = Stock.make(folder)
    running = {}
    for number, point in enumerate(KILLS):
        home = stock.copy(folder / f"home{number}")
        argv = [sys.executable, str(Path(__file__).with_name("crash_child.py"))]
        argv += [str(stock.root), str(home), str(home / "there")]
        env = {**os.environ, ENV: point, "PYTHONPATH": str(REPO)}
        running[point] = (subprocess.Popen(argv, env=env, cwd=REPO), home)
    yield stock, {point: (process.wait(120), home) for point, (process, home) in running.items()}
    shutil.rmtree(folder)


def test_the_points_are_the_engines() -> None:
    assert {point.partition(":")[0] for point in KILLS} <= set(CRASH_POINTS)


@pytest.mark.parametrize("point", KILLS)
def test_a_killed_worker_leaves_what_the_next_one_needs(
    killed: tuple[Stock, dict[str, tuple[int, Path]]], point: str
) -> None:
    stock, ended = killed
    code, home = ended[point]
    assert code == -signal.SIGKILL
    assert Night(stock, home, lasting(home / "there")).run() == []
