"""What belongs to a provider's key and not to a film: its spend, its block, its pace.

Every film and process of this user writes here. The gate and the hold are one BEGIN IMMEDIATE, so of
two who want the last dollar one gets it. A submission's row only ever grows towards "more spent";
whatever order two films' restarts say things in, the sum is the same.
"""

from __future__ import annotations

import re
import threading
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from core.base.clock import Clock, stamp
from core.base.errors import BadInput
from core.base.settings import KeyLimits as KeyLimits
from core.base.text import clean, one_line
from core.base.units import MAX_MICRO, Money
from core.ledger.keybook_schema import snapshot, transaction
from core.ledger.keyshapes import LIVE, PAID, moved
from core.ledger.keyshapes import Block as Block
from core.ledger.keyshapes import KeyRow as KeyRow
from core.ledger.keyshapes import KeySums as KeySums
from core.ledger.keyshapes import Reading as Reading
from core.ledger.keyshapes import Refusal as Refusal

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator
    from pathlib import Path

_SUBMISSION = re.compile(r"[A-Za-z0-9._:~-]{1,200}")


class KeyBook:
    """One key's book. Opens lazily; thread-safe; every method is one transaction.

    All raise LedgerFault (damaged, a stranger's, newer), DiskFull or BadInput; then nothing is booked.
    """

    def __init__(self, path: Path, clock: Clock) -> None:
        self.path = path
        self.clock = clock
        self._lock = threading.RLock()

    def block(self, reason: str, said: str, resets_at: datetime | None, by_submission: str = "") -> None:
        """Nothing is sent with this key until a person unblocks it. The same refusal blocks once only."""
        entry = (one_line(reason, 60), clean(said, 2000), _text(resets_at))
        with self._write() as link:
            now = _last_block(link)
            again = now is not None and now[0] == "block" and tuple(now[1:4]) == entry
            if by_submission:  # a restart reads an old reply again: a person may have answered it by now
                sql = "SELECT 1 FROM block WHERE submission=? LIMIT 1"
                again = link.execute(sql, (by_submission,)).fetchone() is not None
            if not again:
                link.execute(
                    "INSERT INTO block (kind, reason, said, resets_at, submission, person, at)"
                    " VALUES ('block', ?, ?, ?, ?, '', ?)",
                    (*entry, by_submission, stamp(self.clock.now())),
                )

    def unblock(self, person: str) -> None:
        """A person (or their `resume`, by name) lets the key go on; a key that is free stays so."""
        name = one_line(person, 80)
        if not name:
            raise BadInput("nobody is named who unblocks the key")
        with self._write() as link:
            now = _last_block(link)
            if now is not None and now[0] == "block":
                link.execute(
                    "INSERT INTO block (kind, reason, said, resets_at, submission, person, at)"
                    " VALUES ('unblock', '', '', '', '', ?, ?)",
                    (name, stamp(self.clock.now())),
                )

    def blocked(self) -> Block | None:
        with self._read() as link:
            return _block(link) if link else None

    def hold(self, key: str, film: str, upper: int, limits: KeyLimits) -> Refusal:
        """Tests every limit and books `upper` micro-dollars; empty when booked, else a sentence why not.

        `key` is the submission's. Held twice, it counts once. Refuses what is sent or paid for already.
        """
        _check(key, upper)
        with self._write() as link:
            row = _row(link, key)
            if row and row.state in PAID:
                return Refusal("this request is paid for already")
            if row and row.state == "committed":
                return Refusal("this request was sent before, by this film or by a copy of it")
            live = row is not None and row.state in LIVE
            if row and live and upper <= row.held:
                return Refusal()
            why = self._refused(link, upper - (row.counts if row else 0), limits, fresh=not live)
            if not why:
                self._put(link, key, film, row, KeyRow(row.state if row and live else "held", upper, 0))
            return why

    def _refused(self, link: sqlite3.Connection, wanted: int, limits: KeyLimits, *, fresh: bool) -> Refusal:
        block = _block(link)
        if block:
            return Refusal(f"this key is blocked: {one_line(block.said or block.reason, 200)}")
        if fresh and limits.in_flight is not None and _in_flight(link) >= limits.in_flight:
            return Refusal(
                f"{limits.in_flight} jobs of this key are under way, and no more may be", passes=True
            )
        for name, left in self._left(link, limits):
            if wanted > left:
                return Refusal(
                    f"{name}: {Money(max(0, left))} is left, and this may cost {Money(wanted)} more"
                )
        return Refusal()

    def commit(self, key: str, *, film: str = "", upper: int = 0) -> None:
        """A job exists. `film` and `upper` are for a submission this book has never heard of."""
        self._move(key, "commit", upper, film)

    def settle(self, key: str, micro: int, *, film: str = "") -> None:
        """What it cost, which may be more than was held."""
        self._move(key, "settle", micro, film)

    def release(self, key: str, *, film: str = "") -> None:
        """Nothing was bought."""
        self._move(key, "release", 0, film)

    def write_off(self, key: str, *, film: str = "", upper: int = 0) -> None:
        """A person gave up: the hold counts as spent."""
        self._move(key, "write_off", upper, film)

    def _move(self, key: str, step: str, micro: int, film: str) -> None:
        _check(key, micro)
        with self._write() as link:
            row = _row(link, key)
            self._put(link, key, film, row, moved(row, step, micro))

    def _put(self, link: sqlite3.Connection, key: str, film: str, was: KeyRow | None, now: KeyRow) -> None:
        moment = self.clock.now()
        home, at, last = clean(film, 4000), stamp(moment), _last_reading(link)
        if was is None:
            link.execute(
                "INSERT INTO spend (submission, film, state, held, settled, day, at, moved_at, reading)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (key, home, *now, moment.strftime("%Y-%m-%d"), at, at, last),
            )
        elif was != now:
            link.execute(
                "UPDATE spend SET state=?, held=?, settled=?, moved_at=?, reading=? WHERE submission=?",
                (*now, at, last, key),
            )
            if was.state == "released":  # it counts for the day it was held on, and that is today
                day = moment.strftime("%Y-%m-%d")
                link.execute("UPDATE spend SET day=? WHERE submission=?", (day, key))
        if was is not None and home:  # a film folder may have moved
            link.execute("UPDATE spend SET film=? WHERE submission=? AND film<>?", (home, key, home))

    def rows_of(self, film: str) -> dict[str, KeyRow]:
        """Submission's key to what is booked on it: for the start-up's comparison with a film's ledger."""
        with self._read() as link:
            sql = "SELECT submission, state, held, settled FROM spend WHERE film=? ORDER BY rowid"
            rows = link.execute(sql, (clean(film, 4000),)) if link else ()
            return {str(row[0]): KeyRow(*row[1:]) for row in rows}

    def row(self, key: str) -> KeyRow | None:
        with self._read() as link:
            return _row(link, key) if link else None

    def sums(self) -> KeySums:
        with self._read() as link:
            return self._sums(link) if link else KeySums(0, 0, 0, 0)

    def in_flight(self) -> int:
        """Jobs held or running now."""
        with self._read() as link:
            return _in_flight(link) if link else 0

    # --- the provider's side -------------------------------------------------------------------------

    def note_account(
        self,
        read_at: datetime,
        limit_remaining: int | None,
        usage: int | None,
        balance: int | None,
        resets_at: datetime | None,
    ) -> None:
        """A reading, in micro-dollars. `read_at`: when it was asked for, so that nothing settled while
        the answer was on its way is taken for counted. Below zero is what a provider may truly say."""
        for value in (limit_remaining, usage, balance):
            if value is not None and (type(value) is not int or not -MAX_MICRO <= value <= MAX_MICRO):
                raise BadInput(f"an account's reading of {value!r} micro-dollars is no sum of money")
        with self._write() as link:
            link.execute(
                "INSERT INTO reading (read_at, limit_remaining, usage, balance, resets_at, at)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                (stamp(read_at), limit_remaining, usage, balance, _text(resets_at), stamp(self.clock.now())),
            )

    def readings(self) -> tuple[Reading, ...]:
        """The last two, newest first."""
        with self._read() as link:
            return _readings(link) if link else ()

    def held_by_film(self) -> dict[str, list[str]]:
        """Film to its submissions that hold money and of which nothing was sent."""
        with self._read() as link:
            sql = "SELECT film, submission FROM spend WHERE state='held'"
            found: dict[str, list[str]] = {}
            for film, submission in link.execute(sql) if link else ():
                found.setdefault(film, []).append(submission)
            return found

    def reading_before(self, moment: datetime) -> Reading | None:
        """The last reading taken before a moment: what the key had spent then."""
        with self._read() as link:
            return next(iter(_readings(link, stamp(moment), 1)), None) if link else None

    def available(self, limits: KeyLimits) -> int | None:
        """Micro-dollars left under the narrowest limit that is known, not below 0; None: none is known.

        A balance is no limit of a hold: it is shown, and the provider refuses by itself.
        """
        with self._read() as link:
            left = self._left(link, limits) if link else _of_a_new_key(limits)
            return max(0, min(micro for _, micro in left)) if left else None

    def _left(self, link: sqlite3.Connection, limits: KeyLimits) -> list[tuple[str, int]]:
        """Every limit that is known, in words, with the micro-dollars left under it."""
        left = []
        sums = self._sums(link)
        live = sums.held + sums.committed
        if limits.limit is not None:
            micro = limits.limit.micro - live - sums.settled_all
            left.append((f"this key's limit is {limits.limit} over all films", micro))
        if limits.day is not None:
            sql = "SELECT coalesce(sum(held), 0) FROM spend WHERE day=? AND state IN ('held', 'committed')"
            today = int(link.execute(sql, (self._day(),)).fetchone()[0])
            micro = limits.day.micro - today - sums.settled_today
            left.append((f"this key's limit is {limits.day} a day", micro))
        last = next(iter(_readings(link)), None)
        reset = last is not None and last.resets_at is not None and last.resets_at <= self.clock.now()
        if last and last.limit_remaining is not None and not reset:
            said = last.limit_remaining
            micro = said - live - _settled_since(link, stamp(last.read_at))
            left.append((f"the provider left {Money(max(0, said))} on this key", micro))
        return left

    def _sums(self, link: sqlite3.Connection) -> KeySums:
        paid = "sum(settled) FILTER (WHERE state IN ('settled', 'written_off')"
        sql = (
            "SELECT coalesce(sum(held) FILTER (WHERE state='held'), 0),"
            " coalesce(sum(held) FILTER (WHERE state='committed'), 0),"
            f" coalesce({paid} AND day=?), 0), coalesce({paid}), 0) FROM spend"
        )
        return KeySums(*link.execute(sql, (self._day(),)).fetchone())

    def last_post(self) -> datetime | None:
        """When something was last sent with this key, by any process."""
        with self._read() as link:
            found = link.execute("SELECT at FROM post WHERE id=1").fetchone() if link else None
            return _moment(found[0]) if found else None

    def note_post(self) -> None:
        with self._write() as link:
            link.execute("INSERT OR REPLACE INTO post (id, at) VALUES (1, ?)", (stamp(self.clock.now()),))

    def _day(self) -> str:
        return self.clock.now().strftime("%Y-%m-%d")

    @contextmanager
    def _write(self) -> Iterator[sqlite3.Connection]:
        with self._lock, transaction(self.path) as link:
            yield link

    @contextmanager
    def _read(self) -> Iterator[sqlite3.Connection | None]:
        with self._lock, snapshot(self.path) as link:
            yield link


def _check(key: str, micro: object) -> None:
    """Raises BadInput: a sum that is no number opens every gate it is compared with."""
    if type(micro) is not int or not 0 <= micro <= MAX_MICRO:
        raise BadInput(f"{micro!r} micro-dollars is no sum of money", todo="nothing was held or sent")
    if not _SUBMISSION.fullmatch(key):
        raise BadInput(f"'{one_line(key, 40)}' is no submission's key")


def _row(link: sqlite3.Connection, key: str) -> KeyRow | None:
    found = link.execute("SELECT state, held, settled FROM spend WHERE submission=?", (key,)).fetchone()
    return KeyRow(*found) if found else None


def _in_flight(link: sqlite3.Connection) -> int:
    return int(link.execute("SELECT count(*) FROM spend WHERE state IN ('held', 'committed')").fetchone()[0])


def _settled_since(link: sqlite3.Connection, read_at: str) -> int:
    """Settled after the last reading, by the book's own order or by the clock: the larger set counts."""
    sql = (
        "SELECT coalesce(sum(settled), 0) FROM spend WHERE state IN ('settled', 'written_off')"
        " AND (moved_at>=? OR reading>=?)"
    )
    return int(link.execute(sql, (read_at, _last_reading(link))).fetchone()[0])


def _last_reading(link: sqlite3.Connection) -> int:
    return int(link.execute("SELECT coalesce(max(id), 0) FROM reading").fetchone()[0])


def _readings(link: sqlite3.Connection, before: str = "~", count: int = 2) -> tuple[Reading, ...]:
    """The newest first; `before` is a moment as text, and every one comes before a tilde."""
    sql = (
        "SELECT read_at, limit_remaining, usage, balance, resets_at FROM reading WHERE read_at < ?"
        " ORDER BY id DESC LIMIT ?"
    )
    return tuple(
        Reading(_moment(row[0]), row[1], row[2], row[3], _moment(row[4]) if row[4] else None)
        for row in link.execute(sql, (before, count))
    )


def _last_block(link: sqlite3.Connection) -> tuple[str, ...] | None:
    sql = "SELECT kind, reason, said, resets_at, at FROM block ORDER BY id DESC LIMIT 1"
    found: tuple[str, ...] | None = link.execute(sql).fetchone()
    return found


def _block(link: sqlite3.Connection) -> Block | None:
    found = _last_block(link)
    if found is None or found[0] != "block":
        return None
    return Block(found[1], found[2], _moment(found[4]), _moment(found[3]) if found[3] else None)


def _of_a_new_key(limits: KeyLimits) -> list[tuple[str, int]]:
    return [("", money.micro) for money in (limits.limit, limits.day) if money is not None]


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def _text(moment: datetime | None) -> str:
    return stamp(moment) if moment else ""
