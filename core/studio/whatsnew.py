"""`since`: what happened while a person was away. Reads by the standard library alone."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from core.base.clock import SystemClock, stamp
from core.base.errors import BadInput
from core.desk import since
from core.ledger import news, records
from core.ledger.views import Reader
from core.studio.glance import glance

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import tzinfo

    from core.desk.since import News
    from core.studio.places import Places
    from core.studio.rows import WaitingRow

FIRST_TIME = timedelta(hours=24)
"""Who never asked is told the last day, or the whole film where it is younger."""
_AGO = re.compile(r"(\d{1,6})\s*(m|min|h|d|w)")
_UNITS = {"m": "minutes", "min": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})")
_MONTH = re.compile(r"\d{4}-\d{2}")
EXAMPLES = "like 14:30, yesterday, 2h, 30m, 3d, 2026-03-01 or 2026-03-01T14:30Z"


def moment(text: str, now: datetime, zone: tzinfo | None = None) -> str:
    """What a person typed, as a UTC stamp. `zone`: theirs; None: this machine's. Raises BadInput.

    `14:30` is today's, or yesterday's while it lies ahead; `yesterday` and a date begin at midnight; an
    ISO moment without a zone is local.
    """
    said, here = text.strip(), now.astimezone(zone)
    try:
        if ago := _AGO.fullmatch(said):
            return stamp(now.astimezone(UTC) - timedelta(**{_UNITS[ago[2]]: int(ago[1])}))
        if said in ("today", "yesterday"):
            return stamp(_begin(here, 0 if said == "today" else 1, zone))
        if clock := _CLOCK.fullmatch(said):
            hands = (int(clock[1]), int(clock[2]))
            at = _begin(here, 0, zone, *hands)
            return stamp(at if at <= now else _begin(here, 1, zone, *hands))
        found = datetime.fromisoformat(f"{said}-01" if _MONTH.fullmatch(said) else said)
        return stamp(found if found.tzinfo else _placed(found, zone))
    except (ValueError, OverflowError) as error:
        raise BadInput(f"'{said[:40]}' is no moment", todo=EXAMPLES) from error


def _begin(here: datetime, days: int, zone: tzinfo | None, hour: int = 0, minute: int = 0) -> datetime:
    """These hands of the clock, so many days ago: in that day's own summer or winter time."""
    day = here.replace(tzinfo=None, hour=hour, minute=minute, second=0, microsecond=0) - timedelta(days=days)
    return _placed(day, zone)


def _placed(plain: datetime, zone: tzinfo | None) -> datetime:
    return plain.astimezone() if zone is None else plain.replace(tzinfo=zone)


def person() -> str:
    """Whoever is at the keyboard, by name."""
    from core.studio import people  # noqa: PLC0415 - TOML and a process, only without a TIME

    return people.person().name


def last_asked(places: Places, who: str, now: datetime) -> tuple[str, bool]:
    """From where a person has not been told yet, and whether they ever asked."""
    if not places.ledger.exists():
        return stamp(now - FIRST_TIME), False
    reader = Reader(places.ledger)
    try:
        at = news.seen_at(reader, who)
        # A millisecond before: rows later than it are told, and the first event is one.
        first = news.span(reader)[0]
    finally:
        reader.close()
    if at:
        return at, True
    day = stamp(now - FIRST_TIME)
    return (max(day, _just_before(first)) if first else day), False


def _just_before(at: str) -> str:
    return stamp(datetime.fromisoformat(at) - timedelta(milliseconds=1))


def whats_new(places: Places, at: str) -> News:
    """What happened after `at`, a UTC stamp. Raises BadInput, LedgerFault."""
    reader = Reader(places.ledger) if places.ledger.exists() else None
    try:
        return told(reader, at, lambda: glance(places, reader).waiting)
    finally:
        if reader is not None:
            reader.close()


def told(reader: Reader | None, at: str, waiting: Callable[[], Iterable[WaitingRow]]) -> News:
    """What happened after `at`. `waiting` gives what waits, and is asked last. Raises LedgerFault."""
    return since.news_of(_read(reader, at, waiting))


def _read(reader: Reader | None, at: str, waiting: Callable[[], Iterable[WaitingRow]]) -> since.Read:
    if reader is None:
        return since.Read(at, at, (), (), (), (), (), (), 0, {}, _waits(waiting()))
    # First, so that whatever is written while the rest is read is told the next time.
    until = max(at, news.span(reader)[1])
    superseded = {row["supersedes"] for row in reader.table("failure")}
    return since.Read(
        since=at,
        until=until,
        events=_upto(until, news.events_since(reader, at, since.KINDS)),
        verdicts=_upto(until, news.rows_since(reader, "verdict", at)),
        failures=[
            row for row in _upto(until, news.rows_since(reader, "failure", at)) if row["id"] not in superseded
        ],
        settled=news.settled_between(reader, at, until),
        suggestions=[
            row for row in reversed(_upto(until, records.suggestions(reader))) if str(row["at"]) > at
        ],
        notes=_upto(until, news.rows_since(reader, "note", at)),
        in_doubt=reader.sums().in_doubt,
        takes=news.take_names(reader),
        waiting=_waits(waiting()),
    )


def _upto(until: str, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [row for row in rows if str(row["at"]) <= until]


def _waits(rows: Iterable[WaitingRow]) -> tuple[since.Waits, ...]:
    return tuple(since.Waits(*row) for row in rows)


def keep_asked(places: Places, who: str, until: str) -> None:
    """`who` has been told all up to `until`. Writes nothing where there is no ledger, or nothing new."""
    if not places.ledger.exists() or last_asked(places, who, datetime.now(UTC))[0] == until:
        return
    from core.ledger import seen  # noqa: PLC0415 - the writing side, 0.4 s: after everything was shown
    from core.ledger.append import Ledger  # noqa: PLC0415

    ledger = Ledger(places.ledger, SystemClock())
    try:
        with ledger.write() as w:
            seen.keep(w, who, until)
    finally:
        ledger.close()
