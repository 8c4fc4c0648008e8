"""Where a person was: screen, shot and filters of one film's board, kept over reconnects.

It lives in the user's state folder, not in the film: two people on one film are in two places.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from core.base.errors import RushesError
from core.base.paths import write_atomic
from core.base.settings import state_dir

if TYPE_CHECKING:
    from pathlib import Path

_MOST = 4000
"""Characters of one kept text; more is no filter anybody typed."""


@dataclass(frozen=True, slots=True)
class Kept:
    """All of it is foreign text when it comes back: the file may have been edited."""

    screen: str = "board"
    shot: str = ""
    pictures: bool = True
    screens: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """What each screen wants to find again, by its name."""


def place_of(root: Path, *, rehearsal: bool) -> Path:
    name = hashlib.sha256(f"{root}\0{rehearsal}".encode()).hexdigest()[:16]
    return state_dir() / "boards" / f"{name}.json"


def load(path: Path) -> Kept:
    """What was kept; nothing where there is no such file, or none that can be read."""
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        return Kept()
    if not isinstance(found, dict):
        return Kept()
    screens = found.get("screens")
    kept = {name: _texts(value) for name, value in screens.items()} if isinstance(screens, dict) else {}
    return Kept(
        _text(found.get("screen")) or "board",
        _text(found.get("shot")),
        found.get("pictures") is not False,
        kept,
    )


def save(path: Path, kept: Kept) -> None:
    """Never in the way: a board without a place to remember is a board all the same."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomic(path, json.dumps(asdict(kept), ensure_ascii=True).encode())
    except (OSError, RushesError):
        return


def _text(value: Any) -> str:
    return value[:_MOST] if isinstance(value, str) else ""


def _texts(value: Any) -> dict[str, str]:
    found = value if isinstance(value, dict) else {}
    return {str(name): _text(text) for name, text in found.items() if isinstance(text, str)}
