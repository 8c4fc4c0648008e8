"""Notes on a shot, or on a moment of a take; a later row resolves an earlier one."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from core.base.errors import BadInput
from core.base.text import one_line
from core.desk.review import find_take
from core.engine import sidecar
from core.ledger import records
from core.ledger.tables import Note

if TYPE_CHECKING:
    from core.desk.person import Person
    from core.engine.production import Production
    from core.ledger.views import TakeRow

_TIMECODE = re.compile(r"(\d{1,2}):([0-5]\d):([0-5]\d)[:;](\d{1,3})", re.ASCII)
_SECONDS = re.compile(r"\d{1,6}(\.\d{1,6})?", re.ASCII)


def timecode(text: str, fps: Fraction, frames: int) -> str:
    """`HH:MM:SS:FF` of a moment in a take that is `frames` long, from that form or from seconds.

    Frames are counted without dropping: at 24000/1001 a second of timecode has 24. Raises BadInput for
    what is no moment, or none of this take.
    """
    nominal = -(-fps.numerator // fps.denominator)  # 23.976 counts to 24
    written = text.strip()
    if found := _TIMECODE.fullmatch(written):
        hours, minutes, seconds, frame = map(int, found.groups())
        if frame >= nominal:
            raise BadInput(
                f"'{written}' has a frame {frame}, and a second has {nominal}",
                todo=f"frames count from 00 to {nominal - 1:02d}",
            )
        at = ((hours * 60 + minutes) * 60 + seconds) * nominal + frame
    elif _SECONDS.fullmatch(written):
        at = int(Fraction(written) * fps)
    else:
        raise BadInput(
            f"'{one_line(text, 40)}' is no timecode",
            todo="write HH:MM:SS:FF or seconds, like 00:00:02:12 or 2.5",
        )
    if at >= frames:
        raise BadInput(
            f"{written} is after the end: the take has {frames} frames at {fps} a second",
            todo=f"its last moment is {_spelt(frames - 1, nominal)}",
        )
    return _spelt(at, nominal)


def _spelt(frame: int, nominal: int) -> str:
    seconds, rest = divmod(frame, nominal)
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}:{rest:02d}"


def add(p: Production, shot: str, text: str, n: int | None, at: str, person: Person) -> str:
    """A note on a shot, or with `n` or `at` on a take of it. Returns a sentence. Raises BadInput."""
    chain = p.plan.chain_of(shot).id
    if not text.strip():
        raise BadInput("the note is empty", todo='like: rushes note S101 "the boat is late"')
    take = find_take(p, shot, n) if n is not None or at else None
    moment = timecode(at, *_length(p, take)) if take and at else ""
    with p.ledger.write() as w:
        row = w.add(
            Note(
                subject_kind="shot",
                subject_id=shot,
                shot=shot,
                timecode=moment,
                text=text,
                person=person.name,
                take_id=take.id if take else None,
            )
        )
        w.event("note.added", text, chain=chain, shot=shot, take_id=take.id if take else None)
    of = f" take {take.n}" if take else ""
    return f"note {row} on {shot}{of}{f' at {moment}' if moment else ''}"


def _length(p: Production, take: TakeRow) -> tuple[Fraction, int]:
    """Frames a second and frames of a take: as its clip was measured, else as it was ordered."""
    probe: Any = sidecar.read(p.files(take.shot, take.n)).get("probe")
    try:
        return Fraction(probe["fps"]), int(probe["frames"])
    except (TypeError, KeyError, ValueError, ZeroDivisionError):
        ordered = records.ordered(p.reader, take.id)  # a sidecar may be gone, or half a person's
        return Fraction(ordered.fps) if ordered.fps else p.plan.profile.fps, ordered.frames


def resolve(p: Production, ident: int, text: str, person: Person) -> str:
    """A row that settles note `ident`. Raises BadInput where there is none, or it is settled already."""
    if not text.strip():
        raise BadInput(
            "say how it was resolved", todo=f'like: rushes note --resolve {ident} "done in take 3"'
        )
    with p.ledger.write() as w:
        # Read inside: two people may settle one note at once, and the second is told.
        found = p.reader.table("note", "WHERE id=?", ident)
        if not found:
            last = p.reader.table("note", "WHERE resolves IS NULL ORDER BY id DESC LIMIT 1")
            near = str(last[0]["id"]) if last else ""
            raise BadInput(f"there is no note {ident}", nearest=near, todo="`rushes takes SHOT` lists notes")
        note = found[0]
        if note["resolves"]:
            raise BadInput(
                f"note {ident} resolves note {note['resolves']} itself", todo="nothing was written"
            )
        settled = p.reader.table("note", "WHERE resolves=? ORDER BY id LIMIT 1", ident)
        if settled:
            raise BadInput(
                f"note {ident} was resolved by {settled[0]['person']}: {one_line(settled[0]['text'], 80)}",
                todo="nothing was written; a new note says more",
            )
        about = {name: note[name] for name in ("subject_kind", "subject_id", "shot", "take_id", "timecode")}
        w.add(Note(**about, text=text, person=person.name, resolves=ident))
        chain = p.plan.chain_of(note["shot"]).id if p.plan.has(note["shot"]) else ""
        w.event("note.resolved", text, chain=chain, shot=note["shot"], take_id=note["take_id"])
    return f"note {ident} resolved"
