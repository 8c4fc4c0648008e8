"""What letters typed into the palette find. Pure."""

from __future__ import annotations

from typing import NamedTuple

from tui import keymap


class Found(NamedTuple):
    """One line of the palette."""

    id: str
    key: str
    label: str
    help: str


_NEVER = frozenset({"count", "palette", "up", "down", "left", "right"})


def find_actions(typed: str, screen: str) -> tuple[Found, ...]:
    """The actions of `screen` whose words hold every word typed: by label first, then by help."""
    words = typed.casefold().split()
    found = []
    for place, row in enumerate(keymap.of_mode(keymap.NORMAL, screen)):
        if row.id in _NEVER:
            continue
        name = f"{row.label or row.id.replace('_', ' ')}".casefold()
        told = f"{name} {row.id.replace('_', ' ')} {row.help.casefold()}"
        if not all(word in told for word in words):
            continue
        joined = " ".join(words)
        rank = 0 if name.startswith(joined) else 1 if joined in name else 2
        found.append((rank, place, row))
    return tuple(
        Found(row.id, keymap.key_of(row.id), row.label or row.id.replace("_", " "), row.help)
        for _, _, row in sorted(found, key=lambda one: one[:2])
    )
