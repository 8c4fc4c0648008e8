"""Verdicts: a person's, bound to what was seen, and no wider than what they were about."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Any

import pytest

from core.base import crash
from core.base.errors import BadInput, IllegalStep
from core.base.paths import sha256_file
from core.desk import review
from core.desk.person import Person
from core.engine.production import Production
from core.engine.stale import chosen, stale_shots
from core.ledger import records
from core.ledger.views import TakeRow
from core.studio.snapshot import of_plan
from tests.support.fakes import FakeProvider, StubClips
from tests.support.films import shots
from tests.support.stage import ADA, DOLLAR, Build, Stage, failed, stages


@pytest.fixture
def build() -> Iterator[Build]:
    with stages() as builder:
        yield builder
    crash.hook = None


def verdicts(film: Stage) -> list[tuple[str, str, int]]:
    """(verdict, shot, take id), oldest first."""
    return [(row["verdict"], row["shot"], row["take_id"]) for row in records.verdicts(film.p.reader)]


def stale(film: Stage) -> set[str]:
    plan = of_plan(film.p.plan, "")
    picked = {shot.id: chosen(film.p.reader.takes_of(shot.id)) for shot in plan.shots}
    return stale_shots(plan.shots, {shot: take for shot, take in picked.items() if take})


def made(film: Stage) -> list[str]:
    return [shot for shot, _ in film.posted()]


# when a person must have looked


def test_each_waits_for_a_verdict_after_every_take(build: Build) -> None:
    film = build({"a": shots("A", 3)}, review={"policy": "each"})
    film.make()
    for number in (1, 2):
        assert len(made(film)) == number
        assert film.pause_of() == "review"
        film.run()
        assert len(made(film)) == number, "running again is not looking"
        film.approve(f"A00{number}")
        assert film.pause_of() == ""
        film.run()
    assert len(made(film)) == 3
    assert film.pause_of() == "", "nothing waits for the last verdict"


def test_every_n_lets_n_takes_lie_unseen(build: Build) -> None:
    film = build({"a": shots("A", 5)}, review={"policy": "every-n", "n": 2})
    film.make()
    assert len(made(film)) == 2
    assert film.p.reader.chain("a") == ("paused", "review", "2 takes to look at first")
    film.approve("A001")
    film.run()
    assert len(made(film)) == 3
    film.approve("A002")
    film.approve("A003")
    film.run()
    assert len(made(film)) == 5


def test_end_asks_for_nobody_before_all_is_made(build: Build) -> None:
    film = build({"a": shots("A", 5)}, review={"policy": "end"})
    film.make()
    assert len(made(film)) == 5
    assert film.pause_of() == ""


def test_the_policy_counts_a_chain_by_itself(build: Build) -> None:
    film = build({"a": shots("A", 2), "b": shots("B", 2)}, review={"policy": "each"})
    film.make()
    assert made(film) == ["A001", "B001"]
    film.approve("A001")
    film.run()
    assert made(film) == ["A001", "B001", "A002"]


def test_each_waits_for_a_verdict_on_takes_made_again_too(build: Build) -> None:
    film = build({"a": shots("A", 3)}, review={"policy": "each"})
    film.make()
    for name in ("A001", "A002", "A003"):
        film.approve(name)
        film.run()
    film.make(from_shot="A001")
    assert made(film)[3:] == ["A001"]


@pytest.mark.parametrize("verdict", ["approve", "reject"])
@pytest.mark.parametrize(
    ("reason", "after"),
    [
        ("review", ""),
        *((name, name) for name in ("manual", "budget", "key_limit", "moderation", "refused", "in_doubt")),
        *((name, name) for name in ("drift", "disk")),
    ],
)
def test_a_verdict_lifts_the_pause_for_review_and_no_other(
    build: Build, verdict: str, reason: str, after: str
) -> None:
    film = build({"a": shots("A", 1)})
    film.make()
    film.pause(reason)
    getattr(film, verdict)("A001")
    assert film.pause_of() == after


def test_a_verdict_in_one_chain_leaves_another_chains_pause(build: Build) -> None:
    film = build({"a": shots("A", 2), "b": shots("B", 2)}, review={"policy": "each"})
    film.make()
    film.approve("A001")
    assert (film.pause_of("a"), film.pause_of("b")) == ("", "review")


def test_a_verdict_lifts_the_pause_of_a_chain_that_is_anchored_on_its_shot(build: Build) -> None:
    film = build({"a": shots("A", 1), "b": shots("B", 1, seam="anchor")}, heads={"b": 'anchor = "A001"'})
    film.order()
    film.run("a")
    film.reject("A001")
    film.run("b")
    assert film.pause_of("b") == "review"
    film.retake("A001")
    film.run("a")
    film.approve("A001")
    assert film.pause_of("b") == ""
    film.run("b")
    assert film.take("B001").source_take == film.take("A001", 2).id


# rejecting


def test_a_reject_cancels_the_unsent_that_hang_on_it_and_only_those(build: Build) -> None:
    plan = shots("A", 5)
    plan[3]["seam"] = "text"
    film = build({"a": plan}, review={"policy": "each"})
    film.make()
    film.reject("A001", note="the light is wrong")
    assert film.all_states() == {
        "A001": "rejected",
        "A002": "cancelled",
        "A003": "cancelled",
        "A004": "planned",
        "A005": "planned",
    }
    assert film.take("A001").note == "the light is wrong"
    film.run()
    assert made(film) == ["A001", "A004"]


def test_a_reject_leaves_the_takes_of_another_order_alone(build: Build) -> None:
    film = build({"a": shots("A", 2)})
    film.make()
    film.order(from_shot="A001")
    film.run(stop=lambda: film.states("A001") == ["review", "review"])
    film.reject("A001", 1)
    assert film.states("A002") == ["review", "ready"]


def test_a_reject_frees_the_hold_of_what_it_cancels(build: Build) -> None:
    film = build({"a": shots("A", 2)}, provider=FakeProvider(price=DOLLAR))
    film.order()

    def pause(point: str) -> None:
        if point == "take.reserved.after" and film.states("A002") == ["reserved"]:
            crash.hook = None
            film.pause("review")

    crash.hook = pause
    film.run()
    assert film.film_sums() == (DOLLAR, 0, DOLLAR)
    film.reject("A001")
    assert film.states("A002") == ["cancelled"]
    assert film.film_sums() == (0, 0, DOLLAR)
    assert film.submission("A002")["state"] == "cancelled"


def test_a_reject_leaves_what_is_made_and_calls_it_stale(build: Build) -> None:
    film = build({"a": shots("A", 3)})
    film.make()
    assert stale(film) == set()
    film.reject("A001")
    assert film.all_states() == {"A001": "rejected", "A002": "review", "A003": "review"}
    assert stale(film) == {"A002", "A003"}
    assert len(made(film)) == 3, "it spends nothing"
    film.approve("A001")
    assert stale(film) == set(), "a person may decide again"


def test_a_reject_leaves_what_is_sent_alone(build: Build) -> None:
    film = build({"a": shots("A", 2)})
    film.order()
    film.run(stop=lambda: len(film.provider.posts) == 2)
    assert film.states("A002") == ["submitted"]
    film.reject("A001")
    assert film.states("A002") == ["submitted"]
    film.run()
    assert film.states("A002") == ["review"]


def test_a_change_of_plan_makes_a_take_stale(build: Build) -> None:
    plan = shots("A", 3)
    film = build({"a": plan})
    film.make()
    plan[1]["description"] = "another place"
    film.rewrite({"a": plan})
    assert stale(film) == {"A002", "A003"}


def test_a_broken_clip_can_be_rejected_and_never_circled(build: Build) -> None:
    clips = StubClips()
    clips.broken.add("A001_t001")
    film = build({"a": shots("A", 1)}, clips=clips)
    film.make()
    for _ in ("broken", "rejected"):
        before = film.events()
        with pytest.raises(BadInput, match="A001 take 1 cannot be circled"):
            film.approve("A001")
        assert film.events() == before
        film.reject("A001")


# circling


def test_a_circle_is_bound_to_who_when_why_and_what_was_seen(build: Build) -> None:
    film = build({"a": shots("A", 1)})
    film.make()
    review.approve(film.p, "A001", None, "the eyes", ADA)
    (row,) = records.verdicts(film.p.reader)
    clip = film.p.files("A001", 1).clip
    told = {name: row[name] for name in ("verdict", "shot", "note", "person", "role", "sha", "take_id")}
    assert told == {
        "verdict": "approve",
        "shot": "A001",
        "note": "the eyes",
        "person": "Ada",
        "role": "director",
        "sha": sha256_file(clip),
        "take_id": film.take("A001").id,
    }
    assert row["at"].startswith("2026-03-01T")


def test_circling_another_take_supersedes_the_first(build: Build) -> None:
    film = build({"a": shots("A", 3)})
    film.make()
    film.approve("A001")
    film.retake("A001")
    film.run()
    assert stale(film) == set(), "an uncircled new take changes nothing"
    film.approve("A001", 2)
    assert film.states("A001") == ["review", "approved"]
    assert stale(film) == {"A002", "A003"}
    film.approve("A001", 1)
    assert film.states("A001") == ["approved", "review"]
    assert stale(film) == set()
    first, second = film.take("A001", 1).id, film.take("A001", 2).id
    assert [found for _, _, found in verdicts(film)] == [first, second, first], "nothing is edited"


def test_circling_the_circled_take_again_writes_nothing(build: Build) -> None:
    film = build({"a": shots("A", 1)})
    film.make()
    film.approve("A001")
    before = film.events()
    film.approve("A001")
    assert film.events() == before
    assert len(verdicts(film)) == 1


def test_a_clip_that_changed_on_disk_cannot_be_circled(build: Build) -> None:
    film = build({"a": shots("A", 1)})
    film.make()
    film.p.files("A001", 1).clip.write_bytes(b"another clip")
    before = film.events()
    with pytest.raises(BadInput, match=r"is not the one that was downloaded(.|\n)*rushes audit"):
        film.approve("A001")
    assert (film.states("A001"), film.events(), verdicts(film)) == (["review"], before, [])


def test_a_clip_that_is_gone_cannot_be_circled_and_can_be_rejected(build: Build) -> None:
    film = build({"a": shots("A", 1)})
    film.make()
    film.p.files("A001", 1).clip.unlink()
    with pytest.raises(BadInput, match="the clip of A001 take 1 is gone"):
        film.approve("A001")
    assert film.reject("A001").state == "rejected"


def test_a_take_that_is_not_made_yet_cannot_be_circled(build: Build) -> None:
    film = build({"a": shots("A", 2)})
    film.order()
    with pytest.raises(BadInput, match="A001 has no take to judge yet"):
        film.approve("A001")
    with pytest.raises(BadInput, match="A001 take 1 cannot be circled: it is planned"):
        film.approve("A001", 1)
    film.provider.statuses.append(failed())
    film.run()
    with pytest.raises(BadInput, match="it is remote_failed"):
        film.approve("A001", 1)
    assert verdicts(film) == []


def test_two_verdicts_at_once_leave_one(build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    film = build({"a": shots("A", 1)})
    film.make()
    look = review._seen

    def meanwhile(*args: Any) -> str:
        monkeypatch.setattr(review, "_seen", look)
        film.reject("A001")
        return look(*args)

    monkeypatch.setattr(review, "_seen", meanwhile)
    with pytest.raises(IllegalStep, match="somebody else moved it"):
        film.approve("A001")
    assert film.states("A001") == ["rejected"]
    assert [verdict for verdict, _, _ in verdicts(film)] == ["reject"]


# holding, finding, making again


def test_a_hold_says_why_and_moves_nothing(build: Build) -> None:
    film = build({"a": shots("A", 2)}, review={"policy": "each"})
    film.make()
    review.hold(film.p, "A001", None, "ask the client", ADA)
    assert film.states("A001") == ["review"]
    assert film.pause_of() == "review"
    assert verdicts(film) == [("hold", "A001", film.take("A001").id)]


def test_a_hold_puts_a_circled_take_back_before_a_person(build: Build) -> None:
    film = build({"a": shots("A", 1)})
    film.make()
    film.approve("A001")
    review.hold(film.p, "A001", 1, "the client wants to see it", ADA)
    assert film.states("A001") == ["review"]
    assert [verdict for verdict, _, _ in verdicts(film)] == ["approve", "hold"]
    film.reject("A001")
    with pytest.raises(BadInput, match="only a take for review or a circled one can be held"):
        review.hold(film.p, "A001", 1, "", ADA)


def test_another_persons_verdict_on_what_stands_already_is_kept_too(build: Build) -> None:
    film = build({"a": shots("A", 1)})
    film.make()
    bo = Person("Bo", "producer")
    for act, word in ((review.approve, "approve"), (review.reject, "reject")):
        act(film.p, "A001", 1, "", ADA)
        act(film.p, "A001", 1, "", bo)
        act(film.p, "A001", 1, "a second word", ADA)
        for again in (ADA, bo):
            act(film.p, "A001", 1, "", again)
        rows = [row for row in records.verdicts(film.p.reader) if row["verdict"] == word]
        assert [(row["person"], row["note"]) for row in rows] == [
            ("Ada", ""),
            ("Bo", ""),
            ("Ada", "a second word"),
        ]
    assert film.states("A001") == ["rejected"]


def test_without_a_number_the_take_that_waits_is_meant(build: Build) -> None:
    film = build({"a": shots("A", 1)})
    film.make()
    film.retake("A001")
    film.run()
    assert review.find_take(film.p, "A001", None).n == 2
    film.reject("A001", 2)
    assert review.find_take(film.p, "A001", None).n == 1


def test_an_unknown_shot_or_take_is_answered_with_what_there_is(build: Build) -> None:
    film = build({"a": shots("A", 2)})
    film.make()
    with pytest.raises(BadInput, match="did you mean 'A001'"):
        film.approve("A0001")
    with pytest.raises(BadInput, match=r"A001 has no take 7 \(there is: 1\)"):
        film.approve("A001", 7)


@pytest.mark.parametrize(
    ("reason", "after"),
    [
        *((name, "") for name in ("review", "refused", "moderation", "in_doubt")),
        *((name, name) for name in ("manual", "budget", "key_limit", "disk", "drift")),
    ],
)
def test_a_retake_lets_its_chain_go_on_unless_something_else_holds_it(
    build: Build, reason: str, after: str
) -> None:
    film = build({"a": shots("A", 1)})
    film.make()
    film.pause(reason)
    placed = film.retake("A001")
    assert [(want.shot, want.n) for want in placed.wanted] == [("A001", 2)]
    assert film.pause_of() == after


def test_a_retake_beside_a_take_in_doubt_keeps_its_hold(build: Build) -> None:
    from tests.support.fakes import UNCLEAR

    film = build({"a": shots("A", 1)}, provider=FakeProvider(price=DOLLAR, outcomes=deque([UNCLEAR])))
    film.make()
    film.retake("A001")
    film.run()
    assert film.states("A001") == ["in_doubt", "review"]
    assert film.film_sums() == (DOLLAR, 0, DOLLAR)


def test_two_takes_circled_at_once_leave_one_circled(build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    film = build({"a": shots("A", 1)})
    film.make()
    film.make(shots=("A001",))
    seen, turns = review._seen, [2]

    def another_circles_first(p: Production, take: TakeRow) -> str:
        found = seen(p, take)
        if turns:
            film.approve("A001", turns.pop())
        return found

    monkeypatch.setattr(review, "_seen", another_circles_first)
    film.approve("A001", 1)
    assert film.states("A001") == ["approved", "review"]


def test_a_retake_and_its_reason_are_one_transaction(build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    film = build({"a": shots("A", 1)})
    film.make()
    before = film.events()

    def fails(*_: object) -> bool:
        raise RuntimeError

    monkeypatch.setattr(review, "lift", fails)
    with pytest.raises(RuntimeError):
        film.retake("A001")
    assert film.events() == before
    assert film.states("A001") == ["review"]
