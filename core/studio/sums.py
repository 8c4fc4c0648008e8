"""Money, accounts and the failure catalogue as rows. Nothing heavy is imported."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from core.desk import losses
from core.ledger import records
from core.studio import rows

if TYPE_CHECKING:
    from core.ledger.plan_cache import Snapshot
    from core.ledger.views import Reader


Failures = tuple[tuple[rows.FailureRow, ...], tuple[tuple[str, int, int | None, str], ...]]
"""All, newest first; and by category, most frequent first: count, micro-dollars lost (None where any is
unknown) and what helped best."""


def money(snapshot: Snapshot, reader: Reader | None) -> rows.MoneyRow:
    budget = snapshot.film["budget"]
    free = set(snapshot.film["providers"]) <= {"animatic"}
    zero = 0 if free else None
    if reader is None:
        return rows.MoneyRow(budget["film"], 0, 0, 0, 0, budget["film"], budget["day"], 0, zero, zero, free)
    sums = reader.sums()
    today = reader.sums("day", datetime.now(UTC).strftime("%Y-%m-%d"))
    held = sums.settled + sums.committed + sums.reserved
    return rows.MoneyRow(
        budget=budget["film"],
        settled=sums.settled,
        committed=sums.committed,
        reserved=sums.reserved - sums.in_doubt,
        in_doubt=sums.in_doubt,
        remaining=None if budget["film"] is None else budget["film"] - held,
        day_budget=budget["day"],
        day_spent=today.settled + today.committed + today.reserved,
        forecast_p50=zero,
        forecast_p90=zero,
        free_only=free,
    )


def accounts(snapshot: Snapshot, reader: Reader | None, *, rehearsal: bool) -> tuple[rows.AccountRow, ...]:
    known = records.accounts(reader) if reader else {}
    names = ["animatic"] if rehearsal else snapshot.film["providers"]
    return tuple(_account(name, known.get(name)) for name in names)


def _account(name: str, row: dict[str, Any] | None) -> rows.AccountRow:
    if row is None:
        return rows.AccountRow(name, "active", None, None, "", "", free=name == "animatic")
    return rows.AccountRow(
        name,
        row["state"],
        row["balance"],
        row["limit_remaining"],
        row["resets_at"],
        row["read_at"],
        free=bool(row["free"]),
    )


def failures(reader: Reader) -> Failures:
    found = records.failures(reader)
    groups = losses.grouped(found, "category")
    return (
        tuple(_failure(row) for row in found),
        tuple((one.name, one.times, None if one.unknown else one.known, one.workaround) for one in groups),
    )


def _failure(row: dict[str, Any]) -> rows.FailureRow:
    return rows.FailureRow(
        row["id"],
        row["at"],
        row["shot"],
        row["n"],
        row["category"],
        row["broke"],
        row["cause"],
        row["workaround"],
        row["outcome"],
        row["cost"],
    )
