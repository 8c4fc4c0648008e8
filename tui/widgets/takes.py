"""TAKES: iterations of every shot against what its kind usually needs, chain by chain."""

from __future__ import annotations

from dataclasses import dataclass

from rich.cells import cell_len

from tui.bridge import Glance, ShotRow
from tui.theme import Look, state_of
from tui.widgets.figures import takes_bar
from tui.widgets.lines import Line, LinePanel, Span, cell, chosen, fit, literal, title, window

_KIND = 11
_COUNT = 5
_USUAL = 9
_STATE = 14
_LOUD = frozenset({"need", "running"})
"""Inks of the states in which something goes on or waits."""


class Takes(LinePanel):
    def rows(self, glance: Glance, selected: str, look: Look) -> None:
        self.show(lambda width, height: take_lines(glance, selected, width, height, look))


@dataclass(frozen=True, slots=True)
class _Row:
    """A shot, or the heading of a chain."""

    chain: str
    shot: ShotRow | None = None


def rows_of(glance: Glance) -> int:
    """Lines that all shots take: the first chain's heading stands in the title."""
    return max(0, len(_listed(glance)) - 1)


def _listed(glance: Glance) -> list[_Row]:
    listed: list[_Row] = []
    for shot in glance.shots:
        if not listed or listed[-1].chain != shot.chain:
            listed.append(_Row(shot.chain))
        listed.append(_Row(shot.chain, shot))
    return listed


def take_lines(glance: Glance, selected: str, width: int, height: int, look: Look) -> list[Line]:
    """The title and as many shots as fit, the selected one among them."""
    listed = _listed(glance)
    if not listed:
        return [title("TAKES")]
    at = next((i for i, row in enumerate(listed) if row.shot and row.shot.id == selected), 1)
    shown = _page(listed, height, at)
    ids = max(5, *(cell_len(literal(shot.id)) for shot in glance.shots))
    bar = max(8, min(32, width - ids - _KIND - _COUNT - _USUAL - _STATE - 9))
    lines = [_title(glance, listed, shown, ids, bar, look)]
    for index in shown:
        row = listed[index]
        if row.shot is None:
            lines.append(Line((Span(f" {_chain_title(glance, row.chain)}", "quiet"),)))
        else:
            lines.append(_line(row.shot, index == at, ids, bar, width, look))
    return lines


def _page(listed: list[_Row], height: int, at: int) -> range:
    """Whole pages that begin at a chain's first shot where the chain fits: nothing slides under the cursor.

    The heading of the first chain shown stands in the panel's title, not among the lines.
    """
    room = height - 1
    if len(listed) - 1 <= room:
        return range(1, len(listed))
    chain = [i for i, row in enumerate(listed) if row.chain == listed[at].chain and row.shot]
    start = chain[window(len(chain), room, chain.index(at)).start]
    start = max(1, min(start, len(listed) - room))
    # A page that would begin with a heading alone has it in its title instead.
    start += listed[start].shot is None
    return range(start, min(len(listed), start + room))


def _chain_title(glance: Glance, chain: str) -> str:
    row = next((row for row in glance.chains if row.id == chain), None)
    return literal((row.title or row.id) if row else chain, 60)


def _title(glance: Glance, listed: list[_Row], shown: range, ids: int, bar: int, look: Look) -> Line:
    """`TAKES  Harbour  1 to 10 of 16`, and what the two columns of numbers are."""
    chain = listed[shown.start].chain
    mine = [i for i, row in enumerate(listed) if row.chain == chain and row.shot]
    seen = [mine.index(i) + 1 for i in shown if i in mine]
    more = f"  {seen[0]} to {seen[-1]} of {len(mine)}" if len(seen) < len(mine) else ""
    room = ids + _KIND + bar + _COUNT - 8
    name = fit(_chain_title(glance, chain), max(1, room - len(more) - 5), look.dots)
    return Line(
        (
            Span(" TAKES  ", "quiet"),
            cell(f"{name}{more}", room, "quiet"),
            Span("made".rjust(4), "faint"),
            Span("usual".rjust(_USUAL), "faint"),
        )
    )


def _line(shot: ShotRow, here: bool, ids: int, bar: int, width: int, look: Look) -> Line:
    state = state_of(shot.state)
    low, high = shot.expected
    ink = "running" if shot.state == "running" else "bright" if shot.takes > high else "quiet"
    spans = [
        Span(f"{look.cursor if here else ' '} ", "bright"),
        cell(literal(shot.id), ids + 1, "bright" if here else "text", dots=look.dots),
        cell(literal(shot.kind), _KIND + 1, "quiet", dots=look.dots),
        *takes_bar(shot.takes, shot.expected, bar, look, ink),
        Span(f"{shot.takes:>{_COUNT}}", "text" if shot.takes else "faint"),
        Span(f"{low}-{high}".rjust(_USUAL), "faint"),
        Span(f"  {look.sign(shot.state)} ", state.ink),
        cell(_word(shot), _STATE, "text" if state.ink in _LOUD else "quiet", dots=look.dots),
    ]
    room = width - sum(cell_len(span.text) for span in spans) - 2
    if room >= 16:
        spans.append(Span("  " + fit(literal(shot.note or shot.description), room, look.dots), "quiet"))
    line = Line(tuple(spans))
    return chosen(line) if here else line


def _word(shot: ShotRow) -> str:
    """The state, with the take it speaks of."""
    take = shot.approved_take if shot.state == "circled" else shot.newest_take
    words = state_of(shot.state).word
    return f"t{take:02d} {words}" if take is not None and len(words) <= _STATE - 4 else words
