"""Starts `ledger_child.py` in the modes it knows."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
CHILD = Path(__file__).parent / "ledger_child.py"


def start(
    mode: str, ledger: Path, argument: str = "", *, under: list[str] | None = None
) -> subprocess.Popen[str]:
    """A child of its own, its words on a pipe. `under` is a command that runs it."""
    command = [*(under or []), sys.executable, str(CHILD), mode, str(ledger), argument]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(
        command, env=env, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


def told(child: subprocess.Popen[str]) -> Any:
    """The child's next word; what it died of where there is none."""
    assert child.stdout
    assert child.stderr
    line = child.stdout.readline()
    if not line:
        child.wait()
        raise AssertionError(child.stderr.read())
    return json.loads(line)


def go_on(child: subprocess.Popen[str]) -> None:
    """Lets a child begin that waits for it."""
    assert child.stdin
    child.stdin.write("\n")
    child.stdin.flush()


def ended(child: subprocess.Popen[str]) -> int:
    """Waits for the child's end; its complaints fail the test."""
    _, complaints = child.communicate(timeout=60)
    assert not complaints.strip(), complaints
    return int(child.returncode)


def put_down(child: subprocess.Popen[str]) -> None:
    """kill -9, and its pipes closed."""
    child.kill()
    child.communicate()
