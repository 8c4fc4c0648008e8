"""Writing a ledger anew from what lies on disk, and counting balances again. For repairs only.

Takes come in with the state they are found in; this is the one place that does not walk the table
of steps, and each take says so with its event.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import delete, select
from sqlmodel import col

from core.ledger import takes
from core.ledger.tables import Balance, Event, Money, Submission, Take, table_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from core.ledger.append import Writer

_ORDER = re.compile(r"o(\d{1,15})")
Sums = tuple[int, int, int]
"""Reserved, committed, settled: micro-dollars."""
Scope = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Booking:
    """A submission's sums and what they count against."""

    chain: str
    day: str
    subject: str
    """`take:17`."""
    booked: Mapping[str, int]
    """Kind of money row to micro-dollars."""


@dataclass(frozen=True, slots=True)
class Spent:
    """What is known of the job that made a take."""

    key: str
    job_id: str | None
    day: str
    """UTC day it counts for."""
    at: str
    micro: int
    exact: bool
    """Otherwise the sum is unknown until a person or a bill says."""


def recounted(bookings: Iterable[Booking]) -> dict[Scope, Sums]:
    """Balances as the money rows give them, scopes with nothing but zeros left out. Pure."""
    found: dict[Scope, Sums] = {}
    for booking in bookings:
        sums = _sums(booking.booked)
        for scope in (
            ("film", ""),
            ("chain", booking.chain),
            ("day", booking.day),
            ("take", booking.subject),
        ):
            has = found.get(scope, (0, 0, 0))
            found[scope] = (has[0] + sums[0], has[1] + sums[1], has[2] + sums[2])
    return {scope: sums for scope, sums in found.items() if any(sums)}


def _sums(booked: Mapping[str, int]) -> Sums:
    """The two phases of `spend`, read backwards from their rows."""
    hold, owed = booked.get("reserve", 0), booked.get("commit")
    freed = "release" in booked or "writeoff" in booked
    reserved = 0 if owed is not None or freed else hold
    committed = 0 if owed is None or "settle" in booked or freed else owed
    return reserved, committed, booked.get("settle", 0) + booked.get("writeoff", 0)


def recount(w: Writer) -> int:
    """Replaces the balance table by what the money rows give; returns how many scopes it holds."""
    booked: dict[int, dict[str, int]] = {}
    for row in w.rows(select(col(Money.submission_id), col(Money.kind), col(Money.micro))):
        booked.setdefault(row[0], {})[row[1]] = row[2]
    columns = (
        Submission.id,
        Submission.chain,
        Submission.day,
        Submission.subject_kind,
        Submission.subject_id,
    )
    bookings = [
        Booking(chain, day, f"{kind}:{subject}", booked.get(ident, {}))
        for ident, chain, day, kind, subject in w.rows(select(*(col(column) for column in columns)))
    ]
    sums = recounted(bookings)
    w.run(delete(table_of(Balance)))
    for (scope, ident), (reserved, committed, settled) in sorted(sums.items()):
        w.add(Balance(scope=scope, id=ident, reserved=reserved, committed=committed, settled=settled))
    w.event("balance.recounted", f"{len(sums)} balances counted from the money rows")
    return len(sums)


def announce(w: Writer, text: str, order_ids: Iterable[str]) -> None:
    """The first event of a rebuilt ledger. Its number is above every order's that comes back: an order
    is named after an event, and takes of two orders must never be taken for one."""
    numbers = [int(match[1]) for order in order_ids if (match := _ORDER.fullmatch(order))]
    w.add(Event(id=max(numbers, default=0) + 1, kind="ledger.rebuilt", text=text))


def bring_back(w: Writer, row: Take, text: str, spent: Spent | None) -> int:
    """A take as it was found, with its event and, closed, the submission that paid for it."""
    take_id = w.add(row)
    w.event("take.rebuilt", text, chain=row.chain, shot=row.shot, take_id=take_id, data={"state": row.state})
    if spent is not None:
        _pay(w, row, take_id, spent)
    return take_id


def _pay(w: Writer, row: Take, take_id: int, spent: Spent) -> None:
    submission = w.add(
        Submission(
            subject_kind="take",
            subject_id=take_id,
            chain=row.chain,
            shot=row.shot,
            state="closed",
            provider=row.provider,
            key=spent.key,
            request_hash=row.request_hash,
            job_id=spent.job_id,
            day=spent.day,
            done_at=spent.at,
            note="rebuilt from the sidecar",
        )
    )
    certainty = "exact" if spent.exact else "unknown"
    for kind in ("reserve", "commit", "settle"):
        w.add(Money(submission_id=submission, kind=kind, micro=spent.micro, certainty=certainty, at=spent.at))


def link(w: Writer, take_id: int, source: int) -> None:
    """The take whose frame this one began from, once both have rows."""
    takes.amend(w, take_id, source_take=source)


def pause(w: Writer, chains: Iterable[str], note: str) -> None:
    """Every chain waits for a person."""
    for chain in chains:
        takes.set_chain(w, chain, "paused", "manual", note)
