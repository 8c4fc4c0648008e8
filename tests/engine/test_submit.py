"""What becomes of a take, its submission and its money for every answer to a POST."""

from __future__ import annotations

import json
import logging
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest

from core.base import crash
from core.base.errors import DiskFull
from core.engine import answers, gates, reserve, submit
from core.engine.chain import PATIENCE_S, ChainRunner
from core.film.profile import Budget
from core.providers.base import (
    ErrorClass,
    Payload,
    ProviderError,
    Quote,
    Sent,
    SubmitOutcome,
    VideoRequest,
)
from tests.support.fakes import UNCLEAR, FakeProvider
from tests.support.films import shots
from tests.support.stage import DOLLAR, Build, Stage, never


def answer(sent: Sent, kind: ErrorClass = ErrorClass.UNKNOWN, retry: float | None = None) -> SubmitOutcome:
    return SubmitOutcome(
        sent, error=ProviderError(kind, f"it said {kind}", retry_after_s=retry), http_status=400
    )


def _tries() -> int:
    """How often a chain tries to reach its provider: each wait is half of all the waits before it."""
    tries, waited = 1, 0.0
    while (wait := max(answers.UNSENT_WAIT_S, min(waited / 2, submit.WAIT_CAP_S))) + waited <= PATIENCE_S:
        tries, waited = tries + 1, waited + wait
    return tries


NOT_REACHED = _tries()
ASKED_TO_WAIT = int(PATIENCE_S / 60) + 1
"""Answers of one minute's patience until a chain has no more."""
REFUSED = {
    ErrorClass.MODERATION: "moderation",
    ErrorClass.AUTH: "key_limit",
    ErrorClass.KEY_LIMIT: "key_limit",
    ErrorClass.INSUFFICIENT_CREDIT: "key_limit",
    ErrorClass.RATE_LIMITED: "refused",
    ErrorClass.BAD_REQUEST: "refused",
    ErrorClass.PROVIDER_FAULT: "refused",
    ErrorClass.TIMEOUT: "refused",
    ErrorClass.UNKNOWN: "refused",
}


@dataclass(frozen=True)
class Row:
    """One row of the outcome table, as the ledger shows it when the chain is done."""

    answers: tuple[SubmitOutcome | Exception, ...]
    take: str
    submissions: tuple[str, ...]
    sums: tuple[int, int, int]
    pause: str
    posts: int


HELD, FREE, PAID = (DOLLAR, 0, 0), (0, 0, 0), (0, 0, DOLLAR)
TABLE = {
    "accepted": Row((SubmitOutcome.accepted("job-7"),), "review", ("closed",), PAID, "", 1),
    "accepted without a job": Row(
        (SubmitOutcome(Sent.ACCEPTED),), "in_doubt", ("in_doubt",), HELD, "in_doubt", 1
    ),
    "not sent, then accepted": Row((answer(Sent.NOT_SENT),), "review", ("not_sent", "closed"), PAID, "", 2),
    "not reached for some minutes": Row(
        (answer(Sent.NOT_SENT),) * 9, "review", (*("not_sent",) * 9, "closed"), PAID, "", 10
    ),
    "never sent": Row(
        (answer(Sent.NOT_SENT),) * (NOT_REACHED + 9),
        "ready",
        ("not_sent",) * NOT_REACHED,
        FREE,
        "refused",
        NOT_REACHED,
    ),
    "throttled, then accepted": Row(
        (answer(Sent.THROTTLED, ErrorClass.RATE_LIMITED, 30.0),), "review", ("refused", "closed"), PAID, "", 2
    ),
    "throttled for good": Row(
        (answer(Sent.THROTTLED, ErrorClass.RATE_LIMITED, 60.0),) * (ASKED_TO_WAIT + 9),
        "ready",
        ("refused",) * ASKED_TO_WAIT,
        FREE,
        "refused",
        ASKED_TO_WAIT,
    ),
    "throttled for longer than we wait": Row(
        (answer(Sent.THROTTLED, ErrorClass.RATE_LIMITED, submit.WAIT_CAP_S + 1),),
        "ready",
        ("refused",),
        FREE,
        "refused",
        1,
    ),
    "unclear": Row((UNCLEAR,), "in_doubt", ("in_doubt",), HELD, "in_doubt", 1),
    "an exception": Row((RuntimeError("broken pipe"),), "in_doubt", ("in_doubt",), HELD, "in_doubt", 0),
    **{
        f"refused: {kind}": Row((answer(Sent.REFUSED, kind),), "ready", ("refused",), FREE, pause, 1)
        for kind, pause in REFUSED.items()
    },
}


def test_the_table_has_a_row_for_every_class_of_outcome_and_of_error() -> None:
    answered = {a.sent for row in TABLE.values() for a in row.answers if isinstance(a, SubmitOutcome)}
    assert answered == set(Sent)
    assert set(REFUSED) == set(ErrorClass)


@pytest.mark.parametrize("name", TABLE)
def test_an_answer_leads_where_the_table_says(build: Build, name: str) -> None:
    row = TABLE[name]
    film = build({"a": shots("A", 1)}, provider=FakeProvider(price=DOLLAR, outcomes=deque(row.answers)))
    film.make()
    assert film.states("A001") == [row.take]
    found = film.p.reader.submissions_of("take", film.take("A001").id)
    assert tuple(submission.state for submission in found) == row.submissions
    assert film.film_sums() == row.sums
    assert film.pause_of() == row.pause
    assert len(film.provider.posts) == row.posts
    if row.take == "in_doubt":
        assert film.p.reader.sums().in_doubt == DOLLAR


@pytest.mark.parametrize("name", [name for name, row in TABLE.items() if row.take == "in_doubt"])
def test_a_take_in_doubt_is_never_sent_again_whatever_is_resumed(build: Build, name: str) -> None:
    film = build(
        {"a": shots("A", 2)}, provider=FakeProvider(price=DOLLAR, outcomes=deque(TABLE[name].answers))
    )
    film.make()
    sent = len(film.provider.posts)
    for _ in range(3):
        film.resume()
        film.run()
        film.order()
    assert len(film.provider.posts) == sent
    assert film.film_sums() == HELD, "an in-doubt hold never times out"
    assert film.pause_of() == "in_doubt"


def test_a_refused_take_is_sent_again_only_after_a_person_resumed(build: Build) -> None:
    outcomes = deque([answer(Sent.REFUSED, ErrorClass.MODERATION)])
    film = build({"a": shots("A", 2)}, provider=FakeProvider(outcomes=outcomes))
    film.make()
    film.run()
    assert len(film.provider.posts) == 1
    film.resume()
    film.run()
    assert film.posted() == [("A001", 1), ("A001", 1), ("A002", 1)]


def test_retry_after_is_obeyed(build: Build) -> None:
    outcomes = deque([answer(Sent.THROTTLED, ErrorClass.RATE_LIMITED, 30.0)])
    film = build({"a": shots("A", 1)}, provider=FakeProvider(outcomes=outcomes))
    before = film.clock.moment
    film.make()
    assert film.clock.moment - before >= timedelta(seconds=30)


def test_a_job_another_take_owns_is_in_doubt_and_keeps_its_owner(build: Build) -> None:
    outcomes = deque([SubmitOutcome.accepted("job-x"), SubmitOutcome.accepted("job-x")])
    film = build({"a": shots("A", 2, seam="text")}, provider=FakeProvider(price=DOLLAR, outcomes=outcomes))
    film.make()
    assert film.all_states() == {"A001": "review", "A002": "in_doubt"}
    assert film.submission("A001")["job_id"] == "job-x"
    assert film.submission("A002")["job_id"] is None
    assert film.pause_of() == "in_doubt"
    film.wake()
    assert film.states("A002") == ["in_doubt"], "its saved reply names a job that is not its own"


def test_the_intent_is_committed_before_the_first_byte_leaves(build: Build) -> None:
    seen = []

    class Watched(FakeProvider):
        def submit(self, payload: Payload) -> SubmitOutcome:
            found = film.p.reader.table("submission", "WHERE key=?", payload.key)
            seen.append((found[0]["state"], film.take("A001").state))
            return super().submit(payload)

    film = build({"a": shots("A", 1)}, provider=Watched())
    film.make()
    assert seen == [("intent", "intent")]


def test_the_reply_is_on_disk_before_the_ledger_hears_of_it(build: Build) -> None:
    film = build({"a": shots("A", 1)})
    film.order()
    seen = []

    def look(point: str) -> None:
        if point == "take.submitted.before":
            saved = film.p.outcome_file(film.submission("A001")["key"])
            seen.append(json.loads(saved.read_text())["job_id"])

    crash.hook = look
    film.run()
    assert seen == ["job-1"]


@pytest.mark.parametrize("scope", ["film", "chain", "day", "take"])
def test_the_reserve_refuses_one_micro_dollar_above_the_limit(build: Build, scope: str) -> None:
    budget = {f"{scope}_usd": "3.000000"}
    film = build({"a": shots("A", 2, seam="text")}, provider=FakeProvider(price=3 * DOLLAR), budget=budget)
    film.provider.price += 1
    film.order(to_shot="A001")
    film.run()
    assert film.states("A001") == ["planned"]
    assert film.pause_of() == "budget"
    assert f"the {scope} budget is $3.00" in film.p.reader.chain("a")[2]
    assert film.film_sums() == (0, 0, 0)

    film.provider.price -= 1
    film.resume()
    film.run()
    assert film.states("A001") == ["review"]
    assert film.film_sums() == (0, 0, 3 * DOLLAR)

    film.provider.price = 1
    film.make()
    spent = film.states("A002") == ["review"]
    assert spent is (scope == "take"), "every other budget is used up"


def test_a_day_budget_is_whole_again_the_next_day(build: Build) -> None:
    film = build(
        {"a": shots("A", 2, seam="text")}, provider=FakeProvider(price=DOLLAR), budget={"day_usd": "1.00"}
    )
    film.make()
    assert film.all_states() == {"A001": "review", "A002": "planned"}
    film.clock.sleep(86_400)
    film.resume()
    film.run()
    assert film.states("A002") == ["review"]


def test_a_chain_budget_is_counted_a_chain(build: Build) -> None:
    chains = {"a": shots("A", 2, seam="text"), "b": shots("B", 1)}
    film = build(chains, provider=FakeProvider(price=DOLLAR), budget={"chain_usd": "1.00"})
    film.make()
    assert film.all_states() == {"A001": "review", "A002": "planned", "B001": "review"}
    assert (film.pause_of("a"), film.pause_of("b")) == ("budget", "")


def test_a_hold_in_doubt_counts_against_the_budget(build: Build) -> None:
    provider = FakeProvider(price=DOLLAR, outcomes=deque([UNCLEAR]))
    film = build({"a": shots("A", 2, seam="text")}, provider=provider, budget={"film_usd": "1.50"})
    film.make()
    assert film.all_states() == {"A001": "in_doubt", "A002": "planned"}
    assert film.pause_of() == "budget"


def test_no_budget_is_unknown_and_refuses_nothing(build: Build) -> None:
    film = build({"a": shots("A", 1)})
    with film.p.ledger.write() as w:
        assert gates.over_budget(w, Budget(), "a", 1, 10**12) is None
        assert gates.over_budget(w, Budget(film_usd="0"), "a", 1, 0) is None
        assert gates.over_budget(w, Budget(film_usd="0"), "a", 1, 1) is not None


def test_of_two_chains_racing_for_the_last_dollar_one_gets_it(build: Build) -> None:
    for _ in range(5):
        at_once = threading.Barrier(2)

        class Racing(FakeProvider):
            def quote(self, request: VideoRequest) -> Quote:
                if self.ready:
                    self.ready.wait(10)
                return super().quote(request)

            ready: threading.Barrier | None = None

        provider = Racing(price=DOLLAR)
        film = build({"a": shots("A", 1), "b": shots("B", 1)}, provider=provider, budget={"film_usd": "1.00"})
        film.order()
        provider.ready = at_once
        threads = [threading.Thread(target=ChainRunner(film.p, name, never).run) for name in ("a", "b")]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        assert sorted(film.all_states().values()) == ["planned", "review"]
        assert sorted([film.pause_of("a"), film.pause_of("b")]) == ["", "budget"]
        assert len(film.provider.posts) == 1
        assert film.film_sums() == (0, 0, DOLLAR)


@pytest.mark.parametrize("point", ["take.reserved.after", "take.intent.before"])
def test_a_pause_between_reserve_and_intent_sends_nothing(build: Build, point: str) -> None:
    film = build({"a": shots("A", 2)}, provider=FakeProvider(price=DOLLAR))
    film.order()

    def pause(at: str) -> None:
        if at == point:
            crash.hook = None
            film.pause()

    crash.hook = pause
    film.run()
    assert film.posted() == []
    assert film.states("A001") == ["reserved"]
    assert film.pause_of() == "manual"
    assert film.film_sums() == HELD

    film.resume()
    film.run()
    assert film.posted() == [("A001", 1), ("A002", 1)]
    assert film.film_sums() == (0, 0, 2 * DOLLAR)


@pytest.mark.parametrize("reason", ["manual", "budget", "key_limit", "in_doubt", "review", "disk"])
def test_while_paused_what_runs_is_polled_and_fetched_and_nothing_is_sent(build: Build, reason: str) -> None:
    film = build({"a": shots("A", 3)})
    film.order()
    film.run(stop=lambda: bool(film.provider.posts))
    assert film.states("A001") == ["submitted"]
    film.pause(reason)
    film.run()
    assert film.states("A001") == ["review"]
    assert film.states("A002") == ["ready"]
    assert film.posted() == [("A001", 1)]
    assert film.pause_of() == reason


def test_a_persons_pause_is_not_overwritten_by_the_engines_own(build: Build) -> None:
    film = build({"a": shots("A", 2)}, review={"policy": "each"})
    film.order()

    class Racing(ChainRunner):
        def _is_paused(self) -> bool:
            paused = super()._is_paused()
            if film.states("A001") == ["review"]:
                film.pause()  # lands after the runner looked
            return paused

    Racing(film.p, "a", never).run()
    assert film.pause_of() == "manual"
    film.approve("A001")
    assert film.pause_of() == "manual", "a verdict must not undo what a person paused"


def test_a_full_disk_stops_before_anything_is_sent(build: Build) -> None:
    film = build({"a": shots("A", 1)}, free_bytes=lambda: reserve.MIN_FREE_BYTES - 1)
    film.make()
    assert film.posted() == []
    assert film.pause_of() == "disk"


def fill_disk(film: Stage, point: str) -> None:
    """The next write at `point` finds the disk full."""

    def full(at: str) -> None:
        if at == point:
            crash.hook = None
            raise DiskFull("the disk is full")

    crash.hook = full


def test_an_answer_the_ledger_could_not_take_is_in_doubt_and_adopted_from_the_saved_reply(
    build: Build,
) -> None:
    film = build({"a": shots("A", 2)}, provider=FakeProvider(price=DOLLAR))
    film.order()
    fill_disk(film, "take.submitted.in")
    film.run()
    assert film.states("A001") == ["intent"]
    assert film.pause_of() == "disk"
    film.resume()
    film.run()
    assert film.states("A001") == ["in_doubt"]
    assert film.pause_of() == "in_doubt"
    assert film.wake() == []
    film.resume()
    film.run()
    assert film.posted() == [("A001", 1), ("A002", 1)]
    assert film.film_sums() == (0, 0, 2 * DOLLAR)


def test_a_reply_that_cannot_be_saved_is_accepted_all_the_same_and_named_in_the_log(
    build: Build, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(*_: object) -> None:
        raise DiskFull("the disk is full")

    monkeypatch.setattr(answers, "save_outcome", full)
    film = build({"a": shots("A", 1)})
    with caplog.at_level(logging.ERROR):
        film.make()
    assert film.states("A001") == ["review"]
    assert "A001 take 1 is job job-1" in caplog.text


def test_a_request_that_changed_after_its_hold_is_held_anew(build: Build) -> None:
    plan = shots("A", 1)
    film = build({"a": plan}, provider=FakeProvider(price=DOLLAR))
    film.order()

    def stop_there(point: str) -> None:
        if point == "take.reserved.after":
            crash.hook = None
            film.pause()

    crash.hook = stop_there
    film.run()
    assert film.states("A001") == ["reserved"]
    old = film.take("A001").request_hash
    plan[0]["description"] = "another place"
    film.rewrite({"a": plan})
    film.resume()
    film.run()
    assert film.states("A001") == ["review"]
    found = film.p.reader.submissions_of("take", film.take("A001").id)
    assert [row.state for row in found] == ["cancelled", "closed"]
    assert film.take("A001").request_hash == found[1].request_hash != old
    assert film.film_sums() == PAID


def test_what_a_person_ordered_is_sent_whatever_the_film_names_by_now(build: Build) -> None:
    def named(provider: str, model: str) -> dict[str, object]:
        kind = {"provider": provider, "model": model, "resolution": "720p", "audio": False}
        return {"defaults": {"establisher": kind}}

    film = build({"a": shots("A", 1)}, **named("animatic", "cheap"))
    film.order()
    film.rewrite({"a": shots("A", 1)}, **named("dearco", "dear-1"))
    film.run()
    assert film.states("A001") == ["review"]
    assert film.provider.requests[-1].model == "cheap"


def test_a_take_that_became_dearer_than_agreed_waits_for_a_new_yes(build: Build) -> None:
    film = build({"a": shots("A", 1)})
    film.order()
    film.provider.price = 9 * DOLLAR
    film.run()
    assert film.provider.posts == []
    state, reason, note = film.p.reader.chain("a")
    assert (state, reason) == ("paused", "budget")
    assert "up to $0" in note
    assert "$9.00" in note
    film.retake("A001")
    film.resume()
    film.run()
    assert film.states("A001") == ["cancelled", "review"]


def between(point: str, act: Callable[[], object]) -> None:
    """Another process does something while a chain stands at a named point."""

    def once(reached: str) -> None:
        if reached == point:
            crash.hook = None
            act()

    crash.hook = once


def test_a_source_rejected_before_the_intent_is_not_built_upon(build: Build) -> None:
    film = build({"a": shots("A", 2)})
    film.make(to_shot="A001")
    film.order()
    between("take.reserved.after", lambda: film.reject("A001"))
    film.run()
    assert film.posted() == [("A001", 1)]
    assert film.pause_of() in ("", "review"), film.p.reader.chain("a")
    assert "somebody else" not in film.p.reader.chain("a")[2]


def test_another_take_circled_before_the_intent_is_the_one_that_hands_over(build: Build) -> None:
    film = build({"a": shots("A", 2)})
    film.make(to_shot="A001")
    film.make(shots=("A001",))
    film.order()
    between("take.intent.before", lambda: film.approve("A001", 1))
    film.run()
    assert film.states("A002") == ["review"]
    assert film.take("A002").source_take == film.take("A001", 1).id
    assert film.film_sums() == (0, 0, 0)
    assert len(film.provider.posts) == 3


def test_a_take_cancelled_by_another_process_is_passed_by(build: Build) -> None:
    film = build({"a": shots("A", 2, seam="text")})
    film.order()
    between("take.reserved.before", lambda: film.retake("A001"))
    film.run()
    assert film.states("A001") == ["cancelled", "review"]
    assert film.states("A002") == ["review"]
    assert film.pause_of() == ""
