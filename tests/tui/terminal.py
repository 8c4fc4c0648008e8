"""A pty with a program in it; keeps every byte and the screen they make.

Waits are for what the screen says, never for a time: a slow machine only makes them longer.
"""

from __future__ import annotations

import fcntl
import os
import re
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress

import pyte

PATIENCE_S = 60.0
"""Only a test that is going to fail waits so long."""


class Terminal:
    def __init__(self, argv: Sequence[str], cols: int, rows: int, **env: str) -> None:
        self.master, self.slave = os.openpty()
        fcntl.ioctl(self.slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, cols, 0, 0))
        self.before = termios.tcgetattr(self.slave)
        self.process = subprocess.Popen(
            [sys.executable, *argv],
            stdin=self.slave,
            stdout=self.slave,
            stderr=self.slave,
            env={
                # Runners of tests set COLUMNS and LINES, and programs believe those before the terminal.
                **{name: value for name, value in os.environ.items() if name not in {"COLUMNS", "LINES"}},
                "TERM": "xterm-256color",
                "COLORTERM": "truecolor",
                "LANG": "C.UTF-8",
                "TZ": "UTC",
                **env,
            },
            start_new_session=True,
        )
        self.sent = b""
        self.screen = pyte.Screen(cols, rows)
        self.stream = pyte.ByteStream(self.screen)

    @property
    def rows(self) -> list[str]:
        return [row.rstrip() for row in self.screen.display]

    def read(self, seconds: float) -> bytes:
        """What arrives within so many seconds."""
        got, until = b"", time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            if select.select([self.master], [], [], left)[0]:
                try:
                    got += os.read(self.master, 65536)
                except OSError:
                    break
        self.sent += got
        self.stream.feed(got)
        return got

    def until(self, true: str | Callable[[list[str]], object]) -> None:
        """Until the screen says so, or `true` holds of its rows."""
        wanted = true if callable(true) else lambda rows: any(true in row for row in rows)
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            if wanted(self.rows):
                return
            self.read(0.05)
        raise AssertionError(f"never came: {true}\n" + "\n".join(self.rows))

    def until_gone(self, text: str) -> None:
        self.until(lambda rows: not any(text in row for row in rows))

    def drain(self) -> None:
        """The rest of a frame of which the part that was waited for is here."""
        for _ in range(100):
            if not self.read(0.3):
                return
        raise AssertionError("the screen never stood still")

    def type(self, data: bytes) -> None:
        os.write(self.master, data)

    def ends(self) -> int:
        """The exit code; what is said on the way out is read, or the process could not end."""
        end = time.monotonic() + PATIENCE_S
        while self.process.poll() is None and time.monotonic() < end:
            self.read(0.05)
        self.read(0.05)
        return self.process.wait(0.1)


@contextmanager
def terminal(argv: Sequence[str], cols: int = 120, rows: int = 36, **env: str) -> Iterator[Terminal]:
    one = Terminal(argv, cols, rows, **env)
    try:
        yield one
    finally:
        if one.process.poll() is None:
            one.process.kill()
        one.process.wait()
        for end in (one.master, one.slave):
            with suppress(OSError):
                os.close(end)


def modes_left_on(sent: bytes) -> set[bytes]:
    """Private modes set and never reset; the cursor and line wrap are on in a terminal at rest."""
    on: set[bytes] = set()
    for numbers, kind in re.findall(rb"\x1b\[\?([\d;]+)([hl])", sent):
        for number in numbers.split(b";"):
            resting = number in {b"25", b"7"}
            (on.discard if (kind == b"h") == resting else on.add)(number)
    pushed = len(re.findall(rb"\x1b\[>\d+u", sent)) - len(re.findall(rb"\x1b\[<\d*u", sent))
    return on | ({b"kitty"} if pushed else set())
