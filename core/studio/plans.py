"""The plan while people edit it: the last good one stands until the files are whole again."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

from core.base.errors import Fault, PlanFaults
from core.base.text import one_line
from core.film.load import load_plan
from core.film.signature import signature
from core.ledger import plan_cache
from core.studio.snapshot import of_plan

if TYPE_CHECKING:
    from core.film.plan import Plan
    from core.studio.places import Places

log = logging.getLogger("rushes.plan")


class PlanKeeper:
    """Gives the current plan; re-reads the files when their stat changes, at most once a change."""

    def __init__(self, places: Places) -> None:
        self._places = places
        self._lock = threading.Lock()
        self._mark = signature(places.root)
        self._plan = load_plan(places.root)  # raises PlanFaults: there is no last good one yet
        self.faults: PlanFaults | None = None
        self._save()

    def __call__(self) -> Plan:
        """The plan as the files stand, or the last good one."""
        return self._plan

    def refresh(self) -> bool:
        """Looks at the files; True where the plan, or what is wrong with it, changed. Never raises:
        a film at work outlives whatever somebody puts into its folder."""
        with self._lock:
            before = str(self.faults)
            try:
                return self._read_again()
            except PlanFaults as faults:
                self.faults = faults
                return True
            except Exception as error:
                self._mark = ""  # it may pass without a change of the files: looked at again
                self.faults = PlanFaults([Fault("film.json", 0, _unread(error), code="unreadable")])
                if str(self.faults) == before:
                    return False
                log.exception("the plan could not be read again")
                return True

    def _read_again(self) -> bool:
        mark = signature(self._places.root)
        if mark == self._mark:
            return False
        self._mark = mark
        self._plan = load_plan(self._places.root)
        self.faults = None
        self._save()
        return True

    def _save(self) -> None:
        found = plan_cache.read(self._places.plan_cache, self._mark)
        if found is None and signature(self._places.root) == self._mark:
            plan_cache.write(self._places.plan_cache, of_plan(self._plan, self._mark))


def _unread(error: Exception) -> str:
    return one_line(f"the film could not be read again: {error or type(error).__name__}", 300)
