"""The Money screen's longer lists, drawn: spend told apart, the newest charges, what was left day by day."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING

from tui.theme import Look
from tui.widgets.figures import clock, day, share_bar, usd
from tui.widgets.lines import Line, Span, literal, short_names, title
from tui.widgets.money_page import cells_of, keymap_hint, short_model, with_content
from tui.widgets.plots import burn_down
from tui.widgets.table import Cell, Column, fit_columns, table_lines

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.studio.pages.money import Charge, DayLine, MoneyPage, Part, SpendLine

# Spend.

_SPEND = (
    Column("name", "", 20, least=10),
    Column("bar", "", 12, least=8, share=1, rank=5),
    Column("spent", "spent", 10, right=True),
    Column("known", "known", 12, rank=2),
    Column("held", "held", 9, right=True, rank=3),
    Column("requests", "requests", 8, right=True, rank=4),
)


def spend_lines(page: MoneyPage, at: int | None, width: int, height: int, look: Look) -> list[Line]:
    """The dearest first, days in their order; each sum says how well it is known."""
    dearest = max((_paid(one.part) for one in page.spend), default=0)
    columns = with_content(
        _SPEND, held=any(_held(one.part) for one in page.spend), name=[one.name for one in page.spend]
    )
    wide = next((one.width for one in fit_columns(columns, width - 2) if one.column.id == "bar"), 0)

    def row(index: int) -> Sequence[Cell]:
        return cells_of(columns, _SPEND, _spend(page.spend[index], page.by, dearest, wide, look))

    hint = f"  {keymap_hint('money_by')}" if width >= 60 else ""
    more = (Span(f"  {_total(page)}", "text"), Span(hint, "faint"))
    return table_lines(
        *(columns, len(page.spend), row, at, None, width, height, look),
        name=f"SPEND BY {page.by.upper()}",
        more=more,
        empty="Nothing was spent yet.",
    )


def _total(page: MoneyPage) -> str:
    """All of it as one sum; what nobody could price is counted beside it."""
    parts = [one.part for one in page.spend]
    unknown = sum(part.unknown for part in parts)
    known = usd(sum(part.known for part in parts), estimated=any(part.estimated for part in parts))
    return f"{known} + {unknown:,} unknown" if unknown else known


def _paid(part: Part) -> int:
    return part.known + _held(part)


def _held(part: Part) -> int:
    return part.owed + part.reserved + part.in_doubt


def _spend(one: SpendLine, by: str, dearest: int, wide: int, look: Look) -> Sequence[Cell]:
    part = one.part
    held = _held(part)
    name = short_names(literal(one.name, 120), look.dots)
    if by == "model":
        provider, _, model = name.partition(":")
        name = f"{provider}:{model.rpartition('/')[2]}" if model else provider
    return (
        Span(name or "of no shot", "text"),
        share_bar(_paid(part), dearest, wide, look, "quiet") if wide else Span(""),
        Span(known_sum(part), "text"),
        Span(known_as(part), "quiet"),
        Span(usd(held, estimated=True) if held else "", "quiet"),
        Span(f"{part.requests:,}", "quiet"),
    )


def known_sum(part: Part) -> str:
    """What is known of it; `unknown` where nothing is."""
    if part.unknown and part.unknown == part.requests:
        return "unknown"
    return usd(part.known, estimated=part.estimated)


def known_as(part: Part) -> str:
    """How well a sum is known: what nobody could price is counted beside it, not added."""
    if part.unknown:
        return f"+{part.unknown:,} unknown"
    return "estimated" if part.estimated else "exact" if part.requests else ""


# Charges.

_CHARGES = (
    Column("at", "booked", 13, rank=2),
    Column("shot", "shot", 10, least=7),
    Column("what", "", 13, least=11),
    Column("sum", "sum", 9, right=True),
    Column("model", "model", 20, least=12, share=2, rank=3),
    Column("job", "job", 20, least=14, share=1, rank=4),
    Column("row", "price from", 20, least=12, share=1, rank=5),
)
_BOOKED = {
    "settle": "settled",
    "writeoff": "written off",
    "release": "nothing paid",
    "commit": "owed",
    "reserve": "held",
}


def charge_lines(page: MoneyPage, at: int | None, width: int, height: int, look: Look) -> list[Line]:
    """The newest first."""

    def row(index: int) -> Sequence[Cell]:
        return _charge(page.charges[index], look)

    return table_lines(
        *(_CHARGES, len(page.charges), row, at, None, width, height, look),
        name="CHARGES",
        total=page.charges_in_all,
        empty="Nothing was charged yet. g on a chain orders its takes, and asks with the sum first.",
    )


def _charge(one: Charge, look: Look) -> Sequence[Cell]:
    doubt = one.state == "in_doubt"
    word = "in doubt" if doubt else _BOOKED.get(one.booked, one.state.replace("_", " "))
    paid = one.booked in ("settle", "writeoff")
    if one.booked == "release":
        shown = "$0.00"
    elif one.certainty == "unknown":
        shown = "unknown"
    else:
        shown = usd(one.micro, estimated=one.certainty != "exact" or not paid)
    sign = (Span(f"{look.sign('in_doubt')} ", "need"),) if doubt else ()
    slate = f"{one.shot} t{one.take:02d}" if one.take is not None else one.shot or one.subject
    return (
        Span(f"{day(one.at)[4:]} {clock(one.at)[:5]}" if day(one.at) else "", "quiet"),
        Span(slate, "text"),
        (*sign, Span(word, "need" if doubt else "text" if paid else "quiet")),
        Span(shown, "text"),
        Span(short_model(one.provider, one.model, look), "quiet"),
        Span(one.job, "quiet"),
        Span(one.price_row, "quiet"),
    )


# Left, day by day.


def burn_lines(page: MoneyPage, width: int, height: int, look: Look) -> list[Line]:
    """What was left of the film's budget after each day, or without one what was spent."""
    head = title("LEFT BY DAY" if page.budget is not None else "SPENT BY DAY")
    if not page.days:
        return [head, Line((Span("  nothing was spent yet", "quiet"),))][:height]
    curve = _curve(page.days, page.start, page.budget, max(1, width - 1), max(0, height - 1), look)
    return [head, *(Line((Span(" "), *line.spans)) for line in curve)][:height]


@lru_cache(maxsize=4)
def _curve(
    days: tuple[DayLine, ...], start: str, budget: int | None, width: int, height: int, look: Look
) -> tuple[Line, ...]:
    """Drawn once while neither the money nor its place changes: a curve costs more than all lists."""
    first = _ordinal(start) or _ordinal(days[0].day)
    points, gone = [], 0
    for one in days:
        gone += one.spent
        points.append((float(max(0, _ordinal(one.day) - first) + 1), gone / 1_000_000))
    limit = budget / 1_000_000 if budget is not None else None
    return tuple(burn_down(points, limit, width, height, look))


def _ordinal(text: str) -> int:
    try:
        return date.fromisoformat(text).toordinal()
    except ValueError:
        return 0
