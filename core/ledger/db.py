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
from core.base.paths import disk_errors, publish, state_folder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

APPLICATION_ID = 0x52555348
"""`RUSH` in the file's header: `file ledger.db` can tell, and we refuse strangers."""
STEPS = ("0001_spine", "0002_keys", "0003_desk")
"""Names of the schema's steps this Rushes knows; `migrations` holds what each does."""
BUSY_MS = 10_000
READ_BUSY_MS = 3_000
KEEP_BACKUPS = 6
_REPAIR = "run `rushes audit --repair` (last backup) or `rushes audit --rebuild` (from the sidecars)"
_HALF_WRITTEN = ("SQLITE_READONLY_ROLLBACK", "SQLITE_READONLY_RECOVERY", "SQLITE_IOERR_DELETE")


@contextmanager
def ledger_errors(path: Path) -> Iterator[None]:
    """SQLite's errors as sentences, the cause kept. Raises LedgerFault, DiskFull or BadInput."""
    try:
        yield
    except (sqlite3.Error, ValueError) as error:  # ValueError: text that is no UTF-8, data that is no JSON
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
    if code in _HALF_WRITTEN:
        return BadInput(
            "a killed worker left the ledger in the middle of a write, and mending that needs write access",
            where=where,
            todo="give yourself write access to .rushes/ and its files, then run the same command again",
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
    torn = "NOTADB" in code or "CORRUPT" in code or "malformed" in text or "decode" in text
    if torn or isinstance(error, ValueError):
        return LedgerFault(
            "the ledger is damaged",
            where=where,
            todo=_REPAIR,
        )
    return LedgerFault(f"the ledger refused: {text}", where=where, todo="run `rushes audit`")


def connect(path: Path) -> sqlite3.Connection:
    """A writing connection in autocommit: whoever writes says BEGIN IMMEDIATE. Never makes a file."""
    link = _open(path, "rw", BUSY_MS)
    try:
        with ledger_errors(path):
            link.execute("PRAGMA journal_mode=PERSIST")
            link.execute("PRAGMA synchronous=FULL")
            link.execute("PRAGMA fullfsync=ON")  # macOS: fsync alone leaves data in the drive's cache
            link.execute("PRAGMA foreign_keys=ON")
            link.execute("PRAGMA recursive_triggers=ON")  # else INSERT OR REPLACE deletes past the triggers
            link.execute("PRAGMA trusted_schema=OFF")
    except BaseException:
        link.close()
        raise
    return link


def connect_read_only(path: Path) -> sqlite3.Connection:
    """A reading connection. A hot journal left by a killed writer is rolled back first.

    Raises LedgerFault for a file that is empty, damaged, not ours, or written by a newer Rushes.
    """
    link = _open(path, "ro", READ_BUSY_MS)
    try:
        with ledger_errors(path):
            try:
                refuse_strangers(link, path)
            except sqlite3.OperationalError as error:
                if not is_hot_journal(error, path):
                    raise
                roll_back(path)
                refuse_strangers(link, path)
    except BaseException:
        link.close()
        raise
    return link


def _open(path: Path, mode: str, busy_ms: int) -> sqlite3.Connection:
    if not path.exists():
        raise BadInput("there is no ledger here yet", where=str(path), todo="run `rushes run` first")
    if path.is_dir():
        raise BadInput("a folder stands where the ledger should be", where=str(path), todo="move it away")
    with ledger_errors(path):
        return sqlite3.connect(
            f"{path.absolute().as_uri()}?mode={mode}",
            uri=True,
            timeout=busy_ms / 1000,
            isolation_level=None,
            check_same_thread=False,
        )


def refuse_strangers(link: sqlite3.Connection, path: Path) -> None:
    """Raises LedgerFault unless this is a ledger whose every step we know. Only reads."""
    if link.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
        empty = link.execute("PRAGMA page_count").fetchone()[0] == 0
        raise LedgerFault(
            "the ledger is empty" if empty else "this file is not a Rushes ledger",
            where=str(path),
            todo=_REPAIR if empty else "move it away; nothing was changed",
        )
    unknown = sorted(applied(link) - set(STEPS))
    if unknown:
        raise LedgerFault(
            f"this ledger was written by a newer Rushes (it knows '{unknown[-1]}')",
            where=str(path),
            todo="update Rushes; nothing was changed",
        )


def applied(link: sqlite3.Connection) -> set[str]:
    """Names of the steps this ledger has been through."""
    return {str(row[0]) for row in link.execute("SELECT name FROM migration")}


def is_hot_journal(error: sqlite3.Error, path: Path) -> bool:
    """Whether a reader stopped at what a killed writer left: it sees that, and may not mend it."""
    name = getattr(error, "sqlite_errorname", "") or ""
    return name in (*_HALF_WRITTEN, "SQLITE_CANTOPEN", "SQLITE_READONLY") and journal_of(path).exists()


def roll_back(path: Path) -> None:
    """Any writing connection's first read rolls a hot journal back, under SQLite's own locks."""
    with closing(connect(path)) as link, ledger_errors(path):
        link.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone()


def journal_of(path: Path) -> Path:
    """The rollback journal: hot after a kill, at rest with a header of zeros."""
    return path.with_name(path.name + "-journal")


def integrity(path: Path) -> list[str]:
    """What `PRAGMA integrity_check` and `foreign_key_check` find; empty when sound.

    A file that is too broken to be asked is a finding too. Raises BadInput where it cannot be read.
    """
    try:
        with closing(connect_read_only(path)) as link, ledger_errors(path):
            rows = [str(row[0]) for row in link.execute("PRAGMA integrity_check(20)")]
            found = [] if rows == ["ok"] else rows
            return found + [f"orphan row in {row[0]}" for row in link.execute("PRAGMA foreign_key_check")]
    except LedgerFault as fault:
        return [fault.what]


def back_up(path: Path, folder: Path, now: datetime) -> Path:
    """A consistent copy by SQLite's backup API, never a copy of a live file. Keeps the last six.

    Raises DiskFull, BadInput, LedgerFault. Called by whoever holds the film: one at a time.
    """
    state_folder(folder)
    with disk_errors(folder):
        for left in folder.glob("ledger-*.part"):  # by a worker that was killed here
            left.unlink(missing_ok=True)
    target = folder / f"ledger-{now.strftime('%Y%m%dT%H%M%S%f')}Z.db"
    part = target.with_suffix(".part")
    _copy(path, part)
    found = integrity(part)
    if found:  # a damaged copy would push a sound one out
        part.unlink(missing_ok=True)
        raise LedgerFault(f"the ledger is damaged: {found[0]}", where=str(path), todo=_REPAIR)
    publish(part, target)
    for old in backups(folder)[:-KEEP_BACKUPS]:
        old.unlink(missing_ok=True)
    return target


def _copy(path: Path, part: Path) -> None:
    """A whole copy of a ledger, or no file."""
    part.unlink(missing_ok=True)
    try:
        with (
            closing(connect_read_only(path)) as source,
            ledger_errors(part),
            closing(sqlite3.connect(part)) as copy,
        ):
            copy.execute("PRAGMA journal_mode=OFF")  # half a copy is thrown away, not rolled back
            source.backup(copy)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def backups(folder: Path) -> list[Path]:
    """Backups, oldest first."""
    return sorted(folder.glob("ledger-*.db"))


def restore(backup: Path, path: Path, now: datetime) -> Path | None:
    """Puts a backup in the ledger's place; the broken file is kept aside, its journal too, and returned.

    Raises LedgerFault for a backup that is not sound, DiskFull, BadInput; then nothing was changed.
    """
    found = integrity(backup)
    if found:
        raise LedgerFault(
            f"this backup is not sound: {found[0]}", where=str(backup), todo="take an older one"
        )
    part = path.with_name(path.name + ".part")
    _copy(backup, part)
    aside = path.with_name(f"{path.name}.broken-{now.strftime('%Y%m%dT%H%M%S%f')}")
    # The journal first: one that is left beside another ledger would be rolled back into it.
    if journal_of(path).exists():
        journal_of(path).replace(journal_of(aside))
    kept = path.exists()
    if kept:
        path.replace(aside)
    publish(part, path)
    return aside if kept else None


def sqlite_version() -> str:
    return sqlite3.sqlite_version
