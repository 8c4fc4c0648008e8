"""What the keys mean here: the table of `actions` with a person's own keys in it.

The key line, the help, the palette and the bindings are all read from here; a person's settings may
move keys (`remap`), and everything follows. Nothing else binds a key.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from core.base.errors import BadInput, nearest
from tui.actions import ACTIONS as ACTIONS
from tui.actions import ALWAYS as ALWAYS
from tui.actions import ASK as ASK
from tui.actions import FORM as FORM
from tui.actions import HELP as HELP
from tui.actions import LINE as LINE
from tui.actions import NORMAL as NORMAL
from tui.actions import PALETTE as PALETTE
from tui.actions import SETTLE as SETTLE
from tui.actions import Action as Action

if TYPE_CHECKING:
    from textual.binding import Binding

_BY_ID = {row.id: row for row in ACTIONS}
_NAMED = {
    "slash": "/",
    "question_mark": "?",
    "escape": "esc",
    "colon": ":",
    "dollar_sign": "$",
    "exclamation_mark": "!",
    "asterisk": "*",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "full_stop": ".",
    "comma": ",",
    "pageup": "pgup",
    "pagedown": "pgdn",
}


def action(name: str) -> Action:
    return _BY_ID[name]


def is_action(name: str) -> bool:
    return name in _BY_ID


def key_of(name: str) -> str:
    """The key as a person reads it: `a`, `tab`, `/`."""
    row = _BY_ID[name]
    return row.shown or readable(row.keys.split(",")[0])


def readable(key: str) -> str:
    """Textual's name of a key as it stands on the cap."""
    return _NAMED.get(key, key)


class _Keys(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return key_of(name)


def keyed(text: str) -> str:
    """`Settle it with {settle}`, with the key that settles now in its place."""
    return text.format_map(_Keys())


def hint(name: str) -> str:
    """`a circle`: a key with its label."""
    return f"{key_of(name)} {_BY_ID[name].label}"


def rows() -> tuple[Action, ...]:
    """The whole table, with a person's own keys in it."""
    return tuple(_BY_ID.values())


def of_mode(mode: str, screen: str = "") -> tuple[Action, ...]:
    """The rows of a mode; with `screen` only those that hold on it."""
    return tuple(row for row in rows() if row.mode == mode and (not screen or not row.on or screen in row.on))


def screens() -> dict[str, Action]:
    """What opens a screen, by the screen's name."""
    return {row.id: row for row in rows() if row.opens}


def bindings(*modes: str, screen: str = "") -> list[Binding]:
    """Textual's bindings for the named modes, on `screen`; ids let a person's keymap move them.

    One key may stand for several actions of different modes: `check_action` picks.
    All are bound with priority: an input cannot swallow them, and each acts before the next key is
    looked at, so that what is typed ahead lands where it was meant.
    """
    from textual.binding import Binding  # noqa: PLC0415 - Textual: the first frame names keys without it

    def bound(row: Action, keys: str, act: str) -> Binding:
        return Binding(keys, act, row.label, show=False, id=row.id, priority=True)

    held = [row for mode in modes for row in of_mode(mode, screen)]
    made = []
    for row in held:
        if row.id == "count":
            made += [bound(row, key, f"count('{key}')") for key in row.keys.split(",")]
        else:
            made.append(bound(row, row.keys, act_of(row.id)))
    return made


def act_of(name: str) -> str:
    """The action as Textual runs it: one method opens every screen."""
    return f"go_to('{name}')" if _BY_ID[name].opens else name


def name_of(act: str) -> str:
    """The row that an action as Textual runs it belongs to."""
    head, _, rest = act.partition("(")
    return rest.strip("')") if head == "go_to" else head


def remap(wanted: Mapping[str, str]) -> None:
    """Moves keys: action id to comma-separated keys. Raises BadInput and moves nothing where an id is
    unknown, a key is empty, or two actions would share a key in one place."""
    moved = dict(_BY_ID)
    for name, keys in wanted.items():
        if name not in moved or name == "count":
            raise BadInput(
                f"no action '{name[:40]}' to give a key to",
                where="settings.toml, [board.keys]",
                nearest=nearest(name, moved),
                todo="the palette lists every action",
            )
        parts = [part.strip() for part in keys.split(",")]
        if not all(parts):
            raise BadInput(f"'{name}' needs a key", where="settings.toml, [board.keys]")
        moved[name] = replace(moved[name], keys=",".join(map(_as_named, parts)), shown="")
    _refuse_clashes(moved)
    _refuse_traps(moved)
    _BY_ID.update(moved)


def _as_named(key: str) -> str:
    """`?` as Textual names it: `question_mark`."""
    return next((name for name, cap in _NAMED.items() if cap == key), key)


def overlay(wanted: Mapping[str, str]) -> dict[str, str]:
    """What Textual's `set_keymap` is given for a person's keys, after `remap`.

    Moving an action, Textual takes every other one off its old and its new key, of whatever mode: those
    are named here too, and get their own keys again.
    """
    before = {row.id: row.keys.split(",") for row in ACTIONS}
    now = {row.id: row.keys.split(",") for row in rows()}
    named, more = set[str](), {name for name in wanted if name in now}
    while more:
        named |= more
        keys = {key for name in named for key in (*before[name], *now[name])}
        more = {name for name in now if keys & {*before[name], *now[name]}} - named
    return {name: ",".join(now[name]) for name in sorted(named - {"count"})}


_MAY_SHARE = frozenset({"circled", "rough"})
"""Answers of which one question offers only some."""


def _refuse_traps(table: Mapping[str, Action]) -> None:
    """Ways out stay free, and no key that orders also says yes: a double tap would pay."""
    out = {key for row in table.values() if row.mode == ALWAYS for key in row.keys.split(",")}
    orders = {key for row in table.values() if row.destructive for key in row.keys.split(",")}
    for row in table.values():
        keys = set(row.keys.split(","))
        if row.mode != ALWAYS and (taken := keys & out):
            what = f"the key '{readable(min(taken))}' leaves the dashboard, and cannot mean '{row.id}' too"
        elif row.id == "yes" and (taken := keys & orders):
            what = f"the key '{readable(min(taken))}' orders, and cannot say yes too: a double tap would pay"
        else:
            continue
        raise BadInput(what, where="settings.toml, [board.keys]", todo="give it another key")


def _refuse_clashes(table: Mapping[str, Action]) -> None:
    taken: dict[tuple[str, str, str], str] = {}
    places = {name for row in table.values() for name in row.on}
    for row in table.values():
        if row.id in _MAY_SHARE:
            continue
        for key in row.keys.split(","):
            for screen in row.on or ("", *places):
                other = taken.setdefault((row.mode, screen, key), row.id)
                if other != row.id:
                    raise BadInput(
                        f"the key '{readable(key)}' would mean both '{other}' and '{row.id}'",
                        where="settings.toml, [board.keys]",
                        todo="give one of them another key",
                    )
