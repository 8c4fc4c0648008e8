"""A take made of another, or brought from elsewhere: what a person says of it, written with the take."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.base.errors import BadInput
from core.base.units import MAX_MICRO, Money
from core.desk.rescued import approach_of
from core.engine import imports
from core.ledger.tables import Rescue

if TYPE_CHECKING:
    from pathlib import Path

    from core.desk.person import Person
    from core.engine.imports import Landed
    from core.engine.production import Production
    from core.ledger.append import Writer
    from core.ledger.views import TakeRow

KEEPS_BEGINNING = frozenset({"relight", "composite", "background fix", "reframe"})
"""These work a take over picture by picture: the result begins where the original began."""
OWN_LENGTH = frozenset({"trim", "plate"})
"""Their length is the point: the shot's is only told."""
_TAKE = re.compile(r"(?:take:)?(?:(?P<shot>[^/]+)/)?t?(?P<n>[0-9]{1,6})")


@dataclass(frozen=True, slots=True)
class Footage:
    """A clip as a person brings it. Texts are kept as they are."""

    shot: str
    file: Path
    approach: str
    of: str = ""
    """The take it was made of: `2`, or `S101/2` of another shot; empty: none of ours."""
    model: str = ""
    """What made it."""
    cost: Money | None = None
    """None is unknown, and not zero."""
    source: str = ""
    """Who or what it comes from; the file's name unless told."""
    note: str = ""


def bring(p: Production, what: Footage, person: Person) -> Landed:
    """The clip becomes a take with its row in the rescues. Raises BadInput, DiskFull; nothing is left."""
    approach = approach_of(what.approach)
    if what.cost is not None and p.rehearsal:
        raise BadInput(
            "a rehearsal spends nothing", todo="bring it into the film itself, or leave --cost out"
        )
    if what.cost is not None and not 0 <= what.cost.micro <= MAX_MICRO:
        raise BadInput(f"{what.cost} is not what a clip costs", todo="write dollars, like 0.76")
    p.plan.shot(what.shot)
    of = find_original(p, what.shot, what.of) if what.of else None
    same_shot = of if of and of.shot == what.shot and approach in KEEPS_BEGINNING else None
    wanted = imports.Wanted(
        shot=what.shot,
        file=what.file,
        by=person.name,
        model=_kept(what.model),
        cost=what.cost,
        begins_as=same_shot,
        own_length=approach in OWN_LENGTH,
    )

    def record(w: Writer, take_id: int) -> None:
        w.add(
            Rescue(
                take_id=take_id,
                of_take=of.id if of else None,
                approach=approach,
                original_model=of.model if of else _kept(what.model),
                source=_kept(what.source or os.fsdecode(what.file.name)),
                micro=what.cost.micro if what.cost is not None else None,
                note=_kept(what.note),
                person=person.name,
            )
        )

    return imports.bring_in(p, wanted, record)


def find_original(p: Production, shot: str, named: str) -> TakeRow:
    """The take that `2`, `S101/2` or `take:S101/2` names. Raises BadInput."""
    match = _TAKE.fullmatch(named.strip())
    if match is None:
        raise BadInput(f"'{named[:60]}' names no take", todo=f"like: --from 2, or --from {shot}/2")
    of, n = match["shot"] or shot, int(match["n"])
    made = p.reader.takes_of(of)
    found = next((take for take in made if take.n == n), None)
    if found is None:
        if not made:
            p.plan.shot(of)  # an unknown id is answered with the nearest one
        known = ", ".join(str(take.n) for take in made) or "none yet"
        raise BadInput(f"{of} has no take {n} (there is: {known})", todo=f"`rushes takes {of}` lists them")
    return found


def _kept(text: str) -> str:
    """Half of a surrogate pair is no text that any file could hold."""
    return text.encode("utf-8", "replace").decode("utf-8")
