"""Who is at the keyboard."""

from __future__ import annotations

import os

from core.base import settings
from core.desk.person import Person
from core.studio.spawn import git_name


def person() -> Person:
    """From the settings, else git's name, else the login. Raises BadInput for settings that are wrong."""
    found = settings.load()
    return Person(found.name or git_name() or os.environ.get("USER") or "unknown", found.role)


def is_known() -> bool:
    """Whether the settings or git name the person: a login is nobody's name."""
    return bool(settings.load().name or git_name())
