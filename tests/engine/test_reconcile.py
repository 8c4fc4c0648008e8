"""Jobs nobody can vouch for: adopted, proven absent, or left to a person; never sent again."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from datetime import datetime

import pytest

from core.base import crash
from core.base.errors import BadInput, ProviderFault
from core.engine import reconcile
from core.providers.base import Reconcile, SubmitOutcome, Ticket
from tests.support.fakes import QUIET_S, UNCLEAR, FakeProvider
from tests.support.films import shots
from tests.support.stage import DOLLAR, Build, Stage

NOT_SENT = ("take.intent.after", "post.before")
SENT = "post.after"
SAVED = ("outcome.written", "take.submitted.before", "take.submitted.in")
HELD, FREE, OWED = (DOLLAR, 0, 0), (0, 0, 0), (0, DOLLAR, 0)


class Died(BaseException):
    """The worker is dead at a named point."""


def dead_at(build: Build, point: str, level: Reconcile, provider: FakeProvider | None = None) -> Stage:
    """A worker died there while it sent A001; a new one has the same ledger before it."""
    film = build({"a": shots("A", 2)}, provider=provider or FakeProvider(price=DOLLAR, level=level))
    film.order()

    def die(reached: str) -> None:
        if reached == point:
            raise Died

    crash.hook = die
    with pytest.raises(Died):
        film.run()
    crash.hook = None
    film.reopen()
    return film


def finish(film: Stage) -> None:
    film.resume()
    film.run()
    assert film.all_states() == {"A001": "review", "A002": "review"}
    assert film.film_sums() == (0, 0, 2 * DOLLAR)
    assert len(film.provider.jobs) == 2, "one job a take"


@pytest.mark.parametrize("level", Reconcile)
@pytest.mark.parametrize("point", SAVED)
def test_a_saved_reply_adopts_at_every_level(build: Build, level: Reconcile, point: str) -> None:
    film = dead_at(build, point, level)
    assert film.wake() == []
    assert film.states("A001") == ["submitted"]
    assert film.submission("A001")["job_id"] == "job-1"
    assert film.film_sums() == OWED
    finish(film)


@pytest.mark.parametrize("level", [Reconcile.TAGGED_LIST, Reconcile.IDEMPOTENT])
def test_the_one_job_the_provider_lists_for_us_is_adopted(build: Build, level: Reconcile) -> None:
    film = dead_at(build, SENT, level)
    assert film.wake() == []
    assert film.submission("A001")["job_id"] == "job-1"
    assert film.film_sums() == OWED
    finish(film)


@pytest.mark.parametrize("point", NOT_SENT)
def test_a_provider_whose_jobs_are_folders_here_proves_absence_at_once(build: Build, point: str) -> None:
    provider = FakeProvider(price=DOLLAR, quiet_s=0.0)
    film = dead_at(build, point, Reconcile.IDEMPOTENT, provider)
    assert film.wake() == []
    assert film.states("A001") == ["ready"]
    assert film.submission("A001")["state"] == "absent"
    assert film.film_sums() == FREE
    finish(film)


@pytest.mark.parametrize("level", [Reconcile.TAGGED_LIST, Reconcile.IDEMPOTENT])
@pytest.mark.parametrize("point", NOT_SENT)
def test_absence_takes_two_empty_listings_with_a_quiet_period_between(
    build: Build, point: str, level: Reconcile
) -> None:
    film = dead_at(build, point, level)
    film.clock.sleep(10 * QUIET_S)
    assert [take.shot for take in film.wake()] == ["A001"]
    film.clock.sleep(QUIET_S - 10)
    film.clock.jump(3600)  # the clock on the wall proves nothing
    film.wake()
    assert film.states("A001") == ["in_doubt"]
    assert film.film_sums() == HELD
    film.clock.sleep(10)
    assert film.wake() == []
    assert film.states("A001") == ["ready"]
    assert film.film_sums() == FREE
    finish(film)


@pytest.mark.parametrize("level", [Reconcile.NOTHING, Reconcile.LIST])
@pytest.mark.parametrize("point", [*NOT_SENT, SENT])
def test_a_provider_that_cannot_say_leaves_it_to_a_person(build: Build, level: Reconcile, point: str) -> None:
    film = dead_at(build, point, level)
    film.clock.sleep(30 * 86_400)
    assert [take.shot for take in film.wake()] == ["A001"]
    assert film.states("A001") == ["in_doubt"]
    assert film.film_sums() == HELD, "an in-doubt hold never times out"
    film.run()
    assert film.pause_of() == "in_doubt"
    if point == SENT:
        reconcile.adopt(film.p, film.take("A001"), "job-1", "Ada")
    else:
        reconcile.declare_absent(film.p, film.take("A001"), "Ada")
    finish(film)


def test_a_job_that_is_listed_late_is_adopted_late(build: Build) -> None:
    film = dead_at(build, SENT, Reconcile.TAGGED_LIST)
    film.provider.hidden.add("job-1")
    assert len(film.wake()) == 1
    film.provider.hidden.clear()
    film.clock.sleep(QUIET_S / 2)
    assert film.wake() == []
    finish(film)


@pytest.mark.parametrize("level", [Reconcile.TAGGED_LIST, Reconcile.IDEMPOTENT])
def test_a_listing_that_lags_behind_a_jumping_clock_is_never_paid_for_twice(
    build: Build, level: Reconcile
) -> None:
    film = dead_at(build, SENT, level)
    film.provider.hidden.add("job-1")
    film.wake()
    film.clock.jump(3600)
    film.wake()
    film.reopen()  # another process has not looked yet
    film.clock.sleep(QUIET_S)
    assert len(film.wake()) == 1
    film.provider.hidden.clear()
    assert film.wake() == []
    finish(film)


def test_what_is_sent_again_after_a_proven_absence_goes_under_the_same_key(build: Build) -> None:
    film = dead_at(build, SENT, Reconcile.IDEMPOTENT)
    film.provider.hidden.add("job-1")  # the listing lags for longer than anybody thought
    film.wake()
    film.clock.sleep(QUIET_S)
    assert film.wake() == []
    assert film.submission("A001")["state"] == "absent"
    film.resume()
    film.run()
    assert film.provider.posts[0].key == film.provider.posts[1].key
    assert film.submission("A001")["job_id"] == "job-1"
    assert len(film.provider.jobs) == 2, "one job a take"


@pytest.mark.parametrize("decide", [reconcile.declare_absent, reconcile.write_off])
def test_a_take_whose_saved_reply_names_its_job_is_neither_absent_nor_written_off(
    build: Build, decide: object
) -> None:
    film = dead_at(build, "outcome.written", Reconcile.NOTHING)
    reconcile.wake(film.p)
    before = film.events()
    with pytest.raises(BadInput, match="its job is job-1") as refused:
        decide(film.p, film.take("A001"), "Ada")  # type: ignore[operator]
    assert "--adopt job-1" in str(refused.value)
    assert film.events() == before


class Listing(FakeProvider):
    """Lists what the test says."""

    answer: Sequence[Ticket] | Exception | None = None

    def find(self, key: str, seed: int, since: datetime) -> list[Ticket] | None:
        if isinstance(self.answer, Exception):
            raise self.answer
        return None if self.answer is None else list(self.answer)


@pytest.mark.parametrize("level", [Reconcile.TAGGED_LIST, Reconcile.IDEMPOTENT])
@pytest.mark.parametrize(
    "listed",
    [None, ProviderFault("down"), (Ticket("job-8"), Ticket("job-9"))],
    ids=["nothing", "down", "two"],
)
def test_what_the_listing_leaves_open_waits(
    build: Build, level: Reconcile, listed: Sequence[Ticket] | Exception | None
) -> None:
    provider = Listing(price=DOLLAR, level=level)
    provider.answer = listed
    film = dead_at(build, SENT, level, provider)
    film.clock.sleep(10 * QUIET_S)
    assert len(film.wake()) == 1
    assert film.states("A001") == ["in_doubt"]
    assert film.film_sums() == HELD


def test_a_listed_job_of_another_take_is_neither_adopted_nor_a_proof_of_absence(build: Build) -> None:
    provider = Listing(price=DOLLAR, outcomes=deque([SubmitOutcome.accepted("job-1"), UNCLEAR]))
    provider.answer = [Ticket("job-1")]
    film = build({"a": shots("A", 2)}, provider=provider)
    film.make()
    assert film.all_states() == {"A001": "review", "A002": "in_doubt"}
    film.clock.sleep(10 * QUIET_S)
    assert len(film.wake()) == 1
    assert film.states("A002") == ["in_doubt"]


def test_every_intent_found_at_start_up_is_in_doubt(build: Build) -> None:
    film = dead_at(build, "take.intent.after", Reconcile.NOTHING)
    assert film.states("A001") == ["intent"]
    assert reconcile.wake(film.p) == 1
    assert film.states("A001") == ["in_doubt"]
    assert reconcile.wake(film.p) == 0


def doubtful(build: Build) -> Stage:
    """A001 was accepted and the reply got lost; the provider lists nothing."""
    film = build(
        {"a": shots("A", 2)},
        provider=FakeProvider(price=DOLLAR, level=Reconcile.NOTHING, lost_replies={1}),
    )
    film.make()
    assert film.pause_of() == "in_doubt"
    return film


def test_a_person_adopts_the_job_and_is_named_in_the_same_transaction(build: Build) -> None:
    film = doubtful(build)
    before = len(film.events())
    assert reconcile.adopt(film.p, film.take("A001"), "job-1", "Ada").state == "submitted"
    lifted, event = film.p.reader.events(limit=len(film.events()) - before)
    assert (lifted["kind"], film.pause_of()) == ("chain.active", ""), "the chain waited for nothing else"
    assert (event["kind"], event["text"]) == ("take.submitted", "Ada adopted job job-1")
    assert film.film_sums() == OWED
    finish(film)


def test_a_job_that_is_not_there_cannot_be_adopted(build: Build) -> None:
    film = doubtful(build)
    before = film.events()
    with pytest.raises(ProviderFault, match="no job job-11"):
        reconcile.adopt(film.p, film.take("A001"), "job-11", "Ada")
    assert film.events() == before
    assert film.states("A001") == ["in_doubt"]


def test_a_job_of_another_take_cannot_be_adopted(build: Build) -> None:
    provider = FakeProvider(price=DOLLAR, level=Reconcile.NOTHING, lost_replies={2})
    film = build({"a": shots("A", 2)}, provider=provider)
    film.make()
    with pytest.raises(BadInput, match="belongs to another take"):
        reconcile.adopt(film.p, film.take("A002"), "job-1", "Ada")
    assert film.states("A002") == ["in_doubt"]


def test_a_person_declares_it_absent_and_the_take_may_be_sent(build: Build) -> None:
    film = dead_at(build, "post.before", Reconcile.NOTHING)
    film.wake()
    take = reconcile.declare_absent(film.p, film.take("A001"), "Ada")
    assert take.state == "ready"
    assert film.film_sums() == FREE
    assert "Ada says" in film.submission("A001")["note"]
    finish(film)


def test_a_person_writes_it_off_and_the_hold_counts_as_spent_unverified(build: Build) -> None:
    film = doubtful(build)
    take = reconcile.write_off(film.p, film.take("A001"), "Ada")
    assert take.state == "written_off"
    assert film.money("A001")["writeoff"] == (DOLLAR, "estimated")
    assert film.film_sums() == (0, 0, DOLLAR)
    film.resume()
    film.order()
    film.run()
    assert film.posted() == [("A001", 1)], "a new try is a new take, with a person behind it"
    film.retake("A001")
    film.run()
    assert film.states("A001") == ["written_off", "review"]


@pytest.mark.parametrize("decide", [reconcile.declare_absent, reconcile.write_off])
def test_what_is_not_in_doubt_cannot_be_settled(build: Build, decide: object) -> None:
    film = build({"a": shots("A", 1)})
    film.make()
    with pytest.raises(BadInput, match="is not in doubt, it is review"):
        decide(film.p, film.take("A001"), "Ada")  # type: ignore[operator]


def test_a_person_who_settles_twice_changes_nothing_the_second_time(build: Build) -> None:
    film = doubtful(build)
    take = film.take("A001")
    reconcile.write_off(film.p, take, "Ada")
    sums, before = film.film_sums(), film.events()
    with pytest.raises(BadInput):
        reconcile.declare_absent(film.p, film.take("A001"), "Ben")
    assert (film.film_sums(), film.events()) == (sums, before)
