"""`rushes` with Textual's own driver in the place of ours: what the same board costs without it."""

from __future__ import annotations

import sys
from typing import Any

from textual.drivers.linux_driver import LinuxDriver

from tui.app import BoardApp
from tui.cli import main


def with_stock_driver() -> None:
    """Whoever builds the app, and with whatever driver: it gets Textual's."""
    build = BoardApp.__init__

    def built(self: BoardApp, *args: Any, **more: Any) -> None:
        build(self, *args, **{**more, "driver_class": LinuxDriver})
        assert self.driver_class is LinuxDriver

    BoardApp.__init__ = built  # type: ignore[method-assign]


if __name__ == "__main__":
    with_stock_driver()
    sys.exit(main())
