"""The Money screen, drawn: budgets, accounts, gates, doubts. Lists of spend are in `money_lists`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from rich.cells import cell_len

from tui import keymap
from tui.theme import Look
from tui.widgets.figures import budget, day, share_bar, usd
from tui.widgets.lines import Line, Span, cell, fit, literal, short_names, title, wrap
from tui.widgets.table import Cell, Column, fit_columns, table_lines

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.studio.pages.money import (
        AccountLine,
        BudgetLine,
        DoubtLine,
        GateLine,
        KeyLine,
        MoneyPage,
    )

SECTIONS: tuple[tuple[str, str], ...] = (
    ("budgets", "budgets"),
    ("burn", "left by day"),
    ("accounts", "accounts"),
    ("gates", "gates"),
    ("doubts", "in doubt"),
    ("spend", "spend"),
    ("charges", "charges"),
)
"""Id and name, in the order of tab."""
_SAID = 400
"""Characters of one text that are looked at."""


def ago(seconds: float | None) -> str:
    """How long ago, coarse on purpose: it changes only with a new reading."""
    if seconds is None:
        return "never"
    minutes = int(seconds) // 60
    if minutes < 1:
        return "just now"
    if minutes < 90:
        return f"{minutes} min ago"
    if minutes < 48 * 60:
        return f"{minutes // 60} h ago"
    return f"{minutes // (24 * 60)} days ago"


def strip_line(at: str, page: MoneyPage | None, width: int, look: Look) -> Line:
    """The sections of a small screen, the open one bright; what waits is counted beside its name."""
    open_gates = sum(one.state == "open" for one in page.gates) if page else 0
    counts = {"gates": open_gates, "doubts": len(page.doubts) if page else 0}
    spans: list[Span] = [Span(" ")]
    for ident, name in SECTIONS:
        spans.append(Span(name, "bright" if ident == at else "quiet"))
        spans.append(Span(f" {counts[ident]}" if counts.get(ident) else "", "need"))
        spans.append(Span("  "))
    return Line(tuple(span for span in (*spans, Span(keymap.key_of("area"), "faint")) if span.text))


# Budgets.

_BUDGETS = (
    Column("name", "", 16, least=9),
    Column("bar", "", 14, least=8, share=2, rank=4),
    Column("spent", "spent", 10, right=True, least=9, rank=1),
    Column("held", "held", 9, right=True, least=7, rank=3),
    Column("doubt", "doubt", 9, right=True, least=7, rank=3),
    Column("left", "left", 10, right=True, least=9, rank=1),
    Column("limit", "of", 9, right=True, least=6, rank=2),
    Column("sure", "known", 11, rank=6),
)
_SCOPES = {"film": "film", "day": "today"}


_NAME = 32
"""Cells of a name at most."""
_WHOLE = 24
"""Cells up to which a name is worth more than the columns that may be left out."""


def with_content(columns: Sequence[Column], *, name: Sequence[str], **there: bool) -> tuple[Column, ...]:
    """The columns that have something to say, and the first as wide as its longest name.

    `there`: by a column's id whether any row has it; what is not named stays.
    """
    longest = max((cell_len(literal(one, _SAID)) for one in name), default=0)
    first, *rest = columns
    named = min(_NAME, longest)
    wide = replace(first, width=max(first.width, named), least=max(first.least or 0, min(_WHOLE, named)))
    return (wide, *(one for one in rest if there.get(one.id, True)))


def cells_of(shown: Sequence[Column], columns: Sequence[Column], cells: Sequence[Cell]) -> Sequence[Cell]:
    """Of the cells of all `columns` those that are `shown`."""
    kept = {one.id for one in shown}
    return [cell for column, cell in zip(columns, cells, strict=True) if column.id in kept]


def budget_lines(page: MoneyPage, at: int | None, width: int, height: int, look: Look) -> list[Line]:
    """Each budget with its bar; a limit that is reached needs a person."""
    if page.free:
        return [title("BUDGETS"), Line((Span("  every provider of this film is free", "quiet"),))]
    columns = with_content(
        _BUDGETS,
        bar=any(one.limit is not None for one in page.budgets),
        held=any(one.held for one in page.budgets),
        doubt=any(one.in_doubt for one in page.budgets),
        limit=any(one.limit is not None for one in page.budgets),
        name=[one.name for one in page.budgets],
    )
    wide = next((one.width for one in fit_columns(columns, width - 2) if one.column.id == "bar"), 0)

    def row(index: int) -> Sequence[Cell]:
        return cells_of(columns, _BUDGETS, _budget(page.budgets[index], page, wide, look))

    more = () if page.limits_known else (Span("  no limit is known: the film's files have faults", "need"),)
    count = len(page.budgets)
    return table_lines(columns, count, row, at, None, width, height, look, name="BUDGETS", more=more)


def _budget(one: BudgetLine, page: MoneyPage, wide: int, look: Look) -> Sequence[Cell]:
    gone = one.spent + one.held + one.in_doubt
    full = one.left is not None and one.left <= 0 and gone > 0
    ink = "need" if full else "text"
    left = usd(one.left) if one.left is not None else "no limit" if page.limits_known else "unknown"
    about = one.certainty != "exact" or one.held > 0 or one.in_doubt > 0
    limit = budget(one.limit) if one.limit is not None else "" if page.limits_known else "unknown"
    unknown = f"{one.unknown} unknown" if one.unknown else one.certainty
    return (
        Span(_SCOPES.get(one.scope, one.name), "text" if one.scope in _SCOPES else "quiet"),
        share_bar(gone, one.limit, wide, look, ink if full else "quiet") if wide and one.limit else Span(""),
        Span(usd(one.spent, estimated=one.certainty != "exact"), ink),
        Span(usd(one.held) if one.held else "", "quiet"),
        Span(usd(one.in_doubt, estimated=True) if one.in_doubt else "", "need"),
        Span(f"~{left}" if about and one.left is not None and one.left > 0 else left, ink),
        Span(limit, "quiet"),
        Span(unknown, "quiet"),
    )


# Accounts.


def account_lines(page: MoneyPage, width: int, height: int, look: Look) -> list[Line]:
    """What each provider last said of its key, then what this machine allows it and has booked."""
    lines = _all_accounts(page, width, look)
    if 0 < height < len(lines):
        hidden = len(lines) - height + 1
        lines[height - 1 :] = [Line((Span(f"  and {hidden} more line{'s' * (hidden > 1)}", "faint"),))]
    return lines


def account_rows(page: MoneyPage, width: int) -> int:
    """Lines in which the accounts say all they have."""
    return len(_all_accounts(page, width, Look()))


def _all_accounts(page: MoneyPage, width: int, look: Look) -> list[Line]:
    lines = [title("ACCOUNTS", Span(f"  {keymap_hint('money_ask')}", "faint"))]
    if page.keys_fault:
        lines += _told(literal(page.keys_fault, _SAID), width, 2, "need", look)
    names = max((cell_len(literal(one.provider, 24)) for one in page.accounts), default=0)
    for one in page.accounts:
        lines += _account(one, names, width, look)
    if not page.accounts:
        lines.append(Line((Span("  none: this film names no provider", "quiet"),)))
    return lines


def _account(one: AccountLine, names: int, width: int, look: Look) -> list[Line]:
    head = cell(f"  {literal(one.provider, 24)}", names + 4, "text", dots=look.dots)
    room = max(1, width - names - 4)
    if one.free:
        return [Line((head, Span("free", "quiet")))]
    lines = []
    blocked = (one.key.blocked if one.key else "") or (
        (one.reason or "blocked") if one.state == "blocked" else ""
    )
    if blocked:
        since = f" since {day(one.key.blocked_at)}" if one.key and one.key.blocked_at else ""
        go = keymap.key_of("go")
        said = f"key blocked{since}: {literal(blocked, _SAID)}. {go} on its chain lets it go on"
        lines += [Span(text, "need") for text in wrap(said, room, 3, look.dots)]
    lines += [Span(text, "text") for text in wrap(_credit(one), room, 3, look.dots)]
    if one.key:
        lines += [Span(text, "quiet") for text in wrap(_here(one.key), room, 4, look.dots)]
    air = Span(" " * (names + 4))
    return [Line((air if index else head, span)) for index, span in enumerate(lines)]


def _credit(one: AccountLine) -> str:
    """What the provider said, and how old that is."""
    resets = day(one.resets_at) or literal(one.resets_at, 40)
    parts = [
        f"key {usd(one.limit_left)} left" if one.limit_left is not None else "limit of the key unknown",
        f"balance {usd(one.balance)}",
        f"resets {resets}" if resets else "",
        f"read {ago(one.age_s)}" if one.age_s is not None else "never read",
    ]
    return ", ".join(part for part in parts if part)


def _here(key: KeyLine) -> str:
    """This machine's own limits, and what its book holds, over all films."""
    limits = [
        f"{budget(key.limit)} in all" if key.limit is not None else "",
        f"{budget(key.day)} a day" if key.day is not None else "",
        f"{key.in_flight} at once" if key.in_flight is not None else "",
        f"{key.per_minute} a minute" if key.per_minute is not None else "",
    ]
    said = ", ".join(part for part in limits if part)
    allowed = f"your limits: {said}" if said else "no limit of yours"
    if not key.key_id:
        return f"{allowed}; nothing was sent with it from here"
    spent = f"all films here: {usd(key.spent)} spent, {usd(key.spent_today)} today"
    held = f", {usd(key.held)} held" if key.held else ""
    left = f", {usd(key.left)} left" if key.left is not None else ""
    return f"{allowed}; {spent}{held}{left}"


# Gates.

_GATES = (
    Column("state", "", 9),
    Column("sum", "sum", 9, right=True, rank=2),
    Column("question", "question", 30, least=14, share=3),
    Column("who", "decided by", 18, least=10, share=1, rank=1),
    Column("at", "on", 10, rank=3),
)
_DECIDED = {"approve": "approved", "deny": "denied"}


def gate_lines(page: MoneyPage, at: int | None, width: int, height: int, look: Look) -> list[Line]:
    """Gates, newest first; below them the chosen one in full, with who decided what, and why."""
    chosen = page.gates[at] if at is not None and at < len(page.gates) else None
    told = _gate_told(chosen, width, look) if chosen and height >= 7 else []
    told = told[: max(0, height - 5)]

    def row(index: int) -> Sequence[Cell]:
        return _gate(page.gates[index], look)

    count = len(page.gates)
    room = height - len(told) - bool(told)
    lines = table_lines(
        *(_GATES, count, row, at, None, width, room, look),
        name="GATES",
        empty="No gate was set: nothing waits for a yes here.",
    )
    return [*lines, *([Line()] if told else []), *told]


def _gate(one: GateLine, look: Look) -> Sequence[Cell]:
    waits = one.state == "open"
    sign, word = (look.sign("review"), "open") if waits else ("", _DECIDED.get(one.state, one.state))
    last = one.gate.decisions[-1] if one.gate.decisions else None
    return (
        (Span(f"{sign} " if sign else "", "need"), Span(word, "need" if waits else "quiet")),
        Span(usd(one.gate.micro) if one.gate.micro is not None else "", "text"),
        Span(one.gate.question, "text" if waits else "quiet"),
        Span(last[1] if last else "nobody yet", "quiet"),
        Span(day(last[4] if last else one.gate.at), "quiet"),
    )


def _gate_told(one: GateLine, width: int, look: Look) -> list[Line]:
    gate = one.gate
    head = f"{literal(gate.kind, 40)}, {literal(gate.subject, 80)}: {literal(gate.question, _SAID)}"
    lines = _told(head, width, 3, "text", look)
    for decision, person, role, why, at in gate.decisions:
        who = f"{literal(person, 60)}{f' ({literal(role, 20)})' if role else ''}"
        said = f"{_DECIDED.get(decision, decision)} by {who} on {day(at) or 'a day unknown'}"
        lines += _told(f"{said}: {literal(why, _SAID) or 'no reason given'}", width, 2, "quiet", look)
    return lines


# Doubts.

_DOUBTS = (
    Column("shot", "shot", 8, least=5),
    Column("take", "take", 4, right=True),
    Column("held", "held", 9, right=True),
    Column("since", "sent", 11, rank=2),
    Column("model", "model", 24, least=12, share=1, rank=3),
    Column("said", "why", 24, least=12, share=2, rank=1),
)


def doubt_lines(page: MoneyPage, at: int | None, width: int, height: int, look: Look) -> list[Line]:
    """Jobs nobody can vouch for; below them all that is known here of the chosen one."""
    chosen = page.doubts[at] if at is not None and at < len(page.doubts) else None
    told: list[Line] = []
    if chosen and height >= 6:
        for sentence in chosen.evidence:
            told += _told(literal(sentence, _SAID), width, 2, "quiet", look)
        settle = f"{keymap_hint('settle')}: ask the provider, name its job, free it, or write it off"
        told += _told(settle, width, 2, "quiet", look)
        told = told[: max(0, height - 5)]

    def row(index: int) -> Sequence[Cell]:
        return _doubt(page.doubts[index], look)

    room = height - len(told) - bool(told)
    lines = table_lines(
        *(_DOUBTS, len(page.doubts), row, at, None, width, room, look),
        name="IN DOUBT",
        empty="Nothing is in doubt: every job is known to its provider.",
    )
    return [*lines, *([Line()] if told else []), *told]


def _doubt(one: DoubtLine, look: Look) -> Sequence[Cell]:
    return (
        (Span(f"{look.sign('in_doubt')} ", "need"), Span(one.shot or "?", "text"))
        if one.shot
        else (Span(f"{look.sign('in_doubt')} ", "need"), Span("no shot", "quiet")),
        Span(f"{one.take}" if one.take else ""),
        Span(usd(one.held, estimated=True), "text"),
        Span(ago(one.age_s) if one.age_s is not None else "unknown", "quiet"),
        Span(short_model(one.provider, one.model, look), "quiet"),
        Span(one.evidence[0] if one.evidence else "the reply never came", "quiet"),
    )


def _told(text: str, width: int, most: int, ink: str, look: Look) -> list[Line]:
    lines = wrap(text, max(1, width - 3), most, look.dots)
    return [Line((Span(f"  {fit(line, max(1, width - 2), look.dots)}", ink),)) for line in lines]


def short_model(provider: str, model: str, look: Look) -> str:
    """A model by its last word, `seedance-2.0` of `bytedance/seedance-2.0`; without one, its provider."""
    name = literal(model, 120)
    return short_names(name.rstrip("/").rpartition("/")[2] or literal(provider, 40), look.dots)


def keymap_hint(name: str) -> str:
    """The key and its label; nothing for a key this table of keys has not."""
    return keymap.hint(name) if keymap.is_action(name) else ""
