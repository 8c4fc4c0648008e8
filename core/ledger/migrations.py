"""The ledger's schema as named steps, appended and never edited.

Each step is tested from every ancestor. A ledger that holds a step we do not know was written by
a newer Rushes and is refused, untouched.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from core.base.clock import stamp
from core.base.errors import LedgerFault
from core.base.paths import disk_errors
from core.ledger.db import APPLICATION_ID, connect, ledger_errors
from core.ledger.schema import SPINE

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

MIGRATIONS: tuple[tuple[str, tuple[str, ...]], ...] = (("0001_spine", SPINE),)


def migrate(path: Path, now: datetime) -> list[str]:
    """Creates the ledger or brings it up to date; names the steps taken. Raises LedgerFault."""
    with disk_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
    with closing(connect(path, create=True)) as link, ledger_errors(path):
        _refuse_strangers(link, path)
        if applied(link) == {name for name, _ in MIGRATIONS}:
            return []  # nothing to do writes nothing
        link.execute("BEGIN IMMEDIATE")
        try:
            taken = _apply(link, path, now)
            link.execute("COMMIT")
        except BaseException:
            link.execute("ROLLBACK")
            raise
        return taken


def _apply(link: sqlite3.Connection, path: Path, now: datetime) -> list[str]:
    link.execute(f"PRAGMA application_id={APPLICATION_ID}")
    link.execute("CREATE TABLE IF NOT EXISTS migration (name TEXT PRIMARY KEY, at TEXT NOT NULL) STRICT")
    done = applied(link)  # again, under the lock: another process may have been first
    refuse_newer(done, path)
    taken = []
    for name, statements in MIGRATIONS:
        if name not in done:
            for statement in statements:
                link.execute(statement)
            link.execute("INSERT INTO migration (name, at) VALUES (?, ?)", (name, stamp(now)))
            taken.append(name)
    return taken


def applied(link: sqlite3.Connection) -> set[str]:
    """Names of the steps this ledger has been through."""
    if not link.execute("SELECT 1 FROM sqlite_master WHERE name='migration'").fetchone():
        return set()
    return {str(row[0]) for row in link.execute("SELECT name FROM migration")}


def refuse_newer(done: set[str], path: Path) -> None:
    """Raises LedgerFault for a ledger written by a newer Rushes."""
    unknown = sorted(done - {name for name, _ in MIGRATIONS})
    if unknown:
        raise LedgerFault(
            f"this ledger was written by a newer Rushes (it knows '{unknown[-1]}')",
            where=str(path),
            todo="update Rushes; nothing was changed",
        )


def _refuse_strangers(link: sqlite3.Connection, path: Path) -> None:
    ident = link.execute("PRAGMA application_id").fetchone()[0]
    tables = link.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    if ident not in (0, APPLICATION_ID) or (ident == 0 and tables):
        raise LedgerFault(
            "this file is not a Rushes ledger", where=str(path), todo="move it away; nothing was changed"
        )
    refuse_newer(applied(link), path)
