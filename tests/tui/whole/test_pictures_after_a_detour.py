"""Frames that came while another screen was in front."""

from __future__ import annotations

import asyncio
from threading import Event

from core.studio.pages.pictures import Drawn, Wish
from tests.tui.whole.gallery import FullDesk, go_to, opened, pictured
from tui.bridge import NOTHING
from tui.screens.cursor import Cursor
from tui.screens.pictured import PicturedScreen


class SlowDesk(FullDesk):
    """Draws no frame before it is let."""

    def __init__(self) -> None:
        super().__init__()
        self.asked, self.let = Event(), Event()

    def frame(self, shot: str, take: int, end: str, wish: Wish) -> Drawn:
        self.asked.set()
        self.let.wait(20)
        return super().frame(shot, take, end, wish)


def test_frames_that_come_while_one_looks_elsewhere_are_there_on_the_way_back() -> None:
    async def run() -> None:
        desk = SlowDesk()
        async with opened(desk) as stage:
            await go_to(stage, "review", Cursor("S106"))
            review = stage.app.frame
            assert isinstance(review, PicturedScreen)
            await stage.until(lambda: desk.asked.is_set() and review._wanted, "the wish")
            await go_to(stage, "gaps")
            desk.let.set()
            await stage.quiet()
            assert all(frame._drawn == NOTHING for frame in review._frames.values())
            await go_to(stage, "review")
            await stage.until(lambda: pictured(stage), "the frames")

    asyncio.run(asyncio.wait_for(run(), 60))
