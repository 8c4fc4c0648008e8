"""The list of the matrix: what it shows, how it is sifted and sorted, which columns it has."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING, ClassVar, cast

from core.studio.pages import matrix
from core.studio.pages.matrix_rows import MatrixPage, Query
from tui import keymap
from tui.screens.acts import WHOLE_FILM
from tui.screens.cursor import Cursor
from tui.screens.frame import FrameScreen
from tui.screens.layout import Places
from tui.widgets.lines import literal, reading
from tui.widgets.matrix import (
    COLUMNS,
    LARGE,
    MORE,
    USUAL,
    MatrixView,
    known,
    matrix_lines,
    picker_lines,
    picker_order,
)
from tui.widgets.panel import LinePanel
from tui.widgets.region import Region
from tui.widgets.table import page_room

if TYPE_CHECKING:
    from textual.widgets import Input

    from core.studio.pages.sight import Sight
    from tui.screens.shared import Shared

_PICKER = 58
"""Cells that the list of columns takes beside the table."""


class MatrixList(FrameScreen):
    """All shots as a table; what is changed in it is the screen's."""

    NAME: ClassVar[str] = "matrix"

    def __init__(self, shared: Shared) -> None:
        super().__init__(shared)
        self._query = Query()
        self._own_columns: tuple[str, ...] = ()
        """The columns a person chose, in their order; none yet."""
        self._focus = "description"
        self._at = 0
        """Line of the cursor: where it stays when its shot leaves the list."""
        self._order: tuple[str, ...] = ()
        self._picking: int | None = None
        """Line of the list of columns, while it is open."""
        self._filtering: str | None = None
        """The filter there was before the line that is being written."""
        self._from = ""
        """The shot under the cursor when that line was begun."""
        self._editing: tuple[str, str] | None = None
        """Shot and column whose text is being fetched."""

    # What it shows.

    def body(self) -> Iterable[LinePanel]:
        yield LinePanel("matrix_list")
        yield LinePanel("matrix_columns")

    def places(self, area: Region) -> Places:
        if self._picking is None:
            return {"matrix_list": Region(area.x, area.y, area.width - 1, area.height)}
        if area.width < _PICKER * 2:
            return {"matrix_columns": area}
        left = area.width - _PICKER
        return {
            "matrix_list": Region(area.x, area.y, left - 2, area.height),
            "matrix_columns": Region(area.x + left, area.y, _PICKER, area.height),
        }

    def page(self) -> Callable[[Sight], MatrixPage]:
        return partial(matrix.read, query=self._query, edit=self._editing)

    def turned(self, page: object) -> None:
        super().turned(page)
        shown = cast("MatrixPage", page)
        self._order = tuple(shown.places)
        self._stay()
        if self._filtering is None and shown.query == self._query:
            self._from = ""

    def draw(self) -> None:
        self._stay()
        page, look = self._shown, self.look
        if page is None:
            self.panel("matrix_list").show(lambda _width, _height: reading("SHOTS"))
            return
        if self._focus not in self._columns:
            # The window became smaller: no key may act on a column that is not there.
            self._focus = "description"
        view = MatrixView(page, self._columns, self._focus, self.cursor.shot, self.marked)
        self.panel("matrix_list").show(lambda width, height: matrix_lines(view, width, height, look))
        columns, at = self._columns, self._picking or 0
        self.panel("matrix_columns").show(
            lambda width, height: picker_lines(columns, at, width, height, look)
        )

    def possible(self) -> tuple[str, ...]:
        own = ("matrix_edit", "matrix_sort", "matrix_columns", "matrix_all", "matrix_lock")
        return (*own, *(name for name in super().possible() if name not in WHOLE_FILM))

    def covered_by_form(self) -> tuple[str, ...]:
        return ("matrix_columns",) if self.size.width >= _PICKER * 2 else ("matrix_list", "matrix_columns")

    @property
    def _columns(self) -> tuple[str, ...]:
        return self._own_columns or (MORE if self.size.width >= LARGE else USUAL)

    @property
    def _shown(self) -> MatrixPage | None:
        return cast("MatrixPage | None", self._page)

    def _stay(self) -> None:
        """Keeps the cursor on the list: what leaves it makes room for the next."""
        page = self._shown
        if page is None or not page.rows:
            return
        here = page.places.get(self.cursor.shot)
        if self._from:
            # A filter that is being written takes the cursor along only where it has to.
            here = page.places.get(self._from, 0)
            self.cursor = Cursor(page.rows[here].shot.id)
        if here is None:
            here = min(self._at, len(page.rows) - 1)
            self.cursor = Cursor(page.rows[here].shot.id)
        self._at = here

    # Moving.

    def shots_in_order(self) -> tuple[str, ...]:
        return self._order

    def targets(self) -> tuple[str, ...]:
        """Only what is listed: a mark that the filter hides is kept, and means nothing here."""
        page = self._shown
        return tuple(shot for shot in super().targets() if page is not None and shot in page.places)

    def move(self, to: Cursor) -> None:
        self._from = ""
        super().move(to)

    def step(self, by: int) -> None:
        page = self._shown
        if self._picking is not None:
            self._picking = max(0, min(len(COLUMNS) - 1, self._picking + by))
            self.redraw()
        elif page is not None and page.rows:
            here = page.places.get(self.cursor.shot, 0)
            self._at = max(0, min(len(page.rows) - 1, here + by))
            self.move(Cursor(page.rows[self._at].shot.id))

    def sideways(self, by: int) -> None:
        if self._picking is not None:
            self._move_column(by)
            return
        at = self._columns.index(self._focus) if self._focus in self._columns else 0
        self._focus = self._columns[max(0, min(len(self._columns) - 1, at + by))]
        self.redraw()

    def action_page_up(self) -> None:
        self.step(-self._page_rows() * self.shared.times())

    def action_page_down(self) -> None:
        self.step(self._page_rows() * self.shared.times())

    def _page_rows(self) -> int:
        return page_room(self.panel("matrix_list").size.height)

    def action_next_waiting(self) -> None:
        """The next of the list that waits, round its end."""
        page = self._shown
        if page is None or self.glance is None:
            return
        waits = {row.shot for row in self.glance.waiting}
        turned = (*page.rows[self._at + 1 :], *page.rows[: self._at + 1])
        found = next((row.shot.id for row in turned if row.shot.id in waits), "")
        if found:
            self.move(Cursor(found))
        else:
            self.say("nothing of this list waits for you", "quiet")

    def open_selected(self) -> None:
        if self._picking is not None:
            self.shut()
        else:
            super().open_selected()

    def shut(self) -> bool:
        """The list of columns, then the filter."""
        if self._picking is not None:
            self._picking = None
        elif self._query.filter:
            self._ask_for(self._query._replace(filter=""))
        else:
            return False
        self.redraw()
        return True

    def mean(self, act: str) -> None:
        if act in WHOLE_FILM or self.targets():
            super().mean(act)
        else:
            self.say("no shot is listed: / changes the filter", "quiet")

    def action_fail(self) -> None:
        if self.targets():
            super().action_fail()
        else:
            self.mean("fail")

    # Filter and order.

    def _ask_for(self, query: Query) -> None:
        self._query = query._replace(sums="spent" in self._columns)
        self.want()

    def action_find(self) -> None:
        self._filtering, self._from = self._query.filter, self.cursor.shot
        self.open_line("filter:", "keep it", self._filtered, self._query.filter)

    def _filtered(self, text: str) -> None:
        self._filtering = None
        self._ask_for(self._query._replace(filter=text))

    def on_input_changed(self, event: Input.Changed) -> None:
        """The table follows the letters; the palette's are `frame`'s."""
        if self.mode == keymap.LINE and self._filtering is not None:
            event.stop()
            self._ask_for(self._query._replace(filter=event.value.strip()))

    def action_line_cancel(self) -> None:
        before, self._filtering = self._filtering, None
        super().action_line_cancel()
        if before is not None:
            self._ask_for(self._query._replace(filter=before))

    def action_matrix_sort(self) -> None:
        """By the column of the cursor, the other way round, then in the film's order again."""
        query = self._query
        if query.sort != self._focus:
            query = query._replace(sort=self._focus, reverse=False)
        else:
            query = query._replace(reverse=True) if not query.reverse else Query(query.filter)
        self._ask_for(query)
        way = " the other way round" if query.reverse else ""
        self.say(f"by {query.sort}{way}" if query.sort else "in the film's order", "quiet")

    # Columns.

    def action_matrix_columns(self) -> None:
        if self._picking is not None:
            self._picking = None
        else:
            order = picker_order(self._columns)
            self._picking = order.index(self._focus) if self._focus in order else 0
        self.redraw()

    def action_mark(self) -> None:
        if self._picking is None:
            super().action_mark()
            return
        name = picker_order(self._columns)[self._picking]
        if name == "shot":
            self.say("the shot's id always stands first", "quiet")
            return
        here = name in self._columns
        shown = tuple(one for one in self._columns if one != name) if here else (*self._columns, name)
        self._show_columns(shown, name)

    def _move_column(self, by: int) -> None:
        name = picker_order(self._columns)[self._picking or 0]
        if name not in self._columns or name == "shot":
            return
        rest = [one for one in self._columns if one != name]
        rest.insert(max(1, min(len(rest), self._columns.index(name) + by)), name)
        self._show_columns(tuple(rest), name)

    def _show_columns(self, columns: tuple[str, ...], name: str) -> None:
        self._own_columns = columns
        self._picking = picker_order(columns).index(name)
        if self._focus not in columns:
            self._focus = columns[-1]
        if ("spent" in columns) != self._query.sums:
            self._ask_for(self._query)
        self.redraw()

    # Marks.

    def action_matrix_all(self) -> None:
        """Marks all that are listed; where they all are, takes their marks away."""
        shots = frozenset(self._order)
        self.shared.marked = self.marked - shots if shots <= self.marked else self.marked | shots
        self.shared.range_from = ""
        self.redraw()

    # Between two runs.

    def kept(self) -> dict[str, str]:
        query = self._query
        return {
            "filter": query.filter,
            "sort": query.sort,
            "reverse": "yes" if query.reverse else "",
            "columns": ",".join(self._own_columns),
            "focus": self._focus,
        }

    def restore(self, kept: dict[str, str]) -> None:
        ids = [column.id for column in COLUMNS]
        chosen = known(kept["columns"].split(",")) if kept.get("columns") else ()
        self._own_columns = chosen if chosen != USUAL else ()
        focus, sort = kept.get("focus", ""), kept.get("sort", "")
        self._focus = next(one for one in (focus, "description", self._columns[-1]) if one in self._columns)
        self._query = Query(
            literal(kept.get("filter", ""), matrix.LONGEST),
            sort if sort in ids else "",
            bool(kept.get("reverse")) and sort in ids,
            "spent" in self._columns,
        )
