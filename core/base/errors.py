"""What goes wrong, said so that a person can act on it.

    RushesError              exit code
    ├── BadInput             2   a file, a flag or a value that cannot be used
    │   └── PlanFaults       2   every fault of every film file at once
    ├── Findings             1   the work is done, and something stands to be looked at
    ├── WaitsForPerson       3   nothing goes on until a person decides
    ├── ProviderFault        4   a provider, an encoder or the network failed
    ├── FilmHeld             5   another worker holds the film
    ├── LedgerFault          2   the ledger cannot be read or is newer than this Rushes
    ├── DiskFull             4   nothing more can be written
    └── IllegalStep          2   a move the take's life does not know; nothing was changed

Every error says what, where, the nearest valid thing and what to do next.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


class RushesError(Exception):
    """Base of everything shown to a person as a sentence instead of a traceback."""

    exit_code = 2

    def __init__(self, what: str, *, where: str = "", nearest: str = "", todo: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.nearest = nearest
        self.todo = todo

    def __str__(self) -> str:
        head = f"{self.where}: {self.what}" if self.where else self.what
        tail = f" (did you mean '{self.nearest}'?)" if self.nearest else ""
        after = f"\n  → {self.todo}" if self.todo else ""
        return f"{head}{tail}{after}"


class BadInput(RushesError):
    """Something a person wrote cannot be used as it stands."""


class Findings(RushesError):
    exit_code = 1


class WaitsForPerson(RushesError):
    exit_code = 3


class ProviderFault(RushesError):
    exit_code = 4
    unreached = False
    """Nobody answered: not the provider's word, and it may be asked again."""


class FilmHeld(RushesError):
    exit_code = 5


class LedgerFault(RushesError):
    """The ledger cannot be used as it is; it is never replaced silently."""


class DiskFull(RushesError):
    exit_code = 4


class IllegalStep(RushesError):
    """A transition the table does not hold. Nothing was changed."""


class Fault(NamedTuple):
    """One fault in one file of the film folder."""

    file: str
    """Path relative to the film folder."""
    line: int
    """1-based; 0 when the fault is of the whole file."""
    what: str
    nearest: str = ""
    code: str = "bad-file"
    """Short and stable, for `--json` and `--accept`."""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        tail = f" (did you mean '{self.nearest}'?)" if self.nearest else ""
        return f"{place}: {self.what}{tail}"


class PlanFaults(BadInput):
    """All faults of all files, in order of file and line."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(sorted(faults))
        files = {fault.file for fault in self.faults}
        count, places = len(self.faults), len(files)
        super().__init__(
            f"{count} fault{'s' if count != 1 else ''} in {places} file{'s' if places != 1 else ''}",
            todo="mend the lines named below, then run `rushes check`",
        )

    def __str__(self) -> str:
        return "\n".join([super().__str__(), *(f"  {fault}" for fault in self.faults)])


LONGEST_NAME = 200


def nearest(name: str, known: Iterable[str]) -> str:
    """The valid name closest to `name`, or an empty string where none is close."""
    from difflib import get_close_matches  # noqa: PLC0415 - 6 ms, and most commands make no mistake

    name = name[:LONGEST_NAME]  # whoever pastes a page means none of ours
    by_fold = {candidate.casefold(): candidate for candidate in known}
    found = get_close_matches(name.casefold(), list(by_fold), n=1, cutoff=0.6)
    return by_fold[found[0]] if found else ""
