"""The real app on a real pty: silent while nothing happens, deaf to answers, tidy when it goes."""

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
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyte
import pytest

from tests.tui.test_reply_filter import REPLIES

DEMO = Path(__file__).parent / "demo_desk.py"
QUERIES = re.compile(
    rb"\x1b\[[>=?]?[\d;]*c|\x1b\[\??[\d;]*n|\x1b\[\??[\d;]*\$p|\x1b\[\d+t|\x1b\][\d;]+\?|\x1b\[\?u|\x1bP\+q|\x1b_G"
)


class Terminal:
    """A pty with the demo in it; keeps every byte and the screen they make."""

    def __init__(self, cols: int, rows: int) -> None:
        self.master, slave = os.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, cols, 0, 0))
        self.before = termios.tcgetattr(slave)
        self.slave = slave
        env = {
            **os.environ,
            "TERM": "xterm-256color",
            "COLORTERM": "truecolor",
            "LANG": "C.UTF-8",
            "TZ": "UTC",
        }
        self.process = subprocess.Popen(
            [sys.executable, str(DEMO)],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env=env,
            start_new_session=True,
        )
        self.sent = b""
        self.screen = pyte.Screen(cols, rows)
        self.stream = pyte.ByteStream(self.screen)

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

    def until(self, text: str, tries: int = 100) -> None:
        for _ in range(tries):
            self.read(0.1)
            if any(text in row for row in self.screen.display):
                return
        raise AssertionError(f"'{text}' never came\n" + "\n".join(self.screen.display))

    def settle(self) -> None:
        """Until half a second passes without a byte."""
        for _ in range(40):
            if not self.read(0.5):
                return
        raise AssertionError("the screen never settled")

    def type(self, data: bytes) -> None:
        os.write(self.master, data)


@contextmanager
def terminal(cols: int = 120, rows: int = 36) -> Iterator[Terminal]:
    one = Terminal(cols, rows)
    try:
        one.until("SALT ROAD")
        one.until("▀")
        one.settle()
        yield one
    finally:
        if one.process.poll() is None:
            one.process.kill()
        one.process.wait()
        for end in (one.master, one.slave):
            try:
                os.close(end)
            except OSError:
                continue


def modes_left_on(sent: bytes) -> set[bytes]:
    """Private modes set and never reset; the cursor and line wrap are on in a terminal at rest."""
    on: set[bytes] = set()
    for numbers, kind in re.findall(rb"\x1b\[\?([\d;]+)([hl])", sent):
        for number in numbers.split(b";"):
            resting = number in {b"25", b"7"}
            (on.discard if (kind == b"h") == resting else on.add)(number)
    pushed = len(re.findall(rb"\x1b\[>\d+u", sent)) - len(re.findall(rb"\x1b\[<\d*u", sent))
    return on | ({b"kitty"} if pushed else set())


def test_an_idle_board_sends_not_a_byte_and_never_asked_anything() -> None:
    with terminal() as one:
        assert one.read(3.0) == b""
        assert not QUERIES.search(one.sent)
        assert b"\x1b[?1000h" not in one.sent  # no mouse
        one.type(b"j")
        assert 0 < len(one.read(0.6)) < 2500


def test_ctrl_l_draws_the_whole_screen_again() -> None:
    with terminal() as one:
        whole = [row.rstrip() for row in one.screen.display]
        one.screen.reset()
        one.type(b"\x0c")
        one.settle()
        assert [row.rstrip() for row in one.screen.display] == whole


def test_answers_of_a_terminal_act_as_nothing_whole_or_in_pieces() -> None:
    with terminal() as one:
        for reply in REPLIES:
            data = reply.encode()
            one.type(data)
            one.read(0.02)
            for piece in (data[:2], data[2:]):
                one.type(piece)
                one.read(0.01)
        assert one.read(0.6) == b""
        one.type(b"?")
        one.until("SIGNS")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_leaves_no_mode_on(number: signal.Signals) -> None:
    with terminal() as one:
        one.process.send_signal(number)
        one.read(1.0)
        assert one.process.wait(5) == 128 + number
        one.read(0.2)
        assert modes_left_on(one.sent) == set()
        assert termios.tcgetattr(one.slave) == one.before


def test_leaving_says_that_the_worker_goes_on_and_leaves_no_mode_on() -> None:
    with terminal() as one:
        one.type(b"q")
        one.until("the worker goes on")
        assert one.process.wait(5) == 0
        assert modes_left_on(one.sent) == set()
        assert termios.tcgetattr(one.slave) == one.before


def test_a_terminal_that_vanishes_ends_the_process() -> None:
    with terminal() as one:
        os.close(one.slave)
        os.close(one.master)
        assert one.process.wait(4) == 128 + signal.SIGHUP
