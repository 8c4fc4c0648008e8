"""The lines at the bottom: what happened, what was said, which keys do something now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from rich.cells import cell_len

from tui import keymap
from tui.bridge import EventRow, FaultRow, Glance
from tui.theme import Look
from tui.widgets.figures import clock
from tui.widgets.lines import Line, Span, fit, literal, short_names, title

_AS_TABLED: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Notice:
    """One sentence for the line above the keys."""

    text: str = ""
    ink: str = "text"


def event_lines(
    events: Sequence[EventRow], width: int, height: int, look: Look, *, titled: bool
) -> list[Line]:
    """The newest first; at the foot of the board without a title."""
    none = () if events else (Span("  nothing yet", "faint"),)
    head = [title("LATELY", *none)] if titled else []
    return [*head, *(event_line(row, width, look) for row in events[: height - len(head)])]


def event_line(row: EventRow, width: int, look: Look) -> Line:
    subject = f"{literal(row.shot, 32)} " if row.shot and row.shot not in row.text else ""
    text = short_names(literal(row.text), look.dots)
    room = max(0, width - 12)
    return Line(
        (
            Span(f" {clock(row.at)}  ", "faint"),
            Span(fit(subject + text, room, look.dots), "quiet"),
        )
    )


def notice_line(notice: Notice, width: int, look: Look) -> Line:
    return Line((Span(" "), Span(fit(literal(notice.text, 600), width - 2, look.dots), notice.ink)))


def screens_line(here: str, width: int, look: Look) -> Line:
    """The screens with their keys, the one in front bright; in a narrow window it alone is named."""
    names = tuple(keymap.screens())
    whole = sum(cell_len(f"{keymap.key_of(name)} {name}") + 2 for name in names) <= width
    spans = [Span(" ")]
    for name in names:
        own = name == here
        spans.append(Span(keymap.key_of(name), "bright" if own else "quiet"))
        spans.append(Span(f" {name}  " if whole or own else "  ", "bright" if own else "faint"))
    line = Line(tuple(spans))
    return line if line.width <= width + 2 else Line((Span(fit(f" {here}", width, look.dots), "bright"),))


def faults_of(glance: Glance) -> Notice:
    """The first fault of the plan and how many more: the last good plan stays on the board."""
    if not glance.faults:
        return Notice()
    more = f"  and {len(glance.faults) - 1} more" if len(glance.faults) > 1 else ""
    return Notice(f"{fault_text(glance.faults[0])}{more}", "need")


def fault_text(fault: FaultRow) -> str:
    place = f"{fault.file}:{fault.line}" if fault.line else fault.file
    tail = f" (did you mean '{fault.nearest}'?)" if fault.nearest else ""
    return f"{place}: {fault.what}{tail}"


def key_line(names: Sequence[str], width: int, look: Look, does: Mapping[str, str] = _AS_TABLED) -> Line:
    """The keys that do something now; `help` and `quit` keep their place, others give way from the right."""
    always = [name for name in names if name in {"help", "quit"}]
    rest = [name for name in names if name not in always]
    labels = {name: does.get(name, keymap.action(name).label) for name in names}
    while rest and _hints_width([*rest, *always], labels) >= width:
        rest.pop()
    spans = [Span(" ")]
    for name in [*rest, *always]:
        spans += [Span(keymap.key_of(name), "bright"), Span(f" {labels[name]}  ", "quiet")]
    return Line(tuple(spans))


def _hints_width(names: Sequence[str], labels: Mapping[str, str]) -> int:
    return sum(cell_len(f"{keymap.key_of(name)} {labels[name]}") + 2 for name in names) - 1
