"""The pieces of a cut, each encoded once and kept under the hash of all it depends on.

That is: the clip's bytes, the pictures taken, filters, encoder settings, burn-in, ffmpeg's own
build. So a killed render goes on where it was, and one replaced shot costs one piece.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.base.errors import BadInput, ProviderFault, RushesError
from core.base.paths import PART, publish, sha256_file
from core.media.arguments import input_args
from core.media.lettering import SlateText
from core.media.probe import open_clip, probe
from core.post.burn import strip_frames, strip_size
from core.post.graph import Leg, encoder, filters, segment_args
from core.post.segments import Cut, Piece, leg_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from core.media.ffmpeg import Ffmpeg

CACHE_FORMAT = 1
"""Raised when a piece of the same arguments would come out differently."""
ABANDONED_S = 600.0
"""A part file that was not written to for so long belongs to nobody."""


class CutStopped(RushesError):
    """A person stopped the render. What was encoded stays in the cache."""

    exit_code = 130


@dataclass(frozen=True, slots=True)
class Part:
    """One piece with what is burned into it and its place in the cache."""

    piece: Piece
    leg: Leg
    text: SlateText | None
    path: Path

    @property
    def name(self) -> str:
        return f"{self.piece.source.shot} take {self.piece.source.take}"


@dataclass(frozen=True, slots=True)
class Looks:
    """What must be the same in all pieces before they may be copied together."""

    frames: int
    kind: tuple[Any, ...]


class Telling:
    """Counts pictures for whoever watches, and asks whether to stop."""

    def __init__(
        self, total: int, progress: Callable[[int, int, str], None] | None, stop: Callable[[], bool] | None
    ) -> None:
        self.total = total
        self.done = 0
        self._progress = progress
        self._stop = stop

    def say(self, now: int, text: str) -> None:
        """`now` pictures of the current piece. Raises CutStopped."""
        if self._stop is not None and self._stop():
            raise CutStopped(
                "the cut was stopped", todo="what was encoded is kept: `rushes assemble` goes on from there"
            )
        if self._progress is not None:
            self._progress(min(self.done + now, self.total), self.total, text)


def parts_of(ffmpeg: Ffmpeg, cut: Cut, cache: Path, title: str) -> list[Part]:
    """Every piece with its key: its name in the cache."""
    build = _build(ffmpeg.binary)
    return [_part_of(cut, piece, cache, title, build) for piece in cut.pieces]


def _part_of(cut: Cut, piece: Piece, cache: Path, title: str, build: str) -> Part:
    source = piece.source
    text = SlateText(source.shot, f"t{source.take:02d}", film=title) if cut.rough else None
    leg = leg_of(cut, piece, strip_size(cut.film, text) if text else None)
    facts = {
        "format": CACHE_FORMAT,
        "clip": source.sha,
        "filters": filters(leg),
        "encoder": encoder(cut.film.fps),
        "burned": [asdict(text), piece.at] if text else None,
        "ffmpeg": build,
    }
    key = hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:40]
    return Part(piece, leg, text, cache / f"{key}.mov")


def provide(ffmpeg: Ffmpeg, part: Part, told: Telling) -> Looks:
    """Makes sure that the piece lies in the cache, whole and as long as it should be."""
    told.say(0, part.name)
    found = _cached(part)
    if found is None:
        found = _encode(ffmpeg, part, told)
    told.done += part.leg.frames
    return found


def _cached(part: Part) -> Looks | None:
    if not part.path.is_file():
        return None
    with suppress(BadInput):
        looks = look(part.path)
        if looks.frames == part.leg.frames:
            return looks
    part.path.unlink(missing_ok=True)  # damaged meanwhile: a cache is made again
    return None


def _encode(ffmpeg: Ffmpeg, part: Part, told: Telling) -> Looks:
    leg, source = part.leg, part.piece.source
    strips = strip_frames(leg.film, part.text, part.piece.at, leg.frames) if part.text else None
    with part_file(part.path) as unfinished:
        ffmpeg.run(
            segment_args(input_args(source.clip), leg, unfinished),
            timeout_s=patience(leg),
            frames=strips,
            progress=lambda now: told.say(now, part.name),
        )
        looks = look(unfinished)
        if looks.frames != leg.frames:
            raise ProviderFault(
                f"{part.name} gave {looks.frames} pictures, not {leg.frames}",
                where=str(source.clip),
                todo="the clip may be damaged: `rushes audit` looks, `rushes retake` makes another",
            )
        publish(unfinished, part.path)
    return looks


def look(path: Path) -> Looks:
    """Counts the pictures and reads what the concat demuxer does not compare. Raises BadInput."""
    facts = probe(path)
    with open_clip(path) as clip:
        context = clip.stream.codec_context
        audio = next(iter(clip.container.streams.audio), None)
        sound = (audio.codec_context.name, audio.codec_context.rate, audio.channels) if audio else None
        kind = (
            *(facts.codec, facts.width, facts.height, facts.pix_fmt, facts.matrix, facts.range),
            *(clip.stream.sample_aspect_ratio, clip.tick, bytes(context.extradata or b""), sound),
        )
    return Looks(facts.frames, kind)


def check_alike(parts: list[Part], looks: list[Looks]) -> None:
    """Raises ProviderFault where one piece is of another kind than the first: a copy would have holes."""
    for part, found in zip(parts, looks, strict=True):
        if found.kind != looks[0].kind:
            raise ProviderFault(
                f"{part.name} was encoded differently from {parts[0].name}",
                where=str(part.path),
                todo="remove .rushes/cache/segments and assemble again",
            )


@contextmanager
def part_file(path: Path) -> Iterator[Path]:
    """A name beside `path` for what is not finished; removed unless it was published."""
    part = path.with_name(f".{path.name}.{os.getpid()}{PART}")
    try:
        yield part
    finally:
        with suppress(OSError):
            part.unlink()


def sweep(folder: Path) -> None:
    """Removes part files that a killed render left behind."""
    for part in folder.glob(f".*{PART}"):
        with suppress(OSError):
            if time.time() - part.stat().st_mtime > ABANDONED_S:
                part.unlink()


def patience(leg: Leg) -> float:
    """Seconds an encode may take: a slow machine gets through 1 megapixel in 2 s."""
    pixels = max(leg.film.width * leg.film.height, leg.footage.width * leg.footage.height)
    return 120.0 + (leg.first + leg.frames) * 2.0 * pixels / 1e6


def _build(binary: Path) -> str:
    stat = binary.stat()
    return _hashed(binary, stat.st_mtime_ns, stat.st_size)


@lru_cache(maxsize=4)
def _hashed(binary: Path, _mtime_ns: int, _size: int) -> str:
    return sha256_file(binary)
