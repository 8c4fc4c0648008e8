"""Reading a film again and again: what moved is read and worked out, the rest stays as it was.

A reading is equal to one that begins anew, but for elapsed time; rows that did not change are the
same objects.
"""

from __future__ import annotations

import gc
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from core.base.hold import holder
from core.studio import rows, sums
from core.studio.boardevents import SHOWN, event_row
from core.studio.chainrow import IDLE, STILL, Running, chain_row
from core.studio.heard import Heard
from core.studio.planindex import PlanIndex
from core.studio.shotrows import ShotRows
from core.studio.snapshot import PlanReader

if TYPE_CHECKING:
    from collections.abc import Iterator

    from core.ledger.plan_cache import Snapshot
    from core.ledger.shapes import BoardEvent
    from core.ledger.views import Reader
    from core.studio.places import Places

    Faults = tuple[rows.FaultRow, ...]


class Following:
    """One film, followed. From one thread at a time."""

    def __init__(self, places: Places) -> None:
        self.places = places
        self._plans = PlanReader(places)
        self._forget()

    @property
    def snapshot(self) -> Snapshot | None:
        """The plan of the last reading."""
        return self._drawn.plan.snapshot if self._drawn else None

    def read(self, reader: Reader | None) -> rows.Glance:
        """The film now; `reader`: another one for another ledger, None where there is none yet.

        Raises BadInput, LedgerFault; the next reading then begins anew.
        """
        try:
            if self._drawn is not None:
                return self._read(reader)
            with _uncollected():
                return self._read(reader)
        except BaseException:
            self._forget()
            raise

    def _forget(self) -> None:
        self._heard: Heard | None = None
        self._drawn: ShotRows | None = None
        self._chains: dict[str, tuple[object, rows.ChainRow]] = {}
        self._waiting: tuple[rows.WaitingRow, ...] = ()
        self._told: tuple[object, tuple[rows.EventRow, ...]] = (None, ())

    def _read(self, reader: Reader | None) -> rows.Glance:
        snapshot, faults = self._plans.current()
        held = holder(self.places.lock)
        worker = rows.WorkerRow(held.running, held.pid, held.heartbeat_age_s)
        if snapshot is None:
            self._forget()
            return _broken(self.places, faults, worker)
        drawn = self._draw(snapshot, reader)
        film, heard = snapshot.film, drawn.heard
        day, days = _days(film)
        failures, categories = heard.failures
        newest = drawn.newest
        return rows.Glance(
            film=str(self.places.root),
            title=str(film["title"]),
            day=day,
            days=days,
            chains=tuple(self._chain(chain.id, chain.title, drawn, worker) for chain in snapshot.chains),
            shots=drawn.shots,
            money=sums.money(snapshot, reader),
            accounts=sums.accounts(snapshot, reader, rehearsal=self.places.rehearsal),
            failures=failures[:SHOWN],
            failure_total=len(failures),
            failure_categories=categories,
            waiting=self._asked(drawn, faults),
            events=self._events(drawn),
            worker=worker,
            faults=faults,
            last_frame=(newest.shot, newest.n) if newest else None,
            rehearsal=self.places.rehearsal,
        )

    def _draw(self, snapshot: Snapshot, reader: Reader | None) -> ShotRows:
        """The rows of all shots, as the plan and the ledger have them now."""
        drawn, heard = self._drawn, self._heard
        if heard is None or heard.reader is not reader:
            heard, drawn = Heard(reader), None
        self._heard = heard
        moved = heard.listen(drawn.doubtful if drawn else ())
        if moved is not None and drawn is not None and drawn.plan.snapshot is snapshot:
            drawn.follow(moved)
            return drawn
        same = drawn is not None and drawn.plan.snapshot is snapshot
        plan = drawn.plan if drawn is not None and same else PlanIndex(snapshot)
        self._drawn = ShotRows(plan, heard, f"{self.places.home}/takes")
        return self._drawn

    def _chain(self, ident: str, title: str, drawn: ShotRows, worker: rows.WorkerRow) -> rows.ChainRow:
        """The row of before where nothing of it moved and nothing in it runs."""
        counted = drawn.tallies.get(ident, IDLE)
        told = drawn.heard.chains.get(ident, STILL)
        key = (drawn.plan, counted, told, worker.running, drawn.heard.usual)
        before = self._chains.get(ident)
        if before is not None and before[0] == key and counted.running is None:
            return before[1]
        row = chain_row(
            ident,
            title,
            drawn.plan.ids.get(ident, ()),
            told,
            counted,
            _running(drawn, ident),
            worker=worker.running,
            usual=drawn.heard.usual,
        )
        self._chains[ident] = (key, row)
        return row

    def _asked(self, drawn: ShotRows, faults: Faults) -> tuple[rows.WaitingRow, ...]:
        """Faults, then the shots, then pauses."""
        titles = drawn.plan.titles
        pauses = (
            rows.WaitingRow("pause", chain, "", None, f"{titles.get(chain, chain)}: {rows.paused(why, note)}")
            for chain, (state, why, note) in drawn.heard.chains.items()
            if state == "paused" and why != "review"
        )
        found = (*map(_fault_row, faults), *drawn.asks, *pauses)
        self._waiting = self._waiting if found == self._waiting else found
        return self._waiting

    def _events(self, drawn: ShotRows) -> tuple[rows.EventRow, ...]:
        reader, events = drawn.heard.reader, drawn.heard.events
        if reader is None:
            return ()
        if self._told[0] != (key := (drawn.plan, _ids(events))):
            titles = drawn.plan.titles
            self._told = (key, tuple(event_row(event, titles, reader) for event in events))
        return self._told[1]


@contextmanager
def _uncollected() -> Iterator[None]:
    """A hundred thousand new objects and no garbage: looking for some takes as long as the reading."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _ids(events: list[BoardEvent]) -> tuple[int, ...]:
    return tuple(event.id for event in events)


def _running(drawn: ShotRows, chain: str) -> Running:
    take = drawn.running(chain)
    if take is None:
        return Running()
    since = (datetime.now(UTC) - datetime.fromisoformat(take.state_at)).total_seconds()
    return Running(take.shot, max(0.0, since), drawn.heard.progress_of((take.id,))[take.id])


def _broken(places: Places, faults: Faults, worker: rows.WorkerRow) -> rows.Glance:
    """A film whose files have never been whole: only the faults can be shown."""
    return rows.Glance(
        film=str(places.root),
        title=places.root.name,
        day=None,
        days=None,
        chains=(),
        shots=(),
        money=rows.MoneyRow(None, 0, 0, 0, 0, None, None, 0),
        accounts=(),
        failures=(),
        failure_total=0,
        failure_categories=(),
        waiting=tuple(map(_fault_row, faults)),
        events=(),
        worker=worker,
        faults=faults,
    )


def _fault_row(fault: rows.FaultRow) -> rows.WaitingRow:
    place = f"{fault.file}:{fault.line}" if fault.line else fault.file
    return rows.WaitingRow("fault", place, "", None, f"{place}: {fault.what}")


def _days(film: dict[str, Any]) -> tuple[int | None, int | None]:
    if not film["start"]:
        return None, None
    start = date.fromisoformat(film["start"])
    today = datetime.now().astimezone().date()
    days = (date.fromisoformat(film["due"]) - start).days + 1 if film["due"] else None
    return (today - start).days + 1, days
