"""Writing: one transaction at a time, each with its events.

`Ledger.write()` opens BEGIN IMMEDIATE and hands out a `Writer`; leaving it commits, an exception
rolls everything back. One connection a process, behind a lock: chains are threads, and a lock
here is cheaper than SQLite's busy loop.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sqlalchemy import create_engine, event, insert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import StaticPool
from sqlmodel import SQLModel

from core.base.clock import Clock, stamp
from core.base.errors import LedgerFault, RushesError
from core.ledger.db import connect, explain
from core.ledger.migrations import migrate
from core.ledger.tables import Event, table_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from sqlalchemy import Executable
    from sqlalchemy.engine import Connection, Engine


class Writer:
    """One open transaction. Never kept beyond its `with` block."""

    def __init__(self, link: Connection, now: str, day: str) -> None:
        self.link = link
        self.now = now
        self.day = day

    def add(self, row: SQLModel) -> int:
        """Inserts a row, fills its empty moments, and returns its id (0 for rows named by text)."""
        values = row.model_dump(exclude_none=True, warnings=False)  # what does not fit, the table refuses
        values.update({name: self.now for name in _MOMENTS if values.get(name) == ""})
        named = {_column(name): value for name, value in values.items()}
        key = self.link.execute(insert(table_of(type(row))).values(named)).inserted_primary_key
        return int(key[0]) if key and isinstance(key[0], int) else 0

    def run(self, statement: Executable) -> int:
        """Executes an update or an upsert; returns the number of rows it changed."""
        return int(self.link.execute(statement).rowcount)

    def rows(self, statement: Executable) -> list[Any]:
        """Reads inside the transaction, as it will be committed."""
        return list(self.link.execute(statement).all())

    def event(
        self,
        kind: str,
        text: str = "",
        *,
        chain: str = "",
        shot: str = "",
        take_id: int | None = None,
        data: Mapping[str, Any] | None = None,
    ) -> int:
        """What happened, for the event log and for whoever replays it."""
        shown = json.dumps(data, ensure_ascii=False, sort_keys=True) if data else "{}"
        return self.add(Event(kind=kind, text=text, chain=chain, shot=shot, take_id=take_id, data=shown))


def _opened(path: Path) -> sqlite3.Connection:
    link = connect(path)
    # A long text that spills to the file before its commit would lock out readers, ours inside the same
    # transaction among them.
    link.execute("PRAGMA cache_spill=OFF")
    return link


_MOMENTS = ("at", "created_at", "state_at")


def _column(name: str) -> str:
    return "pass" if name == "pass_" else name  # `pass` is a word of Python's


class Ledger:
    """The writing side of one film's ledger. Create one a process."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self.path = path
        self.clock = clock
        self._lock = threading.RLock()
        self._writing = False
        migrate(path, clock.now())
        self._engine: Engine = create_engine("sqlite://", creator=lambda: _opened(path), poolclass=StaticPool)
        # A deferred transaction that reads, then writes, fails at once when another process writes.
        event.listen(self._engine, "begin", lambda link: link.exec_driver_sql("BEGIN IMMEDIATE"))

    @contextmanager
    def write(self) -> Iterator[Writer]:
        """One transaction. Raises LedgerFault, DiskFull, BadInput, and whatever the block raises."""
        with self._lock:
            if self._writing:
                raise LedgerFault("a transaction is open already", todo="write through the one that is open")
            self._writing = True
            try:
                with self._engine.begin() as link:
                    moment = self.clock.now()  # once it is our turn: rows stand in the order of their moments
                    yield Writer(link, stamp(moment), moment.strftime("%Y-%m-%d"))
            except DBAPIError as error:
                raise self._explained(error) from error
            except sqlite3.Error as error:
                raise explain(error, self.path) from error
            finally:
                self._writing = False

    def _explained(self, error: DBAPIError) -> RushesError:
        return explain(error.orig or error, self.path)

    def close(self) -> None:
        with self._lock:
            self._engine.dispose()
