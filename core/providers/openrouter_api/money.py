"""Its sums and what is known of a key. All of it is US dollars, as its documents say throughout."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

from core.base.text import one_line
from core.base.units import MICRO, Amount, Money
from core.providers.openrouter_api.errors import explain, moment
from core.providers.values import Account, ErrorClass
from core.providers.wire.reply import WireFault

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from core.providers.values import ProviderError
    from core.providers.wire.client import Wire

MAX_COST = 10_000
"""Dollars: no clip, picture or answer costs more, so such a figure is none."""
MAX_CREDIT = 10**9
_BLOCKING = frozenset({ErrorClass.AUTH, ErrorClass.KEY_LIMIT, ErrorClass.INSUFFICIENT_CREDIT})


def cost_of(usage: Any) -> Amount:
    """`usage.cost`: exact, or unknown for whatever is no sum of money.

    With a key of one's own at the model's provider (`is_byok`) the figure is OpenRouter's fee alone, and
    the provider's bill comes elsewhere: unknown too.
    """
    if not isinstance(usage, dict) or usage.get("is_byok") is True:
        return Amount.unknown()
    cost = dollars(usage.get("cost"), MAX_COST)
    return Amount.unknown() if cost is None or cost < 0 else Amount.exact(_money(cost))


def dollars(value: Any, most: int = MAX_CREDIT) -> Decimal | None:
    """A JSON number as dollars; None for text, booleans, NaN and sums nobody has."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    found = Decimal(repr(value))
    return found if found.is_finite() and abs(found) <= most else None


def read_account(wire: Wire, provider: str, now: datetime) -> Account:
    """`GET /key`, and `GET /credits` where the key may ask. Raises WireFault when there is no answer.

    The balance is shown to management keys only; of any other key it stays unknown.
    """
    try:
        reply = wire.get("/key", explain=explain)
    except WireFault as fault:
        if fault.error is None or fault.error.kind not in _BLOCKING:
            raise
        return _blocked(provider, fault.error, now)
    data = _object(reply.json_object.get("data"))
    if not data:
        return Account(provider, "active", said="OpenRouter's answer about the key says nothing", read_at=now)
    budget = _object(data.get("effective_budget"))
    left = [dollars(data.get("limit_remaining")), dollars(budget.get("remaining_usd"))]
    known = [one for one in left if one is not None]
    remaining = min(known) if known else None
    usage = dollars(data.get("usage"))
    balance = _balance(wire, data)
    spent = remaining is not None and remaining <= 0
    return Account(
        provider,
        "blocked" if spent else "active",
        balance=None if balance is None else _money(balance),
        limit_remaining=None if remaining is None else _money(max(remaining, Decimal(0))),
        usage=None if usage is None else _money(max(usage, Decimal(0))),
        resets_at=moment(budget.get("resets_at")),
        said="the key's limit is used up" if spent else _said(balance),
        read_at=now,
    )


def _blocked(provider: str, error: ProviderError, now: datetime) -> Account:
    said = "auth: the key is not accepted" if error.kind is ErrorClass.AUTH else error.kind.value
    words = one_line(f"{said} ({error.message})", 300)
    return Account(provider, "blocked", said=words, resets_at=error.resets_at, read_at=now)


def _balance(wire: Wire, data: Mapping[str, Any]) -> Decimal | None:
    """Credits bought less credits used. An ordinary key gets 403: that is no lack of credit."""
    if data.get("is_management_key") is False:
        return None
    try:
        found = _object(wire.get("/credits", explain=explain, tries=1).json_object.get("data"))
    except WireFault:
        return None
    bought, used = dollars(found.get("total_credits")), dollars(found.get("total_usage"))
    return None if bought is None or used is None else bought - used


def _said(balance: Decimal | None) -> str:
    return "the balance is shown to management keys only" if balance is None else ""


def _money(value: Decimal) -> Money:
    return Money(int((value * MICRO).to_integral_value(ROUND_HALF_UP)))


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
