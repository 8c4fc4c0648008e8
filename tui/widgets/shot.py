"""The selected shot: two lines on the board, all that is known of it beside the board."""

from __future__ import annotations

from tui import keymap
from tui.bridge import Glance, ShotRow, WaitingRow
from tui.theme import Look, state_of
from tui.widgets.figures import clock, usd
from tui.widgets.lines import Line, LinePanel, Span, cell, literal, title, wrap

_LABEL = 10
_SETTLE = {
    "in_doubt": "Whether it was paid is not known. Settle it with: rushes reconcile",
    "gate": "Look and decide with: rushes gate",
    "fault": "Mend the file in an editor; the board follows by itself.",
    "pause": f"Answer what paused it, then start the chain again with {keymap.key_of('go')}.",
    "failed": f"Ask for a new take with {keymap.key_of('retake')}, or log why with {keymap.key_of('fail')}.",
    "review": f"Circle it with {keymap.key_of('approve')}, or reject it with {keymap.key_of('reject')}.",
}
"""What a person does about each kind that waits."""


class ShotPanel(LinePanel):
    def rows(self, glance: Glance, selected: str, look: Look) -> None:
        self.show(lambda width, height: shot_lines(glance, selected, width, height, look))


class Detail(LinePanel):
    def rows(self, glance: Glance, selected: str, waiting: WaitingRow | None, look: Look) -> None:
        self.show(lambda width, _height: detail_lines(glance, selected, waiting, width, look))


def find_shot(glance: Glance, name: str) -> ShotRow | None:
    return next((shot for shot in glance.shots if shot.id == name), None)


def shot_lines(glance: Glance, selected: str, width: int, height: int, look: Look) -> list[Line]:
    """What it is, then what it says: in a place of two lines one each, in a higher one as it needs."""
    shot = find_shot(glance, selected)
    if shot is None:
        return []
    state = state_of(shot.state)
    head = [
        Span(" "),
        Span(literal(shot.id), "bright"),
        Span(f"  {literal(shot.kind)}", "quiet"),
        Span(f"  {look.sign(shot.state)} {state.word}", state.ink),
        Span(f"  {_takes(shot)}", "quiet"),
        Span(f"  {shot.seconds:g} s", "quiet"),
    ]
    drift = [] if shot.drift is None else [Span(f"  drift {shot.drift:.2f}", "quiet")]
    top, more = [Line(tuple(head + drift))], []
    if height > 3:
        top, more = (
            [Line(tuple(head[:4]))],
            [Line((Span(head[4].text[1:], "quiet"), *head[5:], *drift))],
        )
    elif top[0].width > width:
        top = [Line(tuple(head[:4]))]
    top += more
    note = wrap(literal(shot.note), width - 2, max(0, height - len(top) - 1), look.dots) if shot.note else []
    text = wrap(literal(shot.description), width - 2, max(0, height - len(top) - len(note)), look.dots)
    lines = [*top, *(Line((Span(f" {row}", "text"),)) for row in text)]
    return lines + [Line((Span(f" {row}", "quiet"),)) for row in note]


def _takes(shot: ShotRow) -> str:
    circled = f", t{shot.approved_take:02d} circled" if shot.approved_take is not None else ""
    return f"{shot.takes} take{'' if shot.takes == 1 else 's'}{circled}"


def detail_lines(
    glance: Glance, selected: str, waiting: WaitingRow | None, width: int, look: Look
) -> list[Line]:
    """Everything known of a shot, of what waits for it, of what broke in it, of what happened to it."""
    shot = find_shot(glance, selected)
    lines: list[Line] = []
    if waiting is not None:
        lines += _question(waiting, width, look)
    if shot is None:
        return lines or [Line((Span("no shot selected", "quiet"),))]
    return lines + _facts(glance, shot, width, look) + _history(glance, shot, width, look)


def _question(waiting: WaitingRow, width: int, look: Look) -> list[Line]:
    words = literal(waiting.question) or waiting.kind.replace("_", " ")
    lines = [Line((Span(" WAITS FOR YOU  ", "quiet"), Span(literal(waiting.shot or waiting.id, 40), "need")))]
    lines += [Line((Span(f"  {row}", "text"),)) for row in wrap(words, width - 3, 6, look.dots)]
    answer = _SETTLE.get(waiting.kind, "")
    lines += [Line((Span(f"  {row}", "bright"),)) for row in wrap(answer, width - 3, 3, look.dots)]
    return [*lines, Line()]


def _facts(glance: Glance, shot: ShotRow, width: int, look: Look) -> list[Line]:
    state = state_of(shot.state)
    chain = next((row for row in glance.chains if row.id == shot.chain), None)
    name = literal((chain.title or chain.id) if chain else shot.chain)
    low, high = shot.expected
    stale = ", stale" if shot.stale and shot.state != "stale" else ""
    facts = [
        ("state", f"{look.sign(shot.state)} {state.word}{stale}", state.ink),
        ("takes", f"{_takes(shot)}, {low} to {high} expected", "text"),
        ("drift", "not measured" if shot.drift is None else f"{shot.drift:.3f}", "text"),
        ("note", literal(shot.note), "text"),
        ("says", literal(shot.description, 600), "text"),
    ]
    top = f"SHOT {literal(shot.id)}  {literal(shot.kind)}, {shot.seconds:g} s, chain {name}"
    lines = [title(row) for row in wrap(top, width - 1, 2, look.dots)]
    for label, text, ink in facts:
        rows = wrap(text, width - _LABEL, 5, look.dots)
        for index, row in enumerate(rows):
            lines.append(Line((cell(f"  {label}" if index == 0 else "", _LABEL, "quiet"), Span(row, ink))))
    return lines


def _history(glance: Glance, shot: ShotRow, width: int, look: Look) -> list[Line]:
    lines: list[Line] = []
    broken = [row for row in glance.failures if row.shot == shot.id][:4]
    if broken:
        lines += [Line(), title("WHAT BROKE")]
    for failure in broken:
        cost = usd(failure.cost) if failure.cost is not None else "cost unknown"
        text = f"{literal(failure.category)}, {cost}: {literal(failure.broke)}"
        for label, more in (("cause", failure.cause), ("worked round by", failure.workaround)):
            text += f"; {label}: {literal(more)}" if more else ""
        lines += [Line((Span(f"  {row}", "text"),)) for row in wrap(text, width - 3, 4, look.dots)]
    happened = [row for row in glance.events if row.shot == shot.id][:8]
    if happened:
        lines += [Line(), title("WHAT HAPPENED")]
    for event in happened:
        rows = wrap(literal(event.text), width - 12, 2, look.dots)
        for index, row in enumerate(rows):
            stamp = clock(event.at) if index == 0 else ""
            lines.append(Line((Span(f"  {stamp:<8}  ", "faint"), Span(row, "text"))))
    return [*lines, Line(), Line((Span(f" {keymap.key_of('close')} back to the board", "quiet"),))]
