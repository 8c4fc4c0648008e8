"""A monkey at the board: presses what it is given and never looks."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from random import Random
from typing import Any

import pytest
from textual import events
from textual.geometry import Size

from tests.tui.fuzz.keys import SIZES
from tui.app import BoardApp
from tui.bridge import Said
from tui.screens.asking import AskingScreen
from tui.screens.layout import is_small
from tui.theme import Look

PATIENCE = 4_000
"""Turns of 2 ms for the board to come to rest."""


class Monkey:
    def __init__(self, app: BoardApp, pilot: Any) -> None:
        self.app, self.pilot = app, pilot
        self.pressed: list[str] = []
        self.faults: list[str] = []
        """Exceptions of threads, as they were said."""

    async def press(self, burst: list[events.Event]) -> None:
        for event in burst:
            self.pressed.append(getattr(event, "key", "paste"))
            self.app.post_message(event)
        await self.rest()

    async def resize(self, chance: Random) -> None:
        size = Size(*chance.choice(SIZES))
        self.app._driver._size = size  # type: ignore[union-attr]
        self.app.post_message(events.Resize(size, size))
        await self.rest()

    async def rest(self) -> None:
        still = 0
        for _ in range(PATIENCE):
            self.sound()
            pumps = [self.app, self.app.screen, *self.app.screen.walk_children()]
            still = still + 1 if all(pump.message_queue_size == 0 for pump in pumps) else 0
            if still > 1:
                return
            await asyncio.sleep(0.001)
        raise AssertionError(f"the board does not come to rest after {self.pressed[-40:]}")

    def sound(self) -> None:
        """Raises where the board fell over."""
        assert not self.faults, (self.faults, self.pressed[-40:])
        assert self.app._exception is None, (repr(self.app._exception), self.pressed[-40:])
        assert self.app.is_running, f"the board was left after {self.pressed[-40:]}"


@asynccontextmanager
async def monkey(desk: Any, size: tuple[int, int] = (120, 36)) -> AsyncIterator[Monkey]:
    app = BoardApp(desk, Look())
    async with app.run_test(size=size) as pilot:
        one = Monkey(app, pilot)
        show = AskingScreen.show_said

        def said(screen: AskingScreen, value: Said) -> None:
            if value.text.startswith("a fault inside Rushes"):
                one.faults.append(value.text)
            show(screen, value)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(AskingScreen, "show_said", said)
            for _ in range(PATIENCE):
                if app.shared.glance is not None:
                    break
                await asyncio.sleep(0.002)
            yield one


@contextmanager
def heard() -> Iterator[Callable[[], list[str]]]:
    """Every question that was answered with yes, as it stood there."""
    questions: list[str] = []
    answer = AskingScreen.action_yes

    def yes(screen: AskingScreen) -> None:
        if screen._ask is not None and screen.is_current and not is_small(*screen.size):
            questions.append(screen._ask.text)
        answer(screen)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(AskingScreen, "action_yes", yes)
        yield lambda: questions
