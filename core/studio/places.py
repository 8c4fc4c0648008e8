"""Where a film keeps what: one place that knows the names below `.rushes/`. Imports nothing heavy."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from core.base.errors import BadInput


class Places(NamedTuple):
    """`root` is the film folder; a rehearsal has a home of its own below it."""

    root: Path
    rehearsal: bool = False

    @property
    def home(self) -> Path:
        return self.root / ".rushes" / "rehearsal" if self.rehearsal else self.root

    @property
    def state(self) -> Path:
        """Folder of ledger, lock and log."""
        return self.home if self.rehearsal else self.root / ".rushes"

    @property
    def ledger(self) -> Path:
        return self.state / "ledger.db"

    @property
    def lock(self) -> Path:
        return self.state / "worker.lock"

    @property
    def log(self) -> Path:
        return self.state / "worker.log"

    @property
    def backups(self) -> Path:
        return self.state / "backups"

    @property
    def cache(self) -> Path:
        return self.root / ".rushes" / "cache"

    @property
    def plan_cache(self) -> Path:
        return self.cache / "plan.db"

    @property
    def jobs(self) -> Path:
        return self.cache / ("animatic-rehearsal" if self.rehearsal else "animatic")

    @property
    def segments(self) -> Path:
        return self.cache / "segments"

    @property
    def cuts(self) -> Path:
        return self.home / "cuts"


def find_film(start: Path) -> Path:
    """The film folder at `start` or above it. Raises BadInput where there is none."""
    here = start.absolute()
    for folder in (here, *here.parents):
        if (folder / "film.json").is_file():
            return folder
    raise BadInput(
        "there is no film here (no film.json in this folder or above it)",
        where=str(here),
        todo="`rushes init DIR` begins one, `rushes demo` makes the sample film",
    )
