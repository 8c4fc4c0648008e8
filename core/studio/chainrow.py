"""One chain as the board's row, from the rows of its shots. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from core.studio.rows import ChainRow

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from core.studio.rows import ShotRow

STILL = ("active", "", "")
"""(state, pause reason, note) of a chain the ledger knows nothing of."""


class Tally(NamedTuple):
    """A chain counted, omitted shots left out."""

    live: int
    done: int
    """Circled."""
    made: int
    """With a usable take."""
    busy: bool
    """Something is being made, or ordered and not yet sent."""
    running: int | None
    """Place in the film of the first shot being made."""


IDLE = Tally(0, 0, 0, False, None)
"""A chain without a shot."""


def tally(places: Iterable[int], rows: Sequence[ShotRow], ordered: Sequence[bool]) -> Tally:
    """`places`: the chain's shots in the film, in order."""
    live = done = made = 0
    busy, running = False, None
    for at in places:
        row = rows[at]
        state = row.state
        if state == "omitted":
            continue
        live += 1
        made += row.usable is not None
        if state == "circled":
            done += 1
        elif state == "running":
            busy = True
            if running is None:
                running = at
        elif ordered[at] and state in ("ready", "planned"):
            busy = True
    return Tally(live, done, made, busy, running)


class Running(NamedTuple):
    """The shot being made."""

    shot: str = ""
    since_s: float | None = None
    progress: float | None = None


def chain_row(
    ident: str,
    title: str,
    shots: tuple[str, ...],
    told: tuple[str, str, str],
    counted: Tally,
    running: Running,
    *,
    worker: bool,
    usual: float | None,
) -> ChainRow:
    """`told`: (state, pause reason, note) as the ledger has it."""
    state, reason, note = told
    return ChainRow(
        id=ident,
        title=title or ident,
        state="paused" if state == "paused" else _state(counted, worker=worker),
        pause_reason=reason,
        pause_note=note,
        done=counted.done,
        made=counted.made,
        total=counted.live,
        current=running.shot,
        current_since_s=running.since_s,
        current_progress=running.progress,
        expected_s=usual,
        shots=shots,
    )


def _state(counted: Tally, *, worker: bool) -> str:
    if counted.live and counted.done == counted.live:
        return "done"
    return "active" if worker and counted.busy else "idle"
