"""What a key's book tells, as values, and the one pure rule of its money."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from datetime import datetime

LIVE = ("held", "committed")
"""Nobody knows yet what these cost: the whole hold counts."""
PAID = ("settled", "written_off")


class KeyRow(NamedTuple):
    """One submission as the key's book knows it; sums in micro-dollars."""

    state: str
    """held, committed, settled, released, written_off."""
    held: int
    settled: int

    @property
    def counts(self) -> int:
        """What it takes from every limit."""
        return self.held if self.state in LIVE else self.settled


class Block(NamedTuple):
    """Why nothing may be sent with this key."""

    reason: str
    said: str
    """In the provider's words."""
    at: datetime
    resets_at: datetime | None


class Reading(NamedTuple):
    """What the provider said of the key; micro-dollars, None where it did not say."""

    read_at: datetime
    limit_remaining: int | None
    usage: int | None
    balance: int | None
    resets_at: datetime | None


class KeySums(NamedTuple):
    """Over all films on this machine, micro-dollars; settled holds what was written off, too."""

    held: int
    committed: int
    settled_today: int
    """Of what was held on this UTC day, as a film's day budget counts."""
    settled_all: int


class Refusal(str):
    """Why a hold was not booked. Empty, and false, when it was."""

    __slots__ = ("passes",)
    passes: bool
    """Whether it passes by itself, when another job of this key ends."""

    def __new__(cls, text: str = "", *, passes: bool = False) -> Refusal:
        made = super().__new__(cls, text)
        made.passes = passes
        return made


def moved(row: KeyRow | None, step: str, micro: int) -> KeyRow:
    """The row after `commit`, `settle`, `release` or `write_off`; pure, and the same again on a repeat.

    What was spent stays spent: a settle wins over a release, the larger of two bills stands, and a
    release of what was paid changes nothing. An unknown submission is booked as it is said to be.
    """
    was = row or KeyRow("held", 0, 0)
    paid = was.state in PAID
    if step == "commit":
        return was if paid else KeyRow("committed", max(was.held, micro), was.settled)
    if step == "settle":
        return KeyRow("settled", was.held, max(was.settled, micro))
    if step == "write_off":
        spent = max(was.held, was.settled, micro)
        return KeyRow("settled" if was.state == "settled" else "written_off", max(was.held, micro), spent)
    return was if paid else KeyRow("released", was.held, was.settled)
