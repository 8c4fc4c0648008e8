"""What happened while a person was away: told once, in the order it happened, with who and how much."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from core.base.clock import stamp
from core.base.errors import BadInput
from core.base.units import Amount, Certainty, Money
from core.desk import failures, review
from core.desk.failures import Broke
from core.desk.since import News, Settled, pauses, settled
from core.ledger import commands, news
from core.ledger.tables import Note, Suggestion
from core.studio import whatsnew
from core.studio.places import Places
from tests.support.fakes import UNCLEAR, FakeProvider
from tests.support.films import shots
from tests.support.stage import ADA, DOLLAR, Build, Stage, done, failed, stages
from tui.cli import main

HOSTILE = "[/] boom \x1b[2J\x1b]52;c;ZXZpbA==\x07\u202egnp.exe"
BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 3, 29, 14, 30, tzinfo=BERLIN)
"""A Sunday on which the clocks went forward at two in the morning."""
BEGIN = "2000-01-01T00:00:00.000Z"


@pytest.fixture
def build() -> Iterator[Build]:
    with stages() as builder:
        yield builder


def told(film: Stage, at: str = BEGIN) -> News:
    return whatsnew.whats_new(Places(film.root), at)


def last(film: Stage) -> str:
    """Moment of the last event; the clock goes on a minute."""
    at = news.span(film.p.reader)[1]
    film.clock.sleep(60)
    return at


# what a person types


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("2h", "2026-03-29T10:30:00.000Z"),
        ("30m", "2026-03-29T12:00:00.000Z"),
        (" 3d ", "2026-03-26T12:30:00.000Z"),
        ("1w", "2026-03-22T12:30:00.000Z"),
        ("09:15", "2026-03-29T07:15:00.000Z"),
        ("1:15", "2026-03-29T00:15:00.000Z"),
        ("22:00", "2026-03-28T21:00:00.000Z"),
        ("today", "2026-03-28T23:00:00.000Z"),
        ("yesterday", "2026-03-27T23:00:00.000Z"),
        ("2026-03-28", "2026-03-27T23:00:00.000Z"),
        ("2026-03", "2026-02-28T23:00:00.000Z"),
        ("2026-03-29T10:00", "2026-03-29T08:00:00.000Z"),
        ("2026-03-29T10:00:00.123Z", "2026-03-29T10:00:00.123Z"),
        ("2026-03-29T10:00+05:00", "2026-03-29T05:00:00.000Z"),
    ],
)
def test_a_moment_is_read_as_its_writer_meant_it(text: str, meant: str) -> None:
    assert whatsnew.moment(text, NOW, BERLIN) == meant


@pytest.mark.parametrize("text", ["", "soon", "25:00", "12:60", "2026-13-01", "9999999w", "-2h", "\x1b[2J"])
def test_what_is_no_moment_is_answered_with_examples(text: str) -> None:
    with pytest.raises(BadInput, match="yesterday"):
        whatsnew.moment(text, NOW, BERLIN)


# what happened


def test_takes_land_once_and_a_changed_mind_is_no_landing(build: Build) -> None:
    film = build({"a": shots("A", 2)})
    film.make()
    film.approve("A001")
    film.make(shots=("A001",))
    film.approve("A001", 2)
    found = told(film)
    assert [(row.shot, row.take) for row in found.landed] == [("A001", 1), ("A002", 1), ("A001", 2)]
    assert film.states("A001") == ["review", "approved"]


def test_verdicts_come_with_who_why_and_what_was_seen(build: Build) -> None:
    film = build({"a": shots("A", 2)})
    film.make()
    at = last(film)
    review.approve(film.p, "A001", None, "the eyes", ADA)
    review.reject(film.p, "A002", None, "", ADA)
    found = told(film, at)
    assert [(row.name, row.take, row.verdict, row.person, row.role, row.note) for row in found.verdicts] == [
        ("A001", 1, "approve", "Ada", "director", "the eyes"),
        ("A002", 1, "reject", "Ada", "director", ""),
    ]
    assert all(len(row.sha) == 64 for row in found.verdicts)
    assert found.landed == (), "before it"


def test_money_is_summed_by_provider_and_unknown_is_not_zero() -> None:
    rows = [("x", 5, "exact"), ("y", 1, "exact"), ("x", 7, "estimated"), ("y", 9, "unknown")]
    assert settled(rows) == (Settled("x", 12, "estimated", 2, 0), Settled("y", 1, "unknown", 2, 1))


def test_money_in_doubt_and_settled_is_told(build: Build) -> None:
    film = build(
        {"a": shots("A", 1), "b": shots("B", 1)},
        provider=FakeProvider(price=DOLLAR, outcomes=deque([UNCLEAR])),
    )
    film.provider.statuses.append(done(Amount(Money(DOLLAR // 2), Certainty.EXACT)))
    film.make()
    found = told(film)
    assert found.in_doubt == DOLLAR
    assert [(row.shot, row.take) for row in found.doubts] == [("A001", 1)]
    assert [(row.micro, row.certainty, row.requests) for row in found.settled] == [(DOLLAR // 2, "exact", 1)]


def test_lost_takes_are_failures_until_somebody_logs_them(build: Build) -> None:
    film = build({"a": shots("A", 1)})
    film.provider.statuses.append(failed())
    film.make()
    (lost,) = told(film).failures
    assert (lost.shot, lost.take, lost.category) == ("A001", 1, "")
    failures.log(film.p, "A001", 1, Broke("provider", "it fell over"), ADA)
    assert [(row.category, row.what, row.person) for row in told(film).failures] == [
        ("provider", "it fell over", "Ada")
    ]


def event(number: int, kind: str, chain: str = "", text: str = "", **data: Any) -> dict[str, Any]:
    at = f"2026-03-01T00:00:{number:02d}.000Z"
    return {"id": number, "at": at, "kind": kind, "chain": chain, "text": text, "data": data}


def test_each_pause_says_what_lifted_it() -> None:
    events = [
        event(1, "chain.active", "d"),
        event(2, "chain.paused", "a", reason="review", note="1 take"),
        event(3, "chain.paused", "b", reason="budget"),
        event(4, "chain.paused", "c", reason="manual"),
        event(5, "chain.active", "a"),
        event(6, "chain.active", "b"),
        event(6, "command.queued", text="resume by Bo"),
    ]
    verdicts = [{"at": events[4]["at"], "verdict": "approve", "shot": "A001", "person": "Ada"}]
    found = {
        pause.chain: (pause.reason, pause.lifted_at[17:19], pause.lifted_by)
        for pause in pauses(events, verdicts)
    }
    assert found == {
        "d": ("", "01", ""),
        "a": ("review", "05", "approve A001 by Ada"),
        "b": ("budget", "06", "resume by Bo"),
        "c": ("manual", "", ""),
    }


def test_a_retake_that_lets_a_chain_go_on_is_named(build: Build) -> None:
    film = build({"a": shots("A", 1)})
    film.make()
    film.pause("review")
    review.retake(film.p, "A001", "slower", ADA)
    found = told(film)
    assert [pause.lifted_by for pause in found.pauses] == ["retake ordered by Ada: slower"]
    assert [row.text for row in found.orders] == ["1 takes ordered", "retake ordered by Ada: slower"]


def test_somebody_elses_command_lifts_nothing() -> None:
    events = [
        event(1, "chain.paused", "a", reason="budget"),
        event(2, "chain.active", "a"),
        event(3, "order.placed"),
        event(4, "command.queued", text="resume by Bo"),
    ]
    assert [pause.lifted_by for pause in pauses(events, [])] == [""]


def test_suggestions_notes_and_what_waits_are_told(build: Build) -> None:
    film = build({"a": shots("A", 5)})
    film.make()
    at = last(film)
    with film.p.ledger.write() as w:
        w.add(Suggestion(text="a dolly", source="x", reason="y"))
        w.add(Note(subject_kind="shot", subject_id="A001", shot="A001", text="late", person="Bo"))
        w.event("note.added", "late")
    found = told(film, at)
    assert [row.text for row in found.suggestions] == ["#1 a dolly"]
    assert [(row.shot, row.text) for row in found.notes] == [("A001", "Bo: late")]
    assert [(row.shot, row.kind) for row in found.waiting] == [(f"A00{n}", "review") for n in (1, 2, 3)]
    assert found.waiting_total == 5


def test_stretches_of_time_neither_overlap_nor_leave_a_hole(build: Build) -> None:
    film = build({"a": shots("A", 4)})
    film.make()
    at, seen = BEGIN, []
    for number in (1, 2, 3, 4):
        review.approve(film.p, f"A00{number}", None, "", ADA)
        found = told(film, at)
        seen += [row.name for row in found.verdicts]
        at = found.until
    assert seen == ["A001", "A002", "A003", "A004"]
    assert told(film, at).nothing


# who asked last


def test_without_a_time_one_is_told_what_came_since_one_asked_last(
    build: Build, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    film = build({"a": shots("A", 2)})
    film.clock.sleep((datetime.now(UTC) - film.clock.now()).total_seconds() - 3600)
    film.make()
    words = ["since", "--film", str(film.root)]

    def ask(*more: str, by: str = "Ada") -> str:
        monkeypatch.setattr(whatsnew, "person", lambda: by)
        assert main([*words, *more]) == 0
        return capsys.readouterr().out

    for more in (["--json"], ["2h"], ["--events"]):
        ask(*more)
        assert news.seen_at(film.p.reader, "Ada") == "", "only asking without more counts as having been told"
    assert "takes landed: 2" in ask()
    assert news.seen_at(film.p.reader, "Ada") == news.span(film.p.reader)[1]
    assert "nothing happened" in ask()
    assert "takes landed: 2" in ask(by="Bo"), "each is told for themselves"
    film.clock.sleep(60)
    film.approve("A001")
    again = ask()
    assert "A001 take 1: approve by Ada, director" in again
    assert "landed" not in again
    assert "waits for you: 1" in again


def test_who_never_asked_is_told_the_last_day_or_the_whole_young_film(build: Build) -> None:
    film = build({"a": shots("A", 1)})
    film.order()
    first = datetime.fromisoformat(news.span(film.p.reader)[0])
    places = Places(film.root)
    at, asked = whatsnew.last_asked(places, "Ada", first + timedelta(hours=2))
    assert (at < stamp(first), asked) == (True, False)
    assert told(film, at).orders, "the first event too"
    at, _ = whatsnew.last_asked(places, "Ada", first + timedelta(days=5))
    assert at == stamp(first + timedelta(days=4))


def test_a_film_without_a_ledger_stays_without_one(
    build: Build, tmp_path: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    from tests.support.films import write_film

    root = write_film(tmp_path / "fresh", {"a": shots("A", 1)})
    assert main(["since", "--film", str(root)]) == 0
    assert "nothing happened" in capsys.readouterr().out
    assert not Places(root).ledger.exists()


# the command


def test_events_are_still_there_as_they_are(build: Build, capsys: pytest.CaptureFixture[str]) -> None:
    film = build({"a": shots("A", 1)})
    film.make()
    assert main(["since", "--events", "--json", "--film", str(film.root)]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [row["kind"] for row in rows] == film.events()
    assert main(["since", rows[3]["at"], "--events", "--json", "--film", str(film.root)]) == 0
    assert json.loads(capsys.readouterr().out) == [row for row in rows if row["at"] >= rows[3]["at"]]


def test_hostile_words_are_shown_literally(build: Build, capsys: pytest.CaptureFixture[str]) -> None:
    film = build({"a": shots("A", 1)})
    film.make()
    long = HOSTILE + "x" * 5_000_000
    with film.p.ledger.write() as w:
        w.add(Suggestion(text=long, source="x", reason="y"))
        w.add(Note(subject_kind="shot", subject_id="A001", shot="A001", text=long, person=HOSTILE))
        w.event("take.refused", long, shot="A001")
        commands.queue(w, "resume", "{}", long)
    review.reject(film.p, "A001", None, long, ADA)
    assert main(["since", "2026-01-01", "--film", str(film.root)]) == 0
    shown = capsys.readouterr().out
    assert shown.count("[/] boom gnp.exe") >= 4
    assert not {"\x1b", "\x07", "\u202e"} & set(shown)
    assert len(shown) < 10_000
    assert main(["since", "2026-01-01", "--json", "--film", str(film.root)]) == 0
    assert json.loads(capsys.readouterr().out)["verdicts"][0]["note"] == long, "kept as it is"
