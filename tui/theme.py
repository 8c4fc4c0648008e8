"""Signs, words and colours of the board.

State is a sign and a word; colour only repeats it. One accent colour says *needs you*, and
nothing else wears it. Everything that is fine is quiet.
"""

from __future__ import annotations

import locale
import os
import sys
from dataclasses import dataclass

from rich.style import Style
from textual.theme import Theme

GROUND = "#14171b"
RAISED = "#242a32"
TEXT = "#c3c9d1"
BRIGHT = "#eef1f4"
QUIET = "#7f8893"
FAINT = "#4a525c"
ACCENT = "#f2b134"
"""Needs you. Used for nothing else."""
RUNNING = "#7fb4d8"
CIRCLED = "#86ab8c"
REJECTED = "#a87f86"
STALE = "#9a8bb5"


@dataclass(frozen=True, slots=True)
class State:
    """How one state of a shot is shown."""

    name: str
    sign: str
    ascii: str
    word: str
    ink: str
    """Name of a style in `STYLES`."""


STATES: tuple[State, ...] = (
    State("planned", "·", ".", "planned", "quiet"),
    State("ready", "○", "o", "ready", "text"),
    State("running", "◐", "~", "running", "running"),
    State("review", "◆", "?", "for review", "need"),
    State("circled", "●", "@", "circled", "circled"),
    State("rejected", "✕", "x", "rejected", "rejected"),
    State("failed", "✕", "x", "failed", "need"),
    State("in_doubt", "‼", "!", "in doubt", "need"),
    State("held", "‖", "=", "held", "quiet"),
    State("stale", "↻", "%", "stale", "stale"),
    State("omitted", "–", "-", "omitted", "faint"),
)
"""The one legend: board and help both read it."""
_BY_NAME = {state.name: state for state in STATES}
_UNKNOWN = State("", "·", ".", "unknown", "quiet")


def state_of(name: str) -> State:
    """The state's sign, word and ink; a state this board does not know keeps its own word."""
    known = _BY_NAME.get(name)
    return known if known else State(name, _UNKNOWN.sign, _UNKNOWN.ascii, name.replace("_", " "), "quiet")


STYLES: dict[str, Style] = {
    "text": Style(color=TEXT, bgcolor=GROUND),
    "bright": Style(color=BRIGHT, bgcolor=GROUND, bold=True),
    "quiet": Style(color=QUIET, bgcolor=GROUND),
    "faint": Style(color=FAINT, bgcolor=GROUND),
    "need": Style(color=ACCENT, bgcolor=GROUND, bold=True),
    "running": Style(color=RUNNING, bgcolor=GROUND),
    "circled": Style(color=CIRCLED, bgcolor=GROUND),
    "rejected": Style(color=REJECTED, bgcolor=GROUND),
    "stale": Style(color=STALE, bgcolor=GROUND),
}
SELECTED = Style(bgcolor=RAISED)
"""Laid over the line or the cell the keys act on."""
SELECTED_CELL = Style(bgcolor=RAISED, bold=True, underline=True)
"""One cell is too small for a tone alone: it is underlined, so it shows without colour too."""

THEME = Theme(
    name="rushes",
    primary=RUNNING,
    secondary=QUIET,
    warning=ACCENT,
    error=ACCENT,
    success=CIRCLED,
    accent=ACCENT,
    foreground=TEXT,
    background=GROUND,
    surface=GROUND,
    panel=RAISED,
    dark=True,
    variables={"input-cursor-background": TEXT, "input-cursor-foreground": GROUND},
)


@dataclass(frozen=True, slots=True)
class Look:
    """What the terminal can show: the one switch between the two sets of signs."""

    ascii: bool = False

    def sign(self, state: str) -> str:
        known = state_of(state)
        return known.ascii if self.ascii else known.sign

    def pick(self, sign: str, plain: str) -> str:
        """`sign`, or its ASCII stand-in. Both must be equally wide."""
        return plain if self.ascii else sign

    @property
    def rule(self) -> str:
        return self.pick("─", "-")

    @property
    def wall(self) -> str:
        return self.pick("│", "|")

    @property
    def cursor(self) -> str:
        return self.pick("›", ">")

    @property
    def dots(self) -> str:
        """The mark of a cut text, one cell wide in both sets."""
        return self.pick("…", "~")


def signs_must_be_ascii() -> bool:
    """Whether the locale cannot carry the signs.

    In the C locale Python takes UTF-8 all the same (PEP 540); the terminal has promised nothing.
    """
    asked_for = os.environ.get("PYTHONUTF8") == "1" or "utf8" in sys._xoptions
    if sys.flags.utf8_mode and not asked_for:
        return True
    return locale.getpreferredencoding(do_setlocale=False).casefold().replace("-", "") not in {
        "utf8",
        "utf16",
    }
