"""Reading: the standard library's sqlite3, read-only, nothing heavy imported.

`Reader` keeps one connection a thread. Every query is one short statement, fetched whole: a
reader never holds the lock a writer waits for.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from core.ledger.db import connect_read_only, explain, is_hot_journal, ledger_errors, roll_back
from core.ledger.shapes import SubmissionRow as SubmissionRow
from core.ledger.shapes import Sums as Sums
from core.ledger.shapes import TakeRow as TakeRow

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

_T = TypeVar("_T")
_TAKE = (
    "id, chain, shot, n, state, order_id, position, seam, provider, model, seed, plan_hash, request_hash,"
    " source_take, in_sha, sha, first_sha, last_sha, would_cost, state_at, note, pass"
)


_SUBMISSION = (
    "id, subject_kind, subject_id, chain, shot, state, provider, key, request_hash, job_id, intent_at,"
    " done_at, key_id"
)
_WORST = (
    "CASE max(CASE m.certainty WHEN 'exact' THEN 0 WHEN 'estimated' THEN 1 ELSE 2 END)"
    " WHEN 0 THEN 'exact' WHEN 1 THEN 'estimated' ELSE 'unknown' END"
)


class Link(NamedTuple):
    connection: sqlite3.Connection
    busy: threading.Lock
    """A connection closed under a running statement takes the whole process with it."""

    def rows(self, sql: str, args: tuple[object, ...]) -> list[Any]:
        with self.busy:
            return self.connection.execute(sql, args).fetchall()


class Reader:
    """The reading side of one ledger; opens a connection a thread on first use."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._local = threading.local()
        self._links: list[Link] = []
        self._guard = threading.Lock()

    def link(self) -> Link:
        found: Link | None = getattr(self._local, "link", None)
        if found is None:
            found = Link(connect_read_only(self.path), threading.Lock())
            self._local.link = found
            with self._guard:
                self._links.append(found)
        return found

    def rows(self, sql: str, *args: object) -> list[Any]:
        """All rows of one statement. What a killed writer left is rolled back first, once."""
        with ledger_errors(self.path):
            try:
                return self.link().rows(sql, args)
            except sqlite3.OperationalError as error:
                if not is_hot_journal(error, self.path):
                    raise
                roll_back(self.path)
                return self.link().rows(sql, args)

    def data_version(self) -> int:
        """Changes when another connection commits."""
        return int(self.rows("PRAGMA data_version")[0][0])

    def close(self) -> None:
        """From any thread: a statement under way in another ends first."""
        with self._guard:
            for connection, busy in self._links:
                with busy:
                    connection.close()
            self._links.clear()
        self._local = threading.local()

    # takes

    def take(self, take_id: int) -> TakeRow | None:
        return _one(self._takes("WHERE id=?", take_id))

    def take_of(self, shot: str, n: int) -> TakeRow | None:
        return _one(self._takes("WHERE shot=? AND n=?", shot, n))

    def takes_of(self, shot: str) -> list[TakeRow]:
        """Oldest first."""
        return self._takes("WHERE shot=? ORDER BY n", shot)

    def all_takes(self) -> list[TakeRow]:
        return self._takes("ORDER BY id")

    def in_states(self, chain: str, states: Iterable[str]) -> list[TakeRow]:
        """A chain's takes in these states, in the chain's order, then by number."""
        names = sorted(states)
        marks = ",".join("?" * len(names))
        return self._takes(f"WHERE chain=? AND state IN ({marks}) ORDER BY position, n", chain, *names)

    def first_in(self, chain: str, states: Iterable[str]) -> TakeRow | None:
        """The first of a chain's takes in these states."""
        names = sorted(states)
        marks = ",".join("?" * len(names))
        return _one(self._takes(f"WHERE chain=? AND state IN ({marks}) LIMIT 1", chain, *names))

    def chains_with(self, states: Iterable[str]) -> tuple[str, ...]:
        """Chains that have takes in these states, be they in the plan or not."""
        names = sorted(states)
        marks = ",".join("?" * len(names))
        sql = f"SELECT DISTINCT chain FROM take WHERE state IN ({marks}) ORDER BY chain"
        return tuple(str(row[0]) for row in self.rows(sql, *names))

    def of_order(self, order_id: str, shot: str) -> TakeRow | None:
        return _one(self._takes("WHERE order_id=? AND shot=? ORDER BY n DESC LIMIT 1", order_id, shot))

    def unseen(self, chain: str) -> int:
        """Shots of a chain whose newest take lies before a person, none having been circled since it came."""
        sql = (
            "SELECT count(*) FROM take t WHERE t.chain=? AND t.state='review'"
            " AND NOT EXISTS (SELECT 1 FROM take o WHERE o.shot=t.shot"
            " AND (o.n>t.n OR (o.state='approved' AND o.state_at>=t.state_at)))"
        )
        return int(self.rows(sql, chain)[0][0])

    def newest_lost(self, chain: str) -> TakeRow | None:
        """A shot's newest take that ended without a clip or is in doubt: the first of the chain."""
        return _one(
            self._takes(
                "AS t WHERE chain=? AND state IN"
                " ('remote_failed', 'expired', 'broken', 'written_off', 'in_doubt')"
                " AND NOT EXISTS (SELECT 1 FROM take o WHERE o.shot=t.shot AND o.n>t.n)"
                " ORDER BY position LIMIT 1",
                chain,
            )
        )

    def prompt_of(self, take_id: int) -> str:
        rows = self.rows("SELECT prompt FROM take WHERE id=?", take_id)
        return str(rows[0][0]) if rows else ""

    def count_in(self, chain: str, state: str) -> int:
        return int(self.rows("SELECT count(*) FROM take WHERE chain=? AND state=?", chain, state)[0][0])

    def _takes(self, tail: str, *args: object) -> list[TakeRow]:
        return list(map(TakeRow._make, self.rows(f"SELECT {_TAKE} FROM take {tail}", *args)))

    # submissions and money

    def submissions_of(self, kind: str, subject: int) -> list[SubmissionRow]:
        """Oldest first."""
        return self._submissions("WHERE subject_kind=? AND subject_id=? ORDER BY id", kind, subject)

    def live_submission(self, take_id: int) -> SubmissionRow | None:
        tail = (
            "WHERE subject_kind='take' AND subject_id=?"
            " AND state IN ('reserved', 'intent', 'in_doubt', 'accepted')"
        )
        return _one(self._submissions(tail, take_id))

    def unclear(self) -> list[SubmissionRow]:
        """Submissions whose POST was never answered, as the file stands."""
        return self._submissions("WHERE state IN ('intent', 'in_doubt') ORDER BY id")

    def paid_by(self, key_id: str) -> list[SubmissionRow]:
        """Everything a key has paid, owes or may owe for this film, oldest first."""
        return self._submissions("WHERE key_id=? ORDER BY id", key_id)

    def paid(self) -> list[SubmissionRow]:
        """Every submission that some key pays for, oldest first."""
        return self._submissions("WHERE key_id<>'' ORDER BY id")

    def submission(self, ident: int) -> SubmissionRow | None:
        return _one(self._submissions("WHERE id=?", ident))

    def booked(self, submission: int) -> dict[str, int]:
        """Money kind to micro-dollars of one submission."""
        return dict(self.rows("SELECT kind, micro FROM money WHERE submission_id=?", submission))

    def owner_of(self, provider: str, job_id: str) -> int | None:
        """The submission that owns a job."""
        rows = self.rows("SELECT id FROM submission WHERE provider=? AND job_id=?", provider, job_id)
        return int(rows[0][0]) if rows else None

    def _submissions(self, tail: str, *args: object) -> list[SubmissionRow]:
        sql = f"SELECT {_SUBMISSION} FROM submission {tail}"
        return [SubmissionRow(*row) for row in self.rows(sql, *args)]

    def sums(self, scope: str = "film", ident: str = "") -> Sums:
        found = self.rows(
            "SELECT reserved, committed, settled FROM balance WHERE scope=? AND id=?", scope, ident
        )
        reserved, committed, settled = found[0] if found else (0, 0, 0)
        return Sums(reserved, committed, settled, self._in_doubt() if scope == "film" else 0)

    def _in_doubt(self) -> int:
        rows = self.rows(
            "SELECT coalesce(sum(m.micro), 0) FROM submission s JOIN money m ON m.submission_id=s.id"
            # The first term is the index's own: without it every money row is looked through.
            " AND m.kind='reserve' WHERE s.state IN ('reserved', 'intent', 'in_doubt') AND s.state='in_doubt'"
        )
        return int(rows[0][0])

    def money_of(self, take_id: int) -> dict[str, tuple[int, str]]:
        """What is booked on a take's submissions: kind to (micro-dollars, certainty), summed."""
        rows = self.rows(
            "SELECT m.kind, sum(m.micro), " + _WORST + " FROM money m"
            " JOIN submission s ON s.id=m.submission_id"
            " WHERE s.subject_kind='take' AND s.subject_id=? GROUP BY m.kind",
            take_id,
        )
        return {row[0]: (row[1], row[2]) for row in rows}

    # the rest, as dictionaries: desks shape them

    def chains(self) -> dict[str, tuple[str, str, str]]:
        """Chain id to (state, pause reason, pause note)."""
        return {
            row[0]: (row[1], row[2], row[3])
            for row in self.rows("SELECT id, state, pause_reason, pause_note FROM chain")
        }

    def chain(self, chain: str) -> tuple[str, str, str]:
        rows = self.rows("SELECT state, pause_reason, pause_note FROM chain WHERE id=?", chain)
        return (rows[0][0], rows[0][1], rows[0][2]) if rows else ("active", "", "")

    def table(self, name: str, tail: str = "", *args: object) -> list[dict[str, Any]]:
        """Rows of a whole table as dictionaries. `name` and `tail` are our own fixed words."""
        columns = [row[1] for row in self.rows(f"PRAGMA table_info({name})")]
        if not columns:
            return []  # a step of the schema that this ledger has yet to take: nothing was written there
        return [
            dict(zip(columns, row, strict=True)) for row in self.rows(f"SELECT * FROM {name} {tail}", *args)
        ]

    def events(self, after: int = 0, limit: int = 50, kinds: Sequence[str] = ()) -> list[dict[str, Any]]:
        """Newest first."""
        where = f"AND kind IN ({','.join('?' * len(kinds))})" if kinds else ""
        found = self.table("event", f"WHERE id>? {where} ORDER BY id DESC LIMIT ?", after, *kinds, limit)
        for row in found:
            row["data"] = self.decoded(row["data"])
        return found

    def queued_commands(self) -> list[dict[str, Any]]:
        found = self.table("command", "WHERE state='queued' ORDER BY id")
        for row in found:
            row["args"] = self.decoded(row["args"])
        return found

    def decoded(self, text: str) -> dict[str, Any]:
        """Data of a row. Raises LedgerFault where it is not what a writer put there."""
        with ledger_errors(self.path):
            found = json.loads(text)
        if not isinstance(found, dict):
            raise explain(ValueError(text[:40]), self.path)
        return found


def _one(rows: list[_T]) -> _T | None:
    return rows[0] if rows else None
