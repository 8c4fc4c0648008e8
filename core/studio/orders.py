"""Command rows: how anybody anywhere controls a film. The worker carries them out; where none
runs, whoever asked does."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from core.base.clock import stamp
from core.base.errors import BadInput
from core.engine.states import PauseReason
from core.ledger import commands, takes

if TYPE_CHECKING:
    from core.engine.production import Production


def carry_out(p: Production, kind: str, args: dict[str, Any]) -> str:
    """Pause or resume, one chain or all. Returns a sentence. Raises BadInput for unknown words."""
    chain = str(args.get("chain") or "")
    chains = [p.plan.chain(chain).id] if chain else [held.id for held in p.plan.chains]
    if kind == "pause":
        return _pause(p, chains, str(args.get("person", "")))
    if kind == "resume":
        return _resume(p, chains)
    raise BadInput(f"unknown command '{kind}'", todo="pause, resume or stop")


def _pause(p: Production, chains: list[str], person: str) -> str:
    said = f"by {person}" if person else ""
    now = p.reader.chains()
    with p.ledger.write() as w:
        for chain in chains:
            if now.get(chain, ("active",))[0] != "paused":
                takes.set_chain(w, chain, "paused", PauseReason.MANUAL, said)
    return f"paused {_named(chains)}; what runs is still fetched"


def _resume(p: Production, chains: list[str]) -> str:
    now = p.reader.chains()
    with p.ledger.write() as w:
        for chain in chains:
            if now.get(chain, ("active",))[0] == "paused":
                takes.set_chain(w, chain, "active")
    return f"{_named(chains)} goes on" if len(chains) == 1 else f"{_named(chains)} go on"


def _named(chains: list[str]) -> str:
    return chains[0] if len(chains) == 1 else f"{len(chains)} chains"


def ask(p: Production, kind: str, args: dict[str, Any], person: str, *, worker: bool) -> str:
    """Queues a command for the worker, or carries it out here where none runs."""
    if kind not in ("pause", "resume", "stop"):
        raise BadInput(f"unknown command '{kind}'", todo="pause, resume or stop")
    if worker:
        with p.ledger.write() as w:
            commands.queue(w, kind, json.dumps(args, sort_keys=True), person)
        return f"{kind}: told the worker"
    if kind == "stop":
        return "no worker runs"
    return carry_out(p, kind, {**args, "person": person})


def answer(p: Production, command: int, text: str, *, ok: bool) -> None:
    with p.ledger.write() as w:
        commands.close(w, command, text, ok=ok)


def note_accounts(p: Production) -> None:
    """Writes down what each provider says of its account; unknown stays unknown."""
    found = [provider.account() for provider in p.providers.values()]
    with p.ledger.write() as w:
        for account in found:
            commands.note_account(
                w,
                account.provider,
                state=account.state,
                balance=account.balance.micro if account.balance else None,
                limit_remaining=account.limit_remaining.micro if account.limit_remaining else None,
                resets_at=stamp(account.resets_at) if account.resets_at else "",
                read_at=stamp(account.read_at) if account.read_at else w.now,
                free=int(account.free),
            )
