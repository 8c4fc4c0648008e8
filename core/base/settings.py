"""The user's settings and state folders. Keys of providers come from the environment only.

`$XDG_CONFIG_HOME/rushes/settings.toml`: name, role (director, producer, editor, client, operator), ffmpeg,
and what a provider's key may spend.
Never a key in clear.

    [keys.openrouter]
    limit_usd = "50.00"   # over all films on this machine, for ever
    day_usd = "20.00"     # over all films, a UTC day
    in_flight = 4         # jobs at once
    per_minute = 10       # POSTs

How the board looks is a table of its own; every line may be left out.

    [board]
    theme = "rushes"      # or rushes-light, rushes-contrast, or one of Textual's
    pictures = "half"     # half, ascii, kitty, sixel, off
    player = "mpv"        # a program and its arguments
    editor = ""           # empty: $VISUAL, $EDITOR, vi

    [board.keys]          # an action of the help page, and its keys
    approve = "a,ctrl+a"
"""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.base.errors import BadInput, nearest
from core.base.paths import write_atomic
from core.base.units import MAX_MICRO, Money

_KNOWN = ("name", "role", "ffmpeg", "ascii", "pictures", "keys", "board")
_OF_THE_BOARD = ("theme", "pictures", "player", "editor", "keys")
PICTURES: tuple[str, ...] = ("half", "ascii", "kitty", "sixel", "off")
"""How frames are drawn. Kitty and sixel only where a person says that the terminal can: it is never asked."""
_OF_A_KEY = ("limit_usd", "day_usd", "in_flight", "per_minute")
_PROVIDER = re.compile(r"[a-z][a-z0-9_-]{0,31}")
_KINDS: Mapping[str, tuple[type, str]] = {
    "ascii": (bool, "true or false"),
    "pictures": (bool, "true or false; how they are drawn is said in [board]"),
    "keys": (dict, "a table, like [keys.openrouter]"),
    "board": (dict, "a table: [board]"),
}
ROLES: tuple[str, ...] = ("director", "producer", "editor", "client", "operator")
MAX_IN_FLIGHT = 1000
MAX_PER_MINUTE = 6000


@dataclass(frozen=True, slots=True)
class KeyLimits:
    """What one key may do, over all films on this machine; None: no limit of this person's."""

    limit: Money | None = None
    """All it may ever spend."""
    day: Money | None = None
    """What it may spend a UTC day."""
    in_flight: int | None = None
    """Jobs that may be held or running at once."""
    per_minute: int | None = None
    """POSTs a minute, evenly spaced."""

    def __post_init__(self) -> None:
        """Raises BadInput: `held + nan > limit` is never true, and would open the gate."""
        for name, money in (("limit", self.limit), ("day", self.day)):
            if money is not None and not _whole(money.micro, 0, MAX_MICRO):
                raise BadInput(f"a key's {name} of {money.micro!r} micro-dollars is no sum of money")
        if self.in_flight is not None and not _whole(self.in_flight, 1, MAX_IN_FLIGHT):
            raise BadInput(f"in_flight must be a whole number from 1 to {MAX_IN_FLIGHT}")
        if self.per_minute is not None and not _whole(self.per_minute, 1, MAX_PER_MINUTE):
            raise BadInput(f"per_minute must be a whole number from 1 to {MAX_PER_MINUTE}")


def _whole(value: object, low: int, high: int) -> bool:
    return type(value) is int and low <= value <= high


@dataclass(frozen=True, slots=True)
class BoardSettings:
    """How the board looks, and what it opens. Names of themes and actions are the board's to check."""

    theme: str = "rushes"
    pictures: str = "half"
    """One of `PICTURES`."""
    player: str = "mpv"
    """A program and its arguments, as on a shell; the clip's path is put behind them."""
    editor: str = ""
    """The same; empty: $VISUAL, then $EDITOR, then vi."""
    keys: Mapping[str, str] = field(default_factory=dict)
    """Keys by the action's name, with commas between: `a,ctrl+a`."""

    def pictures_on(self, *, ascii_signs: bool) -> str:
        """The kind of picture for this terminal: half blocks need UTF-8, the others are plain bytes."""
        return "ascii" if ascii_signs and self.pictures == "half" else self.pictures


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
    """False is the same as `pictures = "off"` in the board's table, which goes before it."""
    keys: Mapping[str, KeyLimits] = field(default_factory=dict)
    """By provider's name."""
    board: BoardSettings = field(default_factory=BoardSettings)


def _xdg(name: str, otherwise: Path) -> Path:
    """A folder of the XDG base directories; one that is not absolute is to be ignored, says their page."""
    given = Path(os.environ.get(name, ""))
    return (given if given.is_absolute() else otherwise) / "rushes"


def config_dir() -> Path:
    return _xdg("XDG_CONFIG_HOME", Path.home() / ".config")


def state_dir() -> Path:
    """What belongs to the user and to no film: the books and locks of keys."""
    return _xdg("XDG_STATE_HOME", Path.home() / ".local" / "state")


def cache_dir() -> Path:
    """What can be read again from its source: live capabilities and prices, with their dates."""
    return _xdg("XDG_CACHE_HOME", Path.home() / ".cache")


def _read(path: Path) -> dict[str, Any]:
    """The file's table, or an empty one where there is no file. Raises BadInput."""
    if not path.exists():
        return {}
    import tomllib  # noqa: PLC0415 - 3 ms before the first paint, where there are settings

    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadInput(
            f"not readable as TOML: {error}", where=str(path), todo="mend the line it names"
        ) from error


def load() -> Settings:
    """The settings file, or defaults where there is none. Raises BadInput naming what is wrong in it."""
    path = config_dir() / "settings.toml"
    found = _read(path)
    for name, value in found.items():
        if name not in _KNOWN:
            raise BadInput(f"unknown setting '{name}'", where=str(path), nearest=nearest(name, _KNOWN))
        kind, shown = _KINDS.get(name, (str, "text in quotes"))
        if not isinstance(value, kind):
            raise BadInput(f"'{name}' must be {shown}", where=str(path))
    if found.get("role"):
        found["role"] = check_role(found["role"], str(path))
    keys = {name: _limits(name, value, str(path)) for name, value in found.pop("keys", {}).items()}
    ffmpeg = os.environ.get("RUSHES_FFMPEG") or found.get("ffmpeg", "")
    board = _board(found.pop("board", {}), f"{path}, [board]", pictures=found.get("pictures", True))
    return Settings(**{**found, "ffmpeg": ffmpeg, "keys": keys, "board": board})


def check_role(word: str, where: str = "") -> str:
    """A role in the film. Raises BadInput with the nearest."""
    role = word.strip().casefold()
    if role not in ROLES:
        near = nearest(role, ROLES)
        raise BadInput(
            f"'{word[:40]}' is no role", where=where, nearest=near, todo=f"one of: {', '.join(ROLES)}"
        )
    return role


def keep_person(name: str, role: str) -> Path:
    """Writes name and role into the settings file, all its other lines kept. Returns the file.

    An empty role is left out. Raises BadInput where the file is not TOML or cannot be written.
    """
    import tomlkit  # noqa: PLC0415 - 30 ms, once in a person's life
    from tomlkit.exceptions import TOMLKitError  # noqa: PLC0415

    role = check_role(role) if role.strip() else ""
    path = config_dir() / "settings.toml"
    try:
        found = tomlkit.parse(path.read_text("utf-8"))
    except FileNotFoundError:
        found = tomlkit.document()
    except (TOMLKitError, UnicodeDecodeError) as error:
        raise BadInput(
            f"not readable as TOML: {error}", where=str(path), todo="mend the line it names"
        ) from error
    before = tomlkit.document()
    for field_name, value in (("name", name.strip()), ("role", role)):
        if field_name in found:
            found[field_name] = value
        elif value:
            before[field_name] = value
    # New lines stand first: behind a table's head they would be the table's.
    write_atomic(path, f"{tomlkit.dumps(before)}{tomlkit.dumps(found)}".encode())
    return path


def _limits(provider: str, table: Any, path: str) -> KeyLimits:
    """`[keys.<provider>]` as limits. Raises BadInput naming the setting and its file."""
    where = f"{path}, [keys.{provider[:40]}]"
    if not _PROVIDER.fullmatch(provider) or not isinstance(table, dict):
        raise BadInput(
            f"'{provider[:40]}' is no provider's table", where=path, todo="write [keys.openrouter], say"
        )
    for name in table:
        if name not in _OF_A_KEY:
            raise BadInput(f"unknown setting '{name}'", where=where, nearest=nearest(name, _OF_A_KEY))
    try:
        return KeyLimits(
            _usd(table, "limit_usd"), _usd(table, "day_usd"), table.get("in_flight"), table.get("per_minute")
        )
    except BadInput as fault:
        raise BadInput(fault.what, where=where, todo=fault.todo) from fault


def _board(table: Mapping[str, Any], where: str, *, pictures: bool) -> BoardSettings:
    """`[board]`. Raises BadInput naming the setting, its file and the nearest valid word."""
    for name, value in table.items():
        if name not in _OF_THE_BOARD:
            raise BadInput(f"unknown setting '{name}'", where=where, nearest=nearest(name, _OF_THE_BOARD))
        if name != "keys" and not isinstance(value, str):
            raise BadInput(f"'{name}' must be text in quotes", where=where, todo=_example(name))
    kind = table.get("pictures", "half" if pictures else "off")
    if kind not in PICTURES:
        raise BadInput(
            f"'{kind[:40]}' is no way to draw pictures",
            where=where,
            nearest=nearest(kind, PICTURES),
            todo=f"one of: {', '.join(PICTURES)}",
        )
    for name in ("player", "editor"):
        _check_program(name, table.get(name, ""), where)
    words = {name: value.strip() for name, value in table.items() if name in {"theme", "player", "editor"}}
    # An empty word is no theme and no player: as if the line were not there.
    given = {name: value for name, value in words.items() if value}
    return BoardSettings(**given, pictures=kind, keys=_bindings(table.get("keys", {}), where))


def _check_program(name: str, value: str, where: str) -> None:
    try:
        shlex.split(value)
    except ValueError as error:
        raise BadInput(
            f"'{name}' is not a program and its arguments: {error}", where=where, todo="close the quote in it"
        ) from error


def _bindings(table: Any, where: str) -> dict[str, str]:
    if not isinstance(table, dict):
        raise BadInput("'keys' must be a table", where=where, todo=_example("keys"))
    for name, value in table.items():
        if not isinstance(value, str):
            raise BadInput(
                f"the keys of '{name[:40]}' must be text in quotes",
                where=f"{where}, keys",
                todo='with commas between: approve = "a,ctrl+a"',
            )
    return {name: value.strip() for name, value in table.items()}


def _example(name: str) -> str:
    shown = {"pictures": "off", "theme": "rushes"}.get(name, "mpv")
    example = '{ approve = "a,ctrl+a" }' if name == "keys" else f'"{shown}"'
    return f"write {name} = {example}, say"


def _usd(table: Mapping[str, Any], name: str) -> Money | None:
    if name not in table:
        return None
    if not isinstance(table[name], str):
        raise BadInput(f"{name} must be a decimal string", todo=f'write it in quotes: {name} = "50.00"')
    return Money.parse(table[name])
