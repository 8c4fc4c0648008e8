"""The Gaps screen, drawn: tasks, suggestions, everything uncertain; below each list the chosen one whole.

Pure: a page of `core.studio.pages.gaps` to lines.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.base.text import cut_left
from tui import keymap
from tui.theme import Look
from tui.widgets.figures import day, usd
from tui.widgets.lines import Line, Span, cell, literal, title, wrap
from tui.widgets.table import Cell, Column, fit_columns, table_lines

if TYPE_CHECKING:
    from collections.abc import Container, Mapping, Sequence

    from core.studio.pages.gaps import Gap, GapsPage, SuggestionLine, TaskLine

SECTIONS: tuple[tuple[str, str], ...] = (
    ("tasks", "tasks"),
    ("suggestions", "suggestions"),
    ("uncertain", "uncertain"),
)
_TEXT = 1000


def strip_line(at: str, page: GapsPage | None, width: int, look: Look) -> Line:
    """The three lists of a small screen with their counts, the open one bright."""
    counts: Mapping[str, int | None] = {
        "tasks": len(page.tasks) if page else None,
        "suggestions": len(page.suggestions) if page else None,
        "uncertain": len(page.gaps) if page and page.gaps is not None else None,
    }
    spans: list[Span] = [Span(" ")]
    for ident, name in SECTIONS:
        count = counts[ident]
        spans.append(Span(name, "bright" if ident == at else "quiet"))
        spans.append(Span(f" {count}   " if count is not None else "   ", "quiet"))
    return Line((*spans, Span(keymap.key_of("area"), "faint")))


def _below(lines: list[Line], told: list[Line], height: int) -> list[Line]:
    return [*lines, *([Line()] if told else []), *told][:height]


def _split(told: list[Line], height: int) -> tuple[list[Line], int]:
    """What is told below a list, and the lines that are left for the list: at least five."""
    kept = told[: max(0, height - 6)] if height >= 9 else []
    return kept, height - len(kept) - bool(kept)


# Tasks.

_TASKS = (
    Column("id", "#", 4, right=True),
    Column("state", "", 11, rank=2),
    Column("title", "task", 40, least=32, share=3),
    Column("owner", "owner", 18, least=12, rank=1),
    Column("due", "due", 10, rank=3),
    Column("without", "without it", 24, least=18, share=2, rank=5),
    Column("source", "from", 14, least=10, rank=6),
)


def task_lines(
    page: GapsPage, at: int | None, marked: Container[int], width: int, height: int, look: Look
) -> list[Line]:
    """`marked` holds indices."""
    chosen = page.tasks[at] if at is not None and at < len(page.tasks) else None
    told, room = _split(_task_told(chosen, width, look) if chosen else [], height)

    def row(index: int) -> Sequence[Cell]:
        return _task(page.tasks[index], look)

    more = (Span("  with those that ended", "faint"),) if page.ended else ()
    lines = table_lines(
        *(_TASKS, len(page.tasks), row, at, marked, width, room, look),
        name="TASKS",
        more=more,
        empty="No task is open. i adds one; b begins the checklist: the seven steps of a production.",
    )
    return _below(lines, told, height)


def _task(one: TaskLine, look: Look) -> Sequence[Cell]:
    open_ = one.state == "open"
    if one.approval == "waiting" and one.state != "dropped":
        state: Cell = (Span(f"{look.sign('review')} ", "need"), Span("for a yes", "text"))
    elif one.overdue:
        state = Span("late", "need")
    elif open_:
        state = Span(one.approval or "open", "text" if one.approval != "refused" else "rejected")
    else:
        state = Span(one.approval if one.approval and one.state == "done" else one.state, "quiet")
    return (
        Span(str(one.id), "quiet"),
        state,
        Span(one.title, "text" if open_ else "quiet"),
        Span(one.owner or "nobody", "text" if one.owner else "need" if open_ else "quiet"),
        Span(one.due, "need" if one.overdue else "quiet"),
        Span(one.consequence, "quiet"),
        Span(one.source, "quiet"),
    )


def _task_told(one: TaskLine, width: int, look: Look) -> list[Line]:
    approved = f", approved by {one.approved_by}" if one.approval == "approved" else ""
    return _fields(
        (
            ("task", one.title),
            ("without it", one.consequence or "nobody said what hangs on it"),
            ("output", one.output),
            ("review", f"{one.review_path}{approved}".lstrip(", ")),
            ("from", one.source or "why does this exist? it has no source"),
        ),
        width,
        look,
    )


# Suggestions.

_SUGGESTIONS = (
    Column("id", "#", 4, right=True),
    Column("state", "", 9, least=8, rank=3),
    Column("text", "suggestion", 60, least=32, share=3),
    Column("price", "price", 10, right=True, rank=1),
    Column("source", "from", 14, least=12, rank=2),
    Column("model", "by", 18, least=10, rank=4),
)


def suggestion_lines(
    page: GapsPage, at: int | None, marked: Container[int], width: int, height: int, look: Look
) -> list[Line]:
    """`marked` holds indices."""
    chosen = page.suggestions[at] if at is not None and at < len(page.suggestions) else None
    told, room = _split(_suggestion_told(chosen, width, look) if chosen else [], height)

    def row(index: int) -> Sequence[Cell]:
        return _suggestion(page.suggestions[index])

    more = (Span("  with those that were decided", "faint"),) if page.ended else ()
    lines = table_lines(
        *(_SUGGESTIONS, len(page.suggestions), row, at, marked, width, room, look),
        name="SUGGESTIONS",
        more=more,
        empty="Nothing is suggested. After a refusal the ways round it stand here, with their prices.",
    )
    return _below(lines, told, height)


def price(one: SuggestionLine) -> str:
    """At most so much; `unknown` where it would be paid and nobody can say; empty where it costs nothing."""
    if one.upper is not None:
        return f"max {usd(one.upper)}" if one.upper else "free"
    if one.expected is not None:
        return usd(one.expected, estimated=True)
    return "unknown" if one.priced else ""


def _suggestion(one: SuggestionLine) -> Sequence[Cell]:
    return (
        Span(str(one.id), "quiet"),
        Span(one.state, "text" if one.state == "open" else "quiet"),
        Span(one.text, "text" if one.state == "open" else "quiet"),
        Span(price(one), "text"),
        Span(_slate(one.shot, one.take) or one.link, "quiet"),
        Span(one.model.strip(":").rpartition("/")[2], "quiet"),
    )


def _suggestion_told(one: SuggestionLine, width: int, look: Look) -> list[Line]:
    said = price(one)
    expected = f", about {usd(one.expected)}" if one.expected is not None and one.upper else ""
    fields = [
        ("suggestion", one.text),
        ("because", one.reason),
        ("a yes leads to", one.next_action),
        ("price", f"{said}{expected}" if said else ""),
        ("from", one.link or _slate(one.shot, one.take)),
        ("by", one.model),
    ]
    fields += [
        (f"{row.decision}ed", f"by {row.person}, {day(row.at)}{': ' + row.why if row.why.strip() else ''}")
        for row in one.decided
    ]
    fields += [
        ("like", f"#{row.id} ({row.likeness:.0%}), {row.state}{': ' + row.why if row.why.strip() else ''}")
        for row in one.like
    ]
    return _fields(fields, width, look)


def _slate(shot: str, take: int | None) -> str:
    return f"{shot} take {take}" if shot and take else shot


# Everything uncertain.

_GAPS = (
    Column("kind", "", 10, rank=2),
    Column("where", "where", 16, least=8, share=1),
    Column("what", "what", 40, least=20, share=4),
    Column("sum", "held", 9, right=True, rank=1),
    Column("command", "what to type", 36, least=34, share=1, rank=3),
)
_WORDS = {"in_doubt": "in doubt", "fault": "file", "unlinked": "no source", "commitment": "promise"}
"""Kind of a gap in the list, where the kind itself is not the word for it."""


def gap_lines(
    page: GapsPage, names: Mapping[str, str], at: int | None, width: int, height: int, look: Look
) -> list[Line]:
    """`names`: kind to heading."""
    found: Sequence[Gap] = page.gaps or ()
    if page.gaps is None:
        return [title("UNCERTAIN"), Line((Span(" looking through the film", "quiet"),))][:height]
    chosen = found[at] if at is not None and at < len(found) else None
    sums = any(one.micro is not None for one in found)
    shown = [at for at, column in enumerate(_GAPS) if sums or column.id != "sum"]
    columns = [_GAPS[at] for at in shown]
    place = next(one.width for one in fit_columns(columns, width - 2) if one.column.id == "where")
    told, room = _split(_gap_told(chosen, names, width, look) if chosen else [], height)

    def row(index: int) -> Sequence[Cell]:
        before = found[index - 1].kind if index else ""
        every = _gap(found[index], before, place, look)
        return [every[at] for at in shown]

    lines = table_lines(
        *(columns, len(found), row, at, None, width, room, look),
        name="UNCERTAIN",
        empty="No gap: everything is known, owned and decided.",
    )
    return _below(lines, told, height)


def _gap(one: Gap, before: str, place: int, look: Look) -> Sequence[Cell]:
    # What kind it is once for all of its kind: what repeats is faint.
    return (
        Span(_WORDS.get(one.kind, one.kind), "faint" if one.kind == before else "quiet"),
        Span(short_place(one, place, look), "text"),
        Span(one.what, "need" if one.kind in ("in_doubt", "fault") else "text"),
        Span(usd(one.micro, estimated=True) if one.micro is not None else "", "text"),
        Span(one.command, "quiet"),
    )


def short_place(one: Gap, most: int, look: Look) -> str:
    """Where, without the word that says what kind of link it is; a path is cut from its left."""
    kind, _, rest = one.where.partition(":")
    if kind == "file":
        path = literal(rest, _TEXT)
        return path if len(path) <= most else look.dots + cut_left(path, most)[1:]
    return rest if kind in ("shot", "seam", "take", "chain", "model") else f"{kind} {rest}"


def _gap_told(one: Gap, names: Mapping[str, str], width: int, look: Look) -> list[Line]:
    word, heading = _WORDS.get(one.kind, one.kind), names.get(one.kind, "")
    where = f"{one.shot}, {one.where}" if one.shot and one.shot not in one.where else one.where
    fields = (
        (word, one.what),
        ("one of", heading if heading != word else ""),
        ("where", where),
        ("why", one.why),
        ("type", one.command),
    )
    return _fields(fields, width, look)


# What is told below a list.


def _fields(fields: Sequence[tuple[str, str]], width: int, look: Look) -> list[Line]:
    """Label and text; what is empty is left out, what is long goes on below itself."""
    lines: list[Line] = []
    labels = max((len(label) for label, text in fields if text.strip()), default=0) + 2
    for label, text in fields:
        shown = wrap(literal(text, _TEXT), max(1, width - labels - 2), 3, look.dots) if text.strip() else []
        for index, words in enumerate(shown):
            lines.append(Line((cell(f"  {'' if index else label}", labels + 2, "quiet"), Span(words))))
    return lines
