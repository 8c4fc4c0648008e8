"""The board: is it running, does it need me, will the money last."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import ClassVar

from core.studio.index import index_of
from tui import keymap
from tui.bridge import Glance
from tui.screens.cursor import waiting_at
from tui.screens.layout import FRAMES, Places, arrange, is_wide
from tui.screens.panels import board_keys, board_panels, too_long, wants
from tui.screens.pictured import PicturedScreen
from tui.screens.shared import Shared
from tui.widgets.foot import Notice
from tui.widgets.panel import LinePanel
from tui.widgets.region import Region
from tui.widgets.shot import detail_lines, said_lines
from tui.widgets.stills import stills


class BoardScreen(PicturedScreen):
    """Chains, what waits, money, failures, the log, and the frames of the selected shot."""

    NAME: ClassVar[str] = "board"
    PICTURES: ClassVar[tuple[str, ...]] = FRAMES

    def __init__(self, shared: Shared) -> None:
        super().__init__(shared)
        self._detail = False
        self._takes = False

    def body(self) -> Iterable[LinePanel]:
        yield LinePanel("chains")
        yield LinePanel("takes")
        yield LinePanel("shot")
        yield LinePanel("says")
        yield LinePanel("wall")
        yield LinePanel("waits")
        yield LinePanel("money")
        yield LinePanel("failures")
        yield LinePanel("events")

    def later(self) -> Iterable[LinePanel]:
        yield from self._frames.values()
        yield LinePanel("side")

    def arranged(self, width: int, height: int) -> Places:
        side = self._detail or self.mode == keymap.FORM or self._too_long()
        return arrange(width, height, wants(self.shared, side=side, opened=self._takes))

    def form_region(self) -> Region:
        return self._places.get("side", Region(0, 0, 1, 1))

    def covered_by_form(self) -> tuple[str, ...]:
        return ("side",)

    def tells_at_length(self) -> bool:
        """What was said at length stands beside the board; what is asked or wrong, above the keys."""
        asked = self.mode in {keymap.ASK, keymap.SETTLE}
        return asked or (self.mode == keymap.NORMAL and not self.shared.notice.text)

    def _too_long(self) -> bool:
        """Whether what was said does not fit its line: it is shown whole beside the board until a key."""
        return self.mode == keymap.NORMAL and too_long(self.shared.notice, self.size.width)

    def draw(self) -> None:
        glance = self.glance
        if glance is None:
            return
        for name, shows in board_panels(self.shared, glance, wide=self._is_wide()).items():
            self._show(name, shows)
        if self._furnished:
            self._draw_later(glance)

    def _draw_later(self, glance: Glance) -> None:
        """What stands beside the board when it is asked for, and the frames of the selected shot."""
        shot, look, said = self.cursor.shot, self.look, self.shared.notice.text
        waits = waiting_at(glance, self.cursor)
        if self._too_long():
            self.panel("side").show(lambda width, height: said_lines(said, width, height, look))
        else:
            self.panel("side").show(
                lambda width, height: detail_lines(glance, shot, waits, width, height, look)
            )
        self.wish(stills(glance, shot, len(self.picture_rooms())))

    def possible(self) -> tuple[str, ...]:
        if self.glance is None:
            return ()
        return board_keys(self.glance, self.cursor, wide=self._is_wide())

    def _is_wide(self) -> bool:
        return is_wide(self.size.width, self.size.height)

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
