"""Failures: the catalogue with its filter, what each category cost and what helped, one failure whole."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import on

from core.base.errors import BadInput
from core.studio.index import index_of
from core.studio.pages import failures
from tui import keymap
from tui.dialogs.fail_form import FailForm
from tui.screens.layout import Places
from tui.screens.pictured import PicturedScreen
from tui.screens.shared import Shared
from tui.theme import STYLES
from tui.widgets.failures_page import (
    alike_of,
    category_lines,
    cost_lines,
    detail_lines,
    row_lines,
)
from tui.widgets.lines import Line, lit_by, literal, reading, slate, wall_lines
from tui.widgets.panel import LinePanel
from tui.widgets.region import Region
from tui.widgets.stills import Choice

if TYPE_CHECKING:
    from core.studio.pages.failures import Failed, FailuresPage, Filter
    from core.studio.pages.sight import Sight

WIDE = 110
"""Columns from which the failure under the cursor stands beside the catalogue."""
_COSTS = 8
"""Lines of the plot: more categories than that are in the table above."""
_LARGE = (160, 44)
"""From this area on the take that failed is shown."""
_PICTURES = ("failures_first", "failures_last")


class FailuresScreen(PicturedScreen):
    """The keys move over failures; a shot's keys mean the shot of the failure under the cursor."""

    NAME: ClassVar[str] = "failures"
    PICTURES: ClassVar[tuple[str, ...]] = _PICTURES

    def __init__(self, shared: Shared) -> None:
        super().__init__(shared)
        self._sought = ""
        """The filter as it was typed."""
        self._filter: Filter = failures.ALL
        self._first: int | None = None
        """First id of the failure under the cursor; None: the newest."""
        self._lines: dict[int, int] = {}
        """First id of a failure to its line."""
        self._drawn: tuple[object, ...] = ()
        """What the panels that stand still were drawn from."""
        self._category: int | None = None
        """Line of the category under the cursor; None while the keys act on failures."""

    def body(self) -> Iterable[LinePanel]:
        for name in ("categories", "rows", "detail", "costs", "wall"):
            yield LinePanel(f"failures_{name}")
        yield from self._frames.values()

    def places(self, area: Region) -> Places:
        page = self.known
        if page is None or not page.total:
            named = {"rows": area}
        elif area.width >= WIDE:
            named = _wide(area, len(page.categories), pictures=self.shared.pictures)
        else:
            named = _narrow(area, len(page.categories))
        return {f"failures_{name}": place for name, place in named.items()}

    def covered_by_form(self) -> tuple[str, ...]:
        if self.size.width < WIDE:
            return tuple(f"failures_{name}" for name in ("categories", "rows", "detail"))
        return ("failures_detail", "failures_costs", *_PICTURES)

    # The page.

    @property
    def known(self) -> FailuresPage | None:
        return self.last_page(failures.FailuresPage)

    @property
    def at(self) -> int:
        """The line of the failure under the cursor."""
        return self._lines.get(self._first or 0, 0)

    @property
    def row(self) -> Failed | None:
        return self.known.rows[self.at] if self.known and self.known.rows else None

    def page(self) -> Callable[[Sight], object]:
        return partial(failures.read, wanted=self._filter, chosen=self._first)

    def turned(self, page: object) -> None:
        super().turned(page)
        rows = self.known.rows if self.known else ()
        self._lines = {row.first: at for at, row in enumerate(rows)}
        categories = len(self.known.categories) if self.known else 0
        if self._category is not None:
            self._category = min(self._category, categories - 1) if categories else None
        if self.mode == keymap.NORMAL:  # what is asked or written is about the shot that was chosen then
            self._choose(self.at)

    def _choose(self, at: int) -> None:
        """The failure at a line; the keys of a shot mean its shot and take from now on."""
        page = self.known
        if page is None or not page.rows:
            self._first = None
            return
        row = page.rows[max(0, min(len(page.rows) - 1, at))]
        self._first = row.first
        if self.glance and index_of(self.glance).shot(row.shot):
            self.cursor = replace(self.cursor, shot=row.shot, take=row.take, in_waiting=False)

    # Drawing.

    def draw(self) -> None:
        page, look = self.known, self.look
        rows, detail = self.panel("failures_rows"), self.panel("failures_detail")
        if page is None:
            rows.show(lambda _width, _height: reading("FAILURES"))
            return
        here = self._category is None
        area = keymap.key_of("area")

        def catalogue(width: int, height: int) -> Sequence[Line]:
            return row_lines(page, self.at, self._sought, width, height, look, here=here)

        rows.show(lit_by(catalogue, area) if here else catalogue)
        self._draw_still(page)
        row = self.row
        told = page.detail if row and page.detail and page.detail.first == row.first else None
        alike = alike_of(page, row) if row else ()
        if row is None:
            detail.show(lambda _width, _height: ())
        else:
            detail.show(lambda width, height: detail_lines(row, told, width, height, look, alike))
        framed = row is not None and row.take is not None and told is not None and told.framed
        self.wish(_frames_of(row) if row is not None and framed else ())

    def _draw_still(self, page: FailuresPage) -> None:
        """What stands still while the keys move over failures: half the work of a draw."""
        look, category = self.look, self._category
        covered = self.mode == keymap.FORM
        drawn = (page.categories, category, look, STYLES["text"], self.size, covered)
        if drawn == self._drawn:
            return
        self._drawn = drawn

        def categories(width: int, height: int) -> Sequence[Line]:
            return category_lines(page, category, width, height, look)

        here = lit_by(categories, keymap.key_of("area"))
        self.panel("failures_categories").show(categories if category is None else here)
        self.panel("failures_costs").show(lambda width, height: cost_lines(page, width, height, look))
        self.panel("failures_wall").show(lambda _width, height: wall_lines(height, look.wall))

    def possible(self) -> tuple[str, ...]:
        if self._category is not None:
            return ("open",)
        return ("failures_amend", "open", "fail") if self.row else ()

    # Moving.

    def step(self, by: int) -> None:
        page = self.known
        if page is None:
            return
        if self._category is not None:
            self._category = max(0, min(len(page.categories) - 1, self._category + by))
        else:
            self._choose(self.at + by)
            self.want()
        self.move(self.cursor)

    def shots_in_order(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(row.shot for row in self.known.rows)) if self.known else ()

    def action_area(self) -> None:
        """Between the failures and the categories."""
        if self.known and self.known.categories:
            self._category = 0 if self._category is None else None
            self.move(self.cursor)

    def action_next_waiting(self) -> None:
        """What waits stands on the board."""
        super().action_next_waiting()
        self.board.open("board")

    def open_selected(self) -> None:
        page, row = self.known, self.row
        if page is not None and self._category is not None:
            named = f'category:"{page.categories[self._category].name}"'
            self._seek("" if self._sought == named else named)
        elif row is None:
            self.say("no failure is selected", "quiet")
        elif self.glance is None or index_of(self.glance).shot(row.shot) is None:
            self.say(f"{literal(row.shot, 32)} is not in the film any more", "quiet")
        else:
            super().open_selected()

    def shut(self) -> bool:
        if self._category is not None:
            self._category = None
        elif self._sought:
            self._seek("")
        else:
            return False
        self.redraw()
        return True

    # The filter.

    def action_find(self) -> None:
        self.open_line("show only:", "show them", self._seek, self._sought)

    def _seek(self, text: str) -> None:
        """Takes a filter as it was typed, or says what is wrong with it and keeps the one before."""
        try:
            self._filter = failures.meant(text)
        except BadInput as fault:
            self.say("  ".join(literal(line) for line in str(fault).splitlines()), "need")
            return
        self._sought = " ".join(text.split())
        self.want()
        self.redraw()

    def kept(self) -> dict[str, str]:
        return {"filter": self._sought, "failure": str(self._first or "")}

    def restore(self, kept: dict[str, str]) -> None:
        sought, chosen = kept.get("filter", ""), kept.get("failure", "")
        try:
            self._filter, self._sought = failures.meant(sought), " ".join(sought.split())
        except BadInput:
            self._filter, self._sought = failures.ALL, ""
        self._first = int(chosen) if chosen.isascii() and chosen.isdecimal() and len(chosen) < 16 else None

    # Amending.

    def action_failures_amend(self) -> None:
        row, page = self.row, self.known
        if row is None or page is None or self._category is not None:
            self.say("no failure is selected", "quiet")
            return
        if not self.may_act():
            return
        was = {name: getattr(row, name) for name in ("category", "broke", "cause", "workaround", "outcome")}
        self.enter(keymap.FORM)
        self._form.amend(row.first, slate(row.shot, row.take), was, self.form_knows(), self.form_region())

    @on(FailForm.Amended)
    def _amend(self, event: FailForm.Amended) -> None:
        event.stop()
        self._form.close()
        self.enter(keymap.NORMAL)
        rows = self.known.rows if self.known else ()
        row = next((row for row in rows if row.first == event.ident), None)
        if row is None or not event.said:
            self.say("nothing was changed", "quiet")
            return
        act = partial(failures.amend, ident=row.id, change=event.said)
        self.do("amend the failure", act, row.shot)


def _frames_of(row: Failed) -> tuple[Choice, ...]:
    """How the take that failed begins and ends."""
    name, take = slate(row.shot, row.take), row.take or 0
    return (
        Choice(row.shot, take, "first", f"{name} begins"),
        Choice(row.shot, take, "last", f"{name} ends"),
    )


def _wide(area: Region, categories: int, *, pictures: bool) -> Places:
    """Categories over the catalogue; beside them the failure under the cursor, and what each cost."""
    large = area.width >= _LARGE[0] and area.height >= _LARGE[1]
    wall = area.width * (13 if large else 12) // 20
    top = min(categories + 2, max(5, area.height // 3))
    costs = min(categories + 1, _COSTS) if area.height >= 24 else 0
    right = Region(wall + 1, area.y, area.width - wall - 2, area.height)
    bottom = area.bottom - (costs + 1 if costs else 0)
    places = {
        "categories": Region(area.x, area.y, wall - 1, top),
        "rows": Region(area.x, area.y + top + 1, wall - 1, area.height - top - 1),
        "wall": Region(wall, area.y, 1, area.height),
    }
    if costs:
        places["costs"] = Region(right.x, area.bottom - costs, right.width, costs)
    if large and pictures:
        cols = (right.width - 1) // 2 - 1
        rows = cols * 9 // 32
        bottom -= rows + 2
        places["first"] = Region(right.x + 1, bottom + 1, cols, rows + 1)
        places["last"] = Region(right.x + 2 + cols, bottom + 1, cols, rows + 1)
    return places | {"detail": Region(right.x, right.y, right.width, bottom - right.y)}


def _narrow(area: Region, categories: int) -> Places:
    """One below the other: categories, catalogue, the failure under the cursor."""
    top = min(categories + 2, max(4, area.height // 4))
    low = max(4, area.height // 3)
    return {
        "categories": Region(area.x, area.y, area.width - 1, top),
        "rows": Region(area.x, area.y + top, area.width - 1, area.height - top - low),
        "detail": Region(area.x, area.bottom - low, area.width, low),
    }
