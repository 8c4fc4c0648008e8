"""The palette: everything that can be done here, by its words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from tui.theme import Look
from tui.widgets.lines import Line, Span, cell, chosen, fit, title, window
from tui.widgets.panel import LinePanel

_KEY, _LABEL = 9, 16


class Entry(Protocol):
    """An action as the palette lists it."""

    @property
    def key(self) -> str: ...
    @property
    def label(self) -> str: ...
    @property
    def help(self) -> str: ...


class Palette(LinePanel):
    def rows(self, found: Sequence[Entry], at: int, look: Look) -> None:
        self.show(lambda width, height: palette_lines(found, at, width, height, look))


def palette_lines(found: Sequence[Entry], at: int, width: int, height: int, look: Look) -> list[Line]:
    """A line an action: its key, its name, what it does."""
    if not found:
        return [title("DO"), Line((Span("  nothing goes by these words", "quiet"),))]
    shown = window(len(found), height - 1, at)
    here = f"{shown.start + 1} to {shown.stop} of " if len(shown) < len(found) else ""
    lines = [title("DO", Span(f"  {here}{len(found)}", "faint"))]
    for index in shown:
        row = found[index]
        spans = (
            Span(f"{look.cursor if index == at else ' '} ", "bright"),
            cell(row.key, _KEY, "bright"),
            cell(row.label, _LABEL, "text", dots=look.dots),
            Span(fit(row.help, max(0, width - _KEY - _LABEL - 2), look.dots), "quiet"),
        )
        line = Line(spans)
        lines.append(chosen(line) if index == at else line)
    return lines
