"""Ordering takes: a PLANNED row is the order, so that a killed run is picked up by reading rows.

A plain run orders first takes only. A new try after anything was made needs a person who names the
shots (`retake`, `run --from`): none of the policies ever sends a failed take again.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.base.errors import BadInput
from core.engine import gates, outcomes
from core.engine.production import Production, write_step
from core.engine.requests import draft, expecting
from core.engine.states import UNSENT, TakeState
from core.film.choice import choose_model
from core.film.continuity import seam_name
from core.ledger import records, spend, takes
from core.ledger.tables import Take

if TYPE_CHECKING:
    from collections.abc import Callable, Container

    from core.film.matrix import Chain, Shot
    from core.ledger.append import Writer
    from core.ledger.views import TakeRow
    from core.providers.base import Quote


@dataclass(frozen=True, slots=True)
class Scope:
    """Which shots a run is about."""

    chain: str = ""
    """Empty: all chains."""
    from_shot: str = ""
    to_shot: str = ""
    shots: tuple[str, ...] = ()
    """Named shots, for `retake`."""
    pass_name: str = ""

    @property
    def remake(self) -> bool:
        """A person named where to begin: shots that have takes get new ones."""
        return bool(self.from_shot or self.shots)


@dataclass(frozen=True, slots=True)
class Wanted:
    """One take to be ordered, with its quote."""

    shot: str
    chain: str
    n: int
    provider: str
    model: str
    quote: Quote | None
    """None: nobody can price it (a rehearsal of a model without a rate)."""


@dataclass(frozen=True, slots=True)
class RunQuote:
    """What a run will order and what that may cost, before anything is written."""

    wanted: tuple[Wanted, ...]
    kept: tuple[str, ...]
    """Shots in scope that are left as they are."""
    unfinished: int
    """Takes of an earlier run that will be picked up."""

    @property
    def upper(self) -> int | None:
        """Micro-dollars at most; None where a price is unknown."""
        if any(want.quote is None for want in self.wanted):
            return None
        return sum(want.quote.upper.micro for want in self.wanted if want.quote)

    @property
    def expected(self) -> int | None:
        if any(want.quote is None for want in self.wanted):
            return None
        return sum(want.quote.expected.micro for want in self.wanted if want.quote)


def seed_for(shot: str, n: int) -> int:
    """A seed (31 bits) for what is never sent: a quote, a take that was found again."""
    return int.from_bytes(hashlib.sha256(f"{shot}/{n}".encode()).digest()[:4], "big") & 0x7FFFFFFF


def draw_seed(taken: Container[int]) -> int:
    """A seed (31 bits) that is none of `taken`: also the tag its job is found by.

    Drawn, not made of the shot's name: two films on one key may both have an S101, and a doubt of one
    must not find the other's job.
    """
    while (seed := secrets.randbelow(1 << 31)) in taken:
        pass
    return seed


def in_scope(p: Production, scope: Scope) -> list[tuple[Chain, Shot]]:
    """The live shots a scope names, in the film's order. Raises BadInput for unknown names."""
    plan = p.plan
    if scope.shots:
        named = [(plan.chain_of(shot), plan.shot(shot)) for shot in scope.shots]
        for _, shot in named:
            if shot.omitted:
                raise BadInput(f"{shot.id} is omitted", todo="clear `omitted` in its chain's file first")
        return named
    chains = plan.chains
    if scope.chain:
        chains = (plan.chain(scope.chain),)
    elif scope.from_shot or scope.to_shot:
        chains = (plan.chain_of(scope.from_shot or scope.to_shot),)
    picked: list[tuple[Chain, Shot]] = []
    for chain in chains:
        first = _index(p, chain, scope.from_shot, 0)
        last = _index(p, chain, scope.to_shot, len(chain.shots) - 1)
        if first > last:
            raise BadInput(f"{scope.from_shot} comes after {scope.to_shot}", where=chain.file)
        picked += [(chain, shot) for shot in chain.shots[first : last + 1] if not shot.omitted]
    return picked


def _index(p: Production, chain: Chain, shot: str, default: int) -> int:
    if not shot:
        return default
    place = p.plan.position(shot)
    if p.plan.chains[place.chain].id != chain.id:
        raise BadInput(f"{shot} is not in chain '{chain.id}'", where=chain.file)
    return place.index


def quote(p: Production, scope: Scope) -> RunQuote:
    """What `place` would order. Asks providers only for their (free, local) quote."""
    wanted, kept, unfinished = [], [], 0
    used: dict[str, int] | None = None
    held = _by_shot(p)
    for chain, shot in in_scope(p, scope):
        made = held.get(shot.id, [])
        unfinished += sum(1 for take in made if TakeState(take.state) in _STILL_TO_DO)
        if _wants(p, shot, made, scope):
            if used is None:
                used = used_numbers(p)
            n = max(used.get(shot.id, 0), highest_file(p, shot.id), *(take.n for take in made)) + 1
            choice = choose_model(p.plan, shot)
            wanted.append(Wanted(shot.id, chain.id, n, choice.provider, choice.model, price(p, shot, n)))
        else:
            kept.append(shot.id)
    return RunQuote(tuple(wanted), tuple(kept), unfinished)


def used_numbers(p: Production) -> dict[str, int]:
    """Shot to the highest take a saved reply names that the ledger has no submission for: a ledger that
    was restored may have forgotten it."""
    known, used = records.keys(p.reader), dict[str, int]()
    for path in p.outcome_file("x").parent.glob("*.json"):
        found = outcomes.read(path) if path.stem not in known else None
        if found:
            used[found.shot] = max(used.get(found.shot, 0), found.take)
    return used


def highest_file(p: Production, shot: str) -> int:
    """The highest take number that stands in takes/, so that no file is ever written over."""
    numbers = (_NUMBER.match(path.name, len(shot)) for path in p.files(shot, 1).folder.glob(f"{shot}_t*"))
    return max((int(match[1]) for match in numbers if match), default=0)


_NUMBER = re.compile(r"_t(\d{3,6})[._]")
_STILL_TO_DO = UNSENT


def _by_shot(p: Production) -> dict[str, list[TakeRow]]:
    held: dict[str, list[TakeRow]] = {}
    for take in p.reader.all_takes():
        held.setdefault(take.shot, []).append(take)
    return held


def _wants(p: Production, shot: Shot, made: list[TakeRow], scope: Scope) -> bool:
    if scope.remake:
        if scope.shots and shot.locked:
            raise BadInput(f"{shot.id} is locked", todo="clear `locked` in its chain's file first")
        return not shot.locked
    return all(take.state == TakeState.CANCELLED and not was_sent(p, take) for take in made)


def was_sent(p: Production, take: TakeRow) -> bool:
    """A job of this take was accepted: whatever became of it may have been paid for."""
    return any(row.job_id for row in p.reader.submissions_of("take", take.id))


def price(p: Production, shot: Shot, n: int) -> Quote | None:
    """None where nobody knows a price. Raises BadInput for one that is no sum of money."""
    choice = choose_model(p.plan, shot)
    request = expecting(draft(p, shot, n, seed_for(shot.id, n)), seam_name(p.plan, shot.id))
    quoted = p.provider(choice.provider).quote(request)
    fault = gates.price_fault(quoted, str(choice)) if quoted else ""
    if fault:
        raise BadInput(fault, where="prices.toml")
    return quoted


def place(p: Production, scope: Scope, also: Callable[[Writer], None] | None = None) -> RunQuote:
    """Writes the order: one PLANNED row a wanted take, one transaction, and what `also` adds to it."""
    quoted = quote(p, scope)
    if not quoted.wanted:
        return quoted
    held = _by_shot(p)
    seeds = {take.seed for made in held.values() for take in made}
    with p.ledger.write() as w:
        order = f"o{w.event('order.placed', f'{len(quoted.wanted)} takes ordered')}"
        for want in quoted.wanted:
            for take in held.get(want.shot, []):
                if TakeState(take.state) in UNSENT:
                    cancel_unsent(w, take, "a newer order takes its place")
            takes.plan(w, _row(p, want, order, scope.pass_name, seeds))
        if also:
            also(w)
    return quoted


def _row(p: Production, want: Wanted, order: str, pass_name: str, seeds: set[int]) -> Take:
    shot = p.plan.shot(want.shot)
    seed = draw_seed(seeds)
    seeds.add(seed)
    return Take(
        chain=want.chain,
        shot=want.shot,
        n=want.n,
        state=TakeState.PLANNED,
        order_id=order,
        position=p.plan.position(want.shot).index,
        seam=seam_name(p.plan, shot.id),
        provider="animatic" if p.rehearsal else want.provider,
        model=want.model,
        seed=seed,
        pass_=pass_name,
        would_cost=_would_cost(p, want, seed),
        agreed=want.quote.upper.micro if want.quote else None,
    )


def _would_cost(p: Production, want: Wanted, seed: int) -> int | None:
    """In a rehearsal, what the film's own provider would bill; unknown where it has no adapter or price."""
    real = p.providers.get(want.provider)
    if not p.rehearsal or real is None:
        return None
    quoted = real.quote(draft(p, p.plan.shot(want.shot), want.n, seed, ordered=(want.provider, want.model)))
    return quoted.expected.micro if quoted else None


def cancel_unsent(w: Writer, take: TakeRow, why: str) -> None:
    """Cancels a take nothing was sent for; a hold on money is freed in the same transaction."""
    if take.state == TakeState.RESERVED:
        free_reserve(w, take, "cancelled")
    write_step(w, take, TakeState.CANCELLED, why, note=why)


def free_reserve(w: Writer, take: TakeRow, to: str) -> None:
    """Ends a reserved submission of which nothing was sent."""
    for ident in spend.reserved_of(w, "take", take.id):
        spend.release(w, ident)
        spend.move(w, ident, "reserved", to, done_at=w.now)
