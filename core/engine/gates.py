"""Guards before money: the review policy and the budget. Pure tests over numbers and rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.base.units import MAX_MICRO, Money
from core.ledger import spend

if TYPE_CHECKING:
    from core.engine.states import PauseReason
    from core.film.profile import Budget, Review
    from core.ledger.append import Writer
    from core.providers.base import Quote


@dataclass(frozen=True, slots=True)
class Halt:
    """Why a chain cannot go on by itself."""

    reason: PauseReason
    note: str
    retry_after_s: float | None = None
    """Nothing was sent, or the provider said when to come again; None: a person must act."""
    throttled: bool = False
    """It may be asked again by itself: waited for, not counted as a failure."""
    grows: bool = False
    """Nobody was reached: each wait is longer than the one before."""
    turn: bool = False
    """Only the key's other jobs stand before it: waited for as long as they take."""
    aside: bool = False
    """Only this take stands still: what does not depend on it goes on."""


@dataclass(frozen=True, slots=True)
class OverBudget:
    scope: str
    limit: Money
    held: Money
    """Settled, committed and reserved together."""
    wanted: Money
    settled: Money

    def __str__(self) -> str:
        said = (
            f"the {self.scope} budget is {self.limit}, {self.held} is spent or held,"
            f" and this take may cost {self.wanted}"
        )
        if self.settled + self.wanted <= self.limit:
            said += (
                f"; {self.held - self.settled} of that is held for jobs that may cost less: try again later"
            )
        return said


def price_fault(quote: Quote | None, named: str) -> str:
    """Why a quote cannot be reserved; empty where it can. No number, no gate: it stays closed."""
    if quote is None:
        return (
            f"nobody knows what {named} bills: give its price in prices.toml"
            " (`rushes estimate` shows the lines), then `rushes resume`"
        )
    for sum_ in (quote.upper.micro, quote.expected.micro):
        if not isinstance(sum_, int) or isinstance(sum_, bool) or not 0 <= sum_ <= MAX_MICRO:
            return f"the price of {named} is not a sum of money ({quote.price_row}): mend prices.toml"
    return ""


def review_allows(review: Review, unseen: int) -> bool:
    """Whether a chain with `unseen` takes before a person may begin another."""
    if review.policy == "end":
        return True
    return unseen < (1 if review.policy == "each" else review.n)


def over_budget(w: Writer, budget: Budget, chain: str, take_id: int, upper: int) -> OverBudget | None:
    """The first budget `upper` micro-dollars would break, tested in the reserve's own transaction."""
    scopes = (
        ("film", "", budget.film_usd),
        ("chain", chain, budget.chain_usd),
        ("day", w.day, budget.day_usd),
        ("take", f"take:{take_id}", budget.take_usd),
    )
    for scope, ident, limit in scopes:
        if limit is not None:
            sums = spend.balance(w, scope, ident)
            held = sum(sums)
            if held + upper > limit.micro:
                return OverBudget(scope, limit, Money(held), Money(upper), Money(sums[2]))
    return None
