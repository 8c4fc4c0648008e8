"""A small app on our driver, for runs on a pty.

Keys: s suspends for a shell command, b rings, p places a picture, r repaints, n counts, q leaves.
"""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path
from typing import ClassVar

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from textual.app import App, ComposeResult
from textual.binding import BindingType
from textual.widgets import Static

from tui.driver import BoardDriver
from tui.terminal.around import let_go


class Small(App[int]):
    ENABLE_COMMAND_PALETTE = False
    CSS = "Static { height: 1; } #count { background: blue; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        ("s", "player"),
        ("n", "count"),
        ("p", "picture"),
        ("ctrl+l", "repaint"),
        ("q", "leave"),
    ]
    count = 0

    def compose(self) -> ComposeResult:
        yield Static("砂丘の夜 é ready", markup=False)
        yield Static("n 0", id="count")
        for number in range(50 if "--long" in sys.argv else 5):
            yield Static(f"line {number} " + "x" * 60)

    def action_player(self) -> None:
        with self.suspend():
            subprocess.run(["echo", "the player says hello"], check=True)

    def action_count(self) -> None:
        self.count += 1
        self.query_one("#count", Static).update(f"n {self.count}")

    def action_picture(self) -> None:
        assert isinstance(self._driver, BoardDriver)
        self._driver.place_raw(10, 1, 4, 1, "\x1b_Ga=T,m=1,q=2;AA\x1b\\\x1b_Gm=0;BB\x1b\\")

    def action_repaint(self) -> None:
        assert isinstance(self._driver, BoardDriver)
        self._driver.repaint()

    def action_leave(self) -> None:
        self.exit(7)


def main() -> int:
    if "--deaf" in sys.argv:
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
    app = Small(driver_class=BoardDriver)
    result = app.run(mouse=False)
    print("said after the end", flush=True)
    let_go()
    return result or app.return_code or 0


if __name__ == "__main__":
    sys.exit(main())
