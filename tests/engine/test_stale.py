"""Staleness: pure, over the plan as screens hold it and the take each shot would hand over."""

from __future__ import annotations

from itertools import permutations

import pytest

from core.engine.stale import chosen, stale_shots
from core.ledger.plan_cache import PlannedShot
from core.ledger.views import TakeRow


def planned(shot: str, depends: str = "", plan_hash: str = "h", *, omitted: bool = False) -> PlannedShot:
    return PlannedShot(0, shot, "a", "hero", "", 1.0, "last", depends, omitted, plan_hash, "animatic", "m")


def take(shot: str, ident: int, source: int | None = None, plan_hash: str = "h", **more: object) -> TakeRow:
    facts = dict.fromkeys(TakeRow._fields, "")
    facts.update(id=ident, shot=shot, n=ident, state="review", source_take=source, plan_hash=plan_hash)  # type: ignore[arg-type]
    return TakeRow(**{**facts, **more})  # type: ignore[arg-type]


CHAIN = [planned("A1"), planned("A2", "A1"), planned("A3", "A2"), planned("A4")]
MADE = {"A1": take("A1", 1), "A2": take("A2", 2, 1), "A3": take("A3", 3, 2), "A4": take("A4", 4)}


def test_a_film_that_follows_from_itself_has_nothing_stale() -> None:
    assert stale_shots(CHAIN, MADE) == set()


def test_a_change_of_plan_makes_its_shot_and_all_after_it_stale() -> None:
    changed = [planned("A1", plan_hash="other"), *CHAIN[1:]]
    assert stale_shots(changed, MADE) == {"A1", "A2", "A3"}


def test_another_choice_upstream_makes_what_began_from_the_first_stale() -> None:
    assert stale_shots(CHAIN, {**MADE, "A1": take("A1", 9)}) == {"A2", "A3"}


def test_a_choice_that_is_gone_makes_what_began_from_it_stale() -> None:
    rest = {name: made for name, made in MADE.items() if name != "A1"}
    assert stale_shots(CHAIN, rest) == {"A2", "A3"}


def test_a_shot_without_a_take_is_not_stale_and_breaks_the_line_after_it() -> None:
    rest = {name: made for name, made in MADE.items() if name != "A2"}
    assert stale_shots(CHAIN, rest) == {"A3"}


def test_an_omitted_shot_is_never_stale() -> None:
    shots = [CHAIN[0], planned("A2", "A1", "other", omitted=True), *CHAIN[2:]]
    assert "A2" not in stale_shots(shots, MADE)


def test_a_take_from_before_plan_hashes_were_kept_is_not_stale_for_it() -> None:
    assert stale_shots(CHAIN, {**MADE, "A1": take("A1", 1, plan_hash="")}) == set()


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_an_anchor_is_followed_wherever_its_chain_stands_in_the_film(order: tuple[int, ...]) -> None:
    shots = [planned("Z1", plan_hash="other"), planned("B1", "Z1"), planned("A1", "B1")]
    made = {"Z1": take("Z1", 1), "B1": take("B1", 2, 1), "A1": take("A1", 3, 2)}
    assert stale_shots([shots[n] for n in order], made) == {"Z1", "B1", "A1"}


def test_the_chosen_take_is_the_circled_one_else_the_newest_before_a_person() -> None:
    old, new = take("A1", 1), take("A1", 2)
    assert chosen([old, new]) == new
    circled = old._replace(state="approved")
    assert chosen([circled, new]) == circled
    assert chosen([old, new._replace(state="rejected")]) == old
    assert chosen([old._replace(state="rejected"), new._replace(state="running")]) is None
