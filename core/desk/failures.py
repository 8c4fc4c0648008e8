"""The failure catalogue: what broke, why, and what helped. A person writes it down, in seconds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.base.errors import BadInput, nearest
from core.base.units import Certainty
from core.ledger.tables import Failure

if TYPE_CHECKING:
    from core.desk.person import Person
    from core.engine.production import Production

CATEGORIES: tuple[str, ...] = (
    "character drift",
    "lip-sync",
    "continuity",
    "moderation",
    "anatomy",
    "physics",
    "camera",
    "style",
    "text",
    "sound",
    "prompt overload",
    "provider",
    "transport",
)
ORIGINS: tuple[str, ...] = (
    "",
    "script",
    "board",
    "prompt",
    "hand-over",
    "model",
    "provider",
    "edit",
    "sound",
)


@dataclass(frozen=True, slots=True)
class Broke:
    """What a person says about a failure."""

    category: str
    broke: str
    cause: str = ""
    workaround: str = ""
    origin: str = ""


def log(p: Production, shot: str, n: int | None, what: Broke, person: Person) -> int:
    """Adds a row; returns its number. Raises BadInput with the nearest category or shot."""
    chain = p.plan.chain_of(shot).id
    category = known(what.category, CATEGORIES, "category")
    origin = known(what.origin, ORIGINS, "origin") if what.origin else ""
    if not what.broke.strip():
        raise BadInput("say what broke", todo='like: rushes fail S101 --category camera --broke "it flips"')
    take = None
    if n is not None:
        take = p.reader.take_of(shot, n)
        if take is None:
            raise BadInput(f"{shot} has no take {n}", todo=f"`rushes takes {shot}` lists them")
    else:
        take = next(iter(reversed(p.reader.takes_of(shot))), None)
    spent = p.reader.money_of(take.id) if take else {}
    settled = spent.get("settle") or spent.get("writeoff")
    with p.ledger.write() as w:
        row = w.add(
            Failure(
                category=category,
                chain=chain,
                shot=shot,
                take_id=take.id if take else None,
                broke=what.broke.strip(),
                cause=what.cause.strip(),
                workaround=what.workaround.strip(),
                origin=origin,
                micro=settled[0] if settled and settled[1] != Certainty.UNKNOWN else None,
                person=person.name,
            )
        )
        w.event("failure.logged", f"{category}: {what.broke}", chain=chain, shot=shot)
    return row


def known(word: str, words: tuple[str, ...], what: str) -> str:
    """`word`, or the one valid word that begins with it. Raises BadInput with the nearest."""
    folded = word.strip().casefold()
    if folded in words:
        return folded
    starts = [candidate for candidate in words if folded and candidate.startswith(folded)]
    if len(starts) == 1:
        return starts[0]
    raise BadInput(
        f"'{word[:40]}' is no {what}",
        nearest=nearest(word, words),
        todo=f"one of: {', '.join(candidate for candidate in words if candidate)}",
    )
