"""From packets to pictures, and from a picture's own colours to RGB or luma.

Shared by everything that looks into a clip. A damaged packet does not end the walk: it is counted,
and whoever needs the exact picture decides what the count means.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import av
import numpy as np
from av.filter import Graph

from core.media.colour import EXACT, matrix_of, range_of, to_rgb, transfer_note

if TYPE_CHECKING:
    from collections.abc import Iterator

    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream
    from numpy.typing import NDArray

    from core.media.probe import Clip

_LUMA_AS_IS = frozenset(["yuv420p", "yuv422p", "yuv444p", "nv12"])


@dataclass(slots=True)
class Tally:
    """What went wrong on the way, and the times seen."""

    whole: int = 0
    errors: int = 0
    corrupt: int = 0
    promised: int | None = None
    """Latest `pts` among the packets to be shown."""
    oldest: int | None = None
    newest: int | None = None

    @property
    def bad(self) -> int:
        return self.errors + self.corrupt

    @property
    def lost_the_end(self) -> bool:
        """The decoder gave no picture for the latest packet, with an error or without."""
        return self.promised is not None and (self.newest is None or self.promised > self.newest)

    def note(self) -> tuple[str, ...]:
        if not self.bad and not self.lost_the_end:
            return ()
        count = "a picture" if self.bad <= 1 else f"{self.bad} pictures"
        return (f"the file is damaged: {count} could not be decoded",)


def pictures(clip: Clip, tally: Tally) -> Iterator[VideoFrame]:
    """Whole pictures in order of showing, from where the clip stands to its end."""
    for decoded in _steps(clip, tally):
        for picture in decoded:
            if picture.is_corrupt:
                tally.corrupt += 1
                continue
            tally.whole += 1
            time = picture.pts
            if time is not None:
                tally.oldest = time if tally.oldest is None else min(time, tally.oldest)
                tally.newest = time if tally.newest is None else max(time, tally.newest)
            yield picture


def seek_before(clip: Clip, time: int | None) -> bool:
    """Moves to the key frame at or before `time` (`pts`). False where the file cannot be sought in."""
    if time is None:
        return False
    try:
        clip.container.seek(max(time, clip.start), stream=clip.stream, backward=True)
    except av.FFmpegError:
        return False
    return True


def end_of(clip: Clip) -> int | None:
    """`pts` near the end by the header, good enough to seek by, or None where it says nothing."""
    if clip.stream.duration:
        return clip.start + clip.stream.duration
    if clip.container.duration:
        return clip.start + int(Fraction(clip.container.duration, av.time_base) / clip.tick)
    return None


def rgb(picture: VideoFrame) -> tuple[NDArray[np.uint8], tuple[str, ...]]:
    """(H, W, 3), upright, exact to the level, with notes on what had to be assumed."""
    matrix = matrix_of(int(picture.colorspace), picture.width, picture.height, is_rgb=picture.format.is_rgb)
    turn = _quarter_turns(picture) * 90
    notes = (
        f"colours are not tagged, {matrix.name} assumed" if matrix.assumed else "",
        transfer_note(int(picture.color_trc)),
        f"turned by {turn} degrees, as the file says" if turn else "",
    )
    converted = _filtered(picture, to_rgb(matrix, _range(picture)), "rgb24")
    return _upright(_plane(converted, 3), picture), tuple(note for note in notes if note)


def luma(picture: VideoFrame) -> NDArray[np.uint8]:
    """(H, W) luma, 8 bit, limited range, upright: the stored plane itself where it is that already."""
    limited = _range(picture) == "tv"
    source = picture
    if picture.format.name not in _LUMA_AS_IS or not limited:
        # To 4:4:4, not to grey: the scaler takes grey for full range. One matrix on both sides
        # leaves a stored luma plane alone, whatever its matrix is; RGB has none and gets BT.709.
        same = "out_color_matrix=bt709" + ("" if picture.format.is_rgb else ":in_color_matrix=bt709")
        reach = f"in_range={_range(picture)}:out_range=tv"
        source = _filtered(picture, f"flags={EXACT}:{same}:{reach}", "yuv444p")
    return _upright(_plane(source, 1), picture)


def _steps(clip: Clip, tally: Tally) -> Iterator[list[VideoFrame]]:
    """What each packet gives; the decoder is emptied at the end, also after damage in the container."""
    packets = clip.container.demux(clip.stream)
    while True:
        try:
            packet = next(packets, None)
        except av.FFmpegError:
            tally.errors += 1
            packet = None
        if packet is None:
            break
        if packet.size and packet.pts is not None and not packet.is_discard:
            tally.promised = max(packet.pts, packet.pts if tally.promised is None else tally.promised)
        try:
            yield packet.decode()
        except av.FFmpegError:
            tally.errors += 1
    if tally.errors:
        yield _rest(clip.stream)


def _rest(stream: VideoStream) -> list[VideoFrame]:
    try:
        return stream.decode(None)
    except av.FFmpegError:
        # The end-of-file packet has emptied it already.
        return []


def _range(picture: VideoFrame) -> str:
    return range_of(int(picture.color_range), picture.format.name, is_rgb=picture.format.is_rgb)


def _filtered(picture: VideoFrame, scale: str, pix_fmt: str) -> VideoFrame:
    """One picture through `scale` and `format`."""
    graph = Graph()
    source = graph.add_buffer(
        width=picture.width,
        height=picture.height,
        format=picture.format,
        time_base=picture.time_base or Fraction(1, 90_000),
    )
    graph.link_nodes(
        source,
        graph.add("scale", scale),
        graph.add("format", f"pix_fmts={pix_fmt}"),
        graph.add("buffersink"),
    )
    graph.configure()
    graph.vpush(picture)
    return graph.vpull()


def _plane(picture: VideoFrame, depth: int) -> NDArray[np.uint8]:
    """The first plane without its padding: (H, W), or (H, W, depth) for packed colours."""
    plane = picture.planes[0]
    rows = np.frombuffer(memoryview(plane), dtype=np.uint8).reshape(-1, plane.line_size)
    cut = rows[: picture.height, : picture.width * depth]
    return cut if depth == 1 else cut.reshape(picture.height, picture.width, depth)


def _quarter_turns(picture: VideoFrame) -> int:
    return round(int(picture.rotation) / 90) % 4


def _upright(plane: NDArray[np.uint8], picture: VideoFrame) -> NDArray[np.uint8]:
    """A copy of its own, turned counter-clockwise as the display matrix says."""
    return np.array(np.rot90(plane, _quarter_turns(picture)), order="C")
