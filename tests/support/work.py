"""Running the real worker and the real command line, as separate processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from core.base.hold import holder
from core.engine.orders import RunQuote, Scope, place
from core.ledger.db import integrity
from core.ledger.views import Reader, TakeRow
from core.studio.assembly import open_film
from core.studio.places import Places
from tests.support import warm

REPO = Path(__file__).parents[2]


def rushes(
    *words: str, film: Path | None = None, timeout: float = 120, cold: bool = False, **env: str
) -> subprocess.CompletedProcess[str]:
    """The command line, as a person calls it. `cold`: in an interpreter of its own, not a warmed fork."""
    if film is not None:
        words = (*words, "--film", str(film))
    whole = {**os.environ, **env}
    if not cold and warm.fits(whole):
        return subprocess.CompletedProcess(list(words), *warm.run("tui.cli", words, whole, timeout))
    return subprocess.run(
        [sys.executable, "-m", "tui.cli", *words],
        capture_output=True,
        text=True,
        timeout=timeout,
        cwd=REPO,
        env=whole,
        stdin=subprocess.DEVNULL,
        check=False,
    )


def start_worker(root: Path, *more: str, **env: str) -> subprocess.Popen[bytes]:
    """The worker in a session of its own, without a terminal."""
    return subprocess.Popen(
        [sys.executable, "-m", "core.worker", "--film", str(root), *more],
        cwd=REPO,
        env={**os.environ, **env},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def order(root: Path, scope: Scope | None = None, *, rehearsal: bool = False) -> RunQuote:
    film = open_film(Places(root, rehearsal=rehearsal))
    try:
        return place(film.production, scope or Scope())
    finally:
        film.close()


def takes(root: Path) -> list[TakeRow]:
    with closing(Reader(Places(root).ledger)) as reader:
        return reader.all_takes()


def wait_until(true: Callable[[], bool], seconds: float = 60, what: str = "") -> None:
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until, f"waited {seconds} s for {what or true}"
        time.sleep(0.02)


def wait_for_state(root: Path, *states: str, seconds: float = 60) -> None:
    wait_until(lambda: any(take.state in states for take in takes(root)), seconds, f"a take {states}")


def kill(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGKILL)
    process.wait()


def runs(root: Path) -> bool:
    return holder(Places(root).lock).running


def assert_sound(root: Path) -> None:
    """Ledger whole, no part file left in takes, every clip there with its hash, one job a take."""
    from core.base.paths import sha256_file

    assert integrity(Places(root).ledger) == []
    assert not list((root / "takes").rglob("*.part*"))
    with closing(Reader(Places(root).ledger)) as reader:
        for take in reader.all_takes():
            jobs = [row.job_id for row in reader.submissions_of("take", take.id) if row.job_id]
            assert len(jobs) <= 1, f"{take.shot} has jobs {jobs}"
            if take.sha:
                clip = root / "takes" / take.shot / f"{take.shot}_t{take.n:03d}.mp4"
                assert sha256_file(clip) == take.sha
