"""What the Gaps screen is told and does: as `rushes tasks`, `suggestions` and `gaps` tell and do it."""

from __future__ import annotations

import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from core.base.errors import BadInput
from core.ledger.tables import Suggestion
from core.studio import tasking, uncertain
from core.studio.assembly import Opened
from core.studio.glance import glance
from core.studio.pages import gaps
from core.studio.pages.sight import Sight
from core.studio.sheets import Sheets
from core.studio.snapshot import current
from tests.tui.real_film import RealFilm, real_film


def sight_of(film: RealFilm) -> Sight:
    reader = film.reader()
    snapshot, _ = current(film.places)
    return Sight(film.places, snapshot, reader, glance(film.places, reader))


def suggest(opened: Opened, text: str, source: str = "shot:S102") -> int:
    draft = tasking.Draft(text, source, "it drifts", "rushes retake S102", "a-model")
    tasking.suggest(opened.production, draft)
    return int(opened.production.reader.table("suggestion", "ORDER BY id DESC LIMIT 1")[0]["id"])


def test_a_task_goes_from_its_beginning_to_its_end_as_by_command(film: RealFilm, opened: Opened) -> None:
    said = gaps.add_task(opened, "grade it", "Ada", "2026-03-09", "shot:S101")
    assert said == "task 1, for Ada, due 2026-03-09"
    (line,) = gaps.read(sight_of(film)).tasks
    assert (line.title, line.owner, line.due, line.source) == ("grade it", "Ada", "2026-03-09", "shot:S101")
    gaps.move_task(opened, "owner", 1, "Bea")
    gaps.move_tasks(opened, "done", [1])
    assert gaps.read(sight_of(film)).tasks == ()
    (line,) = gaps.read(sight_of(film), ended=True).tasks
    (row,) = Sheets(film.places).tasks()
    assert (line.owner, line.state) == (row["owner"], row["state"]) == ("Bea", "done")
    assert [one["event"] for one in row["history"]] == ["added", "owner", "done"]
    assert {one["person"] for one in row["history"]} == {"A Director"}


def test_several_tasks_are_moved_in_one_act(film: RealFilm, opened: Opened) -> None:
    for title in ("one", "two"):
        gaps.add_task(opened, title)
    assert gaps.move_tasks(opened, "drop", [1, 2]) == "2 tasks: dropped"
    assert {line.state for line in gaps.read(sight_of(film), ended=True).tasks} == {"dropped"}


def test_the_late_come_first_then_the_dated_then_the_rest_then_what_waits_for_a_yes(
    film: RealFilm, opened: Opened
) -> None:
    today = datetime.now().astimezone().date()
    for title, due in (
        ("no day", ""),
        ("later", today + timedelta(days=3)),
        ("late", today - timedelta(days=1)),
    ):
        gaps.add_task(opened, title, due=str(due))
    tasking.add_task(opened.production, tasking.NewTask("looked at", approval=True))
    gaps.move_task(opened, "done", 4)
    lines = gaps.read(sight_of(film)).tasks
    assert [line.title for line in lines] == ["late", "later", "no day", "looked at"]
    assert [line.overdue for line in lines] == [True, False, False, False]
    gaps.move_task(opened, "approve", 4, why="as agreed")
    assert [line.title for line in gaps.read(sight_of(film)).tasks] == ["late", "later", "no day"]


def test_a_faulty_day_and_a_lost_source_add_nothing(film: RealFilm, opened: Opened) -> None:
    with pytest.raises(BadInput, match="is no day"):
        gaps.add_task(opened, "x", due="tomorrow")
    with pytest.raises(BadInput):
        gaps.add_task(opened, "x", source="shot:NOWHERE")
    assert gaps.read(sight_of(film)).tasks == ()


def test_the_checklist_becomes_tasks_once(film: RealFilm, opened: Opened) -> None:
    gaps.start_checklist(opened)
    gaps.start_checklist(opened)
    assert len(gaps.read(sight_of(film)).tasks) == 7


def test_a_suggestion_is_read_with_its_source_and_decided_as_by_command(
    film: RealFilm, opened: Opened
) -> None:
    first, second = suggest(opened, "hold the lamp lower"), suggest(opened, "begin from the plate")
    lines = gaps.read(sight_of(film)).suggestions
    assert [line.id for line in lines] == [second, first]
    assert (lines[1].link, lines[1].reason, lines[1].model) == ("shot:S102", "it drifts", "a-model")
    assert (lines[1].upper, lines[1].priced) == (None, False)
    gaps.decide(opened, "accept", [first], "", task_for="Cem")
    gaps.decide(opened, "reject", [second], "too wide")
    page = gaps.read(sight_of(film))
    assert page.suggestions == ()
    assert [line.owner for line in page.tasks] == ["Cem"]
    decided = {line.id: line for line in gaps.read(sight_of(film), ended=True).suggestions}
    assert (decided[first].state, decided[second].state) == ("accepted", "rejected")
    assert [one.why for one in decided[second].decided] == ["too wide"]
    rows = {row["id"]: row["state"] for row in Sheets(film.places).suggestions(everything=True)}
    assert rows == {number: line.state for number, line in decided.items()}


def test_a_rejection_without_a_reason_decides_nothing(film: RealFilm, opened: Opened) -> None:
    number = suggest(opened, "x")
    with pytest.raises(BadInput, match="say why"):
        gaps.decide(opened, "reject", [number], "")
    assert gaps.read(sight_of(film)).suggestions[0].state == "open"


def test_a_suggestion_like_one_that_was_rejected_says_so(film: RealFilm, opened: Opened) -> None:
    old = suggest(opened, "hold the lamp a little lower in her left hand")
    gaps.decide(opened, "reject", [old], "she has no left hand free")
    suggest(opened, "hold the lamp a little lower in her left hand, please")
    (line,) = gaps.read(sight_of(film)).suggestions
    assert [(one.id, one.state, one.why) for one in line.like] == [
        (old, "rejected", "she has no left hand free")
    ]


def test_a_price_that_nobody_knows_is_told_from_one_that_does_not_arise(film: RealFilm) -> None:
    with film.ledger.write() as w:
        made = w.add(Suggestion(text="another model", source="moderation", reason="refused", kind="model"))
        w.event(
            "suggestion.made",
            "1 way round",
            shot="S102",
            data={"made": [{"id": made, "kind": "model", "upper": None, "expected": None}]},
        )
    (line,) = gaps.read(sight_of(film)).suggestions
    assert (line.priced, line.upper, line.shot) == (True, None, "S102")


def test_everything_uncertain_is_what_the_command_tells(film: RealFilm, opened: Opened) -> None:
    gaps.add_task(opened, "nobody's")
    page = gaps.read_all(sight_of(film))
    assert page.gaps == uncertain.found(film.places)
    assert page.tasks == gaps.read(sight_of(film)).tasks
    assert any(gaps.place_of(gap) == gaps.Place("tasks", ident=1) for gap in page.gaps or ())
    assert gaps.read(sight_of(film)).gaps is None


def test_every_kind_of_gap_leads_somewhere_or_says_what_to_type(film: RealFilm) -> None:
    for gap in gaps.read_all(sight_of(film)).gaps or ():
        assert gaps.place_of(gap).screen or gap.command


def test_without_a_ledger_there_is_nothing_yet(tmp_path: Path) -> None:
    film = real_film(tmp_path / "other")
    sight = sight_of(film)._replace(reader=None)
    assert gaps.read(sight) == gaps.GapsPage()
    film.ledger.close()


def test_what_is_uncertain_is_light_while_the_files_stand_still(film: RealFilm) -> None:
    gaps.read_all(sight_of(film))  # what the parsed plan tells is kept
    heavy = "{'pydantic', 'sqlmodel', 'sqlalchemy', 'numpy', 'PIL', 'httpx', 'textual'}"
    script = (
        "import sys; from pathlib import Path; from core.studio.desk import StudioDesk;"
        "from core.studio.pages import gaps; from core.studio.places import Places;"
        f"page = StudioDesk(Places(Path({str(film.root)!r}))).read(gaps.read_all);"
        f"print(len(page.gaps) > 0, sorted({heavy} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "[]"]
