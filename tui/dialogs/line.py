"""One line to write in, above the keys: find a shot, say why, or what should change."""

from __future__ import annotations

import asyncio

from textual.widgets import Input

from tui.widgets.region import Region


class Field(Input):
    """An input of one plain line. Its cursor does not blink: that would send bytes for ever."""

    def __init__(self, name: str) -> None:
        super().__init__(id=name, compact=True, select_on_focus=False, max_length=400)
        self.cursor_blink = False

    def take_focus(self) -> None:
        """At once: Textual's own `focus` comes a turn later, and what is typed ahead would be lost."""
        self.screen.set_focus(self)

    async def settled(self) -> None:
        """Until every key typed so far stands in the field.

        The key that ends a line is bound above the field and would overtake the letters before it.
        """
        done = asyncio.Event()
        if self.call_later(done.set):
            await done.wait()


class LineInput(Field):
    """A field laid over the line above the keys; its screen shows, reads and hides it."""

    DEFAULT_CSS = "LineInput { position: absolute; display: none; }"

    def open(self, region: Region, text: str = "") -> None:
        """Shows the line at `region`, with `text` in it to be changed."""
        self.value = text
        self.cursor_position = len(text)
        self.styles.offset = (region.x + 1, region.y)
        self.styles.width, self.styles.height = max(1, region.width - 2), 1
        self.display = True
        self.take_focus()

    def close(self) -> str:
        """Hides the line and gives what was written."""
        self.display = False
        self.screen.set_focus(None)
        return self.value.strip()
