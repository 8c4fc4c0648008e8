"""A board that only opens an editor: `python show_outside.py FILE`.

e edits, c copies, l copies too much, q leaves.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import ClassVar

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[2]))

from textual.app import App, ComposeResult  # noqa: E402
from textual.binding import BindingType  # noqa: E402

from core.studio.pages.outside import editor_argv  # noqa: E402
from tui.driver import BoardDriver  # noqa: E402
from tui.screens.outside import MOST, copy, open_outside  # noqa: E402
from tui.widgets.lines import Line, Span  # noqa: E402
from tui.widgets.panel import LinePanel  # noqa: E402
from tui.widgets.region import Region  # noqa: E402


class Shown(App[None]):
    """Two lines: what it is, and what came of the last key."""

    BINDINGS: ClassVar[list[BindingType]] = [
        ("e", "edit", "edit"),
        ("c", "copy", "copy"),
        ("l", "long", "copy too much"),
        ("q", "quit", "leave"),
    ]
    ENABLE_COMMAND_PALETTE = False

    def __init__(self, file: Path) -> None:
        super().__init__(driver_class=BoardDriver)
        self.file = file
        self.panel = LinePanel("panel")

    def compose(self) -> ComposeResult:
        yield self.panel

    def on_mount(self) -> None:
        self.panel.place(Region(0, 0, 80, 2))
        self.say("nothing yet")

    def say(self, text: str) -> None:
        self.panel.show(lambda _width, _height: [Line((Span("the board"),)), Line((Span(f"done: {text}"),))])

    def action_edit(self) -> None:
        self.say(open_outside(self, editor_argv(self.file, os.environ)) or "fine")

    def action_copy(self) -> None:
        self.say(copy(self, str(self.file)))

    def action_long(self) -> None:
        self.say(copy(self, "x" * (MOST + 1)))


if __name__ == "__main__":
    Shown(Path(sys.argv[1])).run(mouse=False)
