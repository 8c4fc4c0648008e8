"""FAILURES: what breaks, how often, what it cost, what helped."""

from __future__ import annotations

from rich.cells import cell_len

from tui.bridge import FailureRow, Glance
from tui.theme import Look
from tui.widgets.figures import usd
from tui.widgets.lines import Line, Span, cell, fit, literal, title

_CATEGORIES = 6
_NEWEST = 3


def rows_of(glance: Glance) -> int:
    """Lines in which the panel says all it has: categories and newest, each with a title."""
    if not glance.failure_total:
        return 1
    newest = min(_NEWEST, len(glance.failures))
    return 1 + min(_CATEGORIES, len(glance.failure_categories)) + 2 + newest


def failure_lines(glance: Glance, width: int, height: int, look: Look) -> list[Line]:
    """In a low place the newest ones, else the categories and below them the newest."""
    known = [row[2] for row in glance.failure_categories if row[2] is not None]
    lost = f"  {usd(sum(known))} lost" if sum(known) else ""
    if not glance.failure_total:
        return [title("FAILURES", Span("  none", "faint"))]
    lines = [title("FAILURES", Span(f"  {glance.failure_total}", "text"), Span(lost, "quiet"))]
    if height <= 3:
        return lines + [_recent(row, width, look) for row in glance.failures[: height - 1]]
    categories = glance.failure_categories[: min(_CATEGORIES, height - 1)]
    names = min(26, max(cell_len(literal(row[0])) for row in categories))
    lines += [_category(row, names, width, look) for row in categories]
    room = height - len(lines) - 2
    if room >= 1:
        lines += [Line(), title("NEWEST")]
        lines += [_recent(row, width, look) for row in glance.failures[:room]]
    return lines


def _category(row: tuple[str, int, int | None, str], names: int, width: int, look: Look) -> Line:
    name, count, cost, workaround = row
    head = (
        Span("  "),
        cell(literal(name), names, "text", dots=look.dots),
        Span(f"{count:>4}"),
        cell(usd(cost), 10, "quiet", right=True),
    )
    room = width - 2 - names - 4 - 10 - 2
    words = literal(workaround) or "open"
    return Line((*head, Span("  " + fit(words, max(0, room), look.dots), "quiet")))


def _recent(row: FailureRow, width: int, look: Look) -> Line:
    take = f" t{row.take:02d}" if row.take is not None else ""
    head = f"  {literal(row.shot, 32)}{take}  "
    room = max(0, width - cell_len(head))
    text = f"{literal(row.category)}: {literal(row.broke)}"
    return Line((Span(head, "text"), Span(fit(text, room, look.dots), "quiet")))
