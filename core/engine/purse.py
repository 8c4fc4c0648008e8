"""The key's side of every step of money: its turn, its block, its hold, and what it owes.

The film's ledger is the truth about its own takes; the key's book mirrors it, so that all films of
this user meet there. Whatever order a crash leaves the two in, the book holds at least as much.
"""

from __future__ import annotations

import logging
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from core.base.errors import ProviderFault, RushesError
from core.base.text import one_line
from core.base.units import Money
from core.engine.gates import Halt
from core.engine.states import PauseReason

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from core.engine.keys import Key
    from core.engine.production import Production
    from core.ledger.keybook import KeyRow
    from core.ledger.views import SubmissionRow
    from core.providers.base import Account, Provider, ProviderError

log = logging.getLogger("rushes.purse")
ANOTHER_ENDS_S = 10.0
"""Between two looks whether one of the key's jobs has ended."""

UNKNOWN_HERE = "that the ledger of this film does not know"
"""Stands in the pause of such a chain: only a person who was told so lets it go on."""


def key_of(p: Production, provider: Provider) -> Key:
    return p.keys.of(provider.name, provider.key_id)


def film_of(p: Production) -> str:
    """How the key's book names this film. A film that was moved is another: its holds stay."""
    return str(p.home.resolve())


@contextmanager
def booking(p: Production) -> Iterator[None]:
    """Around a key's hold and the film's: until both stand, nobody takes the first for an orphan."""
    with p.booking:
        yield


def turn(p: Production, provider: Provider, stop: Callable[[], bool]) -> AbstractContextManager[bool]:
    """The right to send one request with the provider's key; False where `stop` came first."""
    return key_of(p, provider).post(stop)


def blocked(p: Production, provider: Provider) -> Halt | None:
    """Why nothing may be sent with the provider's key, or with this user's keys in this film."""
    if not provider.key_id:
        return None
    if not p.ours():
        return Halt(
            PauseReason.BUDGET,
            "what is ordered here was agreed to by somebody else, or elsewhere: `rushes run` shows what it"
            " may cost, and how to agree",
        )
    count, micro = p.unknown_here.get(provider.key_id, (0, 0))
    if count:
        return Halt(
            PauseReason.BUDGET,
            f"the {provider.name} key has {count} requests on its book, up to {Money(micro)},"
            f" {UNKNOWN_HERE}, as after a restored backup: look at the provider's list of jobs;"
            " `rushes resume` counts them as spent and goes on",
        )
    found = key_of(p, provider).blocked()
    if found is None:
        return None
    said = f"the {provider.name} key is blocked: {one_line(found.said or found.reason, 200)}"
    return Halt(PauseReason.KEY_LIMIT, said + _until(found.resets_at))


def named(error: ProviderError, said: str) -> str:
    return said + _until(error.resets_at)


def _until(resets_at: datetime | None) -> str:
    return f" (resets {resets_at:%Y-%m-%d %H:%M} UTC)" if resets_at else ""


def block(p: Production, submission: SubmissionRow, error: ProviderError) -> None:
    """For all films of this user, before the film's own ledger hears of it."""
    key = p.keys.of(submission.provider, submission.key_id)
    key.block(error.kind.value, one_line(error.message, 300), error.resets_at, submission.key)


def hold(p: Production, provider: Provider, key: str, upper: int) -> Halt | None:
    """Holds `upper` micro-dollars of the key, or says why not."""
    refusal = key_of(p, provider).hold(key, film_of(p), upper)
    if not refusal:
        return None
    shut = blocked(p, provider)
    if shut:
        return shut
    said = f"{provider.name}: {refusal}"
    if refusal.passes:
        return Halt(PauseReason.KEY_LIMIT, said, retry_after_s=ANOTHER_ENDS_S, throttled=True, turn=True)
    last = next(iter(key_of(p, provider).readings()), None)
    return Halt(PauseReason.KEY_LIMIT, said + _until(last.resets_at if last else None))


def was_sent(p: Production, submission: SubmissionRow) -> bool:
    """Whether the key's book knows that this very request left before: by a copy of this film, or before
    this ledger was restored."""
    key = p.keys.of(submission.provider, submission.key_id)
    row = key.row(submission.key)
    return row is not None and row.state in ("committed", "settled", "written_off")


def release(p: Production, provider: Provider, key: str) -> None:
    key_of(p, provider).release(key, film=film_of(p))


def owe(p: Production, submission: SubmissionRow) -> None:
    """Says, before the request leaves, that it may be paid for. Raises LedgerFault, DiskFull, BadInput."""
    held = p.reader.booked(submission.id).get("reserve", 0)
    key = p.keys.of(submission.provider, submission.key_id)
    key.commit(submission.key, film=film_of(p), upper=held)


def mirror(p: Production, submission_id: int) -> None:
    """Says to the key's book what the ledger says of a submission. A book that cannot be written now
    holds too much, not too little: the next start says it again."""
    row = p.reader.submission(submission_id)
    if row is None or not row.key_id:
        return
    try:
        _say(p, row)
    except RushesError as fault:
        log.warning("the key's book was not brought up to date: %s", fault)


def _say(p: Production, row: SubmissionRow) -> None:
    key, film = p.keys.of(row.provider, row.key_id), film_of(p)
    booked = p.reader.booked(row.id)
    reserve = booked.get("reserve", 0)
    if "settle" in booked:
        key.settle(row.key, booked["settle"], film=film)
    elif "writeoff" in booked:
        key.write_off(row.key, film=film, upper=booked["writeoff"])
    elif "release" in booked:
        key.release(row.key, film=film)
    elif row.state in ("intent", "in_doubt", "accepted"):
        # In doubt counts as owed: `commit` also books what this book has never heard of.
        key.commit(row.key, film=film, upper=reserve)


_BOOKED = {
    "reserved": ("held",),
    "intent": ("committed",),
    "in_doubt": ("committed",),
    "accepted": ("committed",),
    "closed": ("settled",),
    "written_off": ("written_off", "settled"),
}
"""What the book says of a submission in each state; of any other state, that it was released."""


def _agrees(row: SubmissionRow, known: KeyRow | None) -> bool:
    """Whether the key's book has nothing to hear of a submission."""
    return known is not None and known.state in _BOOKED.get(row.state, ("released",))


def sync(p: Production) -> int:
    """Every submission of this film against the books of its keys. Holds that no submission stands behind
    are freed; requests that were sent and that this ledger does not know are noted (`unknown_here`).

    Only whoever holds the film may call it. Returns how many rows the books had to hear of.
    """
    seen, count = dict[tuple[str, str], set[str]](), 0
    with p.booking:
        for row in p.reader.paid():
            seen.setdefault((row.provider, row.key_id), set()).add(row.key)
        for provider in p.providers.values():
            if provider.key_id:
                seen.setdefault((provider.name, provider.key_id), set())
        for (name, key_id), ours in seen.items():
            key = p.keys.of(name, key_id)
            known = key.rows_of(film_of(p))
            for row in p.reader.paid_by(key_id):
                if not _agrees(row, known.get(row.key)):
                    _say(p, row)
                    count += 1
            strange = {orphan: known[orphan] for orphan in known.keys() - ours}
            for orphan, held in strange.items():
                if held.state == "held":
                    key.release(orphan, film=film_of(p))
            sent = [held.held for held in strange.values() if held.state == "committed"]
            p.unknown_here[key_id] = (len(sent), sum(sent))
            free_gone(key)
    return count


def free_gone(key: Key) -> None:
    """Frees what films hold whose folder is gone: nothing of theirs was sent, and each request is held
    again before it leaves."""
    for film, held in key.held_by_film().items():
        if not Path(film).exists():
            for submission in held:
                key.release(submission, film=film)


def count_as_spent(p: Production, provider: Provider) -> int:
    """A person goes on without knowing: requests this ledger does not know are written off in the book."""
    key, known = key_of(p, provider), {row.key for row in p.reader.paid_by(provider.key_id)}
    strange = [
        name
        for name, held in key.rows_of(film_of(p)).items()
        if held.state == "committed" and name not in known
    ]
    for name in strange:
        key.write_off(name, film=film_of(p))
    p.unknown_here.pop(provider.key_id, None)
    return len(strange)


def note_account(p: Production, provider: Provider, account: Account) -> None:
    """A reading of what the provider says of its key, for limits and for doubts."""
    if not provider.key_id or account.read_at is None:
        return
    key_of(p, provider).note_account(
        account.read_at,
        account.limit_remaining.micro if account.limit_remaining else None,
        account.usage.micro if account.usage else None,
        account.balance.micro if account.balance else None,
        account.resets_at,
    )


def evidence(p: Production, provider: Provider, submission: SubmissionRow) -> list[str]:
    """What the key had spent before a doubt and has spent by now, in sentences. Asks the provider, free."""
    key = p.keys.of(submission.provider, submission.key_id)
    if submission.key_id == provider.key_id:
        try:
            note_account(p, provider, provider.account())
        except ProviderFault as fault:
            return [
                f"{provider.name} cannot be asked now what the key has spent: {one_line(fault.what, 200)}"
            ]
    before = (
        key.reading_before(datetime.fromisoformat(submission.intent_at)) if submission.intent_at else None
    )
    now = next(iter(key.readings()), None)
    found = [("before the request", before), ("now", now)]
    lines = [
        f"the key's usage {when} ({reading.read_at:%Y-%m-%d %H:%M:%S} UTC): {Money(reading.usage)}"
        for when, reading in found
        if reading is not None and reading.usage is not None
    ]
    return lines or [f"{provider.name} says nothing of what the key has spent: look at its billing page"]
