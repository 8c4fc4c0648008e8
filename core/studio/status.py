"""`status --json`: a glance as the document that scripts and a tmux bar read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from core.studio import rows


def usd(micro: int | None) -> str | None:
    """Micro-dollars as a decimal string with at least two places; None stays unknown."""
    if micro is None:
        return None
    sign, whole = ("-", -micro) if micro < 0 else ("", micro)
    dollars, rest = divmod(whole, 1_000_000)
    return f"{sign}{dollars}.{f'{rest:06d}'.rstrip('0').ljust(2, '0')}"


def document(found: rows.Glance) -> dict[str, Any]:
    """Plain data, stable names; null is unknown."""
    return {
        "film": {"title": found.title, "folder": found.film, "day": found.day, "days": found.days},
        "rehearsal": found.rehearsal,
        "chains": [_chain(chain) for chain in found.chains],
        "shots": [_shot(shot) for shot in found.shots],
        "money": _money(found.money),
        "accounts": [_account(account) for account in found.accounts],
        "failures": {
            "total": found.failure_total,
            "by_category": {category: count for category, count, _, _ in found.failure_categories},
        },
        "waiting": [
            {"kind": w.kind, "id": w.id, "shot": w.shot or None, "take": w.take, "question": w.question}
            for w in found.waiting
        ],
        "worker": {
            "running": found.worker.running,
            "pid": found.worker.pid,
            "heartbeat_age_s": found.worker.heartbeat_age_s,
        },
        "faults": [
            {"file": f.file, "line": f.line, "what": f.what, "nearest": f.nearest or None}
            for f in found.faults
        ],
    }


def _chain(chain: rows.ChainRow) -> dict[str, Any]:
    return {
        "id": chain.id,
        "title": chain.title,
        "state": chain.state,
        "pause_reason": chain.pause_reason or None,
        "pause_note": chain.pause_note or None,
        "done": chain.done,
        "made": chain.made,
        "total": chain.total,
        "current": chain.current or None,
    }


def _shot(shot: rows.ShotRow) -> dict[str, Any]:
    return {
        "id": shot.id,
        "chain": shot.chain,
        "kind": shot.kind,
        "state": shot.state,
        "takes": shot.takes,
        "approved_take": shot.approved_take,
        "stale": shot.stale,
        "drift": shot.drift,
    }


def _money(money: rows.MoneyRow) -> dict[str, Any]:
    return {
        "budget_usd": usd(money.budget),
        "settled_usd": usd(money.settled),
        "committed_usd": usd(money.committed),
        "reserved_usd": usd(money.reserved),
        "in_doubt_usd": usd(money.in_doubt),
        "remaining_usd": usd(money.remaining),
        "forecast_p50_usd": usd(money.forecast_p50),
        "forecast_p90_usd": usd(money.forecast_p90),
    }


def _account(account: rows.AccountRow) -> dict[str, Any]:
    return {
        "provider": account.provider,
        "state": account.state,
        "balance_usd": usd(account.balance),
        "limit_remaining_usd": usd(account.limit_remaining),
        "read_at": account.read_at or None,
        "free": account.free,
    }
