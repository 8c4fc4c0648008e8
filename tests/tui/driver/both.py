"""One app, one real driver on a real pty, two terminals: what Textual said, and what was sent.

What Textual says and what our driver is given are the same calls, so the two can be compared cell by cell
without a clock: a mark written into both streams says where.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import select
import signal
import struct
import termios
import time
from codecs import getincrementaldecoder
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

from textual.app import App

from tests.tui.driver.emulator import Emulator, Glyph
from tui.driver import BoardDriver
from tui.terminal.around import erases_in_colour

PATIENCE_S = 60.0
"""Only a test that is going to fail waits so long."""


class Both:
    """The two terminals and the pty between."""

    def __init__(self, width: int, height: int) -> None:
        self.master, self.slave = os.openpty()
        os.set_blocking(self.master, False)
        self.file = os.fdopen(os.dup(self.slave), "w", encoding="utf-8")
        self.stock = Emulator(width, height, rubbish=False)
        self.ours = Emulator(width, height, bce=erases_in_colour(os.environ))
        self.said = self.sent = 0
        """Bytes of Textual's, bytes of ours."""
        self.reading = False
        self.faults: list[AssertionError] = []
        self.driver: BoardDriver | None = None
        self._decode = getincrementaldecoder("utf-8")("strict").decode
        self._marks = 0
        self._set_size(width, height)

    def driver_class(self) -> type[BoardDriver]:
        both = self

        class Tee(BoardDriver):
            def __init__(self, *args: Any, **kwargs: Any) -> None:
                super().__init__(*args, **kwargs)
                both.driver = self
                self.fileno = both.slave
                self.input_tty = True
                self._file = both.file

            def write(self, data: str) -> None:
                both.said += len(data.encode())
                both.stock.feed(data)
                super().write(data)

        return Tee

    def _set_size(self, width: int, height: int) -> None:
        os.environ["COLUMNS"], os.environ["LINES"] = str(width), str(height)
        fcntl.ioctl(self.slave, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))

    def resize(self, width: int, height: int) -> None:
        for side in (self.stock, self.ours):
            side.resize(width, height)
        self._set_size(width, height)
        os.kill(os.getpid(), signal.SIGWINCH)
        # The driver does so itself at the loop's next turn; a frame of the old size that came before would be
        # cut at two different moments.
        assert self.driver is not None
        self.driver._resize(width, height)

    def type(self, data: str) -> None:
        os.write(self.master, data.encode())

    def read(self, on: bool = True) -> None:
        """Whether the line takes anything."""
        loop = asyncio.get_running_loop()
        if on and not self.reading:
            loop.add_reader(self.master, self._take)
        elif not on and self.reading:
            loop.remove_reader(self.master)
        self.reading = on

    def _take(self) -> None:
        with suppress(BlockingIOError):
            data = os.read(self.master, 65536)
            self.sent += len(data)
            try:
                self.ours.feed(self._decode(data))
            except AssertionError as fault:  # the loop would swallow it
                self.faults.append(fault)

    def level(self) -> None:
        """Until all that was said has arrived. Nothing more is said meanwhile: the loop stands still."""
        assert self.driver is not None
        self._marks += 1
        mark = f"]7771;{self._marks}"
        self.driver.write(f"\x1b{mark}\x07")
        end = time.monotonic() + PATIENCE_S
        while mark not in self.ours.heard:
            assert not self.faults, self.faults
            assert time.monotonic() < end, "the mark never came"
            if select.select([self.master], [], [], 1.0)[0]:
                self._take()

    def differing(self) -> list[tuple[int, int, Glyph, Glyph]]:
        """Column, row, what stock shows, what ours shows."""
        found = []
        for y, (stock, ours) in enumerate(zip(self.stock.rows, self.ours.rows, strict=True)):
            found += [(x, y, a, b) for x, (a, b) in enumerate(zip(stock, ours, strict=True)) if a != b]
        return found

    def close(self) -> None:
        self.file.close()
        for end in (self.master, self.slave):
            os.close(end)


@asynccontextmanager
async def on_both(app: App[Any], both: Both) -> AsyncIterator[Both]:
    """The app, running; it is left by its own `exit`."""
    app.driver_class = both.driver_class()
    both.read()
    running = asyncio.create_task(app.run_async(mouse=False))
    try:
        async with asyncio.timeout(PATIENCE_S):
            while not (app.is_running and app.screen.is_current and both.stock.painted):
                await asyncio.sleep(0.01)
                if running.done():
                    await running
        with app._context():
            yield both
    finally:
        app.exit()
        both.read()
        await running
        both.read(on=False)
        while select.select([both.master], [], [], 0.1)[0]:  # what the line still holds
            both._take()


async def quiet(app: App[Any]) -> None:
    """Until no pump of the app has a message left."""
    still = 0
    while still < 3:
        await asyncio.sleep(0.001)
        pumps = [app, app.screen, *app.screen.walk_children()]
        still = still + 1 if all(pump.message_queue_size == 0 for pump in pumps) else 0
