"""The board: is it running, does it need me, will the money last."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import ClassVar

from rich.cells import cell_len
from textual.geometry import Region

from core.studio.index import index_of
from tui import keymap
from tui.bridge import Glance
from tui.screens.acts import possible
from tui.screens.cursor import waiting_at
from tui.screens.layout import FRAMES, Places, Wants, arrange, is_wide
from tui.screens.pictured import PicturedScreen
from tui.screens.shared import Shared
from tui.widgets import failures, money, takes
from tui.widgets.chains import Chains
from tui.widgets.failures import Failures
from tui.widgets.foot import Events, Notice
from tui.widgets.lines import LinePanel, literal, wall_lines
from tui.widgets.money import MoneyPanel
from tui.widgets.shot import Detail, Says, ShotPanel
from tui.widgets.stills import stills
from tui.widgets.takes import Takes
from tui.widgets.waiting import Waiting


class BoardScreen(PicturedScreen):
    """Chains, what waits, money, failures, the log, and the frames of the selected shot."""

    NAME: ClassVar[str] = "board"
    PICTURES: ClassVar[tuple[str, ...]] = FRAMES

    def __init__(self, shared: Shared) -> None:
        super().__init__(shared)
        self._detail = False
        self._takes = False

    def body(self) -> Iterable[LinePanel]:
        yield Chains("chains")
        yield Takes("takes")
        yield ShotPanel("shot")
        yield Says("says")
        yield LinePanel("wall")
        yield Waiting("waits")
        yield MoneyPanel("money")
        yield Failures("failures")
        yield Events("events")

    def later(self) -> Iterable[LinePanel]:
        yield from self._frames.values()
        yield Detail("side")

    def arranged(self, width: int, height: int) -> Places:
        glance = self.glance
        return arrange(width, height, Wants() if glance is None else self._wants(glance))

    def _wants(self, glance: Glance) -> Wants:
        return Wants(
            chains=len(glance.chains),
            shots=takes.rows_of(glance),
            waits=len(glance.waiting),
            money=money.rows_of(glance),
            failures=failures.rows_of(glance),
            side=self._detail or self.mode == keymap.FORM or self._too_long(),
            takes=self._takes,
            picture=self.shared.pictures and glance.last_frame is not None,
        )

    def form_region(self) -> Region:
        return self._places.get("side", Region(0, 0, 1, 1))

    def covered_by_form(self) -> tuple[str, ...]:
        return ("side",)

    def tells_at_length(self) -> bool:
        """What was said at length stands beside the board; what is asked, above the keys."""
        return self.mode in {keymap.ASK, keymap.SETTLE}

    def _too_long(self) -> bool:
        """Whether what was said does not fit its line: it is shown whole beside the board until a key."""
        text = literal(self.shared.notice.text, 1000)
        return self.mode == keymap.NORMAL and cell_len(text) > self.size.width - 2

    def draw(self) -> None:
        look, glance, shot = self.look, self.glance, self.cursor.shot
        if glance is None:
            return
        self.panel("wall").show(lambda _width, height: wall_lines(height, look.wall))
        self.query_one("#chains", Chains).rows(glance, shot, look)
        self.query_one("#takes", Takes).rows(glance, shot, self.marked, look)
        self.query_one("#shot", ShotPanel).rows(glance, shot, look)
        self.query_one("#says", Says).rows(glance, shot, look)
        at = self.cursor.waiting if self.cursor.in_waiting else None
        self.query_one("#waits", Waiting).rows(glance, at, look)
        self.query_one("#money", MoneyPanel).rows(glance, look)
        self.query_one("#failures", Failures).rows(glance, look)
        wide = is_wide(self.size.width, self.size.height)
        self.query_one("#events", Events).rows(glance.events, look, titled=wide)
        if self._furnished:
            self._draw_later(glance)

    def _draw_later(self, glance: Glance) -> None:
        """What stands beside the board when it is asked for, and the frames of the selected shot."""
        side, shot, look = self.query_one("#side", Detail), self.cursor.shot, self.look
        if self._too_long():
            side.say(self.shared.notice.text, look)
        else:
            side.rows(glance, shot, waiting_at(glance, self.cursor), look)
        self.wish(stills(glance, shot, len(self.picture_rooms())))

    def possible(self) -> tuple[str, ...]:
        if self.glance is None:
            return ()
        close = ("open",) if self.glance.shots else ()
        small = () if is_wide(self.size.width, self.size.height) else ("takes",)
        return (*possible(self.glance, self.cursor), *close, *small)

    # Keys of the board.

    def open_selected(self) -> None:
        """A shot with a take is reviewed; of anything else that waits, what to do is told."""
        row = waiting_at(self.glance, self.cursor) if self.glance else None
        told = row is not None and row.kind in {"fault", "pause", "gate"}
        shot = index_of(self.glance).shot(self.cursor.shot) if self.glance else None
        if told or shot is None or not shot.takes:
            self.action_detail()
        else:
            super().open_selected()

    def shut(self) -> bool:
        self._detail = self._takes = False
        self.cursor = replace(self.cursor, in_waiting=False)
        self.redraw()
        return True

    def action_detail(self) -> None:
        self.shared.notice = Notice()
        self._detail = not self._detail
        self.redraw()

    def action_takes(self) -> None:
        self.shared.notice = Notice()
        self._takes = not self._takes
        self.redraw()
