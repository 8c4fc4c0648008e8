"""One shot of the plan and its takes as the board's rows. Pure."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from core.engine.states import UNSENT
from core.studio.rows import ShotRow, WaitingRow
from core.studio.shotstate import shot_state

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from core.ledger.plan_cache import PlannedShot
    from core.ledger.shapes import BoardTake

EXPECTED: dict[str, tuple[int, int]] = {
    "hero": (8, 20),
    "establisher": (3, 8),
    "character": (15, 40),
    "action": (20, 50),
}
"""Takes a shot of a kind usually needs; from the production diary the project began with."""
_USUAL = (1, 8)
_UNSENT = frozenset(map(str, UNSENT))
_ONLY_ORDERED = _UNSENT | {"cancelled"}
"""Takes of which there is nothing yet: no clip, no cost."""
NOTHING: tuple[WaitingRow, ...] = ()


def shot_row(
    shot: PlannedShot,
    takes: Sequence[BoardTake],
    source: Sequence[BoardTake] | None,
    best: BoardTake | None,
    stale: bool,
    folder: str,
) -> ShotRow:
    """`takes` oldest first; `source`: those of the shot it begins from; `folder`: where takes lie."""
    count, newest, circled, framed = 0, None, None, None
    for take in takes:
        if take.state not in _ONLY_ORDERED:
            count += 1
            newest = take.n
            if take.state == "approved":
                circled = take.n
        if take.framed:
            framed = take.n
    ident = shot.id
    # By position: ten thousand calls by name are ten milliseconds more.
    return ShotRow(
        ident,
        shot.chain,
        shot.kind,
        shot.description,
        shot.seconds,
        shot_state(takes, omitted=shot.omitted, stale=stale, source=source),
        count,
        newest,
        circled,
        stale,
        None,
        EXPECTED.get(shot.kind, _USUAL),
        takes[-1].note if takes else "",
        framed,
        best.n if best is not None else None,
        shot.depends,
        shot.seam,
        "" if framed is None else f"{folder}/{ident}/{ident}_t{framed:03d}.mp4",
    )


def is_ordered(takes: Sequence[BoardTake]) -> bool:
    """Whether the newest take is ordered and not yet sent."""
    return bool(takes) and takes[-1].state in _UNSENT


def doubts(takes: Sequence[BoardTake]) -> list[BoardTake]:
    """A newer take settles no doubt."""
    return [take for take in takes if take.state == "in_doubt"]


def asks_of(
    row: ShotRow, takes: Sequence[BoardTake], best: BoardTake | None, held: Mapping[int, int]
) -> tuple[WaitingRow, ...]:
    """What waits for a person in a shot. `held`: take in doubt to micro-dollars."""
    state = row.state
    if state in ("review", "stale") and best is not None:
        if len(takes) == 1:  # most shots of a film that is being made
            return (_to_review(row, best if state == "stale" else takes[-1]),)
    elif state in ("planned", "ready", "omitted") and len(takes) < 2:
        return NOTHING
    made = [take for take in takes if take.state != "cancelled"]
    found = [
        WaitingRow("in_doubt", str(lost.id), row.id, lost.n, f"take {lost.n} in doubt{_hold(held, lost)}")
        for lost in doubts(made)
    ]
    take = made[-1] if made else None
    if state == "failed" and take:
        said = f"take {take.n} failed: {take.note}"
        found.append(WaitingRow("failed", str(take.id), row.id, take.n, said))
    elif state == "rejected" and take:
        said = f"take {take.n} rejected{': ' + take.note if take.note else ''}"
        found.append(WaitingRow("rejected", str(take.id), row.id, take.n, said))
    elif state in ("review", "stale") and best is not None and take:
        found.append(_to_review(row, best if state == "stale" else take))
    return tuple(found)


def _to_review(row: ShotRow, take: BoardTake) -> WaitingRow:
    return WaitingRow("review", str(take.id), row.id, take.n, _question(row.state, take.n))


@lru_cache(maxsize=256)
def _question(state: str, n: int) -> str:
    """Said of ten thousand takes at once, nearly all of them the first."""
    return f"take {n} {'to review' if state == 'review' else 'is stale'}"


def _hold(held: Mapping[int, int], take: BoardTake) -> str:
    """What is held for a take in doubt, in dollars."""
    micro = held.get(take.id)
    return f", ${micro / 1_000_000:.2f} held" if micro else ""
