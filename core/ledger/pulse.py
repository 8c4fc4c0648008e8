"""What a board reads of a ledger: all of it once, then what moved since.

Whole columns come as one text each: SQLite puts them together while other threads run, where ten
thousand rows would stop for Python ten thousand times.
"""

from __future__ import annotations

from functools import partial
from itertools import repeat
from typing import TYPE_CHECKING

from core.ledger.shapes import BoardEvent as BoardEvent
from core.ledger.shapes import BoardTake as BoardTake
from core.ledger.shapes import Marks as Marks

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from core.ledger.views import Reader

_TAKE = "id, shot, n, state, order_id, provider, plan_hash, source_take, last_sha<>'', state_at, note"
_BETWEEN = "\x1f"
"""Between the values of a column; where one holds it, the rows are read one by one."""
_PLAIN = ("id", "shot", "n", "state", "order_id", "provider", "plan_hash", "last_sha<>''", "state_at")
_TEXTS = ", ".join(f"group_concat({name}, char(31))" for name in _PLAIN)
_SOURCES = "group_concat(coalesce(source_take, ''), char(31))"
_EVENT = "id, at, kind, chain, shot, take_id, text, data"
_AT_ONCE = 500
"""Names in one statement: old SQLites take 999."""
_take = partial(tuple.__new__, BoardTake)
_TRUE = {"1": True, "0": False}


def marks(reader: Reader) -> Marks:
    """Where the ledger stands. Read before what it is a mark of, so that nothing falls between."""
    tables = ", ".join(f"(SELECT coalesce(max(id), 0) FROM {name})" for name in Marks._fields)
    return Marks(*reader.rows(f"SELECT {tables}")[0])


def all_takes(reader: Reader) -> dict[str, list[BoardTake]]:
    """By shot, oldest first."""
    return _by_shot(_in_columns(reader) or _in_rows(reader))


def takes_of(reader: Reader, shots: Iterable[str]) -> dict[str, list[BoardTake]]:
    """The same of some shots; one without a take is not among them."""
    return _by_shot(take for some in _parts(shots) for take in _in_rows(reader, "shot", some))


def _in_rows(reader: Reader, column: str = "", names: Sequence[object] = ()) -> list[BoardTake]:
    where = f" WHERE {column} IN ({_marks(names)})" if column else ""
    rows = reader.rows(f"SELECT {_TAKE} FROM take{where} ORDER BY id", *names)
    return [_take((*row[:8], bool(row[8]), *row[9:])) for row in rows]


def _in_columns(reader: Reader) -> Iterator[BoardTake] | None:
    """None where there is no take, or a text that cannot be told apart from two."""
    found = reader.rows(f"SELECT {_TEXTS}, {_SOURCES}, count(*) FROM take")[0]
    count = found[-1]
    columns = [text.split(_BETWEEN) for text in found[:-1]] if count else []
    if not count or any(len(column) != count for column in columns):
        return None
    idents, shots, numbers, states, orders, providers, hashes, framed, moments, sources = columns
    told = dict(reader.rows("SELECT id, note FROM take WHERE note<>''"))
    ids = list(map(int, idents))
    rows = zip(
        *(ids, shots, map(int, numbers), states, orders, providers, hashes),
        (int(source) if source else None for source in sources),
        map(_TRUE.__getitem__, framed),
        moments,
        map(told.get, ids, repeat("")) if told else repeat("", count),
        strict=True,
    )
    return map(_take, rows)


def _by_shot(takes: Iterable[BoardTake]) -> dict[str, list[BoardTake]]:
    found: dict[str, list[BoardTake]] = {}
    several: set[str] = set()
    for take in takes:
        shot = take[1]
        if shot in found:
            found[shot].append(take)
            several.add(shot)
        else:
            found[shot] = [take]
    for shot in several:
        found[shot].sort(key=lambda take: take.n)
    return found


def events_after(reader: Reader, last: int, most: int) -> list[BoardEvent]:
    """Oldest first, at most so many."""
    rows = reader.rows(f"SELECT {_EVENT} FROM event WHERE id>? ORDER BY id LIMIT ?", last, most)
    return list(map(BoardEvent._make, rows))


def newest_events(reader: Reader, kinds: Sequence[str], most: int) -> list[BoardEvent]:
    """Of these kinds, newest first."""
    sql = f"SELECT {_EVENT} FROM event WHERE kind IN ({_marks(kinds)}) ORDER BY id DESC LIMIT ?"
    return list(map(BoardEvent._make, reader.rows(sql, *kinds, most)))


def progress_of(reader: Reader, takes: Iterable[int]) -> dict[int, float | None]:
    """The last progress the provider told of each, 0 to 1; one of which nothing was told is missing."""
    found: dict[int, float | None] = {}
    for some in _parts(takes):
        # The newest of a take is the row that `max` picks (sqlite.org/lang_select.html, bare columns).
        sql = (
            "SELECT take_id, data, max(id) FROM event WHERE kind='take.progress'"
            f" AND take_id IN ({_marks(some)}) GROUP BY take_id"
        )
        for take, data, _ in reader.rows(sql, *some):
            found[take] = progress_in(reader, data)
    return found


def progress_in(reader: Reader, data: str) -> float | None:
    """What a `take.progress` event tells."""
    value = reader.decoded(data).get("progress")
    return float(value) if isinstance(value, int | float) else None


def held_for(reader: Reader, takes: Iterable[int]) -> dict[int, int]:
    """Take to micro-dollars reserved on its submissions, in all."""
    found: dict[int, int] = {}
    for some in _parts(takes):
        sql = (
            "SELECT s.subject_id, sum(m.micro) FROM submission s"
            " JOIN money m ON m.submission_id=s.id AND m.kind='reserve'"
            f" WHERE s.subject_kind='take' AND s.subject_id IN ({_marks(some)}) GROUP BY s.subject_id"
        )
        found.update(reader.rows(sql, *some))
    return found


def moves_a_failure(reader: Reader, since: int) -> bool:
    """Whether a money row after `since` is of a take in the failure catalogue."""
    sql = (
        "SELECT 1 FROM money m JOIN submission s ON s.id=m.submission_id WHERE m.id>?"
        " AND s.subject_kind='take' AND s.subject_id IN (SELECT take_id FROM failure) LIMIT 1"
    )
    return bool(reader.rows(sql, since))


def _parts(names: Iterable[object]) -> Iterator[list[object]]:
    whole = list(names)
    for start in range(0, len(whole), _AT_ONCE):
        yield whole[start : start + _AT_ONCE]


def _marks(names: Sequence[object]) -> str:
    return ",".join("?" * len(names))
