"""Opening the dashboard on a terminal, and what is said when it closes."""

from __future__ import annotations

import os
import shlex
import sys
from typing import TYPE_CHECKING

from core.base.settings import BoardSettings
from tui import keymap
from tui.app import BoardApp
from tui.driver import BoardDriver, let_go
from tui.theme import Look, few_colours, signs_must_be_ascii

if TYPE_CHECKING:
    from tui.bridge import Desk, Glance


def run_board(
    desk: Desk,
    board: BoardSettings | None = None,
    *,
    first: Glance | None = None,
    ascii_signs: bool | None = None,
    read_only: bool = False,
) -> int:
    """Shows the board until a person leaves or the terminal goes. Returns the exit code.

    `first`: as in BoardApp. `ascii_signs`: None asks the locale. The caller has made sure that there is a
    terminal. Raises BadInput for a theme or a key that is not to be had.
    """
    board = board or BoardSettings()
    keymap.remap(board.keys)
    few = few_colours(os.environ)
    far = any(os.environ.get(name) for name in ("SSH_CONNECTION", "SSH_TTY"))
    look = Look(signs_must_be_ascii() if ascii_signs is None else ascii_signs)
    app = BoardApp(
        desk, look, board, first=first, few=few, far=far, read_only=read_only, driver_class=BoardDriver
    )
    try:
        result = app.run(mouse=False)
    finally:
        desk.close()
    glance = app.shared.glance
    if glance is not None and glance.worker.running and not app.return_code:
        sys.stderr.write(f"the worker goes on; to come back: {_way_back(desk, rehearsal=glance.rehearsal)}\n")
    let_go()
    return result if isinstance(result, int) else app.return_code or 0


def _way_back(desk: Desk, *, rehearsal: bool) -> str:
    """What to type on a shell, in whatever folder."""
    return f"rushes --film {shlex.quote(str(desk.root))}{' --rehearsal' if rehearsal else ''}"
