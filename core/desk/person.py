"""Who decides."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Person:
    """Name and role, from the user's settings, else git's name."""

    name: str
    role: str = ""
    """director, producer, editor, client, operator."""
