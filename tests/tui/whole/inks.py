"""A screen as text, and as a map of its inks, a letter a cell: what no theme may change.

Small letters are inks of `theme.STYLES`; capitals stand on the line the keys act on, figures in the
cell they act on. A blank is empty ground, `_` the ground of the chosen line, `=` of the chosen cell,
`#` a picture, `~` a field to write in, `w` what stands in it, `@` its cursor.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from rich.cells import cell_len

from tests.tui.stage import Stage
from tui.dialogs.line import Field
from tui.theme import INKS, STYLES
from tui.widgets.picture import Frame

if TYPE_CHECKING:
    from rich.style import Style

LETTERS = dict(zip(INKS, "tbqfnrcxs", strict=True))
FIGURES = dict(zip(INKS, "123456789", strict=True))
PICTURE = "▒"
"""Stands for every cell of a picture, which has tests of its own."""

Cells = list[tuple[str, "Style"]]
"""One row: what stands in a cell, and how; the second half of a wide character is empty."""

Inks = dict[tuple[object, ...], str]
"""Colours and weight to letter."""


class Shown(NamedTuple):
    text: str
    inks: str


def shown(stage: Stage) -> Shown:
    """Raises AssertionError for a cell whose colours are of no ink."""
    rows = [_cells(strip) for strip in stage.app.screen._compositor.render_strips()]
    marks = [["" for _ in row] for row in rows]
    for frame in stage.app.screen.query(Frame):
        if frame.display and frame._rows:
            x, y, width, height = frame.region
            _fill(marks, x, y + 1, min(width, frame._drawn.cols), min(height - 1, frame._drawn.rows), "#")
    for field in stage.app.screen.query(Field):
        if field.display and field.region.area:
            _fill(marks, *field.region, "~")
    inks = _inks()
    texts, letters = [], []
    for y, row in enumerate(rows):
        over = marks[y]
        text = (PICTURE if over[x] == "#" else cell for x, (cell, _) in enumerate(row))
        texts.append("".join(text).rstrip())
        letters.append("".join(_letter(*one, over[x], inks, (x, y)) for x, one in enumerate(row)).rstrip())
    return Shown("\n".join(texts), "\n".join(letters))


def _cells(strip: object) -> Cells:
    found: Cells = []
    for part in strip:  # type: ignore[attr-defined]
        for char in part.text:
            wide = cell_len(char)
            if not wide and found:
                found[-1] = (found[-1][0] + char, found[-1][1])
            found += [(char, part.style)] * bool(wide) + [("", part.style)] * (wide - 1)
    return found


def _fill(marks: list[list[str]], x: int, y: int, width: int, height: int, mark: str) -> None:
    for row in marks[y : y + height]:
        row[x : x + width] = mark * len(row[x : x + width])


def _inks() -> Inks:
    found: Inks = {}
    for ink in INKS:
        style = STYLES[ink]
        found[_key(style)] = LETTERS[ink]
        found[_key(style + STYLES["selected"])] = LETTERS[ink].upper()
        found[_key(style + STYLES["selected_cell"])] = FIGURES[ink]
    return found


def _key(style: Style) -> tuple[object, ...]:
    marks = (style.bold, style.dim, style.underline, style.reverse)
    return (_rgb(style.color), _rgb(style.bgcolor), *map(bool, marks))


def _rgb(colour: object) -> object:
    return colour.get_truecolor() if hasattr(colour, "get_truecolor") else None


def _letter(text: str, style: Style, over: str, inks: Inks, at: tuple[int, int]) -> str:
    if over == "#":
        return over
    if over:
        caret = _rgb(style.bgcolor) == _rgb(STYLES["text"].color) or style.reverse
        return "@" if caret else over if text in {"", " "} else "w"
    known = (style, not text.strip())
    if known not in inks:
        inks[known] = _ground(style) if known[1] else inks.get(_key(style), "")
    assert inks[known], f"no ink of the theme is {style} of {text!r} at {at}"
    return inks[known]


def _ground(style: Style) -> str:
    if _rgb(style.bgcolor) == _rgb(STYLES["selected"].bgcolor):
        return "=" if style.underline else "_"
    return " " if _rgb(style.bgcolor) == _rgb(STYLES["text"].bgcolor) else ""
