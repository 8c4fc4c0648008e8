"""The Failures screen drawn: categories with what helped, the catalogue as a table, one failure whole.

Pure: a page of `core.studio.pages.failures` to lines. The board's panel is `failures`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

from tui import keymap
from tui.theme import Look
from tui.widgets.figures import date_and_time, usd
from tui.widgets.lines import Line, Span, cell, fit, literal, slate, title, wrap
from tui.widgets.plots import Bar, bars
from tui.widgets.table import Cell, Column, table_lines

if TYPE_CHECKING:
    from core.studio.pages.failures import Category, Detail, Failed, FailuresPage

ROWS = (
    Column("shot", "shot", 9, least=7),
    Column("category", "category", 15, rank=1),
    Column("broke", "what broke", 32, least=22, share=3),
    Column("cause", "cause", 24, least=16, share=1, rank=7),
    Column("workaround", "what helped", 20, least=16, share=2, rank=4),
    Column("outcome", "outcome", 11, rank=2),
    Column("cost", "lost", 9, right=True, rank=3),
    Column("when", "when", 12, rank=6),
)
CATEGORIES = (
    Column("name", "category", 16, least=15, share=1),
    Column("times", "failures", 8, right=True),
    Column("open", "open", 4, right=True, rank=4),
    Column("lost", "lost", 9, right=True, rank=1),
    Column("unknown", "not known", 10, right=True, rank=5),
    Column("workaround", "best workaround", 24, least=16, share=2, rank=2),
    Column("helped", "helped", 8, rank=3),
)
_ROOMY = 150
"""Columns from which on the catalogue tells causes as well; the detail beside it always does."""
_LABEL = 12
_DOLLAR = 1_000_000
_HASH = 12
"""Characters of a hash: enough to tell it from every other of a film."""
_TEXT = 6
"""Lines a text of the detail may take."""
_ALSO = 8
"""Failures of the same category that the detail names."""


# The catalogue.


def row_lines(
    page: FailuresPage, at: int, sought: str, width: int, height: int, look: Look, *, here: bool = True
) -> list[Line]:
    """The rows of the filter, newest first, the page of row `at`. `sought`: what the filter says, as it was
    typed; `here`: whether the keys act on this table."""
    lost = lost_of(page.shown)
    more = [Span(f"  {lost} lost", "quiet")] if page.rows else []
    if page.proposed:
        more.append(Span(f"  {page.proposed} proposed: {keymap.key_of('gaps')}", "need"))
    if sought:
        words = fit(literal(sought), max(8, width // 3), look.dots)
        more.append(Span(f"  {keymap.key_of('find')} {words}", "bright"))
    shown = [at for at, column in enumerate(ROWS) if column.id != "cause" or width >= _ROOMY]

    def cells(index: int) -> Sequence[Cell]:
        every = _cells(page.rows[index])
        return [every[at] for at in shown]

    lines = table_lines(
        [ROWS[at] for at in shown],
        len(page.rows),
        cells,
        at,
        None,
        width,
        height,
        look,
        name="FAILURES",
        more=more,
        total=page.total if sought else None,
        empty=_nothing(sought),
    )
    return lines if here else [_left(line, look) for line in lines]


def _left(line: Line, look: Look) -> Line:
    """A line the keys have left: it stays where it is, without their mark."""
    if not line.chosen:
        return line
    first, *rest = line.spans
    return Line((replace(first, text=first.text.replace(look.cursor, " ", 1)), *rest))


def _nothing(sought: str) -> str:
    if sought:
        return f"No failure is like that. {keymap.key_of('find')} and an empty line shows all."
    return f"Nothing has been logged. {keymap.key_of('fail')} on a shot with a take says what broke."


def _cells(row: Failed) -> Sequence[Cell]:
    told = "bright" if row.outcome == "open" else "quiet"
    return (
        Span(slate(row.shot, row.take)),
        Span(row.category, "quiet"),
        Span(row.broke),
        Span(row.cause, "quiet"),
        Span(row.workaround, "quiet"),
        Span(row.outcome, told),
        Span(usd(row.cost, estimated=row.certainty == "estimated"), "quiet"),
        Span(date_and_time(row.at), "faint"),
    )


# The categories.


def category_lines(
    page: FailuresPage, selected: int | None, width: int, height: int, look: Look
) -> list[Line]:
    """How often, what was lost, what helped best and how often it did. `selected`: under the keys."""
    return table_lines(
        CATEGORIES,
        len(page.categories),
        lambda at: _of_category(page.categories[at]),
        selected,
        None,
        width,
        height,
        look,
        name="BY CATEGORY",
    )


def _of_category(one: Category) -> Sequence[Cell]:
    return (
        Span(one.name),
        Span(str(one.times)),
        Span(str(one.open) if one.open else "", "bright"),
        Span(usd(one.known, estimated=one.estimated)),
        Span(str(one.unknown) if one.unknown else "", "quiet"),
        Span(one.workaround or "none yet", "text" if one.workaround else "faint"),
        Span(helped_of(one), "quiet"),
    )


def helped_of(one: Category) -> str:
    """`4 of 5`; nothing where no workaround is known, or none has ended."""
    return f"{one.helped} of {one.tried}" if one.tried else ""


def lost_of(one: Category) -> str:
    """What is known to be lost, and how many costs are not in it."""
    if one.known is None:
        return "unknown" if one.unknown else usd(0)
    known = usd(one.known, estimated=one.estimated)
    return f"{known} + {one.unknown} unknown" if one.unknown else known


def cost_lines(page: FailuresPage, width: int, height: int, look: Look) -> list[Line]:
    """What each category cost, the dearest first."""
    dear = sorted(page.categories, key=lambda one: -(one.known or 0))
    rows = [
        Bar(one.name, (one.known or 0) / _DOLLAR, usd(one.known, estimated=one.estimated), "quiet")
        for one in dear
    ]
    drawn = [Line((Span(" "), *line.spans)) for line in bars(rows, width - 2, height - 1, look)]
    return [title("LOST BY CATEGORY"), *drawn][:height]


# One failure.


def detail_lines(
    row: Failed, detail: Detail | None, width: int, height: int, look: Look, alike: Sequence[Failed] = ()
) -> list[Line]:
    """All that is known of a failure, the most needed first; what finds no place is left out.

    `alike`: others of its category, newest first, as `alike_of` finds them.
    """
    category = fit(literal(row.category), max(8, width // 2), look.dots)
    head = title(slate(row.shot, row.take), Span(f"  {category}", "bright"))
    lines = [Line((*head.spans, Span(f"  {date_and_time(row.at).strip()}", "faint")))]
    for label, text in _facts(row, detail):
        lines += _told(label, text, width, look)
    lines += _also(category, alike, width, look)
    if detail is not None and detail.prompt:
        lines += [Line(), title("PROMPT")]
        lines += [
            Line((Span(" "), Span(text, "quiet")))
            for text in wrap(literal(detail.prompt, 4000), max(1, width - 2), height, look.dots)
        ]
    return lines[:height]


def alike_of(page: FailuresPage, row: Failed) -> tuple[Failed, ...]:
    """Other failures of the row's category among those shown; one more than are named tells of the rest."""
    found = (one for one in page.rows if one.category == row.category and one.first != row.first)
    return tuple(islice(found, _ALSO + 1))


def _also(category: str, alike: Sequence[Failed], width: int, look: Look) -> list[Line]:
    """Where else it broke like this, and what helped there: to read before the next take is ordered."""
    if not alike:
        return []
    lines = [Line(), title("ALSO", Span(f"  {category}", "quiet"))]
    room = max(8, width - _LABEL - 1)
    for one in alike[:_ALSO]:
        end = f"helped: {literal(one.workaround)}, {one.outcome}" if one.workaround else one.outcome
        text = fit(f"{literal(one.broke)} ({end})", room, look.dots)
        name = cell(slate(one.shot, one.take), _LABEL, "text", dots=look.dots)
        lines.append(Line((Span(" "), name, Span(text, "quiet"))))
    if len(alike) > _ALSO:
        key = keymap.key_of("area")
        lines.append(Line((Span(f" and more: {key} and enter show the category alone", "faint"),)))
    return lines


def _facts(row: Failed, detail: Detail | None) -> Iterable[tuple[str, str]]:
    unknown = f"not said yet: {keymap.key_of('failures_amend')} says it"
    yield "broke", row.broke
    yield "cause", row.cause or unknown
    yield "helped", row.workaround or unknown
    yield "outcome", row.outcome
    yield "lost", _loss(row, detail)
    if detail is None:
        return
    yield "lesson", detail.lesson
    yield "tried since", "; ".join(_tried(one.take, one.state, one.note) for one in detail.tried)
    for at, said in detail.refused:
        yield "refused", f"{date_and_time(at).strip()} {said}"
    for one in detail.before:
        yield (
            "was",
            f"{one.category}: {one.broke} [{one.outcome}], {one.person} {date_and_time(one.at).strip()}",
        )
    yield "origin", detail.origin
    yield "made with", ":".join(part for part in (detail.provider, row.model) if part)
    yield "logged by", detail.person
    yield "request", detail.request[:_HASH]
    yield "prompt", detail.prompt_sha[:_HASH]


def _loss(row: Failed, detail: Detail | None) -> str:
    told = usd(row.cost, estimated=row.certainty == "estimated")
    if detail is None:
        return told
    source = {"take": ", what its take was billed", "given": ", as it was told"}.get(detail.cost_from, "")
    minutes = f", {detail.minutes} min" if detail.minutes is not None else ""
    return f"{told}{source}{minutes}"


def _tried(take: int, state: str, note: str) -> str:
    return f"t{take:02d} {state.replace('_', ' ')}{': ' + note if note else ''}"


def _told(label: str, text: str, width: int, look: Look) -> list[Line]:
    """A label and its text, in as many lines as it needs; nothing where there is nothing to say."""
    shown = literal(text, 2000)
    if not shown:
        return []
    room = max(8, width - _LABEL - 1)
    rows = wrap(shown, room, _TEXT, look.dots)
    names = [label, *[""] * (len(rows) - 1)]
    return [
        Line((Span(" "), cell(name, _LABEL, "quiet"), Span(part)))
        for name, part in zip(names, rows, strict=True)
    ]
