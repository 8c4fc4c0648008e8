"""The line across the top: is it running, does it need me, will the money last."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len

from tui.bridge import AccountRow, Glance
from tui.theme import Look
from tui.widgets.figures import budget, elapsed, usd
from tui.widgets.lines import Line, Span, fit, literal

_GAP = "    "


def header_line(glance: Glance, width: int, look: Look) -> Line:
    """Fields from the most needed to the least; the last ones give way first."""
    name = literal(glance.title) or "untitled"
    left = [Span(" "), Span(fit(name, max(12, width // 3), look.dots), "bright")]
    if glance.rehearsal:
        left.append(Span("  rehearsal", "stale"))
    day = _day(glance)
    fields = [field for field in (_worker(glance, look), _film_money(glance), _account(glance)) if field]
    while fields and _width(left) + sum(_width(field) + 4 for field in fields) + 1 > width:
        fields.pop()
    taken = _width(left) + sum(_width(field) + 4 for field in fields) + 1
    if day and taken + cell_len(day.text) <= width:
        left.append(day)
        taken += cell_len(day.text)
    spans = [*left, Span(" " * max(0, width - taken))]
    for field in fields:
        spans += [Span(_GAP), *field]
    return Line(tuple(spans))


def _width(spans: Sequence[Span]) -> int:
    return sum(cell_len(span.text) for span in spans)


def _day(glance: Glance) -> Span | None:
    if glance.day is None:
        return None
    if glance.days and glance.day > glance.days:
        return Span(f"  day {glance.day}, due on day {glance.days}", "quiet")
    of = f" of {glance.days}" if glance.days else ""
    return Span(f"  day {glance.day}{of}", "quiet")


def _worker(glance: Glance, look: Look) -> list[Span]:
    current = next((chain for chain in glance.chains if chain.current), None)
    if not glance.worker.running:
        return [Span("no worker", "quiet")]
    if current is None:
        return [Span(f"{look.sign('running')} running", "running"), Span("  between takes", "quiet")]
    since = elapsed(current.current_since_s)
    return [
        Span(f"{look.sign('running')} running", "running"),
        Span(f" {since:>5} " if since and since != "0:00" else " "),
        Span(literal(current.current), "text"),
    ]


def _film_money(glance: Glance) -> list[Span]:
    if glance.money.free_only and not glance.money.spent:
        return [Span("free", "quiet")]
    of = f" of {budget(glance.money.budget)}" if glance.money.budget is not None else ""
    text = usd(glance.money.spent, estimated=not glance.money.spent_is_exact)
    return [Span("film ", "quiet"), Span(text), Span(of, "quiet")]


def left_on(account: AccountRow) -> int | None:
    """What the key can still spend: the smaller of balance and limit, None where neither is known."""
    known = [sum_ for sum_ in (account.balance, account.limit_remaining) if sum_ is not None]
    return min(known) if known else None


def _account(glance: Glance) -> list[Span]:
    paid = [account for account in glance.accounts if not account.free]
    if not paid:
        return []
    blocked = next((account for account in paid if account.state.casefold() == "blocked"), None)
    if blocked:
        return [Span(f"key {literal(blocked.provider)} blocked", "need")]
    known = [left for left in map(left_on, paid) if left is not None]
    return [Span("key ", "quiet"), Span(usd(min(known)) if known else "unknown")]
