"""The ledger's file: how it is opened, read, checked and copied.

SQLite with a rollback journal (PERSIST), synchronous FULL, foreign keys on, BEGIN IMMEDIATE for
every write. No WAL: its reset bug (3.7.0 to 3.51.2) is older than most Pythons' SQLite, and home
folders are often on NFS, where WAL's shared memory does not work (sqlite.org/wal.html).
Only the standard library is imported here: readers start in milliseconds.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from core.base.errors import BadInput, DiskFull, LedgerFault
from core.base.paths import publish

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

APPLICATION_ID = 0x52555348
"""`RUSH` in the file's header: `file ledger.db` can tell, and we refuse strangers."""
BUSY_MS = 10_000
READ_BUSY_MS = 3_000
KEEP_BACKUPS = 6


@contextmanager
def ledger_errors(path: Path) -> Iterator[None]:
    """SQLite's errors as sentences, the cause kept. Raises LedgerFault, DiskFull or BadInput."""
    try:
        yield
    except sqlite3.Error as error:
        raise explain(error, path) from error


def explain(error: BaseException, path: Path) -> LedgerFault | DiskFull | BadInput:
    """The sentence for one of SQLite's errors."""
    code = getattr(error, "sqlite_errorname", "") or ""
    text = str(error)
    where = str(path)
    if "FULL" in code or "disk is full" in text or "IOERR_WRITE" in code or "IOERR_FSYNC" in code:
        return DiskFull(
            "the disk is full", where=where, todo="free some space, then run the same command again"
        )
    if "READONLY" in code or "readonly" in text:
        return BadInput(
            "the ledger cannot be written", where=where, todo="give yourself write access to .rushes/"
        )
    if "CANTOPEN" in code:
        return BadInput("the ledger cannot be opened", where=where, todo="check the folder's permissions")
    if "BUSY" in code or "locked" in text:
        return LedgerFault(
            "another process has held the ledger for too long", where=where, todo="try again in a moment"
        )
    if "NOTADB" in code or "CORRUPT" in code or "malformed" in text:
        return LedgerFault(
            "the ledger is damaged",
            where=where,
            todo="run `rushes audit --repair` (last backup) or `rushes audit --rebuild` (from the sidecars)",
        )
    return LedgerFault(f"the ledger refused: {text}", where=where, todo="run `rushes audit`")


def connect(path: Path, *, create: bool = False) -> sqlite3.Connection:
    """A writing connection in autocommit: whoever writes says BEGIN IMMEDIATE."""
    if not create and not path.exists():
        raise BadInput("there is no ledger here yet", where=str(path), todo="run `rushes run` first")
    with ledger_errors(path):
        link = sqlite3.connect(path, timeout=BUSY_MS / 1000, isolation_level=None, check_same_thread=False)
        link.execute("PRAGMA journal_mode=PERSIST")
        link.execute("PRAGMA synchronous=FULL")
        link.execute("PRAGMA fullfsync=ON")  # macOS: fsync alone leaves data in the drive's cache
        link.execute("PRAGMA foreign_keys=ON")
        link.execute("PRAGMA trusted_schema=OFF")
    return link


def connect_read_only(path: Path) -> sqlite3.Connection:
    """A reading connection. A hot journal left by a killed writer is rolled back first."""
    link = _open_ro(path)
    try:
        link.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone()
    except sqlite3.OperationalError as error:
        link.close()
        if not _is_hot_journal(error):
            raise explain(error, path) from error
        _roll_back(path)
        link = _open_ro(path)
        with ledger_errors(path):
            link.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone()
    except sqlite3.DatabaseError as error:
        link.close()
        raise explain(error, path) from error
    return link


def _open_ro(path: Path) -> sqlite3.Connection:
    if not path.exists():
        raise BadInput("there is no ledger here yet", where=str(path), todo="run `rushes run` first")
    with ledger_errors(path):
        link = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode=ro",
            uri=True,
            timeout=READ_BUSY_MS / 1000,
            isolation_level=None,
            check_same_thread=False,
        )
        link.execute("PRAGMA query_only=ON")
    return link


def _is_hot_journal(error: sqlite3.OperationalError) -> bool:
    # A read-only connection that finds a hot journal cannot roll it back and says so this way.
    name = getattr(error, "sqlite_errorname", "") or ""
    return name in (
        "SQLITE_READONLY_ROLLBACK",
        "SQLITE_READONLY_RECOVERY",
        "SQLITE_CANTOPEN",
        "SQLITE_READONLY",
    )


def _roll_back(path: Path) -> None:
    """Any writing connection's first read rolls a hot journal back, under SQLite's own locks."""
    with ledger_errors(path), closing(sqlite3.connect(path, timeout=BUSY_MS / 1000)) as link:
        link.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone()


def integrity(path: Path) -> list[str]:
    """What `PRAGMA integrity_check` and `foreign_key_check` find; empty when sound."""
    with closing(connect_read_only(path)) as link, ledger_errors(path):
        rows = [str(row[0]) for row in link.execute("PRAGMA integrity_check(20)")]
        found = [] if rows == ["ok"] else rows
        return found + [f"orphan row in {row[0]}" for row in link.execute("PRAGMA foreign_key_check")]


def back_up(path: Path, folder: Path, now: datetime) -> Path:
    """A consistent copy by SQLite's backup API, never a copy of a live file. Keeps the last six."""
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"ledger-{now.strftime('%Y%m%dT%H%M%S%f')}Z.db"
    part = target.with_suffix(".part")
    part.unlink(missing_ok=True)
    try:
        with (
            ledger_errors(path),
            closing(connect_read_only(path)) as source,
            closing(sqlite3.connect(part)) as copy,
        ):
            source.backup(copy)
        publish(part, target)
    finally:
        part.unlink(missing_ok=True)
    for old in backups(folder)[:-KEEP_BACKUPS]:
        old.unlink(missing_ok=True)
    return target


def backups(folder: Path) -> list[Path]:
    """Backups, oldest first."""
    return sorted(folder.glob("ledger-*.db"))


def restore(backup: Path, path: Path, now: datetime) -> Path | None:
    """Puts a backup in the ledger's place; the broken file is kept aside and returned."""
    aside = None
    if path.exists():
        aside = path.with_name(f"{path.name}.broken-{now.strftime('%Y%m%dT%H%M%S')}")
        path.replace(aside)
    for journal in (path.with_name(path.name + "-journal"),):
        journal.unlink(missing_ok=True)
    part = path.with_name(path.name + ".part")
    with (
        ledger_errors(path),
        closing(sqlite3.connect(backup)) as source,
        closing(sqlite3.connect(part)) as copy,
    ):
        source.backup(copy)
    publish(part, path)
    return aside


def sqlite_version() -> str:
    return sqlite3.sqlite_version
