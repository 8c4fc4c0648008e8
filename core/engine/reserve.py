"""Before money: what a take may cost is held, for its key and for every budget of the film.

The key's hold comes first, in the user's folder, where all films meet; the film's own hold and its
budget test are one transaction after it. Where that says no, the key's hold is handed back.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from core.base.crash import reach
from core.base.units import Money
from core.engine import gates, purse
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
    from core.providers.base import Quote, VideoProvider, VideoRequest

MIN_FREE_BYTES = 256 << 20
"""No intent below this: a paid clip must have somewhere to land, and the ledger room to say so."""
MOST_DOUBTS = 2
"""Requests of one provider without an answer: a dead line must not put a whole night in doubt."""


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
    provider = p.provider(take.provider)
    halt = _may_pay(p, provider, take.model)
    if halt:
        return halt
    quote = provider.quote(request)
    unpriced = gates.price_fault(quote, f"{take.provider}:{take.model}")
    if unpriced or quote is None:
        return Halt(PauseReason.BUDGET, unpriced)
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
    return _hold(p, take, quote, facts, provider)


def _may_pay(p: Production, provider: VideoProvider, model: str) -> Halt | None:
    """Whether the provider's key can be asked for anything now."""
    if provider.missing_key:
        return Halt(
            PauseReason.KEY_LIMIT,
            f"{provider.name} needs a key: set {provider.missing_key} where the worker is started",
        )
    blocked = purse.blocked(p, provider)
    if blocked:
        return blocked
    if p.able(provider.name, model).settles_doubts:
        return None
    doubts = sum(1 for row in p.reader.unclear() if row.provider == provider.name)
    if doubts >= MOST_DOUBTS:
        return Halt(
            PauseReason.IN_DOUBT,
            f"{doubts} requests to {provider.name} have no answer: `rushes reconcile` them first",
        )
    return None


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


def _hold(
    p: Production, take: TakeRow, quote: Quote, facts: dict[str, object], provider: VideoProvider
) -> TakeRow | Halt:
    """First the key's hold, then the film's; a hold of a key that no film owns up to is freed at the
    next start."""
    key = _key(p, take, str(facts["request_hash"]))
    with purse.booking(p):
        refused = purse.hold(p, provider, key, quote.upper.micro)
        if refused:
            return refused
        reach("key.held")
        try:
            reach("take.reserved.before")
            with p.ledger.write() as w:
                _reserve(p, w, take, quote, facts, key, provider.key_id)
                reach("take.reserved.in")
            reach("take.reserved.after")
        except _Over as over:
            purse.release(p, provider, key)
            return Halt(PauseReason.BUDGET, str(over.finding))
    return p.take(take.id)


def _reserve(
    p: Production,
    w: Writer,
    take: TakeRow,
    quote: Quote,
    facts: dict[str, object],
    key: str,
    key_id: str,
) -> None:
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
        key=key,
        request_hash=str(facts["request_hash"]),
        day=w.day,
        price_row=quote.price_row,
        key_id=key_id,
    )
    spend.open_submission(w, row, quote.upper.micro, quote.certainty)
    write_step(w, state, TakeState.RESERVED, f"{quote.upper} held")


def _key(p: Production, take: TakeRow, request_hash: str) -> str:
    """A new key, or the one of a submission whose job was not found at a provider that gives the same
    key the same job: should it turn up after all, we get that one and not another."""
    before = p.reader.submissions_of("take", take.id)
    if before and before[-1].state == "absent" and before[-1].request_hash == request_hash:
        able = p.able(take.provider, take.model)
        if able.reconcile is Reconcile.IDEMPOTENT:
            return f"{sent_key(before[-1])}{AGAIN}{before[-1].id}"
    return uuid.uuid4().hex


def _at(take: TakeRow, state: TakeState) -> TakeRow:
    return take._replace(state=state)
