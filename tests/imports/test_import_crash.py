"""Killed anywhere, an import leaves nothing, or a take that somebody finishes."""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import Any

import pytest

from core.base import crash
from core.base.hold import hold
from core.desk import audit_checks
from core.desk.rescued import rescued
from core.engine import brought, imports
from core.engine.chain import ChainRunner
from core.engine.footage import Copied
from core.engine.production import CRASH_POINTS
from core.studio.places import Places
from tests.imports.hands import Died, die_at
from tests.support.stage import DOLLAR, Stage

AFTER_THE_ROW = (
    "import.planned",
    *(c for c in CRASH_POINTS if c.split(".")[1] in ("verified", "framed", "review")),
)
AFTER_THE_ROW += ("frames.written", "sidecar.written", "import.done")


def parts(stage: Stage) -> list[str]:
    return [path.name for path in (stage.root / "takes").glob("**/*.part*")]


def is_whole(stage: Stage) -> None:
    assert stage.states("A001") == ["review"]
    assert stage.film_sums() == (0, 0, DOLLAR)
    assert len(rescued(stage.p.reader)) == 1
    assert parts(stage) == []
    found = [*audit_checks.take_faults(stage.p), *audit_checks.state_faults(stage.p)]
    found += [*audit_checks.money_faults(stage.p), *audit_checks.orphan_faults(stage.p, Places(stage.root))]
    assert found == []


@pytest.mark.parametrize("by", ["again", "worker"])
@pytest.mark.parametrize("point", AFTER_THE_ROW)
def test_died_after_the_row_the_worker_or_the_same_import_finishes(
    stage: Stage, bin_: Any, bring: Any, point: str, by: str
) -> None:
    die_at(point)
    with pytest.raises(Died):
        bring(stage, "A001", bin_.clip(), cost="1")
    assert crash.hook is None, "the point was reached"
    stage.reopen()
    if by == "worker":
        stage.p.sweep_parts()
        stage.run()
        assert stage.pause_of() == ""
    else:
        assert bring(stage, "A001", bin_.clip(), cost="1").new is False
    is_whole(stage)


def test_died_before_the_row_nothing_is_left_in_the_ledger(
    stage: Stage, bin_: Any, bring: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Copied, "drop", lambda _self: None)  # the dead tidy nothing
    die_at("import.copied")
    with pytest.raises(Died):
        bring(stage, "A001", bin_.clip(), cost="1")
    assert stage.p.reader.all_takes() == []
    assert len(parts(stage)) == 1
    monkeypatch.undo()
    bring(stage, "A001", bin_.clip(), cost="1")
    is_whole(stage)


def test_the_worker_sweeps_no_part_of_an_import_at_work(stage: Stage, bin_: Any, bring: Any) -> None:
    crash.hook = lambda name: stage.p.sweep_parts() and None if name == "import.copied" else None
    assert bring(stage, "A001", bin_.clip()).take.state == "review"


def test_a_take_whose_file_never_arrived_is_broken_and_comes_back(
    stage: Stage, bin_: Any, bring: Any
) -> None:
    die_at("import.planned")
    with pytest.raises(Died):
        bring(stage, "A001", bin_.clip(), cost="1")
    for part in (stage.root / "takes").glob("**/*.part"):
        part.unlink()
    stage.run()
    assert (stage.take("A001").state, stage.take("A001").note) == ("broken", brought.LOST)
    bring(stage, "A001", bin_.clip(), cost="1")
    is_whole(stage)


def test_worker_and_import_walk_one_take_one_after_the_other(stage: Stage, bin_: Any, bring: Any) -> None:
    """The worker sees the row the moment it is written, and both go for it."""
    runner = threading.Thread(target=lambda: ChainRunner(stage.p, "a", lambda: False).run())

    def at(name: str) -> None:
        if name == "import.planned":
            crash.hook = None
            runner.start()

    crash.hook = at
    landed = bring(stage, "A001", bin_.clip(), cost="1")
    runner.join(30)
    assert landed.take.state == "review"
    assert stage.pause_of() == ""
    is_whole(stage)
    assert stage.events().count("take.verified") == 1


def test_a_turn_that_another_has_is_waited_for_until_stop(stage: Stage) -> None:
    tries: list[int] = []

    def stop() -> bool:
        tries.append(1)
        return len(tries) > 2

    with hold(stage.root / ".rushes" / "imports" / "turn.lock"), brought.turn(stage.p, stop) as ours:
        assert ours is False


def test_two_imports_of_one_file_at_once_are_one_take(stage: Stage, bin_: Any, bring: Any) -> None:
    file, faults = bin_.clip(), []
    gate = threading.Barrier(2)

    def one() -> None:
        gate.wait()
        try:
            bring(stage, "A001", file, cost="1")
        except Exception as error:  # noqa: BLE001 - told below
            faults.append(error)

    both = [threading.Thread(target=one) for _ in range(2)]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join(30)
    assert faults == []
    is_whole(stage)


def test_every_point_of_its_own_is_reached(stage: Stage, bin_: Any, bring: Any) -> None:
    seen: list[str] = []
    crash.hook = seen.append
    with suppress(Died):
        bring(stage, "A001", bin_.clip())
    assert [name for name in seen if name.startswith("import.")] == list(imports.CRASH_POINTS)
