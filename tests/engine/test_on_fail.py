"""A shot in the middle fails: who goes on, who waits, and that nothing is sent twice."""

from __future__ import annotations

from collections import Counter, deque

import pytest

from core.providers.base import ErrorClass, ProviderError, Sent, SubmitOutcome
from tests.support.fakes import UNCLEAR, FakeProvider
from tests.support.films import shots
from tests.support.stage import Build, Stage, failed

NAMES = [f"A{n:03d}" for n in range(1, 7)]


def film_with_a_failure(build: Build, on_fail: str, how: str = "failed", **head: str) -> Stage:
    """Six shots; the third fails, the fifth begins by itself."""
    plan = shots("A", 6)
    plan[4]["seam"] = "text"
    film = build({"a": plan}, on_fail=on_fail, heads=head or None)
    if how == "failed":
        film.provider.statuses = deque([[*ok()], [*ok()], failed()])
    elif how == "in_doubt":
        film.provider.outcomes = deque([*[None] * 2, UNCLEAR])  # type: ignore[list-item]
    film.make()
    return film


def ok() -> list[object]:
    from tests.support.fakes import FREE

    return [FREE]


def sent_once(film: Stage) -> bool:
    return max(Counter(film.posted()).values()) == 1


@pytest.mark.parametrize(("how", "state"), [("failed", "remote_failed"), ("in_doubt", "in_doubt")])
def test_hold_lets_independent_shots_go_on_and_holds_what_hangs_on_the_failure(
    build: Build, how: str, state: str
) -> None:
    film = film_with_a_failure(build, "hold", how)
    assert [film.all_states()[name] for name in NAMES] == [
        *("review", "review", state),
        *("planned", "review", "review"),
    ]
    assert film.pause_of() == ("in_doubt" if how == "in_doubt" else "refused")
    assert "A003" in film.p.reader.chain("a")[2]
    film.resume()
    film.run()
    assert sent_once(film)


@pytest.mark.parametrize("how", ["failed", "in_doubt"])
def test_carry_last_good_goes_on_from_the_last_frame_there_is(build: Build, how: str) -> None:
    film = film_with_a_failure(build, "carry-last-good", how)
    assert film.take("A004").source_take == film.take("A002").id
    assert [film.all_states()[name] for name in NAMES[3:]] == ["review"] * 3
    assert sent_once(film)
    assert film.pause_of() == ("in_doubt" if how == "in_doubt" else "refused"), "a person still decides"


def test_carry_last_good_prefers_an_older_good_take_of_the_failed_shot(build: Build) -> None:
    film = build({"a": shots("A", 3)}, on_fail="carry-last-good")
    film.make()
    film.provider.statuses.append(failed())
    film.make(from_shot="A002")
    assert film.states("A002") == ["review", "remote_failed"]
    assert film.take("A003", 2).source_take == film.take("A002", 1).id


@pytest.mark.parametrize("on_fail", ["carry-last-good", "reanchor"])
def test_what_is_still_being_made_is_waited_for_under_every_policy(build: Build, on_fail: str) -> None:
    plan = shots("A", 3)
    plan[1]["references"] = ["B001"]
    film = build({"a": plan, "b": shots("B", 1)}, on_fail=on_fail, heads={"a": 'anchor = "A001"'})
    film.order()
    film.run("a")
    assert film.posted() == [("A001", 1)]
    assert film.pause_of() == ""
    film.run("b", "a")
    assert film.take("A003").source_take == film.take("A002").id


@pytest.mark.parametrize("how", ["failed", "in_doubt"])
def test_reanchor_begins_again_from_the_anchor(build: Build, how: str) -> None:
    film = film_with_a_failure(build, "reanchor", how, a='anchor = "A001"')
    assert film.take("A004").source_take == film.take("A001").id
    assert film.take("A004").in_sha == film.take("A001").last_sha
    assert [film.all_states()[name] for name in NAMES[3:]] == ["review"] * 3
    assert sent_once(film)


def test_reanchor_without_an_anchor_holds(build: Build) -> None:
    film = film_with_a_failure(build, "reanchor")
    assert film.states("A004") == ["planned"]


@pytest.mark.parametrize("on_fail", ["hold", "carry-last-good", "reanchor"])
def test_no_policy_sends_the_failed_take_again(build: Build, on_fail: str) -> None:
    film = film_with_a_failure(build, on_fail, a='anchor = "A001"')
    for _ in range(3):
        film.resume()
        film.order()
        film.run()
    assert Counter(film.posted())[("A003", 1)] == 1
    assert film.states("A003") == ["remote_failed"]


def test_a_retake_of_the_failed_shot_lets_the_rest_go_on(build: Build) -> None:
    film = film_with_a_failure(build, "hold")
    film.retake("A003")
    assert film.pause_of() == ""
    film.run()
    assert film.take("A004").source_take == film.take("A003", 2).id
    assert film.pause_of() == ""
    assert len(film.provider.posts) == 7


def test_a_failure_in_one_chain_does_not_stop_another(build: Build) -> None:
    film = build({"a": shots("A", 2), "b": shots("B", 3)})
    film.provider.statuses.append(failed())
    film.make()
    assert (film.pause_of("a"), film.pause_of("b")) == ("refused", "")
    assert [film.states(f"B00{n}") for n in (1, 2, 3)] == [["review"]] * 3


def test_a_refusal_pauses_its_own_chain_only(build: Build) -> None:
    no = SubmitOutcome(Sent.REFUSED, error=ProviderError(ErrorClass.MODERATION, "no"))
    film = build({"a": shots("A", 2), "b": shots("B", 2)}, provider=FakeProvider(outcomes=deque([no])))
    film.make()
    assert (film.pause_of("a"), film.pause_of("b")) == ("moderation", "")


def test_the_last_shots_failure_is_said_too(build: Build) -> None:
    film = build({"a": shots("A", 1)})
    film.provider.statuses.append(failed())
    film.make()
    assert film.pause_of() == "refused"
    before = film.events()
    film.run()
    assert film.events() == before, "said once"


def test_a_fault_inside_the_engine_becomes_a_pause_and_no_traceback(
    build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    from core.engine import chain

    film = build({"a": shots("A", 1)})
    film.order()

    def broken(*_: object) -> None:
        raise KeyError("a slip of ours")

    monkeypatch.setattr(chain, "opening_of", broken)
    film.run()
    assert film.pause_of() == "refused"
    assert "worker.log" in film.p.reader.chain("a")[2]
