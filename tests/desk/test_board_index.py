"""What stands where in a reading: the same answers as looking through it."""

from __future__ import annotations

import random

from core.engine.stale import stale_shots
from core.ledger.shapes import BoardTake, PlannedChain, PlannedShot, Snapshot
from core.studio.index import index_of
from core.studio.planindex import PlanIndex
from core.studio.rows import ChainRow, Glance, MoneyRow, ShotRow, WaitingRow, WorkerRow
from core.studio.shotrows import stale_in


def shot(ident: str, chain: str, state: str = "review") -> ShotRow:
    return ShotRow(ident, chain, "hero", "", 1.0, state, 1, 1, None, False, None, (1, 8))


def chain(ident: str, *shots: str) -> ChainRow:
    return ChainRow(ident, ident, "idle", "", "", 0, 0, len(shots), "", None, None, None, shots)


def reading(*, waiting: tuple[WaitingRow, ...] = ()) -> Glance:
    shots = (shot("A1", "a"), shot("A2", "a", "circled"), shot("B1", "b"))
    chains = (chain("a", "A1", "A2"), chain("b", "B1"), chain("c"))
    money = MoneyRow(None, 0, 0, 0, 0, None, None, 0)
    return Glance(
        "/film",
        "A",
        None,
        None,
        chains,
        shots,
        money,
        (),
        (),
        0,
        (),
        waiting,
        (),
        WorkerRow(False, None, None),
    )


ASKED = (
    WaitingRow("fault", "film.json:1", "", None, ""),
    WaitingRow("in_doubt", "7", "A2", 1, ""),
    WaitingRow("review", "9", "A2", 2, ""),
    WaitingRow("pause", "b", "", None, ""),
)


def test_each_shot_chain_and_question_is_found() -> None:
    glance = reading(waiting=ASKED)
    index = index_of(glance)
    for place, row in enumerate(glance.shots):
        assert index.place(row.id) == place
        assert index.shot(row.id) is row
        found = index.chain_of(row.id)
        assert found is not None
        assert row.id in found.shots
    assert [index.chain_line(row.id) for row in glance.chains] == [0, 1, 2]
    assert index.asked_line("A2") == 1, "the first of two"
    assert index.asked("A2") is ASKED[1]
    assert (index.line_of("9"), index.line_of("b")) == (2, 3)
    assert index.states(glance.chains[0]) == {"review": 1, "circled": 1}


def test_what_is_not_there_is_none_and_a_line_without_a_shot_is_of_no_shot() -> None:
    index = index_of(reading(waiting=ASKED))
    assert index.shot("Z") is index.place("Z") is index.chain("z") is index.chain_of("Z") is None
    assert index.asked_line("A1") is index.asked_line("") is index.line_of("none") is None


def test_a_reading_has_one_index_and_its_order_outlives_it() -> None:
    one, other = reading(), reading(waiting=ASKED)
    first, second = index_of(one), index_of(other)
    assert index_of(other) is second
    assert index_of(one) is first, "the one on screen, while another is on its way"
    assert second.order is first.order
    moved = one._replace(shots=(one.shots[0], one.shots[1]._replace(chain="b"), one.shots[2]))
    assert index_of(moved).order is not first.order, "a shot went to another chain"
    assert index_of(moved).order.starts == (0, 1)
    assert index_of(other._replace(waiting=())).asked_line("A2") is None


def planned(ident: str, place: int, depends: str, plan_hash: str) -> PlannedShot:
    omitted = plan_hash == "gone"
    return PlannedShot(place, ident, "a", "hero", "", 1.0, "last", depends, omitted, plan_hash, "fal", "m")


def test_staleness_once_through_is_the_engines_whatever_way_anchors_lead() -> None:
    """Anchors may lead forward, and in a circle."""
    dice = random.Random(5)
    circles = 0
    for _ in range(400):
        names = [f"S{n}" for n in range(dice.randrange(1, 9))]
        shots = tuple(
            planned(name, n, dice.choice(["", *names]), dice.choice(["h", "h", "h", "other", "gone"]))
            for n, name in enumerate(names)
        )
        chosen = {
            name: BoardTake(
                n, name, 1, "review", "o", "fal", "h", dice.choice([None, *range(len(names))]), True, "", ""
            )
            for n, name in enumerate(names)
            if dice.random() < 0.8
        }
        plan = PlanIndex(Snapshot("", {}, (PlannedChain("a", "", ""),), shots))
        circles += plan.circular
        assert stale_in(plan, chosen) == stale_shots(shots, chosen)
    assert 100 < circles < 390
