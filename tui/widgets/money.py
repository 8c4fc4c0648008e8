"""MONEY: will it last. Every sum is exact, estimated or unknown, and says which."""

from __future__ import annotations

from tui.bridge import AccountRow, Glance
from tui.theme import Look
from tui.widgets.figures import budget, clock, day, share_bar, usd
from tui.widgets.header import left_on
from tui.widgets.lines import Line, Span, cell, fit, literal, title

_LABEL = 13
_SUM = 10
_OF = 9


def money_lines(glance: Glance, width: int, height: int, look: Look) -> list[Line]:
    """One line in a place of one line, else title, bars, forecast and accounts."""
    if height == 1:
        return [money_in_one_line(glance, width, look)]
    if _free(glance):
        return [title("MONEY"), Line((Span("  every provider of this film is free", "quiet"),))]
    accounts = [_account(account, width, look) for account in glance.accounts]
    return [title("MONEY"), *_sums(glance, width, look), *accounts]


def rows_of(glance: Glance) -> int:
    """Lines of the panel; the line of a doubt has its place before there is one."""
    if _free(glance):
        return 2
    forecast = glance.money.forecast_p50 is not None
    return 1 + 3 + forecast + min(len(glance.accounts), 5)


def _free(glance: Glance) -> bool:
    return glance.money.free_only and not glance.money.spent


def will_last(glance: Glance) -> bool:
    """Whether the likely end (P90) fits what is left; without a forecast or a budget, nothing says no."""
    money = glance.money
    left_over = money.remaining is None or money.remaining >= 0
    return left_over and (
        money.forecast_p90 is None or money.budget is None or money.forecast_p90 <= money.budget
    )


def _sums(glance: Glance, width: int, look: Look) -> list[Line]:
    money = glance.money
    bar = max(6, width - 1 - _LABEL - _SUM - _OF - 1)
    exact = glance.money.spent_is_exact
    ink = "text" if money.remaining is None or money.remaining > 0 else "need"
    lines = [
        _bar_line("film", glance.money.spent, money.budget, bar, look, ink, exact=exact),
        _bar_line("today", money.day_spent, money.day_budget, bar, look, "text", exact=True),
    ]
    if money.in_doubt:
        lines.append(
            _pair("in doubt", usd(money.in_doubt, estimated=True), "held until settled", width, look)
        )
    if money.forecast_p50 is not None:
        ends = f"P50 {usd(money.forecast_p50)}   P90 {usd(money.forecast_p90)}"
        ink = "text" if will_last(glance) else "need"
        tail = "" if will_last(glance) else "   more than the budget"
        lines.append(
            Line((cell("  finish", _LABEL, "quiet"), Span(fit(ends + tail, width - _LABEL, look.dots), ink)))
        )
    return lines


def _bar_line(
    name: str, part: int, whole: int | None, bar: int, look: Look, ink: str, *, exact: bool
) -> Line:
    air = (Span(" " * bar),)
    return Line(
        (
            cell(f"  {name}", _LABEL, "quiet"),
            # A groove without an end to it would say that nothing is spent.
            *(share_bar(part, whole, bar, look, ink if ink == "need" else "quiet") if whole else air),
            cell(usd(part, estimated=not exact), _SUM, ink, right=True),
            cell(budget(whole), _OF, "quiet", right=True),
        )
    )


def _pair(name: str, sum_: str, words: str, width: int, look: Look) -> Line:
    text = fit(f"{sum_}  {words}", width - _LABEL, look.dots)
    return Line((cell(f"  {name}", _LABEL, "quiet"), Span(text, "text")))


def _account(account: AccountRow, width: int, look: Look) -> Line:
    name = cell(f"  {literal(account.provider)}", _LABEL, "quiet", dots=look.dots)
    if account.free:
        return Line((name, Span("free", "quiet")))
    if account.state.casefold() == "blocked":
        return Line((name, Span("key blocked", "need")))
    left = left_on(account)
    words = [f"key {usd(left)}" if left is not None else "balance unknown"]
    if account.resets_at:
        words.append(f"resets {day(account.resets_at) or literal(account.resets_at)}")
    if account.read_at and width >= 50:
        words.append(f"read {clock(account.read_at)[:5]}")
    return Line((name, Span(fit("  ".join(words), width - _LABEL, look.dots), "text")))


def _of(limit: int | None) -> str:
    return f" of {budget(limit)}" if limit is not None else ", no limit"


def money_in_one_line(glance: Glance, width: int, look: Look) -> Line:
    money = glance.money
    head = cell(" MONEY", 8, "quiet")
    if _free(glance):
        return Line((head, Span("every provider of this film is free", "quiet")))
    parts = [f"film {usd(glance.money.spent, estimated=not glance.money.spent_is_exact)}{_of(money.budget)}"]
    parts.append(f"today {usd(money.day_spent)}{_of(money.day_budget)}")
    if money.forecast_p50 is not None:
        parts.append(f"P90 {usd(money.forecast_p90)}")
    text = "   ".join(parts)
    while len(parts) > 1 and len(text) > width - 8:
        parts.pop()
        text = "   ".join(parts)
    return Line((head, Span(fit(text, width - 8, look.dots), "text" if will_last(glance) else "need")))
