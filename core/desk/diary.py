"""diary.md: generated tables between markers; a person's prose outside them is never touched."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.base.errors import BadInput
from core.base.paths import disk_errors, write_atomic
from core.desk import diary_text, workflow
from core.desk.diary_facts import Record, rows_of, totals_of
from core.ledger import records

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from core.engine.production import Production
    from core.ledger.plan_cache import Snapshot
    from core.ledger.views import Reader, TakeRow

FILE = "diary.md"
TRIES = 3
"""A person may save the diary while it is being filled: then it is filled again."""


def write_diary(production: Production, snapshot: Snapshot) -> Path:
    """Fills the diary's stretches, or begins one; returns its path. A rehearsal has a diary of its own.

    Where the shots' markers are missing, a fresh section goes to the end, and both the section and the
    event say so. Where they are doubled, alone or in the wrong order nothing is written: BadInput
    names the lines. A diary that would not change is not written.
    """
    path = (production.home / FILE).resolve()
    record = collect(production.reader, snapshot)
    texts = _texts(record)
    for _ in range(TRIES):
        was = _read(path)
        now, added = _anew(was, texts, snapshot)
        if now == was:
            return path
        if _read(path) == was:
            write_atomic(path, now)
            _say(production, len(record.shots), added=added)
            return path
    raise BadInput(
        "the diary is being changed by another program", where=str(path), todo="save it there, then try again"
    )


def as_it_would_be(was: bytes | None, reader: Reader, snapshot: Snapshot) -> bytes:
    """The diary `was` (None: there is none yet) with its stretches as the ledger stands. Writes nothing.

    Raises BadInput, naming the lines, where its markers are no pairs.
    """
    return _anew(was, _texts(collect(reader, snapshot)), snapshot)[0]


def _anew(was: bytes | None, texts: Mapping[str, str], snapshot: Snapshot) -> tuple[bytes, bool]:
    """The diary filled anew, and whether the shots' section had to be added at its end."""
    diary = was if was is not None else diary_text.skeleton(str(snapshot.film["title"]))
    now, missing = diary_text.filled(diary, texts, FILE)
    added = "shots" in missing
    return (diary_text.appended(now, texts["shots"]) if added else now), added


def is_behind(home: Path, reader: Reader, snapshot: Snapshot) -> bool:
    """Whether writing it now would change it, or cannot: its markers are no pairs. False where none is."""
    was = _read(home / FILE)
    if was is None:
        return False
    try:
        return diary_text.filled(was, _texts(collect(reader, snapshot)), FILE)[0] != was
    except BadInput:
        return True  # `rushes diary` names the lines


def _texts(record: Record) -> dict[str, str]:
    return {
        "shots": diary_text.shots_table(rows_of(record)),
        "totals": diary_text.totals_paragraph(totals_of(record)),
        "workflow": diary_text.workflow_table(record.log),
    }


def collect(reader: Reader, snapshot: Snapshot) -> Record:
    """All rows the diary is made of."""
    takes: dict[str, list[TakeRow]] = {}
    for take in reader.all_takes():
        takes.setdefault(take.shot, []).append(take)
    for made in takes.values():
        made.sort(key=lambda take: take.n)
    rejects = {
        int(row["take_id"]): str(row["note"])
        for row in records.verdicts(reader)
        if row["take_id"] is not None and row["verdict"] == "reject"
    }
    return Record(
        shots=snapshot.shots,
        takes=takes,
        notes=rejects,
        failures=list(reversed(records.failures(reader))),
        spend=records.spend_rows(reader),
        log=workflow.lines(reader),
    )


def _read(path: Path) -> bytes | None:
    try:
        with disk_errors(path):
            return path.read_bytes()
    except FileNotFoundError:
        return None


def _say(production: Production, shots: int, *, added: bool) -> None:
    text = f"{shots} shots written into {FILE}"
    if added:
        text += "; its markers were missing, so a section was added at the end"
    with production.ledger.write() as w:
        w.event("diary.written", text)
