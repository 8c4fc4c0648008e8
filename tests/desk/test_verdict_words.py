"""Notes, scores and promises: kept literally, superseded by rows, closed by people."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import pytest

from core.base.errors import BadInput
from core.desk import commitments, notes, promises, rubric, scores, subjects
from core.desk.person import Person
from core.desk.shas import Shas
from core.engine import sidecar
from tests.support.films import shots
from tests.support.stage import ADA, Build, Stage, stages

BO = Person("Bo", "producer")
HOSTILE = "[/] boom \x1b[2J\x1b]52;c;ZXZpbA==\x07\u202egnp.exe\x9b31m"
NTSC = Fraction(24000, 1001)


@pytest.fixture
def build() -> Iterator[Build]:
    with stages() as builder:
        yield builder


@pytest.fixture
def film(build: Build) -> Stage:
    """Two shots of two seconds, 48 frames each."""
    made = build({"a": shots("A", 2, seconds=2.0)}, campaign={"rubric": ["brand tone"]})
    made.make()
    return made


def rows(film: Stage, table: str) -> list[dict[str, Any]]:
    return film.p.reader.table(table, "ORDER BY id")


# timecodes


@pytest.mark.parametrize(
    ("text", "fps", "frames", "want"),
    [
        ("00:00:00:00", Fraction(24), 1, "00:00:00:00"),
        ("00:00:01:23", Fraction(24), 48, "00:00:01:23"),
        ("0:00:01;12", Fraction(24), 48, "00:00:01:12"),
        ("1.5", Fraction(24), 48, "00:00:01:12"),
        ("0", Fraction(25), 48, "00:00:00:00"),
        (" 1 ", NTSC, 48, "00:00:00:23"),
        ("1.001", NTSC, 48, "00:00:01:00"),
        ("01:00:00:00", Fraction(24), 90_000, "01:00:00:00"),
    ],
)
def test_a_timecode_is_a_moment_of_the_take(text: str, fps: Fraction, frames: int, want: str) -> None:
    assert notes.timecode(text, fps, frames) == want


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("00:00:02:00", "its last moment is 00:00:01:23"),
        ("2", "after the end"),
        ("00:00:01:24", "frames count from 00 to 23"),
        ("00:00:61:00", "is no timecode"),
        ("-1", "is no timecode"),
        ("nan", "is no timecode"),
        ("1e3", "is no timecode"),
        ("٢", "is no timecode"),
        ("", "is no timecode"),
    ],
)
def test_what_is_no_moment_of_the_take_is_refused(text: str, said: str) -> None:
    with pytest.raises(BadInput) as refused:
        notes.timecode(text, Fraction(24), 48)
    assert said in str(refused.value)


# notes


def test_a_note_is_of_a_shot_or_of_a_moment_of_a_take(film: Stage) -> None:
    notes.add(film.p, "A001", HOSTILE, None, "", ADA)
    said = notes.add(film.p, "A001", "the boat", 1, "1.5", BO)
    assert said == "note 2 on A001 take 1 at 00:00:01:12"
    first, second = rows(film, "note")
    assert (first["text"], first["take_id"], first["timecode"]) == (HOSTILE, None, "")
    assert (second["take_id"], second["timecode"], second["person"]) == (
        film.take("A001").id,
        "00:00:01:12",
        "Bo",
    )


def test_a_timecode_is_held_against_the_clip_as_it_was_measured(film: Stage) -> None:
    sidecar.keep(film.p.files("A001", 1), probe={"frames": 50, "fps": "25"})
    assert notes.add(film.p, "A001", "late", 1, "00:00:01:24", ADA).endswith("at 00:00:01:24")
    with pytest.raises(BadInput, match="the take has 50 frames at 25 a second"):
        notes.add(film.p, "A001", "late", 1, "2", ADA)
    with pytest.raises(BadInput, match="the take has 48 frames at 24 a second"):
        notes.add(film.p, "A002", "late", None, "2", ADA)


def test_a_note_on_what_is_not_there_is_refused(film: Stage) -> None:
    for shot, text, n, said in (
        ("A0001", "x", None, "did you mean 'A001'"),
        ("A001", "x", 7, "has no take 7"),
        ("A001", " \n", None, "the note is empty"),
    ):
        with pytest.raises(BadInput) as refused:
            notes.add(film.p, shot, text, n, "", ADA)
        assert said in str(refused.value)
    assert rows(film, "note") == []


def test_a_note_is_resolved_by_a_row_and_once(film: Stage) -> None:
    notes.add(film.p, "A001", "the boat is late", 1, "1", ADA)
    notes.resolve(film.p, 1, "done in take 2", BO)
    _, second = rows(film, "note")
    assert (second["resolves"], second["shot"], second["take_id"]) == (1, "A001", film.take("A001").id)
    assert (second["person"], second["text"]) == ("Bo", "done in take 2")
    for ident, said in ((1, "was resolved by Bo"), (2, "resolves note 1 itself"), (9, "did you mean '1'")):
        with pytest.raises(BadInput) as refused:
            notes.resolve(film.p, ident, "again", ADA)
        assert said in str(refused.value)
    assert len(rows(film, "note")) == 2


# the rubric


def score(film: Stage, item: str, points: int, person: Person = ADA, note: str = "") -> str:
    what = subjects.find(film.p, "shot", "A001", None, Shas(film.root))
    return rubric.score(film.p, what, item, points, note, person)


def given(film: Stage) -> list[tuple[str, int, str]]:
    found = scores.scores(film.p.reader, "take", str(film.take("A001").id))
    return [(row["item"], row["score"], row["person"]) for row in found]


def test_the_newest_score_of_each_person_counts_and_all_stay(film: Stage) -> None:
    score(film, "story clarity", 2)
    score(film, "story", 4, note="with the title")
    score(film, "story clarity", 1, BO)
    score(film, "Brand  Tone", 5)
    assert given(film) == [("story clarity", 4, "Ada"), ("story clarity", 1, "Bo"), ("brand tone", 5, "Ada")]
    assert len(rows(film, "score")) == 4
    assert {row["sha"] for row in rows(film, "score")} == {film.take("A001").sha}


@pytest.mark.parametrize(
    ("item", "points", "said"),
    [
        ("visual kontinuity", 3, "did you mean 'visual continuity'"),
        ("", 3, "is no item"),
        ("story", 0, "1 is worst, 5 is best"),
        ("story", 6, "1 is worst, 5 is best"),
    ],
)
def test_what_is_no_score_is_refused(film: Stage, item: str, points: int, said: str) -> None:
    with pytest.raises(BadInput) as refused:
        score(film, item, points)
    assert said in str(refused.value)
    assert rows(film, "score") == []


# promises


def test_only_a_person_closes_a_promise_and_a_model_attaches_evidence(film: Stage) -> None:
    commitments.make(film.p, "Legal", HOSTILE, "refs/release.pdf", ADA)
    commitments.attach(film.p, 1, "the release names her", "refs/release.pdf", "some/model", ADA)
    commitments.attach(film.p, 1, "seen on paper", "", "", BO)
    (held,) = promises.listed(film.p.reader)
    assert (held["state"], held["kind"], held["text"], held["person"]) == ("open", "legal", HOSTILE, "Ada")
    assert [(row["person"], row["model"]) for row in held["evidence"]] == [("", "some/model"), ("Bo", "")]
    commitments.close(film.p, 1, "signed", BO)
    (held,) = promises.listed(film.p.reader)
    assert (held["state"], held["closed_by"], held["why"]) == ("closed", "Bo", "signed")
    with pytest.raises(BadInput, match="promise 1 is closed by Bo already"):
        commitments.close(film.p, 1, "again", ADA)
    commitments.reopen(film.p, 1, "the page is missing", ADA)
    assert promises.listed(film.p.reader)[0]["state"] == "open"
    assert [row["kind"] for row in rows(film, "commitment_row")] == [
        "evidence",
        "evidence",
        "closed",
        "reopened",
    ]


def test_a_promise_that_says_nothing_or_is_not_there_is_refused(film: Stage) -> None:
    commitments.make(film.p, "client", "no logo", "", ADA)
    before = film.events()
    for act, said in (
        (lambda: commitments.make(film.p, "leagl", "x", "", ADA), "did you mean 'legal'"),
        (lambda: commitments.make(film.p, "legal", " ", "", ADA), "the promise is empty"),
        (lambda: commitments.close(film.p, 1, " ", ADA), "say why it is closed"),
        (lambda: commitments.close(film.p, 4, "x", ADA), "did you mean '1'"),
        (lambda: commitments.reopen(film.p, 1, "x", ADA), "promise 1 is open already"),
        (lambda: commitments.attach(film.p, 1, "", "", "m", ADA), "the evidence is empty"),
    ):
        with pytest.raises(BadInput) as refused:
            act()
        assert said in str(refused.value)
    assert film.events() == before
