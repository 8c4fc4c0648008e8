"""The diary: how the film was made, as it would be written now, and a key for each thing to log."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, cast

from core.studio.pages import diary
from tui import keymap
from tui.screens.acts import WHOLE_FILM
from tui.screens.frame import FrameScreen
from tui.screens.layout import Places
from tui.screens.outside import edit
from tui.widgets.diary import DiaryView, Spot, count, diary_lines, found, heading, last, moved, room, within
from tui.widgets.lines import literal, reading
from tui.widgets.panel import LinePanel
from tui.widgets.region import Region

if TYPE_CHECKING:
    from textual.widgets import Input

    from core.studio.pages.diary import DiaryPage
    from core.studio.pages.sight import Sight
    from tui.bridge import Paged
    from tui.screens.shared import Shared

LOOK_S = 2.0
"""How often the file is looked at: nobody tells of a change that is not of the film's plan."""
_FAR = 200
"""Lines beyond which a step counts blocks: nobody counts lines so far, and each is laid out."""


class DiaryScreen(FrameScreen):
    """A text to read and to search; what is logged stands in it at once."""

    NAME: ClassVar[str] = "diary"

    def __init__(self, shared: Shared) -> None:
        super().__init__(shared)
        self._reader = diary.DiaryReader()
        self._spot = Spot()
        self._needle = ""
        self._held = 0
        """How many places hold it."""
        self._searching: tuple[Spot, str] | None = None
        """Where it stood, and what was searched, before the line that is being written."""
        self._unread = False
        """The last reading failed: only a change of the film, or a key, tries again."""

    def on_mount(self) -> None:
        self.set_interval(LOOK_S, self._look_again)

    def _look_again(self) -> None:
        if self.is_current and not self._unread:
            self.want()

    # What it shows.

    def body(self) -> Iterable[LinePanel]:
        yield LinePanel("diary_text")

    def places(self, area: Region) -> Places:
        return {"diary_text": area}

    def page(self) -> Callable[[Sight], DiaryPage]:
        return self._reader

    def show_page(self, paged: Paged) -> None:
        self._unread = bool(paged.fault)
        super().show_page(paged)

    def turned(self, page: object) -> None:
        if page is not self._page:
            self._held = count(cast("DiaryPage", page), self._needle)
        super().turned(page)

    def draw(self) -> None:
        page, look = self._shown, self.look
        if page is None:
            self._text.show(lambda _width, _height: reading("DIARY"))
            return
        self._spot = within(page, self._spot, self._text.size.width, look)
        view = DiaryView(page, self._spot, self._needle, self._held)
        self._text.show(lambda width, height: diary_lines(view, width, height, look))

    def possible(self) -> tuple[str, ...]:
        own = ("diary_started", "diary_stopped", "diary_pivoted", "diary_write", "diary_editor")
        return (*own, *(("diary_next",) if self._needle else ()))

    @property
    def _shown(self) -> DiaryPage | None:
        return cast("DiaryPage | None", self._page)

    @property
    def _text(self) -> LinePanel:
        return self.panel("diary_text")

    # No shot is chosen on this screen, so no key may act on one.

    def shots_in_order(self) -> tuple[str, ...]:
        return ()

    def targets(self) -> tuple[str, ...]:
        return ()

    def mean(self, act: str) -> None:
        if act in WHOLE_FILM:
            super().mean(act)
        else:
            self.say(f"no shot is chosen here: {keymap.key_of('board')} goes to the board", "quiet")

    def action_fail(self) -> None:
        self.mean("fail")

    def open_selected(self) -> None:
        self.say("left and right go from heading to heading", "quiet")

    # Moving.

    def _go(self, spot: Spot) -> None:
        self._spot = spot
        self.move(self.cursor)

    def step(self, by: int) -> None:
        page = self._shown
        if page is None or not page.blocks:
            return
        width, height = self._text.size
        if abs(by) > _FAR:
            far = Spot(max(0, min(len(page.blocks) - 1, self._spot.block + by)))
            self._go(min(far, last(page, width, height, self.look)))
        else:
            self._go(moved(page, self._spot, by, width, height, self.look))

    def sideways(self, by: int) -> None:
        page = self._shown
        if page is None:
            return
        for _ in range(min(abs(by), _FAR)):
            self._spot = heading(page, self._spot, by)
        self._go(min(self._spot, last(page, *self._text.size, self.look)))

    def action_page_up(self) -> None:
        self.step(-self._room() * self.shared.times())

    def action_page_down(self) -> None:
        self.step(self._room() * self.shared.times())

    def _room(self) -> int:
        page = self._shown
        return room(page, *self._text.size, self.look) if page else 1

    # Searching.

    def action_find(self) -> None:
        self._searching = (self._spot, self._needle)
        self.open_line("search the diary:", "go there", self._searched, self._needle)

    def on_input_changed(self, event: Input.Changed) -> None:
        """The text follows the letters; the palette's are `frame`'s."""
        if self.mode == keymap.LINE and self._searching is not None:
            event.stop()
            self._search(event.value, self._searching[0])

    def _search(self, text: str, begin: Spot) -> None:
        """To the first place from `begin` on."""
        page = self._shown
        self._needle = literal(text).casefold()
        if page is None:
            return
        self._held = count(page, self._needle)
        at = found(page, self._needle, begin.block, 1)
        self._spot = self._to(at) if at is not None else begin
        self.redraw()

    def _to(self, block: int) -> Spot:
        page = cast("DiaryPage", self._page)
        return min(Spot(block), last(page, *self._text.size, self.look))

    def _searched(self, text: str) -> None:
        begin = self._searching[0] if self._searching else self._spot
        self._searching = None
        self._search(text, begin)
        if self._shown is not None and self._needle and not self._held:
            self.say(f"nothing in the diary holds '{literal(text, 40)}'", "quiet")

    def action_line_cancel(self) -> None:
        if self._searching is not None:
            (self._spot, self._needle), self._searching = self._searching, None
            self._held = count(self._shown, self._needle) if self._shown else 0
        super().action_line_cancel()

    def shut(self) -> bool:
        """The search, before the screen."""
        if not self._needle:
            return False
        self._needle = ""
        self.redraw()
        return True

    def action_diary_next(self) -> None:
        self._next_place(1)

    def action_diary_previous(self) -> None:
        self._next_place(-1)

    def _next_place(self, by: int) -> None:
        page = self._shown
        if page is None or not self._needle:
            self.say(f"search first: {keymap.key_of('find')}", "quiet")
            return
        at = found(page, self._needle, self._spot.block + by, by)
        if at is None:
            self.say("nothing holds it any more", "quiet")
        else:
            self._go(self._to(at))

    # Acts.

    def _log(self, kind: str) -> None:
        def answer(text: str) -> None:
            if text:
                self.do(f"log {kind}", partial(diary.log, kind=kind, text=text))

        if self.may_act():
            self.open_line(f"{kind}:", "log it", answer)

    def action_diary_started(self) -> None:
        self._log("started")

    def action_diary_stopped(self) -> None:
        self._log("stopped")

    def action_diary_pivoted(self) -> None:
        self._log("pivoted")

    def action_diary_write(self) -> None:
        page = self._shown
        if page is not None:
            self.do("write the diary", partial(diary.write, places=page.places))

    def action_diary_editor(self) -> None:
        """What is written outside the markers is kept, whoever wrote it."""
        page = self._shown
        if page is None or not page.there:
            self.say(f"there is no diary yet: {keymap.key_of('diary_write')} begins it", "quiet")
            return
        if not self.may_act():
            return
        # Beside what is only shown yet, lines stand elsewhere.
        line = 0 if page.behind or not page.blocks else page.blocks[self._spot.block].line
        edit(self, Path(page.path), line)
        self.want()

    # Between two runs.

    def kept(self) -> dict[str, str]:
        return {"block": str(self._spot.block), "search": self._needle}

    def restore(self, kept: dict[str, str]) -> None:
        block = kept.get("block", "")
        self._spot = Spot(int(block)) if block.isascii() and block.isdigit() and len(block) < 8 else Spot()
        self._needle = literal(kept.get("search", "")).casefold()
