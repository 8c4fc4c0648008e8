"""One thing that is not certain yet: what, where, why it matters and what to type. Light.

No postponed annotations: `NamedTuple` compiles each one anew.
"""

from collections.abc import Iterable
from typing import NamedTuple

KINDS: dict[str, str] = {
    "in_doubt": "in doubt",
    "fault": "files that cannot be read",
    "commitment": "commitments open",
    "approval": "approvals void",
    "pause": "chains that stand still",
    "shot": "shots not ready",
    "seam": "seams unresolved",
    "note": "notes unresolved",
    "task": "tasks without owner, or overdue",
    "unlinked": "without a source",
    "stale": "stale takes",
    "document": "stale documents",
    "cost": "cost unknown",
    "finding": "findings of check",
}
"""Kind to heading, in the order shown: what costs money or trust first."""


class Gap(NamedTuple):
    kind: str
    """One of KINDS."""
    code: str
    """What kind of thing it is inside its kind; short and stable, for scripts."""
    what: str
    where: str
    """A link: `take:S101/2`, `shot:S101`, `seam:S102`, `task:7`, `chain:quay`, `file:film.json:3`."""
    shot: str
    take: int | None
    why: str
    """Why it matters."""
    command: str
    """What to type next."""
    micro: int | None = None
    """The sum at stake in micro-dollars, where there is one and it is known."""


def counts(found: Iterable[Gap]) -> dict[str, int]:
    """How many of each kind there is, in KINDS' order; kinds without any are left out."""
    made = dict.fromkeys(KINDS, 0)
    for gap in found:
        made[gap.kind] += 1
    return {kind: count for kind, count in made.items() if count}


def of_take(shot: str, n: int | None) -> str:
    """The link of a take, or of its shot where there is no number."""
    return f"take:{shot}/{n}" if n else f"shot:{shot}"
