"""Before a run begins: key, balance where it can be read, price, and budget for all of it.

What cannot work is refused; what may run short is a finding with a code, which a person may accept.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from core.base.errors import BadInput, ProviderFault, WaitsForPerson
from core.base.units import Money
from core.desk import barriers, failures
from core.desk.suggestions import vocabularies_of
from core.engine import orders, purse
from core.engine.states import UNSENT
from core.film.moderation import risks
from core.film.prices import NO_PRICES
from core.ledger import records
from core.studio import accounts
from core.studio.connections import connect
from core.studio.places import Places
from core.studio.rates import said_if_old

if TYPE_CHECKING:
    from collections.abc import Collection

    from core.engine.orders import RunQuote
    from core.engine.production import Production
    from core.providers.base import Account, VideoProvider

LOW_SHARE = 0.5
"""Of the known price: a film's own price below it is asked about once more."""


@dataclass(frozen=True, slots=True)
class Short:
    """Something the run may run out of, or that a person has yet to look at."""

    code: str
    said: str


def look(p: Production, quoted: RunQuote) -> tuple[Short, ...]:
    """What may run short. Raises BadInput for a missing key and a model without a price."""
    wanted = [want for want in quoted.wanted if want.provider != "animatic"]
    board = (*_of_board(p, quoted), *_of_others(p))
    if p.rehearsal or not wanted:
        return board
    _priced(quoted)
    found = _of_prices(p, quoted)
    for name in sorted({want.provider for want in wanted}):
        provider = p.provider(name)
        if provider.missing_key:
            raise BadInput(
                f"{name} needs a key: {provider.missing_key} is not set",
                todo=f"set {provider.missing_key} in the environment, or rehearse: `rushes run --rehearse`",
            )
        upper = sum(want.quote.upper.micro for want in wanted if want.quote and want.provider == name)
        found += _of_key(p, provider, Money(upper + _ordered(p, name)))
    return (*board, *found, *_of_budget(p, quoted))


def _of_board(p: Production, quoted: RunQuote) -> tuple[Short, ...]:
    """Money goes into motion once a person has approved the look of it, as it is now."""
    stop = barriers.board_stop(p) if quoted.upper != 0 and not p.rehearsal else None
    return (Short(stop.code, f"{stop.said} (look at it, then {stop.todo})"),) if stop else ()


def _of_others(p: Production) -> tuple[Short, ...]:
    """Paid takes that were ordered here before this user said yes to any sum in this film."""
    if p.rehearsal or p.ours():
        return ()
    paid = [name for name in p.providers if name != "animatic" and _ordered(p, name)]
    if not paid:
        return ()
    most = Money(sum(_ordered(p, name) for name in paid))
    said = f"takes were ordered here by somebody else, or elsewhere, at {', '.join(paid)}: at most {most}"
    return (Short("earlier-orders", said),)


def _of_prices(p: Production, quoted: RunQuote) -> list[Short]:
    """Prices of the film's own that are far below what is known: a typing error, or a trap."""
    if not p.plan.prices.price and not p.plan.prices.currency:
        return []
    known = replace(p, providers=connect(Places(p.root), lambda: replace(p.plan, prices=NO_PRICES), p.clock))
    found = {}
    for want in quoted.wanted:
        usual = orders.price(known, p.plan.shot(want.shot), want.n) if want.quote else None
        if want.quote and usual and want.quote.upper.micro < usual.upper.micro * LOW_SHARE:
            named = f"{want.provider}:{want.model}"
            found[named] = f"{want.shot} on {named} is priced {want.quote.upper} by the film's prices.toml,"
            found[named] += f" and {usual.upper} by {usual.price_row}"
    return [Short("price-low", "; ".join(found.values()))] if found else []


def require(p: Production, quoted: RunQuote, accepted: Collection[str]) -> None:
    """Raises WaitsForPerson naming what may run short and was not accepted."""
    short = [one for one in look(p, quoted) if one.code not in accepted]
    if short:
        codes = " ".join(f"--accept {one.code}" for one in short)
        raise WaitsForPerson(
            "; ".join(one.said for one in short),
            todo=f'mend that, order less, or `rushes run {codes} --why ".."`: it pauses where it runs out',
        )


def _priced(quoted: RunQuote) -> None:
    unpriced = sorted({f"{want.provider}:{want.model}" for want in quoted.wanted if want.quote is None})
    if unpriced:
        raise BadInput(
            f"nobody knows what {', '.join(unpriced)} bills",
            where="prices.toml",
            todo="`rushes estimate` shows the lines to add",
        )


def _of_key(p: Production, provider: VideoProvider, upper: Money) -> list[Short]:
    """What the provider, and this user's own limits, say of the key."""
    try:
        account: Account | None = provider.account()
    except ProviderFault:
        account = None  # unknown is not zero: the run goes on, and is told when it is refused
    name = provider.name
    if account:
        accounts.note(p, provider, account)
    if account and account.state != "active":
        return [Short("key-blocked", f"the {name} key is refused: {account.said or account.state}")]
    left = purse.key_of(p, provider).available()
    if left is not None and left < upper.micro:
        said = f"the {name} key has {Money(left)} left under its limits, and the run may cost {upper}"
        return [Short("key-short", said)]
    balance = account.balance if account else None
    if balance is not None and balance < upper:
        return [Short("balance-short", f"{name} has a balance of {balance}, and the run may cost {upper}")]
    return []


def _of_budget(p: Production, quoted: RunQuote) -> list[Short]:
    """Every budget the whole run may meet, what was ordered earlier included."""
    budget = p.plan.profile.budget
    if not quoted.upper:
        return []
    earlier = sum(_ordered(p, name) for name in p.providers)
    by_chain: dict[str, int] = {}
    dearest = ("", 0)
    for want in quoted.wanted:
        upper = want.quote.upper.micro if want.quote else 0
        by_chain[want.chain] = by_chain.get(want.chain, 0) + upper
        dearest = max(dearest, (want.shot, upper), key=lambda one: one[1])
    day = p.clock.now().strftime("%Y-%m-%d")
    whole = quoted.upper + earlier
    asked = [
        ("the film budget", budget.film_usd, _held(p, "film", ""), whole),
        ("the budget of this day", budget.day_usd, _held(p, "day", day), whole),
        (f"the budget of a take ({dearest[0]})", budget.take_usd, 0, dearest[1]),
    ]
    asked += [
        (f"the budget of chain {chain}", budget.chain_usd, _held(p, "chain", chain), upper)
        for chain, upper in by_chain.items()
    ]
    return [
        Short(
            "budget-short", f"{name} is {limit}, {Money(held)} is spent or held, {Money(most)} may be needed"
        )
        for name, limit, held, most in asked
        if limit is not None and held + most > limit.micro
    ]


def _held(p: Production, scope: str, ident: str) -> int:
    sums = p.reader.sums(scope, ident)
    return sums.settled + sums.committed + sums.reserved


def _ordered(p: Production, provider: str) -> int:
    """Micro-dollars at most of takes that were ordered earlier and hold nothing yet."""
    waiting = [take for chain in p.reader.chains_with(UNSENT) for take in p.reader.in_states(chain, UNSENT)]
    return sum(
        records.ordered(p.reader, take.id).agreed or 0
        for take in waiting
        if take.provider == provider and take.state != "reserved"
    )


def failed_before(p: Production, quoted: RunQuote) -> tuple[str, ...]:
    """What failed in such shots before, here or in an earlier film, and what helped: at most five lines."""
    fired = () if p.rehearsal else quoted.wanted
    return failures.before_firing(p, [(want.shot, want.provider, want.model) for want in fired])


def warnings(p: Production, quoted: RunQuote) -> tuple[str, ...]:
    """What a person should know beside the quote: what failed in such shots before and what helped, words a
    model refuses, and prices that are old."""
    words = vocabularies_of(p.reader)
    fired = () if p.rehearsal else quoted.wanted
    said = list(failed_before(p, quoted))
    said += [
        f"{want.shot}: '{hit.said}' may be refused {hit.trigger} ({hit.code}); what worked: {hit.worked}"
        for want in fired
        for hit in risks(p.plan, want.shot, words)
    ]
    today = p.clock.now().date()
    rows = dict.fromkeys(want.quote.price_row for want in quoted.wanted if want.quote)
    said += [f"{row}: {old}" for row in rows if (old := said_if_old(row, today))]
    return tuple(dict.fromkeys(said))
