"""Which films this user has said yes to a sum in.

A film folder that comes from elsewhere may bring a ledger with orders that somebody else agreed to.
Their yes is not this user's: nothing that costs is sent before this user agreed to a sum here. The
mark lies in the user's state folder, bound to the film's place and its ledger's first moment.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from core.base import settings
from core.base.paths import disk_errors, write_atomic
from core.ledger.records import born

if TYPE_CHECKING:
    from pathlib import Path

    from core.ledger.views import Reader
    from core.studio.places import Places


def is_ours(places: Places, reader: Reader) -> bool:
    return _mark(places, reader).is_file()


def make_ours(places: Places, reader: Reader) -> None:
    """This user agreed to a sum in this film. Raises DiskFull, BadInput."""
    mark = _mark(places, reader)
    if mark.is_file():
        return
    with disk_errors(mark):
        mark.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_atomic(mark, f"{places.home.resolve()}\n".encode("utf-8", "replace"))


def _mark(places: Places, reader: Reader) -> Path:
    named = f"{places.home.resolve()}\0{born(reader)}".encode("utf-8", "replace")
    return settings.state_dir() / "films" / sha256(named).hexdigest()[:32]
