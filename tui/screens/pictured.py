"""A screen with frames of takes on it: which are wished for, and when. What stands where is the screen's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.timer import Timer

from tui.bridge import NOTHING, Picture, Still, Wish
from tui.bridge.posts import WantPictures
from tui.screens.frame import FrameScreen
from tui.screens.shared import Shared
from tui.widgets.picture import Frame
from tui.widgets.stills import Choice

ROW_S = 0.07
"""Between two rows of a picture where the line may be thin: some 5 kB/s, so a key is never behind one."""
REST_S = 0.15
"""The cursor rests when it has not moved for so long."""


class PicturedScreen(FrameScreen):
    """Frames come last: a picture is the dearest thing to send, so the cursor has to rest first."""

    PICTURES: ClassVar[tuple[str, ...]] = ()
    """Names of the panels that hold one frame each, from the left."""

    def __init__(self, shared: Shared) -> None:
        super().__init__(shared)
        self._frames = {name: Frame(name, shared.look) for name in self.PICTURES}
        self._wanted: dict[str, tuple[Still, str]] = {}
        """By panel: the frame that belongs there now, and its caption."""
        self._look_at: Timer | None = None
        self._coming: list[Frame] = []
        """Frames of which rows are still to be shown, the first of them now."""
        self._reveal: Timer | None = None

    def on_screen_resume(self) -> None:
        """What came while another screen was in front was shown to nobody: it is wished for again."""
        self._wanted = {}

    def picture_rooms(self) -> list[str]:
        """The panels for pictures that have a place now."""
        return [name for name in self.PICTURES if name in self._places]

    def show_picture(self, picture: Picture) -> None:
        for name, (still, caption) in self._wanted.items():
            if still == picture.still:
                frame = self._frames[name]
                frame.draw(picture.drawn, caption, whole=not self.shared.far)
                if self.shared.far and frame not in self._coming:
                    self._coming.append(frame)
        if self._coming and self._reveal is None:
            self._reveal = self.set_interval(ROW_S, self._show_row)

    def _show_row(self) -> None:
        """One row of one picture; the next one begins where it ends."""
        while self._coming and not self._coming[0].more():
            self._coming.pop(0)
        if not self._coming:
            self._stop_showing()

    def _stop_showing(self) -> None:
        self._coming.clear()
        if self._reveal is not None:
            self._reveal.stop()
            self._reveal = None

    def wish(self, wanted: Sequence[Choice], *, more: bool = False) -> None:
        """Asks for frames once all else is on screen and the cursor rests; `more`: also for what
        `rested` adds.

        One timer for all: a key that moves on takes the wishes for the shot before with it.
        """
        before, self._wanted = self._wanted, {}
        for name, one in zip(self.picture_rooms(), wanted, strict=False):
            place = self._places[name]
            still = Still(one.shot, one.take, one.end, Wish(self.shared.kind, place.width, place.height - 1))
            self._wanted[name] = (still, one.caption)
        for name in self.PICTURES:
            if name not in self._wanted:
                self._frames[name].draw(NOTHING, "")
        if self._wanted != before:
            self._stop_showing()
        if (self._wanted and self._wanted != before) or more:
            if self._look_at is not None:
                self._look_at.stop()
            self._look_at = self.set_timer(REST_S, self.rested)

    def rested(self) -> None:
        """The cursor rests: sends what was wished for."""
        if self._wanted:
            self.post_message(WantPictures(tuple(still for still, _ in self._wanted.values())))
