"""The Review screen on the real desk of a small real film."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from textual import events
from textual.keys import _character_to_key

from core.base.settings import BoardSettings
from core.studio.desk import StudioDesk
from tests.tui.real_film import RealFilm
from tests.tui.stage import Stage
from tui.app import BoardApp
from tui.screens.review import ReviewScreen
from tui.theme import Look


class ReviewStage(Stage):
    @property
    def screen(self) -> ReviewScreen:
        frame = self.app.frame
        assert isinstance(frame, ReviewScreen)
        return frame

    async def write(self, text: str) -> None:
        """All letters at once, as they are typed ahead on a slow line."""
        for char in text:
            key = "space" if char == " " else _character_to_key(char)
            self.app.post_message(events.Key(key, char))
        await self.quiet()

    async def shows(self, *texts: str) -> None:
        """Waits until every text stands on the screen."""
        await self.until(lambda: all(text in self.text() for text in texts), f"{texts}")

    async def gone(self, text: str) -> None:
        await self.until(lambda: text not in self.text(), f"without {text}")

    async def settled(self) -> None:
        """Until the page is of what is selected."""
        screen = self.screen
        await self.until(
            lambda: screen._asked_for == screen._subject() and not screen._reading and screen._shown,
            "the page",
        )


Scene = Callable[[ReviewStage], Awaitable[None]]


def review(
    film: RealFilm, scene: Scene, size: tuple[int, int] = (120, 36), *, pictures: bool = False, **more: Any
) -> None:
    """Opens the screen with its key, plays the scene, and closes the desk."""

    async def run() -> None:
        desk = StudioDesk(film.places)
        app = BoardApp(desk, Look(), BoardSettings(pictures="half" if pictures else "off"), **more)
        async with app.run_test(size=size) as pilot:
            stage = ReviewStage(app, desk, pilot)  # type: ignore[arg-type]
            await stage.until(lambda: app.shared.glance is not None, "the first reading")
            await stage.press("R")
            await stage.until(lambda: isinstance(app.frame, ReviewScreen), "the screen")
            await stage.settled()
            await scene(stage)
        desk.close()

    asyncio.run(asyncio.wait_for(run(), 50))
