"""The Review screen drawn: the shot, its takes, what changed, the measures, the notes, what broke.

Pure: a page of `core.studio.pages.review` to lines. Where the panels stand is in `review_places`; the
seam view is `review_seam`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import zip_longest
from typing import TYPE_CHECKING

from rich.cells import cell_len

from tui import keymap
from tui.theme import Look, state_of
from tui.widgets.figures import date_and_time, usd
from tui.widgets.lines import Line, Span, cell, fit, literal, paragraph, slate, title, wrap
from tui.widgets.shot import begins
from tui.widgets.table import Cell, Column, table_lines

if TYPE_CHECKING:
    from core.studio.pages.review_rows import FrameRow, NoteLine, ReviewPage, ScoreLine, TakeLine

COLUMNS = (
    Column("take", "take", 5),
    Column("state", "state", 14, least=12),
    Column("cost", "cost", 8, right=True, rank=1),
    Column("when", "when", 12, rank=3),
    Column("by", "by", 9, least=5, rank=2),
    Column("seed", "seed", 10, right=True, rank=5),
    Column("model", "model", 18, least=10, rank=4),
    Column("said", "said", 16, least=12, share=1, rank=6),
)
_FIELD = 15
"""Cells of the name of what changed, under the title of its list."""
_LABEL = 11


def head_lines(page: ReviewPage, width: int, height: int, look: Look) -> list[Line]:
    """The shot on one line, its words on the next; the last parts of the first give way whole."""
    shot = page.shot
    if shot is None:
        return [Line((Span(" this film has no shot yet: write one in shots/<chain>.toml", "quiet"),))]
    state = state_of(shot.state)
    parts = [
        [Span(f" {literal(shot.id, 32)}", "bright")],
        [Span(f"  {look.sign(shot.state)} ", state.ink), Span(state.word)],
        [Span(f"  {literal(shot.kind, 24)}", "quiet")],
        [Span(f"  {shot.seconds:g} s", "quiet")],
        [Span(f"  {literal(page.chain, 24)} {page.place} of {page.of}", "quiet")] if page.place else [],
        [Span(f"  {begins(shot)}", "quiet")] if begins(shot) else [],
    ]
    while len(parts) > 2 and sum(Line(tuple(part)).width for part in parts) > width:
        parts.pop()
    lines = [Line(tuple(span for part in parts for span in part))]
    told = page.warnings[: max(0, height - 2)]
    lines += [Line((Span(f" {fit(literal(one), width - 2, look.dots)}", "stale"),)) for one in told]
    words = wrap(literal(shot.description, 600), max(1, width - 2), max(0, height - len(lines)), look.dots)
    return [*lines, *(Line((Span(f" {row}"),)) for row in words)][:height]


# The takes.


def take_lines(page: ReviewPage, width: int, height: int, look: Look) -> list[Line]:
    """All takes of the shot, the selected one marked; without any, what makes one."""
    waits = page.waiting
    told = (
        f"  {waits} in the film wait{'s' * (waits == 1)} for a verdict"
        if waits
        else "  nothing waits for a verdict"
    )
    at = next((index for index, line in enumerate(page.takes) if line.n == page.take), None)
    # A seed that is cut is another seed.
    digits = max((len(str(line.seed)) for line in page.takes), default=0)
    columns = [replace(one, width=max(6, digits)) if one.id == "seed" else one for one in COLUMNS]
    return table_lines(
        columns,
        len(page.takes),
        lambda index: _take_cells(page.takes[index], look, newest=index == 0),
        at,
        None,
        width,
        height,
        look,
        name="TAKES",
        more=(Span(told, "quiet"),),
        empty=_no_take(page),
    )


def _no_take(page: ReviewPage) -> str:
    if page.shot is None:
        return ""
    if page.shot.state == "omitted":
        return "This shot is omitted: it is not made."
    before = page.before
    waits = before is not None and page.shot.source == before.shot and before.usable is None
    source = f"once {literal(before.shot, 32)} has one " if waits and before else ""
    return f"No take yet. {keymap.key_of('go')} starts the chain; {source}it is made."


def _take_cells(line: TakeLine, look: Look, *, newest: bool) -> tuple[Cell, ...]:
    state = state_of(line.state)
    word = line.word or ("cancelled" if line.state == "omitted" else state.word)
    # A take that was lost calls a person only while none came after it.
    over = {"omitted": "faint"} if newest else {"omitted": "faint", "failed": "rejected"}
    ink = over.get(line.state, state.ink)
    by = line.person and (f"{line.person}: hold" if line.verdict == "hold" else line.person)
    return (
        Span(f"t{line.n:02d}", "bright" if line.stands else "text"),
        (Span(f"{look.sign(line.state)} ", ink), Span(word)),
        Span(cost_of(line)),
        Span(date_and_time(line.at), "quiet"),
        Span(by, "quiet"),
        Span(str(line.seed), "quiet"),
        Span(line.model or line.provider, "quiet"),
        Span(line.said),
    )


def cost_of(line: TakeLine) -> str:
    """`$0.76`, `~$0.76`, `unknown`, `free`; nothing where nothing was ever sent."""
    if not line.certainty:
        return ""
    if line.cost == 0 and line.certainty == "exact":
        return "free"
    return usd(line.cost, estimated=line.certainty == "estimated")


# What is known of the selected take.


def change_lines(page: ReviewPage, width: int, look: Look) -> list[Line]:
    """Field, old, new, in three columns."""
    if page.take is None or page.against is None:
        return []
    half = max(8, (width - _FIELD - 2) // 2)
    heads = (cell(" WHAT CHANGED", _FIELD, "quiet"), cell(f"t{page.against:02d}", half, "quiet"))
    lines = [Line((*heads, Span(f" t{page.take:02d}", "quiet")))]
    if not page.changed:
        return [*lines, Line((Span(" nothing: the same request was sent again", "quiet"),))]
    before = ""
    for one in page.changed:
        sides = [wrap(literal(text, 400) or "", half - 1, 3, look.dots) for text in (one.old, one.new)]
        if not one.old and one.field == "prompt" and one.new.startswith("and "):
            sides[0] = []
        for old, new in zip_longest(*sides, fillvalue=""):
            name = "" if one.field == before else literal(one.field, 40)
            before = one.field
            lines.append(
                Line(
                    (
                        cell(f" {name}", _FIELD, "quiet", dots=look.dots),
                        cell(old, half, "quiet"),
                        Span(f" {new}"),
                    )
                )
            )
    return lines


def measure_lines(page: ReviewPage, alike: Sequence[tuple[str, str]], width: int, look: Look) -> list[Line]:
    """What was measured; `alike`: more (name, phrase) that was measured on the frames just now."""
    if page.take is None:
        return []
    rows = [*((one.name, one.value) for one in page.measures), *alike]
    lines = [title("MEASURES")]
    for name, value in rows:
        label = cell(f" {literal(name, 40)}", _LABEL + 4, "quiet", dots=look.dots)
        lines.append(Line((label, Span(fit(literal(value), width - _LABEL - 5, look.dots)))))
    return lines if rows else [*lines, Line((Span(" nothing was measured on it yet", "quiet"),))]


def note_lines(page: ReviewPage, width: int, look: Look) -> list[Line]:
    """Open notes first, each with its number and moment; then those that are settled, and what was asked."""
    if page.shot is None:
        return []
    count = len(page.open_notes)
    lines = [title("NOTES", Span(f"  {count} open" if count else "", "quiet"))]
    for note in page.notes:
        lines += one_note(note, width, look)
    if not page.notes:
        key = keymap.key_of("review_note")
        lines.append(Line((Span(f" none; {key} writes one, like: 0:03.2 the hand slips", "quiet"),)))
    return lines


def one_note(note: NoteLine, width: int, look: Look) -> list[Line]:
    closed = bool(note.resolved) or note.kind == "asked"
    label = "asked" if note.kind == "asked" else f"{note.id}"
    at = f"{literal(note.timecode, 16)}  " if note.timecode else ""
    text = f"{at}{literal(note.text, 600)} ({literal(note.person, 40)})"
    if note.resolved:
        text += f"; done: {literal(note.resolved, 300)} ({literal(note.resolved_by, 40)})"
    rows = wrap(text, max(1, width - 8), 3, look.dots)
    ink = "quiet" if closed else "text"
    return [
        Line((cell(f" {label if index == 0 else ''}", 7, "quiet"), Span(row, ink)))
        for index, row in enumerate(rows)
    ]


def broke_lines(page: ReviewPage, width: int, look: Look) -> list[Line]:
    """What was logged on this shot, and what is known of such shots: to read before a retake."""
    lines = []
    for one in page.broke:
        take = f"t{one.take:02d} " if one.take is not None else ""
        helped = f"; helped: {literal(one.workaround)}" if one.workaround else ""
        text = f"{take}{literal(one.category, 40)}: {literal(one.broke)}{helped} ({literal(one.outcome, 20)})"
        lines += paragraph(text, width, 3, dots=look.dots)
    for said in page.known:
        lines += paragraph(literal(said, 400), width, 3, dots=look.dots)
    return [title("BEFORE A RETAKE"), *lines] if lines else []


def score_lines(scores: Sequence[ScoreLine], width: int, look: Look) -> list[Line]:
    """What was scored; items nobody scored are only counted."""
    given = [one for one in scores if one.score is not None]
    if not given:
        return []
    left = len(scores) - len(given)
    lines = [title("SCORES", Span(f"  {left} not scored" if left else "", "quiet"))]
    for one in given:
        name = cell(f" {literal(one.item, 60)}", 21, "quiet", dots=look.dots)
        said = f" {literal(one.note)}" if one.note else ""
        void = ", void" if one.void else ""
        text = f"{one.score} of 5{void}  {literal(one.person, 24)}{said}"
        lines.append(Line((name, Span(fit(text, width - 22, look.dots)))))
    return lines


def rubric_lines(scores: Sequence[ScoreLine], width: int, height: int, look: Look) -> list[Line]:
    """While a score is being written: every item, with what it was given last."""
    lines = [title("RUBRIC", Span("  the beginning of an item, then 1 to 5", "quiet"))]
    for one in scores:
        given = f"{one.score} of 5" if one.score is not None else ""
        name = fit(literal(one.item, 60), max(1, width - 12), look.dots)
        lines.append(Line((cell(f" {name}", max(1, width - 10)), Span(given, "quiet"))))
    return lines[:height]


# Pictures.


def caption_of(frame: FrameRow, room: int = 80) -> str:
    """What a frame is to the shot under review: `handed over by S105 t02`; in few cells `from S105 t02`."""
    name = slate(frame.shot, frame.take)
    handed = f"handed over by {name}"
    return {
        "handed": handed if cell_len(handed) <= room else f"from {name}",
        "before": f"{name} ends",
        "first": f"{name} begins",
        "last": f"{name} ends",
        "next": f"{name} begins",
    }.get(frame.role, f"{name} {frame.end} frame")


def pictured(frames: Sequence[FrameRow], room: int) -> tuple[FrameRow, ...]:
    """Which of the frames stand in `room` places, from left to right.

    The take's end is shown before all else, then what it was handed, then the next shot's opening; its own
    beginning is, over most seams, the frame it was handed.
    """
    order = ("last", "handed", "next", "first", "before")
    wanted = sorted(frames, key=lambda frame: order.index(frame.role))[:room]
    return tuple(frame for frame in frames if frame in wanted)
