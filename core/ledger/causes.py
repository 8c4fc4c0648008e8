"""What a failure may be proposed for: refusals, lost takes, rejects and drift. Read by marks, cheaply."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from core.ledger.views import Reader

REFUSED = "take.refused"
LOST = ("take.remote_failed", "take.broken", "take.expired")


class Marks(NamedTuple):
    """How far each table was looked through."""

    event: int = 0
    verdict: int = 0
    measurement: int = 0


class Cause(NamedTuple):
    ref: str
    """Names it for ever: `event:12`, `take:7`, `verdict:3`, `measurement:9`."""
    kind: str
    """refusal, lost take, reject, drift."""
    row: int
    """Of its table."""
    take_id: int
    at: str
    text: str
    data: dict[str, Any]


def since(reader: Reader, marks: Marks) -> tuple[list[Cause], Marks]:
    """Causes after `marks`, in the order they came, and the marks for the next look."""
    tops = (reader.rows(f"SELECT coalesce(max(id), 0) FROM {table}")[0][0] for table in Marks._fields)
    top = Marks(*tops)
    if top == marks:
        return [], marks
    found = [*_events(reader, marks.event, top.event), *_rejects(reader, marks.verdict, top.verdict)]
    found += _drift(reader, marks.measurement, top.measurement)
    return sorted(found, key=lambda cause: cause.at), top


def _events(reader: Reader, after: int, top: int) -> list[Cause]:
    sql = (
        "SELECT id, kind, take_id, at, text, data FROM event WHERE id>? AND id<=? AND take_id IS NOT NULL"
        " AND kind IN (?, ?, ?, ?) ORDER BY id"
    )
    return [
        Cause(
            f"event:{row}" if kind == REFUSED else f"take:{take}",
            "refusal" if kind == REFUSED else "lost take",
            *(row, take, at, text, {"event": kind, **reader.decoded(data)}),
        )
        for row, kind, take, at, text, data in reader.rows(sql, after, top, REFUSED, *LOST)
    ]


def _rejects(reader: Reader, after: int, top: int) -> list[Cause]:
    sql = (
        "SELECT id, take_id, at, note, person FROM verdict WHERE id>? AND id<=? AND verdict='reject'"
        " AND subject_kind='take' AND take_id IS NOT NULL ORDER BY id"
    )
    return [
        Cause(f"verdict:{row}", "reject", row, take, at, note, {"person": person})
        for row, take, at, note, person in reader.rows(sql, after, top)
    ]


def _drift(reader: Reader, after: int, top: int) -> list[Cause]:
    sql = (
        "SELECT id, take_id, at, name, value FROM measurement WHERE id>? AND id<=? AND name LIKE 'drift%'"
        " AND take_id IS NOT NULL ORDER BY id"
    )
    return [
        Cause(f"measurement:{row}", "drift", row, take, at, name, {"value": value})
        for row, take, at, name, value in reader.rows(sql, after, top)
    ]


def was_refused_after(reader: Reader, take_id: int, event: int) -> bool:
    """Whether a take's loss was its refusal: some providers look at a request only once it runs."""
    sql = "SELECT 1 FROM event WHERE take_id=? AND kind=? AND id>? LIMIT 1"
    return bool(reader.rows(sql, take_id, REFUSED, event))


def proposed(reader: Reader) -> set[str]:
    """The causes for which a failure was proposed already, accepted, rejected or open."""
    sql = "SELECT json_extract(data, '$.of') FROM suggestion WHERE kind='failure'"
    return {str(row[0]) for row in reader.rows(sql) if row[0]}
