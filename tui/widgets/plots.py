"""Curves and bars, in our inks and signs. Pure: numbers in, lines out.

plotext draws the curves, on an empty canvas: axes, words and colours are ours. It keeps one figure for the
whole process, so plots are drawn from one thread.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby
from math import isfinite
from typing import TYPE_CHECKING, NamedTuple

from rich.cells import cell_len

from tui.widgets.lines import Line, Span, cell, fit, literal

if TYPE_CHECKING:
    from tui.theme import Look

Point = tuple[float, float]
_NARROWEST, _LOWEST = 24, 4
"""Columns and lines below which a curve says less than one sentence."""
_CODES = re.compile("\x1b\\[[0-9;]*m")
_LABEL = 18
"""Cells of a bar's name at most."""
_FINEST = 4
"""Points a cell at most: more cannot be seen."""
_AHEAD = 1.0
"""How far a pace is drawn beyond today: as long again as it was kept."""


class Bar(NamedTuple):
    """One line of a comparison."""

    label: str
    value: float
    shown: str
    """The number as a person reads it."""
    ink: str = "text"


class _Curve(NamedTuple):
    points: tuple[Point, ...]
    ink: str
    dotted: bool = False


class _Field(NamedTuple):
    """The numbers at the edges of a canvas."""

    left: float
    right: float
    low: float
    high: float


def load() -> None:
    """Imports plotext: 80 ms, to be spent on a thread after the first paint and before the first curve."""
    import plotext  # noqa: F401, PLC0415 - see above


def burn_down(
    points: Sequence[Point], budget: float | None, width: int, height: int, look: Look
) -> list[Line]:
    """What is left of `budget` (None: what was spent) over the days, and where this pace leads.

    `points`: (day, dollars spent so far); what is no number is left out.
    """
    known = sorted((day, spent) for day, spent in points if isfinite(day) and isfinite(spent))
    limit = budget if budget is not None and isfinite(budget) and budget > 0 else None
    if not known:
        return _only("nothing is spent yet: the curve begins with the first paid take", width, height, look)
    shown = [(day, limit - spent if limit is not None else spent) for day, spent in known]
    now = shown[-1][1]
    words = _left(now, limit)
    if len(known) < 2 or width < _NARROWEST or height < _LOWEST:
        return [Line((Span(fit(words.text, width, look.dots), words.ink),))][:height]
    ahead = _ahead(shown, limit)
    curves = (_Curve(ahead, "quiet", dotted=True), _Curve(tuple(shown), "text"))
    low = min(0.0, now)
    field = _Field(
        shown[0][0], (ahead or shown)[-1][0], low, max(limit or 0.0, *(y for _, y in shown), low + 1)
    )
    lines = _drawn(curves, field, (_usd(field.high), _usd(low)), width, height - 2, look)
    ends = (f"day {field.left:.0f}", f"day {field.right:.0f}")
    return [
        *lines,
        _feet(ends, field, width, _usd(field.high), _usd(low)),
        _pace(words, ahead, limit, width, look),
    ]


def drift(
    points: Sequence[tuple[str, float | None]],
    width: int,
    height: int,
    look: Look,
    *,
    least: float | None = None,
) -> list[Line]:
    """Likeness along a chain: 1 is the same. `points`: (label, likeness), None where nobody measured.

    `least`: below it a person should look; the lowest point is named.
    """
    known = [(at, value) for at, (_, value) in enumerate(points) if value is not None and isfinite(value)]
    if not known:
        return _only("no likeness is measured yet: it comes with the takes", width, height, look)
    lowest = min(known, key=lambda point: point[1])
    under = least is not None and isfinite(least) and lowest[1] < least
    label = literal(points[lowest[0]][0], 32)
    words = Span(f"lowest {label} {lowest[1]:.2f}", "need" if under else "quiet")
    if len(known) < 2 or width < _NARROWEST or height < _LOWEST:
        return [Line((Span(fit(words.text, width, look.dots), words.ink),))][:height]
    floor = least if least is not None and isfinite(least) else lowest[1]
    low = min(lowest[1], floor) - 0.02
    field = _Field(known[0][0], known[-1][0], low, max(1.0, *(value for _, value in known)))
    runs = [
        tuple((float(at), value) for _, (at, value) in run)
        for _, run in groupby(enumerate(known), key=lambda pair: pair[1][0] - pair[0])
    ]
    rule = (
        [_Curve(((field.left, floor), (field.right, floor)), "quiet", dotted=True)]
        if least is not None
        else []
    )
    curves = (*rule, *(_Curve(run, "text") for run in runs))
    edges = (f"{field.high:.2f}", f"{low:.2f}")
    lines = _drawn(curves, field, edges, width, height - 2, look)
    ends = (literal(points[known[0][0]][0], 16), literal(points[known[-1][0]][0], 16))
    asked = f"   look below {floor:.2f}" if rule else ""
    foot = Line(
        (
            Span(fit(words.text, width, look.dots), words.ink),
            Span(_room(asked, width - cell_len(words.text)), "quiet"),
        )
    )
    return [*lines, _feet(ends, field, width, *edges), foot]


def bars(
    rows: Sequence[Bar], width: int, height: int, look: Look, *, empty: str = "nothing to compare yet"
) -> list[Line]:
    """A line a row: name, bar, number. The largest fills the room; what has no room is counted."""
    if not rows:
        return _only(empty, width, height, look)
    shown = rows if len(rows) <= height else rows[: max(height - 1, 0)]
    name = min(_LABEL, max(cell_len(literal(row.label)) for row in shown)) if shown else 0
    number = max((len(row.shown) for row in shown), default=0)
    room = max(width - name - number - 3, 0)
    most = max((row.value for row in rows if isfinite(row.value)), default=0.0)
    lines = [
        Line(
            (
                cell(literal(row.label), name, "text", dots=look.dots),
                Span(" "),
                Span(_bar(row.value, most, room, look).ljust(room), row.ink),
                Span("  "),
                cell(row.shown, number, "text", right=True, dots=look.dots),
            )
        )
        for row in shown
    ]
    if len(shown) < len(rows) and height > 0:
        lines.append(Line((Span(fit(f"and {len(rows) - len(shown)} more", width, look.dots), "quiet"),)))
    return lines


def _bar(value: float, most: float, room: int, look: Look) -> str:
    """In whole cells, lower than a line, so that neighbours do not run together; more than nothing shows."""
    if not isfinite(value) or value <= 0 or most <= 0:
        return ""
    cells = max(1, round(room * min(value / most, 1.0)))
    return (look.pick("▇", "#") * cells)[:room]


def _only(words: str, width: int, height: int, look: Look) -> list[Line]:
    return [Line((Span(fit(words, width, look.dots), "quiet"),))][: max(height, 0)]


def _room(words: str, width: int) -> str:
    return words if len(words) <= width else ""


def _usd(value: float) -> str:
    sign = "-" if value < 0 else ""
    return f"{sign}${abs(value):,.0f}" if abs(value) >= 100 or not value else f"{sign}${abs(value):.2f}"


def _left(now: float, limit: float | None) -> Span:
    if limit is None:
        return Span(f"{_usd(now)} spent, no limit", "text")
    if now < 0:
        return Span(f"{_usd(-now)} over the limit of {_usd(limit)}", "need")
    return Span(f"{_usd(now)} of {_usd(limit)} left", "text")


def _ahead(shown: Sequence[Point], limit: float | None) -> tuple[Point, ...]:
    """From today at the mean pace so far to where nothing is left, or as far as `_AHEAD` allows."""
    (first, before), (today, now) = shown[0], shown[-1]
    days = today - first
    if limit is None or days <= 0 or now <= 0 or now >= before:
        return ()
    pace = (before - now) / days
    until = min(today + now / pace, today + _AHEAD * days)
    return ((today, now), (until, now - pace * (until - today)))


def _pace(words: Span, ahead: tuple[Point, ...], limit: float | None, width: int, look: Look) -> Line:
    spoken = Span(fit(words.text, width, look.dots), words.ink)
    if not ahead or limit is None:
        return Line((spoken,))
    ends = ahead[-1][1] <= limit / 1000
    when = f"until day {ahead[-1][0]:.0f}" if ends else f"beyond day {ahead[-1][0]:.0f}"
    return Line((spoken, Span(_room(f"   at this pace {when}", width - len(spoken.text)), "quiet")))


def _feet(ends: tuple[str, str], field: _Field, width: int, *labels: str) -> Line:
    """What stands at both ends of the axis, under the canvas."""
    margin = max(map(len, labels)) + 2
    left, right = ends
    air = width - margin - cell_len(left) - cell_len(right)
    if air < 1 or field.left == field.right:
        return Line((Span(" " * margin + fit(left, width - margin), "quiet"),))
    return Line((Span(" " * margin + left + " " * air + right, "quiet"),))


def _drawn(
    curves: Sequence[_Curve], field: _Field, labels: tuple[str, str], width: int, height: int, look: Look
) -> list[Line]:
    """The curves, later ones over earlier ones, beside a wall with the highest and the lowest number."""
    margin = max(map(len, labels))
    room = width - margin - 2
    layers = [(_canvas(curve, field, room, height, look), curve.ink) for curve in curves if curve.points]
    lines = []
    for y in range(height):
        name = labels[0] if y == 0 else labels[1] if y == height - 1 else ""
        spans = _laid([(rows[y], ink) for rows, ink in layers], room)
        lines.append(Line((Span(name.rjust(margin), "quiet"), Span(f" {look.wall}", "faint"), *spans)))
    return lines


def _laid(layers: Sequence[tuple[str, str]], room: int) -> list[Span]:
    """One line of all layers: of each cell the last sign that is none of the blanks."""
    cells = [(" ", "text")] * room
    for row, ink in layers:
        for x, sign in enumerate(row[:room]):
            if sign != " ":
                cells[x] = (sign, ink)
    return [
        Span("".join(sign for sign, _ in run), ink)
        for ink, run in ((ink, list(run)) for ink, run in groupby(cells, key=lambda pair: pair[1]))
    ]


def _canvas(curve: _Curve, field: _Field, width: int, height: int, look: Look) -> list[str]:
    """One curve alone as `height` rows of `width` signs."""
    import plotext  # noqa: PLC0415 - see `load`

    plotext.clear_figure()
    plotext.theme("clear")
    plotext.limit_size(False, False)
    plotext.plotsize(width, height)
    plotext.frame(False)
    plotext.xticks([], [])
    plotext.yticks([], [])
    plotext.xlim(0, 1)
    plotext.ylim(0, 1)
    points = _dots(curve.points, width) if curve.dotted else curve.points
    placed = [_placed(point, field) for point in points[:: 1 + len(points) // (_FINEST * width)]]
    placed.append(_placed(points[-1], field))
    xs, ys = [x for x, _ in placed], [y for _, y in placed]
    marker = look.pick("braille", "." if curve.dotted else "*")
    (plotext.scatter if curve.dotted or len(points) == 1 else plotext.plot)(xs, ys, marker=marker)
    rows = [_CODES.sub("", row)[:width].ljust(width) for row in str(plotext.build()).splitlines()]
    return [*rows, *[" " * width] * height][:height]


def _placed(point: Point, field: _Field) -> Point:
    """Into the unit square: plotext walks a line that leaves its canvas step by step, however far it goes."""
    x, y = point
    return _share(x, field.left, field.right), _share(y, field.low, field.high)


def _share(value: float, low: float, high: float) -> float:
    share = (value - low) / (high - low) if high > low else 0.0
    return min(max(share, 0.0), 1.0) if isfinite(share) else 0.0


def _dots(points: Sequence[Point], width: int) -> tuple[Point, ...]:
    """A straight line as dots, one in every second cell."""
    (x1, y1), (x2, y2) = points[0], points[-1]
    count = max(2, width // 2)
    shares = [at / (count - 1) for at in range(count)]
    return tuple((x1 + (x2 - x1) * share, y1 + (y2 - y1) * share) for share in shares)
