"""Which takes go into a cut."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from core.base.errors import BadInput
from core.film.load import load_plan
from core.film.plan import Plan
from core.ledger.views import TakeRow
from core.post.pick import footage, pick
from tests.support.films import shots, write_film


def take(number: int, shot: str, n: int, state: str, **more: Any) -> TakeRow:
    facts: dict[str, Any] = dict.fromkeys(TakeRow._fields, "")
    facts |= {"id": number, "shot": shot, "n": n, "state": state, "chain": "a", "seam": "last"}
    return TakeRow(**{**facts, "source_take": None, "sha": f"{number:064d}", **more})


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    chains = {"a": [*shots("A", 2), {"id": "A009", "omitted": True}], "b": shots("B", 1)}
    return load_plan(write_film(tmp_path / "film", chains))


def test_the_circled_take_goes_in_and_in_matrix_order(plan: Plan, maker: Any) -> None:
    clip = maker.clip("any", 0, 4)
    takes = [
        take(4, "B001", 1, "approved"),
        take(1, "A001", 1, "approved"),
        take(2, "A001", 2, "review"),
        take(3, "A002", 1, "approved", source_take=1),
        take(9, "A009", 1, "approved"),
    ]
    picked = pick(plan, takes, lambda shot, n: clip)
    assert [(shot.shot, shot.take, shot.circled) for shot in picked.shots] == [
        ("A001", 1, True),
        ("A002", 1, True),
        ("B001", 1, True),
    ]
    assert picked.left_out == ()
    assert picked.shots[1].source_take == 1
    assert picked.shots[0].frames == 4


def test_shots_without_a_circled_take_are_all_named(plan: Plan) -> None:
    takes = [take(1, "A001", 1, "approved"), take(2, "A002", 1, "review"), take(3, "B001", 1, "rejected")]
    with pytest.raises(BadInput, match="2 of 3 shots have no circled take") as caught:
        pick(plan, takes, lambda shot, n: Path("none"))
    assert "--rough" in caught.value.todo


def test_a_rough_cut_takes_the_newest_and_leaves_out_what_has_nothing_to_show(plan: Plan, maker: Any) -> None:
    clip = maker.clip("any", 0, 4)
    takes = [
        take(1, "A001", 1, "review"),
        take(2, "A001", 2, "review"),
        take(3, "A001", 3, "running"),
        take(4, "A002", 1, "approved"),
        take(5, "A002", 2, "review"),
        take(6, "B001", 1, "rejected"),
    ]
    picked = pick(plan, takes, lambda shot, n: clip, rough=True)
    assert [(shot.shot, shot.take, shot.circled) for shot in picked.shots] == [
        ("A001", 2, False),
        ("A002", 1, True),
    ]
    assert picked.left_out == ("B001",)


@pytest.mark.parametrize("rough", [False, True])
def test_a_film_without_takes_is_refused(plan: Plan, rough: bool) -> None:
    with pytest.raises(BadInput, match="take"):
        pick(plan, [], lambda shot, n: Path("none"), rough=rough)


def test_missing_clips_are_all_named(plan: Plan, maker: Any, tmp_path: Path) -> None:
    clip = maker.clip("any", 0, 4)
    takes = [take(n, shot, 1, "approved") for n, shot in enumerate(("A001", "A002", "B001"), 1)]
    with pytest.raises(BadInput, match=r"2 clips are missing: A001 take 1 .*, B001 take 1"):
        pick(plan, takes, lambda shot, n: clip if shot == "A002" else tmp_path / f"{shot}_t001.mp4")


def test_an_anchor_joins_only_where_it_was_the_take_s_last_frame(plan: Plan, maker: Any) -> None:
    clip = maker.clip("any", 0, 4)
    before = take(1, "A001", 1, "approved", first_sha="first", last_sha="last")
    other = take(3, "B001", 1, "approved")
    joins = []
    for sha in ("first", "last"):
        anchored = take(2, "A002", 1, "approved", seam="anchor", source_take=1, in_sha=sha)
        joins.append(pick(plan, [before, anchored, other], lambda shot, n: clip).shots[1].joins_end)
    assert joins == [False, True]


def test_a_clip_is_measured_as_it_is_shown(maker: Any) -> None:
    facts = footage(maker.with_tone(maker.clip("loud", 0, 10, fps="25"), 0.4))
    assert (facts.frames, facts.fps, facts.has_audio, facts.steady, facts.sar) == (10, 25, True, True, 1)
