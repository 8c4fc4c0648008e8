"""What is read whole once and then only added to: failures, and what retakes were asked for.

One film a board, read from several threads: whoever loses a race has read twice.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from core.desk import workarounds
from core.ledger import records

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from core.desk.workarounds import Case, Of
    from core.ledger.plan_cache import PlannedShot
    from core.ledger.views import Reader
    from core.studio.pages.sight import Sight


@dataclass(frozen=True, slots=True)
class Failures:
    """The catalogue as it stands, and what it teaches."""

    reader: Reader
    marks: tuple[object, ...]
    by_shot: Mapping[str, tuple[dict[str, Any], ...]]
    """Newest first."""
    cases: tuple[Case, ...]
    """Of this film, then of earlier ones of this user."""
    said: dict[Of, tuple[str, ...]] = field(default_factory=dict)
    """What was worked out for shots of a kind so far."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What people asked of retakes, by shot, oldest first."""

    reader: Reader
    upto: int
    """The newest event that was looked at."""
    by_shot: Mapping[str, tuple[dict[str, Any], ...]]


_failures: Failures | None = None
_asked: Asked | None = None


def failures(sight: Sight, reader: Reader) -> Failures:
    """Read anew only when something was logged, here or in another film of this user."""
    global _failures  # noqa: PLW0603 - see above
    plan = sight.snapshot.signature if sight.snapshot else ""
    marks = (*records.failure_marks(reader), plan, _catalogue_mark())
    held = _failures
    if held is None or held.reader is not reader or held.marks != marks:
        rows = records.failures(reader)
        planned = {one.id: one for one in sight.snapshot.shots} if sight.snapshot else {}
        ours = [workarounds.of_row(_made_as(planned.get(row["shot"]), row), row) for row in rows]
        held = Failures(reader, marks, _by_shot(rows), (*ours, *workarounds.others(sight.places.root)))
        _failures = held
    return held


def known(sight: Sight, reader: Reader, shot: PlannedShot) -> tuple[str, ...]:
    """What failed in shots like this one and what helped, in the words of the quote before a retake."""
    held, of = failures(sight, reader), workarounds.Of(shot.kind, shot.provider, shot.model)
    if of not in held.said:
        held.said[of] = workarounds.said(held.cases, [of])
    return held.said[of]


def _catalogue_mark() -> tuple[int, int]:
    with suppress(OSError):
        stat = workarounds.place().stat()
        return stat.st_mtime_ns, stat.st_size
    return 0, 0


def _made_as(shot: PlannedShot | None, failure: dict[str, Any]) -> Of:
    """Kind, provider and model a failure is about: its take's, else what the plan says of its shot."""
    kind, provider, model = (shot.kind, shot.provider, shot.model) if shot else ("", "", "")
    return workarounds.Of(kind, failure["provider"] or provider, failure["model"] or model)


def retakes_of(reader: Reader, shot: str) -> tuple[dict[str, Any], ...]:
    """The events that ordered a new take of a shot, oldest first. Only newer events are looked at."""
    global _asked  # noqa: PLW0603 - see above
    held = _asked if _asked is not None and _asked.reader is reader else Asked(reader, 0, {})
    newest = reader.events(limit=1)
    upto = newest[0]["id"] if newest else 0
    if upto != held.upto:
        found = reversed(reader.events(after=held.upto, limit=upto - held.upto, kinds=("take.retake",)))
        more = _by_shot(one for one in found if one["id"] <= upto)
        both = {name: (*held.by_shot.get(name, ()), *rows) for name, rows in more.items()}
        held = Asked(reader, upto, {**held.by_shot, **both})
        _asked = held
    return held.by_shot.get(shot, ())


def _by_shot(rows: Iterable[dict[str, Any]]) -> dict[str, tuple[dict[str, Any], ...]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        found.setdefault(row["shot"], []).append(row)
    return {shot: tuple(held) for shot, held in found.items()}
