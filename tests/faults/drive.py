"""From a list of scenes to what came of each: two warmed parents share the work."""

from __future__ import annotations

import json
import os
import queue
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.faults.common import Ran, Scene
from tests.support.stage import MEMORY_DISK

REPO = Path(__file__).parents[2]
STABLES = 2


class Stable:
    """One warmed parent in a folder of its own."""

    def __init__(self, folder: Path, under: Sequence[str] = ()) -> None:
        """`under`: the words of a program that starts and watches it."""
        self.errors = folder.with_suffix(".err")
        with self.errors.open("wb") as errors:
            self.process = subprocess.Popen(
                [*under, sys.executable, "-m", "tests.faults.stable", str(folder)],
                env={**os.environ, "PYTHONPATH": str(REPO), "PYTHONWARNINGS": "ignore"},
                cwd=REPO,
                text=True,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
            )

    def play(self, scene: Scene) -> Ran:
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(json.dumps(scene.to_json()) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise AssertionError(f"{scene}: the parent died\n{self.errors.read_text()[-3000:]}")
        facts = json.loads(line)
        return Ran(**{**facts, "broken": tuple(facts["broken"]), "pauses": tuple(facts["pauses"])})

    def close(self) -> None:
        self.process.kill()  # the house sees its pipe end, and goes
        self.process.communicate()


@dataclass
class Stables:
    """All of them."""

    all: Sequence[Stable]

    def play(self, scenes: Sequence[Scene]) -> list[Ran]:
        """In the order of `scenes`, whoever played them."""
        left: queue.SimpleQueue[int] = queue.SimpleQueue()
        for number in range(len(scenes)):
            left.put(number)
        ran: dict[int, Ran] = {}
        failed: list[BaseException] = []

        def serve(stable: Stable) -> None:
            try:
                while not failed:
                    number = left.get_nowait()
                    ran[number] = stable.play(scenes[number])
            except queue.Empty:
                pass
            except BaseException as error:  # noqa: BLE001 - told below, in the test's own thread
                failed.append(error)

        threads = [threading.Thread(target=serve, args=(stable,)) for stable in self.all]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if failed:
            raise failed[0]
        return [ran[number] for number in range(len(scenes))]


@contextmanager
def stables() -> Iterator[Stables]:
    """On a memory disk where there is one."""
    base = MEMORY_DISK if MEMORY_DISK.is_dir() else None
    folder = Path(tempfile.mkdtemp(prefix="rushes-faults-", dir=base))
    made = Stables([Stable(folder / f"stable{number}") for number in range(STABLES)])
    try:
        yield made
    finally:
        for stable in made.all:
            stable.close()
        time.sleep(0.05)
        shutil.rmtree(folder, ignore_errors=True)


def told(scenes: Sequence[Scene], ran: Sequence[Ran], seconds: float) -> str:
    """The numbers of a sweep, in one line."""
    broken = sum(1 for one in ran if one.broken)
    return (
        f"{len(scenes)} scenarios, {sum(one.runs for one in ran)} process runs,"
        f" {sum(one.deaths for one in ran)} kills, {sum(one.questions for one in ran)} questions to a person,"
        f" {broken} with violations, {seconds:.0f} s"
    )
