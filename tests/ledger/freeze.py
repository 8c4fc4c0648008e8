"""Freezes a ledger as the newest step of the schema makes it: `python -m tests.ledger.freeze`.

Run once when a step is added, before the step is released. A frozen file is never written again:
it is what lies on people's disks.
"""

from __future__ import annotations

import sqlite3
import tempfile
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from core.ledger.db import APPLICATION_ID, STEPS, connect
from core.ledger.migrations import migrate
from tests.ledger.rows import fill

FOLDER = Path(__file__).parent / "ancestors"


def dump(link: sqlite3.Connection) -> str:
    """A ledger as SQL: header, tables, rows, triggers."""
    return "\n".join([f"PRAGMA application_id={APPLICATION_ID};", *link.iterdump()]) + "\n"


def freeze() -> Path:
    target = FOLDER / f"{STEPS[-1]}.sql"
    if target.exists():
        raise SystemExit(f"{target} is frozen already")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ledger.db"
        migrate(path, datetime(2026, 3, 1, 9, tzinfo=UTC))
        with closing(connect(path)) as link:
            fill(link)
            target.write_text(dump(link), "utf-8")
    return target


if __name__ == "__main__":
    print(freeze())
