"""The three lists of the Gaps screen: read, drawn, moved through and marked. Its keys are in `gaps`."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from core.studio.index import index_of
from core.studio.pages import gaps
from core.studio.pages.gaps import GapsPage, Place
from tui import keymap
from tui.screens.cursor import Cursor
from tui.screens.frame import FrameScreen
from tui.screens.layout import Places, under_strip
from tui.screens.shared import Shared
from tui.widgets import gaps as drawn
from tui.widgets.lines import Compose, lit_by, literal, reading, wall_lines
from tui.widgets.panel import LinePanel
from tui.widgets.region import Region

if TYPE_CHECKING:
    from core.studio.pages.sight import Sight

SECTIONS = tuple(name for name, _ in drawn.SECTIONS)
TOGETHER = (160, 45)
"""From this size on the three lists stand side by side."""
STACKED = (110, 34)
"""And from this one on one below the other."""
_SHUT = 6
"""Lines of a list in the stack that the keys do not act on."""
REST_S = 10.0
"""Least time between two looks through everything uncertain."""
QUICK_S = 0.5
"""A look that took less is taken again after each act."""
REST_SHARE = 20
"""And so many times what the last one took: some seconds of a film of ten thousand shots."""


class GapsLists(FrameScreen):
    """Three lists; the keys act on the open one."""

    NAME: ClassVar[str] = "gaps"

    def __init__(self, shared: Shared) -> None:
        super().__init__(shared)
        self._section = SECTIONS[0]
        self._at: dict[str, int] = dict.fromkeys(SECTIONS, 0)
        self._ticked: dict[str, frozenset[int]] = {name: frozenset() for name in SECTIONS}
        """Section to the numbers of its marked rows."""
        self._from: int | None = None
        """The line where a range of marks began."""
        self._ended = False
        self._looked: float | None = None
        """When everything uncertain was looked through, by this process's own clock."""
        self._begun = 0.0
        self._took = 0.0
        """How long that took, seconds."""

    def body(self) -> Iterable[LinePanel]:
        for name in ("strip", "wall", *SECTIONS):
            yield LinePanel(f"gaps_{name}")

    def places(self, area: Region) -> Places:
        if self._fits(TOGETHER):
            found = together_places(area, self._held)
        else:
            found = (stacked_places if self._together() else under_strip)(area, self._section)
        return {f"gaps_{name}": region for name, region in found.items()}

    def _together(self) -> bool:
        """Whether all three lists are on screen."""
        return self._fits(TOGETHER) or self._fits(STACKED)

    def _fits(self, least: tuple[int, int]) -> bool:
        return self.size.width >= least[0] and self.size.height >= least[1]

    def covered_by_form(self) -> tuple[str, ...]:
        return self.under_form()

    # Reading.

    @property
    def _held(self) -> GapsPage | None:
        return self.last_page(GapsPage)

    def page(self) -> Callable[[Sight], object]:
        due = self._due()
        self._begun = time.monotonic() if due else self._begun
        return partial(gaps.read_all if due else gaps.read, ended=self._ended)

    def _due(self) -> bool:
        """The quick lists come first; what is uncertain follows where it is on screen, and not too often."""
        shown = self._together() or self._section == "uncertain"
        rest = max(REST_S, REST_SHARE * self._took)
        rested = self._looked is None or time.monotonic() - self._looked >= rest
        return shown and rested and self._held is not None

    def look_again(self) -> None:
        """After an act, where a look is quick: what was uncertain may be settled by it."""
        if self._took < QUICK_S:
            self._looked = None

    def turned(self, page: object) -> None:
        """The rows that were chosen stay chosen; what was uncertain stands until it is looked at again."""
        before = self._held
        chosen = {name: self._number(name) for name in SECTIONS[:2]}
        if isinstance(page, GapsPage) and page.gaps is None and before is not None:
            page = page._replace(gaps=before.gaps)
        elif isinstance(page, GapsPage) and page.gaps is not None:
            self._looked = time.monotonic()
            self._took = self._looked - self._begun
        super().turned(page)
        for name, at in self._at.items():
            ids = self._ids(name)
            known = name in chosen and chosen[name] in ids
            self._at[name] = ids.index(chosen[name] or 0) if known else max(0, min(at, len(ids) - 1))
            self._ticked[name] &= frozenset(ids)
        if self._due():
            self.want()

    def _ids(self, section: str) -> list[int]:
        """Numbers of the rows; of what is uncertain the lines, for those have none."""
        page = self._held
        if page is None:
            return []
        if section == "tasks":
            return [row.id for row in page.tasks]
        if section == "suggestions":
            return [row.id for row in page.suggestions]
        return list(range(len(page.gaps or ())))

    def _number(self, section: str) -> int | None:
        ids, at = self._ids(section), self._at[section]
        return ids[at] if at < len(ids) else None

    def rows_meant(self) -> list[int]:
        """The rows an act means: the marked ones, so many from the cursor on, or the one under it."""
        ids, ticked = self._ids(self._section), self._ticked[self._section]
        if ticked:
            return [number for number in ids if number in ticked]
        at = self._at[self._section]
        return ids[at : at + self.shared.times()]

    # Drawing.

    def draw(self) -> None:
        look, page = self.look, self._held
        self.panel("gaps_wall").show(lambda _width, height: wall_lines(height, look.wall))
        strip = partial(drawn.strip_line, self._section, page, look=look)
        self.panel("gaps_strip").show(lambda width, _height: [strip(width)])
        if page is None:
            for name in SECTIONS:
                self.panel(f"gaps_{name}").show(lambda _width, _height: reading())
            return
        at = {name: self._at[name] if name == self._section else None for name in SECTIONS}
        ticked = {name: self._lines_ticked(name) for name in SECTIONS}
        lists: dict[str, Compose] = {
            "tasks": lambda width, height: drawn.task_lines(
                page, at["tasks"], ticked["tasks"], width, height, look
            ),
            "suggestions": lambda width, height: drawn.suggestion_lines(
                page, at["suggestions"], ticked["suggestions"], width, height, look
            ),
            "uncertain": lambda width, height: drawn.gap_lines(
                page, gaps.KINDS, at["uncertain"], width, height, look
            ),
        }
        for name, lines in lists.items():
            here = name == self._section and self._together()
            self.panel(f"gaps_{name}").show(lit_by(lines, keymap.key_of("area")) if here else lines)

    def _lines_ticked(self, section: str) -> frozenset[int]:
        ticked = self._ticked[section]
        if not ticked:
            return ticked
        return frozenset(at for at, number in enumerate(self._ids(section)) if number in ticked)

    def possible(self) -> tuple[str, ...]:
        page = self._held
        if page is None:
            return super().possible()
        own: list[str] = []
        if self._section == "tasks":
            own = ["gaps_add"]
            if page.tasks:
                own = ["gaps_end", "gaps_owner", *own, "gaps_drop"]
                waits = any(row.approval == "waiting" for row in page.tasks)
                own = [*(("gaps_yes", "gaps_no") if waits else ()), *own]
            else:
                own.append("gaps_checklist")
        elif self._section == "suggestions" and page.suggestions:
            own = ["gaps_yes", "gaps_no", "gaps_task"]
        ended = () if self._section == "uncertain" else ("gaps_ended",)
        return (*own, *ended, "open", *super().possible())

    # Moving and marking.

    def step(self, by: int) -> None:
        count = len(self._ids(self._section))
        at = self._at[self._section]
        self._at[self._section] = max(0, min(count - 1, at + by)) if count else 0
        if self._from is not None:
            self._draw_rows()
        self._follow_shot()

    def _follow_shot(self) -> None:
        """The keys that act on shots mean the shot of the chosen line, where it is of one."""
        to = self._place()
        self.follow(to.shot, to.take)

    def _place(self) -> Place:
        """Where the chosen line leads."""
        page, at = self._held, self._at[self._section]
        if page is None or at >= len(self._ids(self._section)):
            return Place("")
        if self._section == "uncertain":
            return gaps.place_of(page.gaps[at]) if page.gaps else Place("")
        if self._section == "tasks":
            return gaps.place_of_link(page.tasks[at].source)
        row = page.suggestions[at]
        return Place("review", row.shot, row.take) if row.shot else gaps.place_of_link(row.link)

    def action_area(self) -> None:
        self._open(SECTIONS[(SECTIONS.index(self._section) + 1) % len(SECTIONS)])

    def sideways(self, by: int) -> None:
        self._open(SECTIONS[max(0, min(len(SECTIONS) - 1, SECTIONS.index(self._section) + by))])

    def _open(self, section: str) -> None:
        self._section, self._from = section, None
        self._follow_shot()
        if self._due():
            self.want()

    def action_mark(self) -> None:
        ids, at, times = self._ids(self._section), self._at[self._section], self.shared.times()
        rows = frozenset(ids[at : at + times])
        if self._section == "uncertain" or not rows:
            self.say("there is nothing to mark here", "quiet")
            return
        ticked = self._ticked[self._section]
        self._ticked[self._section] = ticked - rows if times == 1 and rows <= ticked else ticked | rows
        self.step(times)

    def action_range(self) -> None:
        if self._section == "uncertain" or not self._ids(self._section):
            self.say("there is nothing to mark here", "quiet")
            return
        self._from = None if self._from is not None else self._at[self._section]
        self._draw_rows()
        self.redraw()

    def _draw_rows(self) -> None:
        if self._from is not None:
            ids, ends = self._ids(self._section), sorted((self._from, self._at[self._section]))
            self._ticked[self._section] |= frozenset(ids[ends[0] : ends[1] + 1])

    def shut(self) -> bool:
        """Takes the marks away."""
        if self._from is None and not any(self._ticked.values()):
            return False
        self._from = None
        self._ticked = {name: frozenset() for name in SECTIONS}
        self.redraw()
        return True

    def open_selected(self) -> None:
        """Goes where the line is answered; of a line without a place, what to type is copied."""
        page, to, at = self._held, self._place(), self._at[self._section]
        if to.screen in SECTIONS and to.ident is not None:
            self._section = to.screen
            ids = self._ids(to.screen)
            self._at[to.screen] = ids.index(to.ident) if to.ident in ids else 0
            self._follow_shot()
            return
        chain = index_of(self.glance).chain(to.chain) if self.glance and to.chain else None
        if chain is not None and chain.shots:
            self.move(Cursor(chain.shots[0]))
        if to.screen and (chain is not None or self.cursor.shot == to.shot or to.screen == "money"):
            self.board.open(to.screen)
        elif self._section == "uncertain" and page is not None and page.gaps:
            command = literal(page.gaps[at].command)
            self.app.copy_to_clipboard(command)
            self.say(f"copied, to be typed in a terminal: {command}", "quiet")
        else:
            self.say("it leads to no shot of this film", "quiet")

    # What outlives a disconnect.

    def kept(self) -> dict[str, str]:
        return {"section": self._section, "ended": "yes" if self._ended else ""}

    def restore(self, kept: dict[str, str]) -> None:
        self._section = kept["section"] if kept.get("section") in SECTIONS else self._section
        self._ended = kept.get("ended") == "yes"


def together_places(area: Region, page: GapsPage | None) -> Places:
    """Tasks over suggestions at the left, everything uncertain at the right."""
    wall = area.width * 55 // 100
    left, right = wall - 1, area.width - wall - 3
    wanted = len(page.tasks) + 9 if page else 0
    tasks = max(area.height // 3, min(wanted, area.height * 6 // 10))
    return {
        "wall": Region(area.x + wall, area.y, 1, area.height),
        "tasks": Region(area.x, area.y, left, tasks),
        "suggestions": Region(area.x, area.y + tasks + 1, left, area.height - tasks - 1),
        "uncertain": Region(area.x + wall + 2, area.y, right, area.height),
    }


def stacked_places(area: Region, section: str) -> Places:
    """One below the other; the list the keys act on has the room, the others show how they begin."""
    rows = dict.fromkeys(SECTIONS, _SHUT)
    rows[section] = area.height - (_SHUT + 1) * (len(SECTIONS) - 1)
    places, y = {}, area.y
    for name in SECTIONS:
        places[name] = Region(area.x, y, area.width - 1, rows[name])
        y += rows[name] + 1
    return places
