"""The real app on a real pty: silent while nothing happens, deaf to answers, tidy when it goes."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import termios
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.tui.terminal import PATIENCE_S, Terminal, modes_left_on, terminal
from tests.tui.test_reply_filter import REPLIES

DEMO = str(Path(__file__).parent / "demo_desk.py")
QUERIES = re.compile(
    rb"\x1b\[[>=?]?[\d;]*c|\x1b\[\??[\d;]*n|\x1b\[\??[\d;]*\$p|\x1b\[\d+t|\x1b\][\d;]+\?|\x1b\[\?u|\x1bP\+q|\x1b_G"
)


@contextmanager
def board() -> Iterator[Terminal]:
    with terminal([DEMO]) as one:
        one.until(pictured)
        one.drain()
        yield one


def pictured(rows: list[str]) -> bool:
    """Both frames of the selected shot are drawn: the last thing that a board has to say by itself."""
    halves = [row for row in rows if "▀" in row]
    return len(halves) >= 7 and all("▀  ▀" in row for row in halves)


def test_an_idle_board_sends_not_a_byte_never_asks_and_is_deaf_to_answers() -> None:
    with board() as one:
        assert one.read(3.0) == b""
        assert not QUERIES.search(one.sent)
        assert b"\x1b[?1000h" not in one.sent  # no mouse

        before = len(one.sent)
        one.type(b"j")
        one.until(lambda rows: any(row.startswith("› S206") for row in rows))
        one.drain()
        assert len(one.sent) - before < 3000

        whole = one.rows
        one.screen.reset()
        one.type(b"\x0c")
        one.until(lambda rows: rows == whole)
        one.drain()

        for reply in REPLIES:
            data = reply.encode()
            one.type(data)
            one.read(0.02)
            for piece in (data[:2], data[2:]):
                one.type(piece)
                one.read(0.01)
        one.read(0.5)
        assert one.rows == whole
        one.type(b"?")
        one.until("SIGNS")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_leaves_no_mode_on(number: signal.Signals) -> None:
    with board() as one:
        one.process.send_signal(number)
        assert one.ends() == 128 + number
        assert modes_left_on(one.sent) == set()
        assert termios.tcgetattr(one.slave) == one.before


def test_leaving_says_that_the_worker_goes_on_and_leaves_no_mode_on() -> None:
    with board() as one:
        one.type(b"q")
        assert one.ends() == 0
        said = next(row for row in one.rows if "the worker goes on" in row)
        assert "to come back: rushes --film /" in said
        assert modes_left_on(one.sent) == set()
        assert termios.tcgetattr(one.slave) == one.before


def test_a_terminal_that_vanishes_ends_the_process() -> None:
    with board() as one:
        os.close(one.slave)
        os.close(one.master)
        assert one.process.wait(PATIENCE_S) == 128 + signal.SIGHUP


def test_an_exit_code_outlives_what_can_no_longer_be_written() -> None:
    """Python turns any code into 120 where its last flush fails."""
    told = "import sys; sys.stdout.write('x'); from tui.terminal import around; around.let_go(); exit(129)"
    reader, writer = os.pipe()
    env = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    process = subprocess.Popen(
        [sys.executable, "-c", told], stdout=writer, stderr=subprocess.DEVNULL, env=env
    )
    os.close(writer)
    os.close(reader)
    assert process.wait(PATIENCE_S) == 128 + signal.SIGHUP
