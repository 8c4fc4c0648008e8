"""The ledger's schema as named steps, appended and never edited.

Each step is tested from every ancestor. A ledger that holds a step we do not know was written by
a newer Rushes and is refused, untouched.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from contextlib import closing
from typing import TYPE_CHECKING

from core.base.clock import stamp
from core.base.paths import PART, disk_errors, publish_new
from core.ledger.db import (
    APPLICATION_ID,
    STEPS,
    applied,
    connect,
    connect_read_only,
    journal_of,
    ledger_errors,
    refuse_strangers,
)
from core.ledger.schema import DESK, KEYS, SPINE

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

MIGRATIONS: tuple[tuple[str, tuple[str, ...]], ...] = tuple(zip(STEPS, (SPINE, KEYS, DESK), strict=True))


def migrate(path: Path, now: datetime) -> list[str]:
    """Creates the ledger or brings it up to date; names the steps taken.

    Raises LedgerFault for a file that is empty, damaged, not ours or newer, and leaves it untouched.
    """
    if not path.exists() and _create(path, now):
        return list(STEPS)
    with closing(connect_read_only(path)) as link, ledger_errors(path):
        if applied(link) == set(STEPS):
            return []  # nothing to do writes nothing
    with closing(connect(path)) as link, ledger_errors(path):
        link.execute("BEGIN IMMEDIATE")
        try:
            refuse_strangers(link, path)  # again, under the lock: another process may have been first
            taken = _apply(link, now)
            link.execute("COMMIT")
        except BaseException:
            link.execute("ROLLBACK")
            raise
        return taken


def _create(path: Path, now: datetime) -> bool:
    """A new ledger appears whole: a worker killed on the way leaves no empty file in its place.

    False where another process was first.
    """
    with disk_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f".{path.name}.{os.getpid()}-{threading.get_ident()}{PART}")
        part.unlink(missing_ok=True)
    try:
        with ledger_errors(path), closing(sqlite3.connect(part, isolation_level=None)) as link:
            link.execute("PRAGMA journal_mode=OFF")  # a part file is thrown away, not rolled back
            link.execute("BEGIN")
            link.execute(f"PRAGMA application_id={APPLICATION_ID}")
            link.execute("CREATE TABLE migration (name TEXT PRIMARY KEY, at TEXT NOT NULL) STRICT")
            _apply(link, now)
            link.execute("COMMIT")
        with disk_errors(path):
            # A journal whose ledger is gone would be rolled back into the new one.
            journal_of(path).unlink(missing_ok=True)
        return publish_new(part, path)
    finally:
        part.unlink(missing_ok=True)


def _apply(link: sqlite3.Connection, now: datetime) -> list[str]:
    done = applied(link)
    taken = []
    for name, statements in MIGRATIONS:
        if name not in done:
            for statement in statements:
                link.execute(statement)
            link.execute("INSERT INTO migration (name, at) VALUES (?, ?)", (name, stamp(now)))
            taken.append(name)
    return taken
