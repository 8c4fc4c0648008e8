"""A key's book and its neighbours: other processes that want the same dollar."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from core.ledger.keybook import KeyBook
from tests.support.fakes import MovingClock

ROOT = Path(__file__).parents[2]
CHILD = Path(__file__).parent / "key_child.py"
MEMORY_DISK = Path("/dev/shm")


class Neighbour:
    """Another process of the same user; its clock and its files are the real ones."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, str(CHILD)],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert self.told() == "here"

    def ask(self, do: str, **order: Any) -> None:
        assert self.process.stdin
        self.process.stdin.write(json.dumps({"do": do, **order}) + "\n")
        self.process.stdin.flush()

    def told(self) -> Any:
        assert self.process.stdout
        line = self.process.stdout.readline()
        assert line, "it died"
        return json.loads(line)

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()

    def freeze(self) -> None:
        self.process.send_signal(signal.SIGSTOP)
        os.waitpid(self.process.pid, os.WUNTRACED)

    def thaw(self) -> None:
        self.process.send_signal(signal.SIGCONT)


Neighbours = Callable[[int], list[Neighbour]]


@pytest.fixture(scope="module")
def neighbours() -> Iterator[Neighbours]:
    """So many processes, warm, and the same ones for every test of a file."""
    living: list[Neighbour] = []

    def some(count: int) -> list[Neighbour]:
        living[:] = [one for one in living if one.process.poll() is None]
        while len(living) < count:
            living.append(Neighbour())
        return living[:count]

    yield some
    for one in living:
        one.kill()


@pytest.fixture
def clock() -> MovingClock:
    return MovingClock()


@pytest.fixture
def shared() -> Iterator[Path]:
    """A folder on a memory disk where there is one: thirty races are thirty times several syncs."""
    base = MEMORY_DISK if MEMORY_DISK.is_dir() else None
    folder = Path(tempfile.mkdtemp(prefix="rushes-keys-", dir=base))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def book(shared: Path, clock: MovingClock) -> KeyBook:
    return KeyBook(shared / "keys" / "k1" / "book.db", clock)
