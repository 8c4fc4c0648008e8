"""The plain status, and the plain board: appended lines, no cursor movement, nothing to draw."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from core.base.errors import RushesError
from core.studio.record import Record
from tui.commands import spoken, talk

if TYPE_CHECKING:
    from core.studio.places import Places

LOOK_S = 0.2
PLAN_LOOKS = 10
"""Looks at the ledger for one at the film's files."""


def once(places: Places) -> int:
    """The film in sentences. Exit code 1 where its files have faults."""
    record = Record(places)
    try:
        found = record.glance()
    finally:
        record.close()
    talk.out("\n".join(spoken.film(found)))
    return 1 if found.faults else 0


def follow(places: Places) -> int:
    """The film in sentences, then a line for whatever happens, until it is interrupted."""
    from core.studio.desk import StudioDesk  # noqa: PLC0415 - only to follow

    desk = StudioDesk(places)
    try:
        now = desk.glance()
        talk.out("\n".join(spoken.film(now)))
        talk.out("Following. To end, press control and c.")
        told, looks = "", 0
        while True:
            talk.flush()
            time.sleep(LOOK_S)
            looks += 1
            plan = looks % PLAN_LOOKS == 0 and desk.plan_changed()
            try:
                if not (plan or told or desk.changed()):
                    continue
                before, now = now, desk.glance()
            except RushesError as error:
                # A busy or vanished ledger may come back: it is said once, and looked at again.
                told, was = str(error), told
                if told != was:
                    talk.out(told)
                continue
            told = ""
            for line in spoken.news(before, now):
                talk.out(line)
    finally:
        desk.close()
