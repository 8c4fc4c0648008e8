"""WAITS FOR YOU: what only a person can answer, with the answering key on each line."""

from __future__ import annotations

from rich.cells import cell_len

from tui import keymap
from tui.bridge import Glance, WaitingRow, index_of
from tui.theme import Look
from tui.widgets.lines import Line, Span, cell, chosen, literal, title, window

_SIGN = {
    "review": "review",
    "in_doubt": "in_doubt",
    "failed": "failed",
    "rejected": "rejected",
    "pause": "held",
}
_ANSWER = {"review": "approve", "failed": "retake", "rejected": "retake", "pause": "go", "in_doubt": "settle"}
"""The key that answers; whatever else waits is explained by the detail."""
_ABOUT = 14
"""Cells below which a shot's description says nothing."""


def waiting_lines(glance: Glance, at: int | None, width: int, height: int, look: Look) -> list[Line]:
    """The title and as many as fit. `at` is the line the keys act on, None while they act on shots."""
    rows = glance.waiting
    nothing = f"  nothing yet: {keymap.key_of('go')} starts the chain" if _new(glance) else "  nothing"
    count = Span(f"  {len(rows)}", "need") if rows else Span(nothing, "faint")
    shown = window(len(rows), height - 1, at or 0)
    more = f"  {shown.start + 1} to {shown.stop}" if 0 < len(shown) < len(rows) else ""
    lines = [title("WAITS FOR YOU", count, Span(more, "faint"))]
    # Of the page alone: to measure ten thousand for it would hold up the keys.
    subjects = max((cell_len(_subject(rows[index])) for index in shown), default=0)
    questions = max((cell_len(_question(rows[index])) for index in shown), default=0)
    find = index_of(glance).shot
    for index in shown:
        row = rows[index]
        widths = (width, min(subjects, max(14, width // 3)), questions)
        shot = find(row.shot)
        line = _line(row, literal(shot.description) if shot else "", index == at, widths, look)
        lines.append(chosen(line) if index == at else line)
    return lines


def _new(glance: Glance) -> bool:
    """A film of which nothing was made yet, and nothing is under way."""
    return bool(glance.chains) and not any(chain.made or chain.current for chain in glance.chains)


def _subject(row: WaitingRow) -> str:
    """The shot, else the id of what waits; a file is not named twice, a chain goes by its title."""
    return "" if row.kind in {"fault", "pause"} else literal(row.shot or row.id, 32)


def _question(row: WaitingRow) -> str:
    words = literal(row.question) or row.kind.replace("_", " ")
    subject = _subject(row)
    if row.kind == "fault":
        place = literal(row.id, 200)
        what = words.removeprefix(place).lstrip(" :")
        return f"{what}  {place}" if what != words else words
    if not subject:
        return words
    return words.removeprefix(subject).lstrip(" :")


def _line(row: WaitingRow, about: str, here: bool, widths: tuple[int, int, int], look: Look) -> Line:
    """Sign, subject, question, and where there is room what the shot is about; the key at the right."""
    width, subjects, questions = widths
    sign = look.sign(_SIGN[row.kind]) if row.kind in _SIGN else "!"
    answer = _ANSWER.get(row.kind)
    key, label = (keymap.key_of(answer), keymap.action(answer).label) if answer else ("enter", "how")
    hint = (Span(f"  {key}", "bright"), Span(f" {label:<6} ", "quiet"))
    subject = _subject(row)
    head = (
        Span(f"{look.cursor if here else ' '} ", "bright"),
        Span(f"{sign} ", "need"),
        *((cell(subject, subjects + 1, "text", dots=look.dots),) if subject else ()),
    )
    room = width - sum(cell_len(span.text) for span in (*head, *hint))
    words = _question(row)
    spare = room - questions - 2
    if not subject or not about or spare < _ABOUT:
        return Line((*head, cell(words, max(0, room), "text", dots=look.dots), *hint))
    told = (
        Span(words + " " * (questions + 2 - cell_len(words))),
        cell(about, spare, "quiet", dots=look.dots),
    )
    return Line((*head, *told, *hint))
