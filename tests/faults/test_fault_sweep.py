"""kill -9 anywhere, whatever the provider does: nothing is lost, nothing is paid twice."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.faults.common import Ran, Scene
from tests.faults.drive import Stables, stables, told
from tests.faults.mutants import MUTANTS
from tests.faults.points import POINTS
from tests.faults.scenes import with_deaths, without_death

QUICK, FULL = 170, 2700
"""Nights with deaths; those without come on top. The quick suite kills at every point; the soak, often."""
PARTS = 4
"""Tests of one sweep: none of them takes long, even on a machine with much else to do."""


class Sweep:
    """One seed's scenes, played in parts and counted together."""

    def __init__(self, parents: Stables, count: int, seed: int) -> None:
        self.parents = parents
        self.count = count
        self.seed = seed
        self.scenes: list[Scene] = []
        self.ran: list[Ran] = []
        self.seconds = 0.0
        self._dying: list[Scene] = []

    def play(self, part: int) -> list[str]:
        """The next part: the first is of nights without a death. What was broken, with where."""
        began = time.monotonic()
        if part == 0:
            scenes = without_death()
        else:
            size = -(-self.count // (PARTS - 1))
            scenes = self._dying[(part - 1) * size : part * size]
        assert scenes, "the parts are played in their order"
        ran = self.parents.play(scenes)
        if part == 0:
            self._dying = with_deaths(scenes, ran, self.count, self.seed)
        self.scenes += scenes
        self.ran += ran
        self.seconds += time.monotonic() - began
        return [f"{scene}: {what}" for scene, one in zip(scenes, ran, strict=True) for what in one.broken]

    @property
    def killed(self) -> set[str]:
        """Points that killed somebody."""
        both = zip(self.scenes, self.ran, strict=True)
        return {scene.deaths[0][0] for scene, one in both if scene.deaths and one.deaths}

    def __str__(self) -> str:
        return told(self.scenes, self.ran, self.seconds)


@pytest.fixture(scope="module")
def parents() -> Iterator[Stables]:
    with stables() as made:
        yield made


@pytest.fixture(scope="module")
def quick(parents: Stables) -> Sweep:
    return Sweep(parents, QUICK, seed=3)


@pytest.mark.parametrize("part", range(PARTS))
def test_wherever_a_worker_dies_nothing_is_lost_and_nothing_paid_twice(quick: Sweep, part: int) -> None:
    assert quick.play(part) == []


def test_three_hundred_nights_were_played_and_every_point_has_killed(
    quick: Sweep, capsys: pytest.CaptureFixture[str]
) -> None:
    with capsys.disabled():
        print(f"\nfault sweep: {quick}")
    assert len(quick.scenes) >= 300
    assert quick.killed == set(POINTS), "a point that kills nobody proves nothing"


@pytest.mark.soak
@pytest.mark.parametrize("seed", [11])
def test_three_thousand_nights_lose_nothing_and_pay_nothing_twice(
    parents: Stables, capsys: pytest.CaptureFixture[str], seed: int
) -> None:
    full = Sweep(parents, FULL, seed)
    broken = [what for part in range(PARTS) for what in full.play(part)]
    with capsys.disabled():
        print(f"\nfault sweep, seed {seed}: {full}")
    assert broken == []
    assert full.killed == set(POINTS)


def test_what_runs_is_fetched_while_the_key_is_refused(parents: Stables) -> None:
    scenes = [Scene("key-limit-403", 2, level, crowd=True) for level in (0, 2, 3)]
    ran = parents.play(scenes)
    assert [one.broken for one in ran] == [()] * 3
    assert all("key_limit" in one.pauses for one in ran)
    assert all(one.kept_on for one in ran), "a job that ran was not fetched until the person came"


CAUGHT: dict[str, tuple[str, tuple[Scene, ...]]] = {
    "no-intent": ("I5", (Scene(), Scene(deaths=(("post.after", 1),)), Scene("reset-before", 2, 2))),
    "sent-again": ("I1", (Scene("accept-then-reset"), Scene(deaths=(("post.after", 1),)))),
    "retried": ("I1", (Scene("accept-then-reset"), Scene("502-page-accepted", 2), Scene("cut-accepted"))),
    "no-turn": ("I6", (Scene(crowd=True), Scene("list-lag", 1, 2, crowd=True))),
    "block-ignored": ("I11", (Scene("key-limit-403"), Scene("no-credit-402", 1, 2))),
    "hold-not-counted": ("I4", (Scene("accept-then-reset", 2, tight=True), Scene("page-403", 2, tight=True))),
    "absent-at-once": ("I1", (Scene("list-lag", 1, 2, (("wire.heard", 1),)),)),
}
"""Mutant to the invariant that sees it, and the nights in which it must."""


def test_every_mutant_has_its_nights() -> None:
    assert CAUGHT.keys() == MUTANTS.keys()


@pytest.mark.parametrize("name", CAUGHT)
def test_an_engine_that_is_wrong_is_seen(parents: Stables, name: str) -> None:
    invariant, scenes = CAUGHT[name]
    wrong = [replace(scene, mutant=name) for scene in scenes]
    for scene, ran in zip(wrong, parents.play(wrong), strict=True):
        assert any(what.startswith(f"{invariant}:") for what in ran.broken), (str(scene), ran.broken)
    for scene, ran in zip(scenes, parents.play(scenes), strict=True):
        assert ran.broken == (), str(scene)
