"""Before a run begins: key, balance where it can be read, price, and budget for all of it.

What cannot work is refused; what may run short is a finding with a code, which a person may accept.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.base.errors import BadInput, ProviderFault, WaitsForPerson
from core.base.units import Money
from core.desk.suggestions import vocabularies_of
from core.engine import purse
from core.engine.states import UNSENT
from core.film.moderation import risks
from core.ledger import records
from core.studio import accounts
from core.studio.rates import said_if_old

if TYPE_CHECKING:
    from collections.abc import Collection

    from core.engine.orders import RunQuote
    from core.engine.production import Production
    from core.providers.base import Account, VideoProvider


@dataclass(frozen=True, slots=True)
class Short:
    """Something the run may run out of."""

    code: str
    said: str


def look(p: Production, quoted: RunQuote) -> tuple[Short, ...]:
    """What may run short. Raises BadInput for a missing key and a model without a price."""
    wanted = [want for want in quoted.wanted if want.provider != "animatic"]
    if p.rehearsal or not wanted:
        return ()
    _priced(quoted)
    found: list[Short] = []
    for name in sorted({want.provider for want in wanted}):
        provider = p.provider(name)
        if provider.missing_key:
            raise BadInput(
                f"{name} needs a key: {provider.missing_key} is not set",
                todo=f"set {provider.missing_key} in the environment, or rehearse: `rushes run --rehearse`",
            )
        upper = sum(want.quote.upper.micro for want in wanted if want.quote and want.provider == name)
        found += _of_key(p, provider, Money(upper + _ordered(p, name)))
    return (*found, *_of_budget(p, quoted))


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
    left = purse.key_of(p, provider).available()
    if left is not None and left < upper.micro:
        said = f"the {name} key has {Money(left)} left under its limits, and the run may cost {upper}"
        return [Short("key-short", said)]
    balance = account.balance if account else None
    if balance is not None and balance < upper:
        return [Short("balance-short", f"{name} has a balance of {balance}, and the run may cost {upper}")]
    return []


def _of_budget(p: Production, quoted: RunQuote) -> list[Short]:
    budget = p.plan.profile.budget.film_usd
    if budget is None or not quoted.upper:
        return []
    sums = p.reader.sums()
    held = sums.settled + sums.committed + sums.reserved
    wanted = quoted.upper + sum(_ordered(p, name) for name in p.providers)
    if held + wanted <= budget.micro:
        return []
    said = (
        f"the film budget is {budget}, {Money(held)} is spent or held, and the run may cost {Money(wanted)}"
    )
    return [Short("budget-short", said)]


def _ordered(p: Production, provider: str) -> int:
    """Micro-dollars at most of takes that were ordered earlier and hold nothing yet."""
    waiting = [take for chain in p.reader.chains_with(UNSENT) for take in p.reader.in_states(chain, UNSENT)]
    return sum(
        records.ordered(p.reader, take.id).agreed or 0
        for take in waiting
        if take.provider == provider and take.state != "reserved"
    )


def warnings(p: Production, quoted: RunQuote) -> tuple[str, ...]:
    """What a person should know beside the quote: words a model refuses, and prices that are old."""
    words = vocabularies_of(p.reader)
    said = [
        f"{want.shot}: '{hit.said}' may be refused {hit.trigger} ({hit.code}); what worked: {hit.worked}"
        for want in (() if p.rehearsal else quoted.wanted)
        for hit in risks(p.plan, want.shot, words)
    ]
    today = p.clock.now().date()
    rows = dict.fromkeys(want.quote.price_row for want in quoted.wanted if want.quote)
    said += [f"{row}: {old}" for row in rows if (old := said_if_old(row, today))]
    return tuple(dict.fromkeys(said))
