"""The worker, made to die: a warmed process forks the real one again and again, and SIGKILL ends it.

    python -m tests.nights.deaths < deaths > ends

One death a line in, one ending a line out, JSON. The environment names the provider, its key and the
user's folders, as it does for any worker.
"""

from __future__ import annotations

import gc
import json
import os
import random
import signal
import subprocess
import sys
import threading
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from core.base import crash
from core.engine.production import CRASH_POINTS
from core.providers.table import video_classes
from core.studio import assembly
from core.worker import main as worker
from tests.nights.room import PaintedClips

REPO = Path(__file__).parents[2]
LONGEST_S = 60
"""Real seconds after which a worker counts as hung."""
FROM_ITS_START = ""
FAR_ENOUGH = 2
"""Takes after which a death by the clock comes anyway: a fast machine must not outrun its deaths."""
AROUND_THE_POST = ("take.intent.after", "post.before", "post.after", "outcome.written", "take.submitted.in")


@dataclass(frozen=True)
class Death:
    """SIGKILL so long after a named point was reached so often; without a point, after the start."""

    point: str = FROM_ITS_START
    visit: int = 1
    after_s: float = 0.0

    def __str__(self) -> str:
        return f"{self.point or 'start'}:{self.visit}+{self.after_s * 1000:.0f}ms"


def draw(seed: int, count: int) -> list[Death]:
    """A third dies around the paid request, a third at any named point, a third at any time at all."""
    dice = random.Random(seed)
    # A worker that finds nothing in doubt never comes by there.
    anywhere = [point for point in CRASH_POINTS if ".in_doubt." not in point]
    deaths = []
    for number in range(count):
        visit = dice.choice((1, 2, 2, 3))
        if number % 3 == 0:
            deaths.append(Death(dice.choice(AROUND_THE_POST), visit))
        elif number % 3 == 1:
            deaths.append(Death(dice.choice(anywhere), visit))
        elif number % 6 == 2:
            deaths.append(Death(dice.choice(anywhere), 1, dice.uniform(0, 0.03)))
        else:
            deaths.append(Death(after_s=dice.uniform(0, 0.4)))
    return deaths


class _Drill:
    """Counts visits, and kills this very process."""

    def __init__(self, death: Death) -> None:
        self._death = death
        self._left = death.visit
        self._made = 0
        if death.point == FROM_ITS_START:
            self._die()

    def __call__(self, point: str) -> None:
        if point == self._death.point:
            self._left -= 1
            if self._left == 0:
                self._die()
        self._made += point == "take.review.after"
        if self._death.after_s and self._made == FAR_ENOUGH:
            os.kill(os.getpid(), signal.SIGKILL)

    def _die(self) -> None:
        if not self._death.after_s:
            os.kill(os.getpid(), signal.SIGKILL)
        timer = threading.Timer(self._death.after_s, os.kill, (os.getpid(), signal.SIGKILL))
        timer.daemon = True
        timer.start()


def _work(film: str, death: Death | None) -> int:
    """A worker from its start to its end, in a fork."""
    signal.alarm(LONGEST_S)
    crash.hook = _Drill(death) if death else None
    try:
        return worker.main(["--film", film])
    except BaseException as error:  # noqa: BLE001 - a fork ends here, whatever happened to it
        sys.stderr.write(f"{type(error).__name__}: {error}\n")
        return 99


def _fork(film: str, death: Death | None) -> dict[str, Any]:
    pid = os.fork()
    if not pid:
        os._exit(_work(film, death))
    _, status = os.waitpid(pid, 0)
    if os.WIFSIGNALED(status):
        return {"signal": os.WTERMSIG(status), "code": None}
    return {"signal": None, "code": os.WEXITSTATUS(status)}


def serve() -> None:
    assembly.MediaClips = PaintedClips  # type: ignore[misc,assignment]
    import httpx  # noqa: F401 - a fork finds it there

    video_classes()
    gc.collect()
    gc.freeze()
    for line in sys.stdin:
        order = json.loads(line)
        death = Death(**order["death"]) if order["death"] else None
        print(json.dumps(_fork(order["film"], death)), flush=True)


class Workers:
    """The warmed process, from the test's side."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.nights.deaths"],
            cwd=REPO,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(self, film: Path, death: Death | None = None) -> int | None:
        """One worker on a film: its exit code, None where it was killed."""
        assert self._process.stdin
        assert self._process.stdout
        order = {"film": str(film), "death": asdict(death) if death else None}
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, "the process that forks the workers is gone"
        end = json.loads(line)
        if end["signal"] == signal.SIGKILL:
            return None
        assert end["signal"] is None, f"a worker ended by signal {end['signal']}"
        code: int = end["code"]
        return code

    def close(self) -> None:
        self._process.communicate()


if __name__ == "__main__":
    serve()
