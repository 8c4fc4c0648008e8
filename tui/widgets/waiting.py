"""WAITS FOR YOU: what only a person can answer, with the answering key on each line."""

from __future__ import annotations

from rich.cells import cell_len

from tui import keymap
from tui.bridge import Glance, WaitingRow
from tui.theme import Look
from tui.widgets.lines import Line, LinePanel, Span, cell, chosen, literal, title, window

_SIGN = {"review": "review", "in_doubt": "in_doubt", "failed": "failed", "pause": "held"}
_ANSWER = {"review": "approve", "failed": "retake", "pause": "go"}
"""The key that answers; whatever else waits is explained by the detail."""


class Waiting(LinePanel):
    def rows(self, glance: Glance, at: int | None, look: Look) -> None:
        self.show(lambda width, height: waiting_lines(glance, at, width, height, look))


def waiting_lines(glance: Glance, at: int | None, width: int, height: int, look: Look) -> list[Line]:
    """The title and as many as fit. `at` is the line the keys act on, None while they act on shots."""
    rows = glance.waiting
    count = Span(f"  {len(rows)}", "need") if rows else Span("  nothing", "faint")
    shown = window(len(rows), height - 1, at or 0)
    more = f"  {shown.start + 1} to {shown.stop}" if 0 < len(shown) < len(rows) else ""
    lines = [title("WAITS FOR YOU", count, Span(more, "faint"))]
    names = max((cell_len(_subject(rows[index])) for index in shown), default=0)
    for index in shown:
        line = _line(rows[index], index == at, min(names, 14), width, look)
        lines.append(chosen(line) if index == at else line)
    return lines


def _subject(row: WaitingRow) -> str:
    return literal(row.shot or row.id, 32)


def _line(row: WaitingRow, here: bool, names: int, width: int, look: Look) -> Line:
    sign = look.sign(_SIGN[row.kind]) if row.kind in _SIGN else "!"
    answer = _ANSWER.get(row.kind)
    hint = keymap.hint(answer) if answer else f"{keymap.key_of('detail')} how"
    head = (
        Span(f"{look.cursor if here else ' '} ", "bright"),
        Span(f"{sign} ", "need"),
        cell(_subject(row), names + 1, "text", dots=look.dots),
    )
    room = width - 4 - names - 1 - cell_len(hint) - 3
    question = literal(row.question) or row.kind.replace("_", " ")
    return Line((*head, cell(question, max(0, room), "text", dots=look.dots), Span(f"  {hint} ", "bright")))
