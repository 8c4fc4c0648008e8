"""Of two who want the last dollar, one gets it: real processes, real files, thirty times."""

from __future__ import annotations

import time
from itertools import pairwise
from pathlib import Path

import pytest

from core.base.clock import SystemClock
from core.ledger.keybook import KeyBook
from core.ledger.views import Reader
from tests.keys.conftest import Neighbour, Neighbours
from tests.support.films import production, write_film
from tests.support.stage import DOLLAR

ROUNDS = 30
LEAD_S = 0.02
"""From the order to the appointed moment: the children have read it long before."""


def soon() -> float:
    return time.monotonic() + LEAD_S


def one_of(answers: list[str], refusal: str) -> bool:
    """Exactly one was booked, and the other was told why not."""
    booked = [answer for answer in answers if answer in ("", "held")]
    return len(booked) == 1 and all(refusal in a for a in answers if a not in booked)


@pytest.mark.parametrize("films", [("/films/dusk", "/films/dusk"), ("/films/dusk", "/films/dawn")])
def test_two_processes_race_for_the_last_dollar_of_a_key_and_one_gets_it(
    neighbours: Neighbours, shared: Path, films: tuple[str, str]
) -> None:
    pair = neighbours(2)
    for number in range(ROUNDS):
        path = shared / f"k{number}" / "book.db"  # the first hold makes the book: that is raced for, too
        moment = soon()
        for one, child, film in zip("ab", pair, films, strict=True):
            order = {"path": str(path), "film": film, "upper": DOLLAR, "limit": 2 * DOLLAR - 1, "at": moment}
            child.ask("hold", key=f"s{one}", **order)
        answers = [child.told() for child in pair]
        assert one_of(answers, "this key's limit is $1.999999 over all films"), answers
        book = KeyBook(path, SystemClock())
        assert book.sums() == (DOLLAR, 0, 0, 0)
        assert sorted(len(book.rows_of(film)) for film in {*films}) == [0, 1][-len({*films}) :]
        assert not list(path.parent.glob(".*.part"))


def test_two_processes_race_for_the_last_dollar_of_a_films_budget_and_one_gets_it(
    neighbours: Neighbours, shared: Path
) -> None:
    pair = neighbours(2)
    chains = {"a": [{"id": "A001"}], "b": [{"id": "B001"}]}
    for number in range(ROUNDS):
        root = write_film(shared / f"film{number}", chains, budget={"film_usd": "1.99"})
        ordered(root)
        for child, shot in zip(pair, ("A001", "B001"), strict=True):
            child.ask("stage", root=str(root), shot=shot, price=DOLLAR)
        answers = raced(pair, "take.reserved.before")
        assert one_of(answers, "the film budget is $1.99, $1.00 is spent or held"), answers
        reader = Reader(root / ".rushes" / "ledger.db")
        assert reader.sums()[:3] == (DOLLAR, 0, 0)
        reader.close()


def raced(pair: list[Neighbour], place: str) -> list[str]:
    """Both are ready, and both stand at the named place at the same moment."""
    assert [child.told() for child in pair] == ["ready", "ready"]
    moment = soon()
    for child in pair:
        child.ask("reserve", place=place, at=moment)
    return [child.told() for child in pair]


def test_two_films_race_for_the_last_dollar_of_their_key_and_one_gets_it(
    neighbours: Neighbours, shared: Path
) -> None:
    pair = neighbours(2)
    for number in range(ROUNDS):
        state, roots = shared / f"state{number}", [shared / f"{name}{number}" for name in ("dusk", "dawn")]
        for child, root in zip(pair, roots, strict=True):
            ordered(write_film(root, {"a": [{"id": "A001"}]}, budget={"film_usd": "9.00"}))
            order = {"root": str(root), "shot": "A001", "price": DOLLAR, "key_id": "k1"}
            child.ask("stage", **order, state=str(state), limit=2 * DOLLAR - 1)
        answers = raced(pair, "asked")
        assert one_of(answers, "this key's limit is $1.999999 over all films"), answers
        sums = []
        for root in roots:
            reader = Reader(root / ".rushes" / "ledger.db")
            sums.append(reader.sums().reserved)
            reader.close()
        assert sorted(sums) == [0, DOLLAR], "who holds nothing of the key holds nothing of the film"
        assert KeyBook(state / "keys" / "k1" / "book.db", SystemClock()).sums().held == DOLLAR


def ordered(root: Path) -> None:
    from core.engine import orders
    from tests.support.fakes import FakeProvider

    p = production(root, FakeProvider(price=DOLLAR))
    orders.place(p, orders.Scope())
    p.reader.close()
    p.ledger.close()


def test_no_two_posts_of_a_key_overlap_between_processes_and_threads(
    neighbours: Neighbours, shared: Path
) -> None:
    crowd = neighbours(4)
    for child in crowd:
        child.ask("posts", folder=str(shared / "k1"), threads=3, times=6)
    assert [child.told() for child in crowd] == [0, 0, 0, 0]


def test_the_pace_of_a_key_holds_over_processes(neighbours: Neighbours, shared: Path) -> None:
    pair = neighbours(2)
    for child in pair:
        child.ask("paced", folder=str(shared / "k1"), times=3, per_minute=1200)
    moments = sorted(moment for child in pair for moment in child.told())
    gaps = [later - earlier for earlier, later in pairwise(moments)]
    assert min(gaps) >= 0.048, "20 a second leave 50 ms between them, less what a stamp rounds"
