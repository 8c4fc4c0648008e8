"""Taking back: a person's last verdict is superseded by the one that stood before it.

Nothing is deleted: the row that takes back is a verdict like any other, and says so in its note.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from core.base.errors import BadInput
from core.desk import review
from core.engine.production import write_step
from core.engine.states import TakeState

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.desk.person import Person
    from core.engine.production import Production
    from core.ledger.views import TakeRow

TAKEN_BACK = "taken back: "
"""Begins the note of a verdict that supersedes the person's own."""
AGAIN = "circled again: "
"""Begins the note of a verdict that only restores what another had displaced: no act of its own."""
WITHIN = timedelta(hours=12)
"""How old a verdict may be to be taken back by one key; an older one is judged anew."""
_WORD = {"approve": "circled", "reject": "rejected", "hold": "held"}


def undo(p: Production, person: Person) -> str:
    """Takes back the person's newest verdict on a take that is not taken back yet.

    Raises BadInput where there is none, where it is old, or where somebody has decided since.
    """
    row = _last(p, person)
    take = p.take(int(row["take_id"]))
    rows = _of_take(p, take)
    if rows[0]["id"] != row["id"]:
        raise BadInput(
            f"{take.shot} take {take.n}: {rows[0]['person']} has decided since",
            todo="nothing was changed; judge it again if you see it otherwise",
        )
    before = str(rows[1]["verdict"]) if len(rows) > 1 else ""
    note = f"{TAKEN_BACK}{_WORD[row['verdict']]} at {str(row['at'])[11:16]} UTC"
    if before == "approve":
        now = review.approve(p, take.shot, take.n, note, person)
    elif before == "reject":
        now = review.reject(p, take.shot, take.n, note, person)
    else:
        now = _back(p, take, note, person)
    said = f"{take.shot} take {take.n} is {_now(now)} again"
    again = _circled_before(p, take) if row["verdict"] == "approve" else None
    if again is not None:
        review.approve(p, again.shot, again.n, f"{AGAIN}take {take.n} is not", person)
        said += f", and take {again.n} circled"
    return said


def _now(take: TakeRow) -> str:
    return {"approved": "circled", "review": "for review"}.get(take.state, take.state)


def _last(p: Production, person: Person) -> Any:
    rows = p.reader.table(
        "verdict",
        "WHERE subject_kind='take' AND person=? AND role=? ORDER BY id DESC LIMIT 200",
        person.name,
        person.role,
    )
    standing = next(iter(_standing(rows)), None)
    if standing and p.clock.now() - datetime.fromisoformat(standing["at"]) <= WITHIN:
        return standing
    raise BadInput("no verdict of yours to take back", todo="a, x and o judge the selected take anew")


def _of_take(p: Production, take: TakeRow) -> list[Any]:
    tail = "WHERE subject_kind='take' AND subject_id=? ORDER BY id DESC"
    return _standing(p.reader.table("verdict", tail, str(take.id)))


def _standing(rows: Sequence[Any]) -> list[Any]:
    """Newest first, without what was taken back and what took it back."""
    found, taken = [], 0
    for row in rows:
        if row["note"].startswith(AGAIN):
            continue
        if row["note"].startswith(TAKEN_BACK):
            taken += 1
        elif taken:
            taken -= 1
        else:
            found.append(row)
    return found


def _back(p: Production, take: TakeRow, note: str, person: Person) -> TakeRow:
    """Before a person again, from wherever a verdict put it."""
    if take.state == TakeState.REJECTED:
        if not take.last_sha:
            raise BadInput(
                f"{take.shot} take {take.n} has no hand-over frame: it stays rejected",
                todo="r orders a new take",
            )
        with p.ledger.write() as w:
            write_step(w, p.take(take.id), TakeState.REVIEW, f"{person.name} took the rejection back")
    return review.hold(p, take.shot, take.n, note, person, said="verdict taken back")


def _circled_before(p: Production, take: TakeRow) -> TakeRow | None:
    """The take that lost its circle to this one."""
    for other in reversed(p.reader.takes_of(take.shot)):
        if other.id == take.id or other.state != TakeState.REVIEW:
            continue
        rows = _of_take(p, other)
        if rows and rows[0]["verdict"] == "approve":
            return other
    return None
