"""The Money screen: budgets, accounts, gates, spend, doubts, charges, what was left day by day.

A sum nobody knows stays None; where one counts at its hold, how many such there are stands beside it.
No postponed annotations: `NamedTuple` compiles each postponed one anew.
"""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from core.ledger import outlay, records
from core.ledger.outlay import Charge as Charge
from core.ledger.outlay import GateRow as GateRow
from core.ledger.outlay import Part as Part
from core.studio.pages.keys import KeyLine as KeyLine
from core.studio.pages.keys import key_lines, usage_around
from core.studio.pages.sight import Sight

if TYPE_CHECKING:
    from core.ledger.views import Reader
    from core.studio.assembly import Opened

WAYS = ("kind", "model", "provider", "chain", "day")
"""What spend can be told apart by, in the order of the key that turns it."""
CHARGES = 500
"""Newest charges that are read at once."""
DEAREST = 3
_GONE = "not in the plan"


class BudgetLine(NamedTuple):
    """One scope against its limit, micro-dollars."""

    scope: str
    """film, day, chain, take."""
    name: str
    """A chain's title, a UTC day, `S101 take 2`; empty for the film."""
    limit: int | None
    spent: int
    """Settled and written off; what nobody could price counts at its hold, as the budget counts it."""
    held: int
    """Owed for jobs that run, and reserved for those to come."""
    in_doubt: int
    left: int | None
    """None: no limit, or nobody knows it."""
    certainty: str
    """Of `spent`: exact, estimated."""
    unknown: int
    """How many requests in `spent` nobody could price."""


class AccountLine(NamedTuple):
    """A provider's account as it was last read, and this machine's own book of its key."""

    provider: str
    state: str
    """active, blocked; empty: never asked."""
    reason: str
    balance: int | None
    limit_left: int | None
    """What the provider leaves on the key."""
    resets_at: str
    age_s: float | None
    """How long before this reading it was asked; None: never."""
    free: bool
    key: KeyLine | None


class GateLine(NamedTuple):
    gate: GateRow
    state: str
    """open, approve, deny: the newest decision counts."""


class SpendLine(NamedTuple):
    name: str
    part: Part


class DoubtLine(NamedTuple):
    shot: str
    take: int | None
    provider: str
    model: str
    held: int | None
    age_s: float | None
    """Since the request left."""
    evidence: tuple[str, ...]
    """What is known here, in sentences; asking the provider is the settling's first answer."""
    submission: int
    job: str = ""


class DayLine(NamedTuple):
    day: str
    spent: int
    """That counts against the budget, of this day alone."""
    left: int | None
    """Of the film's budget after it; None without one."""


class MoneyPage(NamedTuple):
    budgets: tuple[BudgetLine, ...] = ()
    limits_known: bool = True
    """False while the film's files were never whole: then no limit is known."""
    accounts: tuple[AccountLine, ...] = ()
    gates: tuple[GateLine, ...] = ()
    by: str = WAYS[0]
    spend: tuple[SpendLine, ...] = ()
    """The dearest first; days in their order."""
    doubts: tuple[DoubtLine, ...] = ()
    charges: tuple[Charge, ...] = ()
    """Newest first."""
    charges_in_all: int = 0
    days: tuple[DayLine, ...] = ()
    start: str = ""
    """First day of the production, ISO; empty: not given."""
    budget: int | None = None
    keys_fault: str = ""
    """Why this machine's own limits and books cannot be read."""
    rehearsal: bool = False
    free: bool = False
    """Every provider of this film is free, and nothing was ever charged."""


def read(sight: Sight, by: str = WAYS[0], charges: int = CHARGES) -> MoneyPage:
    """Everything about money. `by`: of WAYS; `charges`: how many of the newest are wanted."""
    reader, now = sight.reader, datetime.now(UTC)
    limits: dict[str, Any] = sight.snapshot.film["budget"] if sight.snapshot else {}
    keys, fault = key_lines(reader)
    page = MoneyPage(
        limits_known=sight.snapshot is not None,
        accounts=_accounts(sight, keys, now),
        by=by,
        start=sight.snapshot.film["start"] if sight.snapshot else "",
        budget=limits.get("film"),
        keys_fault=fault,
        rehearsal=sight.places.rehearsal,
        free=sight.glance.money.free_only,
    )
    if reader is None:
        return page._replace(budgets=_budgets(sight, None, limits, now))
    total = outlay.charge_count(reader)
    return page._replace(
        budgets=_budgets(sight, reader, limits, now),
        gates=tuple(GateLine(gate, _state(gate)) for gate in outlay.gates(reader)),
        spend=_spend(sight, reader, by),
        doubts=tuple(_doubt(row, now) for row in outlay.doubts(reader)),
        charges=outlay.charges(reader, charges),
        charges_in_all=total,
        days=_days(reader, limits.get("film")),
        free=page.free and not total,
    )


# Budgets.


def _budgets(
    sight: Sight, reader: "Reader | None", limits: dict[str, Any], now: datetime
) -> tuple[BudgetLine, ...]:
    today = now.strftime("%Y-%m-%d")
    if reader is None:
        none = outlay.summed("", ())
        return (
            _budget("film", "", limits.get("film"), none),
            _budget("day", today, limits.get("day"), none),
        )
    chains = {part.name: part for part in outlay.parts(reader, "chain")}
    day = outlay.summed(today, outlay.parts(reader, "day", today))
    lines = [
        _budget("film", "", limits.get("film"), outlay.summed("", tuple(chains.values()))),
        _budget("day", today, limits.get("day"), day),
    ]
    if limits.get("chain") is not None:
        titles = _titles(sight)
        named = [*titles, *(name for name in chains if name and name not in titles)]
        lines += [
            _budget("chain", titles.get(name, name), limits["chain"], chains[name])
            for name in named
            if name in chains
        ]
    for shot, n, _, part in outlay.dearest_takes(reader, DEAREST):
        lines.append(_budget("take", f"{shot} take {n}", limits.get("take"), part))
    return tuple(lines)


def _budget(scope: str, name: str, limit: int | None, part: Part) -> BudgetLine:
    spent, held = part.known + part.unknown_held, part.owed + part.reserved
    left = None if limit is None else limit - spent - held - part.in_doubt
    certainty = "estimated" if part.estimated or part.unknown else "exact"
    return BudgetLine(scope, name, limit, spent, held, part.in_doubt, left, certainty, part.unknown)


def _days(reader: "Reader", budget: int | None) -> tuple[DayLine, ...]:
    lines, gone = [], 0
    for row in outlay.booked(reader, "day"):
        spent = row.settled + row.committed + row.reserved
        gone += spent
        lines.append(DayLine(row.ident, spent, None if budget is None else budget - gone))
    return tuple(lines)


# Accounts.


def _accounts(sight: Sight, keys: dict[str, KeyLine], now: datetime) -> tuple[AccountLine, ...]:
    known = records.accounts(sight.reader) if sight.reader else {}
    if sight.places.rehearsal:
        names = ["animatic"]
    else:
        used = sight.snapshot.film["providers"] if sight.snapshot else ()
        owing = {name for name, key in keys.items() if key.key_id}
        names = [*used, *sorted((set(known) | owing) - set(used))]
    return tuple(_account(name, known.get(name), keys.get(name), now) for name in names)


def _account(name: str, row: dict[str, Any] | None, key: KeyLine | None, now: datetime) -> AccountLine:
    if row is None:
        return AccountLine(name, "", "", None, None, "", None, name == "animatic", key)
    sums = (row["balance"], row["limit_remaining"])
    age = _age(row["read_at"], now)
    free = bool(row["free"])
    return AccountLine(name, row["state"], row["reason"], *sums, row["resets_at"], age, free, key)


def _age(at: str, now: datetime) -> float | None:
    try:
        return max(0.0, (now - datetime.fromisoformat(at)).total_seconds())
    except (ValueError, TypeError):
        return None


# Spend, gates, doubts.


def _state(gate: GateRow) -> str:
    return gate.decisions[-1][0] if gate.decisions else "open"


def _spend(sight: Sight, reader: "Reader", by: str) -> tuple[SpendLine, ...]:
    if by == "kind":
        kinds = {shot.id: shot.kind for shot in sight.snapshot.shots} if sight.snapshot else {}
        found = list(outlay.parts(reader, "shot", group=lambda shot: kinds.get(shot, _GONE)))
    else:
        found = list(outlay.parts(reader, by))
    if by == "chain":
        titles = _titles(sight)
        found = [part._replace(name=titles.get(part.name, part.name)) for part in found]
    if by != "day":
        found.sort(key=lambda part: (-_counts(part), part.name))
    return tuple(SpendLine(part.name, part) for part in found)


def _titles(sight: Sight) -> dict[str, str]:
    return {chain.id: chain.title or chain.id for chain in sight.snapshot.chains} if sight.snapshot else {}


def _counts(part: Part) -> int:
    return part.known + part.unknown_held + part.owed + part.reserved + part.in_doubt


def _doubt(row: outlay.Doubt, now: datetime) -> DoubtLine:
    said = [row.note] if row.note else []
    if row.http_status is not None:
        said.append(f"the provider answered {row.http_status}")
    if row.job:
        said.append(f"its job is {row.job}")
    said += usage_around(row.provider, row.key_id, row.intent_at)
    about = (row.shot, row.take, row.provider, row.model)
    return DoubtLine(*about, row.held, _age(row.intent_at, now), tuple(said), row.id, row.job)


# What a person does.


def answer_gate(film: "Opened", gate: int, decision: str, why: str) -> str:
    """`approve` or `deny`, a row with name, role and reason; the newest counts, all stay.

    Raises BadInput for a gate that is none or without a reason, WaitsForPerson where film.json leaves
    such decisions to another role.
    """
    from core.studio.pages.gating import answer  # noqa: PLC0415 - the writing side, only to act

    return answer(film.production, gate, decision, why)


def ask_accounts(film: "Opened") -> str:
    """Asks every provider the film uses for its account, which is free; who does not answer keeps what
    was read last."""
    from core.studio import accounts  # noqa: PLC0415 - the writing side, only to act

    asked = accounts.used(film.production)
    accounts.discover(asked, lambda: False)
    accounts.note_accounts(film.production, asked, lambda: False)
    names = ", ".join(provider.name for provider in asked)
    return f"asked for their accounts: {names}" if names else "no provider of this film has an account"
