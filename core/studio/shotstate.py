"""One word for a shot, from its takes. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.engine.states import IN_FLIGHT, LOST, UNSENT, USABLE, TakeState

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.ledger.views import TakeRow


def shot_state(
    takes: Sequence[TakeRow], *, omitted: bool, stale: bool, source: Sequence[TakeRow] | None
) -> str:
    """`planned ready running review circled rejected failed in_doubt held stale omitted`.

    `takes` oldest first; `source`: takes of the shot this one begins from, None where it needs none.
    """
    if omitted:
        return "omitted"
    counted = [take for take in takes if take.state != TakeState.CANCELLED]
    if not counted:
        return "planned"
    # Compared as text: a state is a string, and a thousand enum look-ups are a millisecond.
    newest = counted[-1].state
    if newest in UNSENT:
        return _unsent(newest, counted[-1], source)
    if newest == TakeState.IN_DOUBT:
        return "in_doubt"
    if newest in IN_FLIGHT or newest == TakeState.INTENT:
        return "running"
    if newest == TakeState.REVIEW:
        return "stale" if stale else "review"
    if any(take.state == TakeState.APPROVED for take in counted):
        return "stale" if stale else "circled"
    return "failed" if newest in LOST else "rejected"


def _unsent(newest: str, take: TakeRow, source: Sequence[TakeRow] | None) -> str:
    if newest != TakeState.PLANNED:
        return "ready"
    if source is None:
        return "planned"
    same = [other for other in source if other.order_id == take.order_id]
    last = (same or list(source))[-1].state if source else None
    waits_in_vain = last in LOST | {TakeState.IN_DOUBT, TakeState.REJECTED}
    usable = any(other.state in USABLE for other in source)
    return "held" if waits_in_vain and not usable else "planned"
