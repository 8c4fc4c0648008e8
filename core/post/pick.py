"""From the ledger's takes to the shots of a cut: the circled take of each shot, or the newest."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from core.base.errors import BadInput
from core.film.continuity import live_shots
from core.media.probe import open_clip, probe
from core.post.graph import Footage
from core.post.segments import CutShot

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from core.film.matrix import Shot
    from core.film.plan import Plan
    from core.ledger.views import TakeRow

_NAMED = 12
"""Shots named one by one in an error before the rest is counted."""


@dataclass(frozen=True, slots=True)
class Picked:
    """What the cut is made of."""

    shots: tuple[CutShot, ...]
    """In matrix order."""
    left_out: tuple[str, ...]
    """Shots with nothing to show; empty unless rough."""


def pick(
    plan: Plan, takes: Iterable[TakeRow], clip_of: Callable[[str, int], Path], *, rough: bool = False
) -> Picked:
    """The circled take of every live shot; `rough` takes the newest that can be shown where none is.

    `clip_of` gives a take's clip by shot and number. Raises BadInput naming every shot that has no
    circled take, or every clip that is missing. Reads each clip once, some 10 ms.
    """
    by_id = {take.id: take for take in takes}
    by_shot: dict[str, list[TakeRow]] = {}
    for take in sorted(by_id.values(), key=lambda take: take.n):
        by_shot.setdefault(take.shot, []).append(take)
    shots = live_shots(plan)
    best = {shot.id: _best(by_shot.get(shot.id, ()), rough=rough) for shot in shots}
    lacking = tuple(shot for shot, take in best.items() if take is None)
    _check_lacking(lacking, len(shots), rough=rough)
    chosen = [(shot, found, clip_of(found.shot, found.n)) for shot in shots if (found := best[shot.id])]
    _check_clips([(take, clip) for _, take, clip in chosen])
    return Picked(tuple(_cut_shot(shot, take, by_id, clip) for shot, take, clip in chosen), lacking)


def footage(clip: Path) -> Footage:
    """What the cut needs to know of a clip. Raises BadInput with the reason where it cannot be read."""
    facts = probe(clip)
    with open_clip(clip) as opened:
        said = opened.stream.sample_aspect_ratio
    sar = Fraction(said) if said else Fraction(1)
    return Footage(
        width=facts.width,
        height=facts.height,
        frames=facts.frames,
        fps=facts.fps,
        seconds=facts.seconds,
        steady=not facts.vfr,
        has_audio=facts.has_audio,
        sar=1 / sar if facts.rotation in (90, 270) else sar,
        matrix=facts.matrix,
        range=facts.range,
        pix_fmt=facts.pix_fmt,
    )


def _best(takes: Sequence[TakeRow], *, rough: bool) -> TakeRow | None:
    circled = [take for take in takes if take.state == "approved"]
    shown = [take for take in takes if take.state == "review"] if rough else []
    usable = circled or shown
    return usable[-1] if usable else None


def _check_lacking(lacking: Sequence[str], total: int, *, rough: bool) -> None:
    if rough and len(lacking) < total:
        return
    if not total:
        raise BadInput("the film has no shot", todo="write one into shots/, then `rushes run`")
    if rough:
        raise BadInput("no shot has a take to show yet", todo="`rushes run` makes takes")
    if lacking:
        raise BadInput(
            f"{len(lacking)} of {total} shots have no circled take",
            todo=f"circle one of each (`rushes approve ID`): {_names(lacking)}\n"
            "    or `rushes assemble --rough` for the newest takes",
        )


def _check_clips(clips: Sequence[tuple[TakeRow, Path]]) -> None:
    missing = [f"{take.shot} take {take.n} ({clip.name})" for take, clip in clips if not clip.is_file()]
    if missing:
        many = len(missing) > 1
        raise BadInput(
            f"{len(missing)} clip{'s are' if many else ' is'} missing: {_names(missing)}",
            where=str(clips[0][1].parent.parent),
            todo="`rushes audit --repair` fetches what the provider still has; retake or circle another",
        )


def _names(names: Sequence[str]) -> str:
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more} more" if more > 0 else "")


def _cut_shot(shot: Shot, take: TakeRow, by_id: dict[int, TakeRow], clip: Path) -> CutShot:
    source = by_id.get(take.source_take or 0)
    return CutShot(
        shot=take.shot,
        chain=take.chain,
        take=take.n,
        take_id=take.id,
        clip=clip,
        sha=take.sha,
        footage=footage(clip),
        seam=take.seam,
        source_take=take.source_take,
        title=shot.description,
        circled=take.state == "approved",
        # An anchor may be a take's opening frame: only the hash tells which end it began from.
        joins_end=take.seam != "anchor" or (source is not None and take.in_sha == source.last_sha),
    )
