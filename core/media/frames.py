"""Exact pictures out of a clip: the first, the last, the one at a time, the sharpest near the end.

The last frame is what the next shot begins with, so nearly right is wrong. The usual recipe
(`ffmpeg -sseof`) counts from the end of the *container* and gives an old picture, or none with exit
code 0, where the sound lasts longer. Here the tail of the picture track is decoded; where packets
promised a later picture than the decoder gave (frame threads lose good pictures around a bad one
without a word), the clip is decoded again from its start on one thread.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Protocol

from core.base.errors import BadInput
from core.media.decoding import Tally, end_of, luma, pictures, rgb, seek_before
from core.media.probe import Clip, open_clip
from core.media.sharpness import sharpness

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import numpy as np
    from av.video.frame import VideoFrame
    from numpy.typing import NDArray

_SLACK_S = Fraction(1, 1000)
"""A picture that begins within a millisecond counts as begun: Matroska rounds times to that."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One picture, upright, in exact colours."""

    pixels: NDArray[np.uint8]
    """(H, W, 3) RGB."""
    pts: float
    """Seconds from the clip's first picture."""
    notes: tuple[str, ...] = ()
    """What a person should know: assumed colours, damage, a turn applied."""


def last_frame(path: Path) -> Frame:
    """The last picture a player would show. Raises BadInput where none can be decoded."""
    return _near_the_end(path, Fraction(0), _Last)


def sharpest_frame(path: Path, tail_s: float = 1.0) -> Frame:
    """The sharpest picture within `tail_s` seconds of the last one; its `pts` says when.

    Of equally sharp ones the latest. Raises BadInput where none can be decoded.
    """
    tail = Fraction(max(0.0, tail_s)) + _SLACK_S
    return _near_the_end(path, tail, lambda: _Sharpest(tail))


def first_frame(path: Path) -> Frame:
    """The first picture that is shown. Raises BadInput where none can be decoded."""
    tally = Tally()
    with open_clip(path) as clip:
        clip.stream.thread_type = "NONE"
        for picture in pictures(clip, tally):
            return _frame(clip, picture, tally.note() if tally.bad else ())
    raise _nothing(path)


def frame_at(path: Path, seconds: float) -> Frame:
    """The picture on screen `seconds` after the first one began. Raises BadInput outside the clip."""
    if not seconds >= 0:
        raise BadInput(f"{seconds} s is before the clip begins", where=str(path), todo="count from 0")
    for careful in (False, True):
        tally = Tally()
        with open_clip(path) as clip:
            clip.stream.thread_type = "NONE" if careful else "AUTO"
            target = clip.start + int((Fraction(seconds) + _SLACK_S) / clip.tick)
            if not careful and not seek_before(clip, target):
                continue
            shown, after = _on_screen(clip, tally, target)
            short = after is None and tally.lost_the_end
            if shown is None or (not careful and (tally.bad or short or _gap(shown, after))):
                continue
            if after is None:
                _check_inside(clip, shown, seconds)
            return _frame(clip, shown, tally.note() if tally.bad or short else ())
    raise _nothing(path)


def iter_luma(path: Path) -> Iterator[NDArray[np.uint8]]:
    """Every picture's (H, W) uint8 luma, limited range, upright, in order, for measures.

    Pictures that cannot be decoded are left out. Raises BadInput for what is not a clip, and where
    there is not one.
    """
    tally = Tally()
    with open_clip(path) as clip:
        clip.stream.thread_type = "AUTO"
        for picture in pictures(clip, tally):
            yield luma(picture)
    if tally.whole == 0:
        raise _nothing(path)


class _Keeper(Protocol):
    def see(self, picture: VideoFrame, tick: Fraction) -> None: ...
    def best(self) -> VideoFrame | None: ...


class _Last:
    def __init__(self) -> None:
        self._picture: VideoFrame | None = None

    def see(self, picture: VideoFrame, tick: Fraction) -> None:
        if self._picture is None or (picture.pts or 0) >= (self._picture.pts or 0):
            self._picture = picture

    def best(self) -> VideoFrame | None:
        return self._picture


class _Sharpest:
    """A window that slides to the end, holding only pictures sharper than all after them."""

    def __init__(self, tail: Fraction) -> None:
        self._tail = tail
        self._window: deque[tuple[float, int, VideoFrame]] = deque()

    def see(self, picture: VideoFrame, tick: Fraction) -> None:
        time = picture.pts or 0
        score = sharpness(luma(picture))
        while self._window and self._window[-1][0] <= score:
            self._window.pop()
        self._window.append((score, time, picture))
        while (time - self._window[0][1]) * tick > self._tail:
            self._window.popleft()

    def best(self) -> VideoFrame | None:
        return self._window[0][2] if self._window else None


def _near_the_end(path: Path, tail: Fraction, make: Callable[[], _Keeper]) -> Frame:
    """First the tail on all threads; where anything is amiss, the whole clip on one."""
    for careful in (False, True):
        tally, keeper = Tally(), make()
        with open_clip(path) as clip:
            clip.stream.thread_type = "NONE" if careful else "AUTO"
            if not careful and not _seek_tail(clip, tail):
                continue
            for picture in pictures(clip, tally):
                keeper.see(picture, clip.tick)
            best = keeper.best()
            if best is not None and (careful or _trusted(clip, tally, tail)):
                return _frame(clip, best, tally.note())
    raise _nothing(path)


def _seek_tail(clip: Clip, tail: Fraction) -> bool:
    end = end_of(clip)
    return end is not None and seek_before(clip, end - int(tail / clip.tick))


def _trusted(clip: Clip, tally: Tally, tail: Fraction) -> bool:
    """No damage, no picture short of what the packets promised, and the whole tail was seen."""
    if tally.bad or tally.lost_the_end or tally.oldest is None or tally.newest is None:
        return False
    begin = max(clip.start, tally.newest - int(tail / clip.tick))
    return tally.oldest <= begin


def _on_screen(clip: Clip, tally: Tally, target: int) -> tuple[VideoFrame | None, VideoFrame | None]:
    """The last picture at or before `target` and the one after it, if any."""
    shown = None
    for picture in pictures(clip, tally):
        if (picture.pts or 0) > target:
            return shown, picture
        shown = picture
    return shown, None


def _gap(shown: VideoFrame, after: VideoFrame | None) -> bool:
    """A picture may be missing between the two: frame threads drop some without an error."""
    if after is None or shown.pts is None or after.pts is None or not shown.duration:
        return False
    return after.pts - shown.pts > shown.duration * Fraction(3, 2)


def _check_inside(clip: Clip, shown: VideoFrame, seconds: float) -> None:
    rate = clip.stream.average_rate or Fraction(24)
    length = shown.duration * clip.tick if shown.duration else 1 / rate
    end = float(((shown.pts or 0) - clip.start) * clip.tick + length)
    if seconds > end:
        raise BadInput(
            f"{seconds:g} s is after the clip's end at {end:.3f} s",
            where=str(clip.path),
            todo=f"name a time from 0 to {end:.3f}",
        )


def _frame(clip: Clip, picture: VideoFrame, damage: tuple[str, ...]) -> Frame:
    pixels, notes = rgb(picture)
    time = float(((picture.pts or 0) - clip.start) * clip.tick)
    return Frame(pixels, time, (*damage, *notes))


def _nothing(path: Path) -> BadInput:
    return BadInput("not one picture can be decoded", where=str(path), todo="fetch or export it again")
