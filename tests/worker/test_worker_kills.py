"""kill -9 at seeded moments: the film ends complete, nothing downloaded is generated again."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest

from core.engine.production import CRASH_POINTS
from tests.support.films import shots, write_film
from tests.support.work import assert_sound, kill, order, start_worker, takes, wait_for_state

SHOTS = 3
WHILE_ENCODING = 10
AT_POINTS = 10
QUICK = 3
"""Of each kind in the quick suite; the soak runs them all."""
POINTS = (
    "take.intent.after",
    "outcome.written",
    "take.downloaded.in",
    "post.after",
    "take.remote_ok.in",
    "take.framed.in",
    "take.submitted.after",
    "frames.written",
    "take.reserved.after",
    "take.downloading.after",
)


def film(root: Path, seconds: float) -> Path:
    write_film(root, {"a": shots("A", SHOTS, seconds=seconds)}, width=320, height=180)
    order(root)
    return root


def finish(root: Path) -> None:
    for _ in range(3):
        if start_worker(root).wait(120) == 0:
            break
    assert [take.state for take in takes(root)] == ["review"] * SHOTS


def downloaded(root: Path) -> dict[str, tuple[int, str]]:
    """Clips that are down: inode and hash. A clip made again would be another file."""
    clips = {take.shot: take.sha for take in takes(root) if take.sha}
    paths = {shot: root / "takes" / shot / f"{shot}_t001.mp4" for shot in clips}
    return {shot: (paths[shot].stat().st_ino, sha) for shot, sha in clips.items() if paths[shot].exists()}


def check(root: Path, before: dict[str, tuple[int, str]]) -> None:
    finish(root)
    after = downloaded(root)
    assert {shot: after[shot] for shot in before} == before, "something downloaded was generated again"
    assert_sound(root)


def kill_while_encoding(root: Path, seed: int) -> None:
    film(root, seconds=2.0)
    dice = random.Random(seed)
    worker = start_worker(root)
    wait_for_state(root, "running")
    time.sleep(dice.uniform(0, 1.2))
    kill(worker)
    check(root, downloaded(root))


def kill_at(root: Path, point: str, nth: int) -> None:
    assert point in CRASH_POINTS
    film(root, seconds=0.5)
    worker = start_worker(root, RUSHES_CRASH_AT=f"{point}:{nth}")
    assert worker.wait(90) == -9, f"{point} was never reached"
    check(root, downloaded(root))


@pytest.mark.parametrize("seed", range(QUICK))
def test_a_worker_killed_while_encoding_finishes_next_time(film_root: Path, seed: int) -> None:
    kill_while_encoding(film_root, seed)


@pytest.mark.parametrize("point", POINTS[:QUICK])
def test_a_worker_killed_at_a_named_point_finishes_next_time(film_root: Path, point: str) -> None:
    kill_at(film_root, point, 2)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(QUICK, WHILE_ENCODING))
def test_soak_a_worker_killed_while_encoding_finishes_next_time(film_root: Path, seed: int) -> None:
    kill_while_encoding(film_root, seed)


@pytest.mark.soak
@pytest.mark.parametrize("nth", [1, 3])
@pytest.mark.parametrize("point", POINTS)
def test_soak_a_worker_killed_at_a_named_point_finishes_next_time(
    film_root: Path, point: str, nth: int
) -> None:
    kill_at(film_root, point, nth)


def test_half_files_of_a_killed_worker_are_swept_when_the_next_one_starts(film_root: Path) -> None:
    film(film_root, seconds=0.5)
    finish(film_root)
    before = downloaded(film_root)
    for name in (".A001_t001.json.7-7.part", "A001_t001.part.mp4"):
        (film_root / "takes" / "A001" / name).write_bytes(b"half")
    assert start_worker(film_root).wait(60) == 0
    check(film_root, before)
