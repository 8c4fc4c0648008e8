"""Legal, safety and client commitments: promises that only a person closes; a model may attach evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.base.errors import BadInput, nearest
from core.base.text import one_line
from core.desk import promises
from core.ledger.tables import Commitment, CommitmentRow

if TYPE_CHECKING:
    from core.desk.person import Person
    from core.engine.production import Production


def make(p: Production, kind: str, text: str, link: str, person: Person) -> str:
    """A new promise. Returns a sentence. Raises BadInput."""
    folded = kind.strip().casefold()
    if folded not in promises.KINDS:
        raise BadInput(
            f"'{one_line(kind, 40)}' is no kind of promise",
            nearest=nearest(kind, promises.KINDS),
            todo='legal, safety or client, like: rushes promise client "no logo in the first minute"',
        )
    if not text.strip():
        raise BadInput("the promise is empty", todo='like: rushes promise legal "the actor signed"')
    with p.ledger.write() as w:
        row = w.add(Commitment(kind=folded, text=text, link=link, person=person.name))
        w.event("promise.made", f"{folded}: {text}", data={"promise": row, "person": person.name})
    return f"promise {row} ({folded}) is open"


def close(p: Production, ident: int, why: str, person: Person) -> str:
    """A person's word that it is kept. Raises BadInput without a reason, or where it is closed already."""
    return _turn(p, ident, "closed", why, person)


def reopen(p: Production, ident: int, why: str, person: Person) -> str:
    return _turn(p, ident, "reopened", why, person)


def _turn(p: Production, ident: int, to: str, why: str, person: Person) -> str:
    if not why.strip():
        raise BadInput(f"say why it is {to}", todo='--why "the release is in refs/release.pdf"')
    with p.ledger.write() as w:
        # Read inside: two people may close it at once, and the second is told.
        found = _known(p, ident)
        if (found["state"] == "closed") == (to == "closed"):
            by = f" by {found['closed_by']}" if found["closed_by"] else ""
            raise BadInput(f"promise {ident} is {found['state']}{by} already", todo="nothing was written")
        w.add(CommitmentRow(commitment_id=ident, kind=to, text=why, person=person.name))
        w.event(f"promise.{to}", why, data={"promise": ident, "person": person.name})
    return f"promise {ident} is {'closed' if to == 'closed' else 'open again'}"


def attach(p: Production, ident: int, text: str, link: str, model: str, person: Person) -> str:
    """Evidence, by a person, or by a `model`, which closes nothing. Raises BadInput."""
    if not text.strip():
        raise BadInput("the evidence is empty", todo='like: rushes promise --evidence 3 "release signed"')
    model = model if model.strip() else ""
    by = "" if model else person.name
    with p.ledger.write() as w:
        _known(p, ident)
        w.add(
            CommitmentRow(commitment_id=ident, kind="evidence", text=text, link=link, person=by, model=model)
        )
        w.event("promise.evidence", text, data={"promise": ident, "person": by, "model": model})
    return f"evidence on promise {ident}; it is closed by a person: `rushes promise --close {ident} --why ..`"


def _known(p: Production, ident: int) -> promises.Promise:
    found = promises.listed(p.reader)
    one = next((held for held in found if held["id"] == ident), None)
    if one is None:
        near = min((held["id"] for held in found), key=lambda known: abs(known - ident), default=None)
        raise BadInput(
            f"there is no promise {ident}",
            nearest=str(near) if near is not None else "",
            todo="`rushes promises` lists them",
        )
    return one
