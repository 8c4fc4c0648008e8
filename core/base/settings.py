"""The user's settings and state folders. Keys of providers come from the environment only.

`$XDG_CONFIG_HOME/rushes/settings.toml`: name, role, ffmpeg. Never a key in clear.
"""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass
from pathlib import Path

from core.base.errors import BadInput, nearest

_KNOWN = ("name", "role", "ffmpeg", "ascii", "pictures")


@dataclass(frozen=True, slots=True)
class Settings:
    """What a person set once, for all films."""

    name: str = ""
    role: str = ""
    ffmpeg: str = ""
    """A system ffmpeg, used only when named here or in RUSHES_FFMPEG."""
    ascii: bool | None = None
    """ASCII signs on the board; None: as the locale says."""
    pictures: bool = True


def config_dir() -> Path:
    return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "rushes"


def load() -> Settings:
    """The settings file, or defaults where there is none. Raises BadInput naming what is wrong in it."""
    path = config_dir() / "settings.toml"
    try:
        found = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        found = {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadInput(
            f"not readable as TOML: {error}", where=str(path), todo="mend the line it names"
        ) from error
    for name, value in found.items():
        if name not in _KNOWN:
            raise BadInput(f"unknown setting '{name}'", where=str(path), nearest=nearest(name, _KNOWN))
        kind = bool if name in ("ascii", "pictures") else str
        if not isinstance(value, kind):
            raise BadInput(f"'{name}' must be a {kind.__name__}", where=str(path))
    return Settings(**{**found, "ffmpeg": os.environ.get("RUSHES_FFMPEG") or found.get("ffmpeg", "")})
