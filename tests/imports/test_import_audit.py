"""The audit knows brought takes; rebuild and restore bring them back from their sidecars."""

from __future__ import annotations

from collections.abc import Callable
from shutil import copy
from typing import Any

import pytest

from core.base import crash
from core.desk.audit import audit, rebuild, repair
from core.desk.audit_found import look_through
from core.desk.rescued import rescued
from core.film.load import load_plan
from core.ledger.db import back_up
from core.studio.places import Places
from core.studio.record import stale_shots
from tests.imports.hands import Died, Real, die_at
from tests.support.stage import DOLLAR, Stage


@pytest.fixture
def places(stage: Stage) -> Places:
    return Places(stage.root)


@pytest.fixture
def brought(stage: Stage, bin_: Any, bring: Any, places: Places) -> Stage:
    """Two brought takes of A001, the second made of the first and paid for."""
    bring(stage, "A001", bin_.clip("a.mp4"), "plate", source="the lab", model="m1")
    bring(stage, "A001", bin_.clip("b.mp4", 25), "relight", of="1", cost="1", note="warmer")
    back_up(places.ledger, places.backups, stage.clock.now())
    return stage


def codes(found: Any) -> list[str]:
    return [finding.code for finding in found]


def forget(stage: Stage, places: Places) -> None:
    stage.p.reader.close()
    stage.p.ledger.close()
    for path in places.state.glob("ledger.db*"):
        path.unlink()


def told(stage: Stage) -> list[dict[str, Any]]:
    gone = ("take_id", "at", "verdict")
    return [{k: v for k, v in row.items() if k not in gone} for row in rescued(stage.p.reader)]


def test_a_brought_take_is_no_finding(brought: Stage, places: Places) -> None:
    assert codes(audit(brought.p, places)) == []


def test_a_rebuild_brings_takes_rescues_and_sums_back(brought: Stage, places: Places) -> None:
    before = told(brought)
    forget(brought, places)
    made = rebuild(places, brought.clock, load_plan(places.root))
    brought.reopen()
    assert (made.takes, made.findings) == (2, ())
    assert told(brought) == before
    assert brought.film_sums() == (0, 0, DOLLAR)
    assert brought.money("A001", 1) == {}, "unknown is not zero"
    assert brought.money("A001", 2)["settle"][0] == DOLLAR
    assert codes(audit(brought.p, places)) == []


def test_a_rebuild_knows_one_that_was_never_framed(
    brought: Stage, bin_: Any, bring: Any, places: Places
) -> None:
    die_at("take.verified.before")
    with pytest.raises(Died):
        bring(brought, "A002", bin_.clip("c.mp4", 20), "trim", cost="2", note="tail")
    assert look_through(places.root / "takes").halves.keys() == {("A002", 1)}
    forget(brought, places)
    rebuild(places, brought.clock, load_plan(places.root))
    brought.reopen()
    assert (brought.take("A002").state, brought.take("A002").provider) == ("downloaded", "elsewhere")
    brought.run()
    assert brought.states("A002") == ["review"], "its own length, not the shot's"
    assert [row["approach"] for row in rescued(brought.p.reader)] == ["plate", "relight", "trim"]
    assert brought.film_sums() == (0, 0, 3 * DOLLAR)


def test_a_copied_folder_names_one_job_twice_and_comes_back_all_the_same(
    brought: Stage, places: Places
) -> None:
    folder = places.root / "takes" / "A001"
    for path in folder.glob("A001_t002*"):
        copy(path, folder / path.name.replace("_t002", "_t003"))
    side = folder / "A001_t003.json"
    side.write_text(side.read_text().replace('"take": 2', '"take": 3'))
    forget(brought, places)
    rebuild(places, brought.clock, load_plan(places.root))
    brought.reopen()
    assert [take.n for take in brought.p.reader.takes_of("A001")] == [1, 2, 3]


def test_a_restored_ledger_takes_back_what_was_brought_since(
    brought: Stage, bin_: Any, bring: Any, places: Places
) -> None:
    bring(brought, "A002", bin_.clip("c.mp4", 23), "elsewhere", cost="2", source="since")
    before = told(brought)
    brought.p.reader.close()
    brought.p.ledger.close()
    places.ledger.write_bytes(b"\x5a" * 9000)
    repaired = repair(brought.p, places)
    assert "take.adopted" in codes(repaired)
    assert "take.in_doubt" not in codes(repaired)
    brought.reopen()
    assert told(brought) == before
    assert brought.states("A002") == ["review"]
    assert brought.film_sums() == (0, 0, 3 * DOLLAR)
    assert brought.posted() == []
    found = codes(audit(brought.p, places))
    assert [code for code in found if not code.startswith("backup")] == []


def test_a_repair_names_the_clip_an_import_left_unnamed(
    stage: Stage, bin_: Any, bring: Any, places: Places
) -> None:
    die_at("import.planned")
    with pytest.raises(Died):
        bring(stage, "A001", bin_.clip())
    back_up(places.ledger, places.backups, stage.clock.now())
    assert "clip.missing" in codes(repair(stage.p, places))
    assert stage.p.files("A001", 1).clip.is_file()
    stage.run()
    assert stage.states("A001") == ["review"]


def test_a_lost_clip_is_said_with_the_way_back(brought: Stage, places: Places) -> None:
    brought.p.files("A001", 2).clip.unlink()
    found = [finding for finding in repair(brought.p, places) if finding.code == "clip.missing"]
    assert [finding.severity.value for finding in found] == ["error"]
    assert "import take" in found[0].todo


def test_a_sidecar_that_was_lost_is_written_again_whole(brought: Stage, places: Places) -> None:
    side = brought.p.files("A001", 2).sidecar
    side.unlink()
    repair(brought.p, places)
    told_of = look_through(places.root / "takes").brought[("A001", 2)]
    assert (told_of.approach, told_of.of, told_of.micro) == ("relight", ("A001", 1), DOLLAR)
    assert crash.hook is None


def test_a_brought_take_is_never_stale_by_what_it_did_not_begin_from(
    film: Callable[..., Stage], bin_: Any, bring: Any
) -> None:
    stage = film(provider=Real())
    places = Places(stage.root)
    stage.make()
    bring(stage, "A002", bin_.clip(), "plate")
    stage.approve("A002", 2)
    assert "A002" not in stale_shots(places)
    assert "A003" in stale_shots(places), "it began from the take before"
