"""Keys as a terminal sends them, by the name of what they do: a remapped table changes no script."""

from __future__ import annotations

from textual.keys import key_to_character

from tui import keymap

SENT = {
    "enter": b"\r",
    "escape": b"\x1b",
    "tab": b"\t",
    "shift+tab": b"\x1b[Z",
    "backspace": b"\x7f",
    "up": b"\x1b[A",
    "down": b"\x1b[B",
    "right": b"\x1b[C",
    "left": b"\x1b[D",
    "home": b"\x1b[H",
    "end": b"\x1b[F",
    "pageup": b"\x1b[5~",
    "pagedown": b"\x1b[6~",
    # Textual's own short names of characters.
    "slash": b"/",
    "backslash": b"\\",
    "at": b"@",
    "minus": b"-",
    "plus": b"+",
    "underscore": b"_",
}


def key_bytes(key: str) -> bytes:
    """What a terminal sends for one of Textual's key names; AssertionError where nothing is."""
    if key in SENT:
        return SENT[key]
    if key.startswith("ctrl+") and len(key) == 6:
        return bytes([ord(key[5].upper()) & 0x1F])
    character = key if len(key) == 1 else key_to_character(key)
    assert character, f"no terminal sends '{key}'"
    return character.encode()


def typed(action: str) -> bytes:
    """The first key of an action of `tui.keymap`."""
    return key_bytes(keymap.action(action).keys.split(",")[0])
