"""All keys and the legend of signs."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.geometry import Region
from textual.screen import Screen

from tui import keymap
from tui.theme import Look
from tui.widgets.legend import Help

if TYPE_CHECKING:
    from textual.binding import BindingType


class HelpScreen(Screen[None], inherit_bindings=False):
    """One scrolling page; any closing key leads back to the board."""

    BINDINGS: ClassVar[list[BindingType]] = [*keymap.bindings(keymap.HELP)]

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self._top = 0

    def compose(self) -> ComposeResult:
        yield Help("help")

    @property
    def page(self) -> Help:
        return self.query_one("#help", Help)

    def on_resize(self) -> None:
        self.page.place(Region(1, 0, max(1, self.size.width - 2), self.size.height))
        self._scroll(0)

    def _scroll(self, by: int) -> None:
        self._top = max(0, min(self.page.furthest(self._look), self._top + by))
        self.page.rows(self._top, self._look)

    def action_help_up(self) -> None:
        self._scroll(-1)

    def action_help_down(self) -> None:
        self._scroll(1)

    def action_help_close(self) -> None:
        self.dismiss()
