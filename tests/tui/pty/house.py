"""The real `rushes` on a pty: a film on disk, a person's own folders, keys by the name of what they do."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from tests.support.keys import typed
from tests.support.terminal import PATIENCE_S, Terminal, terminal
from tui.keymap import key_of

RUSHES = str(Path(sys.executable).with_name("rushes"))
CURSOR = re.compile(r"^› ?([A-Z]+\d+)\b")
PERSON = "Ada"


@dataclass(frozen=True)
class House:
    """One person at one film."""

    film: Path
    homes: dict[str, str]

    def board(self, cols: int = 140, rows: int = 40, *words: str) -> AbstractContextManager[Terminal]:
        return terminal([RUSHES, "--film", str(self.film), *words], cols, rows, **self.homes)


def house(film: Path, folder: Path) -> House:
    """A person with a name and a role, whom this machine knows nothing else of."""
    homes = {f"XDG_{name}_HOME": str(folder / name.lower()) for name in ("CONFIG", "STATE", "CACHE")}
    settings = folder / "config" / "rushes" / "settings.toml"
    settings.parent.mkdir(parents=True)
    settings.write_text(f'name = "{PERSON}"\nrole = "director"\n', "utf-8")
    return House(film, homes)


def selected(rows: list[str]) -> str:
    """The shot under the cursor in the list of takes; empty where none is marked."""
    return next((found[1] for row in rows if (found := CURSOR.match(row))), "")


def card(rows: list[str]) -> bool:
    """What happened since they left lies over the screen."""
    return any(f"{key_of('close')} closes this" in row for row in rows)


def see(one: Terminal, true: Callable[[list[str]], object], patience_s: float = PATIENCE_S) -> None:
    """Until the rows say so. The card may come at any moment after a start: it is put away."""
    one.until(lambda rows: true(rows) or card(rows), patience_s)
    if card(one.rows):
        press(one, "close")
        one.until(lambda rows: not card(rows), patience_s)
        one.until(true, patience_s)


def on(one: Terminal, shot: str) -> None:
    """Until the cursor stands there."""
    see(one, lambda rows: selected(rows) == shot)


def begun(one: Terminal, shot: str = "S101") -> None:
    """The board stands still, its card put away."""
    on(one, shot)
    one.drain(0.6)
    on(one, shot)
    one.drain()


def press(one: Terminal, *actions: str) -> None:
    """The keys of these actions, one after the other."""
    for action in actions:
        one.type(typed(action))


def repainted(one: Terminal) -> list[str]:
    """The screen drawn anew from nothing: what the program believes to be there."""
    one.screen.reset()
    press(one, "repaint")
    one.until(any)
    one.drain()
    return one.rows
