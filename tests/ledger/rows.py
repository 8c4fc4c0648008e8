"""Rows for the ledger's tests: one of every table, and the few that stories are made of."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

from core.ledger.tables import Submission, Take

if TYPE_CHECKING:
    from pathlib import Path

AT = "2026-03-01T09:00:00.000Z"


def take(shot: str = "S101", n: int = 1, **more: Any) -> Take:
    fields: dict[str, Any] = {
        "chain": "one",
        "state": "planned",
        "order_id": "o1",
        "position": n,
        "seam": "text",
        "provider": "animatic",
        "model": "still",
        "seed": 7,
        **more,
    }
    return Take(shot=shot, n=n, **fields)


def submission(key: str, subject: int = 1, **more: Any) -> Submission:
    fields: dict[str, Any] = {
        "subject_kind": "take",
        "chain": "one",
        "shot": "S101",
        "state": "reserved",
        "provider": "animatic",
        "request_hash": "r",
        "day": "2026-03-01",
        **more,
    }
    return Submission(subject_id=subject, key=key, **fields)


ONE_OF_EACH: dict[str, dict[str, Any]] = {
    "event": {"at": AT, "kind": "take.planned", "take_id": 1},
    "chain": {"id": "one", "state": "active", "at": AT},
    "take": {
        "chain": "one",
        "shot": "S101",
        "n": 1,
        "state": "planned",
        "order_id": "o1",
        "position": 0,
        "seam": "text",
        "provider": "animatic",
        "model": "still",
        "seed": 7,
        "created_at": AT,
        "state_at": AT,
    },
    "submission": {
        "subject_kind": "take",
        "subject_id": 1,
        "state": "reserved",
        "provider": "animatic",
        "key": "k1",
        "request_hash": "r",
        "day": "2026-03-01",
    },
    "money": {"submission_id": 1, "kind": "reserve", "micro": 250_000, "certainty": "estimated", "at": AT},
    "balance": {"scope": "film", "id": "", "reserved": 250_000},
    "verdict": {
        "subject_kind": "take",
        "subject_id": "1",
        "take_id": 1,
        "verdict": "approve",
        "person": "A Director",
        "at": AT,
    },
    "note": {"subject_kind": "take", "subject_id": "1", "text": "the hand", "person": "A Director", "at": AT},
    "failure": {"category": "hands", "shot": "S101", "take_id": 1, "broke": "six", "person": "A", "at": AT},
    "measurement": {"subject_kind": "seam", "subject_id": "1", "name": "ssim", "value": 0.99, "at": AT},
    "hours": {"category": "review", "person": "A Director", "minutes": 20, "at": AT},
    "gate": {"kind": "spend", "subject": "one", "question": "go on?", "micro": 1, "at": AT},
    "gate_decision": {"gate_id": 1, "decision": "approve", "person": "A Director", "at": AT},
    "command": {"kind": "pause", "person": "A Director", "state": "queued", "at": AT},
    "task": {"title": "clear the music", "state": "open", "at": AT, "state_at": AT},
    "suggestion": {"text": "a wider lens", "source": "review", "reason": "crowded", "at": AT},
    "suggestion_decision": {"suggestion_id": 1, "decision": "reject", "person": "A Director", "at": AT},
    "account": {"provider": "animatic", "state": "active"},
    "rescue": {"take_id": 1, "approach": "relight", "person": "A Director", "at": AT},
    "score": {
        "subject_kind": "take",
        "subject_id": "1",
        "item": "sound",
        "score": 4,
        "person": "A Director",
        "at": AT,
    },
    "commitment": {"kind": "legal", "text": "the song is cleared", "person": "A Director", "at": AT},
    "commitment_row": {"commitment_id": 1, "kind": "closed", "text": "yes", "person": "A Director", "at": AT},
    "seen": {"person": "A Director", "at": AT},
}
"""A legal row of every table, in an order that foreign keys allow."""


def insert(link: sqlite3.Connection, table: str, *, verb: str = "INSERT", **more: Any) -> int:
    """Inserts the table's row, some of its fields replaced; returns its rowid."""
    row = {**ONE_OF_EACH[table], **more}
    marks = ", ".join("?" * len(row))
    done = link.execute(f"{verb} INTO {table} ({', '.join(row)}) VALUES ({marks})", tuple(row.values()))
    return int(done.lastrowid or 0)


def fill(link: sqlite3.Connection) -> None:
    """One row in every table."""
    for table in ONE_OF_EACH:
        insert(link, table)


def contents(link: sqlite3.Connection) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table."""
    names = [row[0] for row in link.execute("SELECT name FROM sqlite_master WHERE type='table'")]
    return {name: link.execute(f"SELECT * FROM {name} ORDER BY 1").fetchall() for name in names}  # noqa: S608


def contents_of(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    with closing(sqlite3.connect(path)) as link:
        return contents(link)


def schema_of(path: Path) -> list[tuple[str, str]]:
    """(name, text) of all that a ledger's schema is made of, white space apart."""
    with closing(sqlite3.connect(path)) as link:
        found = link.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name")
        return [(name, " ".join(sql.split())) for name, sql in found if not name.startswith("sqlite_")]
