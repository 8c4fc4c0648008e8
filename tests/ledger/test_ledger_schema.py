"""What the database itself refuses, whoever asks."""

from __future__ import annotations

import ast
import math
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy.dialects.sqlite import dialect
from sqlmodel import SQLModel

from core.base.errors import BadInput, LedgerFault
from core.ledger import tables
from core.ledger.db import connect, connect_read_only, ledger_errors
from core.ledger.schema import APPEND_ONLY, DESK_APPEND_ONLY, NEVER_DELETED
from tests.ledger.rows import ONE_OF_EACH, contents, fill, insert, submission, take

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from core.ledger.append import Ledger

CLASSES = [
    found
    for found in vars(tables).values()
    if isinstance(found, type) and issubclass(found, SQLModel) and hasattr(found, "__table__")
]
KINDS = {"VARCHAR": "TEXT", "INTEGER": "INTEGER", "FLOAT": "REAL"}
BY_THE_WRITER = {"at", "created_at", "state_at", "command.state", "task.state"}
"""Columns without a default in the schema that a writer may leave out: the class fills them."""
REFUSED = sqlite3.IntegrityError


@pytest.fixture
def link(ledger: Ledger) -> Iterator[sqlite3.Connection]:
    with closing(connect(ledger.path)) as opened:
        yield opened


@pytest.fixture
def full(link: sqlite3.Connection) -> sqlite3.Connection:
    """A ledger with one row in every table."""
    fill(link)
    return link


# The classes and the tables


def test_every_table_has_its_class_and_every_class_its_table(link: sqlite3.Connection) -> None:
    there = {row[0] for row in link.execute("SELECT name FROM sqlite_master WHERE type='table'")}
    assert {str(found.__table__.name) for found in CLASSES} == there - {"migration", "sqlite_sequence"}  # type: ignore[attr-defined]
    assert set(ONE_OF_EACH) == there - {"migration", "sqlite_sequence"}


@pytest.mark.parametrize("row", CLASSES, ids=lambda row: row.__name__)
def test_a_row_class_is_its_table_column_by_column(link: sqlite3.Connection, row: type[SQLModel]) -> None:
    table = row.__table__  # type: ignore[attr-defined]
    there = {
        name: (kind, bool(notnull), bool(pk))
        for _, name, kind, notnull, _, pk in link.execute(f"PRAGMA table_info({table.name})")
    }
    rowid = "id" in row.model_fields and row.model_fields["id"].annotation is not str
    # A rowid is never NULL, and SQLite does not call it NOT NULL.
    ours = {
        column.name: (
            KINDS[column.type.compile(dialect())],
            not column.nullable and not (column.primary_key and column.name == "id" and rowid),
            column.primary_key,
        )
        for column in table.columns
    }
    assert ours == there


@pytest.mark.parametrize("row", CLASSES, ids=lambda row: row.__name__)
def test_a_row_class_leaves_out_what_its_table_does_and_with_the_same_value(
    link: sqlite3.Connection, row: type[SQLModel]
) -> None:
    table = row.__table__  # type: ignore[attr-defined]
    fields = {("pass" if name == "pass_" else name): field for name, field in row.model_fields.items()}
    for _, name, _, notnull, default, pk in link.execute(f"PRAGMA table_info({table.name})"):
        field = fields[name]
        if default is not None:
            assert field.default == ast.literal_eval(default), name
        elif not notnull or (pk and name == "id" and field.annotation is not str):
            assert field.default is None, name
        elif {name, f"{table.name}.{name}"} & BY_THE_WRITER:
            assert isinstance(field.default, str), name
        else:
            assert field.is_required(), name


# Nothing is edited, nothing is deleted


def test_what_happened_is_append_only() -> None:
    assert {*APPEND_ONLY, *DESK_APPEND_ONLY} == {
        *("rescue", "score", "commitment", "commitment_row"),
        "event",
        "money",
        "verdict",
        "note",
        "failure",
        "measurement",
        "hours",
        "gate_decision",
        "suggestion_decision",
    }


@pytest.mark.parametrize("table", [*APPEND_ONLY, *DESK_APPEND_ONLY])
def test_an_append_only_row_is_neither_changed_nor_deleted_nor_replaced(
    full: sqlite3.Connection, table: str
) -> None:
    before = contents(full)
    columns = [row[1] for row in full.execute(f"PRAGMA table_info({table})")]
    for column in columns:
        with pytest.raises(REFUSED, match="append-only"):
            full.execute(f"UPDATE {table} SET {column} = {column}")  # noqa: S608
    with pytest.raises(REFUSED, match="never deleted"):
        full.execute(f"DELETE FROM {table}")  # noqa: S608
    with pytest.raises(REFUSED, match="never deleted"):
        insert(full, table, verb="INSERT OR REPLACE", id=1)
    assert contents(full) == before


@pytest.mark.parametrize("table", NEVER_DELETED)
def test_rows_that_move_are_never_deleted(full: sqlite3.Connection, table: str) -> None:
    before = contents(full)
    with pytest.raises(REFUSED, match="never deleted"):
        full.execute(f"DELETE FROM {table}")  # noqa: S608
    assert contents(full) == before


def test_every_table_but_the_running_sums_and_who_looked_when_is_guarded() -> None:
    guarded = {*APPEND_ONLY, *DESK_APPEND_ONLY, *NEVER_DELETED}
    assert set(ONE_OF_EACH) - guarded == {"balance", "seen"}


@pytest.mark.parametrize(("column", "value"), [("id", 99), ("shot", "S102"), ("n", 2), ("seed", 8)])
def test_a_take_keeps_its_shot_number_and_seed(full: sqlite3.Connection, column: str, value: object) -> None:
    with pytest.raises(REFUSED, match="keeps its shot, number and seed"):
        full.execute(f"UPDATE take SET {column} = ?", (value,))  # noqa: S608
    full.execute("UPDATE take SET state = 'ready', note = 'moved'")


@pytest.mark.parametrize(
    ("column", "value"),
    [("subject_kind", "asset"), ("subject_id", 2), ("provider", "fal"), ("key", "k9"), ("request_hash", "x")],
)
def test_a_submission_keeps_what_it_was_opened_for(
    full: sqlite3.Connection, column: str, value: object
) -> None:
    with pytest.raises(REFUSED, match="keeps its subject"):
        full.execute(f"UPDATE submission SET {column} = ?", (value,))  # noqa: S608
    full.execute("UPDATE submission SET state = 'intent'")


@pytest.mark.parametrize("other", ["job-2", None])
def test_a_job_keeps_its_owner(full: sqlite3.Connection, other: str | None) -> None:
    full.execute("UPDATE submission SET job_id = 'job-1'")
    full.execute("UPDATE submission SET job_id = 'job-1', state = 'closed'")
    with pytest.raises(REFUSED, match="a job keeps its owner"):
        full.execute("UPDATE submission SET job_id = ?", (other,))


# One of each


@pytest.mark.parametrize("second", ["reserved", "intent", "in_doubt", "accepted"])
@pytest.mark.parametrize("first", ["reserved", "intent", "in_doubt", "accepted"])
def test_a_subject_has_one_live_submission(link: sqlite3.Connection, first: str, second: str) -> None:
    insert(link, "submission", state=first)
    with pytest.raises(REFUSED, match="UNIQUE"):
        insert(link, "submission", state=second, key="k2")
    insert(link, "submission", state=second, key="k2", subject_id=2)
    insert(link, "submission", state=second, key="k3", subject_kind="asset")


@pytest.mark.parametrize("ended", ["not_sent", "refused", "absent", "cancelled", "written_off", "closed"])
def test_a_submission_that_ended_lets_another_live_and_does_not_come_back(
    link: sqlite3.Connection, ended: str
) -> None:
    insert(link, "submission", state=ended)
    insert(link, "submission", key="k2")
    with pytest.raises(REFUSED, match="UNIQUE"):
        link.execute("UPDATE submission SET state = 'accepted' WHERE key = 'k1'")


def test_a_job_has_one_owner_at_a_provider(link: sqlite3.Connection) -> None:
    insert(link, "submission", job_id="job-1")
    with pytest.raises(REFUSED, match="UNIQUE"):
        insert(link, "submission", job_id="job-1", key="k2", subject_id=2)
    insert(link, "submission", job_id="job-1", key="k3", subject_id=3, provider="fal")
    insert(link, "submission", key="k4", subject_id=4)
    insert(link, "submission", key="k5", subject_id=5)


@pytest.mark.parametrize("kind", ["reserve", "commit", "settle", "release", "writeoff"])
def test_a_submission_has_one_money_row_a_kind(link: sqlite3.Connection, kind: str) -> None:
    insert(link, "submission")
    insert(link, "money", kind=kind)
    with pytest.raises(REFUSED, match="UNIQUE"):
        insert(link, "money", kind=kind, micro=1)


def test_a_take_number_and_a_key_are_given_once(link: sqlite3.Connection) -> None:
    insert(link, "take")
    with pytest.raises(REFUSED, match="UNIQUE"):
        insert(link, "take", chain="two")
    insert(link, "submission", state="closed")
    with pytest.raises(REFUSED, match="UNIQUE"):
        insert(link, "submission", subject_id=2)


# Only what makes sense


@pytest.mark.parametrize("sum_", [-1, 1.5, math.nan, math.inf, "0,80", "nan", b"1", 10**15 + 1, None])
def test_a_sum_that_is_no_whole_number_of_micro_dollars_is_refused(
    link: sqlite3.Connection, sum_: object
) -> None:
    insert(link, "submission")
    for kind in ("reserve", "settle"):
        with pytest.raises(REFUSED):
            insert(link, "money", kind=kind, micro=sum_)


@pytest.mark.parametrize("sum_", [-1, 1.5, math.inf, "0,80", b"1"])
@pytest.mark.parametrize(
    ("table", "column"),
    [
        *(("balance", column) for column in ("reserved", "committed", "settled")),
        ("take", "would_cost"),
        ("gate", "micro"),
        ("failure", "micro"),
    ],
)
def test_no_sum_in_any_table_is_negative_or_a_float(
    link: sqlite3.Connection, table: str, column: str, sum_: object
) -> None:
    insert(link, "take", n=2)
    more = {"n": 3} if table == "take" else {}
    with pytest.raises(REFUSED):
        insert(link, table, **{**more, "take_id": None} if table == "failure" else more, **{column: sum_})


@pytest.mark.parametrize(
    ("table", "wrong"),
    [
        ("chain", {"state": "paused"}),
        ("chain", {"pause_reason": "budget"}),
        ("chain", {"state": "paused", "pause_reason": "tired"}),
        ("chain", {"state": "stopped"}),
        ("take", {"n": 0}),
        ("take", {"seed": -1}),
        ("take", {"seed": 2**31}),
        ("submission", {"state": "sent"}),
        ("submission", {"subject_kind": "seam"}),
        ("money", {"kind": "refund"}),
        ("money", {"certainty": "zero"}),
        ("verdict", {"verdict": "maybe"}),
        ("verdict", {"person": ""}),
        ("gate_decision", {"person": ""}),
        ("suggestion_decision", {"decision": "later"}),
        ("command", {"state": "running"}),
        ("task", {"state": "late"}),
        ("account", {"state": "unknown"}),
    ],
)
def test_a_word_the_ledger_does_not_know_is_refused(
    link: sqlite3.Connection, table: str, wrong: dict[str, Any]
) -> None:
    link.execute("PRAGMA foreign_keys=OFF")
    with pytest.raises(REFUSED, match="CHECK"):
        insert(link, table, **wrong)
    insert(link, table)


@pytest.mark.parametrize(
    ("table", "orphan"),
    [
        ("money", {}),
        ("verdict", {}),
        ("failure", {}),
        ("failure", {"take_id": None, "supersedes": 5}),
        ("measurement", {"take_id": 5}),
        ("gate_decision", {}),
        ("suggestion_decision", {}),
        ("take", {"source_take": 5}),
    ],
)
def test_a_row_that_speaks_of_nothing_is_refused(
    link: sqlite3.Connection, table: str, orphan: dict[str, Any]
) -> None:
    with pytest.raises(REFUSED, match="FOREIGN KEY"):
        insert(link, table, **orphan)


# How it is opened


def test_a_writer_is_durable_and_keeps_every_guard_up(link: sqlite3.Connection) -> None:
    told = ("journal_mode", "synchronous", "foreign_keys", "recursive_triggers", "trusted_schema")
    assert [link.execute(f"PRAGMA {name}").fetchone()[0] for name in told] == ["persist", 2, 1, 1, 0]


def test_the_connection_that_rows_go_through_is_such_a_writer(ledger: Ledger) -> None:
    row = submission("k1")
    with pytest.raises(LedgerFault, match="FOREIGN KEY"), ledger.write() as w:
        w.add(tables.Money(submission_id=9, kind="reserve", micro=1, certainty="exact"))
    with ledger.write() as w:
        w.add(take())
        assert w.add(row) == 1
        settings = [
            w.link.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "recursive_triggers")
        ]
    assert settings == ["persist", 2, 1, 1]


def test_a_reader_cannot_write(ledger: Ledger) -> None:
    with (
        closing(connect_read_only(ledger.path)) as link,
        pytest.raises(BadInput, match="cannot be written"),
        ledger_errors(ledger.path),
    ):
        insert(link, "account")


def test_a_ledger_that_is_not_there_is_not_made_by_looking(path: Path) -> None:
    for open_ in (connect, connect_read_only):
        with pytest.raises(BadInput, match="no ledger here yet"):
            open_(path)
    assert not path.parent.exists()
