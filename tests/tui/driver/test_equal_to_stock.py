"""The same app under Textual's driver and under ours: no cell differs, whatever happens."""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from random import Random

import pytest
from textual.app import ScreenStackError
from textual.widgets import DataTable, Input, RichLog, TabbedContent

from tests.tui.driver.both import Both, on_both, quiet
from tests.tui.driver.variety import Asking, Painted, Variety, sentence

SIZES = ((140, 40), (80, 24), (120, 36), (100, 50), (61, 19))
KEYS = ("\x1b[A", "\x1b[B", "\x1b[B", "\x1b[5~", "\x1b[6~", "\t", "\x1b[Z", "\x1b[H", "\x1b[F", "\r")


class Hand:
    """Seeded acts."""

    def __init__(self, app: Variety, both: Both, seed: int) -> None:
        self.app, self.both, self.draw = app, both, Random(seed)
        self.done: Counter[str] = Counter()
        self.acts = {
            self.keys: 30, self.lines: 20, self.paint: 15, self.log: 10, self.tab: 10, self.cell: 10,
            self.words: 8, self.toast: 6, self.palette: 5, self.modal: 5, self.theme: 3, self.stall: 12,
            self.repaint: 3, self.resize: 5, self.suspend: 4, self.bell: 4,
        }  # fmt: skip

    async def act(self) -> None:
        (one,) = self.draw.choices(list(self.acts), list(self.acts.values()))
        self.done[one.__name__] += 1
        await one()

    async def keys(self) -> None:
        for _ in range(self.draw.randint(1, 5)):
            self.both.type(self.draw.choice(KEYS))
            await asyncio.sleep(0.002)

    async def lines(self) -> None:
        self.app.lines(self.draw.randint(1, 3), self.draw.randint(0, 6))

    async def paint(self) -> None:
        for one in self.app.query(Painted):
            one.change(self.draw.randint(0, 5))

    async def log(self) -> None:
        self.app.query_one(RichLog).write(sentence(self.draw, 9))

    async def tab(self) -> None:
        self.app.query_one(TabbedContent).active = self.draw.choice(("takes", "table", "log", "text"))

    async def cell(self) -> None:
        self.app.query_one(DataTable).update_cell_at((self.draw.randint(0, 20), 1), sentence(self.draw, 1))  # type: ignore[arg-type]

    async def words(self) -> None:
        self.app.query_one(Input).value = sentence(self.draw, self.draw.randint(0, 5))

    async def toast(self) -> None:
        self.app.notify(sentence(self.draw, 6), markup=False, timeout=self.draw.choice((0.05, 0.4)))

    async def palette(self) -> None:
        self.both.type("\x10")
        await asyncio.sleep(0.05)
        self.both.type(self.draw.choice(("the", "q", "\x1b[B\x1b[B")))
        await asyncio.sleep(0.03)
        if self.draw.random() < 0.7:
            self.both.type("\x1b")
            await asyncio.sleep(0.06)

    async def modal(self) -> None:
        if isinstance(self.app.screen, Asking):
            self.app.screen.action_leave()
        elif len(self.app.screen_stack) == 1:
            await self.app.push_screen(Asking())

    async def theme(self) -> None:
        self.app.theme = self.draw.choice(("textual-dark", "textual-light", "ansi-dark"))

    async def stall(self) -> None:
        """For a while the line takes nothing."""
        self.both.read(on=False)

    async def repaint(self) -> None:
        assert self.both.driver is not None
        self.both.driver.repaint()

    async def resize(self) -> None:
        self.both.resize(*self.draw.choice(SIZES))
        async with asyncio.timeout(60):
            size = (self.both.stock.width, self.both.stock.height)
            while self.app.screen.size != size or not self.both.stock.painted:
                await asyncio.sleep(0.005)

    async def suspend(self) -> None:
        self.both.level()
        with self.app.suspend():
            os.write(self.both.slave, b"a player says something\r\n")
        self.both.stock.heard.clear()
        async with asyncio.timeout(60):  # we paint what we know at once, Textual in its own time
            while not self.both.stock.painted:
                await asyncio.sleep(0.005)

    async def bell(self) -> None:
        self.app.bell()
        self.app.copy_to_clipboard("scp host:take.mp4 .")


def compare(seed: int, checkpoints: int) -> Counter[str]:
    """Once more where Textual's own palette fell over: closed while it searches, it looks for its list in
    vain (8.2.8, command.py, `_select_command`), and the app under test ends."""
    try:
        return compare_once(seed, checkpoints)
    except ScreenStackError:
        return compare_once(seed, checkpoints)


def compare_once(seed: int, checkpoints: int) -> Counter[str]:
    async def run() -> Counter[str]:
        both = Both(*SIZES[0])
        app = Variety()
        try:
            async with on_both(app, both):
                hand = Hand(app, both, seed)
                for number in range(checkpoints):
                    for _ in range(hand.draw.randint(1, 5)):
                        await hand.act()
                    await quiet(app)
                    both.level()
                    both.read()
                    differing = both.differing()
                    assert not differing, (seed, number, len(differing), differing[:5])
                    heard = [
                        [one for one in side.heard if one[:3] == "]52"] for side in (both.stock, both.ours)
                    ]
                    assert heard[0] == heard[1][-len(heard[0]) or len(heard[1]) :]
            assert "1049" not in both.ours.modes
            assert both.ours.modes == {"7", "25"}
        finally:
            both.close()
        return hand.done

    return asyncio.run(run())


@pytest.fixture(autouse=True)
def size_of_the_pty(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("COLUMNS", "LINES"):
        monkeypatch.setenv(name, "1")


@pytest.mark.parametrize("seed", range(4))
def test_no_cell_differs_at_25_checkpoints(seed: int) -> None:
    compare(seed, 25)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(1000, 1010))
def test_no_cell_differs_at_50_checkpoints_of_the_long_sweep(seed: int) -> None:
    assert len(compare(seed, 50)) > 10
