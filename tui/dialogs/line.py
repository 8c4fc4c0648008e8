"""One line to write in, where the keys usually stand: find a shot, or say why."""

from __future__ import annotations

from textual.geometry import Region
from textual.widgets import Input


class Field(Input):
    """An input of one plain line. Its cursor does not blink: that would send bytes for ever."""

    def __init__(self, name: str) -> None:
        super().__init__(id=name, compact=True, select_on_focus=False, max_length=400)
        self.cursor_blink = False


class LineInput(Field):
    """A field laid over the key line; its screen shows, reads and hides it."""

    DEFAULT_CSS = "LineInput { position: absolute; display: none; }"

    def open(self, region: Region) -> None:
        self.value = ""
        self.styles.offset = (region.x + 1, region.y)
        self.styles.width, self.styles.height = max(1, region.width - 2), 1
        self.display = True
        self.focus()

    def close(self) -> str:
        """Hides the line and gives what was written."""
        self.display = False
        self.screen.set_focus(None)
        return self.value.strip()
