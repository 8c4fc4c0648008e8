"""Prices out of its catalogue: `pricing_skus`, whose keys say what they are a price of.

    [text_to_video_|image_to_video_]duration_seconds[_with_audio|_without_audio][_720p]   dollars a second
    cents_per_second_output[_720p], cents_per_video_output_second_720p                    cents a second
    video_tokens[_1080p][_with_audio|_without_audio][_with_video_input]                   dollars a token
    reference_duration_seconds_720p                          dollars a second, where references are sent
    reference_images, cents_per_image_input                  for each picture sent

These are the shapes of the live answer of 2026-10-09; the names in the documents are others. A key that is
not among them leaves its model without a price: it may be part of every bill.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import product
from typing import TYPE_CHECKING

from core.base.errors import BadInput
from core.base.rates import Rate, Unit, parse_price

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SOURCE = "OpenRouter's catalogue (GET /videos/models)"
_RESOLUTION = r"(?:_(?P<resolution>[0-9]{3,4}p|[0-9]k))?"
_AUDIO = r"(?:_(?P<audio>with|without)_audio)?"
_SECONDS = re.compile(rf"(?:(?P<way>text|image)_to_video_)?duration_seconds{_AUDIO}{_RESOLUTION}")
_CENTS = re.compile(rf"cents_per_(?:second_output|video_output_second){_RESOLUTION}")
_TOKENS = re.compile(rf"video_tokens{_RESOLUTION}{_AUDIO}(?P<video>_with_video_input)?")
_REFERRED = re.compile(rf"reference_duration_seconds{_RESOLUTION}")
_NOT_OURS = re.compile(rf"cents_per_second_video_continuation{_RESOLUTION}")
"""Of lengthening an earlier clip: nothing here asks for that."""
_MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class _Row:
    """One key: the price, and the conditions it names. None: no condition."""

    unit: Unit
    price: Decimal
    resolution: str = ""
    audio: bool | None = None
    video: bool | None = None
    frame: bool | None = None

    def holds(self, asked: _Asked) -> bool:
        return (
            self.resolution in ("", asked.resolution)
            and self.audio in (None, asked.audio)
            and self.video in (None, asked.video)
            and self.frame in (None, asked.frame)
        )

    @property
    def conditions(self) -> tuple[str | bool | None, ...]:
        return (self.resolution or None, self.audio, self.video, self.frame)

    def within(self, other: _Row) -> bool:
        """Whether this row makes every condition of `other`, and one more."""
        pairs = tuple(zip(self.conditions, other.conditions, strict=True))
        return self.conditions != other.conditions and all(theirs in (None, ours) for ours, theirs in pairs)


@dataclass(frozen=True, slots=True)
class _Asked:
    resolution: str
    audio: bool
    video: bool
    frame: bool


@dataclass(frozen=True, slots=True)
class _Extras:
    """What comes on top: a picture sent, and the dearer second of a request with references."""

    picture: Decimal = Decimal(0)
    referred: tuple[tuple[str, Decimal], ...] = ()

    def at_most(self, resolution: str) -> Decimal | None:
        return max((price for of, price in self.referred if of in ("", resolution)), default=None)


def rates_of(provider: str, model: str, skus: Mapping[str, str], as_of: str) -> list[Rate]:
    """A model's prices, each condition spelled out; empty where a key or a price is not understood."""
    try:
        rows, extras = _read(skus)
        return [_rate(provider, model, asked, row, extras, as_of) for asked, row in _spelled(_plain(rows))]
    except BadInput:
        return []


def _read(skus: Mapping[str, str]) -> tuple[list[_Row], _Extras]:
    """Raises BadInput for a key that is not understood."""
    rows: list[_Row] = []
    picture, referred = Decimal(0), []
    for key, text in skus.items():
        if _NOT_OURS.fullmatch(key):
            continue
        price = parse_price(str(text))
        if key == "reference_images":
            picture = max(picture, price)
        elif key == "cents_per_image_input":
            picture = max(picture, price / 100)
        elif found := _REFERRED.fullmatch(key):
            referred.append((_size(found), price))
        else:
            rows.append(_row(key, price))
    if len({row.unit for row in rows}) > 1:
        raise BadInput("a model billed by the second and by the token")
    return rows, _Extras(picture, tuple(referred))


def _row(key: str, price: Decimal) -> _Row:
    if found := _SECONDS.fullmatch(key):
        way = found["way"]
        frame = None if way is None else way == "image"
        return _Row(Unit.SECOND, price, _size(found), _sound(found), frame=frame)
    if found := _CENTS.fullmatch(key):
        return _Row(Unit.SECOND, price / 100, _size(found))
    if found := _TOKENS.fullmatch(key):
        video = True if found["video"] else None
        return _Row(Unit.TOKEN, price * _MILLION, _size(found), _sound(found), video)
    raise BadInput(f"'{key[:60]}' is a price of something that is not known here")


def _plain(rows: list[_Row]) -> list[_Row]:
    """Without the rows that only repeat, for one kind of sound, the price of both."""
    return [row for row in rows if row.audio is None or replace(row, audio=None) not in rows]


def _spelled(rows: list[_Row]) -> Iterator[tuple[_Asked, _Row]]:
    """Each case the keys tell apart, with its price: the most particular row's, the dearest's of two."""
    told = [any(row.conditions[at] is not None for row in rows) for at in (1, 2, 3)]
    sides = [(False, True) if one else (False,) for one in told]
    for size, audio, video, frame in product(sorted({row.resolution for row in rows}), *sides):
        asked = _Asked(str(size), bool(audio), bool(video), bool(frame))
        fitting = [row for row in rows if row.holds(asked)]
        best = [row for row in fitting if not any(other.within(row) for other in fitting)]
        if best:
            dearest = max(best, key=lambda row: row.price)
            case = (asked.audio, asked.video, asked.frame)
            sound, moving, begun = (one if tell else None for one, tell in zip(case, told, strict=True))
            row = _Row(dearest.unit, dearest.price, asked.resolution, sound, moving, begun)
            yield asked, row


def _rate(provider: str, model: str, asked: _Asked, row: _Row, extras: _Extras, as_of: str) -> Rate:
    return Rate(
        provider=provider,
        model=model,
        unit=row.unit,
        price=row.price,
        per=_MILLION if row.unit is Unit.TOKEN else 1,
        source=SOURCE,
        as_of=as_of,
        resolution=row.resolution,
        audio=row.audio,
        video_input=row.video,
        first_frame=row.frame,
        at_most=extras.at_most(asked.resolution),
        reference=extras.picture,
        origin="live",
    )


def _size(found: re.Match[str]) -> str:
    return (found["resolution"] or "").upper().replace("P", "p")


def _sound(found: re.Match[str]) -> bool | None:
    return None if found["audio"] is None else found["audio"] == "with"
