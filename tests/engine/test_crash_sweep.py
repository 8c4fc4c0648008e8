"""The worker dies at every named point, under every fault, at every level of proof: see `sweep`."""

from __future__ import annotations

import random
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.engine import answers, submit
from core.engine.production import CRASH_POINTS, Production
from core.engine.submit import Halt
from core.ledger.views import SubmissionRow, TakeRow
from core.providers.base import Payload, Reconcile, Sent, SubmitOutcome, VideoProvider, VideoRequest
from tests.engine.sweep import FAULTS, LEVELS, Case, Drill, Night, Stock, case, provider_with, sweep, visits
from tests.support.stage import MEMORY_DISK


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    base = MEMORY_DISK if MEMORY_DISK.is_dir() else None
    made = Path(tempfile.mkdtemp(prefix="rushes-sweep-", dir=base))
    yield made
    shutil.rmtree(made)


@pytest.fixture(scope="module")
def stock(folder: Path) -> Stock:
    return Stock.make(folder)


AROUND_THE_POST = (
    *(f"take.intent.{place}" for place in ("before", "in", "after")),
    *("post.before", "post.after", "outcome.written", "take.submitted.before", "take.submitted.in"),
    *("take.in_doubt.before", "take.in_doubt.after", "take.running.after"),
)
"""Where it matters what the provider can prove."""


def reachable(fault: str) -> set[str]:
    return {point for point in CRASH_POINTS if fault != "none" or "in_doubt" not in point}


def test_a_death_at_each_point_loses_nothing_and_pays_nothing_twice(stock: Stock, folder: Path) -> None:
    cases = []
    for n, point in enumerate(CRASH_POINTS):
        fault = FAULTS[1 + n % 2] if "in_doubt" in point else FAULTS[n % 3]
        cases.append(case(n, point, fault, LEVELS[n % len(LEVELS)]))
    assert sweep(stock, folder, cases)[0] == []


@pytest.mark.soak
@pytest.mark.parametrize("fault", FAULTS)
def test_a_death_at_any_point_loses_nothing_and_pays_nothing_twice(
    stock: Stock, folder: Path, fault: str
) -> None:
    cases = [case(n, point, fault, LEVELS[n % len(LEVELS)]) for n, point in enumerate(CRASH_POINTS)]
    broken, fired = sweep(stock, folder, cases)
    assert broken == []
    assert fired == reachable(fault), "a point nobody reaches proves nothing"


@pytest.mark.soak
@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("fault", FAULTS)
def test_a_death_around_the_post_is_settled_at_every_level_of_proof(
    stock: Stock, folder: Path, fault: str, level: Reconcile
) -> None:
    cases = [case(n, point, fault, level) for n, point in enumerate(AROUND_THE_POST)]
    assert sweep(stock, folder, cases)[0] == []


@pytest.mark.soak
@pytest.mark.parametrize("level", Reconcile)
@pytest.mark.parametrize("fault", FAULTS)
def test_a_death_at_any_visit_of_any_point_under_any_fault(
    stock: Stock, folder: Path, fault: str, level: Reconcile
) -> None:
    cases = [
        Case(point, visit, fault, nth, level)
        for point in CRASH_POINTS
        for visit in range(1, visits(point) + 1)
        for nth in ((1,) if fault == "none" else (1, 2, 3))
    ]
    assert sweep(stock, folder, cases)[0] == []


def many_deaths(stock: Stock, folder: Path, seed: int) -> list[str]:
    """Three deaths a night, some of them during recovery."""
    rng = random.Random(seed)
    drills = [Drill(rng.choice(CRASH_POINTS), rng.randint(1, 2)) for _ in range(3)]
    provider = provider_with(rng.choice(FAULTS), rng.choice(LEVELS), rng.randint(1, 3))
    found = Night(stock, stock.copy(folder / f"seed{seed}"), provider, drills).run()
    return [f"seed {seed}, {drills}: {what}" for what in found]


def test_deaths_during_recovery_change_nothing(stock: Stock, folder: Path) -> None:
    assert [what for seed in range(4) for what in many_deaths(stock, folder, seed)] == []


@pytest.mark.soak
def test_many_deaths_during_many_recoveries_change_nothing(stock: Stock, folder: Path) -> None:
    assert [what for seed in range(100, 600) for what in many_deaths(stock, folder, seed)] == []


# Mutants: a harness that cannot fail proves nothing.


def sent_without_an_intent(
    p: Production, take: TakeRow, request: VideoRequest, *_more: object
) -> TakeRow | Halt:
    """Posts first, writes it down afterwards."""
    submission = answers.live(p, take)
    provider = p.provider(take.provider)
    outcome = submit._post(provider, provider.build_payload(request, submission.key))
    submit.reach("post.after")
    submit._intent(p, take, submission)
    return answers.record(p, p.take(take.id), submission, outcome)


def doubt_is_sent_again(
    p: Production, take: TakeRow, submission: SubmissionRow, said: str, status: int | None = None
) -> TakeRow:
    """Takes silence for a refusal."""
    return answers.hand_back(p, take, submission, "not_sent", said, status)


_post = submit._post


def retried_on_unclear(provider: VideoProvider, payload: Payload) -> SubmitOutcome:
    """Sends once more where no clear answer came."""
    outcome = _post(provider, payload)
    return _post(provider, payload) if outcome.sent is Sent.UNCLEAR else outcome


MUTANTS = {
    "send": (sent_without_an_intent, "none", "I5"),
    "doubt": (doubt_is_sent_again, "unclear-but-accepted", "I2"),
    "_post": (retried_on_unclear, "unclear-but-accepted", "I1"),
}


@pytest.mark.parametrize("name", MUTANTS)
def test_the_sweep_sees_an_engine_that_pays_twice(
    stock: Stock, folder: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    mutant, fault, invariant = MUTANTS[name]
    monkeypatch.setattr(answers if name == "doubt" else submit, name, mutant)
    cases = [case(n, point, fault, LEVELS[n % 2]) for n, point in enumerate(AROUND_THE_POST[2:6])]
    broken, _ = sweep(stock, folder, cases)
    seen = {
        number
        for number, one in enumerate(cases)
        for what in broken
        if what.startswith(f"{one}: {invariant}")
    }
    assert len(seen) == len(cases), broken


@pytest.mark.parametrize("point", ["post.after", "outcome.written"])
def test_a_doubt_sent_again_after_a_death_is_seen_too(
    stock: Stock, folder: Path, monkeypatch: pytest.MonkeyPatch, point: str
) -> None:
    monkeypatch.setattr(answers, "doubt", doubt_is_sent_again)
    broken, _ = sweep(stock, folder, [Case(point, 1, "none", 1, Reconcile.NOTHING)])
    assert {what.split(": ")[1] for what in broken} == {"I1", "I2", "I3"}
