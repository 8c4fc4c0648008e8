"""The terminal, taken while the toolkit is still being imported: the first frame stands there a tenth of a
second earlier, and what is typed meanwhile waits for the board."""

from __future__ import annotations

import codecs
import os
import signal
import sys
import termios
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from tui.terminal.around import erases_in_colour, terminal_size
from tui.terminal.outlet import Outlet
from tui.terminal.screen import Screen

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType, TracebackType

_ENDS = (signal.SIGTERM, signal.SIGHUP)
_HIDES, _SHOWS = "\x1b[?25l", "\x1b[?25h"


class Ahead:
    """A screen with its outlet on a terminal that no longer echoes, for a driver to take over.

    A context: a terminal that nobody took over is given back as it was, whatever happened.
    """

    def __init__(self) -> None:
        """On the terminal of the process."""
        file = sys.__stderr__
        assert sys.__stdin__ is not None  # noqa: S101 - there is a terminal: the caller has looked
        assert file is not None  # noqa: S101
        self.encoding = codecs.lookup(file.encoding).name
        self.screen = Screen(*terminal_size(), self.encoding, bce=erases_in_colour(os.environ))
        self.outlet = Outlet(self.screen, file.fileno(), self.encoding, self._broke)
        self.resized = False
        """While nobody looked after it."""
        self.attributes: list[Any] | None = None
        """The terminal's own, to be put back in the end."""
        self._fd = sys.__stdin__.fileno()
        self._on_broken: Callable[[], None] | None = None
        self._held = self._broken = False
        self._before: dict[int, Any] = {}

    @property
    def size(self) -> tuple[int, int]:
        return self.screen.wanted.width, self.screen.wanted.height

    def show(self, words: str) -> None:
        """Sends a first frame, on a screen of its own."""
        with self.outlet.lock:
            for said in ("\x1b[?1049h", _HIDES, words):
                self.screen.write(said)
        self.outlet.wake()

    def taken_over(self, on_broken: Callable[[], None]) -> None:
        """A driver sees to the terminal from now on, and is told once it is gone."""
        self._on_broken, self._held = on_broken, False
        if self._broken:
            on_broken()

    def __enter__(self) -> Ahead:
        self._held = True
        try:
            self._take()
        except BaseException:  # a signal that ends the process, above all: nobody else would give it back
            self._give_back()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._held:
            self._give_back()

    def _take(self) -> None:
        for number in _ENDS:
            self._before[number] = signal.signal(number, _end)
        # A process stopped now would leave its screen to the shell; a moment later the driver sees to it.
        self._before[signal.SIGTSTP] = signal.signal(signal.SIGTSTP, signal.SIG_IGN)
        self._before[signal.SIGWINCH] = signal.signal(signal.SIGWINCH, self._resize)
        with suppress(termios.error):
            self.attributes = termios.tcgetattr(self._fd)
            quiet = termios.tcgetattr(self._fd)
            quiet[3] &= ~(termios.ECHO | termios.ICANON)
            termios.tcsetattr(self._fd, termios.TCSANOW, quiet)
        self.outlet.start()

    def _give_back(self) -> None:
        self._held = False
        with self.outlet.lock:
            for said in ("\x1b[?1049l", _SHOWS):
                self.screen.write(said)
        self.outlet.close()
        if self.attributes is not None:
            with suppress(termios.error):
                termios.tcsetattr(self._fd, termios.TCSANOW, self.attributes)
        for number, before in self._before.items():
            signal.signal(number, before)

    def _broke(self) -> None:
        """The terminal no longer takes anything. From the outlet's thread."""
        self._broken = True
        if self._on_broken is not None:
            self._on_broken()

    def _resize(self, _number: int, _frame: FrameType | None) -> None:
        self.resized = True


def _end(number: int, _frame: FrameType | None) -> None:
    """Ends the process in order, so that the terminal is given back."""
    raise SystemExit(128 + number)
