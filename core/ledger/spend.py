"""Submissions and money: two-phase, append-only, counted in the same transaction.

reserve (upper bound held) > commit (a job exists) > settle (what it cost), or release, or writeoff.
An in-doubt hold never times out. Balances a scope (film, chain, day, take) are running sums of the
money rows, kept in the same transaction so that a budget test costs the same at shot 10,000.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, update
from sqlmodel import col

from core.base.errors import IllegalStep
from core.ledger.tables import Balance, Money, Submission, table_of

if TYPE_CHECKING:
    from core.ledger.append import Writer

LIVE_SUBMISSION = frozenset({"reserved", "intent", "in_doubt", "accepted"})
_STEPS = {
    "reserved": {"intent", "cancelled"},
    "intent": {"accepted", "not_sent", "refused", "in_doubt"},
    "in_doubt": {"accepted", "absent", "written_off"},
    "accepted": {"closed"},
}
_AFTER: dict[str, tuple[set[str], ...]] = {
    "commit": ({"reserve"},),
    "settle": ({"reserve", "commit"},),
    "release": ({"reserve"}, {"reserve", "commit"}),
    "writeoff": ({"reserve"},),
}
"""What is booked when a money row is due; after the last three nothing is."""


@dataclass(frozen=True, slots=True)
class Held:
    """A submission with the sums booked on it so far, micro-dollars."""

    id: int
    state: str
    chain: str
    day: str
    subject_kind: str
    subject_id: int
    shot: str
    booked: dict[str, int]


def open_submission(w: Writer, row: Submission, upper: int, certainty: str) -> int:
    """Reserves `upper` and opens a submission; the unique index refuses a second live one."""
    row.day = w.day
    submission = w.add(row)
    _book(w, submission, "reserve", upper, certainty)
    _add(w, _scopes(row.chain, w.day, row.subject_kind, row.subject_id), reserved=upper)
    return submission


def move(w: Writer, submission: int, was: str, to: str, **fields: Any) -> None:
    """Raises IllegalStep for a step not in the table, or if it is no longer at `was`."""
    if to not in _STEPS.get(was, set()):
        raise IllegalStep(f"a submission cannot go from {was} to {to}", todo="nothing was changed")
    changed = w.run(
        update(table_of(Submission))
        .where(col(Submission.id) == submission, col(Submission.state) == was)
        .values(state=to, **fields)
    )
    if changed != 1:
        raise IllegalStep(f"submission {submission} is no longer {was}", todo="nothing was changed")


def held(w: Writer, submission: int) -> Held:
    """The submission and its sums, as this transaction sees them."""
    row = w.rows(select(table_of(Submission)).where(col(Submission.id) == submission))[0]
    booked = w.rows(select(col(Money.kind), col(Money.micro)).where(col(Money.submission_id) == submission))
    return Held(
        row.id,
        row.state,
        row.chain,
        row.day,
        row.subject_kind,
        row.subject_id,
        row.shot,
        {r[0]: r[1] for r in booked},
    )


def _due(w: Writer, submission: int, kind: str) -> Held:
    has = held(w, submission)
    if has.booked.keys() not in _AFTER[kind]:
        booked = ", ".join(sorted(has.booked)) or "nothing"
        raise IllegalStep(
            f"no {kind} on submission {submission}: booked is {booked}", todo="nothing was changed"
        )
    return has


def commit(w: Writer, submission: int, certainty: str) -> None:
    """A job exists: the reserved sum is now owed."""
    has = _due(w, submission, "commit")
    amount = has.booked["reserve"]
    _book(w, submission, "commit", amount, certainty)
    _add(w, _scopes_of(has), reserved=-amount, committed=amount)


def settle(w: Writer, submission: int, micro: int, certainty: str) -> int:
    """What it cost. Returns by how much it exceeds the hold (recorded, never clipped)."""
    has = _due(w, submission, "settle")
    _book(w, submission, "settle", micro, certainty)
    _add(w, _scopes_of(has), committed=-has.booked["commit"], settled=micro)
    return micro - has.booked["reserve"]


def release(w: Writer, submission: int) -> None:
    """Nothing was bought: the hold is freed."""
    has = _due(w, submission, "release")
    reserved = has.booked["reserve"]
    owed = has.booked.get("commit")
    _book(w, submission, "release", reserved, "exact")
    if owed is None:
        _add(w, _scopes_of(has), reserved=-reserved)
    else:
        _add(w, _scopes_of(has), committed=-owed)


def write_off(w: Writer, submission: int) -> None:
    """A person gave up: the hold counts as spent, unverified."""
    has = _due(w, submission, "writeoff")
    amount = has.booked["reserve"]
    _book(w, submission, "writeoff", amount, "estimated")
    _add(w, _scopes_of(has), reserved=-amount, settled=amount)


def balance(w: Writer, scope: str, ident: str) -> tuple[int, int, int]:
    """(reserved, committed, settled) of a scope, micro-dollars."""
    rows = w.rows(
        select(col(Balance.reserved), col(Balance.committed), col(Balance.settled)).where(
            col(Balance.scope) == scope, col(Balance.id) == ident
        )
    )
    return (rows[0][0], rows[0][1], rows[0][2]) if rows else (0, 0, 0)


def _book(w: Writer, submission: int, kind: str, micro: int, certainty: str) -> None:
    w.add(Money(submission_id=submission, kind=kind, micro=micro, certainty=certainty))


def _scopes(chain: str, day: str, kind: str, subject: int) -> tuple[tuple[str, str], ...]:
    return (("film", ""), ("chain", chain), ("day", day), ("take", f"{kind}:{subject}"))


def _scopes_of(has: Held) -> tuple[tuple[str, str], ...]:
    return _scopes(has.chain, has.day, has.subject_kind, has.subject_id)


def _add(
    w: Writer, scopes: tuple[tuple[str, str], ...], *, reserved: int = 0, committed: int = 0, settled: int = 0
) -> None:
    for scope, ident in scopes:
        added = (
            update(table_of(Balance))
            .where(col(Balance.scope) == scope, col(Balance.id) == ident)
            .values(
                reserved=col(Balance.reserved) + reserved,
                committed=col(Balance.committed) + committed,
                settled=col(Balance.settled) + settled,
            )
        )
        if not w.run(added):  # an upsert would hold a negative step against the table's CHECK
            w.add(Balance(scope=scope, id=ident, reserved=reserved, committed=committed, settled=settled))


def reserved_of(w: Writer, kind: str, subject: int) -> list[int]:
    """Submissions of a subject that hold money and of which nothing was sent."""
    rows = w.rows(
        select(col(Submission.id)).where(
            col(Submission.subject_kind) == kind,
            col(Submission.subject_id) == subject,
            col(Submission.state) == "reserved",
        )
    )
    return [int(row[0]) for row in rows]


def has_job(w: Writer, provider: str, job_id: str) -> bool:
    """Whether some submission owns a job, as this transaction sees it."""
    same = (col(Submission.provider) == provider, col(Submission.job_id) == job_id)
    return bool(w.rows(select(col(Submission.id)).where(*same)))
