"""Opening the dashboard on a terminal, and what is said when it closes.

The first frame is drawn and sent before Textual is imported, which takes longer than all the rest of the
start; the driver then takes the terminal over as it is.
"""

from __future__ import annotations

import os
import shlex
import sys
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING

from core.base.settings import BoardSettings
from tui import keymap
from tui.bridge import kept
from tui.palettes import OURS
from tui.screens.painted import painted
from tui.screens.shared import shared_of
from tui.terminal.ahead import Ahead
from tui.terminal.around import let_go
from tui.theme import Look, colours_of, few_colours, put_on, signs_must_be_ascii

if TYPE_CHECKING:
    from collections.abc import Callable

    from tui.app import BoardApp
    from tui.bridge import Desk, Glance


def run_board(
    desk: Desk,
    board: BoardSettings | None = None,
    *,
    first: Callable[[], Glance] | None = None,
    ascii_signs: bool | None = None,
    read_only: bool = False,
) -> int:
    """Shows the board until a person leaves or the terminal goes. Returns the exit code.

    `first` gives a first reading, and what it raises is raised: a film that cannot be shown is a sentence on
    the shell, not an empty screen. `ascii_signs`: None asks the locale. The caller has made sure that there
    is a terminal. Raises BadInput for a theme or a key that is not to be had.
    """
    board = board or BoardSettings()
    keymap.remap(board.keys)
    look = Look(signs_must_be_ascii() if ascii_signs is None else ascii_signs)
    try:
        found = first() if first else None
        with _ahead(desk, look, board, found, read_only=read_only) as ahead:
            app = _made(desk, look, board, found, ahead, read_only=read_only)
            del found  # of a long film 10,000 rows, which nobody needs once they have changed
            code = _run(app)
    finally:
        desk.close()
    let_go()
    return code


def _ahead(
    desk: Desk, look: Look, board: BoardSettings, first: Glance | None, *, read_only: bool
) -> AbstractContextManager[Ahead | None]:
    """The terminal with the first frame on it; None where Textual is needed to know what it looks like, and
    where it is not the board that comes first."""
    colours, inks = colours_of(os.environ), OURS.get(board.theme)
    if first is None or colours is None or few_colours(os.environ) or inks is None or inks.ansi:
        return nullcontext()
    found = kept.load(kept.place_of(desk.root, rehearsal=first.rehearsal))
    if found.screen in keymap.screens() and found.screen != "board":
        return nullcontext()
    put_on(inks)
    shared = shared_of(look, board, far=_is_far(), read_only=read_only)
    shared.begin(first, found)
    ahead = Ahead()
    ahead.show(painted(shared, first, ahead.size, colours))
    return ahead


def _is_far() -> bool:
    """Whether the terminal is at the other end of a line that may be thin."""
    return any(os.environ.get(name) for name in ("SSH_CONNECTION", "SSH_TTY"))


def _made(
    desk: Desk,
    look: Look,
    board: BoardSettings,
    first: Glance | None,
    ahead: Ahead | None,
    *,
    read_only: bool,
) -> BoardApp:
    from tui.app import BoardApp  # noqa: PLC0415 - Textual, 0.1 s: the first frame does without
    from tui.driver import BoardDriver  # noqa: PLC0415

    return BoardApp(
        desk,
        look,
        board,
        first=first,
        few=few_colours(os.environ),
        far=_is_far(),
        read_only=read_only,
        driver_class=BoardDriver if ahead is None else BoardDriver.after(ahead),
    )


def _run(app: BoardApp) -> int:
    result = app.run(mouse=False)
    glance = app.shared.glance
    if glance is not None and glance.worker.running and not app.return_code:
        sys.stderr.write(
            f"the worker goes on; to come back: {_way_back(app.desk, rehearsal=glance.rehearsal)}\n"
        )
    return result if isinstance(result, int) else app.return_code or 0


def _way_back(desk: Desk, *, rehearsal: bool) -> str:
    """What to type on a shell, in whatever folder."""
    return f"rushes --film {shlex.quote(str(desk.root))}{' --rehearsal' if rehearsal else ''}"
