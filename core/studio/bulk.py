"""One act on many shots. Each is judged as if alone; what one refuses, the others do not lose."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.base.errors import RushesError
from core.desk import review, undo
from core.engine import orders as takes_orders
from core.engine.orders import Scope
from core.studio import acts, preflight, verdicts
from core.studio.people import person

if TYPE_CHECKING:
    from core.engine.production import Production
    from core.studio.places import Places

_WORD = {"approve": "circled", "reject": "rejected", "hold": "held"}


def told_of_all(p: Production, shots: tuple[str, ...]) -> tuple[int | None, str]:
    """What a retake of `shots` may cost: micro-dollars at most (None: nobody knows), and a phrase."""
    asked = takes_orders.quote(p, Scope(shots=shots))
    count = len(asked.wanted)
    named = ", ".join(one.shot for one in asked.wanted[:6]) + (f" and {count - 6} more" if count > 6 else "")
    return asked.upper, f"{count} takes ({named}): {acts.at_most(asked)}"


def judge_all(p: Production, verdict: str, takes: tuple[tuple[str, int | None], ...], note: str) -> str:
    """The verdict on each take; says how many, and of the first that would not, why."""
    done, refused = 0, []
    for shot, take in takes:
        try:
            verdicts.judge(p, verdict, shot, take, note)
            done += 1
        except RushesError as error:
            refused.append(f"{shot}: {error.what}")
    said = f"{done} take{'' if done == 1 else 's'} {_WORD[verdict]}"
    return f"{said}; {len(refused)} not: {refused[0]}" if refused else said


def retake_all(
    p: Production, places: Places, shots: tuple[str, ...], note: str, *, agreed: bool, most: int | None
) -> str:
    """Orders a new take of each shot under one agreed sum. Errors: as `acts.retake`."""
    asked = takes_orders.quote(p, Scope(shots=shots))
    what = f"{len(asked.wanted)} takes"
    preflight.require(p, asked, ())
    acts.check_agreed(asked, what, agreed=agreed, most=most, way="rushes retake")
    acts.keep_agreement(p, asked, what)
    acts.keep_ours(p, asked)
    review.retake_all(p, shots, note, person())
    return f"{what} ordered; {acts.see_to_worker(p, places)}"


def undo_last(p: Production) -> str:
    return undo.undo(p, person())
