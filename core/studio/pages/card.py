"""The card on attach: what happened while a person was away, and the next three things that wait.

Read once, after the first rows are on screen; nothing heavy is imported. No postponed annotations:
`NamedTuple` compiles each postponed one anew.
"""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from core.desk.since import Failed as Failed
from core.desk.since import Judged as Judged
from core.desk.since import Landed as Landed
from core.desk.since import Pause as Pause
from core.desk.since import Settled as Settled
from core.desk.since import Told as Told
from core.desk.since import Waits as Waits
from core.ledger import news
from core.studio import whatsnew
from core.studio.pages.sight import Sight

if TYPE_CHECKING:
    from core.studio.assembly import Opened


class CardPage(NamedTuple):
    """As `rushes since` tells it, oldest first in each group."""

    since: str
    """UTC ISO-8601: all that is told came later."""
    asked: bool
    """They were told all before `since`; else it is the last day, or the film's beginning."""
    until: str
    """UTC ISO-8601: `seen` is given it back."""
    landed: tuple[Landed, ...] = ()
    failures: tuple[Failed, ...] = ()
    pauses: tuple[Pause, ...] = ()
    """Chains by their titles."""
    settled: tuple[Settled, ...] = ()
    """What was paid, by provider."""
    doubts: tuple[Told, ...] = ()
    in_doubt: int = 0
    """Micro-dollars held in doubt now."""
    verdicts: tuple[Judged, ...] = ()
    """Of other people."""
    refusals: tuple[Told, ...] = ()
    suggestions: tuple[Told, ...] = ()
    notes: tuple[Told, ...] = ()
    waiting: tuple[Waits, ...] = ()
    """The next three, answered by 1, 2 and 3."""
    waiting_total: int = 0

    @property
    def happened(self) -> bool:
        told = (self.landed, self.failures, self.pauses, self.settled, self.doubts, self.verdicts)
        return any((*told, self.refusals, self.suggestions, self.notes))

    @property
    def worth(self) -> bool:
        """Whether there is anything to show: a card that says nothing is only in the way."""
        return self.happened or bool(self.waiting)


def read(sight: Sight) -> CardPage:
    """Raises LedgerFault, and BadInput for settings that cannot be read."""
    who, now = whatsnew.person(), datetime.now(UTC)
    at, asked = whatsnew.last_asked(sight.places, who, now)
    found = whatsnew.told(sight.reader, at, lambda: sight.glance.waiting)
    titles = {chain.id: chain.title for chain in sight.glance.chains}
    return CardPage(
        since=found.since,
        asked=asked,
        until=found.until,
        landed=found.landed,
        failures=found.failures,
        pauses=tuple(row._replace(chain=titles.get(row.chain, row.chain)) for row in found.pauses),
        settled=found.settled,
        doubts=found.doubts,
        in_doubt=found.in_doubt,
        verdicts=tuple(row for row in found.verdicts if row.person != who),
        refusals=found.refusals,
        suggestions=found.suggestions,
        notes=tuple(row for row in found.notes if not row.text.startswith(f"{who}: ")),
        waiting=found.waiting,
        waiting_total=found.waiting_total,
    )


def seen(film: "Opened", until: str) -> str:
    """Whoever is at the keyboard has been told all up to `until`, as after `rushes since`."""
    from core.ledger import seen as rows  # noqa: PLC0415 - the writing side, only to act
    from core.studio.people import person  # noqa: PLC0415 - TOML and a process

    who = person().name
    if news.seen_at(film.production.reader, who) < until:
        with film.production.ledger.write() as w:
            rows.keep(w, who, until)
    return ""
