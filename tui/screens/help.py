"""All keys and the legend of signs, and a search in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.screen import Screen

from tui import keymap
from tui.dialogs.line import LineInput
from tui.theme import Look
from tui.widgets.legend import Help, foot_line, help_lines
from tui.widgets.panel import LinePanel
from tui.widgets.region import Region

if TYPE_CHECKING:
    from textual.binding import BindingType
    from textual.widgets import Input


class HelpScreen(Screen[None], inherit_bindings=False):
    """One scrolling page about the keys of `screen`; any closing key leads back to it."""

    BINDINGS: ClassVar[list[BindingType]] = [*keymap.bindings(keymap.HELP, keymap.LINE)]
    AUTO_FOCUS = ""

    def __init__(self, look: Look, screen: str) -> None:
        super().__init__()
        self._look = look
        self._about = screen
        self._top = 0
        self._words = ""

    def compose(self) -> ComposeResult:
        yield Help("help")
        yield LinePanel("foot")
        yield LineInput("line")

    @property
    def page(self) -> Help:
        return self.query_one("#help", Help)

    @property
    def _line(self) -> LineInput:
        return self.query_one("#line", LineInput)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """While words are written, only the keys of a line act."""
        if not keymap.is_action(action):
            return True
        return (keymap.action(action).mode == keymap.LINE) == bool(self._line.display)

    def on_resize(self) -> None:
        self.page.place(Region(1, 0, max(1, self.size.width - 2), max(1, self.size.height - 1)))
        self.query_one("#foot", LinePanel).place(Region(0, self.size.height - 1, self.size.width, 1))
        self._scroll(0)

    def _scroll(self, by: int) -> None:
        self._top = max(0, min(self.page.furthest(self._about, self._words, self._look), self._top + by))
        self.page.rows(self._top, self._about, self._words, self._look)
        width, height = self.size.width - 2, self.size.height - 1
        count = len(help_lines(max(1, width), self._about, self._words, self._look))
        foot = foot_line(self._top, height, count)
        self.query_one("#foot", LinePanel).show(lambda _width, _height: [foot])

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._words, self._top = event.value, 0
        self._scroll(0)

    def action_help_up(self) -> None:
        self._scroll(-1)

    def action_help_down(self) -> None:
        self._scroll(1)

    def action_help_page_up(self) -> None:
        self._scroll(2 - self.size.height)

    def action_help_page_down(self) -> None:
        self._scroll(self.size.height - 2)

    def action_help_find(self) -> None:
        self._line.open(Region(0, self.size.height - 1, self.size.width, 1), self._words)

    async def action_line_done(self) -> None:
        await self._line.settled()
        self._line.close()

    def action_line_cancel(self) -> None:
        self._line.close()
        self._words = ""
        self._scroll(0)

    def action_help_close(self) -> None:
        self.dismiss()
