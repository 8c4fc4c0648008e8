"""A drill stops the process dead at the point it names, and nowhere else."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from core.base import crash

ROOT = Path(__file__).parents[2]
STORY = (
    "import sys; from core.base.crash import reach\n"
    "for point in sys.argv[1:]:\n"
    "    print(point, flush=True); reach(point)\n"
    "print('end')\n"
)


def told(order: str | None, *points: str) -> tuple[int, list[str]]:
    """(exit code, words) of a process that reaches these points under a drill."""
    env = {name: value for name, value in os.environ.items() if name != crash.ENV}
    if order is not None:
        env[crash.ENV] = order
    command = [sys.executable, "-c", STORY, *points]
    done = subprocess.run(command, cwd=ROOT, env=env, check=False, capture_output=True, text=True)
    assert done.stderr == ""
    return done.returncode, done.stdout.split()


@pytest.mark.parametrize("order", [None, "", "c", "a.b", ":2"])
def test_without_a_drill_for_it_a_point_does_nothing(order: str | None) -> None:
    assert told(order, "a", "b", "a") == (0, ["a", "b", "a", "end"])


@pytest.mark.parametrize(
    ("order", "last"),
    [("b", 2), ("a", 1), ("a:1", 1), ("a:2", 3), ("a:3", 5), ("a:x", 1), ("a:0", 1)],
)
def test_a_drill_kills_at_the_named_point_the_nth_time(order: str, last: int) -> None:
    points = ["a", "b", "a", "c", "a", "b"]
    assert told(order, *points) == (-signal.SIGKILL, points[:last])


def test_a_hook_hears_every_point_and_what_it_raises_goes_through(monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[str] = []
    monkeypatch.setattr(crash, "hook", heard.append)
    crash.reach("take.intent.in")
    crash.reach("post.before")
    assert heard == ["take.intent.in", "post.before"]

    def stops(point: str) -> None:
        raise KeyError(point)

    monkeypatch.setattr(crash, "hook", stops)
    with pytest.raises(KeyError, match=r"post\.after"):
        crash.reach("post.after")
    monkeypatch.setattr(crash, "hook", None)
    crash.reach("post.after")
