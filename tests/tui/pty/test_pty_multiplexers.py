"""Inside tmux and screen: drawn, driven, left and come back to. Skipped, loudly, where they are missing."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.terminal import PATIENCE_S, Terminal, terminal
from tests.tui.pty.conftest import Set
from tests.tui.pty.house import RUSHES, House, begun, on, press


def program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed: the board was NOT tried inside it")
    return found


@contextmanager
def in_tmux(house: House, folder: Path) -> Iterator[tuple[Terminal, list[str]]]:
    """A client of a tmux server of its own, and the words that speak to that server."""
    tmux = program("tmux")
    speak = ["-S", str(folder / "tmux"), "-f", os.devnull]
    board = shlex.join([RUSHES, "--film", str(house.film)])
    words = [*speak, "new-session", "-s", "film", "-x", "120", "-y", "36", board]
    try:
        with terminal(words, 120, 37, PROGRAM=tmux, **house.homes) as one:
            yield one, [tmux, *speak]
    finally:
        subprocess.run([tmux, *speak, "kill-server"], check=False, capture_output=True, timeout=PATIENCE_S)


def test_in_tmux_it_is_drawn_answers_keys_and_is_there_when_a_client_comes_back(
    stage: Set, tmp_path: Path
) -> None:
    with in_tmux(stage.house, tmp_path) as (one, speak):
        begun(one)
        press(one, "down")
        on(one, "S102")
        one.drain()
        assert not any("[?" in row or "]1" in row for row in one.rows), "no sequence leaked as text"
        panes = subprocess.run([*speak, "capture-pane", "-p"], check=True, capture_output=True, text=True)
        assert [row.rstrip() for row in panes.stdout.splitlines()][:36] == one.rows[:36]
        one.hang_up()
        with terminal([*speak[1:], "attach"], 120, 37, PROGRAM=speak[0]) as again:
            on(again, "S102")
            press(again, "up")
            on(again, "S101")
            press(again, "quit")
            assert again.ends() == 0


def test_in_screen_it_is_drawn_and_answers_keys(stage: Set, tmp_path: Path) -> None:
    screen = program("screen")
    sockets = tmp_path / "screens"
    sockets.mkdir(mode=0o700)
    words = ["-c", os.devnull, "-U", "-S", "film", RUSHES, "--film", str(stage.house.film)]
    homes = {**stage.house.homes, "SCREENDIR": str(sockets)}
    with terminal(words, 120, 36, PROGRAM=screen, **homes) as one:
        begun(one)
        press(one, "down")
        on(one, "S102")
        press(one, "quit")
        assert one.ends() == 0
