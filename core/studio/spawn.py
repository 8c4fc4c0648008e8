"""Starting processes of our own: the worker, and the animatic's renderers.

Each gets a session of its own and no terminal: what the terminal does to its children, it does
not do to them.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING

from core.base.hold import holder
from core.base.paths import disk_errors, open_plain, state_folder
from core.base.redact import environment_without_secrets

if TYPE_CHECKING:
    from pathlib import Path

    from core.studio.places import Places

Process = subprocess.Popen[bytes]
ALONE = ("-P",)
"""The folder a person stands in is no place to import from: a stray `json.py` there would be ours."""
START_S = 20.0
"""How long a worker may take from its start to its lock, on a slow machine."""


def start_worker(places: Places, *, linger: bool, chains: tuple[str, ...] = ()) -> Process:
    """Starts `python -m core.worker` and returns at once."""
    argv = [sys.executable, *ALONE, "-m", "core.worker", "--film", str(places.root)]
    argv += ["--rehearse"] if places.rehearsal else []
    argv += ["--linger"] if linger else []
    for chain in chains:
        argv += ["--chain", chain]
    return _start(argv, places.log)


def wait_for_worker(places: Places, child: Process) -> int | None:
    """Waits until the worker holds the film: None. Or its exit code, where it ended before that."""
    until = time.monotonic() + START_S
    while time.monotonic() < until:
        if holder(places.lock).running:
            return None
        code = child.poll()
        if code is not None:
            return code
        time.sleep(0.02)
    return None


def start_renderer(job_dir: Path, log: Path) -> None:
    """Starts the child that renders one animatic job."""
    argv = [sys.executable, *ALONE, "-m", "core.studio.render_child", str(job_dir)]
    child = _start(argv, log, environment_without_secrets())
    threading.Thread(target=child.wait, daemon=True).start()  # so that it leaves no zombie behind


def git_name() -> str:
    """The name git knows the person by, or an empty string."""
    try:
        asked = subprocess.run(
            ["git", "config", "--get", "user.name"],  # noqa: S607 - whichever git the person uses
            capture_output=True,
            text=True,
            env=environment_without_secrets(),
            timeout=5,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return asked.stdout.strip()


def _start(argv: list[str], log: Path, environment: dict[str, str] | None = None) -> Process:
    """`environment`: None hands on our own."""
    state_folder(log.parent)
    with disk_errors(log):
        handle = open_plain(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    try:
        return subprocess.Popen(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=handle,
            stderr=handle,
            start_new_session=True,
            close_fds=True,
            env=environment,
        )
    finally:
        os.close(handle)
