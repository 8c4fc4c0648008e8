"""TAKES: iterations of every shot of the selected chain against what its kind usually needs."""

from __future__ import annotations

from rich.cells import cell_len

from tui.bridge import Glance, ShotRow
from tui.theme import Look, state_of
from tui.widgets.figures import takes_bar
from tui.widgets.lines import Line, LinePanel, Span, cell, chosen, fit, literal, title, window

_STATE = 12
_KIND = 11


class Takes(LinePanel):
    def rows(self, glance: Glance, selected: str, look: Look) -> None:
        self.show(lambda width, height: take_lines(glance, selected, width, height, look))


def take_lines(glance: Glance, selected: str, width: int, height: int, look: Look) -> list[Line]:
    """The title and as many shots as fit, the selected one among them."""
    chain = next((shot.chain for shot in glance.shots if shot.id == selected), "")
    shots = [shot for shot in glance.shots if shot.chain == chain]
    if not shots:
        return [title("TAKES")]
    at = next(i for i, shot in enumerate(shots) if shot.id == selected)
    ids = max(5, *(cell_len(literal(shot.id)) for shot in shots))
    bar = max(8, min(24, (width - ids - _KIND - _STATE - 24) // 2 if width >= 100 else 17))
    shown = window(len(shots), height - 1, at)
    return [
        _title(_chain_title(glance, chain), shots, shown, ids, bar, look),
        *(_line(shots[index], index == at, ids, bar, width, look) for index in shown),
    ]


def _chain_title(glance: Glance, chain: str) -> str:
    row = next((row for row in glance.chains if row.id == chain), None)
    return literal((row.title or row.id) if row else chain, 60)


def _title(name: str, shots: list[ShotRow], shown: range, ids: int, bar: int, look: Look) -> Line:
    more = f"  {shown.start + 1} to {shown.stop} of {len(shots)}" if len(shown) < len(shots) else ""
    room = ids + 3 + _KIND + bar - 9 - len(more)
    left = fit(name, max(1, room), look.dots) + more
    return Line(
        (
            Span(" TAKES  ", "quiet"),
            cell(left, room + len(more) + 2, "faint"),
            Span("  made  expected", "faint"),
        )
    )


def _line(shot: ShotRow, here: bool, ids: int, bar: int, width: int, look: Look) -> Line:
    state = state_of(shot.state)
    low, high = shot.expected
    ink = "running" if shot.state == "running" else "text"
    filled, band = takes_bar(shot.takes, shot.expected, bar, look, ink)
    spans = [
        Span(f"{look.cursor if here else ' '} ", "bright"),
        cell(literal(shot.id), ids + 1, "bright" if here else "text", dots=look.dots),
        cell(literal(shot.kind), _KIND + 1, "quiet", dots=look.dots),
        filled,
        band,
        Span(f"{shot.takes:>6}", "text" if shot.takes else "faint"),
        Span(f"{f'{low} to {high}':>10}", "faint"),
        Span(f"  {look.sign(shot.state)} ", state.ink),
        cell(_word(shot), _STATE, state.ink, dots=look.dots),
    ]
    room = width - sum(cell_len(span.text) for span in spans) - 2
    if room >= 16:
        spans.append(Span("  " + fit(literal(shot.note or shot.description), room, look.dots), "quiet"))
    line = Line(tuple(spans))
    return chosen(line) if here else line


def _word(shot: ShotRow) -> str:
    """The state, with the take it speaks of; a stale take keeps its number."""
    take = shot.approved_take if shot.state == "circled" else shot.newest_take
    words = state_of(shot.state).word
    return f"t{take:02d} {words}" if take is not None and len(words) <= _STATE - 4 else words
