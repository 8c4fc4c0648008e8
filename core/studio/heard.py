"""What the ledger told so far, and what moved in it since.

Every change of a take stands in the ledger with an event that names its shot; whatever has no event
of its own is read whole: it is small.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.ledger import pulse, records
from core.studio import sums
from core.studio.boardevents import SHOWN, SHOWN_EVENTS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from core.ledger.shapes import BoardEvent, BoardTake
    from core.ledger.views import Reader

MANY = 1000
"""Events beyond which all takes are read anew: it is cheaper."""
_SHOWN = frozenset(SHOWN_EVENTS)
_BEGINS = frozenset({"take.intent", "take.submitted"})
"""Before these a provider tells no progress of a take."""


class Heard:
    """One ledger as read so far."""

    def __init__(self, reader: Reader | None) -> None:
        self.reader = reader
        """None while there is no ledger yet."""
        self.takes: dict[str, list[BoardTake]] = {}
        """By shot, oldest first."""
        self.chains: dict[str, tuple[str, str, str]] = {}
        """Chain to (state, pause reason, note)."""
        self.events: list[BoardEvent] = []
        """Those the board shows, newest first."""
        self.failures: sums.Failures = ((), ())
        self.usual: float | None = None
        """Median of the last 20 generations, seconds."""
        self._progress: dict[int, float | None] = {}
        self._marks: pulse.Marks | None = None

    def listen(self, doubtful: Iterable[str]) -> set[str] | None:
        """Reads what moved: the shots whose takes may have, or None where that may be any.

        `doubtful`: shots with a take in doubt, whose hold is told by the money alone.
        """
        if self.reader is None:
            first, self._marks = self._marks is None, pulse.Marks()
            return None if first else set()
        # First: what is written while the rest is read stands after these marks, and is read again.
        now, before = pulse.marks(self.reader), self._marks
        self._marks = now
        self.chains = self.reader.chains()
        if before is None or now.measurement != before.measurement:
            self.usual = _median(records.recent(self.reader, "generation_s"))
        if before is None or self._costs_other(self.reader, before, now):
            self.failures = sums.failures(self.reader)
        if before is None:
            self._hear_all(self.reader)
            return None
        found = pulse.events_after(self.reader, before.event, MANY)
        if len(found) == MANY:
            self._hear_all(self.reader)
            return None
        moved = self._hear(self.reader, found)
        return moved.union(doubtful) if now.money != before.money else moved

    @staticmethod
    def _costs_other(reader: Reader, before: pulse.Marks, now: pulse.Marks) -> bool:
        """Whether the catalogue reads otherwise: by another row, or by what a take in it was billed."""
        if now.failure != before.failure:
            return True
        return now.money != before.money and pulse.moves_a_failure(reader, before.money)

    def _hear_all(self, reader: Reader) -> None:
        self._progress = {}
        self.takes = pulse.all_takes(reader)
        self.events = pulse.newest_events(reader, SHOWN_EVENTS, SHOWN)

    def _hear(self, reader: Reader, events: list[BoardEvent]) -> set[str]:
        moved = {event.shot for event in events if event.shot}
        self.takes.update(pulse.takes_of(reader, moved))
        for event in events:
            if event.take_id is None:
                continue
            if event.kind == "take.progress":
                self._progress[event.take_id] = pulse.progress_in(reader, event.data)
            elif event.kind in _BEGINS:
                self._progress.setdefault(event.take_id, None)
        known = self.events[0].id if self.events else 0
        shown = [event for event in reversed(events) if event.kind in _SHOWN and event.id > known]
        self.events = [*shown, *self.events][:SHOWN] if shown else self.events
        return moved

    def progress_of(self, takes: Iterable[int]) -> dict[int, float | None]:
        """Of takes under way: 0 to 1, None where the provider told nothing."""
        wanted = list(takes)
        asked = [take for take in wanted if take not in self._progress]
        if asked and self.reader is not None:
            # Looks through all events; whatever begins from now on is heard as it is told.
            self._progress |= dict.fromkeys(asked) | pulse.progress_of(self.reader, asked)
        return {take: self._progress.get(take) for take in wanted}


def _median(values: list[float]) -> float | None:
    ordered = sorted(values)
    return ordered[len(ordered) // 2] if ordered else None
