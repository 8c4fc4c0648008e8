"""Reading by moment, and tables that an older ledger may not have yet. Nothing heavy is imported."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.ledger.views import Reader


def rows_of(reader: Reader, name: str) -> list[dict[str, Any]]:
    """A whole table, oldest first; empty where this ledger is older than the table."""
    return reader.table(name, "ORDER BY rowid") if has(reader, name) else []


def has(reader: Reader, name: str) -> bool:
    """Whether this ledger has a table yet: one that nobody wrote to since an update may not."""
    return bool(reader.rows("SELECT 1 FROM sqlite_master WHERE type='table' AND name=?", name))


def rows_since(reader: Reader, name: str, at: str) -> list[dict[str, Any]]:
    """Rows of a table with a moment of their own, later than `at`, oldest first."""
    return reader.table(name, "WHERE at>? ORDER BY id", at)


def events_since(reader: Reader, at: str, kinds: Sequence[str] = ()) -> list[dict[str, Any]]:
    """Events later than `at`, oldest first; their `data` decoded."""
    where = f"AND kind IN ({','.join('?' * len(kinds))})" if kinds else ""
    found = reader.table("event", f"WHERE at>? {where} ORDER BY id", at, *kinds)
    for row in found:
        row["data"] = reader.decoded(row["data"])
    return found


def settled_between(reader: Reader, at: str, until: str) -> list[tuple[str, int, str]]:
    """(provider, micro-dollars, certainty) of all that was settled or written off after `at`, `until`
    included."""
    sql = (
        "SELECT s.provider, m.micro, m.certainty FROM money m JOIN submission s ON s.id=m.submission_id"
        " WHERE m.kind IN ('settle', 'writeoff') AND m.at>? AND m.at<=? ORDER BY m.id"
    )
    return [(str(row[0]), int(row[1]), str(row[2])) for row in reader.rows(sql, at, until)]


def take_names(reader: Reader) -> dict[int, tuple[str, int]]:
    """Take id to its shot and number."""
    return {int(row[0]): (str(row[1]), int(row[2])) for row in reader.rows("SELECT id, shot, n FROM take")}


def span(reader: Reader) -> tuple[str, str]:
    """Moments of the first and the last event; empty before there is one."""
    found = reader.rows("SELECT min(at), max(at) FROM event")[0]
    return (found[0] or "", found[1] or "")


def last_of(reader: Reader, kind: str) -> dict[str, Any] | None:
    """The last event of a kind, if there was one."""
    found = reader.events(limit=1, kinds=(kind,))
    return found[0] if found else None


def refusals(reader: Reader) -> tuple[int, int]:
    """Ids of the last refusal and of the last logged failure: with new ones, more words are known to be
    refused."""
    sql = (
        "SELECT coalesce((SELECT max(id) FROM event WHERE kind='take.refused'), 0),"
        " coalesce((SELECT max(id) FROM failure), 0)"
    )
    found = reader.rows(sql)[0]
    return int(found[0]), int(found[1])


def seen_at(reader: Reader, person: str) -> str:
    """When a person last asked what happened; empty: never."""
    found = [row["at"] for row in rows_of(reader, "seen") if row["person"] == person]
    return str(found[0]) if found else ""
