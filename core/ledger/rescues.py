"""Reading where brought takes come from: one row a take."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from core.ledger.views import Reader

_ABOUT = ("approach", "original_model", "source", "micro", "note", "person", "at")
_TAKE = ("take_id", "shot", "take", "state", "model", "sha", "take_note")
_SQL = (
    "SELECT r.approach, r.original_model, r.source, r.micro, r.note, r.person, r.at, o.shot, o.n,"
    " t.id, t.shot, t.n, t.state, t.model, t.sha, t.note"
    " FROM rescue r JOIN take t ON t.id=r.take_id LEFT JOIN take o ON o.id=r.of_take"
)


def of_take(reader: Reader, take_id: int) -> dict[str, Any] | None:
    """Approach, original model, source, micro (None: unknown), note, person, at, and `of` with its shot
    and take (None: it rescues none of ours); None for a take that nobody brought."""
    found = reader.rows(f"{_SQL} WHERE r.take_id=?", take_id)
    return _about(found[0]) if found else None


def all_of(reader: Reader, shot: str | None = None) -> list[dict[str, Any]]:
    """As `of_take`, oldest first, with `take_id`, `shot`, `take`, `state`, `model`, `sha` and `take_note`
    of the take that came in."""
    where, args = (" WHERE t.shot=?", (shot,)) if shot else ("", ())
    rows = reader.rows(f"{_SQL}{where} ORDER BY r.id", *args)
    return [{**_about(row), **dict(zip(_TAKE, row[9:], strict=True))} for row in rows]


def _about(row: Any) -> dict[str, Any]:
    of = {"shot": row[7], "take": row[8]} if row[7] is not None else None
    return {**dict(zip(_ABOUT, row[:7], strict=True)), "of": of}
