"""The plan under a film at work: the last good one stands, whatever is put into its folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.film.plan import Plan
from core.studio import plans
from core.studio.places import Places
from core.studio.plans import PlanKeeper
from tests.support.films import shots, write_film


def test_a_fault_nobody_thought_of_keeps_the_last_good_plan_and_is_told_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    film = write_film(tmp_path / "film", {"a": shots("A", 1)})
    keeper = PlanKeeper(Places(film))
    good, load = keeper(), plans.load_plan

    def fails(root: Path) -> Plan:
        raise RuntimeError("out of luck")

    monkeypatch.setattr(plans, "load_plan", fails)
    write_film(film, {"a": shots("A", 2)})
    assert keeper.refresh()
    assert keeper() is good
    assert "out of luck" in str(keeper.faults)
    assert not keeper.refresh(), "the same files, the same fault"
    monkeypatch.setattr(plans, "load_plan", load)
    write_film(film, {"a": shots("A", 3)})
    assert keeper.refresh()
    assert keeper.faults is None
    assert len(list(keeper().shots())) == 3


def test_a_shots_folder_that_cannot_be_listed_keeps_the_last_good_plan(tmp_path: Path) -> None:
    film = write_film(tmp_path / "film", {"a": shots("A", 1)})
    keeper = PlanKeeper(Places(film))
    good = keeper()
    aside = film / "shots.aside"
    (film / "shots").rename(aside)
    (film / "shots").symlink_to("shots")
    assert keeper.refresh()
    assert keeper() is good
    assert keeper.faults is not None
    assert not keeper.refresh(), "one that lasts is told once"
    (film / "shots").unlink()
    aside.rename(film / "shots")
    assert keeper.refresh(), "the files are whole again"
    assert keeper.faults is None
