"""Every order of events that a machine can think of; see `machine`."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from core.engine import answers, submit
from tests.faults.machine import Film
from tests.faults.mutants import MUTANTS

QUICK = settings(
    max_examples=50,
    phases=(Phase.explicit, Phase.generate),  # to make a night smaller takes longer than a test may
    stateful_step_count=14,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=tuple(HealthCheck),
)
LONG = settings(
    QUICK, derandomize=False, max_examples=500, stateful_step_count=30, phases=tuple(Phase), print_blob=True
)


def test_no_order_of_events_loses_anything_or_pays_twice() -> None:
    run_state_machine_as_test(Film, settings=QUICK)


@pytest.mark.soak
def test_no_random_order_of_events_loses_anything_or_pays_twice() -> None:
    run_state_machine_as_test(Film, settings=LONG)


WRONG = {"sent-again": (answers, "doubt"), "retried": (submit, "_post")}


@pytest.mark.parametrize("name", WRONG)
def test_the_machine_finds_an_engine_that_is_wrong(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    module, attribute = WRONG[name]
    monkeypatch.setattr(module, attribute, getattr(module, attribute))  # put back when the test ends
    MUTANTS[name]()
    with pytest.raises(AssertionError):
        # It ends with the first night that shows it; which one that is, drawn seeds decide.
        run_state_machine_as_test(Film, settings=settings(QUICK, max_examples=500))
