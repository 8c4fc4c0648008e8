"""The selected shot: a line and its words on the board, all that is known of it beside the board."""

from __future__ import annotations

from rich.cells import cell_len

from tui import keymap
from tui.bridge import Glance, ShotRow, WaitingRow, index_of
from tui.theme import Look, state_of
from tui.widgets.figures import clock, usd
from tui.widgets.lines import EMPTY, Line, Span, cell, fit, literal, short_names, title, wrap

_LABEL = 10
_SETTLE = {
    "in_doubt": "Whether it was sent and paid is not known. Settle it with {settle}.",
    "gate": "Answer it on the money screen: {money}, then {money_yes} or {money_no}.",
    "fault": "Mend the file in an editor; the board follows by itself.",
    "pause": "Answer what paused it, then start the chain again with {go}.",
    "failed": "Ask for a new take with {retake}, or log why with {fail}.",
    "rejected": "Order a new take with {retake}, or circle it after all with {approve}.",
    "review": "Circle it with {approve}, or reject it with {reject}.",
}
"""What a person does about each kind that waits; keys by their actions."""
_SEAMS = {
    "last": "the last frame",
    "keyframe": "the sharpest frame near the end",
    "bridge": "the last frame, towards the next shot",
}
"""What a shot takes over from the one it begins from."""


def find_shot(glance: Glance, name: str) -> ShotRow | None:
    return index_of(glance).shot(name)


def shot_line(glance: Glance, selected: str, width: int, look: Look) -> Line:
    """What it is; the last parts give way whole."""
    shot = find_shot(glance, selected)
    if shot is None:
        return EMPTY
    state = state_of(shot.state)
    parts = [
        [Span(f" {literal(shot.id)}", "bright")],
        [Span(f"  {literal(shot.kind, 24)}", "quiet")],
        [Span(f"  {look.sign(shot.state)} ", state.ink), Span(state.word)],
        [Span(f"  {_takes(shot)}", "quiet")],
        [Span(f"  {shot.seconds:g} s", "quiet")],
        [] if shot.drift is None else [Span(f"  drift {shot.drift:.2f}", "quiet")],
    ]
    while len(parts) > 3 and sum(Line(tuple(part)).width for part in parts) > width:
        parts.pop()
    return Line(tuple(span for part in parts for span in part))


def says_lines(glance: Glance, selected: str, width: int, height: int, look: Look) -> list[Line]:
    """The description, how it begins, and why it stands still; as much as there is room for."""
    shot = find_shot(glance, selected)
    if shot is None:
        return []
    text = wrap(literal(shot.description, 600), width - 2, max(1, height), look.dots)
    lines = [Line((Span(f" {row}", "text"),)) for row in text]
    more = [literal(shot.note), begins(shot)] if height > 1 else []
    for words in more:
        room = height - len(lines)
        rows = wrap(words, width - 2, min(2, room), look.dots) if room > 0 and words else []
        lines += [Line((Span(f" {row}", "quiet"),)) for row in rows]
    return [*lines, *_history(glance, shot, width, max(0, height - len(lines)), look)]


def begins(shot: ShotRow) -> str:
    """How it begins: `begins with the last frame of S106`."""
    if shot.source:
        return f"begins with {_SEAMS.get(shot.seam, 'a frame')} of {literal(shot.source, 32)}"
    return {"text": "begins from its words alone", "": ""}.get(shot.seam, f"begins from its {shot.seam}")


def _takes(shot: ShotRow) -> str:
    circled = f", t{shot.approved_take:02d} circled" if shot.approved_take is not None else ""
    return f"{shot.takes} take{'' if shot.takes == 1 else 's'}{circled}"


def detail_lines(
    glance: Glance, selected: str, waiting: WaitingRow | None, width: int, height: int, look: Look
) -> list[Line]:
    """Everything known of a shot, of what waits for it, of what broke in it, of what happened to it."""
    shot = find_shot(glance, selected)
    lines: list[Line] = []
    if waiting is not None:
        lines += _question(waiting, width, look)
    if shot is None:
        return lines or [Line((Span(" no shot selected", "quiet"),))]
    lines += _facts(glance, shot, width, look)
    lines += _history(glance, shot, width, max(2, height - len(lines) - 2), look)
    back = Line((Span(f" {keymap.key_of('close')} back to the board", "quiet"),))
    return [*lines[: height - 2], EMPTY, back]


def _question(waiting: WaitingRow, width: int, look: Look) -> list[Line]:
    words = literal(waiting.question) or waiting.kind.replace("_", " ")
    named = waiting.shot or ("" if waiting.kind == "pause" else waiting.id)
    subject = fit(literal(named, 60), max(1, width - 16), look.dots)
    lines = [Line((Span(" WAITS FOR YOU  ", "quiet"), Span(subject, "need")))]
    lines += [Line((Span(f"  {row}", "text"),)) for row in wrap(words, width - 3, 6, look.dots)]
    answer = keymap.keyed(_SETTLE.get(waiting.kind, ""))
    lines += [Line((Span(f"  {row}", "bright"),)) for row in wrap(answer, width - 3, 3, look.dots)]
    return [*lines, EMPTY]


def _facts(glance: Glance, shot: ShotRow, width: int, look: Look) -> list[Line]:
    state = state_of(shot.state)
    chain = index_of(glance).chain(shot.chain)
    name = literal((chain.title or chain.id) if chain else shot.chain)
    low, high = shot.expected
    stale = ", stale" if shot.stale and shot.state != "stale" else ""
    facts = [
        ("state", f"{look.sign(shot.state)} {state.word}{stale}", state.ink),
        ("takes", f"{_takes(shot)}, {low} to {high} are usual", "text"),
        ("seam", f"{literal(shot.seam)}: {begins(shot)}" if shot.seam else "", "text"),
        ("drift", "not measured" if shot.drift is None else f"{shot.drift:.3f}", "text"),
        ("note", literal(shot.note), "text"),
        ("says", literal(shot.description, 600), "text"),
    ]
    top = f"SHOT {literal(shot.id)}  {literal(shot.kind)}, {shot.seconds:g} s, chain {name}"
    lines = [title(row) for row in wrap(top, width - 1, 2, look.dots)]
    for label, text, ink in facts:
        rows = wrap(text, width - _LABEL - 1, 5, look.dots)
        for index, row in enumerate(rows):
            lines.append(Line((cell(f"  {label}" if index == 0 else "", _LABEL, "quiet"), Span(row, ink))))
    return [*lines, *_clip(shot, width, look)]


def _clip(shot: ShotRow, width: int, look: Look) -> list[Line]:
    """Where the clip lies, to open it elsewhere: on one line, so that it can be copied."""
    if not shot.clip:
        return []
    whole, room = literal(shot.clip, 600), max(1, width - _LABEL - 1)
    shown = whole if cell_len(whole) <= room else look.dots + whole[len(whole) - room + 1 :]
    return [Line((cell("  clip", _LABEL, "quiet"), Span(fit(shown, room, look.dots))))]


def said_lines(text: str, width: int, height: int, look: Look) -> list[Line]:
    """A sentence too long for its line, whole; its parts, what and what to do, one below the other."""
    rows = [row for part in text.split("  ") for row in wrap(literal(part, 1000), width - 3, 12, look.dots)]
    foot = Line((Span(" the next key closes this", "quiet"),))
    told = [EMPTY, *(Line((Span(f"  {row}", "bright"),)) for row in rows)]
    return [*told[: height - 2], EMPTY, foot]


def _history(glance: Glance, shot: ShotRow, width: int, room: int, look: Look) -> list[Line]:
    """What broke first, then what happened, newest first, in so many lines."""
    lines: list[Line] = []
    broken = [row for row in glance.failures if row.shot == shot.id][:4] if room >= 3 else []
    if broken:
        lines += [EMPTY, title("WHAT BROKE")]
    for failure in broken:
        cost = usd(failure.cost) if failure.cost is not None else "cost unknown"
        text = f"{literal(failure.category)}, {cost}: {literal(failure.broke)}"
        for label, more in (("cause", failure.cause), ("worked round by", failure.workaround)):
            text += f"; {label}: {literal(more)}" if more else ""
        lines += [Line((Span(f"  {row}", "text"),)) for row in wrap(text, width - 3, 4, look.dots)]
    happened = [row for row in glance.events if row.shot == shot.id] if room - len(lines) >= 3 else []
    if happened:
        lines += [EMPTY, title("WHAT HAPPENED")]
    for event in happened:
        rows = wrap(short_names(literal(event.text), look.dots), width - 13, 2, look.dots)
        for index, row in enumerate(rows):
            stamp = clock(event.at) if index == 0 else ""
            lines.append(Line((Span(f"  {stamp:<8}  ", "faint"), Span(row, "text"))))
    return lines[:room]
