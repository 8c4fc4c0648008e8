"""What is known of the terminal around the process, and what is done with its streams once it is gone."""

from __future__ import annotations

import os
import shutil
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


def terminal_size() -> tuple[int, int]:
    """Columns and rows, as Textual's driver finds them."""
    size = shutil.get_terminal_size()
    return size.columns or 80, size.lines or 25


def let_go() -> None:
    """Points what can no longer be written at nothing: what stands in a buffer for a terminal that is
    gone would fail at the interpreter's last flush, and turn every exit code into 120."""
    for stream in (sys.__stdout__, sys.__stderr__):
        try:
            if stream is not None:
                stream.flush()
        except (OSError, ValueError):
            to_nowhere()
            return


def to_nowhere() -> None:
    """Both outputs, by number: the buffers stay, and end in nothing."""
    nothing = os.open(os.devnull, os.O_WRONLY)
    for number in (1, 2):
        os.dup2(nothing, number)
    os.close(nothing)


def erases_in_colour(environment: Mapping[str, str]) -> bool:
    """Whether terminfo says so of this TERM (its flag `bce`). Never believed inside GNU screen, which keeps a
    colour of its own under whatever name."""
    if "STY" in environment:
        return False
    import curses  # noqa: PLC0415 - 2 ms, once a terminal is there

    try:
        curses.setupterm(environment.get("TERM", "dumb"), 1)
        return curses.tigetflag("bce") == 1
    except curses.error:
        return False
