"""Verdicts on takes: circle, reject, hold. A person decides, bound to the hash of what was seen."""

from __future__ import annotations

from itertools import takewhile
from typing import TYPE_CHECKING

from core.base.errors import BadInput, IllegalStep
from core.base.paths import sha256_file
from core.engine import orders
from core.engine.production import Production, write_step
from core.engine.states import UNSENT, USABLE, TakeState
from core.film.continuity import feeds
from core.ledger import takes
from core.ledger.tables import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable

    from core.desk.person import Person
    from core.ledger.append import Writer
    from core.ledger.views import TakeRow


def find_take(p: Production, shot: str, n: int | None) -> TakeRow:
    """Take `n` of a shot, or the one that waits, else the newest with a clip. Raises BadInput."""
    made = p.reader.takes_of(shot)
    if not made:
        p.plan.shot(shot)  # an unknown id is answered with the nearest one
    if n is not None:
        found = next((take for take in made if take.n == n), None)
        if found is None:
            known = ", ".join(str(take.n) for take in made) or "none yet"
            raise BadInput(
                f"{shot} has no take {n} (there is: {known})", todo=f"`rushes takes {shot}` lists them"
            )
        return found
    usable = [
        take for take in made if TakeState(take.state) in USABLE | {TakeState.REJECTED, TakeState.BROKEN}
    ]
    waiting = [take for take in usable if take.state == TakeState.REVIEW]
    if not usable:
        raise BadInput(f"{shot} has no take to judge yet", todo="`rushes run` makes one")
    return (waiting or usable)[-1]


def approve(p: Production, shot: str, n: int | None, note: str, person: Person) -> TakeRow:
    """Circles a take; whichever was circled before goes back among the others.

    A circled one gets another person's verdict, or another word, as a row more.
    """
    take = find_take(p, shot, n)
    if take.state == TakeState.APPROVED:
        return _say_too(p, take, "approve", note, person, lambda: _seen(p, take))
    if take.state not in (TakeState.REVIEW, TakeState.REJECTED) or not take.last_sha:
        raise BadInput(
            f"{shot} take {take.n} cannot be circled: it is {take.state} and has no hand-over frame",
            todo=f"`rushes takes {shot}` lists the ones that can",
        )
    seen = _seen(p, take)
    with p.ledger.write() as w:
        # Read inside: another process may have circled one since; the ledger takes one a shot.
        circled = [other for other in p.reader.takes_of(shot) if other.state == TakeState.APPROVED]
        for other in circled:
            if other.id != take.id:
                write_step(w, other, TakeState.REVIEW, f"take {take.n} is circled instead")
        if all(other.id != take.id for other in circled):
            write_step(w, take, TakeState.APPROVED, f"circled by {person.name}")
        else:
            _tell_too(w, take, "approve", person)
        _say(w, take, "approve", note, person, seen)
        _go_on(p, w, take)
    return p.take(take.id)


def reject(p: Production, shot: str, n: int | None, note: str, person: Person) -> TakeRow:
    """Rejects a take; what is unsent and hangs on it is cancelled, what is made becomes stale."""
    take = find_take(p, shot, n)
    # What was downloaded: a broken or missing clip may be rejected too.
    if take.state == TakeState.REJECTED:
        return _say_too(p, take, "reject", note, person, lambda: take.sha)
    doomed = _hanging_on(p, take)
    with p.ledger.write() as w:
        # Read inside: another person may have rejected it since, and cancelled what hangs on it.
        if p.take(take.id).state != TakeState.REJECTED:
            write_step(w, take, TakeState.REJECTED, f"rejected by {person.name}", note=note)
            for other in doomed:
                orders.cancel_unsent(w, other, f"{take.shot} take {take.n} was rejected")
        else:
            _tell_too(w, take, "reject", person)
        _say(w, take, "reject", note, person, take.sha)
        _go_on(p, w, take)
    return p.take(take.id)


def hold(
    p: Production, shot: str, n: int | None, note: str, person: Person, *, said: str = "held"
) -> TakeRow:
    """Neither yes nor no: the take stays before a person, with the reason; a circled one goes back there.

    `said`: the log's word for it.
    """
    take = find_take(p, shot, n)
    if take.state not in USABLE:
        raise BadInput(
            f"{shot} take {take.n} is {take.state}: only a take for review or a circled one can be held",
            todo=f"`rushes takes {shot}` lists the ones that can",
        )
    with p.ledger.write() as w:
        _check_still(p, take)
        if take.state == TakeState.APPROVED:
            write_step(w, take, TakeState.REVIEW, f"held by {person.name}: no longer circled")
        _say(w, take, "hold", note, person, take.sha)
        w.event("take.held", f"{said} by {person.name}", chain=take.chain, shot=shot, take_id=take.id)
    return p.take(take.id)


def retake(p: Production, shot: str, note: str, person: Person) -> orders.RunQuote:
    """Orders a new take of one shot; its chain goes on if it was waiting for a person."""
    return retake_all(p, (shot,), note, person)


def retake_all(p: Production, shots: tuple[str, ...], note: str, person: Person) -> orders.RunQuote:
    """One order of a new take of each shot, whole or not at all: a shot among them begins from the new
    take of the one before, and waits for it."""

    def also(w: Writer) -> None:
        said = f"retake ordered by {person.name}{': ' + note if note else ''}"
        for shot in shots:
            w.event("take.retake", said, chain=p.plan.chain_of(shot).id, shot=shot)
        for chain in dict.fromkeys(p.plan.chain_of(shot).id for shot in shots):
            lift(w, chain, {"review", "refused", "moderation", "in_doubt"}, p.reader.chain(chain))

    return orders.place(p, orders.Scope(shots=shots), also)


def lift(w: Writer, chain: str, reasons: set[str], now: tuple[str, str, str]) -> bool:
    """Sets a paused chain active again if it waits for one of `reasons`."""
    state, reason, _ = now
    if state == "paused" and reason in reasons:
        takes.set_chain(w, chain, "active")
        return True
    return False


def _go_on(p: Production, w: Writer, take: TakeRow) -> None:
    """A verdict lifts the pauses that waited for it: its chain's, and those of chains its shot feeds."""
    fed = {p.plan.chain_of(shot).id for shot in _fed_by(p, take.shot)}
    for chain in sorted({take.chain, *fed}):
        lift(w, chain, {"review"}, p.reader.chain(chain))


def _seen(p: Production, take: TakeRow) -> str:
    """The hash of the clip as it lies there: what the verdict is bound to."""
    clip = p.files(take.shot, take.n).clip
    if not clip.is_file():
        raise BadInput(
            f"the clip of {take.shot} take {take.n} is gone",
            where=str(clip),
            todo="`rushes audit --repair` fetches it again where the provider still has it",
        )
    sha = sha256_file(clip)
    if take.sha and sha != take.sha:
        raise BadInput(
            f"the clip of {take.shot} take {take.n} is not the one that was downloaded",
            where=str(clip),
            todo="`rushes audit` shows what changed",
        )
    return sha


def _say_too(
    p: Production, take: TakeRow, verdict: str, note: str, person: Person, seen: Callable[[], str]
) -> TakeRow:
    """A verdict on a take that stands there already; the same person with nothing new writes nothing."""
    tail = "WHERE subject_kind='take' AND subject_id=? ORDER BY id DESC"
    rows = p.reader.table("verdict", tail, str(take.id))
    stands = list(takewhile(lambda row: row["verdict"] == verdict, rows))
    mine = [row for row in stands if (row["person"], row["role"]) == (person.name, person.role)]
    if mine and note in ("", *(row["note"] for row in mine)):
        return take
    sha = seen()
    with p.ledger.write() as w:
        _check_still(p, take)
        _say(w, take, verdict, note, person, sha)
        _tell_too(w, take, verdict, person)
    return take


def _tell_too(w: Writer, take: TakeRow, verdict: str, person: Person) -> None:
    """The event of a verdict that moved nothing: the take stood there already."""
    said = f"{_SAID[verdict]} by {person.name} too"
    w.event("take.verdict", said, chain=take.chain, shot=take.shot, take_id=take.id)


def _check_still(p: Production, take: TakeRow) -> None:
    """Inside a transaction: raises IllegalStep where another person has moved the take since it was read."""
    if p.take(take.id).state != take.state:
        raise IllegalStep(
            f"{take.shot} is no longer {take.state}: somebody else moved it",
            todo="nothing was changed; look at it again",
        )


_SAID = {"approve": "circled", "reject": "rejected"}


def _say(w: Writer, take: TakeRow, verdict: str, note: str, person: Person, sha: str) -> None:
    w.add(
        Verdict(
            subject_kind="take",
            subject_id=str(take.id),
            shot=take.shot,
            take_id=take.id,
            verdict=verdict,
            note=note,
            person=person.name,
            role=person.role,
            sha=sha,
        )
    )


def _hanging_on(p: Production, take: TakeRow) -> list[TakeRow]:
    """Unsent takes of the same chain whose input comes, by however many steps, from this take."""
    shots = _fed_by(p, take.shot)
    unsent = p.reader.in_states(take.chain, UNSENT)
    return [other for other in unsent if other.shot in shots and other.order_id == take.order_id]


def _fed_by(p: Production, first: str) -> set[str]:
    """Shots that wait for a frame of `first`, by however many steps."""
    fed = feeds(p.plan)
    shots: set[str] = set()
    queue = [first]
    while queue:
        more = set(fed.get(queue.pop(), ())) - shots
        shots |= more
        queue += more
    return shots
