"""Signs, words and colours of the board.

State is a sign and a word; colour only repeats it. One accent colour says *needs you*, and
nothing else wears it. Everything that is fine is quiet.
"""

from __future__ import annotations

import locale
import os
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.color import ColorSystem
from rich.style import Style

from tui.palettes import RUSHES, Palette

if TYPE_CHECKING:
    from collections.abc import Mapping


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


INKS = ("text", "bright", "quiet", "faint", "need", "running", "circled", "rejected", "stale")
STYLES: dict[str, Style] = {}
"""The inks worn now, by name. `selected` is laid over the line that the keys act on; `selected_cell` over
one cell, which is too small for a tone alone: it is underlined, so it shows without colour too."""


_WORN: list[Palette] = []
"""The palette behind `STYLES`."""


def put_on(inks: Palette) -> None:
    """Fills `STYLES`. One process shows one theme."""
    _WORN.append(inks)
    del _WORN[:-1]
    STYLES.clear()
    STYLES.update(styles_of(inks))


def on_light() -> bool:
    """Whether the theme worn now is dark on light."""
    return not _WORN[-1].dark


def styles_of(inks: Palette) -> dict[str, Style]:
    """The styles of one palette. The terminal's own colours are told apart by weight as well."""
    found = {ink: Style(color=getattr(inks, ink), bgcolor=inks.ground) for ink in INKS}
    for ink in ("bright", "need"):
        found[ink] += Style(bold=True)
    if inks.ansi:
        # Its greys may be its ground (Solarized's are): faintness is asked for, not a colour.
        for ink in ("quiet", "faint"):
            found[ink] += Style(dim=True)
    # Reversed, its colours would make a patchwork: the line is one bar, and signs and words tell the state.
    bar = Style(color="default", bgcolor="default", reverse=True, dim=False)
    selected = bar if inks.ansi else Style(bgcolor=inks.raised)
    found["selected"] = selected
    found["selected_cell"] = selected + Style(bold=True, underline=True)
    return found


def few_colours(environment: Mapping[str, str]) -> bool:
    """Whether the terminal shows 16 colours or none. To be asked before the app is made."""
    return colours_of(environment) in {None, ColorSystem.STANDARD}


def colours_of(environment: Mapping[str, str]) -> ColorSystem | None:
    """What the terminal shows, as rich will find it; None: NO_COLOR asks for none.

    Over SSH COLORTERM is often lost, and a terminal whose name does not say `256color` counts as one of 16.
    """
    if "NO_COLOR" in environment:
        return None
    asked = environment.get("TEXTUAL_COLOR_SYSTEM", "auto")
    if asked != "auto":
        return {"256": ColorSystem.EIGHT_BIT, "truecolor": ColorSystem.TRUECOLOR}.get(
            asked, ColorSystem.STANDARD
        )
    if environment.get("COLORTERM", "").strip().casefold() in {"truecolor", "24bit"}:
        return ColorSystem.TRUECOLOR
    ending = environment.get("TERM", "").strip().casefold().rpartition("-")[2]
    return ColorSystem.EIGHT_BIT if ending in {"256color", "kitty"} else ColorSystem.STANDARD


put_on(RUSHES)


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
