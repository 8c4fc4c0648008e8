"""The Matrix screen, drawn: all shots as a table, and the list its columns are chosen from.

Pure: a page of `core.studio.pages.matrix` to lines.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tui.theme import Look, state_of
from tui.widgets.figures import usd
from tui.widgets.lines import Line, Span, fit, literal
from tui.widgets.table import Cell, Column, fit_columns, table_lines

if TYPE_CHECKING:
    from core.studio.pages.matrix_rows import MatrixPage, MatrixRow

COLUMNS: tuple[Column, ...] = (
    Column("shot", "shot", 6),
    Column("chain", "chain", 12, least=8, rank=8),
    Column("kind", "kind", 11, rank=5),
    Column("state", "state", 12, rank=1),
    Column("description", "description", 30, least=24, share=3, rank=2),
    Column("seconds", "sec", 5, right=True, rank=6),
    Column("seam", "seam", 8, rank=7),
    Column("takes", "takes", 5, right=True, rank=3),
    Column("usual", "usual", 6, right=True, rank=9),
    Column("circled", "circled", 7, right=True, rank=9),
    Column("newest", "newest", 6, right=True, rank=9),
    Column("spent", "spent", 8, right=True, rank=4),
    Column("provider", "provider", 11, least=9, rank=9),
    Column("model", "model", 18, least=12, share=1, rank=8),
    Column("from", "from", 6, rank=9),
    Column("note", "note", 20, least=16, share=1, rank=9),
    Column("lock", "lock", 6, rank=9),
    Column("position", "#", 5, right=True, rank=9),
)
USUAL: tuple[str, ...] = ("shot", "kind", "state", "description", "seconds", "seam", "takes", "note")
"""What is shown before a person chooses."""
LARGE = 180
"""Columns of the window from which on it is `MORE`."""
MORE: tuple[str, ...] = (
    *("shot", "chain", "kind", "state", "description", "seconds", "seam", "from"),
    *("takes", "usual", "circled", "newest", "model", "note"),
)
ABOUT: dict[str, str] = {
    "shot": "its id, which never changes",
    "chain": "the chain it belongs to",
    "kind": "hero, establisher, character or action",
    "state": "planned, running, for review, circled ..",
    "description": "what the picture shows",
    "seconds": "how long it is planned",
    "seam": "how it begins: last, keyframe, bridge ..",
    "takes": "takes made so far",
    "usual": "takes such a shot usually needs",
    "circled": "the circled take",
    "newest": "the newest take",
    "spent": "what its takes have cost",
    "provider": "who makes it",
    "model": "with which model",
    "from": "the shot whose frame it begins from",
    "note": "why it is held, failed or in doubt",
    "lock": "whether runs leave it as it is",
    "position": "its place in the film",
}
_BY_ID = {column.id: column for column in COLUMNS}
_LOUD = frozenset({"need", "running"})
_ID = 16
"""Cells of the longest id that is shown whole."""


@dataclass(frozen=True, slots=True)
class MatrixView:
    """What the list shows."""

    page: MatrixPage
    columns: tuple[str, ...]
    focus: str
    """The column the keys act on."""
    selected: str
    marked: frozenset[str]


class _Marks:
    """Marked rows by their place: marks are kept by shot, for places move."""

    def __init__(self, view: MatrixView) -> None:
        self._rows, self._marked = view.page.rows, view.marked

    def __contains__(self, at: object) -> bool:
        return isinstance(at, int) and self._rows[at].shot.id in self._marked


def known(ids: list[str]) -> tuple[str, ...]:
    """Those of `ids` that are columns, each once, the shot's id first: what is kept in a file is foreign."""
    found = tuple(dict.fromkeys(name for name in ids if name in _BY_ID))
    return found if found and found[0] == "shot" else ("shot", *(name for name in found if name != "shot"))


def columns_of(view: MatrixView) -> tuple[Column, ...]:
    """The chosen columns; the one the keys act on is never left out."""
    found = []
    for name in view.columns:
        column = _BY_ID[name]
        if name == "shot":
            column = replace(column, width=max(column.width, min(_ID, view.page.widest)))
        found.append(replace(column, rank=0) if name == view.focus else column)
    return tuple(found)


def matrix_lines(view: MatrixView, width: int, height: int, look: Look) -> list[Line]:
    """The table, and below it what of the filter could not be used."""
    page = view.page
    columns = columns_of(view)
    here = page.places.get(view.selected)
    told = [
        Line((Span(f" {fit(literal(said), width - 2, look.dots)}", "bright"),)) for said in page.faults[:2]
    ]
    told = told if height > 6 else []
    lines = table_lines(
        columns,
        len(page.rows),
        lambda at: _cells(page.rows[at], columns, view.focus if at == here else "", look),
        here,
        _Marks(view),
        width,
        height - len(told),
        look,
        name="SHOTS",
        more=_more(view, columns, width),
        total=page.total,
        sort=(page.query.sort, page.query.reverse) if page.query.sort else None,
        empty=_empty(page),
    )
    air = [Line()] * (height - len(told) - len(lines)) if told else []
    return [*lines, *air, *told]


def _more(view: MatrixView, columns: tuple[Column, ...], width: int) -> tuple[Span, ...]:
    spans = []
    if view.marked:
        spans.append(Span(f"  {len(view.marked):,} marked", "bright"))
    if view.page.query.filter:
        spans.append(Span(f"  / {fit(literal(view.page.query.filter), max(8, width // 3))}", "text"))
    left = len(columns) - len(fit_columns(columns, width - 3))
    if left and view.page.rows:
        spans.append(Span(f"  no room for {left} column{'' if left == 1 else 's'}", "faint"))
    return tuple(spans)


def _empty(page: MatrixPage) -> str:
    if page.total:
        return "No shot fits this filter. / changes it, esc shows them all."
    return "No shots yet: write a chain into shots/, or look at the sample film of `rushes demo`."


def _cells(row: MatrixRow, columns: tuple[Column, ...], focus: str, look: Look) -> tuple[Cell, ...]:
    return tuple(
        _focused(_cell(row, column.id, look)) if column.id == focus else _cell(row, column.id, look)
        for column in columns
    )


def _focused(given: Cell) -> Cell:
    """An empty cell shows something to stand on."""
    runs = (given,) if isinstance(given, Span) else given
    shown = tuple(replace(run, chosen=True) for run in runs if run.text)
    return shown or Span("-", "quiet", chosen=True)


def _cell(row: MatrixRow, column: str, look: Look) -> Cell:
    shot = row.shot
    state = state_of(shot.state)
    if column == "state":
        ink = "text" if state.ink in _LOUD else "quiet"
        return Span(f"{look.sign(shot.state)} ", state.ink), Span(state.word, ink)
    text, ink = {
        "shot": (shot.id, "bright"),
        "chain": (row.title, "quiet"),
        "kind": (shot.kind, "quiet"),
        "description": (shot.description, "text"),
        "seconds": (f"{shot.seconds:g}", "quiet"),
        "seam": (shot.seam, "quiet"),
        "takes": (
            str(shot.takes),
            "bright" if shot.takes > shot.expected[1] else "text" if shot.takes else "faint",
        ),
        "usual": (f"{shot.expected[0]}-{shot.expected[1]}", "faint"),
        "circled": (_take(shot.approved_take), "circled"),
        "newest": (_take(shot.newest_take), "quiet"),
        "spent": (usd(row.spent, estimated=row.estimated) if row.spent != 0 else "", "text"),
        "provider": (row.provider, "quiet"),
        "model": (row.model, "quiet"),
        "from": (shot.source, "quiet"),
        "note": (shot.note, "quiet"),
        "lock": ("locked" if row.locked else "", "quiet"),
        "position": (str(row.position), "faint"),
    }[column]
    return Span(text, ink)


def _take(n: int | None) -> str:
    return "" if n is None else f"t{n:02d}"


_PICKER = (Column("name", "column", 12), Column("about", "what it holds", 24, least=12, share=1, rank=1))


def picker_lines(shown: tuple[str, ...], at: int, width: int, height: int, look: Look) -> list[Line]:
    """All columns, those shown first in their order; a mark stands at each that is shown."""
    order = picker_order(shown)
    keys = Line((Span(" space shows or hides, left and right move it, esc is done", "faint"),))
    lines = table_lines(
        _PICKER,
        len(order),
        lambda row: (
            Span(_BY_ID[order[row]].title if order[row] != "position" else "position", "text"),
            Span(ABOUT[order[row]], "quiet"),
        ),
        at,
        frozenset(place for place, name in enumerate(order) if name in shown),
        width,
        height - 1,
        look,
        name="COLUMNS",
    )
    return [*lines, *([Line()] * (height - 1 - len(lines))), keys]


def picker_order(shown: tuple[str, ...]) -> tuple[str, ...]:
    return (*shown, *(column.id for column in COLUMNS if column.id not in shown))
