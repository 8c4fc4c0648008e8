"""CHAINS: a line a chain, a cell a shot."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from rich.cells import cell_len

from tui.bridge import ChainRow, Glance, Index, index_of, paused
from tui.theme import Look, state_of
from tui.widgets.begin import NO_SHOTS, begin_lines
from tui.widgets.figures import about, elapsed
from tui.widgets.lines import Line, Span, cell, fit, literal, title, window

NEEDS_PERSON = frozenset(
    {"in_doubt", "review", "moderation", "refused", "budget", "key_limit", "drift", "disk"}
)
"""Pauses that end by a person's answer; `manual` was one."""


def chain_lines(glance: Glance, selected: str, width: int, height: int, look: Look) -> list[Line]:
    """The title and as many chains as fit, the selected one among them."""
    chains = glance.chains
    if not chains:
        steps = begin_lines(width, height - 2, look)
        return [title("CHAINS"), Line((Span(f"  {NO_SHOTS}", "text"),)), *steps][:height]
    index = index_of(glance)
    own = index.chain_of(selected)
    at = (index.chain_line(own.id) or 0) if own is not None else 0
    names = min(max(_width_of(chain.title or chain.id) for chain in chains), max(12, width // 4))
    digits = max(len(_count(chain)) for chain in chains)
    strip = _strip(max(len(chain.shots) for chain in chains), width - names - digits - _WORDS)
    shown = window(len(chains), height - 1, at)
    more = f"  {shown.start + 1} to {shown.stop} of {len(chains)}" if len(shown) < len(chains) else ""
    lines = [title("CHAINS", Span(more, "faint"))]
    for line in shown:
        chain = chains[line]
        mark = look.cursor if line == at else " "
        head = [Span(f"{mark}{line + 1:>2} ", "bright" if line == at else "quiet")]
        head.append(cell(literal(chain.title or chain.id), names, "text", dots=look.dots))
        head.append(Span("  "))
        head += _signs(chain, index, selected if own is not None and line == at else "", strip, look)
        head.append(Span(f"  {_count(chain):>{digits}}  ", "text"))
        room = width - sum(cell_len(span.text) for span in head)
        lines.append(Line((*head, _now(chain, index, max(0, room), look))))
    return lines


@lru_cache(maxsize=2048)
def _width_of(text: str) -> int:
    """Cells: the names of a film's chains seldom change, and each is measured at every drawing."""
    return cell_len(literal(text))


_WORDS = 36
"""Cells for what a chain is at, with the columns before it."""


@dataclass(frozen=True, slots=True)
class _Strip:
    """How many shots of a chain are shown, and the air after each."""

    shots: int
    air: str = ""

    @property
    def width(self) -> int:
        return self.shots * (1 + len(self.air))


def _strip(longest: int, room: int) -> _Strip:
    """A cell a shot; where there is room, with air between, for the eye to count."""
    shots = min(longest, max(8, room))
    return _Strip(shots, " " if shots == longest and 2 * longest <= room else "")


def _count(chain: ChainRow) -> str:
    return f"{chain.done}/{chain.total}"


def _signs(chain: ChainRow, index: Index, selected: str, strip: _Strip, look: Look) -> list[Span]:
    """One cell a shot; of a chain longer than its place, the part around the selected or current shot."""
    focus = selected or chain.current
    at = chain.shots.index(focus) if focus in chain.shots else 0
    shown = window(len(chain.shots), strip.shots, at)
    spans: list[Span] = []
    for place in shown:
        name = chain.shots[place]
        cut = (place == shown.start and shown.start > 0) or (
            place == shown.stop - 1 and shown.stop < len(chain.shots)
        )
        if cut and name != selected:
            sign = Span(look.dots, "faint")
        else:
            shot = index.shot(name)
            state = "omitted" if shot is None else shot.state
            sign = Span(look.sign(state), state_of(state).ink, chosen=name == selected)
        last = spans[-1] if spans else None
        # Equal neighbours are one run: forty spans a line, on twenty lines, are felt at each key.
        if last is not None and not strip.air and (last.ink, last.chosen) == (sign.ink, sign.chosen):
            spans[-1] = Span(last.text + sign.text, sign.ink, sign.chosen)
        else:
            spans.append(sign)
        if strip.air:
            spans.append(Span(strip.air))
    rest = strip.width - len(shown) * (1 + len(strip.air))
    return [*spans, Span(" " * rest)]


def _now(chain: ChainRow, index: Index, room: int, look: Look) -> Span:
    words, ink = now_in_words(chain, index)
    fitting = next((one for one in words if cell_len(one) <= room), words[-1])
    return Span(fit(fitting, room, look.dots), ink)


def now_in_words(chain: ChainRow, index: Index) -> tuple[tuple[str, ...], str]:
    """What goes on in a chain, from the longest wording to the shortest, and the ink to say it in."""
    if chain.state == "paused":
        long = literal(paused(chain.pause_reason, chain.pause_note))
        short = literal(paused(chain.pause_reason, ""))
        return (long, short), "need" if chain.pause_reason in NEEDS_PERSON else "quiet"
    if chain.current:
        return _running(chain), "text"
    states = index.states(chain)
    if chain.total and chain.done >= chain.total:
        return ("all circled",), "quiet"
    waits = [
        (state, states[state])
        for state in ("in_doubt", "failed", "rejected", "review", "stale")
        if state in states
    ]
    if waits:
        return (", ".join(f"{count} {state_of(state).word}" for state, count in waits),), "text"
    if "ready" in states:
        return ("ready, waits for your go", "ready"), "quiet"
    return (("no shots",), "faint") if not states else (("planned",), "quiet")


def _running(chain: ChainRow) -> tuple[str, ...]:
    """`S107 running 1:10 of about 2:40, 25 %`, and shorter; coarse, for it stands still between changes."""
    name, since = literal(chain.current, 32), elapsed(chain.current_since_s)
    if since == "0:00":
        since = ""
    usual = about(chain.expected_s)
    time = f" {since} of about {usual}" if since and usual else f" {since}" if since else ""
    if usual and not since:
        time = f" about {usual}"
    share = "" if not chain.current_progress else f", {chain.current_progress * 100:.0f} %"
    longest = f"{name} running{time}{share}"
    return longest, f"{name} running{time}", f"{name}{time}", f"{name} {since}".rstrip()
