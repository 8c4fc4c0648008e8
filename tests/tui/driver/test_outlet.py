"""The thread that sends: slow, full, closed and vanished terminals."""

from __future__ import annotations

import errno
import os
import pty
import select
import threading
import time
import tty
from collections.abc import Iterator
from contextlib import suppress

import pytest

from tui.terminal import outlet as outlet_module
from tui.terminal.outlet import PIECE, Outlet
from tui.terminal.screen import Screen

PATIENCE_S = 60.0


class Wire:
    """An outlet on a pty nobody reads from until told to."""

    def __init__(self) -> None:
        self.master, self.slave = pty.openpty()
        tty.setraw(self.slave)
        self.screen = Screen(100, 40)
        self.broken = threading.Event()
        self.outlet = Outlet(self.screen, self.slave, "utf-8", self.broken.set)
        self.outlet.start()

    def say(self, data: str) -> None:
        with self.outlet.lock:
            self.screen.write(data)
        self.outlet.wake()

    def read_until(self, word: bytes) -> bytes:
        """What arrives, up to `word`."""
        got = b""
        while word not in got:
            got += os.read(self.master, 65536)
        return got

    def until(self, true: threading.Event) -> None:
        assert true.wait(PATIENCE_S)


@pytest.fixture
def wire() -> Iterator[Wire]:
    one = Wire()
    yield one
    one.outlet.close()
    for end in (one.master, one.slave):
        with suppress(OSError):
            os.close(end)


def frame(number: int) -> str:
    return "".join(f"\x1b[{y};1H{number:09d} {'x' * 80}" for y in range(1, 41))


def full(wire: Wire) -> None:
    """Says frames until the line takes no more, and one whole frame beyond."""
    wire.say("\x1b[?1049h")
    number, full_for = 0, 0
    while full_for < 20:
        assert number < 5000, "the pty took everything"
        number += 1
        wire.say(frame(number))
        time.sleep(0.005)
        full_for = 0 if select.select([], [wire.slave], [], 0)[1] else full_for + 1


def test_ten_thousand_frames_into_a_full_line_block_nobody_and_only_the_last_is_sent(wire: Wire) -> None:
    full(wire)
    for number in range(1000, 11_000):
        wire.say(f"\x1b[5;1H{'abcdefgh'[number % 8] * 9}")
    wire.say("\x1b[5;1Hthe last!")
    wire.say("\x1b]2;end\x07")
    got = wire.read_until(b"\x1b]2;end\x07")
    assert b"the last!" in got
    assert len(got) < 40_000


def test_a_key_overtakes_a_repaint_that_waits(wire: Wire) -> None:
    """What is in the kernel's buffer cannot be overtaken; all else can."""
    full(wire)
    wire.say(frame(77))
    wire.say("\x1b[30;1Hpressed")
    got = wire.read_until(b"pressed")
    behind = got.rsplit(b"x" * 80, 1)[0]
    assert behind.count(b"77 x") <= 2 * PIECE // 90 + 20  # what the pty held, and two pieces


def test_nothing_to_say_sends_nothing_and_wakes_nobody(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    wire.say("\x1b[?1049hx\x1b]2;end\x07")
    wire.read_until(b"\x1b]2;end\x07")
    asked = []
    piece = Screen.piece

    def count(self: Screen, limit: int) -> str:
        asked.append(limit)
        return piece(self, limit)

    time.sleep(0.1)
    monkeypatch.setattr(Screen, "piece", count)
    time.sleep(0.3)
    assert not asked


def test_what_restores_the_modes_is_sent_before_the_end(wire: Wire) -> None:
    wire.say("\x1b[?1049h" + frame(1))
    wire.say("\x1b[?2004l\x1b[?1049l\x1b[?25h")
    assert wire.outlet.close()
    assert wire.read_until(b"\x1b[?25h").endswith(b"\x1b[?2004l\x1b[?1049l\x1b[?25h")


def test_a_stuck_line_is_given_up_and_leaves_no_thread(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outlet_module, "FLUSH_S", 0.2)
    full(wire)
    assert not wire.outlet.close()
    assert not wire.outlet._thread.is_alive()


def test_a_vanished_terminal_is_told_of_once_and_ends_the_thread(wire: Wire) -> None:
    wire.say("\x1b[?1049h")
    wire.read_until(b"h")
    os.close(wire.master)
    wire.say(frame(3))
    wire.until(wire.broken)
    wire.outlet._thread.join(PATIENCE_S)
    assert not wire.outlet._thread.is_alive()


@pytest.mark.parametrize("number", [errno.EIO, errno.EPIPE, errno.ENXIO])
def test_an_error_of_the_line_ends_the_thread(
    wire: Wire, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def refuse(*_args: object) -> int:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(outlet_module.os, "write", refuse)
    wire.say("\x1b[?1049h")
    wire.until(wire.broken)


def test_a_line_that_takes_little_and_then_nothing_for_a_while_gets_all(
    wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    write, tries = os.write, iter(range(1_000_000))

    def stingy(fd: int, data: bytes) -> int:
        if next(tries) % 3 == 0:
            raise BlockingIOError(errno.EAGAIN, "full")
        return write(fd, data[:7])

    monkeypatch.setattr(outlet_module.os, "write", stingy)
    wire.say("\x1b[?1049h\x1b[1;1H" + "砂丘" * 20 + "\x1b]2;end\x07")
    got = wire.read_until(b"\x1b]2;end\x07").decode()
    assert "砂丘" * 20 in got


def test_the_flag_of_the_shells_own_file_is_left_alone(wire: Wire) -> None:
    wire.say("\x1b[?1049h")
    wire.read_until(b"h")
    assert os.get_blocking(wire.slave)


def test_a_pipe_is_written_to_as_well() -> None:
    reader, writer = os.pipe()
    screen = Screen(40, 5)
    outlet = Outlet(screen, writer, "utf-8", lambda: None)
    outlet.start()
    screen.write("\x1b[?1049h\x1b[1;1Hhello")
    outlet.wake()
    assert outlet.close()
    assert b"hello" in os.read(reader, 1000)
    for end in (reader, writer):
        os.close(end)
