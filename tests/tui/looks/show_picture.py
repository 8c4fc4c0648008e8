"""One frame on an empty board; n takes it off, q leaves.

`python show_picture.py half|ascii|kitty|sixel FOLDER`
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import ClassVar

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[2]))

from textual.app import App, ComposeResult  # noqa: E402
from textual.binding import BindingType  # noqa: E402

from core.media.pictures import draw  # noqa: E402
from tui.bridge import NOTHING, Wish  # noqa: E402
from tui.driver import BoardDriver  # noqa: E402
from tui.theme import Look  # noqa: E402
from tui.wardrobe import wear  # noqa: E402
from tui.widgets.picture import Frame  # noqa: E402
from tui.widgets.region import Region  # noqa: E402


class Shown(App[None]):
    """A frame of 30 by 8 cells, three cells in and two down."""

    BINDINGS: ClassVar[list[BindingType]] = [("n", "nothing", "take it off"), ("q", "quit", "leave")]
    ENABLE_COMMAND_PALETTE = False

    def __init__(self, kind: str, folder: Path) -> None:
        super().__init__(driver_class=BoardDriver)
        self.picture = draw(_frame(folder), Wish(kind, 30, 8), folder / "cache")
        self.panel = Frame("frame", Look())

    def compose(self) -> ComposeResult:
        yield self.panel

    def on_mount(self) -> None:
        theme = wear("rushes")
        self.register_theme(theme)
        self.theme = theme.name
        self.panel.place(Region(3, 2, 30, 9))
        self.call_after_refresh(self.panel.draw, self.picture, "the caption")

    def action_nothing(self) -> None:
        self.panel.draw(NOTHING, "")


def _frame(folder: Path) -> Path:
    import numpy as np

    from core.media.images import save_png

    rows, cols = np.mgrid[:180, :320]
    save_png(folder / "frame.png", np.stack([rows, cols // 2, (rows + cols) // 2], axis=-1).astype(np.uint8))
    return folder / "frame.png"


if __name__ == "__main__":
    Shown(sys.argv[1], Path(sys.argv[2])).run(mouse=False)
