"""A key that sings: one whose shape nobody knows goes through a night in which the provider repeats it in
every error, and is looked for in every file, every word said, and every process started."""

from __future__ import annotations

import json
import logging
import re
import secrets
import shutil
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.studio.places import Places
from core.worker import main as worker
from tests.fakes.clips import clip_bytes
from tests.fakes.loopback import Answer, Call, Fault, Line, Loopback
from tests.fakes.openrouter import API, error
from tests.nights.brisk import RouterNight
from tests.support.films import write_film
from tests.support.stage import MEMORY_DISK
from tests.support.work import rushes

YES = ("--accept", "quote", "--why", "the producer agreed")
SECONDS = 4
CHILDREN = re.compile(rb"render_child|ffmpeg")
"""Command lines of processes that have no business with keys."""


class Echo(Fault):
    """A refusal in the provider's own shape that repeats the request, its key included."""

    def __init__(self, status: int, *, accepted: bool = False) -> None:
        self.status = status
        self.accepted = accepted

    def play(self, server: Loopback, call: Call, line: Line) -> None:
        if self.accepted:
            server.answer(call)
        heads = json.dumps(call.headers)
        line.send(Answer.of(error(self.status, f"cannot serve {heads}"), self.status))


class Watch:
    """Looks at every process of this machine, over and over, while something runs."""

    def __init__(self, word: str) -> None:
        self.on_a_command_line: set[str] = set()
        self.in_a_childs_environment: set[str] = set()
        self.children = 0
        self._word = word.encode()
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def _run(self) -> None:
        while not self._end.wait(0.01):
            for process in Path("/proc").glob("[0-9]*"):
                try:
                    self._look(process)
                except OSError:
                    continue  # it ended meanwhile

    def _look(self, process: Path) -> None:
        line = (process / "cmdline").read_bytes()
        if self._word in line:
            self.on_a_command_line.add(str(line))
        if CHILDREN.search(line):
            environment = (process / "environ").read_bytes()
            self.children += bool(environment)
            if self._word in environment:
                self.in_a_childs_environment.add(str(line))

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._thread.join()


@pytest.fixture
def shelf(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    folder = Path(
        tempfile.mkdtemp(prefix="rushes-canary-", dir=MEMORY_DISK if MEMORY_DISK.is_dir() else None)
    )
    for name in ("config", "state", "cache"):
        monkeypatch.setenv(f"XDG_{name.upper()}_HOME", str(folder / name))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def router(shelf: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[RouterNight]:
    with RouterNight("canary." + secrets.token_urlsafe(24)) as server:
        server.clip = clip_bytes(24 * SECONDS, 128, 72)
        monkeypatch.setenv("OPENROUTER_API_KEY", server.key)
        monkeypatch.setenv("OPENROUTER_BASE_URL", server.base + API)
        yield server


def film_at(folder: Path) -> Path:
    """Two paid shots, and one of the animatic, whose renderer and encoder are processes of their own."""
    paid = {"provider": "openrouter", "model": "bytedance/seedance-2.0", "resolution": "720p"}
    quay = [{"id": "Q001", "seconds": SECONDS}, {"id": "Q002", "seconds": SECONDS, "seam": "last"}]
    sketch = [{"id": "K001", "seconds": 1, "kind": "action"}]
    chains = {"quay": quay, "sketch": sketch}
    return write_film(
        folder, chains, defaults={"establisher": paid}, width=1280, height=720, poll_seconds=0.1
    )


def holding(folder: Path, word: str) -> list[str]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    return [str(path) for path in files if word in path.name or word.encode() in path.read_bytes()]


def test_a_key_that_every_error_repeats_is_left_nowhere(shelf: Path, router: RouterNight) -> None:
    film = film_at(shelf / "film")
    said = ""

    def person(*words: str, code: int) -> None:
        nonlocal said
        done = rushes(*words, film=film, cold=True)
        said += done.stdout + done.stderr
        assert done.returncode == code, f"{words}: {done.returncode}\n{done.stdout}{done.stderr}"

    router.script("POST", "/videos$", Echo(400))
    router.script("POST", "/videos$", Echo(502, accepted=True))
    router.script("GET", "/videos/[^/]+$", Echo(500), times=2)
    router.script("GET", "/content", Echo(500), times=1)
    with Watch(router.key) as watch:
        person("run", *YES, code=3)
        person("resume", code=0)
        person("run", *YES, code=3)
        assert len(router.bill) == 1
        (job,) = router.bill
        person("reconcile", "Q001", "--adopt", job, code=0)
        person("resume", code=0)
        person("run", *YES, code=0)
        person("assemble", "--rough", code=0)
    assert len(router.bill) == 2
    for words in (("diary",), ("status",), ("failures",)):
        done = rushes(*words, film=film, cold=True)
        said += done.stdout + done.stderr
    assert rushes("audit", film=film, cold=True).returncode == 0

    assert "cannot serve" in said, "nobody was told what the provider said: then nothing is proven"
    log = (film / ".rushes" / "worker.log").read_text() if (film / ".rushes" / "worker.log").exists() else ""
    assert router.key not in said + log
    assert holding(shelf, router.key) == []
    assert not watch.on_a_command_line
    assert watch.children, "no renderer and no encoder was seen: then nothing is proven"
    assert not watch.in_a_childs_environment


def test_a_traceback_in_the_workers_log_does_not_hold_the_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = "canary." + secrets.token_urlsafe(24)
    monkeypatch.setenv("OPENROUTER_API_KEY", key)
    places = Places(tmp_path)
    places.state.mkdir()
    with worker._logging(places):
        log = logging.getLogger("rushes.chain")
        try:
            dict[str, str]()[f"stumbled over {key}"]
        except KeyError:
            log.exception("chain %s with %s", "quay", key)
    written = places.log.read_text()
    assert "Traceback" in written
    assert "stumbled over" in written
    assert key not in written
