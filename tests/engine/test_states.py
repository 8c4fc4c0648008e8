"""The table of a take's life: what it allows, what it refuses, and that it never pays twice."""

from __future__ import annotations

from collections import deque
from itertools import pairwise, product

import pytest

from core.base.errors import IllegalStep, LedgerFault
from core.engine.states import IN_FLIGHT, LIVE, LOST, STEPS, UNSENT, USABLE, TakeState, check_step
from core.ledger import spend, takes
from core.ledger.tables import Submission, Take
from tests.support.films import shots
from tests.support.stage import Build, Stage

S = TakeState
MAIN_ROAD = (
    *(S.PLANNED, S.READY, S.GATED, S.RESERVED, S.INTENT, S.SUBMITTED, S.RUNNING, S.REMOTE_OK),
    *(S.DOWNLOADING, S.DOWNLOADED, S.VERIFIED, S.FRAMED, S.REVIEW, S.APPROVED),
)
SENT = frozenset(S) - UNSENT - {S.INTENT, S.CANCELLED}
"""A request of it was answered with a job, or may have been."""


def put(stage: Stage, n: int, state: TakeState) -> int:
    """A take in any state, as if it had come there."""
    row = Take(
        chain="a",
        shot=f"A{n:03d}",
        n=1,
        state=state,
        order_id="o1",
        position=0,
        seam="text",
        provider="animatic",
        model="m",
        seed=n,
    )
    with stage.p.ledger.write() as w:
        return takes.plan(w, row)


def test_every_pair_of_states_is_allowed_or_raises_and_changes_nothing(build: Build) -> None:
    stage = build({"a": shots("A", 1)})
    for n, (was, to) in enumerate(product(S, S), 1):
        take = stage.p.take(put(stage, n, was))
        before = len(stage.events())
        if to in STEPS[was]:
            assert stage.p.step(take, to, "a step").state == to
            assert stage.events()[before:] == [f"take.{to}"]
        else:
            with pytest.raises(IllegalStep, match=f"from {was} to {to}"):
                stage.p.step(take, to, "a step")
            assert stage.p.take(take.id) == take
            assert len(stage.events()) == before


def test_every_state_has_a_row_in_the_table() -> None:
    assert set(STEPS) == set(S)


def test_the_main_road_is_walkable_from_order_to_circle() -> None:
    for was, to in pairwise(MAIN_ROAD):
        check_step(was, to)


def test_what_a_person_brings_skips_every_state_that_can_send_or_pay() -> None:
    brought = (S.PLANNED, S.DOWNLOADED, S.VERIFIED, S.FRAMED, S.REVIEW, S.APPROVED)
    for was, to in pairwise(brought):
        check_step(was, to)
    assert {was for was in S if S.DOWNLOADED in STEPS[was]} == {S.PLANNED, S.DOWNLOADING, S.BROKEN}
    after = {here[0] for here in reachable((S.DOWNLOADED, ""))}
    assert not after & (UNSENT | {S.INTENT, S.IN_DOUBT, S.SUBMITTED})


def test_the_named_sets_of_states_do_not_overlap_where_they_must_not() -> None:
    for one, other in ((UNSENT, IN_FLIGHT), (USABLE, LOST), (LIVE, USABLE | LOST), (LIVE, {S.REJECTED})):
        assert not one & other
    assert {*LIVE, *USABLE, *LOST, S.REJECTED, S.CANCELLED} == set(S)


def test_a_sent_take_never_comes_back_to_where_it_can_be_sent() -> None:
    doors = {(was, to) for was in SENT for to in STEPS[was] if to in UNSENT | {S.INTENT}}
    assert doors == {(S.IN_DOUBT, S.READY)}, "only a proven absence leads back"


MOVES_SUBMISSION: dict[tuple[TakeState, TakeState], frozenset[str]] = {
    (S.GATED, S.RESERVED): frozenset({"reserved"}),
    (S.RESERVED, S.INTENT): frozenset({"intent"}),
    (S.RESERVED, S.READY): frozenset({"cancelled"}),
    (S.RESERVED, S.CANCELLED): frozenset({"cancelled"}),
    (S.INTENT, S.SUBMITTED): frozenset({"accepted"}),
    (S.INTENT, S.READY): frozenset({"not_sent", "refused"}),
    (S.INTENT, S.IN_DOUBT): frozenset({"in_doubt"}),
    (S.IN_DOUBT, S.SUBMITTED): frozenset({"accepted"}),
    (S.IN_DOUBT, S.READY): frozenset({"absent"}),
    (S.IN_DOUBT, S.WRITTEN_OFF): frozenset({"written_off"}),
}
"""Steps of a take that move its submission in the same transaction, and where to."""
SUBMISSIONS = {
    "reserved": {"intent", "cancelled"},
    "intent": {"accepted", "not_sent", "refused", "in_doubt"},
    "in_doubt": {"accepted", "absent", "written_off"},
    "accepted": {"closed"},
}


def onward(take: TakeState, submission: str) -> list[tuple[TakeState, str]]:
    """Where a take with its newest submission can go, both tables obeyed."""
    found = []
    for to in STEPS[take]:
        moved = MOVES_SUBMISSION.get((take, to))
        if moved is None:
            found.append((to, submission))
        elif submission in spend.LIVE_SUBMISSION:
            found += [(to, after) for after in moved & SUBMISSIONS.get(submission, set())]
        elif moved == {"reserved"}:
            found.append((to, "reserved"))  # a new row; the unique index refuses it beside a live one
    return found


def reachable(start: tuple[TakeState, str]) -> set[tuple[TakeState, str]]:
    seen, queue = {start}, deque([start])
    while queue:
        for here in onward(*queue.popleft()):
            if here not in seen:
                seen.add(here)
                queue.append(here)
    return seen


def test_no_path_leads_from_an_accepted_job_to_a_second_post() -> None:
    after = reachable((S.SUBMITTED, "accepted"))
    assert (S.APPROVED, "accepted") in after
    assert not {here for here in after if here[0] in (S.RESERVED, S.INTENT)}


def test_from_doubt_to_a_second_post_every_path_proves_absence_first() -> None:
    seen = reachable((S.IN_DOUBT, "in_doubt"))
    assert (S.INTENT, "intent") in seen
    without_proof = {
        here for here in onward(S.IN_DOUBT, "in_doubt") if here[1] != "absent"
    }  # each way out but the proof
    for start in without_proof:
        assert not {here for here in reachable(start) if here[0] is S.INTENT}


def test_the_submission_table_of_this_test_is_the_ledgers(build: Build) -> None:
    stage = build({"a": shots("A", 1)})
    every = {*SUBMISSIONS, *(to for found in SUBMISSIONS.values() for to in found)}
    for number, (was, to) in enumerate(product(sorted(every), sorted(every))):
        with stage.p.ledger.write() as w:
            row = Submission(
                subject_kind="take",
                subject_id=number + 1,
                state=was,
                provider="x",
                key=f"{was}-{to}",
                request_hash="",
                day=w.day,
            )
            ident = w.add(row)
        allowed = to in SUBMISSIONS.get(was, set())
        if allowed:
            with stage.p.ledger.write() as w:
                spend.move(w, ident, was, to)
        else:
            with pytest.raises(IllegalStep), stage.p.ledger.write() as w:
                spend.move(w, ident, was, to)


def test_the_ledger_itself_refuses_a_second_live_submission(build: Build) -> None:
    stage = build({"a": shots("A", 1)})
    for state in sorted(spend.LIVE_SUBMISSION):
        take_id = put(stage, len(stage.p.reader.all_takes()) + 1, S.RESERVED)
        row = {
            "subject_kind": "take",
            "subject_id": take_id,
            "provider": "x",
            "request_hash": "",
            "day": "2026-03-01",
        }
        with stage.p.ledger.write() as w:
            w.add(Submission(**row, state=state, key=f"{state}-1"))
        with pytest.raises(LedgerFault), stage.p.ledger.write() as w:
            w.add(Submission(**row, state="reserved", key=f"{state}-2"))
