"""TAKES: iterations of every shot against what its kind usually needs, chain by chain."""

from __future__ import annotations

from bisect import bisect_right
from functools import lru_cache

from rich.cells import cell_len

from tui.bridge import Glance, ShotOrder, ShotRow, index_of
from tui.theme import Look, state_of
from tui.widgets.begin import begin_lines
from tui.widgets.figures import takes_bar
from tui.widgets.lines import Line, Span, cell, chosen, fit, literal, title, window

_KIND = 11
_COUNT = 5
_USUAL = 9
_STATE = 14
_LOUD = frozenset({"need", "running"})
"""Inks of the states in which something goes on or waits."""


class _Listed:
    """The lines that all shots take, a heading before each chain; numbered, never made."""

    def __init__(self, order: ShotOrder) -> None:
        self.order = order
        self.headings = [start + run for run, start in enumerate(order.starts)]
        """Line of each chain's heading."""
        self.count = len(order.ids) + len(self.headings)
        self.widest = _widest(order.ids)
        """Cells of the longest id."""

    def line_of(self, shot: str) -> int:
        """The shot's line, or the first shot's."""
        place = self.order.place.get(shot, 0)
        return place + bisect_right(self.order.starts, place)

    def run(self, line: int) -> int:
        """Which chain a line belongs to, from 0."""
        return bisect_right(self.headings, line) - 1

    def is_heading(self, line: int) -> bool:
        return self.headings[self.run(line)] == line

    def place(self, line: int) -> int:
        """Which of the film's shots stands in a line."""
        return line - self.run(line) - 1

    def chain(self, line: int) -> str:
        return self.order.chains[self.order.starts[self.run(line)]]

    def shots_of(self, run: int) -> range:
        """The lines of a chain's shots."""
        ends = self.headings[run + 1] if run + 1 < len(self.headings) else self.count
        return range(self.headings[run] + 1, ends)


def _widest(ids: tuple[str, ...]) -> int:
    every = "".join(ids)
    plain = every.isascii() and every.isprintable()  # as ids are: then a character is a cell
    return max(map(len, ids) if plain else (cell_len(literal(shot)) for shot in ids), default=0)


@lru_cache(maxsize=2)
def _listed(order: ShotOrder) -> _Listed:
    """Once a plan: an order is the same object while no shot comes, goes or moves."""
    return _Listed(order)


def rows_of(glance: Glance) -> int:
    """Lines that all shots take: the first chain's heading stands in the title."""
    return max(0, _listed(index_of(glance).order).count - 1)


def take_lines(
    glance: Glance,
    selected: str,
    width: int,
    height: int,
    look: Look,
    marked: frozenset[str] = frozenset(),
) -> list[Line]:
    """The title and as many shots as fit, the selected one among them; a star before the marked ones."""
    listed = _listed(index_of(glance).order)
    if not listed.count:
        return [title("TAKES", Span("  none yet", "faint")), *begin_lines(width, height - 1, look)][:height]
    at = listed.line_of(selected)
    shown = _page(listed, height, at)
    ids = max(5, listed.widest)
    bar = max(8, min(32, width - ids - _KIND - _COUNT - _USUAL - _STATE - 9))
    lines = [_title(glance, listed, shown, ids, bar, look)]
    for line in shown:
        if listed.is_heading(line):
            name = fit(_chain_title(glance, listed.chain(line)), width - 2, look.dots)
            lines.append(Line((Span(f" {name}", "quiet"),)))
        else:
            shot = glance.shots[listed.place(line)]
            lines.append(_line(shot, line == at, shot.id in marked, (ids, bar, width), look))
    return lines


def _page(listed: _Listed, height: int, at: int) -> range:
    """Whole pages that begin at a chain's first shot where the chain fits: nothing slides under the cursor.

    The heading of the first chain shown stands in the panel's title, not among the lines.
    """
    room = height - 1
    if listed.count - 1 <= room:
        return range(1, listed.count)
    mine = listed.shots_of(listed.run(at))
    start = mine[window(len(mine), room, mine.index(at)).start]
    start = max(1, min(start, listed.count - room))
    # A page that would begin with a heading alone has it in its title instead.
    start += listed.is_heading(start)
    return range(start, min(listed.count, start + room))


def _chain_title(glance: Glance, chain: str) -> str:
    row = index_of(glance).chain(chain)
    return literal((row.title or row.id) if row else chain, 60)


def _title(glance: Glance, listed: _Listed, shown: range, ids: int, bar: int, look: Look) -> Line:
    """`TAKES  Harbour  1 to 10 of 16`, and what the two columns of numbers are."""
    chain, mine = listed.chain(shown.start), listed.shots_of(listed.run(shown.start))
    first, last = max(mine.start, shown.start), min(mine.stop, shown.stop)
    more = (
        f"  {first - mine.start + 1} to {last - mine.start} of {len(mine)}"
        if last - first < len(mine)
        else ""
    )
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


def _line(shot: ShotRow, here: bool, marked: bool, widths: tuple[int, int, int], look: Look) -> Line:
    """`widths`: of the ids, of the bar, of the whole line."""
    ids, bar, width = widths
    state = state_of(shot.state)
    low, high = shot.expected
    ink = "running" if shot.state == "running" else "bright" if shot.takes > high else "quiet"
    spans = [
        Span(f"{look.cursor if here else ' '}{'*' if marked else ' '}", "bright"),
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
