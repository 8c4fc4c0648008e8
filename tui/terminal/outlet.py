"""The thread that sends: never more than the line takes, never on anybody else's time."""

from __future__ import annotations

import os
import select
import time
from threading import Event, Lock, Thread
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from tui.terminal.screen import Screen

PIECE = 1000
"""Bytes worked out at once: at 10 kB/s a tenth of a second until something newer may overtake."""
WHOLE = 16_000
"""The same for the first frame, which nothing newer can overtake: each piece waits for Python's lock anew."""
FLUSH_S = 1.5
"""How long an end waits for a slow line to take what restores the terminal's modes."""
BLOCKED_S = 0.1
"""How often a thread with a full line in front of it looks whether it is still wanted."""


def own_end(fd: int) -> int:
    """A file of our own on the terminal behind `fd`, to which a write never blocks.

    Of our own: the flag that says so belongs to the open file, which the shell and our standard input share.
    A terminal that cannot be opened again, or a pipe, is written to as it is: a poll says when, and a pipe
    that polls as free takes a piece whole.
    """
    flags = os.O_WRONLY | os.O_NOCTTY | os.O_NONBLOCK | os.O_CLOEXEC
    try:
        return os.open(os.ttyname(fd), flags)
    except OSError:
        return os.dup(fd)


class Outlet:
    """Sends what a screen still lacks to a file descriptor, in a thread, while there is anything."""

    def __init__(self, screen: Screen, fd: int, encoding: str, broken: Callable[[], None]) -> None:
        """`broken` is called once, from the thread, when the terminal no longer takes anything."""
        self._screen, self._encoding, self._broken = screen, encoding, broken
        self.lock = Lock()
        """Held by whoever touches the screen; never while a byte is sent."""
        self._wake = Event()
        self._closing = self._abandoned = False
        self._fd = own_end(fd)
        self._room = WHOLE
        self._thread = Thread(target=self._run, name="rushes-terminal", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def wake(self) -> None:
        """There is something new to send."""
        self._wake.set()

    def close(self) -> bool:
        """Sends what is left, for at most FLUSH_S. False if the line did not take it: it is stuck."""
        if self._thread.ident is None:
            return True  # nothing was ever sent
        self._closing = True
        self._wake.set()
        self._thread.join(FLUSH_S)
        took = not self._thread.is_alive()
        if not took:
            self._abandoned = True
            self._thread.join(2 * BLOCKED_S)
        return took

    def _run(self) -> None:
        try:
            while not self._abandoned:
                self._wake.clear()
                with self.lock:
                    words = self._screen.piece(self._room)
                if words:
                    self._send(words.encode(self._encoding, "replace"))
                    if len(words) > PIECE:
                        self._room = PIECE
                elif self._closing:
                    break
                else:
                    self._wake.wait()
        except OSError:
            self._broken()
        finally:
            os.close(self._fd)

    def _send(self, data: bytes) -> None:
        """All of it, or as much as is still wanted. Raises OSError once the terminal is gone."""
        poll = select.poll()
        poll.register(self._fd, select.POLLOUT)
        while data and not self._abandoned:
            if not poll.poll(BLOCKED_S * 1000):
                continue
            try:
                took = os.write(self._fd, data[: self._room])
            except BlockingIOError:
                took = 0
                time.sleep(0.005)  # some systems poll as free a line that takes nothing
            data = data[took:]
