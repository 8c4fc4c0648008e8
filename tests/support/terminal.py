"""A pty with a program in it; keeps every byte and the screen they make.

The terminal answers nothing: a dumb pipe, the worst case for a program that asks. Waits are for what
the screen says, never for a time: a slow machine only makes them longer.
"""

from __future__ import annotations

import fcntl
import os
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import ClassVar

import pyte

PATIENCE_S = 60.0
"""Only a test that is going to fail waits so long."""
Seen = str | Callable[[list[str]], object]
"""A text that stands on the screen, or what holds of its rows."""


class Readable:
    """Takes out what pyte would print as text: strings to the terminal, and CSI with a private mark."""

    _STRANGE = re.compile(
        rb"\x1b[P_^X\]].*?(?:\x1b\\|\x07)|\x1b\[(?:[<=>][^@-~]*|\?[\d;]*\$)[@-~]", re.DOTALL
    )
    _OPEN = re.compile(rb"\x1b(?:\[[0-?]*[ -/]*|[P_^X\]][^\x1b\x07]*\x1b?)?\Z", re.DOTALL)

    def __init__(self) -> None:
        self._held = b""

    def feed(self, data: bytes) -> bytes:
        """`data` without them, at any split of the stream."""
        data, self._held = self._held + data, b""
        if found := self._OPEN.search(data):
            data, self._held = data[: found.start()], data[found.start() :]
        return self._STRANGE.sub(b"", data)


class Terminal:
    """`argv` is given to this Python: a script with its words, or `-m` and a module. `env` is added to the
    environment; `PROGRAM` in it names another program than Python."""

    DROPPED: ClassVar[tuple[str, ...]] = ("COLUMNS", "LINES", "TMUX", "STY")
    """Runners of tests and terminals set these, and programs believe them before the terminal at hand."""

    def __init__(self, argv: Sequence[str], cols: int = 120, rows: int = 36, **env: str) -> None:
        self.master, self.slave = os.openpty()
        self._size(cols, rows)
        self.before = termios.tcgetattr(self.slave)
        self.sent = b""
        self.screen = pyte.Screen(cols, rows)
        self.stream = pyte.ByteStream(self.screen)
        self._readable = Readable()
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            [env.pop("PROGRAM", sys.executable), *argv],
            stdin=self.slave,
            stdout=self.slave,
            stderr=self.slave,
            env={
                **{name: value for name, value in os.environ.items() if not name.startswith(self.DROPPED)},
                "TERM": "xterm-256color",
                "COLORTERM": "truecolor",
                "LANG": "C.UTF-8",
                "TZ": "UTC",
                **env,
            },
            start_new_session=True,
            # A session's own terminal: what sends SIGWINCH at a resize and SIGHUP when it goes.
            preexec_fn=_own_terminal,  # noqa: PLW1509 - no thread of ours runs yet
        )

    def _size(self, cols: int, rows: int) -> None:
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, cols, 0, 0))

    @property
    def rows(self) -> list[str]:
        return [row.rstrip() for row in self.screen.display]

    def _take(self, seconds: float) -> tuple[float, bytes] | None:
        """The next bytes with the moment they came; None in time, empty when the terminal is gone."""
        try:
            if not select.select([self.master], [], [], seconds)[0]:
                return None
            return time.monotonic(), os.read(self.master, 65536)
        except (OSError, ValueError):
            return time.monotonic(), b""

    def _feed(self, data: bytes) -> None:
        self.sent += data
        self.stream.feed(self._readable.feed(data))

    def read(self, seconds: float) -> bytes:
        """What arrives within so many seconds."""
        got, until = b"", time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            piece = self._take(left)
            if piece is None or not piece[1]:
                break
            got += piece[1]
            self._feed(piece[1])
        return got

    def until(self, true: Seen, patience_s: float = PATIENCE_S) -> float:
        """Until the screen says so, or `true` holds of its rows: the moment of the read that made it so.

        Raises AssertionError with the screen, where it never does.
        """
        wanted = true if callable(true) else lambda rows: any(true in row for row in rows)
        end, moment = time.monotonic() + patience_s, time.monotonic()
        changed = True
        while not (changed and wanted(self.rows)):
            piece = self._take(min(0.25, max(0.0, end - time.monotonic())))
            changed = piece is not None and bool(piece[1])
            if piece is not None and piece[1]:
                moment = piece[0]
                self._feed(piece[1])
            elif piece is not None or time.monotonic() >= end:
                raise AssertionError(f"never came: {true}\n" + "\n".join(self.rows))
        return moment

    def until_gone(self, text: str) -> None:
        self.until(lambda rows: not any(text in row for row in rows))

    def drain(self, quiet_s: float = 0.3) -> None:
        """The rest of a frame of which the part that was waited for is here."""
        for _ in range(100):
            if not self.read(quiet_s):
                return
        raise AssertionError("the screen never stood still")

    def type(self, data: bytes) -> None:
        os.write(self.master, data)

    def resize(self, cols: int, rows: int) -> None:
        self.screen.resize(rows, cols)
        self._size(cols, rows)

    def hang_up(self) -> int:
        """The line drops: the terminal is gone. The exit code, once the program has seen it."""
        for end in (self.slave, self.master):
            with suppress(OSError):
                os.close(end)
        self.slave = self.master = -1
        return self.process.wait(PATIENCE_S)

    def ends(self) -> int:
        """The exit code; what is said on the way out is read, or the process could not end."""
        end = time.monotonic() + PATIENCE_S
        while self.process.poll() is None and time.monotonic() < end:
            self.read(0.05)
        self.read(0.05)
        return self.process.wait(0.1)

    def close(self) -> None:
        """Ends whatever is left of the program, its children of the same session with it."""
        if self.process.poll() is None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        for end in (self.master, self.slave):
            with suppress(OSError):
                os.close(end)


def _own_terminal() -> None:
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


@contextmanager
def terminal(argv: Sequence[str], cols: int = 120, rows: int = 36, **env: str) -> Iterator[Terminal]:
    one = Terminal(argv, cols, rows, **env)
    try:
        yield one
    finally:
        one.close()


def drawn(sent: bytes, cols: int, rows: int) -> list[str]:
    """The screen that these bytes make of an empty one, each row in its full width."""
    screen = pyte.Screen(cols, rows)
    pyte.ByteStream(screen).feed(Readable().feed(sent))
    return list(screen.display)


def modes_left_on(sent: bytes) -> set[bytes]:
    """Private modes set and never reset; the cursor and line wrap are on in a terminal at rest."""
    on: set[bytes] = set()
    for numbers, kind in re.findall(rb"\x1b\[\?([\d;]+)([hl])", sent):
        for number in numbers.split(b";"):
            resting = number in {b"25", b"7"}
            (on.discard if (kind == b"h") == resting else on.add)(number)
    pushed = len(re.findall(rb"\x1b\[>\d+u", sent)) - len(re.findall(rb"\x1b\[<\d*u", sent))
    return on | ({b"kitty"} if pushed else set())
