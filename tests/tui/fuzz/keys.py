"""Keys, pastes and windows drawn at random, the same for the same seed."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from textual import events
from textual.keys import _character_to_key

from tui import keymap

LEAVES = {"q", "ctrl+c", "ctrl+q"}
CHARACTERS = {"enter": "\r", "tab": "\t", "space": " ", "escape": "\x1b"}
LETTERS = "abcdefghijklmnoprstuvwxyzABCDEFGHIJKLMNOPRSTUVWXYZ0123456789 -/:.,'\"[]{}$%&=<>é漢\u0301🎬"
OTHERS = ("backspace", "delete", "ctrl+u", "ctrl+w", "ctrl+k", "ctrl+z", "f1", "ctrl+left", "alt+g")
PASTES = ("gy\ngy\n", "y" * 5_000, "\x1b[31m[/]y", "S102", "state:review\r\n", "")
SIZES = ((80, 24), (120, 36), (200, 60), (160, 45), (100, 30), (30, 8), (1, 1), (300, 120))
MONEY = ("g", "r", "y", "n", "x", "s", "u", "c", "enter", "escape", "V", "space", "asterisk")


def _pool() -> list[str]:
    return sorted({key for row in keymap.rows() for key in row.keys.split(",")} - LEAVES)


def as_event(name: str) -> events.Key:
    if len(name) == 1:
        return events.Key(_character_to_key(name), name)
    return events.Key(name, CHARACTERS.get(name))


def bursts(seed: int, count: int) -> Iterator[list[events.Event]]:
    """At least `count` events, by bursts: what is typed ahead of an answer."""
    chance, pool, given = Random(seed), _pool(), 0
    while given < count:
        burst = [_one(chance, pool) for _ in range(chance.choice((1, 1, 1, 2, 3, 12)))]
        given += len(burst)
        yield burst


def _one(chance: Random, pool: list[str]) -> events.Event:
    roll = chance.random()
    if roll < 0.45:
        return as_event(chance.choice(pool))
    if roll < 0.75:
        return as_event(chance.choice(MONEY))
    if roll < 0.93:
        return as_event(chance.choice(LETTERS))
    if roll < 0.97:
        return as_event(chance.choice(OTHERS))
    return events.Paste(chance.choice(PASTES))


ORDERS = (
    ("g",),
    ("r", "enter"),
    ("n", "r", "x", "enter"),
    ("V", "j", "j", "r", "enter"),
    ("4", "r", "enter"),
)


def order_of(chance: Random) -> list[events.Event]:
    """Keys that ask for something with a price, from wherever the board is; its answer comes later."""
    keys = (
        *("escape",) * 4,
        *chance.choice((("B",), ("B", "n"), ("M",), ("R",), ())),
        *chance.choice(ORDERS),
    )
    return [as_event(key) for key in keys]
