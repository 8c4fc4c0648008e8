"""A scripted night over a pty: lines drop, windows change, money and keys run out, and nothing is lost."""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from core.ledger import records
from core.studio.places import Places
from tests.fakes.clips import clip_bytes
from tests.nights.brisk import RouterNight
from tests.providers.cases import fake_key
from tests.support.stage import MEMORY_DISK
from tests.support.terminal import PATIENCE_S
from tests.support.work import assert_sound, wait_until
from tests.tui.night.evening import COST, SECONDS, Evening, Length
from tests.tui.pty.house import PERSON

BROKE = (
    ("character drift", "char", "another face"),
    ("physics", "phy", "the lamp floats"),
    ("lip-sync", "lip", "she says nothing"),
    ("camera", "cam", "it flips at the end"),
    ("style", "sty", "too dark"),
)
SMALL = Length(chains=2, shots=12, approvals=3, failures=1, drops=1, resizes=2, poll_s=0.3)
WHOLE = Length(chains=6, shots=400, approvals=40, failures=5, drops=3, resizes=16, poll_s=0.05)
SCREENS = ("", "review", "matrix")
"""Where a person is when the line drops; the last one is sifted."""


@pytest.fixture
def room() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="rushes-night-", dir=MEMORY_DISK if MEMORY_DISK.is_dir() else None))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.parametrize("length", [SMALL, pytest.param(WHOLE, marks=pytest.mark.soak)])
def test_a_night_at_the_board_leaves_the_ledger_that_was_typed(room: Path, length: Length) -> None:
    with RouterNight(fake_key("sk-or-v1-")) as router:
        router.clip = clip_bytes(24 * SECONDS, 128, 72)
        evening = Evening(room / "film", router, length)
        try:
            play(evening)
        finally:
            evening.one.close()
            evening.stop_worker()
        compare(evening)


def play(evening: Evening) -> None:
    length, router = evening.length, evening.router
    evening.sit_down()
    for chain in evening.chains:
        assert "ordered" in evening.go(chain)
    router.exhaust(max(length.shots * 4 // 10, len(router.bill) + 2))
    third = length.approvals // 3
    part(evening, third, 0)
    evening.wait_for(lambda: "key_limit" in evening.pauses().values() and evening.rests(), "the key's limit")
    assert "exceeded" in evening.go(next(iter(evening.pauses())))
    evening.budget(max(length.shots * 7 // 10, len(router.bill) + 2))
    router.lift()
    resume(evening, "key_limit")
    part(evening, third, 1)
    evening.wait_for(lambda: "budget" in evening.pauses().values() and evening.rests(), "the budget's gate")
    evening.budget(length.shots)
    resume(evening, "budget")
    part(evening, length.approvals - 2 * third, 2)
    evening.wait_for(lambda: evening.made() == length.shots, "every shot")
    evening.leave()


def part(evening: Evening, approvals: int, number: int) -> None:
    """A third of the night: verdicts, failures, windows, and a line that drops."""
    length = evening.length
    failures = BROKE[: length.failures][number::3]
    resizes = length.resizes // 2 // 3 + (number < length.resizes // 2 % 3)
    for category, letters, broke in failures:
        evening.log_failure(category, letters, broke)
    for turn in range(approvals):
        evening.circle(1)
        if turn < resizes:
            evening.resize()
    if number < length.drops:
        evening.drop(SCREENS[number], sifted=SCREENS[number] == "matrix")


def resume(evening: Evening, reason: str) -> None:
    for chain, why in evening.pauses().items():
        if why == reason:
            evening.go(chain)
    evening.wait_for(lambda: reason not in evening.pauses().values(), f"no pause for {reason}")


def compare(evening: Evening) -> None:
    """The ledger against what was typed and what the provider billed."""
    length, router = evening.length, evening.router
    with closing(evening.reader()) as reader:
        verdicts = [(row["shot"], row["verdict"], row["person"]) for row in records.verdicts(reader)]
        logged = sorted(records.failures(reader), key=lambda row: int(row["id"]))
        failures = [(row["shot"], row["category"], row["broke"], row["person"]) for row in logged]
        sums = reader.sums()
        states = Counter(take.state for take in reader.all_takes())
        faults = reader.events(limit=1_000, kinds=("worker.fault", "plan.fault"))
        jobs = [row["job_id"] for row in reader.table("submission") if row["job_id"]]
    assert verdicts == [(shot, "approve", PERSON) for shot in evening.circled]
    assert len(set(evening.circled)) == length.approvals
    assert failures == [(*one, PERSON) for one in evening.failed]
    assert len(evening.failed) == length.failures
    assert (evening.dropped, evening.resized) == (length.drops, length.resizes)
    assert states == {"approved": length.approvals, "review": length.shots - length.approvals}
    assert (sums.reserved, sums.committed, sums.settled) == (0, 0, sum(router.bill.values()))
    assert sums.settled == length.shots * COST
    assert sorted(jobs) == sorted(router.bill), "one job a take, each known"
    assert router.refused
    assert not faults
    assert "Traceback" not in Places(evening.root).log.read_text("utf-8")
    assert_sound(evening.root)
    # The worker lets go of the film before its interpreter has ended.
    wait_until(lambda: not left_running(evening.root), PATIENCE_S, f"an end of {left_running(evening.root)}")


def left_running(film: Path) -> list[str]:
    """Command lines of processes that still know the film."""
    found = []
    for line in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = line.read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
        except OSError:
            continue  # it ended meanwhile
        if str(film) in words:
            found.append(words)
    return found
