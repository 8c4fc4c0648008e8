"""Colours by their use: the sets of our own. Nothing of Textual is imported: the first frame wears one.

What a set promises, in WCAG 2 contrast: text 4.5 to 1 and quiet text 3 to 1, on the ground and on
the selected line; and one ink that is far from all others, for what needs a person.
"""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Palette:
    """One set of inks: `#rrggbb`, or names of the terminal's own 16 colours where `ansi`."""

    name: str
    ground: str
    raised: str
    """Ground of the line the keys act on."""
    text: str
    bright: str
    quiet: str
    faint: str
    need: str
    """Needs you. Used for nothing else."""
    running: str
    circled: str
    rejected: str
    stale: str
    dark: bool = True
    ansi: bool = False


RUSHES = Palette(
    "rushes",
    ground="#14171b",
    raised="#242a32",
    text="#c3c9d1",
    bright="#eef1f4",
    quiet="#8a939e",
    faint="#6e7782",
    need="#f2b134",
    running="#7fb4d8",
    circled="#86ab8c",
    rejected="#b28a91",
    stale="#9a8bb5",
)
LIGHT = Palette(
    "rushes-light",
    ground="#f5f3ee",
    raised="#e2ded3",
    text="#3a3f46",
    bright="#14171b",
    quiet="#5c626b",
    faint="#7f7c74",
    need="#a63d00",
    running="#1c6593",
    circled="#396843",
    rejected="#7d5560",
    stale="#69578c",
    dark=False,
)
CONTRAST = Palette(
    "rushes-contrast",
    ground="#000000",
    raised="#202020",
    text="#f0f0f0",
    bright="#ffffff",
    quiet="#cccccc",
    faint="#adadad",
    need="#ffc800",
    running="#7cd7ff",
    circled="#8df09a",
    rejected="#ffb0b8",
    stale="#d3b8ff",
)
_ANSI = Palette(
    "ansi-dark",
    ground="default",
    raised="default",
    text="default",
    bright="default",
    quiet="default",
    faint="default",
    need="bright_yellow",
    running="cyan",
    circled="green",
    rejected="red",
    stale="magenta",
    ansi=True,
)
_ANSI_LIGHT = replace(
    _ANSI, name="ansi-light", need="red", running="blue", rejected="magenta", stale="cyan", dark=False
)
OURS = {palette.name: palette for palette in (RUSHES, LIGHT, CONTRAST, _ANSI, _ANSI_LIGHT)}


def in_few_colours(full: Palette) -> Palette:
    """The terminal's own colours, for one that shows 16 or none."""
    return _ANSI if full.dark else _ANSI_LIGHT
