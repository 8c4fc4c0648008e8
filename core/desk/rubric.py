"""The rubric: what a person scores, 1 to 5, bound to the hash of what was seen. The newest counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.base.errors import BadInput, nearest
from core.base.text import one_line
from core.desk.scores import items_of
from core.ledger.tables import Score

if TYPE_CHECKING:
    from core.desk.person import Person
    from core.desk.subjects import Subject
    from core.engine.production import Production


def item_named(word: str, own: tuple[str, ...]) -> str:
    """The item that `word` names or alone begins with. Raises BadInput with the nearest."""
    known = items_of(own)
    folded = " ".join(word.split()).casefold()
    found = [item for item in known if item.casefold() == folded]
    found = found or [item for item in known if folded and item.casefold().startswith(folded)]
    if len(found) != 1:
        raise BadInput(
            f"'{one_line(word, 60)}' is no item of the rubric",
            nearest=nearest(word, known),
            todo=f"one of: {', '.join(known)}; film.json adds its own in campaign.rubric",
        )
    return found[0]


def score(p: Production, what: Subject, item: str, points: int, note: str, person: Person) -> str:
    """Adds a line; an earlier one of this person on this item is superseded. Raises BadInput."""
    item = item_named(item, p.plan.profile.campaign.rubric)
    if not 1 <= points <= 5:
        raise BadInput(f"{points} is no score", todo="1 is worst, 5 is best")
    with p.ledger.write() as w:
        w.add(
            Score(
                subject_kind=what.kind,
                subject_id=what.id,
                item=item,
                score=points,
                note=note,
                person=person.name,
                role=person.role,
                sha=what.sha,
            )
        )
        said = f"{what.name}, {item}: {points} of 5 by {person.name}"
        w.event("score.given", said, chain=what.chain, shot=what.shot, take_id=what.take_id)
    return f"{what.name}, {item}: {points} of 5"
