"""What the next run orders and may cost, by chain and in all. Writes nothing, needs no key."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from core.base.clock import SystemClock
from core.base.rates import Unit
from core.base.units import Money, frames_of
from core.engine.clips import MediaClips
from core.engine.production import Production
from core.film.choice import choose_model
from core.film.load import load_plan
from core.ledger.append import Ledger
from core.ledger.views import Reader
from core.studio import acts, preflight
from core.studio.assembly import providers_of, require_film
from core.studio.rates import card_of, said_if_old

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from core.base.rates import Rate, RateCard
    from core.engine.orders import RunQuote, Scope
    from core.engine.orders import Wanted as Wanted
    from core.film.matrix import Shot
    from core.studio.places import Places


@dataclass(frozen=True, slots=True)
class Sum:
    """Takes of one chain, or of all, and what they come to."""

    chain: str
    """Empty: all."""
    takes: int
    seconds: float
    expected: Money
    """Of the takes that have a price."""
    upper: Money
    """As above, at most."""
    unpriced: int
    """Takes without a price: with any, the two sums are not the whole."""


@dataclass(frozen=True, slots=True)
class PriceUse:
    """A row of prices and how many takes it prices."""

    row: str
    """With its as-of date."""
    takes: int
    age_said: str
    """A sentence where it is older than 60 days, else empty."""


@dataclass(frozen=True, slots=True)
class Unpriced:
    """A model that cannot run before a person gives its price."""

    provider: str
    model: str
    shots: tuple[str, ...]
    why: str
    lines: tuple[str, ...]
    """What to add to prices.toml, `?` where only a person knows; empty: no price would help."""


@dataclass(frozen=True, slots=True)
class Estimate:
    quoted: RunQuote
    chains: tuple[Sum, ...]
    total: Sum
    rows: tuple[PriceUse, ...]
    unpriced: tuple[Unpriced, ...]
    failed_before: tuple[str, ...]
    """What failed in such shots before, and what helped."""


def estimate(places: Places, scope: Scope) -> Estimate:
    """Raises PlanFaults, LedgerFault, and BadInput for an unknown chain or shot."""
    with looking(places) as p:
        return estimate_of(p, acts.quote(p, acts.scope_of(p, scope)))


@contextmanager
def looking(places: Places) -> Iterator[Production]:
    """A production that can be asked and not written to: a film without a ledger stays without one."""
    require_film(places)
    plan = load_plan(places.root)
    with TemporaryDirectory() as elsewhere:
        clock, nothing = SystemClock(), _nothing()
        ledger = places.ledger
        if not ledger.exists():
            ledger = Path(elsewhere) / "ledger.db"
            Ledger(ledger, clock).close()
        reader = Reader(ledger)
        try:
            yield Production(
                root=places.root,
                home=places.home,
                ledger=nothing,
                reader=reader,
                clock=clock,
                providers=providers_of(places, lambda: plan),
                clips=MediaClips(),
                keys=nothing,
                current_plan=lambda: plan,
                rehearsal=places.rehearsal,
            )
        finally:
            reader.close()


def _nothing() -> Any:
    """In the place of what writes: whoever reaches for it is a fault of this program."""
    return None


def estimate_of(p: Production, quoted: RunQuote) -> Estimate:
    today = p.clock.now().date()
    chains = list(dict.fromkeys(want.chain for want in quoted.wanted))
    return Estimate(
        quoted,
        tuple(_sum(p, chain, [w for w in quoted.wanted if w.chain == chain]) for chain in chains),
        _sum(p, "", quoted.wanted),
        _rows(quoted, today),
        _unpriced(p, quoted, card_of(p.plan.prices, today=today), today),
        preflight.failed_before(p, quoted),
    )


def _sum(p: Production, chain: str, wanted: Iterable[Wanted]) -> Sum:
    held = list(wanted)
    quotes = [want.quote for want in held if want.quote]
    fps = p.plan.profile.fps
    frames = sum(frames_of(p.plan.shot(want.shot).seconds, fps) for want in held)
    return Sum(
        chain,
        len(held),
        round(float(frames / fps), 3),
        Money(sum(quote.expected.micro for quote in quotes)),
        Money(sum(quote.upper.micro for quote in quotes)),
        len(held) - len(quotes),
    )


def _rows(quoted: RunQuote, today: date) -> tuple[PriceUse, ...]:
    used: dict[str, int] = {}
    for want in quoted.wanted:
        if want.quote:
            used[want.quote.price_row] = used.get(want.quote.price_row, 0) + 1
    return tuple(PriceUse(row, takes, said_if_old(row, today)) for row, takes in used.items())


def _unpriced(p: Production, quoted: RunQuote, card: RateCard, today: date) -> tuple[Unpriced, ...]:
    """One entry a model and resolution, with the lines that would price it."""
    cases: dict[tuple[str, str, str], list[Shot]] = {}
    for want in quoted.wanted:
        if want.quote is None:
            shot = p.plan.shot(want.shot)
            resolution = choose_model(p.plan, shot).resolution
            cases.setdefault((want.provider, want.model, resolution), []).append(shot)
    return tuple(
        _case(provider, model, resolution, tuple(shot.id for shot in shots), p, card, today)
        for (provider, model, resolution), shots in cases.items()
    )


def _case(
    provider: str,
    model: str,
    resolution: str,
    shots: tuple[str, ...],
    p: Production,
    card: RateCard,
    today: date,
) -> Unpriced:
    if provider not in p.providers:
        why = f"there is no adapter for the provider '{provider}': {', '.join(sorted(p.providers))}"
        return Unpriced(provider, model, shots, why, ())
    rates = card.of(provider, model)
    if missing := sorted({rate.currency for rate in rates} - {"USD", *card.exchange}):
        why = f"priced in {missing[0]}: no exchange rate is given"
        return Unpriced(
            provider, model, shots, why, ("[currency]", f'{missing[0]} = "?"  # US dollars for one')
        )
    why = "no price is known" + (
        f" for this; known: {'; '.join(rate.name for rate in rates)}" if rates else ""
    )
    return Unpriced(provider, model, shots, why, _lines(provider, model, resolution, rates, today))


def _lines(
    provider: str, model: str, resolution: str, rates: tuple[Rate, ...], today: date
) -> tuple[str, ...]:
    """A row of prices.toml; the price is a person's to write, and `?` is refused until it is."""
    like = rates[0] if rates else None
    return (
        "[[price]]",
        f'provider = "{provider}"',
        f'model = "{model}"',
        *((f'resolution = "{resolution}"',) if resolution else ()),
        f'unit = "{like.unit if like else Unit.SECOND}"',
        *((f"per = {like.per}",) if like and like.per > 1 else ()),
        'price = "?"',
        'source = "where you read it"',
        f'as_of = "{today.isoformat()}"',
    )
