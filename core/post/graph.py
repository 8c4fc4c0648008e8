"""ffmpeg's arguments for a cut, as pure functions: one piece made to fit the film, the join, a copy.

Every piece of a cut leaves here with the same size, rate, colours, sound and encoder settings, so
that joining is a plain copy. The concat demuxer does not check that: a second file of another kind
gives a film with holes, and exit code 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from core.media.arguments import CRF, THREADS, TIMESCALE
from core.media.colour import EXACT, TAGS_709
from core.media.magic import file_url

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

SAMPLE_RATE = 48_000
GOP_S = 2
"""Seconds between key frames: a player finds its place at once."""
_AAC = ("-c:a", "aac", "-b:a", "192k", "-ar", str(SAMPLE_RATE))


@dataclass(frozen=True, slots=True)
class Footage:
    """What must be known of a clip to fit it into a film."""

    width: int
    """Pixels as shown, rotation applied."""
    height: int
    frames: int
    """Pictures counted in the clip."""
    fps: Fraction
    seconds: float
    """Of the picture; sound may last longer."""
    steady: bool = True
    """Pictures come at one rate."""
    has_audio: bool = False
    sar: Fraction = Fraction(1)
    """Width of a pixel over its height, as shown."""
    matrix: str = "bt709"
    range: str = "tv"
    pix_fmt: str = "yuv420p"


@dataclass(frozen=True, slots=True)
class Frame:
    """Size and rate of a film."""

    width: int
    """Pixels, even."""
    height: int
    """Pixels, even."""
    fps: Fraction


@dataclass(frozen=True, slots=True)
class Leg:
    """One piece of a cut: which pictures of a clip, counted at the film's rate."""

    footage: Footage
    film: Frame
    first: int
    """Pictures left out at the head."""
    frames: int
    sound: tuple[int, int] | None = None
    """Samples left out and samples taken, at 48 kHz; None for a cut without any sound."""
    strip: tuple[int, int] | None = None
    """Width and height of the burn-in that comes in as raw RGBA on stdin."""


@dataclass(frozen=True, slots=True)
class Box:
    """Where a picture lies inside the film's frame, pixels, all even."""

    width: int
    height: int
    x: int
    y: int


def fit(footage: Footage, film: Frame) -> Box:
    """The largest even box of the clip's own shape inside the film's frame, centred."""
    shape = footage.sar * footage.width / footage.height
    room = Fraction(film.width, film.height)
    wide = film.width if shape >= room else round(film.height * shape)
    tall = film.height if shape <= room else round(film.width / shape)
    width, height = (
        min(max(2, side // 2 * 2), most) for side, most in ((wide, film.width), (tall, film.height))
    )
    return Box(width, height, (film.width - width) // 4 * 2, (film.height - height) // 4 * 2)


def lasts(footage: Footage, fps: Fraction) -> int:
    """Pictures a clip fills at the film's rate."""
    if footage.steady:
        return max(1, round(footage.frames * fps / footage.fps))
    return max(1, round(Fraction(footage.seconds).limit_denominator(100_000) * fps))


def opening_lasts(footage: Footage, fps: Fraction) -> int:
    """Pictures of the film that the clip's first picture fills: more than one where it is slower."""
    return max(1, round(fps / footage.fps)) if footage.steady else 1


def samples_at(frame: int, fps: Fraction) -> int:
    """Samples at 48 kHz before a picture. Counted from the film's start, so that nothing adds up."""
    return int(frame * SAMPLE_RATE / fps)


def segment_args(opened: Sequence[str], leg: Leg, out: Path) -> list[str]:
    """Arguments for one piece. `opened` is what opens the clip (`media.arguments.input_args`)."""
    sound = ["-map", "[a]", "-c:a", "pcm_s16le"] if leg.sound else ["-an"]
    return [
        *("-y", *opened, *_strip(leg), "-filter_complex", filters(leg), "-map", "[v]"),
        *encoder(leg.film.fps),
        *sound,
        *("-map_metadata", "-1", "-map_chapters", "-1", "-fflags", "+bitexact", "-flags:a", "+bitexact"),
        *("-video_track_timescale", str(TIMESCALE), "-f", "mov", file_url(out)),
    ]


def _strip(leg: Leg) -> list[str]:
    if leg.strip is None:
        return []
    size = f"{leg.strip[0]}x{leg.strip[1]}"
    return [
        *("-f", "rawvideo", "-pix_fmt", "rgba", "-video_size", size),
        *("-framerate", str(leg.film.fps), "-i", "pipe:0"),
    ]


def encoder(fps: Fraction) -> list[str]:
    """The one set of encoder settings of all pieces."""
    keyint = max(1, round(fps * GOP_S))
    return [
        *("-c:v", "libx264", "-preset", "veryfast", "-crf", str(CRF)),
        *("-x264-params", f"stitchable=1:open-gop=0:keyint={keyint}", "-flags:v", "+bitexact+cgop"),
        *("-threads", str(THREADS), "-pix_fmt", "yuv420p", *TAGS_709, "-fps_mode", "passthrough"),
    ]


def filters(leg: Leg) -> str:
    """The filter graph: labels `[v]`, and `[a]` where the cut has sound."""
    fps = leg.film.fps
    end = leg.first + leg.frames
    # A steady clip is short by rounding only; the last picture of an unsteady one may have to be held.
    hold = 2 if leg.footage.steady else end
    timed = (
        f"setpts=PTS-STARTPTS,fps={fps},tpad=stop_mode=clone:stop={hold},"
        f"trim=start_frame={leg.first}:end_frame={end},setpts=PTS-STARTPTS"
    )
    steps = [timed, *_picture(leg.footage, leg.film), "setsar=1", "format=yuv420p"]
    # V leaves cover pictures out. The second fps gives back the rate that setpts forgets.
    closing = f"fps={fps},settb={1 / fps},trim=end_frame={leg.frames}"
    chains = [f"[0:V:0]{','.join(steps)},{closing}[v]"]
    if leg.strip:
        colours = f"scale=out_color_matrix=bt709:out_range=tv:flags={EXACT},format=yuva420p"
        chains = [
            f"[0:V:0]{','.join(steps)},fps={fps}[base]",
            f"[1:v:0]{colours}[strip]",
            f"[base][strip]overlay=x=0:y=main_h-overlay_h:format=yuv420,{closing}[v]",
        ]
    return ";".join([*chains, *_sound(leg)])


def _picture(footage: Footage, film: Frame) -> list[str]:
    """Scale and pad; nothing at all for a clip that is as the film wants it."""
    box = fit(footage, film)
    steps = []
    if not _conforms(footage, box):
        read = (
            f":in_color_matrix={footage.matrix}:in_range={footage.range}" if footage.matrix != "rgb" else ""
        )
        steps.append(
            f"scale={box.width}:{box.height}:flags={EXACT}{read}:out_color_matrix=bt709:out_range=tv"
        )
    if (box.width, box.height) != (film.width, film.height):
        steps += ["setsar=1", f"pad={film.width}:{film.height}:{box.x}:{box.y}:black"]
    return steps


def _conforms(footage: Footage, box: Box) -> bool:
    same_size = (footage.width, footage.height) == (box.width, box.height) and footage.sar == 1
    return same_size and (footage.matrix, footage.range, footage.pix_fmt) == ("bt709", "tv", "yuv420p")


def _sound(leg: Leg) -> list[str]:
    if leg.sound is None:
        return []
    skipped, taken = leg.sound
    kind = f"aformat=sample_fmts=s16:sample_rates={SAMPLE_RATE}:channel_layouts=stereo"
    whole = f"atrim=end_sample={taken},asetpts=N/SR/TB[a]"
    if not leg.footage.has_audio:
        return [f"anullsrc=r={SAMPLE_RATE}:cl=stereo,{kind},{whole}"]
    cut = f"aresample={SAMPLE_RATE}:async=1:first_pts=0,{kind},atrim=start_sample={skipped}"
    return [f"[0:a:0]{cut},asetpts=PTS-STARTPTS,apad=whole_len={taken},{whole}"]


def concat_list(names: Sequence[str], frames: Sequence[int], fps: Fraction) -> str:
    """The text the concat demuxer reads: plain names beside it, and where each piece ends.

    It counts in whole microseconds. Lengths are told as differences of rounded ends, so that the
    thousandth piece stands as exactly as the first.
    """
    lines = ["ffconcat version 1.0"]
    at = before = 0
    for name, count in zip(names, frames, strict=True):
        at += count
        end = round(at * 1_000_000 / fps)
        lines += [f"file {name}", f"duration {end - before}us"]
        before = end
    return "\n".join(lines) + "\n"


def join_args(listing: str, out: Path, *, sound: bool) -> list[str]:
    """Arguments that copy the pieces' pictures into one mp4 and encode their sound once.

    `listing` is a name in the folder ffmpeg is started in, where the pieces lie.
    """
    audio = ["-map", "0:a:0", *_AAC, "-flags:a", "+bitexact"] if sound else ["-an"]
    return [
        *("-y", "-protocol_whitelist", "file", "-f", "concat", "-safe", "1", "-i", f"file:{listing}"),
        *("-map", "0:v:0", "-c:v", "copy", *TAGS_709, *audio),
        *("-map_metadata", "-1", "-fflags", "+bitexact", "-video_track_timescale", str(TIMESCALE)),
        *("-movflags", "+faststart", "-f", "mp4", file_url(out)),
    ]


def copy_args(opened: Sequence[str], leg: Leg, out: Path) -> list[str]:
    """Arguments for a review copy: one clip, its burn-in, its own sound, an mp4 for any player."""
    sound = ["-map", "[a]", *_AAC, "-flags:a", "+bitexact"] if leg.sound else ["-an"]
    return [
        *("-y", *opened, *_strip(leg), "-filter_complex", filters(leg), "-map", "[v]"),
        *encoder(leg.film.fps),
        *sound,
        *("-map_metadata", "-1", "-map_chapters", "-1", "-fflags", "+bitexact"),
        *("-video_track_timescale", str(TIMESCALE), "-movflags", "+faststart", "-f", "mp4", file_url(out)),
    ]
