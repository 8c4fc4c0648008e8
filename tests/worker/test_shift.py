"""A shift in this process: what may end it, and that nothing it sends outlives it."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from core.base.clock import SystemClock, stamp
from core.base.errors import BadInput, DiskFull, FilmHeld, LedgerFault, RushesError
from core.base.hold import hold, holder
from core.engine.orders import Scope, place
from core.engine.production import Production
from core.ledger import commands
from core.providers.base import Payload, SubmitOutcome
from core.studio import orders
from core.studio.assembly import Opened
from core.studio.places import Places
from core.studio.plans import PlanKeeper
from core.studio.spawn import start_renderer
from core.worker import main
from core.worker import shift as shifts
from core.worker.shift import Shift
from tests.support.fakes import FakeProvider
from tests.support.films import production, shots, write_film
from tests.support.work import REPO, wait_until


class Slow(FakeProvider):
    """Its POST takes until it is let go."""

    def __init__(self) -> None:
        super().__init__(price=500_000)
        self.begun, self.go = threading.Event(), threading.Event()

    def submit(self, payload: Payload) -> SubmitOutcome:
        self.begun.set()
        assert self.go.wait(30)
        return super().submit(payload)


class Film:
    def __init__(self, root: Path, provider: FakeProvider) -> None:
        write_film(root, {"a": shots("A", 1)})
        self.root, self.places, self.provider = root, Places(root), provider
        self.plans = PlanKeeper(self.places)
        self.p: Production = production(root, provider, clock=SystemClock())
        self.p.current_plan = self.plans
        self.stop = threading.Event()

    def shift(self, *, since: str = "", linger: bool = False) -> int:
        """A whole shift, its lock included. No chain thread may be left when the lock falls."""
        opened = Opened(self.p, self.plans)
        with hold(self.places.lock) as held:
            try:
                work = Shift(
                    opened, self.places, held, self.stop, linger=linger, chains=(), since=since or self.now()
                )
                return work.run()
            finally:
                assert not [t for t in threading.enumerate() if t.name.startswith("chain-")]

    def now(self) -> str:
        return stamp(self.p.clock.now())

    def states(self) -> list[str]:
        return [take.state for take in self.p.reader.all_takes()]

    def events(self, kind: str) -> list[str]:
        return [row["text"] for row in self.p.reader.events(kinds=(kind,))]


Build = Callable[..., Film]


@pytest.fixture
def build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Build]:
    made: list[Film] = []
    monkeypatch.setattr(shifts, "TICK_S", 0.02)
    monkeypatch.setattr(shifts, "PLAN_LOOK_S", 0.02)
    monkeypatch.setattr(shifts, "BEAT_S", 0.02)

    def build(provider: FakeProvider | None = None) -> Film:
        made.append(Film(tmp_path / "film", provider or FakeProvider(price=500_000)))
        return made[-1]

    yield build
    for film in made:
        film.p.reader.close()
        film.p.ledger.close()


def in_background(act: Callable[[], Any]) -> tuple[threading.Thread, list[Any]]:
    told: list[Any] = []

    def run() -> None:
        try:
            told.append(act())
        except RushesError as error:
            told.append(error)

    thread = threading.Thread(target=run, name="shift")
    thread.start()
    return thread, told


def test_a_shift_that_ends_by_a_fault_waits_for_the_request_that_is_on_its_way(build: Build) -> None:
    slow = Slow()
    film = build(slow)
    place(film.p, Scope())
    thread, told = in_background(film.shift)
    assert slow.begun.wait(30)
    film.places.lock.unlink()
    film.places.lock.touch()  # the lock is lost while a thread is inside a POST
    wait_until(film.stop.is_set)
    assert holder(film.places.lock).running, "the lock fell under a request"
    slow.go.set()
    thread.join(30)
    assert isinstance(told[0], FilmHeld)
    assert "replaced" in str(told[0])
    assert not holder(film.places.lock).running
    assert len(slow.posts) == 1
    assert film.states()[0] in ("submitted", "running"), "the answer was written down"


def test_an_exception_nobody_thought_of_ends_no_shift(build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    film = build()
    place(film.p, Scope())
    obey, failed = Shift._obey, []

    def fails_first(self: Shift) -> None:
        if len(failed) < 3:
            failed.append(1)
            raise RuntimeError("Symlink loop")
        obey(self)

    monkeypatch.setattr(Shift, "_obey", fails_first)
    assert film.shift() == 0
    assert film.states() == ["review"]
    assert film.events("worker.fault") == ["commands: Symlink loop"], "one that lasts is told once"


def test_a_ledger_another_process_keeps_for_a_while_ends_no_shift(
    build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    film = build()
    place(film.p, Scope())
    end, busy = Shift._end, []

    def busy_first(self: Shift, version: int | None) -> int | None:
        if not busy:
            busy.append(1)
            raise LedgerFault(
                "another process has held the ledger for too long"
            ) from sqlite3.OperationalError("database is locked")
        return end(self, version)

    monkeypatch.setattr(Shift, "_end", busy_first)
    assert film.shift() == 0
    assert film.states() == ["review"]


def test_a_ledger_that_is_damaged_ends_the_shift_with_its_sentence(
    build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    def torn(self: Shift) -> None:
        raise LedgerFault("the ledger is damaged") from sqlite3.DatabaseError("malformed")

    film = build()
    monkeypatch.setattr(Shift, "_obey", torn)
    with pytest.raises(LedgerFault, match="damaged"):
        film.shift(linger=True)


def test_a_full_disk_ends_a_shift_that_has_nothing_left_to_do(
    build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(self: Shift, version: int | None) -> int | None:
        raise DiskFull("the disk is full")

    film = build()
    monkeypatch.setattr(Shift, "_end", full)
    with pytest.raises(DiskFull):
        film.shift()


def test_a_lock_file_that_is_only_gone_ends_no_shift(build: Build) -> None:
    film = build(Slow())
    place(film.p, Scope())
    thread, told = in_background(film.shift)
    assert isinstance(film.provider, Slow)
    assert film.provider.begun.wait(30)
    film.places.lock.unlink()
    seen = film.p.reader.data_version
    assert seen()
    film.provider.go.set()
    thread.join(30)
    assert told == [0]
    assert film.states() == ["review"]


def test_a_link_in_a_circle_among_the_shots_ends_no_shift_and_is_told(build: Build) -> None:
    slow = Slow()
    film = build(slow)
    place(film.p, Scope())
    thread, told = in_background(film.shift)
    assert slow.begun.wait(30)
    (film.root / "shots" / "loop.toml").symlink_to("loop.toml")
    wait_until(lambda: bool(film.events("plan.fault")))
    slow.go.set()
    thread.join(30)
    assert told == [0]
    assert "leads nowhere" in film.events("plan.fault")[0]


def test_a_stop_meant_for_a_worker_that_was_killed_does_not_stop_the_next(build: Build) -> None:
    film = build()
    place(film.p, Scope())
    with hold(film.places.lock):
        orders.ask(film.p, "stop", {}, "Ada", worker=True)
    with film.p.ledger.write() as w:
        commands.queue(w, "stop", '{"pid": 1}', "Ada")
    film.p.clock.sleep(0.01)
    assert film.shift() == 0
    assert film.states() == ["review"]
    rows = film.p.reader.table("command", "ORDER BY id")
    assert [(row["state"], row["answer"]) for row in rows] == [("failed", "that worker has ended")] * 2


def test_a_stop_for_this_worker_is_obeyed(build: Build) -> None:
    film = build()
    since = film.now()
    with film.p.ledger.write() as w:
        commands.queue(w, "stop", f'{{"pid": {os.getpid()}}}', "Ada")
    assert film.shift(since=since, linger=True) == 0
    assert film.p.reader.table("command")[0]["state"] == "done"


def test_pause_is_in_force_at_once_although_a_stalled_worker_holds_the_film(build: Build) -> None:
    film = build()
    with hold(film.places.lock):
        said = orders.ask(film.p, "pause", {"chain": ""}, "Ada", worker=True)
        assert film.p.reader.chain("a")[:2] == ("paused", "manual")
        assert "paused a" in said
        orders.ask(film.p, "resume", {"chain": "a"}, "Ada", worker=True)
        assert film.p.reader.chain("a")[0] == "active"
    rows = film.p.reader.table("command", "ORDER BY id")
    assert [(row["kind"], row["state"], row["person"]) for row in rows] == [
        ("pause", "done", "Ada"),
        ("resume", "done", "Ada"),
    ]


def test_a_job_of_a_chain_whose_file_was_renamed_is_still_fetched(build: Build) -> None:
    slow = Slow()
    film = build(slow)
    place(film.p, Scope())
    thread, _ = in_background(film.shift)
    assert slow.begun.wait(30)
    film.stop.set()
    slow.go.set()
    thread.join(30)
    assert film.states()[0] in ("submitted", "running")
    (film.root / "shots" / "a.toml").rename(film.root / "shots" / "b.toml")
    film.stop.clear()
    film.shift()
    assert film.states() == ["review"]
    assert len(slow.posts) == 1


def test_a_folder_that_cannot_be_made_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    for film in (tmp_path / "file" / "film", Path("/proc/none")):
        found = worker_on(film)
        assert found.returncode == 2
        assert "there is no film here" in found.stderr
        assert "Traceback" not in found.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["file"], "nothing was made"


def test_a_log_that_is_a_link_is_not_written_through(tmp_path: Path) -> None:
    film = write_film(tmp_path / "film", {"a": shots("A", 1)})
    precious = tmp_path / "precious"
    precious.write_text("dear\n")
    (film / ".rushes").mkdir()
    (film / ".rushes" / "worker.log").symlink_to(precious)
    (film / "film.json").write_text("{")
    found = worker_on(film)
    assert found.returncode == 2
    assert "film.json" in found.stderr
    assert "Traceback" not in found.stderr
    assert precious.read_text() == "dear\n"
    with pytest.raises(BadInput, match="plain file"):
        start_renderer(tmp_path, film / ".rushes" / "worker.log")
    assert precious.read_text() == "dear\n"


def test_a_full_disk_is_told_by_a_code_of_its_own_and_a_word_on_stderr(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(places: Places) -> Opened:
        raise DiskFull("the disk is full", where=str(places.root))

    def ours(places: Places) -> Opened:
        raise RuntimeError

    film = write_film(tmp_path / "film", {"a": shots("A", 1)})
    monkeypatch.setattr(main, "_signals", lambda stop: None)
    monkeypatch.setattr(os, "setsid", lambda: None)
    monkeypatch.setattr(main, "open_film", full)
    assert main.main(["--film", str(film)]) == main.DISK_FULL_CODE
    assert "the disk is full" in capsys.readouterr().err
    monkeypatch.setattr(main, "open_film", ours)
    assert main.main(["--film", str(film)]) == main.FAULT_CODE
    assert "RuntimeError" in Places(film).log.read_text()


def worker_on(film: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "core.worker", "--film", str(film)]
    return subprocess.run(command, cwd=REPO, capture_output=True, text=True, timeout=60, check=False)
