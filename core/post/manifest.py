"""The cut as an OpenTimelineIO timeline in the film's rate: one video track, and one for sound if any.

Addresses of media are relative to the cut's folder and without a leading `./`, which editors relink.
What only we know stands under `metadata["rushes"]`.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

import opentimelineio as otio

from core.base.errors import BadInput
from core.base.text import clean, one_line
from core.base.units import parse_fps

if TYPE_CHECKING:
    from core.post.segments import Cut, Piece

KEY = "rushes"
SCHEMA = 1


@dataclass(frozen=True, slots=True)
class Entry:
    """One clip of a manifest."""

    shot: str
    chain: str
    take: int
    seam: str
    sha: str
    circled: bool
    media: Path
    """Absolute."""
    first: int
    """Pictures left out at its head, at the film's rate."""
    frames: int


@dataclass(frozen=True, slots=True)
class Manifest:
    title: str
    film: str
    """File name of the film that was rendered from it, in the same folder."""
    version: int
    rough: bool
    fps: Fraction
    entries: tuple[Entry, ...]

    @property
    def frames(self) -> int:
        return sum(entry.frames for entry in self.entries)


def compose(cut: Cut, *, title: str, film: str, version: int, folder: Path) -> str:
    """The manifest's text. `folder` is where it will lie. Pure."""
    rate = float(cut.film.fps)
    track = otio.schema.Track(name="V1", kind=otio.schema.TrackKind.Video)
    track.extend([_clip(piece, rate, folder) for piece in cut.pieces])
    timeline = otio.schema.Timeline(
        name=one_line(title),
        global_start_time=otio.opentime.RationalTime(0, rate),
        metadata={
            KEY: {
                "manifest": SCHEMA,
                "film": film,
                "version": version,
                "cut": _standing(circled=not cut.rough),
                "fps": str(cut.film.fps),
                "width": cut.film.width,
                "height": cut.film.height,
                "frames": cut.frames,
                "left_out": list(cut.left_out),
            }
        },
    )
    timeline.tracks.append(track)
    if cut.sound:
        sound = otio.schema.Track(name="A1", kind=otio.schema.TrackKind.Audio)
        sound.extend([_heard(piece, rate, folder) for piece in cut.pieces])
        timeline.tracks.append(sound)
    text: str = otio.adapters.write_to_string(timeline, "otio_json")
    return text


def _clip(piece: Piece, rate: float, folder: Path) -> Any:
    source = piece.source
    media = otio.schema.ExternalReference(
        target_url=quote(Path(os.path.relpath(source.clip, folder)).as_posix()),
        available_range=_range(0, piece.whole, rate),
    )
    return otio.schema.Clip(
        name=f"{source.shot}_t{source.take:03d}",
        media_reference=media,
        source_range=_range(piece.first, piece.frames, rate),
        metadata={
            KEY: {
                "shot": source.shot,
                "chain": source.chain,
                "take": source.take,
                "seam": source.seam,
                "sha": source.sha,
                "state": _standing(circled=source.circled),
                "title": clean(source.title, 400),
            }
        },
    )


def _heard(piece: Piece, rate: float, folder: Path) -> Any:
    """The same stretch on the sound track; a gap where the clip is silent."""
    if piece.source.footage.has_audio:
        return _clip(piece, rate, folder)
    return otio.schema.Gap(source_range=_range(0, piece.frames, rate))


def _standing(*, circled: bool) -> str:
    return "circled" if circled else "rough"


def _range(start: int, frames: int, rate: float) -> Any:
    time = otio.opentime.RationalTime
    return otio.opentime.TimeRange(time(start, rate), time(frames, rate))


def read(path: Path) -> Manifest:
    """One of our own manifests. Raises BadInput for any other file."""
    try:
        timeline = otio.adapters.read_from_string(path.read_text("utf-8"), "otio_json")
        head = timeline.metadata[KEY]
        fps = parse_fps(str(head["fps"]))
        entries = tuple(_entry(clip, path.parent) for track in timeline.video_tracks() for clip in track)
        return Manifest(
            title=str(timeline.name),
            film=str(head["film"]),
            version=int(head["version"]),
            rough=head["cut"] != "circled",
            fps=fps,
            entries=entries,
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError, otio.exceptions.OTIOError) as error:
        raise BadInput(
            f"this is not a manifest that Rushes wrote ({one_line(str(error), 120)})",
            where=str(path),
            todo="`rushes assemble` writes a new one",
        ) from error


def _entry(clip: Any, folder: Path) -> Entry:
    ours = clip.metadata[KEY]
    span = clip.source_range
    return Entry(
        shot=str(ours["shot"]),
        chain=str(ours["chain"]),
        take=int(ours["take"]),
        seam=str(ours["seam"]),
        sha=str(ours["sha"]),
        circled=ours["state"] == "circled",
        media=Path(os.path.normpath(folder.absolute() / unquote(clip.media_reference.target_url))),
        first=span.start_time.to_frames(),
        frames=span.duration.to_frames(),
    )
