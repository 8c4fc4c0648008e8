"""Puts a board on a fake desk, waits for the film, and reads the screen."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from time import monotonic
from typing import Any

from textual import events
from textual.keys import _character_to_key
from textual.pilot import Pilot

from core.base.settings import BoardSettings
from core.studio.rows import Glance
from tests.tui.fake_desk import FakeDesk
from tests.tui.films import salt_road
from tui.app import BoardApp
from tui.bridge.values import Paged, Quoted, Said, Value
from tui.screens.board import BoardScreen
from tui.theme import Look
from tui.widgets.panel import LinePanel
from tui.widgets.picture import Frame

CHARACTERS = {"slash": "/", "question_mark": "?", "space": " ", "enter": "\r", "tab": "\t"}


class Stage:
    def __init__(self, app: BoardApp, desk: FakeDesk, pilot: Pilot[Any]) -> None:
        self.app, self.desk, self.pilot = app, desk, pilot
        self._asked = self._answered = self._lost = 0
        self.patience = 3.0
        """Seconds for an answer. What does not come by then is waited for no more."""
        for asking in ("order", "cut", "read"):
            setattr(app, asking, self._counted(getattr(app, asking)))
        app._send = self._heard(app._send)  # type: ignore[assignment, method-assign]

    def _counted(self, ask: Callable[[Any], Any]) -> Callable[[Any], Any]:
        def asking(what: Any) -> Any:
            self._asked += 1
            return ask(what)

        return asking

    def _heard(self, send: Callable[[Value], None]) -> Callable[[Value], None]:
        def sending(value: Value) -> None:
            send(value)
            self._answered += isinstance(value, Said | Quoted | Paged)

        return sending

    def _awaited(self) -> bool:
        """Whether a thread has yet to answer. A desk told to be slow is not waited for."""
        slow = getattr(self.desk, "slow", None)
        self._lost = min(self._lost, self._asked - self._answered)
        return self._asked - self._answered > self._lost and (slow is None or slow.is_set())

    @property
    def board(self) -> BoardScreen:
        return self.app.board

    def text(self) -> str:
        """The screen as a person reads it."""
        strips = self.app.screen._compositor.render_strips()
        return "\n".join(strip.text.rstrip() for strip in strips)

    def pictured(self) -> bool:
        """Whether all frames of the selected shot are drawn."""
        frames = [
            frame for frame in self.board.query(Frame) if frame.display and frame.id in self.board._wanted
        ]
        return bool(frames) and all(_drawn(frame.render_line(1).text) for frame in frames)

    def repaints(self) -> int:
        return sum(panel.repaints for panel in self.board.query(LinePanel))

    async def press(self, *keys: str) -> None:
        """Keys one after the other. The pilot's own `press` waits for an idle CPU, 0.17 s a key."""
        for key in keys:
            char = CHARACTERS.get(key, key if len(key) == 1 else None)
            name = _character_to_key(key) if len(key) == 1 else key
            self.app.post_message(events.Key(name, char))
            await self.quiet()

    async def quiet(self) -> None:
        """Until no pump has a message left, and the desk has answered: a fault of its own never does."""
        still, patience = 0, monotonic() + self.patience
        while still < 3:
            await asyncio.sleep(0.002)
            pumps = [self.app, self.app.screen, *self.app.screen.walk_children()]
            front: Any = self.app.screen
            drawing = any(getattr(screen, "_drawing", False) for screen in self.app.screen_stack)
            drawing = drawing or front._layout_required or front._callbacks  # a field goes with the layout
            busy = any(pump.message_queue_size for pump in pumps)
            awaited = self._awaited()
            if awaited and monotonic() > patience:
                self._lost, awaited = self._asked - self._answered, False
            still = 0 if busy or drawing or awaited else still + 1

    async def until(self, true: Callable[[], object], what: str = "") -> None:
        """Waits until `true` holds; a test that never gets there fails with the screen as its reason."""
        patience = monotonic() + 20  # not turns: with much else to do, a thread is late
        while monotonic() < patience:
            if true():
                await self.quiet()
                return
            await asyncio.sleep(0.02)
        raise AssertionError(f"never came about: {what}\n{self.text()}")

    async def write(self, text: str) -> None:
        await self.press(*("space" if char == " " else char for char in text))


def _drawn(row: str) -> bool:
    """Whether a row is of a picture: half blocks, or the signs of an ASCII one."""
    return "▀" in row or "~-" in row


@asynccontextmanager
async def staged(
    film: Glance,
    size: tuple[int, int] = (120, 36),
    *,
    plain: bool = False,
    root: Path | None = None,
    board: BoardSettings | None = None,
    read_only: bool = False,
    far: bool = False,
    desk: FakeDesk | None = None,
) -> AsyncIterator[Stage]:
    desk = desk or FakeDesk(film, root or Path("/nonexistent"))
    app = BoardApp(desk, Look(plain), board, far=far, read_only=read_only)
    async with app.run_test(size=size) as pilot:
        stage = Stage(app, desk, pilot)
        await stage.until(lambda: app.board.glance is not None and app.shared.categories, "the first reading")
        await stage.quiet()
        yield stage


def play(
    scene: Callable[[Stage], Awaitable[None]], film: Glance | None = None, size: tuple[int, int] = (120, 36)
) -> None:
    async def run() -> None:
        async with staged(film or salt_road(), size) as stage:
            await scene(stage)

    asyncio.run(run())
