"""The doctor as its screen reads it: what is well, what is not, and what to do about it.

`read` is there at once; `examine` also tries the encoder and names the adapters, which takes a second
the first time. No postponed annotations: `NamedTuple` compiles each postponed one anew.
"""

from typing import NamedTuple

from core.studio import health
from core.studio.health import Sight as Found
from core.studio.pages.sight import Sight
from core.studio.rows import Glance


class Check(NamedTuple):
    what: str
    state: str
    """ok warning error."""
    sentence: str
    todo: str
    """What mends it; empty where nothing has to be done."""


class DoctorPage(NamedTuple):
    rows: tuple[Check, ...]
    """Errors first, then warnings, then what is well, each in its own order."""
    whole: bool
    """Encoder and adapters were asked too."""

    @property
    def findings(self) -> int:
        return sum(row.state != "ok" for row in self.rows)


def read(sight: Sight) -> DoctorPage:
    """The machine and the film without what is heavy to ask. Raises BadInput for an unreadable ledger."""
    return _page((*health.light(sight.places), *film_files(sight.glance)), whole=False)


def examine(sight: Sight) -> DoctorPage:
    """Everything `rushes doctor` says, and what the board knows of files and accounts."""
    from core.studio import acts  # noqa: PLC0415 - every adapter, numpy, pydantic: 1 s, when it is asked for

    found = health.doctor(sight.places, acts.providers(sight.places))
    return _page((*found, *film_files(sight.glance)), whole=True)


def film_files(glance: Glance) -> tuple[Found, ...]:
    """Faults of the film's files, and keys that a provider has blocked."""
    found = [
        Found(
            "error",
            f"{fault.file}:{fault.line}" if fault.line else fault.file,
            fault.what,
            f"did you mean '{fault.nearest}'?" if fault.nearest else "mend it; `rushes check` says more",
        )
        for fault in glance.faults
    ]
    for account in glance.accounts:
        if account.state == "blocked":
            todo = "go, or `rushes resume`: it asks the provider first, for free"
            found.append(Found("warning", f"key of {account.provider}", "blocked by its provider", todo))
    return tuple(found)


_ORDER = ("error", "warning", "ok")


def _page(found: tuple[Found, ...], *, whole: bool) -> DoctorPage:
    rows = [Check(one.where, one.severity, one.text, one.todo) for one in found]
    return DoctorPage(tuple(sorted(rows, key=lambda row: _ORDER.index(row.state))), whole)
