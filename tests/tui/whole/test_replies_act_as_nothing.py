"""What a terminal answers changes nothing, on any screen and in any mode, however it arrives.

The bytes go the way they go in the real app: through the driver's own reading of its terminal.
"""

from __future__ import annotations

import asyncio
import codecs
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import pytest
from textual import events
from textual._xterm_parser import XTermParser
from textual.message import Message

from tests.tui.terminal import terminal
from tests.tui.test_board_pty import DEMO, pictured
from tests.tui.test_reply_filter import REPLIES
from tests.tui.whole.gallery import FRAMES, still
from tests.tui.whole.keyboard import STATES, Keyboard, keyboard
from tui import driver, keymap
from tui.actions import ACTIONS
from tui.driver import BoardDriver
from tui.terminal.replies import GRACE_S, LONE_ESCAPE_S, STRING_S, ReplyFilter

MORE = (
    "\x1b[?1;2c",
    "\x1b[>0;10;1c",
    "\x1b[0n",
    "\x1b[3;9R",
    "\x1b[?5u",
    "\x1b]10;rgb:c3c3/c9c9/d1d1\x1b\\",
    "\x1b]12;rgb:ffff/ffff/ffff\x07",
    "\x1b]4;1;rgb:cdcd/0000/0000\x1b\\",
    "\x1bP>|XTerm(390)\x1b\\",
    "\x1bP1+r544e=787465726d\x1b\\",
    "\x1bP0+r\x1b\\",
    "\x1b[?2048;1$y",
    "\x1b[?1016;0$y",
    "\x1b[6;16;8t",
    "\x1b]l a title\x1b\\",
    "\x1b_Gi=7;ENOENT:no such image\x1b\\",
)
ALL = tuple(reply.encode() for reply in dict.fromkeys((*REPLIES, *MORE)))


class Terminal:
    """A driver that reads a pipe; every message it makes goes to `heard`, and the clock is the test's."""

    def __init__(self, heard: Callable[[Message], object], monkeypatch: pytest.MonkeyPatch) -> None:
        self._out, self._into = os.pipe()
        self.driver: Any = BoardDriver.__new__(BoardDriver)
        self.driver.fileno = self._out
        self.driver.process_message = heard
        self.now = 1_000.0
        # Not the clock itself: the event loop's waits read it too.
        monkeypatch.setattr(driver, "time", SimpleNamespace(monotonic=lambda: self.now))
        self.parser, self.replies = XTermParser(), ReplyFilter()
        self.decode = codecs.getincrementaldecoder("utf-8")("replace").decode

    def read(self, data: bytes) -> None:
        """What one read of the terminal gives."""
        os.write(self._into, data)
        assert self.driver._read_once(self.parser, self.replies, self.decode)

    def silence(self, seconds: float, monkeypatch: pytest.MonkeyPatch) -> None:
        """Nothing arrives for so long; nobody waits for it."""
        self.now += seconds
        with monkeypatch.context() as patch:
            patch.setattr(driver, "select", SimpleNamespace(select=lambda *_: ([], [], [])))
            assert self.driver._read_once(self.parser, self.replies, self.decode)

    def close(self) -> None:
        os.close(self._out)
        os.close(self._into)


@contextmanager
def reading(heard: Callable[[Message], object], monkeypatch: pytest.MonkeyPatch) -> Iterator[Terminal]:
    with monkeypatch.context() as patch:
        one = Terminal(heard, patch)
        try:
            yield one
        finally:
            one.close()


@pytest.mark.parametrize("reply", ALL, ids=repr)
def test_the_driver_hears_nothing_of_an_answer_split_at_any_byte(
    reply: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[Message] = []
    with reading(heard.append, monkeypatch) as one:
        for at in range(1, len(reply)):
            one.read(reply[:at])
            one.now += GRACE_S / 2
            one.read(reply[at:])
            assert heard == [], at
        for at in range(len(reply)):
            one.read(reply[at : at + 1])
        assert heard == []
        one.read(b"q")
    assert [event.key for event in heard if isinstance(event, events.Key)] == ["q"]


@pytest.mark.parametrize("reply", [reply for reply in ALL if reply[:1] == b"\x1b"], ids=repr)
def test_an_answer_after_a_pause_is_the_escape_key_at_most(
    reply: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An ESC that nothing follows is the key: nobody can tell. What comes after it is still an answer."""
    heard: list[Message] = []
    with reading(heard.append, monkeypatch) as one:
        for at in range(1, len(reply)):
            heard.clear()
            one.read(reply[:at])
            one.silence(LONE_ESCAPE_S * 2, monkeypatch)
            one.now += GRACE_S / 2
            one.read(reply[at:])
            keys = [event.key for event in heard if isinstance(event, events.Key)]
            assert keys == (["escape"] if at == 1 else []), at
            assert len(keys) == len(heard)
            one.now += GRACE_S


@pytest.mark.parametrize("reply", [reply for reply in ALL if reply[:3] != b"\x1b[M"], ids=repr)
def test_an_answer_that_stalls_in_its_middle_presses_no_key(
    reply: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its `y` would be a yes to a question that stands open."""
    begin = 3 if reply[:2] in {b"\x1b[", b"\xc2\x9b"} else 2
    heard: list[Message] = []
    with reading(heard.append, monkeypatch) as one:
        for at in range(begin, len(reply) - 1):
            one.read(reply[:at])
            one.silence(STRING_S * 2, monkeypatch)
            one.read(reply[at:])
            assert heard == [], at
        one.read(b"q")
    assert [event.key for event in heard if isinstance(event, events.Key)] == ["q"]


def test_the_states_are_every_mode_of_the_table() -> None:
    async def run() -> set[str]:
        async with keyboard() as keys:
            found = set()
            for state in STATES:
                await keys.stand("board", state)
                found.add(keys.app.frame.mode if keys.app.screen is keys.app.frame else keymap.HELP)
            return found

    assert asyncio.run(asyncio.wait_for(run(), 60)) == {row.mode for row in ACTIONS} - {keymap.ALWAYS}


def test_no_answer_orders_asks_moves_or_writes_anything_on_any_screen_in_any_mode(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def look(keys: Keyboard) -> tuple[object, ...]:
        await keys.settle()
        await still(keys.stage)
        return (*keys.standing(), keys.stage.text(), list(keys.desk.calls), list(keys.desk.quoted))

    async def run() -> None:
        async with keyboard() as keys:
            keys.unhinted()
            with reading(keys.app.post_message, monkeypatch) as one:
                for screen in FRAMES:
                    for state in STATES:
                        await keys.stand(screen, state)
                        before = await look(keys)
                        one.read(b"".join(ALL))
                        for reply in ALL:
                            for at in range(1, min(len(reply), 6)):
                                one.read(reply[:at])
                                one.read(reply[at:])
                        assert await look(keys) == before, (screen, state.name)
                await keys.stand("board", STATES[0])
                one.read(b"R")
                await keys.stage.until(lambda: keys.app.frame.NAME == "review", "a key")

    asyncio.run(asyncio.wait_for(run(), 200))


def test_on_a_real_terminal_a_question_a_line_and_the_palette_are_deaf_to_answers() -> None:
    with terminal([DEMO]) as one:
        one.until(pictured)
        for keys, there in ((b"g", "y yes"), (b":go", "do what?"), (b"/S1", "find a shot:")):
            one.type(keys)
            one.until(there)
            one.drain()
            whole = one.rows
            for reply in ALL:
                one.type(reply)
                for at in range(1, len(reply), 3):
                    one.type(reply[:at])
                    one.read(0.001)
                    one.type(reply[at:])
            one.drain()
            assert one.rows == whole
            one.type(b"\x1b")
            one.until(lambda rows, there=there: not any(there in row for row in rows))
        one.type(b"?")
        one.until("SIGNS")
