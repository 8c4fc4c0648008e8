"""The first frame: there before Textual is, the same that Textual then shows, and never left behind."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import termios
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from rich.color import ColorSystem

from core.base.settings import BoardSettings
from core.studio.rows import Glance
from tests.support.terminal import Terminal, modes_left_on, terminal
from tests.tui.driver.both import Both, on_both, quiet
from tests.tui.driver.emulator import Emulator, Glyph
from tests.tui.fake_desk import FakeDesk
from tests.tui.films import empty_film, hostile_film, salt_road
from tests.tui.pty.conftest import Set
from tests.tui.pty.conftest import stage as stage
from tests.tui.pty.house import RUSHES, begun, press
from tui.app import BoardApp
from tui.bridge.kept import Kept
from tui.palettes import OURS
from tui.screens.painted import painted
from tui.screens.shared import shared_of
from tui.theme import Look, colours_of, put_on

FILMS = {"long": salt_road(), "empty": empty_film(), "hostile": hostile_film("[b]砂丘\x1b[2J e\u0301\u0301")}
ROOT = Path(__file__).parents[2]


def of_textual(film: Glance, size: tuple[int, int], board: BoardSettings, look: Look) -> list[list[Glyph]]:
    """The cells of the running board at rest."""

    async def run() -> list[list[Glyph]]:
        both = Both(*size)
        app = BoardApp(FakeDesk(film), look, board, first=film)
        try:
            async with on_both(app, both):
                await quiet(app)
                both.level()
                return [list(row) for row in both.stock.rows]
        finally:
            both.close()

    return asyncio.run(asyncio.wait_for(run(), 60))


@pytest.fixture(autouse=True)
def terminal_of_many_colours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLORTERM", "truecolor")
    for name in ("NO_COLOR", "COLUMNS", "LINES"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize("theme", ["rushes", "rushes-light"])
@pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 60), (50, 10)], ids=lambda size: f"{size[0]}")
@pytest.mark.parametrize("name", FILMS)
def test_no_cell_of_it_changes_when_textual_draws(name: str, size: tuple[int, int], theme: str) -> None:
    film, look, board = FILMS[name], Look(), BoardSettings(pictures="off", theme=theme)
    put_on(OURS[theme])
    shared = shared_of(look, board)
    shared.begin(film, Kept())
    colours = colours_of(os.environ)
    assert colours is ColorSystem.TRUECOLOR
    ahead = Emulator(*size)
    ahead.feed(painted(shared, film, size, colours))
    assert ahead.painted
    drawn = of_textual(film, size, board, look)
    differing = [
        (x, y, one, other)
        for y, (mine, theirs) in enumerate(zip(ahead.rows, drawn, strict=True))
        for x, (one, other) in enumerate(zip(mine, theirs, strict=True))
        if one != other
    ]
    assert not differing, (len(differing), differing[:5])


def test_it_imports_nothing_of_textual() -> None:
    asked = (
        "import sys, tui.opening, core.studio.desk; print(*(m for m in sys.modules if m[:7] == 'textual'))"
    )
    done = subprocess.run([sys.executable, "-c", asked], cwd=ROOT, capture_output=True, text=True, check=True)
    assert not done.stdout.split()


STANDS_STILL = """
import sys, time

class Toolkit:
    def find_spec(self, name, path=None, target=None):
        if name == "tui.app":
            {does}

sys.meta_path.insert(0, Toolkit())
from tui.cli import main
sys.exit(main(sys.argv[1:]))
"""


def without_toolkit(stage: Set, does: str) -> AbstractContextManager[Terminal]:
    """The program whose toolkit does not come."""
    script = STANDS_STILL.format(does=does)
    return terminal(["-c", script, "--film", str(stage.film.root)], 120, 36, **stage.house.homes)


def given_back(one: Terminal) -> None:
    assert modes_left_on(one.sent) == set()
    assert termios.tcgetattr(one.slave) == one.before


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_before_textual_is_there_gives_the_terminal_back(stage: Set, number: signal.Signals) -> None:
    with without_toolkit(stage, "time.sleep(60)") as one:
        one.until("S101")
        one.process.send_signal(number)
        assert one.ends() == 128 + number
        given_back(one)


WHILE_TAKING = """
import os, signal, sys
from tui.cli import main
from tui.terminal.outlet import Outlet

start = Outlet.start

def begin(self):
    start(self)
    os.kill(os.getpid(), signal.SIGTERM)

Outlet.start = begin
sys.exit(main(sys.argv[1:]))
"""


def test_a_signal_in_the_moment_the_terminal_is_taken_gives_it_back(stage: Set) -> None:
    with terminal(["-c", WHILE_TAKING, "--film", str(stage.film.root)], 120, 36, **stage.house.homes) as one:
        assert one.ends() == 128 + signal.SIGTERM
        given_back(one)


def test_a_toolkit_that_cannot_be_imported_gives_the_terminal_back_and_says_so(stage: Set) -> None:
    with without_toolkit(stage, "raise ImportError('no toolkit here')") as one:
        assert one.ends() != 0
        given_back(one)
        assert b"no toolkit here" in one.sent.rpartition(b"\x1b[?1049l")[2]


def test_a_terminal_that_goes_before_textual_is_there_ends_the_process(stage: Set) -> None:
    with without_toolkit(stage, "time.sleep(1)") as one:
        one.until("S101")
        assert one.hang_up() == 128 + signal.SIGHUP


def test_what_is_typed_while_textual_comes_is_done_and_not_echoed(stage: Set) -> None:
    with without_toolkit(stage, "time.sleep(2)") as one:
        one.until("S101")
        one.drain()
        before = one.rows
        one.type(b"j")
        one.read(0.5)
        assert one.rows == before
        begun(one, "S102")
        press(one, "quit")
        assert one.ends() == 0
        given_back(one)


def test_a_window_that_changes_while_textual_comes_is_drawn_for_its_new_size(stage: Set) -> None:
    with without_toolkit(stage, "time.sleep(1)") as one:
        one.until("S101")
        one.resize(80, 24)
        one.until(lambda rows: len(rows[1]) == 80 and "quit" in rows[23])
        press(one, "quit")
        assert one.ends() == 0
        given_back(one)


def test_a_person_who_left_on_another_screen_comes_back_there_without_a_glimpse_of_the_board(
    stage: Set,
) -> None:
    with stage.house.board() as one:
        begun(one)
        press(one, "money")
        one.until("BUDGETS")
        one.drain(1.2)
        press(one, "quit")
        assert one.ends() == 0
    with stage.house.board() as one:
        one.until("BUDGETS")
        assert b"LATELY" not in one.sent
        press(one, "quit")
        assert one.ends() == 0


def test_on_a_terminal_of_256_colours_both_say_the_same_ones(stage: Set) -> None:
    homes = stage.house.homes | {"COLORTERM": ""}
    with terminal([RUSHES, "--film", str(stage.film.root)], 120, 36, **homes) as one:
        begun(one)
        assert b"48;5;" in one.sent
        assert b"8;2;" not in one.sent
        assert one.sent.count(b"no worker") == 1, "it was sent once"
        press(one, "quit")
        assert one.ends() == 0


def test_a_terminal_of_few_colours_waits_for_textual_and_is_drawn_all_the_same(stage: Set) -> None:
    homes = stage.house.homes | {"TERM": "xterm", "COLORTERM": ""}
    with terminal([RUSHES, "--film", str(stage.film.root)], 120, 36, **homes) as one:
        begun(one)
        assert b"38;2;" not in one.sent
        press(one, "quit")
        assert one.ends() == 0
        given_back(one)
