"""Takes that a restored or rebuilt ledger has forgotten, found again by saved replies and by files.

A job whose reply lies on disk was accepted and maybe paid: its take owns it again and is fetched, not
sent. A file without a job is of a take that may have been paid for: it is in doubt, before a person.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from core.base.text import one_line
from core.desk.audit_brought import adopt_brought
from core.desk.audit_found import MAX_POSITION, MAX_SEED, FoundFolder, FoundTake, look_through
from core.desk.audit_kinds import FilmPlaces, Finding, Severity, outcomes_of
from core.engine import orders, outcomes
from core.engine.outcomes import Outcome
from core.engine.states import UNSENT, TakeState
from core.ledger import spend, takes
from core.ledger.tables import Submission, Take

if TYPE_CHECKING:
    from core.ledger.append import Ledger, Writer
    from core.ledger.views import Reader, TakeRow

_WHY = "found by its saved reply"


def adopt_forgotten(ledger: Ledger, reader: Reader, places: FilmPlaces) -> list[Finding]:
    """Gives every forgotten job a take and every forgotten file a doubt. One transaction each."""
    found = look_through(places.home / "takes")
    brought = adopt_brought(ledger, reader, places, found)
    said = [_adopt(ledger, reader, reply, found) for reply in _replies(reader, places, found)]
    for shot, n in sorted({*found.takes, *found.halves}):
        if _is_unsent(reader, shot, n):
            blank = Outcome(submission="", job_id="", shot=shot, take=n)
            said.append(_adopt(ledger, reader, blank, found))
    return brought + said


def _replies(reader: Reader, places: FilmPlaces, found: FoundFolder) -> list[Outcome]:
    """Replies, and sidecars where there is no reply, whose job has no owner and whose take was not sent."""
    all_of = [*outcomes.of_folder(outcomes_of(places)), *map(_of_sidecar, found.takes.values())]
    wanted: dict[tuple[str, int], Outcome] = {}
    for reply in all_of:
        named = reply.job_id and reply.provider and reply.shot and reply.take
        if (
            named
            and reader.owner_of(reply.provider, reply.job_id) is None
            and _is_unsent(reader, reply.shot, reply.take)
        ):
            wanted.setdefault((reply.shot, reply.take), reply)
    return [wanted[name] for name in sorted(wanted)]


def _of_sidecar(take: FoundTake) -> Outcome:
    return Outcome(
        submission="", job_id=take.job_id or "", provider=take.provider, shot=take.shot, take=take.n
    )


def _is_unsent(reader: Reader, shot: str, n: int) -> bool:
    """The ledger does not know the take, or says that nothing was sent for it."""
    take = reader.take_of(shot, n)
    return take is None or take.state in UNSENT


def _adopt(ledger: Ledger, reader: Reader, reply: Outcome, found: FoundFolder) -> Finding:
    side = found.takes.get((reply.shot, reply.take))
    row = reader.take_of(reply.shot, reply.take)
    siblings = reader.takes_of(reply.shot)
    has = reader.live_submission(row.id) if row else None
    to = TakeState.SUBMITTED if reply.job_id else TakeState.IN_DOUBT
    with ledger.write() as w:
        take_id = row.id if row else takes.plan(w, _row(reply, side, siblings))
        was = row.state if row else TakeState.PLANNED
        chain = row.chain if row else _chain(reply, side, siblings)
        if row and has and has.key != reply.submission:
            orders.free_reserve(w, row, "cancelled")
            has = None
        ident = has.id if has else _hold(w, reply, take_id, chain, row)
        _send_back(w, ident, reply)
        takes.step(
            w,
            take_id=take_id,
            chain=chain,
            shot=reply.shot,
            was=was,
            to=to,
            text=_WHY if reply.job_id else "it has files, and the ledger does not know that it was sent",
            fields=_facts(reply, side, reader),
        )
    return _finding(reply)


def _hold(w: Writer, reply: Outcome, take_id: int, chain: str, row: TakeRow | None) -> int:
    submission = Submission(
        subject_kind="take",
        subject_id=take_id,
        chain=chain,
        shot=reply.shot,
        state="reserved",
        provider=reply.provider or (row.provider if row else ""),
        key=reply.submission or uuid.uuid4().hex,
        key_id=reply.key_id,
        request_hash=reply.request_hash,
        day=w.day,
        note=_WHY,
    )
    return spend.open_submission(w, submission, reply.held, "unknown")


def _send_back(w: Writer, ident: int, reply: Outcome) -> None:
    spend.move(w, ident, "reserved", "intent", intent_at=w.now)
    if not reply.job_id:
        spend.move(w, ident, "intent", "in_doubt")
        return
    spend.move(w, ident, "intent", "accepted", job_id=reply.job_id, done_at=w.now)
    spend.commit(w, ident, "unknown")


def _row(reply: Outcome, side: FoundTake | None, siblings: list[TakeRow]) -> Take:
    seed = side.seed if side else reply.seed
    return Take(
        chain=_chain(reply, side, siblings),
        shot=reply.shot,
        n=reply.take,
        state=TakeState.PLANNED,
        order_id=side.order_id if side else reply.order,
        position=min(side.position if side else reply.position, MAX_POSITION),
        seam=side.seam if side else reply.seam,
        provider=(side.provider if side else "") or reply.provider,
        model=side.model if side else reply.model,
        seed=seed if 0 < seed <= MAX_SEED else orders.seed_for(reply.shot, reply.take),
        pass_=side.pass_ if side else "",
        would_cost=side.would_cost if side else None,
    )


def _chain(reply: Outcome, side: FoundTake | None, siblings: list[TakeRow]) -> str:
    return (side.chain if side else "") or reply.chain or (siblings[-1].chain if siblings else "")


def _facts(reply: Outcome, side: FoundTake | None, reader: Reader) -> dict[str, object]:
    """What was asked for, as far as anything tells."""
    facts: dict[str, object] = {"note": "" if reply.job_id else "the ledger was restored"}
    if reply.frames:
        facts |= {"frames": reply.frames, "fps": reply.fps, "request_hash": reply.request_hash}
    if reply.width and reply.height:
        facts |= {"width": reply.width, "height": reply.height}
    if side:
        source = reader.take_of(*side.source) if side.source else None
        facts |= {
            "request_hash": side.request_hash,
            "plan_hash": side.plan_hash,
            "prompt": side.prompt,
            "in_sha": side.in_sha,
            "source_take": source.id if source else None,
        }
        if not reply.frames and side.frames:
            facts["frames"] = side.frames
    return facts


def _finding(reply: Outcome) -> Finding:
    name = f"{reply.shot} take {reply.take}"
    if reply.job_id:
        text = f"{name} owns its job again: {one_line(reply.job_id, 60)}"
        return Finding("take.adopted", Severity.NOTE, text, "`rushes run` fetches it", reply.shot, reply.take)
    text = f"{name} has files and no job that anything names: it may have been paid for"
    todo = f"look at the provider's list, then `rushes reconcile {reply.shot}` with --adopt or --write-off"
    return Finding("take.in_doubt", Severity.ERROR, text, todo, reply.shot, reply.take)
