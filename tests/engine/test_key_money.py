"""What a key's word does to chains: blocked, unblocked, doubted, throttled, refused."""

from __future__ import annotations

from collections import deque
from datetime import UTC, datetime, timedelta

import pytest

from core.base import crash
from core.base.errors import ProviderFault, WaitsForPerson
from core.base.units import Money
from core.engine import purse, reconcile
from core.engine.chain import ChainRunner
from core.engine.reserve import MOST_DOUBTS
from core.providers.base import (
    Account,
    Capabilities,
    ErrorClass,
    ProviderError,
    Quote,
    Reconcile,
    Sent,
    Status,
    SubmitOutcome,
    VideoRequest,
)
from core.studio import accounts
from core.studio import orders as studio_orders
from tests.support.fakes import UNCLEAR, FakeProvider
from tests.support.films import shots
from tests.support.stage import DOLLAR, Build, Stage, done, never, stages, usd

KEY = "0123456789abcdef0123"


@pytest.fixture
def build():  # type: ignore[no-untyped-def]
    with stages() as made:
        yield made


def refusal(kind: ErrorClass, said: str = "no", **more: object) -> SubmitOutcome:
    return SubmitOutcome(Sent.REFUSED, error=ProviderError(kind, said, **more), http_status=403)  # type: ignore[arg-type]


def paid(**more: object) -> FakeProvider:
    provider = FakeProvider(price=DOLLAR, level=Reconcile.NOTHING, **more)  # type: ignore[arg-type]
    provider.key_id = KEY
    return provider


def text(prefix: str, count: int) -> list[dict[str, object]]:
    """Shots that depend on nothing."""
    return shots(prefix, count, seam="text")


LIMIT = refusal(
    ErrorClass.KEY_LIMIT, "Key limit exceeded (total limit)", resets_at=datetime(2026, 3, 2, tzinfo=UTC)
)


def test_a_key_limit_pauses_every_chain_of_the_key_after_one_refusal(build: Build) -> None:
    film = build({"a": shots("A", 2), "b": shots("B", 2)}, provider=paid(outcomes=deque([LIMIT])))
    film.make()
    assert film.pause_of("a") == film.pause_of("b") == "key_limit"
    assert film.posted() == [("A001", 1)], "the second chain asked nobody"
    note = film.p.reader.chain("b")[2]
    assert "Key limit exceeded" in note
    assert "resets 2026-03-02 00:00 UTC" in note
    assert film.film_sums() == (0, 0, 0)
    assert purse.key_of(film.p, film.provider).sums().held == 0


def test_what_runs_is_still_fetched_while_the_key_is_blocked(build: Build) -> None:
    film = build({"a": text("A", 1), "b": text("B", 1)}, provider=paid())
    film.order()
    die(film, "take.submitted.after", "a")
    film.provider.outcomes.append(LIMIT)
    film.run("b")
    assert film.pause_of("b") == "key_limit"
    film.pause("key_limit", "a")
    film.run("a")
    assert film.states("A001") == ["review"]


class Stopped(BaseException):
    pass


def stop_at(point: str):  # type: ignore[no-untyped-def]
    def hook(reached: str) -> None:
        if reached == point:
            raise Stopped

    return hook


def die(film: Stage, point: str, *chains: str) -> None:
    """The worker runs, and is dead at a named point."""
    crash.hook = stop_at(point)
    try:
        with pytest.raises(Stopped):
            film.run(*chains)
    finally:
        crash.hook = None


class Asked(FakeProvider):
    """Says of its account what the test says."""

    said: Account | Exception

    def account(self) -> Account:
        if isinstance(self.said, Exception):
            raise self.said
        return self.said


def told(left: int | None, state: str = "active") -> Account:
    now = datetime(2026, 3, 1, tzinfo=UTC)
    return Account("animatic", state, limit_remaining=None if left is None else Money(left), read_at=now)


def limited(build: Build) -> Stage:
    provider = Asked(price=DOLLAR, level=Reconcile.NOTHING, outcomes=deque([LIMIT]))
    provider.key_id = KEY
    provider.said = told(0)
    film = build({"a": shots("A", 2)}, provider=provider)
    film.make()
    return film


def test_resume_asks_first_and_stays_where_the_limit_stands(build: Build) -> None:
    film = limited(build)
    with pytest.raises(WaitsForPerson, match="Key limit exceeded"):
        studio_orders.resume(film.p, ["a"], "Ada")
    assert film.pause_of() == "key_limit"
    film.run()
    assert len(film.provider.posts) == 1, "nothing was sent while the key is blocked"
    assert film.p.reader.table("account")[0]["state"] == "blocked"


@pytest.mark.parametrize("left", [5 * DOLLAR, None])
def test_resume_unblocks_the_key_and_goes_on_at_the_very_shot(build: Build, left: int | None) -> None:
    film = limited(build)
    film.provider.said = told(left)  # type: ignore[attr-defined]
    assert studio_orders.resume(film.p, ["a"], "Ada") == "a goes on"
    film.run()
    assert film.states("A001") == film.states("A002") == ["review"]
    assert film.posted() == [("A001", 1), ("A001", 1), ("A002", 1)]
    assert len(film.provider.jobs) == 2


def test_a_provider_that_cannot_be_asked_keeps_its_key_blocked(build: Build) -> None:
    film = limited(build)
    film.provider.said = ProviderFault("the network is down")  # type: ignore[attr-defined]
    with pytest.raises(WaitsForPerson, match="network is down"):
        studio_orders.resume(film.p, ["a"], "Ada")
    assert accounts.free_key(film.p, film.provider, "Ada")


def test_without_a_key_nothing_is_held_or_sent(build: Build) -> None:
    provider = paid()
    provider.missing_key = "SOME_API_KEY"
    film = build({"a": shots("A", 1)}, provider=provider)
    film.make()
    assert film.pause_of() == "key_limit"
    assert "SOME_API_KEY" in film.p.reader.chain("a")[2]
    assert film.provider.posts == []


class Unpriced(FakeProvider):
    def quote(self, request: VideoRequest) -> Quote | None:
        return None


def test_a_model_without_a_price_is_not_run(build: Build) -> None:
    film = build({"a": shots("A", 1)}, provider=Unpriced())
    film.make()
    assert film.pause_of() == "budget"
    assert "prices.toml" in film.p.reader.chain("a")[2]
    assert film.provider.posts == []


def test_two_requests_without_an_answer_stop_the_third(build: Build) -> None:
    film = build({"a": text("A", 4)}, provider=paid(outcomes=deque([UNCLEAR] * 4)))
    film.make()
    assert len(film.provider.posts) == MOST_DOUBTS
    assert film.pause_of() == "in_doubt"
    assert "no answer" in film.p.reader.chain("a")[2]


def test_a_moderation_refusal_keeps_the_shots_that_depend_on_nothing_going(build: Build) -> None:
    no = refusal(ErrorClass.MODERATION, "flagged as sensitive (E005)", code="E005", flagged="prompt")
    plan = [*shots("A", 2), *text("T", 1)]
    film = build({"a": plan}, provider=paid(outcomes=deque([no])))
    film.make()
    assert film.all_states() == {"A001": "ready", "A002": "planned", "T001": "review"}
    assert film.pause_of() == "moderation"
    assert "prompt flagged" in film.p.reader.chain("a")[2]
    assert film.posted() == [("A001", 1), ("T001", 1)], "the refused one was not sent again"
    event = film.p.reader.events(kinds=("take.refused",))[0]
    assert event["data"]["class"] == "moderation"
    assert event["data"]["prompt"] == film.p.reader.prompt_of(film.take("A001").id)


@pytest.mark.parametrize(
    ("outcome", "reason"),
    [(LIMIT, "key_limit"), (refusal(ErrorClass.BAD_REQUEST, "no such size"), "refused")],
)
def test_a_refusal_that_was_saved_is_no_doubt_after_a_death(
    build: Build, outcome: SubmitOutcome, reason: str
) -> None:
    film = build({"a": shots("A", 1)}, provider=paid(outcomes=deque([outcome])))
    film.order()
    die(film, "outcome.written")
    assert film.states("A001") == ["intent"]
    assert film.wake() == []
    assert film.states("A001") == ["ready"]
    assert film.pause_of() == reason
    assert film.film_sums() == (0, 0, 0)


class Listing(FakeProvider):
    """Lists nothing; says how far that can be trusted."""

    able: Capabilities

    def capabilities(self, model: str) -> Capabilities:
        return self.able


@pytest.mark.parametrize(
    ("able", "state"),
    [
        (Capabilities((0.1, 60), reconcile=Reconcile.TAGGED_LIST), "ready"),
        (Capabilities((0.1, 60), reconcile=Reconcile.TAGGED_LIST, proves_absence=False), "in_doubt"),
        (Capabilities((0.1, 60), reconcile=Reconcile.TAGGED_LIST, window_s=3600.0), "ready"),
        (Capabilities((0.1, 60), reconcile=Reconcile.TAGGED_LIST, window_s=400.0), "in_doubt"),
    ],
)
def test_an_empty_listing_proves_absence_only_where_it_can(
    build: Build, able: Capabilities, state: str
) -> None:
    provider = Listing(price=DOLLAR, level=Reconcile.TAGGED_LIST, outcomes=deque([UNCLEAR]))
    provider.able, provider.key_id = able, KEY
    film = build({"a": shots("A", 1)}, provider=provider)
    film.make()
    assert reconcile.settle_doubts(film.p)
    assert reconcile.settling(film.p) is able.proves_absence, "a worker waits only for what may be proven"
    film.clock.sleep(130)
    reconcile.settle_doubts(film.p)
    assert film.states("A001") == [state]


def test_a_listing_is_asked_for_from_long_before_the_intent(build: Build) -> None:
    """Our clock may be hours ahead: the job must not look older than the question."""
    asked: list[datetime] = []

    class Looking(FakeProvider):
        def find(self, key: str, seed: int, since: datetime):  # type: ignore[no-untyped-def]
            asked.append(since)
            return super().find(key, seed, since)

    film = build({"a": shots("A", 1)}, provider=Looking(level=Reconcile.TAGGED_LIST, lost_replies={1}))
    film.make()
    assert film.wake() == []
    assert film.states("A001") == ["submitted"]
    assert film.clock.now() - asked[0] > timedelta(hours=24)


def test_a_hold_of_a_key_that_no_submission_stands_behind_is_freed_at_the_next_start(build: Build) -> None:
    film = build({"a": shots("A", 1)}, provider=paid())
    film.order()
    die(film, "key.held")
    key = purse.key_of(film.p, film.provider)
    assert key.sums().held == DOLLAR
    film.reopen()
    purse.sync(film.p)
    assert purse.key_of(film.p, film.provider).sums().held == 0


def test_the_book_of_a_key_follows_the_ledger_to_the_micro_dollar(build: Build) -> None:
    film = build({"a": shots("A", 3)}, provider=paid())
    film.make()
    sums = purse.key_of(film.p, film.provider).sums()
    assert (sums.held, sums.committed, sums.settled_all) == (0, 0, 3 * DOLLAR)
    assert film.film_sums() == (0, 0, 3 * DOLLAR)


def test_a_lost_book_is_made_good_before_anything_is_sent(build: Build) -> None:
    film = build({"a": shots("A", 1)}, provider=paid())
    film.order()
    die(film, "take.reserved.after")
    folder = purse.key_of(film.p, film.provider).folder
    assert folder is not None
    folder.rename(folder.with_name("gone"))
    film.reopen()
    purse.sync(film.p)
    ChainRunner(film.p, "a", never).run()
    assert purse.key_of(film.p, film.provider).sums().settled_all == DOLLAR


def test_a_person_is_shown_what_the_key_had_spent_before_and_has_spent_now(build: Build) -> None:
    provider = Asked(price=DOLLAR, level=Reconcile.NOTHING, outcomes=deque([UNCLEAR]))
    provider.key_id = KEY
    film = build({"a": shots("A", 1)}, provider=provider)

    def spent(micro: int) -> Account:
        return Account("animatic", "active", usage=Money(micro), read_at=film.clock.now())

    purse.note_account(film.p, provider, spent(5 * DOLLAR))
    film.make()
    film.clock.sleep(600)
    purse.note_account(film.p, provider, spent(5 * DOLLAR))
    provider.said = spent(6 * DOLLAR)
    before, now = reconcile.evidence(film.p, film.take("A001"))
    assert "before the request" in before
    assert before.endswith("$5.00")
    assert now.endswith("$6.00")


def test_a_copy_of_the_film_cannot_send_the_same_request_again(build: Build) -> None:
    """Two folders with one ledger, copied between hold and intent, on one key."""
    import shutil

    from tests.support.films import production

    film = build({"a": shots("A", 1)}, provider=paid())
    film.order()
    die(film, "take.reserved.after")
    copied = film.root.with_name("copy")
    shutil.copytree(film.root, copied)
    film.run()
    twin = production(copied, film.provider, clock=film.clock, keys=film.p.keys)
    ChainRunner(twin, "a", never).run()
    assert len(film.provider.jobs) == 1
    assert [take.state for take in twin.reader.all_takes()] == ["in_doubt"], "somebody sent it: not here"
    assert purse.key_of(film.p, film.provider).sums().settled_all == DOLLAR
    twin.reader.close()
    twin.ledger.close()


def test_another_keys_list_proves_nothing(build: Build) -> None:
    """The person starts again with a key of another account: its list is empty, of course."""
    provider = FakeProvider(price=DOLLAR, level=Reconcile.TAGGED_LIST, lost_replies={1})
    provider.key_id = KEY
    film = build({"a": shots("A", 1)}, provider=provider)
    film.make()
    provider.key_id = "another0123456789"
    provider.hidden.add("job-1")
    for _ in range(3):
        reconcile.settle_doubts(film.p)
        film.clock.sleep(200)
    assert film.states("A001") == ["in_doubt"]
    assert len(provider.jobs) == 1


def test_a_chain_goes_on_by_itself_once_its_doubt_is_settled(build: Build) -> None:
    provider = FakeProvider(price=DOLLAR, level=Reconcile.TAGGED_LIST, lost_replies={1})
    film = build({"a": shots("A", 2)}, provider=provider)
    film.make()
    assert film.pause_of() == "in_doubt"
    film.wake()
    film.run()
    assert film.all_states() == {"A001": "review", "A002": "review"}


def test_a_pause_by_hand_outlasts_a_doubt_that_is_settled(build: Build) -> None:
    provider = FakeProvider(price=DOLLAR, level=Reconcile.TAGGED_LIST, lost_replies={1})
    film = build({"a": shots("A", 2)}, provider=provider)
    film.make()
    film.resume()
    film.pause("manual")
    film.wake()
    assert film.pause_of() == "manual"


def test_a_job_its_provider_forgot_does_not_stop_what_depends_on_nothing(build: Build) -> None:
    film = build({"a": text("A", 2)}, provider=paid())
    film.order()
    die(film, "take.submitted.after")
    film.provider.jobs.clear()
    film.run()
    assert film.all_states() == {"A001": "submitted", "A002": "review"}
    assert film.pause_of() == "refused"
    given_up = reconcile.write_off(film.p, film.take("A001"), "Ada")
    assert given_up.state == "expired"
    assert film.film_sums() == (0, 0, 2 * DOLLAR), "what was held counts as spent"
    assert film.money("A001")["settle"] == (DOLLAR, "unknown")
    assert purse.key_of(film.p, film.provider).sums().committed == 0


class Unreached(ProviderFault):
    unreached = True


def test_a_network_that_is_away_for_hours_loses_no_clip(build: Build) -> None:
    away: list[Status | Exception] = [Unreached("no answer")] * 90
    film = build({"a": shots("A", 1)}, provider=paid(statuses=deque([[*away, *done(usd(DOLLAR))]])))
    film.make()
    assert film.states("A001") == ["review"]
    assert film.events().count("take.unreached") == 1
    assert (film.clock.moment - datetime(2026, 3, 1, 9, tzinfo=UTC)) > timedelta(hours=1)


def test_a_restored_backup_does_not_send_again_what_the_keys_book_knows(build: Build) -> None:
    import shutil

    provider = paid(outcomes=deque([UNCLEAR]))
    film = build({"a": shots("A", 1)}, provider=provider)
    film.order()
    kept = film.root / "kept.db"
    shutil.copy(film.p.ledger.path, kept)
    film.run()
    assert film.states("A001") == ["in_doubt"]
    shutil.copy(kept, film.p.ledger.path)
    film.reopen()
    film.wake()
    purse.sync(film.p)
    film.run()
    assert len(provider.posts) == 1
    assert film.pause_of() == "budget"
    assert "does not know" in film.p.reader.chain("a")[2]
    studio_orders.resume(film.p, ["a"], "Ada")
    film.run()
    assert film.states("A001") == ["review"]
    sums = purse.key_of(film.p, provider).sums()
    assert sums.settled_all == 2 * DOLLAR, "the one nobody knows of counts as spent"


def test_holds_of_a_film_whose_folder_is_gone_are_freed(build: Build) -> None:
    film = build({"a": shots("A", 1)}, provider=paid())
    key = purse.key_of(film.p, film.provider)
    assert not key.hold("some-submission", str(film.root / "gone"), DOLLAR)
    assert not key.hold("another-one", str(film.root), DOLLAR)
    purse.free_gone(key)
    assert key.sums().held == DOLLAR
