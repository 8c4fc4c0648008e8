"""The terminal: what is sent to it, what is believed from it, and what happens when it goes.

The one module that touches Textual's private parts; 8.2.8 is pinned for its sake.

Four promises. Only cells that differ are sent, and nobody waits for the line but the thread that sends.
No query is ever sent, so no answer is waited for. An answer that arrives all the same (late, from another
program, split over reads) never becomes a key press. A signal puts the terminal back as it was, and a
terminal that is gone ends the process.
"""

from __future__ import annotations

import codecs
import os
import select
import signal
import time
from codecs import getincrementaldecoder
from contextlib import contextmanager, nullcontext
from threading import Timer
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual._parser import ParseError
from textual._xterm_parser import XTermParser
from textual.drivers.linux_driver import LinuxDriver

from tui.terminal.around import erases_in_colour, to_nowhere
from tui.terminal.outlet import Outlet
from tui.terminal.replies import ESC, LONE_ESCAPE_S, ReplyFilter
from tui.terminal.screen import Screen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from textual.app import App
    from textual.geometry import Region

    from tui.terminal.ahead import Ahead

GONE_S = 1.5
"""From a vanished terminal to the hard end, should the orderly one hang."""
ACTS_S = 20.0
"""What was ordered before the terminal went is carried out first: the first act opens the film."""


class BoardDriver(LinuxDriver):
    """Textual's Linux driver, asking nothing, believing little, and sending what differs.

    All methods are for the thread of the event loop, and none waits for the terminal but `close`.
    """

    AHEAD: ClassVar[Ahead | None] = None
    """A terminal on which a first frame stands already."""

    @classmethod
    def after(cls, ahead: Ahead) -> type[BoardDriver]:
        """A driver that takes a terminal over as it is, and sends what differs from what is there."""
        return type("BoardDriver", (cls,), {"AHEAD": ahead})

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Python would write what a Latin-1 terminal cannot show as six characters instead of one.
        self._encoding = codecs.lookup(self._file.encoding if self._file else "utf-8").name
        self._ahead = self.AHEAD
        if self._ahead is not None:
            self._model = self._ahead.screen
        else:
            size = super()._get_terminal_size()
            self._model = Screen(*size, self._encoding, bce=erases_in_colour(os.environ))
        self._outlet: Outlet | None = None
        self._suspending = False
        self._leaving = False

    def write(self, data: str) -> None:
        """Takes what Textual would send. Of questions to the terminal nothing is left."""
        with self._changing() as screen:
            screen.write(data)

    @classmethod
    def of(cls, app: App[Any]) -> BoardDriver | None:
        """The driver of a running app, or None where it runs on another: under test, or in a browser."""
        return app._driver if isinstance(app._driver, cls) else None

    def repaint(self) -> None:
        """Clears the terminal and sends everything again."""
        with self._changing() as screen:
            screen.repaint()

    def place_raw(self, x: int, y: int, cols: int, rows: int, data: str) -> None:
        """Sends `data` (Kitty or Sixel sequences) with the cursor at column `x` of row `y`, once the text
        said so far is there. From then on these cells are left alone while the same text is wanted in them.

        Kitty's sequences may be parted by newer text; a Sixel holds up all else until it is through. A
        repaint or resume sends the picture again, a resize forgets it.
        """
        ends = data.split("\x1b\\") if data.startswith("\x1b_G") else [data]
        parts = tuple(part + "\x1b\\" * (len(ends) > 1) for part in ends if part)
        with self._changing() as screen:
            screen.place(x, y, cols, rows, parts)

    def drop_raw(self, region: Region, data: str = "") -> None:
        """Redraws the text of a region where a picture was; `data` is sent before, to delete it."""
        with self._changing() as screen:
            screen.drop(*region, data)

    @contextmanager
    def _changing(self) -> Iterator[Screen]:
        """The screen, for a moment; the outlet sends what comes of it."""
        outlet = self._outlet
        with outlet.lock if outlet else nullcontext():
            yield self._model
        if outlet:
            outlet.wake()

    def _get_terminal_size(self) -> tuple[int, int]:
        """Asked at the start and by SIGWINCH, in the signal's own moment, which must not wait for a lock."""
        size = super()._get_terminal_size()
        ahead = self._ahead
        if ahead is None or ahead.resized or ahead.size != size:
            self._loop.call_soon_threadsafe(self._resize, *size)
        return size

    def _resize(self, width: int, height: int) -> None:
        """Runs before Textual hears of the new size. A terminal that was another size for a moment and is
        back has lost what it showed all the same."""
        with self._changing() as screen:
            screen.resize(width, height)

    def start_application_mode(self) -> None:
        if self._ahead is not None:
            self._outlet = self._ahead.outlet
        elif self._file is not None:
            self._outlet = Outlet(self._model, self._file.fileno(), self._encoding, self._gone)
            self._outlet.start()
        super().start_application_mode()  # type: ignore[no-untyped-call]
        if self._writer_thread is not None:
            self._writer_thread.stop()  # Textual's own, which blocks the loop once its queue is full
            self._writer_thread = None
        for number in (signal.SIGTERM, signal.SIGHUP):
            self._loop.add_signal_handler(number, self._leave, 128 + number)
        ahead, self._ahead = self._ahead, None
        if ahead is not None:
            self.attrs_before = ahead.attributes
            ahead.taken_over(self._gone)

    def _sigtstp_application(self, *_args: object) -> None:
        """Told to stop. Not in the signal's own moment: the screen may be in the middle of a change."""
        self._loop.call_soon_threadsafe(super()._sigtstp_application)

    def _sigcont_application(self, *_args: object) -> None:
        self._loop.call_soon_threadsafe(self._go_on)

    def _go_on(self) -> None:
        """Awake again. A process that was stopped without a word finds its terminal drawn over."""
        if self._outlet is not None:
            self.repaint()
        else:
            super()._sigcont_application()

    def suspend_application_mode(self) -> None:
        self._suspending = True
        try:
            super().suspend_application_mode()
        finally:
            self._suspending = False

    def close(self) -> None:
        """Waits until the modes are restored, or it is clear that they will not be."""
        outlet, self._outlet = self._outlet, None
        if outlet is not None and not outlet.close() and not self._suspending:
            to_nowhere()  # last words would wait for ever
        super().close()

    def _leave(self, code: int) -> None:
        """An orderly exit: modes are put back by Textual's own shutdown."""
        self._leaving = True
        self._app.exit(return_code=code)

    def _gone(self) -> None:
        """The terminal is gone. Nothing can be shown or put back any more."""
        code = 128 + signal.SIGHUP
        to_nowhere()
        self._end_hard_after(GONE_S, code)
        self._loop.call_soon_threadsafe(self._leave, code)

    def _end_hard_after(self, seconds: float, code: int) -> None:
        """Should the orderly end hang. One that has begun is given the time that a verdict still needs."""

        def end() -> None:
            if self._leaving and seconds < ACTS_S:
                self._end_hard_after(ACTS_S, code)
            else:
                os._exit(code)

        last = Timer(seconds, end)
        last.daemon = True
        last.start()

    def run_input_thread(self) -> None:
        """Reads, filters and parses until told to stop or the terminal is gone."""
        parser = XTermParser(self._debug)
        replies = ReplyFilter()
        # Strict decoding would end the dashboard at one stray byte of an old mouse report.
        decode = getincrementaldecoder("utf-8")("replace").decode
        try:
            while not self.exit_event.is_set():
                if not self._read_once(parser, replies, decode):
                    self._gone()
                    break
        finally:
            self._close_parser(parser)

    def _read_once(self, parser: XTermParser, replies: ReplyFilter, decode: Callable[[bytes], str]) -> bool:
        """One wait of at most 0.1 s. False when the terminal is gone."""
        try:
            ready, _, _ = select.select([self.fileno], [], [], LONE_ESCAPE_S if replies.waiting else 0.1)
            data = os.read(self.fileno, 4096) if ready else b""
        except OSError:
            return False
        now = time.monotonic()
        if not ready:
            if replies.rest(now):
                self.process_message(events.Key("escape", ESC))
            return True
        text = replies.feed(decode(data), now)
        if text:  # an empty string would tell the parser that the stream has ended
            for message in parser.feed(text):
                self.process_message(message)
        return bool(data)

    @staticmethod
    def _close_parser(parser: XTermParser) -> None:
        try:
            for _ in parser.feed(""):
                pass
        except (EOFError, ParseError):
            return
