"""The seams of the film on screen: the end of one shot beside the opening of the next, and its verdict.

Reading imports nothing heavy; `measured` does, and is asked for like a picture, after all else is there.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from core.base.errors import BadInput
from core.desk import scores as rubric
from core.desk import standing
from core.ledger import records
from core.studio.pages.changes import take_folder
from core.studio.pages.review import known_shas, score_rows
from core.studio.pages.review_rows import FrameRow, ScoreLine

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from core.desk.standing import SeamRow
    from core.ledger.views import Reader, TakeRow
    from core.studio.assembly import Opened
    from core.studio.pages.sight import Sight
    from core.studio.rows import ShotRow

FIXES: tuple[str, ...] = ("trim", "dissolve", "bridge", "retake")
"""How a seam that is not good is mended; the desk's own words, held together by a test."""


AHEAD = 20
"""Seams that can be judged without waiting for a reading in between."""


class SeamPage(NamedTuple):
    """One seam of the film."""

    seam: SeamRow | None
    """None: a film of fewer than two shots."""
    at: int = 0
    """Its place among the film's seams, 1-based."""
    total: int = 0
    unjudged: int = 0
    """Seams of the film whose two frames lie there and nobody has decided on."""
    earlier: str = ""
    later: str = ""
    """Ids of the seams beside it; empty at the film's ends."""
    open_after: tuple[str, ...] = ()
    """The next seams nobody has decided on, round the end, without this one; at most AHEAD."""
    continues: str = ""
    """What the right take began from: `S101 t02`; empty where from no frame."""
    frames: tuple[FrameRow, ...] = ()
    """The end of the left take and the opening of the right one, as far as they lie there."""
    left: ShotRow | None = None
    right: ShotRow | None = None
    scores: tuple[ScoreLine, ...] = ()
    """Every item of the film's rubric in its order."""


class Alike(NamedTuple):
    """Two frames measured against one another."""

    left: FrameRow
    right: FrameRow
    ssim: float | None
    """1 for identical ones; None where they cannot be compared."""
    sharp: tuple[float | None, float | None]
    """Of each, levels squared; compares frames of one clip, not of two."""
    why: str = ""
    """Why there is no similarity."""


class Measured(NamedTuple):
    pairs: tuple[Alike, ...]


def read(sight: Sight, shot: str, seam: str = "") -> SeamPage:
    """The seam named `S101/S102`; without one, the seam after `shot`, or of the last shot the one before."""
    live = [row for row in sight.glance.shots if row.state != "omitted"]
    joins = list(pairwise(live))
    at = _place(joins, shot, seam)
    if at is None:
        return SeamPage(None)
    words = records.newest_words(sight.reader, "seam") if sight.reader else {}
    waiting = [
        index
        for index, (left, right) in enumerate(joins)
        if left.usable is not None
        and right.usable is not None
        and words.get(f"{left.id}/{right.id}", "hold") == "hold"
    ]
    after = [index for index in waiting if index > at] + [index for index in waiting if index < at]
    page = SeamPage(
        None,
        at=at + 1,
        total=len(joins),
        unjudged=len(waiting),
        earlier=_named(joins[at - 1]) if at else "",
        later=_named(joins[at + 1]) if at + 1 < len(joins) else "",
        open_after=tuple(_named(joins[index]) for index in after[:AHEAD]),
    )
    verdict = records.newest_verdict(sight.reader, "seam", _named(joins[at])) if sight.reader else {}
    return _filled(sight, page, *joins[at], verdict)


def _named(join: tuple[ShotRow, ShotRow]) -> str:
    return f"{join[0].id}/{join[1].id}"


def _place(joins: list[tuple[ShotRow, ShotRow]], shot: str, seam: str) -> int | None:
    left, _, right = seam.partition("/")
    tests: tuple[Callable[[tuple[ShotRow, ShotRow]], bool], ...] = (
        lambda join: bool(seam) and join[0].id == left and join[1].id == right,
        lambda join: join[0].id == shot,
        lambda join: join[1].id == shot,
    )
    found = (at for test in tests for at, join in enumerate(joins) if test(join))
    return next(found, 0 if joins else None)


def _filled(
    sight: Sight, page: SeamPage, left: ShotRow, right: ShotRow, verdict: dict[str, object]
) -> SeamPage:
    """The page with the seam as it stands, its frames, and what the right take began from."""
    takes = {row.id: found for row in (left, right) if (found := _stands(sight.reader, row))}
    outline = standing.Outline(sight.places.root, sight.places.home, (), ())
    join = standing.Join(left.id, right.id, right.chain, right.seam)
    shas = known_shas(sight.places.root)
    row = standing.seam_row(outline, join, takes, verdict, shas)
    shas.keep()
    frames = []
    if left.id in takes:
        frames.append(FrameRow("last", left.id, takes[left.id].n, "last"))
    if right.id in takes:
        frames.append(FrameRow("next", right.id, takes[right.id].n, "first"))
    source = takes[right.id].source_take if right.id in takes else None
    came = sight.reader.take(source) if sight.reader and source else None
    continues = f"{came.shot} t{came.n:02d}" if came else ""
    own = sight.snapshot.film.get("rubric", ()) if sight.snapshot else ()
    given = rubric.scores(sight.reader, "seam", row.id)
    return page._replace(
        seam=row,
        frames=tuple(frames),
        continues=continues,
        left=left,
        right=right,
        scores=score_rows(rubric.items_of(own), given, row.sha),
    )


def _stands(reader: Reader | None, row: ShotRow) -> TakeRow | None:
    return reader.take_of(row.id, row.usable) if reader and row.usable is not None else None


def measured(sight: Sight, pairs: Sequence[tuple[FrameRow, FrameRow]]) -> Measured:
    """Measures frames two by two. Slow at first: numpy is imported and pictures are decoded."""
    home = sight.places.home
    return Measured(
        tuple(Alike(left, right, *_measured(_mark(home, left), _mark(home, right))) for left, right in pairs)
    )


def _mark(home: Path, frame: FrameRow) -> tuple[Path, int, int]:
    """A frame's file with what changes when it is another: time of change and size."""
    path = take_folder(home, frame.shot) / f"{frame.shot}_t{frame.take:03d}_{frame.end}.png"
    try:
        stat = path.stat()
    except OSError:
        return path, 0, 0
    return path, stat.st_mtime_ns, stat.st_size


@lru_cache(maxsize=64)
def _measured(
    left: tuple[Path, int, int], right: tuple[Path, int, int]
) -> tuple[float | None, tuple[float | None, float | None], str]:
    # numpy and Pillow, 100 ms: a picture needs them as well, and nothing before it does.
    from core.media.images import load_rgb  # noqa: PLC0415
    from core.media.sharpness import sharpness  # noqa: PLC0415
    from core.media.similarity import luma, ssim  # noqa: PLC0415

    try:
        one, other = (luma(load_rgb(mark[0])) for mark in (left, right))
        sharp = (sharpness(one), sharpness(other))
    except BadInput as error:
        return None, (None, None), error.what
    try:
        return ssim(one, other), sharp, ""
    except BadInput as error:
        return None, sharp, error.what


# Deciding.


def judge(film: Opened, seam: str, verdict: str, fix: str = "", note: str = "") -> str:
    """approve, reject with a fix, or hold. Raises BadInput, WaitsForPerson; returns a sentence."""
    from core.studio import verdicts  # noqa: PLC0415 - sqlmodel and pydantic, only to act

    return verdicts.judge(film.production, verdict, seam, None, note, kind="seam", fix=fix)


def fix_of(line: str) -> tuple[str, str]:
    """What a person writes about a seam that is not good, `trim four frames too long`, as fix and words.

    Whether the fix is one, the desk says.
    """
    head, _, rest = line.strip().partition(" ")
    return head.rstrip(":,"), rest.strip()
