"""From a spec to frames: which plate, which path, what is dissolved into what.

A take that goes on from an animatic on the same plate begins on the window where that one ended:
the same resampling, so the same pixels. Any other hand-over frame is shown as it is and dissolved
into the plate; without a plate, that frame is the plate. A last frame is reached in the same way.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from core.providers.animatic import stills
from core.providers.animatic.camera import Path, Stage, Window, smooth
from core.providers.animatic.moves import plan
from core.providers.animatic.spec import Carried

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from core.providers.animatic.spec import RenderSpec, Still

DISSOLVE_S = 0.6
"""Length of a dissolve; never more than a third of the shot."""


@dataclass(frozen=True, slots=True)
class Scene:
    """A spec with its pictures loaded and its move planned."""

    spec: RenderSpec
    plate: Image.Image
    path: Path
    opening: Image.Image | None
    """Shown whole in frame 0 and dissolved into the plate."""
    closing: Image.Image | None
    """Shown whole in the last frame."""
    carried: Carried
    """What the next take wants back: the plate and window of the last frame as seen."""

    @classmethod
    def of(cls, spec: RenderSpec) -> Scene:
        """Raises BadInput for a picture that is absent, changed or unfit."""
        plate, name, borrowed = _plate(spec)
        plate = stills.working(plate, spec.width, spec.height)
        stage = Stage(plate.width, plate.height, spec.width, spec.height, borrowed)
        start, end = _window_of(spec.first, name, stage), _window_of(spec.last, name, stage)
        path = plan(stage, spec.camera, spec.seconds, spec.seed, start=start, end=end)
        opening = _whole(spec.first, spec)[0] if spec.first and start is None else None
        closing, ended = None, Carried(name, path.end)
        if spec.last and end is None:
            closing, window = _whole(spec.last, spec)
            ended = Carried(spec.last.sha, window)
        return cls(spec, plate, path, opening, closing, ended)

    def frames(self) -> Iterator[NDArray[np.uint8]]:
        """Every frame in order: uint8, height x width x 3, RGB."""
        return (np.asarray(self.frame(index)) for index in range(self.spec.frames))

    def frame(self, index: int) -> Image.Image:
        before, after = self._weights(index)
        if self.opening is not None and before >= 1:
            return self.opening
        if self.closing is not None and after >= 1:
            return self.closing
        picture = stills.cut(self.plate, self.path.stage, self.path.frame(index, self.spec.frames))
        if self.opening is not None and before > 0:
            picture = Image.blend(picture, self.opening, before)
        if self.closing is not None and after > 0:
            picture = Image.blend(picture, self.closing, after)
        return picture

    def _weights(self, index: int) -> tuple[float, float]:
        """Shares of the opening and of the closing picture in a frame; 1 at the two ends."""
        frames = self.spec.frames
        length = max(1, min(round(DISSOLVE_S * self.spec.fps), frames // 3))
        return 1 - smooth(index / length), 1 - smooth((frames - 1 - index) / length)


def frames(spec: RenderSpec) -> Iterator[NDArray[np.uint8]]:
    """The clip, frame by frame: uint8, height x width x 3, RGB. Raises BadInput before the first."""
    return Scene.of(spec).frames()


def _plate(spec: RenderSpec) -> tuple[Image.Image, str, bool]:
    """The plate, its name, and whether it is a borrowed hand-over frame."""
    if spec.plate:
        return stills.load(spec.plate), spec.plate.sha, False
    size = (spec.width, spec.height)
    handed = spec.first.carried if spec.first else None
    seed = stills.card_seed(handed.plate, *size) if handed else None
    if spec.first and seed is None:
        return stills.load(spec.first), spec.first.sha, True
    seed = spec.seed if seed is None else seed
    return stills.card(seed, *size), stills.card_name(seed, *size), False


def _window_of(still: Still | None, plate: str, stage: Stage) -> Window | None:
    """Where a given frame lies on the plate; None when it is a picture of something else."""
    if still is None:
        return None
    if still.carried and still.carried.plate == plate:
        window = still.carried.window
        # An exact window stays bit for bit: the seam depends on it.
        return window if stage.holds(window) else stage.inside(window)
    return stage.full() if still.sha == plate else None


def _whole(still: Still, spec: RenderSpec) -> tuple[Image.Image, Window]:
    """A picture as it fills the frame, and the window on it that this is."""
    picture = stills.working(stills.load(still), spec.width, spec.height)
    stage = Stage(picture.width, picture.height, spec.width, spec.height)
    return stills.cut(picture, stage, stage.full()), stage.full()
