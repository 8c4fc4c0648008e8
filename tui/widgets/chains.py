"""CHAINS: a line a chain, a cell a shot."""

from __future__ import annotations

from rich.cells import cell_len

from tui.bridge import ChainRow, Glance, ShotRow
from tui.theme import Look, state_of
from tui.widgets.figures import elapsed
from tui.widgets.lines import Line, LinePanel, Span, cell, fit, literal, title, window

NEEDS_PERSON = frozenset(
    {"in_doubt", "review", "moderation", "refused", "budget", "key_limit", "drift", "disk"}
)
"""Pauses that end by a person's answer; `manual` was one."""


class Chains(LinePanel):
    def rows(self, glance: Glance, selected: str, look: Look) -> None:
        self.show(lambda width, height: chain_lines(glance, selected, width, height, look))


def chain_lines(glance: Glance, selected: str, width: int, height: int, look: Look) -> list[Line]:
    """The title and as many chains as fit, the selected one among them."""
    chains = glance.chains
    if not chains:
        return [title("CHAINS"), Line((Span("  no shots yet: write shots/<chain>.toml", "quiet"),))]
    shots = {shot.id: shot for shot in glance.shots}
    at = next((i for i, chain in enumerate(chains) if selected in chain.shots), 0)
    names = min(max(cell_len(literal(chain.title or chain.id)) for chain in chains), width // 5)
    longest = max(len(chain.shots) for chain in chains)
    digits = max(len(_count(chain)) for chain in chains)
    cells = min(longest, max(8, width - names - digits - 34))
    shown = window(len(chains), height - 1, at)
    more = f"  {shown.start + 1} to {shown.stop} of {len(chains)}" if len(shown) < len(chains) else ""
    lines = [title("CHAINS", Span(more, "faint"))]
    for index in shown:
        chain = chains[index]
        mark = look.cursor if index == at else " "
        head = [Span(f"{mark}{index + 1:>2} ", "bright" if index == at else "quiet")]
        head.append(cell(literal(chain.title or chain.id), names, "text", dots=look.dots))
        head.append(Span("  "))
        head += _signs(chain, shots, selected, cells, look)
        head.append(Span(f"  {_count(chain):>{digits}}  ", "text"))
        room = width - sum(cell_len(span.text) for span in head)
        head.append(_now(chain, shots, max(0, room), look))
        lines.append(Line(tuple(head)))
    return lines


def _count(chain: ChainRow) -> str:
    return f"{chain.done}/{chain.total}"


def _signs(chain: ChainRow, shots: dict[str, ShotRow], selected: str, cells: int, look: Look) -> list[Span]:
    """One cell a shot; of a chain longer than its place, the part around the selected or current shot."""
    focus = selected if selected in chain.shots else chain.current
    at = chain.shots.index(focus) if focus in chain.shots else 0
    shown = window(len(chain.shots), cells, at)
    spans = []
    for index in shown:
        shot = shots.get(chain.shots[index])
        state = "omitted" if shot is None else shot.state
        cut = (index == shown.start and shown.start > 0) or (
            index == shown.stop - 1 and shown.stop < len(chain.shots)
        )
        if cut and chain.shots[index] != selected:
            spans.append(Span(look.dots, "faint"))
        else:
            spans.append(Span(look.sign(state), state_of(state).ink, chosen=chain.shots[index] == selected))
    return [*spans, Span(" " * (cells - len(shown)))]


def _now(chain: ChainRow, shots: dict[str, ShotRow], room: int, look: Look) -> Span:
    words, ink = now_in_words(chain, shots)
    if cell_len(words) > room:
        words = words.replace(" running ", " ", 1)  # the sign in the strip says that too
    return Span(fit(words, room, look.dots), ink)


def now_in_words(chain: ChainRow, shots: dict[str, ShotRow]) -> tuple[str, str]:
    """What goes on in a chain, and the ink to say it in."""
    if chain.state == "paused":
        note = literal(chain.pause_note)
        reason = literal(chain.pause_reason).replace("_", " ") or "by hand"
        words = f"paused: {reason}" + (f", {note}" if note and note != reason else "")
        return words, "need" if chain.pause_reason in NEEDS_PERSON else "quiet"
    if chain.current:
        return f"{literal(chain.current)} running{_progress(chain)}", "text"
    states = [shots[shot].state for shot in chain.shots if shot in shots]
    if chain.total and chain.done >= chain.total:
        return "all circled", "quiet"
    waits = [(state, states.count(state)) for state in ("in_doubt", "failed", "review") if state in states]
    if waits:
        return ", ".join(f"{count} {state_of(state).word}" for state, count in waits), "text"
    if "ready" in states:
        return "ready, waits for your go", "quiet"
    return ("no shots", "faint") if not states else ("planned", "quiet")


def _progress(chain: ChainRow) -> str:
    if chain.current_progress is not None:
        return f" {chain.current_progress * 100:3.0f} %"
    since = elapsed(chain.current_since_s)
    if not since:
        return ""
    return f" {since} of about {elapsed(chain.expected_s)}" if chain.expected_s else f" {since}"
