"""Command rows: how anybody anywhere controls a film, and the record of who did.

Pause and resume are in force at once, for the chain's row says so and every intent looks at it: a
worker that stalls cannot send past them. Only `stop` waits for the worker, the one it was meant for.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from core.base.errors import BadInput, WaitsForPerson
from core.base.hold import holder
from core.engine.states import LIVE, PauseReason
from core.ledger import commands, takes
from core.studio import accounts
from core.studio.places import Places

if TYPE_CHECKING:
    from collections.abc import Mapping

    from core.engine.production import Production


def carry_out(p: Production, kind: str, args: dict[str, Any]) -> str:
    """Pause or resume, one chain or all. Returns a sentence. Raises BadInput for unknown words."""
    chain = str(args.get("chain") or "")
    chains = _chains(p, chain)
    if kind == "pause":
        return _pause(p, chains, str(args.get("person", "")))
    if kind == "resume":
        return resume(p, chains, str(args.get("person", "")))
    raise BadInput(f"unknown command '{kind}'", todo="pause, resume or stop")


def _chains(p: Production, chain: str) -> list[str]:
    """One, or all: a chain that left the plan counts while takes of it are under way."""
    live = p.reader.chains_with(LIVE)
    if chain:
        return [chain if chain in live else p.plan.chain(chain).id]
    planned = [held.id for held in p.plan.chains]
    return planned + [left for left in live if left not in planned]


def _pause(p: Production, chains: list[str], person: str) -> str:
    said = f"by {person}" if person else ""
    now = p.reader.chains()
    with p.ledger.write() as w:
        for chain in chains:
            if now.get(chain, ("active",))[0] != "paused":
                takes.set_chain(w, chain, "paused", PauseReason.MANUAL, said)
    return f"paused {_named(chains)}; what runs is still fetched"


def resume(p: Production, chains: list[str], person: str) -> str:
    """Lifts pauses; a chain whose key is blocked goes on only where the provider lets the key go on.

    Raises WaitsForPerson where nothing could be resumed.
    """
    now = p.reader.chains()
    paused = [chain for chain in chains if now.get(chain, ("active",))[0] == "paused"]
    answers = dict[str, str]()
    stuck = dict[str, str]()
    for chain in paused:
        try:
            needed = accounts.needed_by(p, chain)
        except BadInput as fault:  # its adapter is gone: the other chains go on
            stuck[chain], needed = fault.what, []
        for provider in needed:
            if provider.name not in answers:
                answers[provider.name] = accounts.free_key(p, provider, person or "resume", now[chain][2])
            if answers[provider.name]:
                stuck[chain] = answers[provider.name]
    with p.ledger.write() as w:
        for chain in paused:
            if chain not in stuck:
                takes.set_chain(w, chain, "active")
    why = "; ".join(dict.fromkeys(stuck.values()))
    if stuck and len(stuck) == len(chains):
        raise WaitsForPerson(why, todo="lift the limit at the provider, or use another key, then resume")
    free = [chain for chain in chains if chain not in stuck]
    said = f"{_named(free)} goes on" if len(free) == 1 else f"{_named(free)} go on"
    return f"{said}; {_named(list(stuck))} not: {why}" if stuck else said


def _named(chains: list[str]) -> str:
    return chains[0] if len(chains) == 1 else f"{len(chains)} chains"


def ask(p: Production, kind: str, args: dict[str, Any], person: str, *, worker: bool) -> str:
    """Pauses or resumes here and now; tells the worker to stop, where one runs."""
    if kind not in ("pause", "resume", "stop"):
        raise BadInput(f"unknown command '{kind}'", todo="pause, resume or stop")
    if kind != "stop":
        said = carry_out(p, kind, {**args, "person": person})
        with p.ledger.write() as w:
            row = commands.queue(w, kind, json.dumps(args, sort_keys=True), person)
            commands.close(w, row, said, ok=True)
        return said
    if not worker:
        return "no worker runs"
    pid = holder(Places(p.root, rehearsal=p.rehearsal).lock).pid
    with p.ledger.write() as w:
        commands.queue(w, kind, json.dumps({**args, "pid": pid}, sort_keys=True), person)
    return f"{kind}: told the worker"


def is_stale(command: Mapping[str, Any], *, pid: int, since: str) -> bool:
    """Whether a queued command was meant for another worker than `pid`, or for one before `since`."""
    return command["args"].get("pid") not in (None, pid) or command["at"] < since


def answer(p: Production, command: int, text: str, *, ok: bool) -> None:
    with p.ledger.write() as w:
        commands.close(w, command, text, ok=ok)
