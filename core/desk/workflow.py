"""What was started, stopped and turned round in how the film is made: one line each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from core.base.errors import BadInput, nearest

if TYPE_CHECKING:
    from core.desk.person import Person
    from core.engine.production import Production
    from core.ledger.views import Reader

KINDS: tuple[str, ...] = ("started", "stopped", "pivoted")
_ALL = 1_000_000


def kind_of(word: str) -> str:
    """Raises BadInput with the nearest."""
    if word.casefold() in KINDS:
        return word.casefold()
    raise BadInput(
        f"'{word[:40]}' is nothing to log", nearest=nearest(word, KINDS), todo=f"one of: {', '.join(KINDS)}"
    )


def log(p: Production, kind: str, text: str, person: Person) -> int:
    """Keeps a line, and returns its number. Raises BadInput for an empty one."""
    known = kind_of(kind)
    if not text.strip():
        raise BadInput(f"say what was {known}", todo=f'like: rushes log {known} "drawing every plate first"')
    with p.ledger.write() as w:
        return w.event(f"log.{known}", text, data={"person": person.name, "role": person.role})


def lines(reader: Reader) -> list[dict[str, Any]]:
    """Oldest first: id, at, kind, person, role, text."""
    kinds = tuple(f"log.{kind}" for kind in KINDS)
    return [
        {
            "id": event["id"],
            "at": event["at"],
            "kind": event["kind"].removeprefix("log."),
            "person": event["data"].get("person", ""),
            "role": event["data"].get("role", ""),
            "text": event["text"],
        }
        for event in reversed(reader.events(limit=_ALL, kinds=kinds))
    ]
