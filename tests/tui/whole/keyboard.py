"""Every key of the table, pressed on every screen in every state: fast, and without waiting for a time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from textual import events
from textual.keys import _character_to_key, _get_key_aliases

from tests.tui.fake_desk import FakeDesk
from tests.tui.stage import Stage
from tests.tui.whole.gallery import FullDesk, opened
from tui import keymap
from tui.actions import ACTIONS
from tui.bridge import Quoted, Said
from tui.screens.cursor import Cursor
from tui.screens.frame import FrameScreen
from tui.widgets.foot import Notice

KEYS = tuple(sorted({key.strip() for row in ACTIONS for key in row.keys.split(",")}))
"""Every key that means something anywhere."""
SPENDS = frozenset({"go", "retake", "settle"})
"""Names of the desk's acts that send something paid, or free what was held for it."""
_CHARACTERS = {
    **{_character_to_key(char): char for char in "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~ "},
    "enter": "\r",
    "tab": "\t",
}


@dataclass(frozen=True, slots=True)
class State:
    """How a screen stands before a key."""

    name: str
    keys: tuple[str, ...] = ()
    shot: str = "S106"


STATES = (
    State("as it opens"),
    State("on a take in doubt", shot="S205"),
    State("after a count", ("3",)),
    State("with marks", ("space", "j", "space"), "S104"),
    State("drawing a range", ("V", "j", "j"), "S104"),
    State("in the palette", ("colon", "g", "o")),
    State("explaining keys", ("W",)),
    State("asking about a reject", ("x",)),
    State("asking what a go costs", ("g",), "S205"),
    State("settling a doubt", ("s",), "S205"),
    State("writing a line", ("r", "a")),
    State("in the form", ("f",)),
    State("in the help", ("question_mark",)),
)
"""Every mode of `keymap`, and everything typed before a key that changes what it is about."""


class Keyboard:
    """Keys for one running app. Counts what is ordered and what has come back of it."""

    def __init__(self, stage: Stage) -> None:
        self.stage, self.app = stage, stage.app
        self.ordered = self.answered = 0
        self._began: tuple[object, ...] = ()
        give, cut, send = self.app.order, self.app.cut, self.app._send

        def order(what: Any) -> None:
            self.ordered += 1
            give(what)

        def cutting(what: Any) -> Any:
            self.ordered += 1
            return cut(what)

        def sent(value: Any) -> None:
            send(value)
            self.answered += isinstance(value, Said | Quoted)

        app: Any = self.app
        app.order, app.cut, app._send = order, cutting, sent
        app.exit = lambda *_args, **_more: None

    def unhinted(self) -> None:
        """From here on an answer hints at no new reading: that one comes at its own time, and puts the
        cursor of a list of failures back on its line."""
        app: Any = self.app
        hint = app._nudge
        app._nudge = SimpleNamespace(set=lambda: hint.set() if app.stopping.is_set() else None)

    @property
    def desk(self) -> FakeDesk:
        return self.stage.desk

    @property
    def spent(self) -> list[tuple[object, ...]]:
        return [call for call in self.desk.calls if call[0] in SPENDS]

    async def press(self, *keys: str) -> None:
        for key in keys:
            char = _CHARACTERS.get(key, key if len(key) == 1 else None)
            self.app.post_message(events.Key(_character_to_key(key) if len(key) == 1 else key, char))
            await self.settle()

    async def settle(self) -> None:
        """Until no pump has a message left, and every order has been answered."""
        still = 0
        while still < 12:  # a handler may be between two awaits
            await asyncio.sleep(0)
            if self.app._exception is not None:
                raise self.app._exception
            frame = self.app.frame
            if self.ordered != self.answered or frame._reading:
                await asyncio.sleep(0.001)
            pumps = [self.app, self.app.screen, *self.app.screen.children]
            busy = any(pump.message_queue_size for pump in pumps)
            still = 0 if busy or self.ordered != self.answered or frame._reading else still + 1

    def standing(self) -> tuple[object, ...]:
        """What a key may find another way than the key before it did."""
        shared, frame = self.app.shared, self.app.frame
        marks = (shared.marked, shared.range_from, shared.count, shared.explaining)
        return (self.app.screen, frame, frame.mode, frame._ask, shared.cursor, *marks)

    async def stand(self, screen: str, state: State) -> None:
        """The screen, in the state, from whatever the last key made of it."""
        app = self.app
        while not isinstance(app.screen, FrameScreen) or app.frame.mode != keymap.NORMAL:
            await self.press("escape")
        shared = app.shared
        shared.marked, shared.range_from, shared.count = frozenset(), "", ""
        shared.explaining, shared.card, shared.notice = False, None, Notice()
        if screen != app.frame.NAME:
            app.open(screen)
            await self.settle()
        app.frame.restore({})
        shared.cursor = Cursor(state.shot)
        app.frame._asked = None
        await self.press(*state.keys)
        self._began = self.standing()
        self.desk.calls.clear()
        self.desk.quoted.clear()

    async def still_stand(self, screen: str, state: State) -> None:
        """As `stand`, where the last key left nothing another way."""
        if self.standing() != self._began:
            await self.stand(screen, state)


@asynccontextmanager
async def keyboard(desk: FullDesk | None = None) -> AsyncIterator[Keyboard]:
    async with opened(desk or FullDesk(), (80, 24), pictures="off") as stage:
        keys = Keyboard(stage)
        await keys.settle()
        yield keys


def aliases(key: str) -> set[str]:
    return set(_get_key_aliases(key))
