"""Tasks are given, ended and approved by people; the checklist is there once; the log is one line each."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.base.errors import BadInput
from core.desk import task_rows, tasks, workflow
from core.desk.checklist import STEPS
from core.desk.person import Person
from core.desk.tasks import NewTask
from tests.support.stage import Stage

ADA, BEN = Person("Ada", "director"), Person("Ben", "editor")
HOSTILE = "[/] [bold]boom\x1b[2J\x1b]52;c;ZXZpbA==\x07\u202egnp.exe\x9b31m <!-- /rushes:workflow -->"
Make = Callable[[Path], Any]


def one(stage: Stage) -> dict[str, Any]:
    (row,) = task_rows.tasks(stage.p.reader, "2026-03-10")
    return row


def test_a_task_keeps_all_that_was_said_of_it(taken: Stage) -> None:
    new = NewTask(
        "grade it", "Ben", "2026-03-09", "take:S001/1", "no delivery", "Ada, on the wall", "a LUT", True
    )
    ident = tasks.add(taken.p, new, ADA)
    row = one(taken)
    said = ("title", "owner", "due", "link", "consequence", "review_path", "output")
    assert [row[name] for name in said] == [
        *("grade it", "Ben", "2026-03-09", "take:S001/1", "no delivery", "Ada, on the wall", "a LUT")
    ]
    assert (row["id"], row["state"], row["approval"], row["overdue"]) == (ident, "open", "waiting", True)
    (event,) = row["history"]
    assert (event["event"], event["person"], event["role"]) == ("added", "Ada", "director")
    assert event["sha"] == taken.take("S001").sha


@pytest.mark.parametrize(
    "new",
    [
        NewTask(" "),
        NewTask("x", due="tomorrow"),
        NewTask("x", due="2026-02-30"),
        NewTask("x", due="20260301"),
        NewTask("x", due="2026-W09-1"),
        NewTask("x", source="take:S001/9"),
    ],
)
def test_what_cannot_be_a_task_is_refused_and_nothing_is_written(taken: Stage, new: NewTask) -> None:
    with pytest.raises(BadInput):
        tasks.add(taken.p, new, ADA)
    assert taken.p.reader.table("task") == []


def test_every_move_stands_in_the_history_with_who_and_why(taken: Stage) -> None:
    ident = tasks.add(taken.p, NewTask("grade it", approval=True), ADA)
    tasks.give(taken.p, ident, "Ben", ADA)
    tasks.tie(taken.p, ident, "take:S002/1", BEN)
    tasks.done(taken.p, ident, BEN)
    tasks.refuse(taken.p, ident, ADA, "too cold")
    assert one(taken)["approval"] == "refused"
    tasks.reopen(taken.p, ident, ADA)
    tasks.done(taken.p, ident, BEN)
    tasks.approve(taken.p, ident, ADA)
    row = one(taken)
    assert (row["owner"], row["state"], row["approval"], row["approved_by"]) == (
        "Ben",
        "done",
        "approved",
        "Ada",
    )
    assert [(event["event"], event["person"]) for event in row["history"]] == [
        *(("added", "Ada"), ("owner", "Ada"), ("linked", "Ben"), ("done", "Ben"), ("refused", "Ada")),
        *(("reopened", "Ada"), ("done", "Ben"), ("approved", "Ada")),
    ]
    assert row["history"][4]["why"] == "too cold"
    assert row["history"][7]["sha"] == taken.take("S002").sha


def test_what_is_so_already_is_not_written_again(taken: Stage) -> None:
    ident = tasks.add(taken.p, NewTask("grade it"), ADA)
    tasks.done(taken.p, ident, ADA)
    tasks.done(taken.p, ident, BEN)
    assert [event["person"] for event in one(taken)["history"]] == ["Ada", "Ada"]


def test_moves_that_make_no_sense_are_refused(taken: Stage) -> None:
    ident = tasks.add(taken.p, NewTask("grade it"), ADA)
    tasks.drop(taken.p, ident, ADA)
    for move in (
        lambda: tasks.done(taken.p, ident, ADA),
        lambda: tasks.approve(taken.p, ident, ADA),
        lambda: tasks.refuse(taken.p, ident, ADA, ""),
        lambda: tasks.tie(taken.p, ident, "shot:S009", ADA),
        lambda: tasks.done(taken.p, 1 << 70, ADA),
    ):
        with pytest.raises(BadInput):
            move()
    assert one(taken)["state"] == "dropped"


def test_the_checklist_says_exactly_what_was_agreed() -> None:
    assert [(step.step, step.owner, step.output, step.check) for step in STEPS] == [
        ("script", "writer", "story outline", "conflict is clear"),
        ("board", "visual operator", "characters, side roles, environment", "style consistent"),
        ("prompts", "AI operator", "structured prompts", "one job each"),
        ("clips", "AI operator", "segments", "character stable"),
        ("keyframes", "AI operator", "reference frames", "continuity kept"),
        ("edit", "editor", "video with sound and text", "rhythm watchable"),
        ("publish", "growth operator", "account-ready asset", "owner approves"),
    ]


def test_the_checklist_is_written_once_however_often_it_is_started(stage: Stage) -> None:
    assert {row["state"] for row in task_rows.checklist(stage.p.reader)} == {"not begun"}
    stage.reopen()
    ways = [threading.Thread(target=tasks.start_checklist, args=(p, ADA)) for p in stage.opened * 2]
    for way in ways:
        way.start()
    for way in ways:
        way.join()
    assert len(stage.p.reader.table("task")) == len(STEPS)
    assert tasks.start_checklist(stage.p, BEN) == []
    tasks.done(stage.p, 1, BEN)
    tasks.give(stage.p, 2, "Cleo", ADA)
    found = task_rows.checklist(stage.p.reader)
    assert [(row["task"], row["state"]) for row in found[:2]] == [(1, "done"), (2, "open")]
    assert (found[1]["role"], found[1]["owner"]) == ("visual operator", "Cleo")
    assert (found[6]["approval"], found[5]["approval"]) == ("waiting", "")


def test_mine_is_by_name_or_by_the_role_it_was_left_to() -> None:
    row = {"owner": "Editor"}
    assert task_rows.belongs(row, "Ben", "editor")
    assert task_rows.belongs(row, "editor", "")
    assert not task_rows.belongs(row, "Ada", "director")
    assert not task_rows.belongs({"owner": ""}, "Ada", "")


def test_the_log_keeps_its_lines_in_order_with_who(stage: Stage) -> None:
    workflow.log(stage.p, "started", "plates first", ADA)
    workflow.log(stage.p, "Pivoted", HOSTILE, BEN)
    found = workflow.lines(stage.p.reader)
    assert [(row["kind"], row["person"], row["role"], row["text"]) for row in found] == [
        ("started", "Ada", "director", "plates first"),
        ("pivoted", "Ben", "editor", HOSTILE),
    ]
    for kind, text in (("stoped", "x"), ("stopped", " ")):
        with pytest.raises(BadInput):
            workflow.log(stage.p, kind, text, ADA)


# By the command line.


def test_a_task_by_commands_alone(film: Path, rushes: Make) -> None:
    line = rushes(film)
    assert line.json("tasks") == []
    assert (
        line("task", "grade it", "--owner", "Ada", "Lee", "--due", "2020-01-31", "--source", "shot:S001") == 0
    )
    assert line("task", "--owner", "Ben", "second thing", "--approval") == 0
    assert line("task", "--owner", "2", "Cleo") == 0
    assert line("task", "2", "--link", "scene:1") == 0
    assert line("task", "--done", "1", "--why", "seen on the wall") == 0
    assert line("task", "#2", "--approve") == 0
    first, second = line.json("tasks")
    assert (first["owner"], first["state"], first["link"]) == ("Ada Lee", "done", "shot:S001")
    assert first["history"][-1]["why"] == "seen on the wall"
    assert (second["title"], second["owner"], second["link"]) == ("second thing", "Cleo", "scene:1")
    assert (second["approval"], second["approved_by"]) == ("approved", "A Director")
    assert [row["id"] for row in line.json("tasks", "--open")] == [2]
    assert line("task", "--owner", "2", "a director") == 0
    assert [row["id"] for row in line.json("tasks", "--mine")] == [2]
    assert line("tasks") == 0
    assert "approved by A Director" in line.out


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("task",), "say what is to be done"),
        (("task", "--done", "9"), "there is no task 9"),
        (("task", "--done", "two"), "no number"),
        (("task", "1"), "say what to do with task 1"),
        (("task", "--done", "1", "--drop", "1"), "one thing at a time"),
        (("task", "--done", "1", "--due", "2026-03-01"), "one thing at a time"),
        (("task", "--refuse", "1"), "say why"),
        (("task", "--link", "1", "shot:S01"), "did you mean 'shot:S001'?"),
        (("task", "x", "--source", "S001"), "did you mean 'shot:S001'?"),
        (("task", "x", "--due", "soon"), "--due 2026-03-09"),
        (("log", "stopp", "x"), "did you mean 'stopped'?"),
        (("log", "stopped"), "say what was stopped"),
    ],
)
def test_what_cannot_be_done_is_a_sentence(
    film: Path, rushes: Make, words: tuple[str, ...], told: str
) -> None:
    line = rushes(film)
    assert line("task", "grade it") == 0
    assert line(*words) == 2
    assert told in line.err
    (row,) = line.json("tasks")
    assert (row["state"], len(row["history"])) == ("open", 1)


def test_the_checklist_shows_before_and_after_it_is_started(film: Path, rushes: Make) -> None:
    line = rushes(film)
    assert line("checklist") == 0
    assert "not begun" in line.out
    assert not (film / ".rushes/ledger.db").exists()
    assert line("checklist", "--start") == 0
    assert "7 tasks: 1 to 7" in line.err
    assert line("checklist", "--start") == 0
    assert "started before" in line.err
    found = line.json("checklist")
    assert [row["task"] for row in found] == [1, 2, 3, 4, 5, 6, 7]
    assert len(line.json("tasks")) == 7


def test_the_log_goes_into_the_diary_and_leaves_its_markers_whole(film: Path, rushes: Make) -> None:
    line = rushes(film)
    assert line("log") == 0
    assert line("log", "started", "plates", "first") == 0
    assert line("log", "pivoted", HOSTILE) == 0
    assert [row["text"] for row in line.json("log")] == ["plates first", HOSTILE]
    assert line("log") == 0
    assert "A Director: plates first" in line.out
    assert not set("\x1b\x9b\x07\u202e") & set(line.out)
    assert line("diary") == 0
    first = (film / "diary.md").read_text()
    assert "| started | plates first | A Director |" in first
    assert line("diary") == 0
    assert (film / "diary.md").read_text() == first
    assert first.count("rushes:workflow --&gt;") == 1
