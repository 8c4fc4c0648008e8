"""What an audit says, and what it must know of a film's places."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from pathlib import Path


class FilmPlaces(Protocol):
    """Where a film keeps what; the studio's `Places` is one."""

    @property
    def home(self) -> Path: ...
    @property
    def state(self) -> Path: ...
    @property
    def ledger(self) -> Path: ...
    @property
    def lock(self) -> Path: ...
    @property
    def backups(self) -> Path: ...
    @property
    def cuts(self) -> Path: ...


class Severity(StrEnum):
    ERROR = "error"
    """Something is lost, wrong, or waits for a person."""
    WARNING = "warning"
    """Nothing is lost yet."""
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it should be, or that was mended."""

    code: str
    """Short and stable: `clip.missing`."""
    severity: Severity
    text: str
    todo: str = ""
    shot: str = ""
    take: int | None = None


def outcomes_of(places: FilmPlaces) -> Path:
    """Folder of the saved replies, one file a submission's key."""
    return places.home / ".rushes" / "outcomes"
