"""Handing the terminal to a player or an editor, and text to the clipboard. Answers are sentences to say."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textual.app import SuspendNotSupported

from core.base.errors import BadInput
from core.studio.pages.outside import editor_argv, run

if TYPE_CHECKING:
    from textual.app import App

    from tui.screens.base import BaseScreen

MOST = 20_000
"""Characters of a copied text; terminals refuse or cut longer ones."""


def open_outside(app: App[Any], argv: tuple[str, ...]) -> str:
    """Suspends the board and runs a program on its terminal until it ends.

    Returns an empty string, or what went wrong. The film may be another afterwards: read it again.
    """
    try:
        with app.suspend():
            return run(argv)
    except SuspendNotSupported:
        return "this terminal cannot be handed to another program"


def say_fault(screen: BaseScreen, fault: BadInput) -> None:
    """On one line: what, and what to do."""
    screen.say(f"{fault.what}; {fault.todo}" if fault.todo else fault.what, "need")


def edit(screen: BaseScreen, path: Path, line: int = 0) -> None:
    """Opens a file of the film in the person's editor, at `line` where that is known (from 1).

    What was written is read by itself: the film's files are watched.
    """
    try:
        argv = editor_argv(path, os.environ, screen.shared.board.editor, line)
    except BadInput as fault:
        say_fault(screen, fault)
        return
    screen.say(open_outside(screen.app, argv))


def copy(app: App[Any], text: str) -> str:
    """Puts text into the clipboard of the person's own machine, by OSC 52. Returns what to say.

    Nobody answers, so nobody knows whether the terminal did it.
    """
    if len(text) > MOST:
        return "that is too long to copy"
    # A path may hold bytes that are no text.
    app.copy_to_clipboard(text.encode("utf-8", "replace").decode("utf-8"))
    return "copied, if your terminal takes OSC 52 (tmux: set -g set-clipboard on)"
