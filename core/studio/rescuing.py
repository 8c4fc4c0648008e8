"""Takes that people bring, and what became of them. Reading is light; bringing one is not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from core.base.units import Money
from core.desk.rescued import APPROACHES as APPROACHES
from core.desk.rescued import OF_A_TAKE, approach_of, rescued
from core.ledger.views import Reader

if TYPE_CHECKING:
    from pathlib import Path

    from core.desk.rescue import Footage
    from core.engine.imports import Landed
    from core.engine.production import Production
    from core.studio.places import Places

_SHOWN = (
    *("shot", "take", "of", "approach", "original_model", "model", "outcome", "state", "source", "note"),
    *("person", "at", "sha", "take_note", "verdict"),
)


@dataclass(frozen=True, slots=True)
class Told:
    """What a person is told of the take they brought."""

    text: str
    clip: str
    notes: tuple[str, ...]
    broken: bool
    """It is a take, and not one that can be circled."""


def rescues(places: Places, shot: str | None = None) -> list[dict[str, Any]]:
    """One row a brought take, oldest first; `cost_usd` is None where nobody knows it."""
    if not places.ledger.exists():
        return []
    reader = Reader(places.ledger)
    try:
        found = rescued(reader, shot)
    finally:
        reader.close()
    return [{**{name: row[name] for name in _SHOWN}, "cost_usd": _usd(row["micro"])} for row in found]


def _usd(micro: int | None) -> str | None:
    return None if micro is None else Money(micro).usd()


def import_take(
    places: Places,
    shot: str,
    file: Path,
    *,
    approach: str,
    of: str = "",
    model: str = "",
    cost: str | None = None,
    source: str = "",
    note: str = "",
) -> Told:
    """A person brings a clip as a take of `shot`. Raises BadInput, DiskFull, LedgerFault in sentences."""
    from core.desk import rescue  # noqa: PLC0415 - sqlmodel and the decoders, only to act
    from core.studio import acts  # noqa: PLC0415 - as above

    paid = Money.parse(cost) if cost is not None else None
    what = rescue.Footage(shot, file, approach_of(approach), of, model, paid, source, note)
    with acts.opened(places) as film:
        landed = rescue.bring(film.production, what, acts.person())
        return _told(film.production, what, landed)


def _told(p: Production, what: Footage, landed: Landed) -> Told:
    take, notes = landed.take, list(landed.notes)
    name = f"{take.shot} take {take.n}"
    broken = take.state == "broken"
    if broken:
        text = f"{name} cannot be used: {take.note}"
    elif landed.new:
        text = f"{name} is here to be looked at"
    else:
        text = f"this file is {name} already ({take.state}); nothing was written anew"
    if landed.new and what.cost is None and not p.rehearsal:
        notes.append("its cost is unknown: no money is booked")
    if landed.over:
        over = landed.over
        notes.append(
            f"the {over.scope} budget of {over.limit} is broken: {over.held} was spent or held before,"
            f" this cost {over.wanted}; it is booked all the same"
        )
    if landed.new and not what.of and what.approach in OF_A_TAKE:
        notes.append("which take it was made of is unknown: --from names it")
    state, reason, _ = p.reader.chain(take.chain)
    if state == "paused" and reason != "review":
        notes.append(f"chain {take.chain} is paused ({reason}): `rushes resume` when it may go on")
    return Told(text, str(p.files(take.shot, take.n).clip), tuple(notes), broken)
