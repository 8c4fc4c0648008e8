"""Before money: what a take may cost is held, in the transaction that tests every budget."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from core.base.crash import reach
from core.base.units import Money
from core.engine import gates
from core.engine.gates import Halt
from core.engine.outcomes import AGAIN, sent_key
from core.engine.production import Production, write_step
from core.engine.states import PauseReason, TakeState
from core.ledger import records, spend
from core.ledger.tables import Submission
from core.providers.base import Reconcile

if TYPE_CHECKING:
    from core.engine.requests import Opening
    from core.ledger.append import Writer
    from core.ledger.views import TakeRow
    from core.providers.base import Quote, VideoRequest

MIN_FREE_BYTES = 256 << 20
"""No intent below this: a paid clip must have somewhere to land, and the ledger room to say so."""


class _Over(Exception):
    """Carries a finding out of a transaction, so that it rolls back."""

    def __init__(self, finding: gates.OverBudget) -> None:
        self.finding = finding


def reserve(
    p: Production, take: TakeRow, request: VideoRequest, opening: Opening, plan_hash: str
) -> TakeRow | Halt:
    """READY to RESERVED: budget test and hold in one transaction."""
    if p.free_bytes() < MIN_FREE_BYTES:
        return Halt(PauseReason.DISK, f"less than {MIN_FREE_BYTES >> 20} MB free on the film's disk")
    quote = p.provider(take.provider).quote(request)
    dearer = _dearer(p, take, quote)
    if dearer:
        return dearer
    facts: dict[str, object] = {
        "request_hash": request.request_hash,
        "plan_hash": plan_hash,
        "prompt": request.prompt,
        "source_take": opening.source_take,
        "in_sha": opening.in_sha,
        "frames": request.frames,
        "fps": str(request.fps),
        "width": request.width,
        "height": request.height,
    }
    try:
        reach("take.reserved.before")
        with p.ledger.write() as w:
            _reserve(p, w, take, quote, facts)
            reach("take.reserved.in")
        reach("take.reserved.after")
    except _Over as over:
        return Halt(PauseReason.BUDGET, str(over.finding))
    return p.take(take.id)


def _dearer(p: Production, take: TakeRow, quote: Quote) -> Halt | None:
    """A yes was to a sum: above it, a person is asked again."""
    agreed = records.ordered(p.reader, take.id).agreed
    if agreed is None or quote.upper.micro <= agreed:
        return None
    return Halt(
        PauseReason.BUDGET,
        f"{take.shot} take {take.n} was ordered at up to {Money(agreed)} and may now cost {quote.upper}:"
        f" order it anew with `rushes retake {take.shot}`, then `rushes resume`",
    )


def _reserve(p: Production, w: Writer, take: TakeRow, quote: Quote, facts: dict[str, object]) -> None:
    state = take
    if take.state == TakeState.PLANNED:
        write_step(w, take, TakeState.READY, "its input is there")
        state = _at(take, TakeState.READY)
    if state.state == TakeState.READY:
        write_step(w, state, TakeState.GATED, "no gate stands before it", **facts)
        state = _at(take, TakeState.GATED)
    finding = gates.over_budget(w, p.plan.profile.budget, take.chain, take.id, quote.upper.micro)
    if finding:
        raise _Over(finding)
    row = Submission(
        subject_kind="take",
        subject_id=take.id,
        chain=take.chain,
        shot=take.shot,
        state="reserved",
        provider=take.provider,
        key=_key(p, take, str(facts["request_hash"])),
        request_hash=str(facts["request_hash"]),
        day=w.day,
        price_row=quote.price_row,
    )
    spend.open_submission(w, row, quote.upper.micro, quote.certainty)
    write_step(w, state, TakeState.RESERVED, f"{quote.upper} held")


def _key(p: Production, take: TakeRow, request_hash: str) -> str:
    """A new key, or the one of a submission whose job was not found at a provider that gives the same
    key the same job: should it turn up after all, we get that one and not another."""
    before = p.reader.submissions_of("take", take.id)
    if before and before[-1].state == "absent" and before[-1].request_hash == request_hash:
        able = p.provider(take.provider).capabilities(take.model)
        if able.reconcile is Reconcile.IDEMPOTENT:
            return f"{sent_key(before[-1])}{AGAIN}{before[-1].id}"
    return uuid.uuid4().hex


def _at(take: TakeRow, state: TakeState) -> TakeRow:
    return take._replace(state=state)
