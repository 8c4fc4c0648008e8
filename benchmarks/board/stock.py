"""`rushes` with Textual's own driver in the place of ours: what the same board costs without it."""

from __future__ import annotations

import sys

from textual.drivers.linux_driver import LinuxDriver

from tui import app
from tui.cli import main

if __name__ == "__main__":
    assert hasattr(app, "BoardDriver"), "the board takes its driver from elsewhere"
    setattr(app, "BoardDriver", LinuxDriver)  # noqa: B010 - a name that it imports, not one that it offers
    sys.exit(main())
