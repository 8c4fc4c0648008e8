"""kill -9 anywhere, whatever the provider does: nothing is lost, nothing is paid twice."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from tests.faults.common import Scene
from tests.faults.drive import Stables, stables, told
from tests.faults.mutants import MUTANTS
from tests.faults.points import POINTS
from tests.faults.scenes import with_deaths, without_death

QUICK = 400
FULL = 2700
"""Nights with deaths; those without come on top."""


@pytest.fixture(scope="module")
def parents() -> Iterator[Stables]:
    with stables() as made:
        yield made


def sweep(parents: Stables, count: int, seed: int) -> tuple[list[str], set[str], str]:
    """What was broken, the points that killed, and the numbers."""
    began = time.monotonic()
    lived = without_death()
    calm = parents.play(lived)
    dying = with_deaths(lived, calm, count, seed)
    dead = parents.play(dying)
    scenes, ran = [*lived, *dying], [*calm, *dead]
    broken = [f"{scene}: {what}" for scene, one in zip(scenes, ran, strict=True) for what in one.broken]
    killed = {
        scene.deaths[0][0] for scene, one in zip(dying, dead, strict=True) if one.deaths == len(scene.deaths)
    }
    return broken, killed, told(scenes, ran, time.monotonic() - began)


def test_five_hundred_nights_lose_nothing_and_pay_nothing_twice(
    parents: Stables, capsys: pytest.CaptureFixture[str]
) -> None:
    broken, killed, numbers = sweep(parents, QUICK, seed=3)
    with capsys.disabled():
        print(f"\nfault sweep: {numbers}")
    assert broken == []
    assert killed == set(POINTS), "a point that kills nobody proves nothing"


@pytest.mark.soak
@pytest.mark.parametrize("seed", [11, 12])
def test_three_thousand_nights_lose_nothing_and_pay_nothing_twice(
    parents: Stables, capsys: pytest.CaptureFixture[str], seed: int
) -> None:
    broken, killed, numbers = sweep(parents, FULL, seed)
    with capsys.disabled():
        print(f"\nfault sweep, seed {seed}: {numbers}")
    assert broken == []
    assert killed == set(POINTS)


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
    wrong = [Scene(s.fault, s.nth, s.level, s.deaths, name, s.tight, s.crowd) for s in scenes]
    for scene, ran in zip(wrong, parents.play(wrong), strict=True):
        assert any(what.startswith(f"{invariant}:") for what in ran.broken), (str(scene), ran.broken)
    for scene, ran in zip(scenes, parents.play(scenes), strict=True):
        assert ran.broken == (), str(scene)
