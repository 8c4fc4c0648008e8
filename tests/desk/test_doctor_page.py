"""The doctor: the same checks for the command and for the board, the light ones without heavy imports."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.engine.production import Production
from core.studio import health
from core.studio.pages import doctor
from core.studio.pages.doctor import Check, DoctorPage
from core.studio.pages.sight import Sight
from core.studio.places import Places
from core.studio.rows import AccountRow, FaultRow, Glance, WorkerRow


def glance(**more: object) -> Glance:
    worker = WorkerRow(False, None, None)
    bare = Glance("", "", None, None, (), (), None, (), (), 0, (), (), (), worker)  # type: ignore[arg-type]
    return bare._replace(**more)  # type: ignore[arg-type]


def sight(places: Places, **more: object) -> Sight:
    return Sight(places, None, None, glance(**more))


def state(page: DoctorPage, what: str) -> Check:
    return next(row for row in page.rows if row.what == what)


def test_the_board_sees_what_the_command_sees(made: Production, places: Places) -> None:
    page = doctor.examine(sight(places))
    told = {row.where: row.text for row in health.doctor(places, ("animatic", "ark"))}
    assert page.whole
    assert {row.what for row in page.rows} == set(told)
    assert {"python", "ffmpeg", "keys", "providers", "disk", "worker", "ledger", "settings"} <= set(told)
    assert state(page, "ffmpeg").state == "ok"
    assert state(page, "ledger").sentence == "sound"


def test_the_light_look_leaves_out_encoder_and_adapters(made: Production, places: Places) -> None:
    page = doctor.read(sight(places))
    assert not page.whole
    assert {"ffmpeg", "keys", "providers"} & {row.what for row in page.rows} == set()
    assert state(page, "disk").sentence.endswith("GB free")


def test_what_is_wrong_stands_first_and_says_what_mends_it(made: Production, places: Places) -> None:
    faults = (
        FaultRow("shots/a.toml", 3, "unknown field 'secnds'", "seconds"),
        FaultRow("film.json", 0, "x", ""),
    )
    account = AccountRow("ark", "blocked", None, None, "", "", False)
    page = doctor.read(sight(places, faults=faults, accounts=(account,)))
    assert [(row.what, row.state, row.todo) for row in page.rows[:3]] == [
        ("shots/a.toml:3", "error", "did you mean 'seconds'?"),
        ("film.json", "error", "mend it; `rushes check` says more"),
        ("key of ark", "warning", "go, or `rushes resume`: it asks the provider first, for free"),
    ]
    assert page.findings == 3


def test_a_torn_ledger_is_an_error_with_a_way_out(made: Production, places: Places) -> None:
    made.ledger.close()
    made.reader.close()
    places.ledger.write_bytes(b"not a ledger at all" * 400)
    found = state(doctor.read(sight(places)), "ledger")
    assert found.state == "error"
    assert "rushes audit" in found.todo


def test_settings_that_cannot_be_read_are_a_finding_and_no_end(
    places: Places, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    places.root.mkdir(parents=True, exist_ok=True)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    (tmp_path / "rushes").mkdir()
    (tmp_path / "rushes" / "settings.toml").write_text('nmae = "Ada"\n')
    page = doctor.examine(sight(places))
    found = state(page, "settings")
    assert found.state == "error"
    assert "did you mean 'name'" in found.sentence
    assert state(page, "ffmpeg").state == "error", "it may be named there"


def test_little_room_on_the_disk_is_a_warning(
    made: Production, places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "LOW_DISK", 1 << 60)
    assert state(doctor.read(sight(places)), "disk").todo == "free some space"
