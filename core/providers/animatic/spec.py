"""The specification of one animatic clip: all that its pixels depend on, as JSON-able values."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.base.errors import BadInput
from core.base.units import parse_fps
from core.providers.animatic.camera import Window
from core.providers.animatic.moves import check_move
from core.providers.base import CameraMove

if TYPE_CHECKING:
    from fractions import Fraction

    from core.providers.base import Picture, VideoRequest

SCHEMA = 1
SIDES = (16, 8192)
"""Shortest and longest side of a picture, in pixels."""
SECONDS = (0.1, 600.0)


@dataclass(frozen=True, slots=True)
class Carried:
    """Where on which plate an animatic clip ended: handed back with its last frame."""

    plate: str
    """SHA-256 of the plate, or the name of a card."""
    window: Window

    @classmethod
    def of(cls, raw: Mapping[str, Any] | None) -> Carried | None:
        """Reads a sidecar's `carried`. None where it is absent, of another provider, or damaged:
        the clip then begins on the frame itself."""
        if not isinstance(raw, Mapping) or raw.get("animatic") != SCHEMA:
            return None
        plate, window = raw.get("plate"), raw.get("window")
        if not isinstance(plate, str) or not isinstance(window, list | tuple) or len(window) != 4:
            return None
        if not all(isinstance(value, int | float) and math.isfinite(value) for value in window):
            return None
        return cls(plate, Window(*(float(value) for value in window))) if window[2] > 0 else None

    def raw(self) -> dict[str, Any]:
        w = self.window
        return {"animatic": SCHEMA, "plate": self.plate, "window": [w.cx, w.cy, w.width, w.roll]}


@dataclass(frozen=True, slots=True)
class Still:
    """A picture of the request, by place and content."""

    path: Path
    sha: str
    carried: Carried | None = None

    @classmethod
    def of(cls, picture: Picture | None) -> Still | None:
        return cls(picture.path, picture.sha, Carried.of(picture.carried)) if picture else None


@dataclass(frozen=True, slots=True)
class RenderSpec:
    """One clip. The same spec gives the same frames, byte for byte."""

    request_hash: str
    frames: int
    fps: Fraction
    width: int
    height: int
    seed: int
    camera: CameraMove
    plate: Still | None = None
    first: Still | None = None
    last: Still | None = None

    @property
    def seconds(self) -> float:
        return float(self.frames / self.fps)

    @property
    def stills(self) -> tuple[Still, ...]:
        return tuple(still for still in (self.plate, self.first, self.last) if still)

    @classmethod
    def of(cls, request: VideoRequest) -> RenderSpec:
        """Pure. Raises BadInput for what cannot be rendered."""
        return cls(
            request.request_hash,
            request.frames,
            request.fps,
            request.width,
            request.height,
            request.seed,
            request.camera or CameraMove("static"),
            Still.of(request.plate),
            Still.of(request.first_frame),
            Still.of(request.last_frame),
        ).checked()

    @classmethod
    def read(cls, body: Mapping[str, Any]) -> RenderSpec:
        """The spec in a payload's body. Raises BadInput for anything `body` did not write."""
        try:
            if body["animatic"] != SCHEMA:
                raise BadInput(
                    f"animatic job of schema {body['animatic']!r}", todo=f"this Rushes reads {SCHEMA}"
                )
            camera = body["camera"]
            return cls(
                str(body["request_hash"]),
                int(body["frames"]),
                parse_fps(body["fps"]),
                int(body["width"]),
                int(body["height"]),
                int(body["seed"]),
                CameraMove(str(camera["move"]), str(camera["easing"]), float(camera["amount"])),
                *(_read_still(body[role]) for role in ("plate", "first", "last")),
            ).checked()
        except (KeyError, TypeError, ValueError) as error:
            raise BadInput(f"not an animatic job: {error!r}", todo="submit the take again") from error

    def body(self) -> dict[str, Any]:
        """JSON-able, and read back by `read` without loss."""
        return {
            "animatic": SCHEMA,
            "request_hash": self.request_hash,
            "frames": self.frames,
            "fps": str(self.fps),
            "width": self.width,
            "height": self.height,
            "seed": self.seed,
            "camera": asdict(self.camera),
            "plate": _write_still(self.plate),
            "first": _write_still(self.first),
            "last": _write_still(self.last),
        }

    def checked(self) -> RenderSpec:
        check_move(self.camera.move, self.camera.easing, self.camera.amount)
        low, high = SIDES
        if not (low <= self.width <= high and low <= self.height <= high):
            raise BadInput(
                f"a picture of {self.width}x{self.height} is outside {low} to {high} pixels a side"
            )
        shortest, longest = SECONDS
        if self.frames < 1 or self.seconds > longest:
            raise BadInput(
                f"{self.frames} frames at {self.fps} a second are outside {shortest} to {longest:.0f} s"
            )
        if len(self.request_hash) < 40 or not self.request_hash.isalnum():
            raise BadInput(f"'{self.request_hash[:80]}' is not a request hash")
        return self


def _read_still(raw: Mapping[str, Any] | None) -> Still | None:
    return Still(Path(raw["path"]), str(raw["sha"]), Carried.of(raw["carried"])) if raw else None


def _write_still(still: Still | None) -> dict[str, Any] | None:
    if still is None:
        return None
    carried = still.carried.raw() if still.carried else None
    return {"path": str(still.path), "sha": still.sha, "carried": carried}
