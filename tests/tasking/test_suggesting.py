"""A suggestion is a draft with a source; people decide, the newest decision counts, nothing is gone."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from core.base.errors import BadInput
from core.desk import drafts, proposing
from core.desk.person import Person
from core.desk.proposing import Done, Draft, decide, suggest
from core.ledger import records
from tests.support.stage import Stage

ADA, BEN = Person("Ada", "director"), Person("Ben", "editor")
WIDER = Draft("Use a wider lens", "take:S001/1", "the boat is cut off", "retake S001", "some-model")
HOSTILE = "[/] [bold]boom\x1b[2J\x1b]52;c;ZXZpbA==\x07\u202egnp.exe\x9b31m"


def rows(stage: Stage, *, everything: bool = True) -> list[dict[str, Any]]:
    return drafts.suggestions(stage.p.reader, everything=everything)


def test_a_suggestion_keeps_who_when_why_and_what_it_saw(taken: Stage) -> None:
    kept = suggest(taken.p, WIDER, ADA)
    (row,) = rows(taken)
    assert (row["id"], row["link"], row["shot"], row["n"]) == (kept.id, "take:S001/1", "S001", 1)
    assert (row["reason"], row["next_action"], row["model"]) == (
        "the boat is cut off",
        "retake S001",
        "some-model",
    )
    assert (row["state"], row["decisions"], row["at"] > "2") == ("open", [], True)
    event = taken.p.reader.events(limit=1, kinds=(records.SUGGESTED,))[0]
    assert (event["data"]["person"], event["data"]["sha"]) == ("Ada", taken.take("S001").sha)


@pytest.mark.parametrize(
    "draft",
    [
        Draft("Use a wider lens", "take:S001/7", "why"),
        Draft("Use a wider lens", "", "why"),
        Draft(" \n", "shot:S001", "why"),
        Draft("Use a wider lens", "shot:S001", " "),
    ],
)
def test_without_source_text_or_reason_nothing_is_written(taken: Stage, draft: Draft) -> None:
    with pytest.raises(BadInput):
        suggest(taken.p, draft, ADA)
    assert rows(taken) == []


def test_a_near_duplicate_is_shown_with_the_old_verdict(taken: Stage) -> None:
    first = suggest(taken.p, WIDER, ADA)
    assert first.like == []
    decide(taken.p, [first.id], "reject", "the frame was locked in March", BEN)
    again = suggest(taken.p, Draft("use a wider lens!", "shot:S002", "again"), ADA)
    (like,) = again.like
    assert (like.id, like.state, like.person, like.why) == (
        first.id,
        "rejected",
        "Ben",
        "the frame was locked in March",
    )
    shown = next(row for row in rows(taken) if row["id"] == again.id)
    assert [(one.id, one.state) for one in shown["like"]] == [(first.id, "rejected")]


def test_the_newest_decision_counts_and_every_one_stays(taken: Stage) -> None:
    ident = suggest(taken.p, WIDER, ADA).id
    decide(taken.p, [ident], "reject", "too wide", BEN)
    assert rows(taken, everything=False) == []
    (row,) = rows(taken)
    assert row["state"] == "rejected"
    decide(taken.p, [ident], "accept", "", ADA)
    (row,) = rows(taken)
    assert row["state"] == "accepted"
    told = [(one["decision"], one["person"], one["role"], one["why"]) for one in row["decisions"]]
    assert told == [("reject", "Ben", "editor", "too wide"), ("accept", "Ada", "director", "")]
    assert {one["sha"] for one in row["decisions"]} == {proposing.seen(taken.p.reader.table("suggestion")[0])}


def test_a_rejection_needs_a_reason_and_a_number_that_is_there(taken: Stage) -> None:
    ident = suggest(taken.p, WIDER, ADA).id
    for idents, decision, why in (([ident], "reject", " "), ([ident, 40], "accept", "")):
        with pytest.raises(BadInput):
            decide(taken.p, idents, decision, why, ADA)
    assert rows(taken)[0]["decisions"] == []
    with pytest.raises(BadInput) as caught:
        decide(taken.p, [1 << 80], "accept", "", ADA)
    assert caught.value.nearest == str(ident)


def test_accepting_says_the_next_action_and_makes_a_task_on_demand(taken: Stage) -> None:
    ident = suggest(taken.p, WIDER, ADA).id
    (answer,) = decide(taken.p, [ident], "accept", "", ADA, task_for="Ben")
    assert (answer.state, answer.said) == ("accepted", "next: retake S001")
    (task,) = taken.p.reader.table("task")
    assert (task["id"], task["title"], task["owner"], task["link"]) == (
        answer.task,
        "retake S001",
        "Ben",
        f"suggestion:{ident}",
    )


def broken_lens(taken: Stage, **more: object) -> int:
    data = {"shot": "S001", "n": 1, "category": "camera", "broke": "the lens breathes", **more}
    draft = Draft("log it", "take:S001/1", "it was rejected for it", kind="failure", data=data)
    return suggest(taken.p, draft, ADA).id


def test_accepting_a_failure_logs_it_once_with_what_the_person_says_otherwise(taken: Stage) -> None:
    ident = broken_lens(taken)
    (answer,) = decide(taken.p, [ident], "accept", "", BEN, {"workaround": "lock the lens"})
    (failure,) = records.failures(taken.p.reader)
    assert answer.said == f"failure {failure['id']} logged"
    assert (failure["broke"], failure["workaround"], failure["person"]) == (
        "the lens breathes",
        "lock the lens",
        "Ben",
    )
    decide(taken.p, [ident], "reject", "it was the frame rate", ADA)
    (again,) = decide(taken.p, [ident], "accept", "", BEN)
    assert "not again" in again.said
    assert len(records.failures(taken.p.reader)) == 1
    assert len(rows(taken)[0]["decisions"]) == 3


def test_what_the_effect_refuses_is_not_decided_either(taken: Stage) -> None:
    good, bad = broken_lens(taken), broken_lens(taken, category="")
    with pytest.raises(BadInput, match="category"):
        decide(taken.p, [good, bad], "accept", "", ADA)
    assert records.failures(taken.p.reader) == []
    assert [row["state"] for row in rows(taken)] == ["open", "open"]


def test_a_new_kind_plugs_in_by_one_line(taken: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[int, str, object]] = []

    def effect(p: Any, w: Any, row: Mapping[str, Any], person: Person, overrides: Mapping[str, Any]) -> Done:
        return Done("rung", lambda: told.append((row["id"], person.name, overrides["tone"])))

    monkeypatch.setitem(proposing.EFFECTS, "bell", effect)
    draft = Draft("ring the bell", "shot:S001", "it is quiet", kind="bell")
    ident = suggest(taken.p, draft, ADA).id
    (answer,) = decide(taken.p, [ident], "accept", "", ADA, {"tone": "low"})
    assert (answer.said, told) == ("rung", [(ident, "Ada", "low")])


def test_what_has_no_effect_cannot_be_said_otherwise(taken: Stage) -> None:
    ident = suggest(taken.p, WIDER, ADA).id
    with pytest.raises(BadInput):
        decide(taken.p, [ident], "accept", "", ADA, {"category": "camera"})


def test_five_megabytes_of_anything_are_kept_as_they_came(taken: Stage) -> None:
    big = HOSTILE + "x" * 5_000_000
    kept = suggest(taken.p, Draft(big, "shot:S001", HOSTILE, HOSTILE, HOSTILE), ADA)
    decide(taken.p, [kept.id], "reject", HOSTILE, Person(HOSTILE))
    (row,) = rows(taken)
    assert row["text"] == big
    assert {row["reason"], row["next_action"], row["model"]} == {HOSTILE}
    assert (row["decisions"][0]["why"], row["decisions"][0]["person"]) == (HOSTILE, HOSTILE)
    assert max(len(event["text"]) for event in taken.p.reader.events(limit=10)) < 1000


# By the command line.


def test_a_suggestion_by_commands_alone(
    film: Path, rushes: Callable[[Path], Any], capsys: pytest.CaptureFixture[str]
) -> None:
    line = rushes(film)
    words = ("suggest", "Use a wider lens", "--reason", "the boat is cut off", "--model", "m")
    assert line(*words, "--source", "document:script.md#pitch", "--next", "edit S001") == 0
    assert "suggestion 1, from document:script.md#pitch" in line.err
    assert line("suggestions", "reject", "1", "--why", "locked") == 0
    assert line(*words, "--source", "shot:S001") == 0
    assert "like suggestion 1 (100%), rejected by A Director" in line.err
    assert "locked" in line.err

    assert [row["id"] for row in line.json("suggestions")] == [2]
    assert [row["id"] for row in line.json("suggestions", "S002")] == []
    found = line.json("suggestions", "--all")
    assert [(row["id"], row["state"], row["source"]) for row in found] == [
        (2, "open", "shot:S001"),
        (1, "rejected", "document:script.md#pitch"),
    ]
    assert found[0]["like"][0]["why"] == "locked"
    assert line("suggestions", "--all") == 0
    assert "rejected by A Director" in line.out
    assert line("suggestions", "accept", "#2", "--task", "Ben") == 0
    assert "suggestion 2 accepted; task 1 made of it" in line.err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("suggest", "x", "--source", "shot:S01", "--reason", "y"), "did you mean 'shot:S001'?"),
        (("suggestions", "reject", "1"), "say why"),
        (("suggestions", "accept"), "say which"),
        (("suggestions", "accept", "one"), "no number"),
        (("suggestions", "accept", "5"), "there is no suggestion 5"),
        (("suggestions", "reject", "1", "--why", "x", "--task", "Ben"), "no task"),
        (("suggestions", "S001", "S002"), "one shot at a time"),
    ],
)
def test_what_cannot_be_done_is_a_sentence(
    film: Path, rushes: Callable[[Path], Any], words: tuple[str, ...], told: str
) -> None:
    line = rushes(film)
    assert line("suggest", "a lens", "--source", "shot:S001", "--reason", "y") == 0
    assert line(*words) == 2
    assert told in line.err
    assert len(line.json("suggestions", "--all")[0]["decisions"]) == 0


def test_hostile_words_are_kept_and_shown_clean(film: Path, rushes: Callable[[Path], Any]) -> None:
    line = rushes(film)
    given = ("suggest", HOSTILE, "--reason", HOSTILE, "--next", HOSTILE, "--model", HOSTILE)
    assert line(*given, "--source", "shot:S001") == 0
    assert line("suggestions", "accept", "1", "--why", HOSTILE, "--task", HOSTILE) == 0
    said = line.err
    for words in (("suggestions", "--all"), ("tasks",)):
        assert line(*words) == 0
        said += line.out + line.err
    assert "[bold]boom" in said
    assert not set("\x1b\x9b\x07\u202e") & set(said)
    (row,) = line.json("suggestions", "--all")
    assert {row["text"], row["reason"], row["next_action"], row["model"], row["decisions"][0]["why"]} == {
        HOSTILE
    }


def test_a_text_may_come_on_stdin(
    film: Path, rushes: Callable[[Path], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    import io

    big = "long " * 100_000
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(big.encode())))
    line = rushes(film)
    assert line("suggest", "-", "--source", "shot:S001", "--reason", "y") == 0
    assert line.json("suggestions")[0]["text"] == big
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"\xff\xfe")))
    assert line("suggest", "-", "--source", "shot:S001", "--reason", "y") == 2
    assert "not UTF-8" in line.err


def test_a_draft_of_a_failure_is_accepted_by_command(taken: Stage, rushes: Callable[[Path], Any]) -> None:
    broken_lens(taken, category="")
    line = rushes(taken.root)
    assert line("suggestions", "accept", "1") == 2
    assert "--category" in line.err
    words = ("--category", "camera", "--cost", "0.25", "--minutes", "20")
    assert line("suggestions", "accept", "1", *words) == 0
    assert "failure 1 logged" in line.err
    (row,) = json.loads(json.dumps(taken.p.reader.table("failure")))
    assert (row["category"], row["micro"], row["minutes"]) == ("camera", 250_000, 20)
