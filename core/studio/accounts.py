"""Keys and accounts: what a provider says of its key, and whether a blocked one may go on.

A blocked key is unblocked by a person's `resume`, after a free question to the provider; nothing that
costs is ever the probe.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from core.base.clock import stamp
from core.base.errors import ProviderFault
from core.base.text import one_line
from core.engine import purse
from core.engine.states import LIVE, UNSENT
from core.film.choice import choose_model
from core.ledger import commands

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from core.engine.production import Production
    from core.providers.base import Account, VideoProvider


def used(p: Production) -> list[VideoProvider]:
    """Providers the film names, or has takes under way with, that there is an adapter for."""
    if p.rehearsal:
        return [p.providers["animatic"]]
    plan = p.plan
    names = {choose_model(plan, shot).provider for chain in plan.chains for shot in chain.live}
    for chain in p.reader.chains_with(LIVE):
        names |= {take.provider for take in p.reader.in_states(chain, LIVE)}
    return [p.providers[name] for name in sorted(names) if name in p.providers]


def note_accounts(p: Production, providers: Iterable[VideoProvider], stop: Callable[[], bool]) -> None:
    """Asks each provider for its account and writes down what it says; unknown stays unknown."""
    for provider in providers:
        try:
            account = provider.account()
        except ProviderFault:
            continue  # what was read last stands, with its date
        if stop():
            return
        note(p, provider, account)


def discover(providers: Iterable[VideoProvider], stop: Callable[[], bool]) -> None:
    """Reads models and prices anew from providers that list them; without an answer, what was known stays."""
    for provider in providers:
        if not stop():
            with suppress(ProviderFault):
                provider.discover()


def note(p: Production, provider: VideoProvider, account: Account) -> None:
    """One account as a row, and as a reading in its key's book."""
    purse.note_account(p, provider, account)
    blocked = purse.blocked(p, provider)
    active = account.state == "active" and blocked is None
    resets = account.resets_at
    with p.ledger.write() as w:
        commands.note_account(
            w,
            provider.name,
            state="active" if active else "blocked",
            reason=""
            if active
            else one_line(blocked.note if blocked else account.said or account.state, 300),
            balance=account.balance.micro if account.balance is not None else None,
            limit_remaining=account.limit_remaining.micro if account.limit_remaining is not None else None,
            resets_at=stamp(resets) if resets else "",
            read_at=stamp(account.read_at) if account.read_at else w.now,
            free=int(account.free),
        )


def free_key(p: Production, provider: VideoProvider, person: str, told: str = "") -> str:
    """Unblocks a provider's key where the provider lets it go on. Returns why it stays blocked, or ''.

    `told`: what the person was told when their chain was paused.
    """
    if provider.missing_key:
        return f"{provider.name} needs a key: set {provider.missing_key} where the worker is started"
    if purse.UNKNOWN_HERE in told:
        purse.count_as_spent(p, provider)
    blocked = purse.blocked(p, provider)
    try:
        account = provider.account()
    except ProviderFault as fault:
        if blocked is None:
            return ""  # nobody refused it: the next request tells
        return f"{provider.name} cannot be asked whether its key may go on: {fault.what}"
    if blocked is None:
        note(p, provider, account)  # a limit that was raised since counts at once
        return ""
    left = account.limit_remaining
    if account.state != "active" or (left is not None and left.micro <= 0):
        note(p, provider, account)
        return f"{blocked.note}: {account.said or 'the provider says so still'}"
    purse.key_of(p, provider).unblock(person)
    note(p, provider, account)
    return ""


def needed_by(p: Production, chain: str) -> list[VideoProvider]:
    """Providers of a chain's takes that are still to be sent."""
    names = {take.provider for take in p.reader.in_states(chain, UNSENT)}
    return [p.provider(name) for name in sorted(names)]
