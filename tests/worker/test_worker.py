"""The worker as a process: lock, signals, orders by rows, and what survives."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from core.ledger.views import Reader
from core.studio.places import Places
from tests.support.films import shots, write_film
from tests.support.work import (
    REPO,
    assert_sound,
    order,
    runs,
    rushes,
    start_worker,
    takes,
    wait_for_state,
    wait_until,
)


def film(root: Path, count: int = 3, seconds: float = 0.5, **profile: object) -> Path:
    return write_film(root, {"a": shots("A", count, seconds=seconds)}, width=160, height=90, **profile)


def test_a_worker_makes_the_film_and_ends_with_0(film_root: Path) -> None:
    write_film(
        film_root, {"a": shots("A", 2, seconds=0.5), "b": shots("B", 2, seconds=0.5)}, width=160, height=90
    )
    order(film_root)
    assert start_worker(film_root).wait(90) == 0
    assert [take.state for take in takes(film_root)] == ["review"] * 4
    assert_sound(film_root)
    assert not runs(film_root)


def test_a_second_worker_is_refused_with_exit_5_and_the_first_goes_on(film_root: Path) -> None:
    film(film_root, review={"policy": "each"})
    order(film_root)
    first = start_worker(film_root, "--linger")
    wait_until(lambda: runs(film_root))
    assert start_worker(film_root).wait(30) == 5
    second = rushes("run", film=film_root)
    assert second.returncode == 5
    assert "another worker holds this film" in second.stderr
    assert first.poll() is None
    first.terminate()
    assert first.wait(30) in (0, 3)


def test_sigterm_ends_the_worker_cleanly_and_the_next_picks_up(film_root: Path) -> None:
    film(film_root)
    order(film_root)
    first = start_worker(film_root)
    wait_for_state(film_root, "running", "submitted")
    first.terminate()
    assert first.wait(30) == 3
    assert start_worker(film_root).wait(90) == 0
    assert {take.state for take in takes(film_root)} == {"review"}
    assert_sound(film_root)


def test_pause_resume_and_stop_are_rows_that_the_worker_obeys(film_root: Path) -> None:
    film(film_root, count=6)
    order(film_root)
    worker = start_worker(film_root, "--linger")
    wait_for_state(film_root, "review")
    assert rushes("pause", film=film_root).returncode == 0
    with closing(Reader(Places(film_root).ledger)) as reader:
        wait_until(lambda: reader.chain("a")[:2] == ("paused", "manual"), what="the pause")
        sent = {take.id for take in reader.all_takes() if take.state != "planned"}
        time.sleep(1.5)  # long enough for a worker that does not obey to begin another
        wait_until(lambda: all(take.state in ("review", "planned", "ready") for take in reader.all_takes()))
        assert {t.id for t in reader.all_takes() if t.state == "review"} <= sent
        assert rushes("resume", film=film_root).returncode == 0
        wait_until(lambda: all(take.state == "review" for take in reader.all_takes()), what="the rest")
    assert rushes("stop", film=film_root).returncode == 0
    assert worker.wait(30) == 0


def test_a_lingering_worker_goes_on_when_a_person_circles_what_it_waits_for(film_root: Path) -> None:
    film(film_root, count=2, review={"policy": "each"})
    order(film_root)
    worker = start_worker(film_root, "--linger")
    wait_for_state(film_root, "review")
    with closing(Reader(Places(film_root).ledger)) as reader:
        wait_until(lambda: reader.chain("a")[1] == "review", what="the pause for review")
        assert reader.take_of("A002", 1).state in ("planned", "ready")
        assert rushes("approve", "A001", film=film_root).returncode == 0
        wait_until(lambda: reader.take_of("A002", 1).state == "review", what="the next take")
    worker.terminate()
    worker.wait(30)


@pytest.mark.skipif(not hasattr(os, "setsid"), reason="needs process sessions")
def test_the_chain_lives_on_when_the_terminal_and_its_session_are_hung_up(film_root: Path) -> None:
    film(film_root, count=3)
    terminal, inside = os.openpty()
    shell = subprocess.Popen(
        [sys.executable, "-m", "tui.cli", "run", "--film", str(film_root)],
        cwd=REPO,
        stdin=inside,
        stdout=inside,
        stderr=inside,
        start_new_session=True,
        env={**os.environ, "TERM": "xterm-256color"},
    )
    os.close(inside)
    wait_until(Places(film_root).ledger.exists)
    wait_for_state(film_root, "running", "submitted", "review")
    os.killpg(shell.pid, signal.SIGHUP)
    os.close(terminal)
    shell.wait(30)
    assert runs(film_root), "the worker went with its terminal"
    wait_until(lambda: not runs(film_root), 90, "the worker to finish")
    assert [take.state for take in takes(film_root)] == ["review"] * 3
    shown = rushes("status", film=film_root)
    assert "3 of 3 shots made" in shown.stdout


def test_a_worker_whose_stdout_and_stderr_are_closed_finishes(film_root: Path) -> None:
    film(film_root, count=2)
    order(film_root)
    script = f"exec {sys.executable} -m core.worker --film {film_root} <&- >&- 2>&-"
    assert subprocess.run(["/bin/sh", "-c", script], cwd=REPO, timeout=90, check=False).returncode == 0
    assert [take.state for take in takes(film_root)] == ["review"] * 2


def test_a_shot_file_broken_while_the_worker_runs_keeps_the_last_good_plan(film_root: Path) -> None:
    # It waits for a verdict all the while, so that it is still there when the file is mended.
    film(film_root, count=2, review={"policy": "each"})
    order(film_root)
    worker = start_worker(film_root, "--linger")
    try:
        wait_for_state(film_root, "review")
        path = film_root / "shots" / "a.toml"
        whole = path.read_text()
        path.write_text(whole[: len(whole) // 2] + '\nseconds = "')
        with closing(Reader(Places(film_root).ledger)) as reader:
            wait_until(lambda: bool(reader.events(kinds=("plan.fault",))), what="the fault to be told")
            path.write_text(whole)
            wait_until(lambda: bool(reader.events(kinds=("plan.mended",))), what="the mended plan")
        assert rushes("approve", "A001", film=film_root).returncode == 0
        wait_until(lambda: takes(film_root)[1].state == "review", what="the next shot, by the plan as it was")
    finally:
        worker.terminate()
        worker.wait(30)


def test_run_from_shot_quotes_first_and_leaves_the_shots_before_untouched(film_root: Path) -> None:
    film(film_root, count=4)
    assert rushes("run", film=film_root).returncode == 0
    before = {path: path.read_bytes() for path in (film_root / "takes").rglob("*") if path.is_file()}
    again = rushes("run", "--from", "A003", film=film_root)
    assert again.returncode == 0, again.stderr
    assert again.stderr.index("quote: 2 takes (A003 to A004)") < again.stderr.index("take 2 is here")
    assert {path: path.read_bytes() for path in before} == before
    made = takes(film_root)
    assert [(take.shot, take.n) for take in made] == [
        *[(f"A00{n}", 1) for n in range(1, 5)],
        ("A003", 2),
        ("A004", 2),
    ]
    newest = {(take.shot, take.n): take for take in made}
    assert newest["A003", 2].source_take == newest["A002", 1].id
    assert newest["A004", 2].source_take == newest["A003", 2].id


def test_a_rehearsal_has_a_root_of_its_own_and_says_what_a_take_would_have_cost(film_root: Path) -> None:
    film(
        film_root,
        count=2,
        seconds=4,
        defaults={
            "establisher": {
                "provider": "openrouter",
                "model": "bytedance/seedance-2.0",
                "resolution": "720p",
            }
        },
    )
    refused = rushes("run", "--accept", "quote", "--why", "a try", film=film_root)
    assert refused.returncode == 2
    assert "openrouter needs a key: OPENROUTER_API_KEY is not set" in refused.stderr
    assert takes(film_root) == []
    done = rushes("run", "--rehearse", film=film_root)
    assert done.returncode == 0, done.stderr
    assert not (film_root / "takes").exists()
    home = film_root / ".rushes" / "rehearsal"
    assert (home / "takes" / "A002" / "A002_t001.mp4").is_file()
    listed = rushes("takes", "--rehearsal", "--json", film=film_root)
    assert '"would_have_cost_usd": "0.6048"' in listed.stdout


def test_the_worker_says_in_its_log_why_it_could_not_start(film_root: Path) -> None:
    film(film_root)
    order(film_root)
    (film_root / "film.json").write_text('{"rushes": 1,')
    worker = start_worker(film_root)
    assert worker.wait(30) == 2
    assert "film.json" in Places(film_root).log.read_text()


def test_a_damaged_ledger_stops_the_worker_with_the_way_out(film_root: Path) -> None:
    film(film_root)
    order(film_root)
    ledger = Places(film_root).ledger
    data = bytearray(ledger.read_bytes())
    data[4096:8192] = b"\xff" * 4096
    ledger.write_bytes(data)
    kept = ledger.read_bytes()
    assert start_worker(film_root).wait(30) == 2
    assert "rushes audit" in Places(film_root).log.read_text()
    assert ledger.read_bytes() == kept, "a broken ledger is never replaced silently"


def test_a_retake_finds_the_worker_that_runs_or_starts_one(film_root: Path) -> None:
    write_film(
        film_root, {"a": shots("A", 2, seconds=0.5), "b": shots("B", 1, seconds=0.5)}, width=160, height=90
    )
    order(film_root)
    assert rushes("pause", "--chain", "b", film=film_root).returncode == 0, "so that the worker has to stay"
    worker = start_worker(film_root, "--linger")
    wait_for_state(film_root, "review")
    while_it_runs = rushes("retake", "A001", film=film_root)
    assert "the worker is at it" in while_it_runs.stderr
    made = ["review", "review", "planned", "review"]
    wait_until(lambda: [t.state for t in takes(film_root)] == made, 60, "the retake")
    assert rushes("resume", "--chain", "b", film=film_root).returncode == 0
    assert worker.wait(30) == 0, "with nothing left to judge it ends by itself"
    after = rushes("retake", "A002", film=film_root)
    assert "the worker started" in after.stderr
    wait_until(lambda: [t.state for t in takes(film_root)] == ["review"] * 5, 60, "the second retake")


def test_orders_given_at_the_very_end_of_a_shift_are_not_lost(film_root: Path) -> None:
    film(film_root, count=1)
    assert rushes("run", film=film_root).returncode == 0
    for n in range(
        2, 6
    ):  # each retake is given the moment the one before is done: the worker is about to end
        assert rushes("retake", "A001", film=film_root).returncode == 0
        wait_until(lambda n=n: takes(film_root)[-1].n == n and takes(film_root)[-1].state == "review", 60)
