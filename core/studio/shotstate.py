"""One word for a shot, from its takes. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.engine.states import IN_FLIGHT, LOST, UNSENT, USABLE, TakeState

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.ledger.shapes import BoardTake
    from core.ledger.views import TakeRow

    Takes = Sequence[BoardTake | TakeRow]

# Plain text, once: a state is a string, and ten thousand look-ups of an enum are ten milliseconds.
_WORDS = {
    str(state): word
    for states, word in (
        (UNSENT, "unsent"),
        (IN_FLIGHT | {TakeState.INTENT}, "running"),
        ({TakeState.IN_DOUBT}, "in_doubt"),
        ({TakeState.REVIEW}, "review"),
        (LOST, "failed"),
    )
    for state in states
}
"""A shot by its newest take, as far as that alone tells."""
_VAIN = frozenset(map(str, LOST | {TakeState.IN_DOUBT, TakeState.REJECTED}))
"""What waits for the frame of one of these waits in vain."""


def shot_state(takes: Takes, *, omitted: bool, stale: bool, source: Takes | None) -> str:
    """`planned ready running review circled rejected failed in_doubt held stale omitted`.

    `takes` oldest first; `source`: takes of the shot this one begins from, None where it needs none.
    """
    if omitted:
        return "omitted"
    newest = None
    for take in reversed(takes):
        if take.state != "cancelled":
            newest = take
            break
    if newest is None:
        return "planned"
    word = _WORDS.get(newest.state, "rejected")
    if word == "review":
        return "stale" if stale else word
    if word == "unsent":
        return _unsent(newest, source)
    if word in ("failed", "rejected") and any(take.state == "approved" for take in takes):
        return "stale" if stale else "circled"
    return word


def _unsent(take: BoardTake | TakeRow, source: Takes | None) -> str:
    if take.state != "planned":
        return "ready"
    if source is None:
        return "planned"
    same = [other for other in source if other.order_id == take.order_id]
    last = (same or list(source))[-1].state if source else ""
    usable = any(other.state in USABLE for other in source)
    return "held" if last in _VAIN and not usable else "planned"
