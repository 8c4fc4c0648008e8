"""What fits a window too small for the board: one sentence, and the counts that matter."""

from __future__ import annotations

from tui.bridge import Glance
from tui.theme import Look
from tui.widgets.figures import budget, usd
from tui.widgets.lines import Line, Span, fit, literal, wrap

LEAST = (60, 16)
"""Columns and rows the board needs."""


def small_lines(glance: Glance | None, width: int, height: int, look: Look) -> list[Line]:
    ask = f"The board needs a window of {LEAST[0]} by {LEAST[1]}; this one is {width} by {height}."
    sentence = [Line((Span(row, "quiet"),)) for row in wrap(ask, width, 3, look.dots)]
    if glance is None:
        return sentence
    current = next((chain.current for chain in glance.chains if chain.current), "")
    works = f"{look.sign('running')} running {literal(current)}" if glance.worker.running else "no worker"
    done, total = sum(row.done for row in glance.chains), sum(row.total for row in glance.chains)
    sums = glance.money
    money = f"film {usd(sums.spent, estimated=not sums.spent_is_exact)} of {budget(sums.budget)}"
    free = sums.free_only and not sums.spent
    waits = len(glance.waiting)
    counts = [
        (literal(glance.title), "bright"),
        (works, "running" if glance.worker.running else "quiet"),
        (f"{waits} wait{'s' if waits == 1 else ''} for you", "need" if waits else "quiet"),
        (f"{done} of {total} shots circled", "text"),
        ("free" if free else money, "text"),
    ]
    lines = [Line((Span(fit(text, width, look.dots), ink),)) for text, ink in counts]
    return [*lines[: max(1, height - len(sentence))], *sentence]
