"""Who decides, and who may."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from core.base.errors import WaitsForPerson

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Person:
    """Name and role, from the user's settings, else git's name."""

    name: str
    role: str = ""
    """director, producer, editor, client, operator."""

    def __str__(self) -> str:
        return f"{self.name} ({self.role})" if self.role else self.name


def require_role(roles: Mapping[Any, tuple[str, ...]], kind: str, person: Person) -> None:
    """Raises WaitsForPerson where the film leaves decisions on `kind` to roles this person has not."""
    wanted = roles.get(kind, ())
    if wanted and person.role not in wanted:
        who = f"{person.name} is {person.role}" if person.role else f"{person.name} has no role"
        raise WaitsForPerson(
            f"a {kind} is decided by {' or '.join(wanted)}, and {who}",
            where="film.json, gates.roles",
            todo='ask one of them; your own role stands in your settings.toml, like role = "director"',
        )
