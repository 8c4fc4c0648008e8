"""The driver in a process of its own on a real pty: signals, suspends, ends."""

from __future__ import annotations

import os
import select
import signal
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.terminal import PATIENCE_S, Terminal, modes_left_on, terminal

APP = str(Path(__file__).parent / "small_app.py")


@contextmanager
def small(*words: str, **env: str) -> Iterator[Terminal]:
    with terminal([APP, *words], 80, 24, **env) as one:
        one.until("ready")
        one.drain()
        yield one


def put_back(one: Terminal) -> bool:
    return modes_left_on(one.sent) == set() and termios.tcgetattr(one.slave) == one.before


def test_a_changed_value_is_few_bytes_and_quiet_is_none() -> None:
    with small() as one:
        before = len(one.sent)
        one.type(b"n")
        one.until("n 1")
        one.drain()
        assert 0 < len(one.sent) - before <= 40
        assert one.read(0.5) == b""


def test_a_repaint_mends_a_screen_that_another_program_wrote_over() -> None:
    with small() as one:
        whole = one.rows
        one.stream.feed(b"\x1b[3;3Hrubbish\x1b[10;10Hrubbish")
        one.type(b"\x0c")
        one.until(lambda rows: rows == whole)


def test_a_player_gets_the_terminal_and_the_screen_comes_back() -> None:
    with small() as one:
        whole = one.rows
        before = len(one.sent)
        one.type(b"s")
        one.until(lambda rows: rows == whole and b"the player says hello" in one.sent)
        one.drain()
        said = one.sent[before:]
        left, back = said.index(b"\x1b[?1049l"), said.index(b"\x1b[?1049h")
        assert left < said.index(b"the player says hello") < back
        assert one.rows == whole
        one.type(b"q")
        assert one.ends() == 7
        assert put_back(one)


def test_a_stopped_process_gives_the_terminal_back_and_takes_it_again() -> None:
    with small() as one:
        whole = one.rows
        one.process.send_signal(signal.SIGTSTP)
        one.until(lambda _rows: one.sent.endswith(b"\x1b[?1004l"))
        assert os.waitid(os.P_PID, one.process.pid, os.WSTOPPED | os.WNOWAIT) is not None
        assert put_back(one)
        one.screen.reset()
        one.process.send_signal(signal.SIGCONT)
        one.until(lambda rows: rows == whole)
        one.drain()
        one.type(b"n")
        one.until("n 1")
        one.type(b"q")
        assert one.ends() == 7
        assert put_back(one)


def test_a_process_stopped_without_a_word_paints_anew() -> None:
    with small() as one:
        whole = one.rows
        one.process.send_signal(signal.SIGSTOP)
        os.waitid(os.P_PID, one.process.pid, os.WSTOPPED | os.WNOWAIT)
        one.screen.reset()
        one.process.send_signal(signal.SIGCONT)
        one.until(lambda rows: rows == whole)
        one.type(b"n")
        one.until("n 1")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_puts_every_mode_back(number: signal.Signals) -> None:
    with small() as one:
        one.process.send_signal(number)
        assert one.ends() == 128 + number
        assert put_back(one)


@pytest.mark.parametrize("words", [(), ("--deaf",)], ids=["", "SIGHUP ignored"])
def test_a_vanished_terminal_ends_the_process(words: tuple[str, ...]) -> None:
    with small(*words) as one:
        os.close(one.slave)
        os.close(one.master)
        assert one.process.wait(PATIENCE_S) == 128 + signal.SIGHUP


def test_a_terminal_that_takes_nothing_cannot_hold_the_process() -> None:
    """Nobody reads: the kernel's buffer is full, and what is said after the end would wait for ever."""
    with small("--long") as one:
        full_for = 0
        for _ in range(2000):
            one.type(b"\x0c")
            full_for = 0 if select.select([], [one.slave], [], 0.02)[1] else full_for + 1
            if full_for == 10:
                break
            time.sleep(0.005)
        assert full_for == 10, "the pty took everything"
        one.process.send_signal(signal.SIGTERM)
        assert one.process.wait(PATIENCE_S) == 128 + signal.SIGTERM


def test_a_latin_1_terminal_keeps_its_columns() -> None:
    with terminal([APP], 80, 24, PYTHONIOENCODING="iso8859-1", PYTHONUTF8="0") as one:
        one.stream.use_utf8 = False
        one.until("ready")
        assert any(row.startswith("? ? ? ?") and row.endswith("\u00e9 ready") for row in one.rows)


def test_a_picture_is_sent_where_it_belongs_in_its_parts() -> None:
    with small() as one:
        one.type(b"p")
        one.until(lambda _rows: b"\x1b_Gm=0;BB\x1b\\" in one.sent)
        assert b"\x1b[2;11H\x1b_Gm=0;BB\x1b\\" in one.sent
