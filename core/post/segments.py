"""Which pictures of which takes make a cut, in what order. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from core.base.errors import BadInput
from core.post.graph import Footage, Frame, Leg, lasts, opening_lasts, samples_at

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

JOINED = frozenset(["last", "native", "bridge", "anchor"])
"""Seams whose first picture may be the very frame the take before ended with."""


@dataclass(frozen=True, slots=True)
class CutShot:
    """A take that was picked for the cut."""

    shot: str
    chain: str
    take: int
    """Its number, from 1."""
    take_id: int
    """Its row in the ledger."""
    clip: Path
    sha: str
    """SHA-256 of the clip when it was downloaded."""
    footage: Footage
    seam: str
    source_take: int | None
    """Row of the take whose frame it began from."""
    title: str = ""
    circled: bool = True
    joins_end: bool = True
    """It began from the end of that take, not from its opening frame."""

    @property
    def frames(self) -> int:
        """Pictures counted in the clip."""
        return self.footage.frames


@dataclass(frozen=True, slots=True)
class Piece:
    """One take's part in the cut, counted in pictures at the film's rate."""

    source: CutShot
    whole: int
    """All of the clip."""
    first: int
    """Left out at the head: the doubled picture of a seam."""
    frames: int
    """In the cut."""
    at: int
    """Where it begins in the film, from 0."""


@dataclass(frozen=True, slots=True)
class Cut:
    """An edit, ready to be rendered."""

    film: Frame
    pieces: tuple[Piece, ...]
    rough: bool
    """Newest takes may stand in for circled ones; slate and timecode are burned in."""
    left_out: tuple[str, ...] = ()
    """Shots that have nothing to show yet (rough cuts only)."""

    @property
    def frames(self) -> int:
        return sum(piece.frames for piece in self.pieces)

    @property
    def seconds(self) -> float:
        return float(self.frames / self.film.fps)

    @property
    def sound(self) -> bool:
        return any(piece.source.footage.has_audio for piece in self.pieces)


def plan_cut(
    shots: Sequence[CutShot],
    *,
    width: int,
    height: int,
    fps: Fraction,
    rough: bool = False,
    left_out: Sequence[str] = (),
) -> Cut:
    """Takes in the film's order to an edit with hard cuts. Raises BadInput where there is nothing to cut.

    Where a take began from the last frame of the take directly before it in this cut, that picture
    would be shown twice: its first picture is left out.
    """
    if not shots:
        raise BadInput(
            "there is no take to cut", todo="`rushes run` makes takes, `rushes approve` circles them"
        )
    film = Frame(width, height, fps)
    pieces: list[Piece] = []
    at = 0
    before: CutShot | None = None
    for shot in shots:
        whole = lasts(shot.footage, fps)
        first = opening_lasts(shot.footage, fps) if doubles(shot, before) else 0
        if whole <= first:
            first = 0  # one picture is all it has: shown twice beats not shown at all
        pieces.append(Piece(shot, whole, first, whole - first, at))
        at += whole - first
        before = shot
    return Cut(film, tuple(pieces), rough, tuple(left_out))


def doubles(shot: CutShot, before: CutShot | None) -> bool:
    """Whether the shot's first picture is the last one of the take before it in the cut."""
    if before is None or shot.source_take is None or shot.seam not in JOINED:
        return False
    return shot.joins_end and shot.source_take == before.take_id


def leg_of(cut: Cut, piece: Piece, strip: tuple[int, int] | None) -> Leg:
    """What ffmpeg is asked for. Samples are counted from the film's start: no sum of roundings."""
    fps = cut.film.fps
    sound = None
    if cut.sound:
        taken = samples_at(piece.at + piece.frames, fps) - samples_at(piece.at, fps)
        sound = (samples_at(piece.first, fps), taken)
    return Leg(piece.source.footage, cut.film, piece.first, piece.frames, sound, strip)
