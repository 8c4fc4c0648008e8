"""A key's book as a file: its schema, how it appears whole, how it is opened, what it refuses.

`$XDG_STATE_HOME/rushes/keys/<key id>/book.db`: shared by every film and process of this user. The
pragmas are those of a film's ledger (`db.connect`): rollback journal, synchronous FULL.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from core.base.errors import BadInput, DiskFull, LedgerFault
from core.base.paths import PART, disk_errors, open_plain, publish_new
from core.ledger.db import connect, explain, journal_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

APPLICATION_ID = 0x5255534B
"""`RUSK` in the file's header: a key's book is no film's ledger."""
VERSION = 1
"""In `user_version`; a higher one was written by a newer Rushes and is refused, untouched."""
_AWAY = "move it and its -journal away: spend is booked again from each film when that is next run"

SCHEMA: tuple[str, ...] = (
    """CREATE TABLE spend (
      submission TEXT PRIMARY KEY, film TEXT NOT NULL,
      state TEXT NOT NULL CHECK (state IN ('held', 'committed', 'settled', 'released', 'written_off')),
      held INTEGER NOT NULL CHECK (held BETWEEN 0 AND 1000000000000000),
      settled INTEGER NOT NULL CHECK (settled BETWEEN 0 AND 1000000000000000),
      day TEXT NOT NULL, at TEXT NOT NULL, moved_at TEXT NOT NULL,
      reading INTEGER NOT NULL) STRICT""",
    "CREATE INDEX spend_film ON spend (film)",
    "CREATE INDEX spend_sums ON spend (day, state, held, settled)",
    "CREATE INDEX spend_live ON spend (state) WHERE state IN ('held', 'committed')",
    """CREATE TABLE block (
      id INTEGER PRIMARY KEY, kind TEXT NOT NULL CHECK (kind IN ('block', 'unblock')),
      reason TEXT NOT NULL, said TEXT NOT NULL, resets_at TEXT NOT NULL,
      submission TEXT NOT NULL, person TEXT NOT NULL, at TEXT NOT NULL,
      CHECK ((kind = 'unblock') = (person <> ''))) STRICT""",
    """CREATE TABLE reading (
      id INTEGER PRIMARY KEY, read_at TEXT NOT NULL, limit_remaining INTEGER, usage INTEGER, balance INTEGER,
      resets_at TEXT NOT NULL, at TEXT NOT NULL) STRICT""",
    "CREATE TABLE post (id INTEGER PRIMARY KEY CHECK (id = 1), at TEXT NOT NULL) STRICT",
    """CREATE TRIGGER spend_is_not_deleted BEFORE DELETE ON spend
       BEGIN SELECT RAISE(ABORT, 'spend rows are never deleted'); END""",
    """CREATE TRIGGER spend_is_not_unspent BEFORE UPDATE ON spend
       WHEN new.submission <> old.submission OR new.settled < old.settled
       BEGIN SELECT RAISE(ABORT, 'what was spent stays spent'); END""",
    *(
        f"CREATE TRIGGER {table}_{verb.lower()} BEFORE {verb} ON {table} "
        f"BEGIN SELECT RAISE(ABORT, '{table} is append-only: a correction is another row'); END"
        for table in ("block", "reading")
        for verb in ("UPDATE", "DELETE")
    ),
)


@contextmanager
def transaction(path: Path) -> Iterator[sqlite3.Connection]:
    """One BEGIN IMMEDIATE to COMMIT on a book that may have to be made first; an error rolls it back.

    A connection a transaction: a book that was moved away is never written to by its old handle.
    Raises LedgerFault, DiskFull, BadInput.
    """
    with book_errors(path):
        if not path.exists():
            _create(path)
        with closing(connect(path)) as link:
            _refuse_strangers(link, path)
            link.execute("BEGIN IMMEDIATE")
            try:
                yield link
                link.execute("COMMIT")
            except BaseException:
                if link.in_transaction:  # a full disk has rolled it back already
                    link.execute("ROLLBACK")
                raise


@contextmanager
def snapshot(path: Path) -> Iterator[sqlite3.Connection | None]:
    """A reading transaction, or None where there is no book yet: looking makes no file."""
    with book_errors(path):
        if not path.exists():
            yield None
            return
        with closing(connect(path)) as link:
            _refuse_strangers(link, path)
            link.execute("BEGIN")
            yield link


@contextmanager
def book_errors(path: Path) -> Iterator[None]:
    """SQLite's and the disk's refusals as sentences about a key's book."""
    try:
        with disk_errors(path):
            yield
    except (sqlite3.Error, ValueError) as error:
        raise _ours(explain(error, path)) from error
    except (LedgerFault, DiskFull, BadInput) as fault:  # from `connect`, in a film's words
        raise _ours(fault) from fault


def _ours(fault: LedgerFault | DiskFull | BadInput) -> LedgerFault | DiskFull | BadInput:
    what = fault.what.replace("the ledger", "this key's book")
    todo = fault.todo.replace(".rushes/", "its folder")
    return type(fault)(what, where=fault.where, todo=_AWAY if "rushes audit" in todo else todo)


def private_folder(folder: Path) -> None:
    """Makes a key's folder, for its user alone. Raises BadInput for a link in its place."""
    for part in (folder, folder.parent):
        if part.is_symlink():
            raise BadInput(
                "a link stands where a key's state is kept", where=str(part), todo="take the link away"
            )
    with disk_errors(folder):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = folder.stat()
    if found.st_uid != os.getuid() or found.st_mode & 0o022:
        raise BadInput(
            "others may write where a key's state is kept",
            where=str(folder),
            todo=f"make it yours alone: chmod 700 {folder}",
        )


def _sweep(path: Path) -> None:
    """Half books that processes left which are gone."""
    for part in path.parent.glob(f".{path.name}.*{PART}"):
        pid = part.name.removeprefix(f".{path.name}.").partition("-")[0]
        try:
            os.kill(int(pid), 0)
        except ProcessLookupError:
            part.unlink(missing_ok=True)
        except (ValueError, OverflowError, PermissionError):
            continue


def _create(path: Path) -> None:
    """The book appears whole; where another process was first, its book stands."""
    private_folder(path.parent)
    _sweep(path)
    part = path.with_name(f".{path.name}.{os.getpid()}-{threading.get_ident()}{PART}")
    part.unlink(missing_ok=True)
    try:
        os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC, 0o600))
        with closing(sqlite3.connect(part, isolation_level=None)) as link:
            link.execute("PRAGMA journal_mode=OFF")  # a part file is thrown away, not rolled back
            link.execute("BEGIN")
            link.execute(f"PRAGMA application_id={APPLICATION_ID}")
            link.execute(f"PRAGMA user_version={VERSION}")
            for statement in SCHEMA:
                link.execute(statement)
            link.execute("COMMIT")
        _refuse_left_journal(path)
        publish_new(part, path)
    finally:
        part.unlink(missing_ok=True)


def _refuse_left_journal(path: Path) -> None:
    """A hot journal whose book is gone would be rolled back into the new one.

    Never removed by us: another process may have made the book a moment ago and be writing. So the
    journal is looked at first, the book second.
    """
    if _is_hot(path) and not path.exists():
        raise LedgerFault(
            "this key's book was taken away in the middle of a write",
            where=str(path),
            todo=f"put it back, or move {journal_of(path).name} away too",
        )


def _is_hot(path: Path) -> bool:
    """Whether the journal holds pages: at rest its header is zeros (sqlite.org/tempfiles.html)."""
    try:
        handle = open_plain(journal_of(path), os.O_RDONLY)
    except FileNotFoundError:
        return False
    try:
        return any(os.read(handle, 28))
    finally:
        os.close(handle)


def _refuse_strangers(link: sqlite3.Connection, path: Path) -> None:
    if link.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
        raise LedgerFault(
            "this file is not a key's book", where=str(path), todo="move it away; it is untouched"
        )
    found = link.execute("PRAGMA user_version").fetchone()[0]
    if found != VERSION:
        raise LedgerFault(
            f"this key's book was written by a newer Rushes (version {found})",
            where=str(path),
            todo="update Rushes; nothing was changed",
        )
