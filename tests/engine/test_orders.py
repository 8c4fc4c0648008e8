"""Orders: what a run asks for, what it leaves alone, and what a newer order replaces."""

from __future__ import annotations

import hashlib
from itertools import pairwise
from pathlib import Path

import pytest

from core.base import crash
from core.base.errors import BadInput
from core.engine import orders
from core.engine.orders import Scope, draw_seed
from tests.support.fakes import FakeProvider
from tests.support.films import shots
from tests.support.stage import DOLLAR, Build, Stage, failed


def tree(root: Path) -> dict[str, str]:
    """Every file of takes/ with its hash."""
    takes = root / "takes"
    return {
        str(path.relative_to(takes)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(takes.rglob("*"))
        if path.is_file()
    }


def rows_of(film: Stage, names: list[str]) -> dict[str, list[object]]:
    return {name: list(film.p.reader.takes_of(name)) for name in names}


def test_a_plain_run_orders_first_takes_only(build: Build) -> None:
    film = build({"a": shots("A", 3)})
    assert [want.shot for want in film.order(to_shot="A002").wanted] == ["A001", "A002"]
    film.run()
    quoted = film.order()
    assert [(want.shot, want.n) for want in quoted.wanted] == [("A003", 1)]
    assert quoted.kept == ("A001", "A002")
    film.run()
    assert film.order().wanted == ()


def test_a_plain_run_orders_nothing_for_what_was_rejected_or_failed(build: Build) -> None:
    film = build({"a": shots("A", 2, seam="text")})
    film.provider.statuses.append(failed())
    film.make()
    film.reject("A002")
    assert film.all_states() == {"A001": "remote_failed", "A002": "rejected"}
    assert film.order().wanted == ()


def test_a_plain_run_orders_nothing_for_a_job_the_provider_cancelled(build: Build) -> None:
    from core.providers.base import JobState, Status

    film = build({"a": shots("A", 1)}, provider=FakeProvider(price=DOLLAR))
    film.provider.statuses.append([Status(JobState.CANCELLED)])
    film.make()
    assert film.states("A001") == ["cancelled"]
    assert film.order().wanted == (), "it may have been paid for: a person decides"


def test_what_was_cancelled_before_it_was_sent_is_ordered_again(build: Build) -> None:
    film = build({"a": shots("A", 3)}, review={"policy": "each"})
    film.make()
    film.reject("A001")
    assert film.states("A002") == ["cancelled"]
    assert [(want.shot, want.n) for want in film.order().wanted] == [("A002", 2), ("A003", 2)]


def test_a_quote_writes_nothing_and_names_what_the_order_then_holds(build: Build) -> None:
    film = build({"a": shots("A", 3)}, provider=FakeProvider(price=2 * DOLLAR))
    before = film.events()
    quoted = orders.quote(film.p, Scope())
    assert quoted.upper == quoted.expected == 6 * DOLLAR
    assert (film.events(), film.p.reader.all_takes()) == (before, [])
    assert film.order() == quoted


@pytest.fixture
def finished(build: Build) -> Stage:
    """A chain of 30, made and circled."""
    film = build({"a": shots("A", 30)})
    film.make()
    for number in range(1, 31):
        film.approve(f"A{number:03d}")
    return film


def test_a_run_from_12_makes_new_takes_from_12_on_and_leaves_the_rest_untouched(finished: Stage) -> None:
    film = finished
    kept = [f"A{n:03d}" for n in range(1, 12)]
    again = [f"A{n:03d}" for n in range(12, 31)]
    files, rows = tree(film.root), rows_of(film, kept)

    quoted = orders.quote(film.p, Scope(from_shot="A012"))
    assert [(want.shot, want.n) for want in quoted.wanted] == [(name, 2) for name in again]
    assert film.posted()[30:] == []

    film.make(from_shot="A012")
    assert film.posted()[30:] == [(name, 2) for name in again]
    assert rows_of(film, kept) == rows
    after = tree(film.root)
    assert {name: sha for name, sha in after.items() if name in files} == files, "every old file as it was"
    assert {name.split("/")[0] for name in set(after) - set(files)} == set(again)
    assert all(film.states(name) == ["approved", "review"] for name in again)

    assert film.take("A012", 2).source_take == film.take("A011", 1).id
    for before, name in pairwise(again):
        assert film.take(name, 2).source_take == film.take(before, 2).id, "not the circled one"


def test_a_retake_continues_the_circled_take_of_the_shot_before(build: Build) -> None:
    film = build({"a": shots("A", 2)})
    film.make()
    film.retake("A001")
    film.run()
    film.approve("A001", 1)
    film.retake("A002")
    film.run()
    assert film.take("A002", 2).source_take == film.take("A001", 1).id


@pytest.mark.parametrize("first_circled", [False, True])
def test_a_take_of_an_older_order_begins_from_what_was_circled_since(
    build: Build, first_circled: bool
) -> None:
    film = build({"a": shots("A", 2)}, review={"policy": "each"})
    film.make()
    if first_circled:
        film.approve("A001")
    film.retake("A001")
    film.run(stop=lambda: film.states("A001")[1:] == ["review"])
    film.approve("A001", 2)
    film.run()
    assert film.states("A001") == ["review", "approved"]
    assert film.take("A002").source_take == film.take("A001", 2).id


def test_a_new_order_does_not_fall_back_on_the_old_take_where_its_own_failed(build: Build) -> None:
    film = build({"a": shots("A", 3)})
    film.make()
    film.approve("A002", 1)
    film.provider.statuses.append(failed())
    film.make(from_shot="A002")
    assert film.states("A002") == ["approved", "remote_failed"]
    assert film.states("A003") == ["review", "planned"], "a person ordered it from a new A002"
    assert film.pause_of() == "refused"
    film.retake("A002")
    film.run()
    assert film.take("A003", 2).source_take == film.take("A002", 3).id


def test_a_newer_order_cancels_the_unsent_takes_of_the_older_and_frees_their_holds(build: Build) -> None:
    film = build({"a": shots("A", 3)}, provider=FakeProvider(price=DOLLAR))
    film.order()

    class Died(BaseException):
        pass

    def die(point: str) -> None:
        if point == "take.reserved.after":
            raise Died

    crash.hook = die
    with pytest.raises(Died):
        film.run()
    crash.hook = None
    assert film.states("A001") == ["reserved"]
    assert film.film_sums() == (DOLLAR, 0, 0)

    film.order(from_shot="A001")
    assert film.film_sums() == (0, 0, 0)
    assert film.submission("A001", 1)["state"] == "cancelled"
    film.run()
    assert [film.states(name) for name in ("A001", "A002", "A003")] == [["cancelled", "review"]] * 3
    assert film.film_sums() == (0, 0, 3 * DOLLAR)
    assert len(film.provider.posts) == 3


def test_a_newer_order_leaves_what_is_already_sent_alone(build: Build) -> None:
    film = build({"a": shots("A", 2)})
    film.order()
    film.run(stop=lambda: bool(film.provider.posts))
    assert film.states("A001") == ["submitted"]
    film.make(from_shot="A001")
    assert film.states("A001") == ["review", "review"]
    assert film.posted() == [("A001", 1), ("A001", 2), ("A002", 2)]


def test_a_locked_shot_is_not_made_again(build: Build) -> None:
    plan = shots("A", 3)
    film = build({"a": plan})
    film.make()
    plan[1]["locked"] = True
    film.rewrite({"a": plan})
    assert [want.shot for want in film.order(from_shot="A001").wanted] == ["A001", "A003"]
    film.run()
    assert film.states("A002") == ["review"]
    with pytest.raises(BadInput, match="A002 is locked"):
        film.retake("A002")


def test_an_omitted_shot_cannot_be_retaken(build: Build) -> None:
    plan = shots("A", 2)
    plan[1]["omitted"] = True
    film = build({"a": plan})
    with pytest.raises(BadInput, match="A002 is omitted"):
        film.retake("A002")


@pytest.mark.parametrize(
    ("scope", "said"),
    [
        ({"from_shot": "A003", "to_shot": "A001"}, "comes after"),
        ({"chain": "b", "from_shot": "A001"}, "not in chain 'b'"),
        ({"from_shot": "A0003"}, "did you mean 'A003'"),
        ({"chain": "c"}, "no chain 'c'"),
    ],
)
def test_a_scope_that_names_nothing_is_refused_and_writes_nothing(
    build: Build, scope: dict[str, str], said: str
) -> None:
    film = build({"a": shots("A", 3), "b": shots("B", 1)})
    before = film.events()
    with pytest.raises(BadInput, match=said):
        film.order(**scope)
    assert film.events() == before


def test_an_order_of_one_chain_leaves_the_others_alone(build: Build) -> None:
    film = build({"a": shots("A", 2), "b": shots("B", 2)})
    film.make(chain="b")
    assert [shot for shot, _ in film.posted()] == ["B001", "B002"]


def test_seeds_are_unique_over_twenty_thousand_takes() -> None:
    seeds: set[int] = set()
    for _ in range(20_000):
        seeds.add(draw_seed(seeds))
    assert len(seeds) == 20_000
    assert all(0 <= seed < 2**31 for seed in seeds)


def test_a_seed_that_is_taken_is_given_to_nobody_else(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = iter([7, 7, 8])
    monkeypatch.setattr("core.engine.orders.secrets.randbelow", lambda _limit: next(drawn))
    assert [draw_seed(()), draw_seed({7})] == [7, 8]


def test_two_films_with_the_same_shots_share_no_seed(build: Build) -> None:
    """A doubt of one must not be settled with a job of the other, on the same key."""
    one, other = (build({"a": shots("A", 3)}) for _ in range(2))
    one.make()
    other.make()
    seeds = {take.seed for film in (one, other) for take in film.p.reader.all_takes()}
    assert len(seeds) == 6


def test_two_orders_at_once_do_not_number_a_take_twice(build: Build) -> None:
    from core.base.errors import LedgerFault

    film = build({"a": shots("A", 1)})
    place, held = orders._by_shot, {"n": 0}

    def another_orders_first(p: object) -> object:
        held["n"] += 1
        found = place(film.p)
        if held["n"] == 2:  # between this order's reading and its writing
            held["n"] += 1
            film.order()
        return found

    orders._by_shot = another_orders_first  # type: ignore[assignment]
    try:
        with pytest.raises(LedgerFault):
            film.order()
    finally:
        orders._by_shot = place
    assert film.states("A001") == ["planned"]


def test_a_new_take_never_gets_a_number_that_a_file_or_a_saved_reply_has(build: Build) -> None:
    film = build({"a": shots("A", 2)})
    files = film.p.files("A001", 4)
    files.folder.mkdir(parents=True)
    files.clip.write_bytes(b"a clip the ledger does not know")
    reply = film.p.outcome_file("gone")
    reply.parent.mkdir(parents=True)
    reply.write_text('{"job_id": "job-9", "shot": "A002", "take": 7}')
    assert [(want.shot, want.n) for want in film.order().wanted] == [("A001", 5), ("A002", 8)]
