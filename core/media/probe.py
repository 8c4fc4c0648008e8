"""What a clip is: counted and measured, not believed.

Headers lie (a frame count ignores the edit list, a duration that of the picture), so `probe` walks
all packets of the video track and decodes its first picture. Nothing is opened before its first
bytes and its size were looked at.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import av

from core.base.errors import BadInput
from core.base.text import one_line
from core.media.colour import matrix_of, range_of, transfer_note
from core.media.magic import demuxer, file_url

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from av.container import InputContainer
    from av.packet import Packet
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

MAX_SIDE = 8192
MAX_PIXELS = 8192 * 4352
"""8K with room for the blocks that codecs round up to."""
MIN_SIDE = 16
MAX_SECONDS = 4 * 3600.0
"""Longer than any cut; a header that says more is damaged or hostile."""

# libav must neither write over a dashboard nor call into Python: any level but None makes its decoder
# threads take the interpreter's lock to log, while a closing decoder holds it and waits for them. That
# hung here, and is PyAV issue 751.
av.logging.set_level(None)


@dataclass(frozen=True, slots=True)
class Probe:
    frames: int
    """Pictures that are shown: the edit list is honoured, half-written ones are left out."""
    width: int
    """Pixels as shown, rotation applied."""
    height: int
    fps: Fraction
    """Exact rate of a steady clip; the mean rate of a variable one."""
    seconds: float
    """From the first picture to the end of the last; sound may last longer."""
    codec: str
    pix_fmt: str
    has_audio: bool
    audio_rate: int | None
    """Samples a second of the first sound track."""
    matrix: str
    """What the colours are read as: bt709, bt601, bt2020, smpte240m, fcc, rgb."""
    matrix_assumed: bool
    """The clip does not say; its size decided."""
    range: str
    """tv (16 to 235) or pc (0 to 255)."""
    rotation: int
    """Degrees counter-clockwise that a player turns the stored picture, 0 to 359."""
    container: str
    """mov or matroska."""
    vfr: bool
    """Pictures do not come at a steady rate."""
    size: int
    """Bytes."""
    notes: tuple[str, ...] = ()
    """What a person should know: assumed colours, a file cut short, stretched pixels."""


class Clip(NamedTuple):
    """An open file and its video track."""

    container: InputContainer
    stream: VideoStream
    path: Path

    @property
    def tick(self) -> Fraction:
        """Seconds of one unit of `pts`."""
        return self.stream.time_base or Fraction(1, 90_000)

    @property
    def start(self) -> int:
        """`pts` of the first picture shown."""
        return self.stream.start_time or 0


@dataclass(slots=True)
class _Walk:
    """What the packets say."""

    times: list[int] = field(default_factory=list)
    last_duration: int = 0
    broken: int = 0
    total: int = 0
    picture: VideoFrame | None = None
    """The first one that decodes."""


@contextmanager
def open_clip(path: Path) -> Iterator[Clip]:
    """Opens the file with the demuxer its first bytes name, and no other file besides.

    Raises BadInput for everything that is not a clip of sane size, and for damage met on the way.
    """
    kind = demuxer(path)
    try:
        with av.open(
            file_url(path),
            format=kind,
            options={"protocol_whitelist": "file"},
            metadata_errors="replace",
        ) as container:
            clip = Clip(container, _video(container, path), path)
            # The header's size binds the decoder too: a picture may grow in mid-stream.
            clip.stream.codec_context.options = {"max_pixels": str(MAX_PIXELS)}
            _check(clip)
            yield clip
    except av.FFmpegError as error:
        reason = one_line(error.strerror or str(error))
        raise BadInput(
            f"the clip cannot be read ({reason})", where=str(path), todo="fetch or export it again"
        ) from error


def probe(path: Path) -> Probe:
    """Walks the file once and decodes one picture of it. Raises BadInput with the reason."""
    with open_clip(path) as clip:
        audio = next(iter(clip.container.streams.audio), None)
        walk = _walk(clip)
        if walk.picture is None:
            raise BadInput("not one picture can be decoded", where=str(path), todo="fetch or export it again")
        return _summary(clip, walk, walk.picture, audio.codec_context.sample_rate if audio else None)


def _summary(clip: Clip, walk: _Walk, picture: VideoFrame, audio_rate: int | None) -> Probe:
    context = clip.stream.codec_context
    fps, vfr = _rate(clip, walk.times)
    seconds = _seconds(clip, walk, fps)
    is_rgb = picture.format.is_rgb
    rotation = int(picture.rotation) % 360
    width, height = picture.width, picture.height
    matrix = matrix_of(int(picture.colorspace), width, height, is_rgb=is_rgb)
    turned = rotation in (90, 270)
    return Probe(
        frames=len(walk.times),
        width=height if turned else width,
        height=width if turned else height,
        fps=fps,
        seconds=seconds,
        codec=context.name,
        pix_fmt=picture.format.name,
        has_audio=audio_rate is not None,
        audio_rate=audio_rate,
        matrix=matrix.name,
        matrix_assumed=matrix.assumed,
        range=range_of(int(picture.color_range), picture.format.name, is_rgb=is_rgb),
        rotation=rotation,
        container=demuxer(clip.path),
        vfr=vfr,
        size=clip.path.stat().st_size,
        notes=_notes(clip, walk, picture, matrix.name if matrix.assumed else ""),
    )


def _notes(clip: Clip, walk: _Walk, picture: VideoFrame, assumed: str) -> tuple[str, ...]:
    notes = []
    if assumed:
        notes.append(f"colours are not tagged, {assumed} assumed")
    promised = clip.stream.frames
    if walk.broken or promised > walk.total:
        notes.append(f"the file is cut short: {walk.total} of {max(promised, walk.total)} pictures are there")
    shape = clip.stream.sample_aspect_ratio
    if shape and shape != 1:
        notes.append(f"pixels are not square ({shape}), shown as stored")
    transfer = transfer_note(int(picture.color_trc))
    if transfer:
        notes.append(transfer)
    return tuple(notes)


def _video(container: InputContainer, path: Path) -> VideoStream:
    # A cover picture counts as a video track to libav; it is not one to us.
    tracks = [s for s in container.streams.video if not s.disposition & s.disposition.attached_pic]
    if not tracks:
        sound = " but sound" if container.streams.audio else ""
        raise BadInput(f"the file holds no picture{sound}", where=str(path), todo="use a video clip")
    # PyAV leaves it empty, against its types, for a codec it has no decoder for.
    if getattr(tracks[0], "codec_context", None) is None:
        raise BadInput("no decoder knows its pictures", where=str(path), todo="export it as H.264")
    return tracks[0]


def _check(clip: Clip) -> None:
    width, height = clip.stream.codec_context.width, clip.stream.codec_context.height
    if min(width, height) < MIN_SIDE or max(width, height) > MAX_SIDE or width * height > MAX_PIXELS:
        raise BadInput(
            f"a picture of {width}x{height} is outside {MIN_SIDE}x{MIN_SIDE} to {MAX_SIDE}x4352",
            where=str(clip.path),
            todo="scale the clip first",
        )
    said = clip.container.duration
    if said is not None and said / av.time_base > MAX_SECONDS:
        raise _too_long(said / av.time_base, clip.path)


def _too_long(seconds: float, path: Path) -> BadInput:
    return BadInput(
        f"the clip says it lasts {seconds / 3600:.1f} hours", where=str(path), todo="export it again, shorter"
    )


def _walk(clip: Clip) -> _Walk:
    walk = _Walk()
    newest = -1
    for packet in _packets(clip, walk):
        if walk.picture is None:
            walk.picture = _decode(clip, packet)
        if packet.is_corrupt:
            walk.broken += 1
            continue
        walk.total += 1
        time = packet.pts if packet.pts is not None else packet.dts
        # A packet cut away by the edit list is needed to decode others and never shown.
        if packet.is_discard or time is None:
            continue
        walk.times.append(time)
        if time >= newest:
            newest, walk.last_duration = time, packet.duration or 0
    if not walk.times:
        raise BadInput("the clip has no pictures", where=str(clip.path), todo="fetch or export it again")
    if walk.picture is None:
        walk.picture = _decode(clip, None)
    walk.times.sort()
    return walk


def _decode(clip: Clip, packet: Packet[VideoStream] | None) -> VideoFrame | None:
    """The first picture a packet gives, or what the decoder still holds at the end (None)."""
    try:
        found = clip.stream.decode(packet)
    except av.FFmpegError:
        return None
    return found[0] if found else None


def _packets(clip: Clip, walk: _Walk) -> Iterator[Packet[VideoStream]]:
    """Packets with data, to the end or to the damage that hides the rest."""
    packets = clip.container.demux(clip.stream)
    while True:
        try:
            packet = next(packets, None)
        except av.FFmpegError:
            walk.broken += 1
            return
        if packet is None:
            return
        if packet.size:
            yield packet


def _seconds(clip: Clip, walk: _Walk, fps: Fraction) -> float:
    last = walk.last_duration * clip.tick or 1 / fps
    seconds = float((walk.times[-1] - walk.times[0]) * clip.tick + last)
    if seconds > MAX_SECONDS:
        raise _too_long(seconds, clip.path)
    return seconds


def _rate(clip: Clip, times: list[int]) -> tuple[Fraction, bool]:
    """(rate, whether it varies). A header's rate is believed where the pictures keep to it."""
    said = [
        rate for rate in (clip.stream.average_rate, clip.stream.base_rate, clip.stream.guessed_rate) if rate
    ]
    if len(times) < 2 or times[-1] == times[0]:
        return (said[0] if said else Fraction(24)), False
    mean = Fraction(times[-1] - times[0], len(times) - 1)
    gaps = [after - before for before, after in pairwise(times)]
    # Matroska counts in milliseconds: 41 and 42 are one steady rate. A quarter of a frame is not.
    vfr = bool(max(gaps) - min(gaps) > min(Fraction(2), mean / 4))
    if not vfr:
        for rate in said:
            if abs(1 / (rate * clip.tick) - mean) * (len(times) - 1) <= 2:
                return rate, False
    return (1 / (mean * clip.tick)).limit_denominator(1001), vfr
