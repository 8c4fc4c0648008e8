"""The terminal: what is sent to it, what is believed from it, and what happens when it goes.

The one module that touches Textual's private parts; 8.2.8 is pinned for its sake.

Three promises. No query is ever sent, so no answer is waited for. An answer that arrives all
the same (late, from another program, split over reads) never becomes a key press. A signal
puts the terminal back as it was, and a terminal that is gone ends the process.
"""

from __future__ import annotations

import os
import select
import signal
import sys
import time
from codecs import getincrementaldecoder
from threading import Timer
from typing import TYPE_CHECKING

from textual import events
from textual._parser import ParseError
from textual._xterm_parser import XTermParser
from textual.drivers.linux_driver import LinuxDriver

if TYPE_CHECKING:
    from collections.abc import Callable

ESC = "\x1b"
LONE_ESCAPE_S = 0.05
"""How long an ESC may wait for the rest of its sequence before it is the escape key."""
GRACE_S = 2.0
"""How long after that a `[` may still be the rest of it: links with a high round trip split replies."""
STRING_S = 2.0
"""Silence after which an unfinished sequence is given up, so that it cannot swallow keys for ever."""
GONE_S = 1.5
"""From a vanished terminal to the hard end, should the orderly one hang."""

_C1 = {"\x9b": "[", "\x9d": "]", "\x90": "P", "\x9f": "_", "\x9e": "^", "\x98": "X"}
_STRINGS = frozenset("]P_^X")
"""OSC, DCS, APC, PM, SOS: only terminals send them, and only as answers."""
_KEY_FINALS = frozenset("ABCDEFHPQSZIOu~")
"""CSI endings of keys, paste brackets and focus. A CPR ends in R, like one form of F3: both are dropped."""
_NOT_SENT = frozenset(
    {
        "\x1b[?2026$p",  # DECRQM, synchronised output: a question
        "\x1b[?2048$p",  # DECRQM, in-band resize: a question; SIGWINCH tells us
        "\x1b[>25u",  # kitty keyboard: not needed for single letters, and one mode less to leave behind
        "\x1b[<u",  # its counterpart would pop a mode which is not ours
    }
)


class ReplyFilter:
    """Passes key presses, drops what terminals answer, at any split of the stream.

    An allow-list: a control sequence that is no known key is no key.
    """

    def __init__(self) -> None:
        self._held = ""
        """An unfinished sequence, beginning with ESC."""
        self._since = 0.0
        self._escaped_at = -GRACE_S
        """When an ESC was last given out alone."""
        self._mouse_bytes = 0
        """Bytes of an X10 mouse report still to drop."""

    def feed(self, text: str, now: float) -> str:
        """`text` without answers. `now` is monotonic seconds."""
        if text:
            self._since = now
        return "".join(self._one(char, now) for char in text)

    @property
    def waiting(self) -> bool:
        """Whether a sequence stands unfinished."""
        return bool(self._held)

    def rest(self, now: float) -> bool:
        """To be asked when nothing arrives. True once what is held is the escape key itself."""
        if self._held == ESC and now - self._since >= LONE_ESCAPE_S:
            self._held, self._escaped_at = "", now
            return True
        if len(self._held) > 1 and now - self._since >= STRING_S:
            self._held = ""
        return False

    def _one(self, char: str, now: float) -> str:
        if self._mouse_bytes:
            self._mouse_bytes -= 1
            return ""
        if self._held:
            return self._more(char, now)
        if char == ESC:
            self._held = ESC
        elif char in _C1:
            self._held = ESC + _C1[char]
        elif now - self._escaped_at < GRACE_S and (char == "[" or char in _STRINGS):
            self._held, self._escaped_at = ESC + char, -GRACE_S
        elif char != "\ufffd" and not "\x80" <= char <= "\x9f":
            return char
        return ""

    def _more(self, char: str, now: float) -> str:
        kind = self._held[1:2]
        if not kind:
            return self._second(char)
        if kind in _STRINGS:
            return self._in_string(char)
        if char == ESC:
            self._held = ESC
            return ""
        self._held += char
        if kind == "[":
            return self._in_csi(char)
        return self._done(passes=True)  # SS3 and its one character: arrows in application mode

    def _second(self, char: str) -> str:
        """The character after ESC."""
        if char == ESC:
            return ESC
        self._held += char
        if char in {"[", "O"} or char in _STRINGS:
            return ""
        return self._done(passes=char.isprintable())

    def _in_csi(self, char: str) -> str:
        if self._held == "\x1b[[" or not "\x40" <= char <= "\x7e":
            return ""
        body = self._held[2:-1]
        self._mouse_bytes = 3 if char == "M" and not body else 0
        return self._done(passes=char in _KEY_FINALS and all(part in "0123456789;:" for part in body))

    def _in_string(self, char: str) -> str:
        """Until BEL, ST, or a byte no answer holds; only the latest byte is kept, to see ESC \\."""
        ended = char in "\x07\x9c" or (char == "\\" and self._held.endswith(ESC))
        if ended or char in "\x03\x18\x1a":
            self._held = ""
            return char if char == "\x03" else ""
        self._held = self._held[:2] + (ESC if char == ESC else "")
        return ""

    def _done(self, passes: bool) -> str:
        sequence, self._held = self._held, ""
        return sequence if passes else ""


def let_go() -> None:
    """Points what can no longer be written at nothing: what stands in a buffer for a terminal that is
    gone would fail at the interpreter's last flush, and turn every exit code into 120."""
    for stream in (sys.__stdout__, sys.__stderr__):
        try:
            if stream is not None:
                stream.flush()
        except (OSError, ValueError):
            _to_nowhere()
            return


def _to_nowhere() -> None:
    """Both outputs, by number: the buffers stay, and end in nothing."""
    nothing = os.open(os.devnull, os.O_WRONLY)
    for number in (1, 2):
        os.dup2(nothing, number)
    os.close(nothing)


class BoardDriver(LinuxDriver):
    """Textual's Linux driver, asking nothing and believing little."""

    def write(self, data: str) -> None:
        if data in _NOT_SENT:
            return
        # Python would write what a Latin-1 terminal cannot show as six characters instead of one.
        encoding = self._file.encoding if self._file else "utf-8"
        super().write(data if encoding == "utf-8" else data.encode(encoding, "replace").decode(encoding))

    def start_application_mode(self) -> None:
        super().start_application_mode()  # type: ignore[no-untyped-call]
        for number in (signal.SIGTERM, signal.SIGHUP):
            self._loop.add_signal_handler(number, self._leave, 128 + number)

    def _leave(self, code: int) -> None:
        """An orderly exit: modes are put back by Textual's own shutdown."""
        self._app.exit(return_code=code)

    def _gone(self) -> None:
        """The terminal is gone. Nothing can be shown or put back any more."""
        code = 128 + signal.SIGHUP
        # The writer's queue may be full for ever, and the loop blocked on it: hence the hard end.
        last = Timer(GONE_S, os._exit, [code])
        last.daemon = True
        last.start()
        _to_nowhere()
        self._loop.call_soon_threadsafe(self._leave, code)

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
