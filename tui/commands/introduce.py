"""Asks a person for name and role, once in their life, where nobody knows them and somebody can answer."""

from __future__ import annotations

import sys

from core.base import settings
from core.base.errors import BadInput
from core.base.text import one_line
from core.studio import people
from tui.commands import talk


def once() -> None:
    """Nothing where the settings or git know the name, or where nobody sits at a terminal."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()) or people.is_known():
        return
    talk.say("a verdict is kept with who made it, and neither your settings nor git know your name")
    name = one_line(_ask("name: "), 80)
    if not name:
        talk.say("no name: your login stands for it; you are asked again")
        return
    role = ""
    while True:
        answer = _ask(f"role ({', '.join(settings.ROLES)}; enter for none): ").strip()
        try:
            role = settings.check_role(answer) if answer else ""
            break
        except BadInput as error:
            talk.say(str(error))
    talk.say(f"kept in {settings.keep_person(name, role)}")


def _ask(question: str) -> str:
    """One line from the terminal; empty at its end."""
    sys.stderr.write(question)
    sys.stderr.flush()
    return sys.stdin.readline().strip()
