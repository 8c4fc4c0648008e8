"""What a brought take cost counts like any other money; what nobody knows is not zero."""

from __future__ import annotations

from typing import Any

import pytest

from core.desk import audit_checks
from core.engine import gates
from tests.support.fakes import FakeProvider
from tests.support.stage import DOLLAR, Stage


def test_a_cost_is_one_closed_submission_with_reserve_commit_and_settle(
    stage: Stage, bin_: Any, bring: Any
) -> None:
    landed = bring(stage, "A001", bin_.clip(), cost="3.50")
    row = stage.submission("A001")
    assert (row["provider"], row["state"], row["job_id"]) == (
        "elsewhere",
        "closed",
        f"import-{landed.take.sha[:16]}",
    )
    assert stage.money("A001") == dict.fromkeys(("reserve", "commit", "settle"), (3500000, "exact"))
    day, take = row["day"], f"take:{landed.take.id}"
    for scope, ident in (("film", ""), ("chain", "a"), ("day", day), ("take", take)):
        assert tuple(stage.p.reader.sums(scope, ident))[:3] == (0, 0, 3_500_000)
    assert audit_checks.money_faults(stage.p) == []


@pytest.mark.parametrize("scope", ["film", "chain", "day", "take"])
def test_over_budget_it_is_booked_all_the_same_and_said(film: Any, bin_: Any, bring: Any, scope: str) -> None:
    stage = film(budget={f"{scope}_usd": "1.00"})
    landed = bring(stage, "A001", bin_.clip(), cost="2.00")
    assert landed.over is not None
    assert (landed.over.scope, landed.over.wanted.micro) == (scope, 2 * DOLLAR)
    assert landed.take.state == "review"
    assert stage.film_sums() == (0, 0, 2 * DOLLAR)
    assert "money.over_budget" in stage.events()


def test_what_was_paid_elsewhere_leaves_less_for_the_chain(film: Any, bin_: Any, bring: Any) -> None:
    stage = film(budget={"film_usd": "2.50"}, provider=FakeProvider(price=DOLLAR))
    bring(stage, "A001", bin_.clip(), cost="2.00")
    stage.order()
    stage.run()
    assert stage.pause_of() == "budget"
    assert stage.posted() == []


def test_an_unknown_cost_books_nothing(stage: Stage, bin_: Any, bring: Any) -> None:
    bring(stage, "A001", bin_.clip())
    assert stage.money("A001") == {}
    assert stage.p.reader.table("money") == []
    assert stage.p.reader.table("rescue")[0]["micro"] is None


def test_a_gift_costs_an_exact_zero(stage: Stage, bin_: Any, bring: Any) -> None:
    bring(stage, "A001", bin_.clip(), cost="0")
    assert stage.money("A001")["settle"] == (0, "exact")
    assert stage.p.reader.table("rescue")[0]["micro"] == 0


def test_one_plate_in_two_shots_is_paid_for_as_a_person_says(stage: Stage, bin_: Any, bring: Any) -> None:
    bring(stage, "A001", bin_.clip(), "plate", cost="1")
    bring(stage, "A002", bin_.clip(), "plate", cost="1")
    assert stage.film_sums() == (0, 0, 2 * DOLLAR)
    assert len({row["job_id"] for row in stage.p.reader.table("submission")}) == 2


def test_the_transaction_is_one(stage: Stage, bin_: Any, bring: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_args: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr(gates, "over_budget", broken)
    with pytest.raises(RuntimeError):
        bring(stage, "A001", bin_.clip(), cost="1")
    assert stage.p.reader.all_takes() == []
    assert stage.p.reader.table("submission") == []
    assert not list((stage.root / "takes").glob("**/*"))
