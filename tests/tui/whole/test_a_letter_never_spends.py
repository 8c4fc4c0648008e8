"""No key spends: only a yes after a question that named the shot and the sum does.

The keys are those of `tui.actions`, on every screen, in every mode, with counts, marks and ranges.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from textual.screen import Screen

from tests.tui.whole.gallery import FRAMES, FullDesk
from tests.tui.whole.keyboard import KEYS, SPENDS, STATES, Keyboard, State, keyboard
from tui import keymap
from tui.actions import ACTIONS, ASK
from tui.screens import outside, review
from tui.widgets.panel import LinePanel

YES = tuple(keymap.action("yes").keys.split(","))
PAID = tuple(row.id for row in ACTIONS if row.id in SPENDS)


@pytest.fixture(autouse=True)
def only_what_keys_do(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is drawn, and no program is opened: what counts is what the desk is told."""
    monkeypatch.setattr(LinePanel, "show", lambda *_, **__: None)
    monkeypatch.setattr(Screen, "_compositor_refresh", lambda _screen: None)
    for module in (outside, review):
        monkeypatch.setattr(module, "open_outside", lambda *_args: "opened")
    for name in ("EDITOR", "VISUAL"):
        monkeypatch.setenv(name, "true")


def play(scene: Callable[[Keyboard], Awaitable[None]], desk: FullDesk | None = None) -> None:
    async def run() -> None:
        async with keyboard(desk) as keys:
            await scene(keys)

    asyncio.run(asyncio.wait_for(run(), 200))


def test_the_table_has_the_acts_that_spend_and_all_of_them_ask() -> None:
    assert set(PAID) == SPENDS
    assert all(keymap.action(name).destructive for name in PAID)
    assert [row.id for row in ACTIONS if row.mode == ASK and set(row.keys.split(",")) & set(YES)] == ["yes"]


@pytest.mark.parametrize("screen", FRAMES)
def test_no_key_of_the_table_orders_anything_paid_on_any_screen_in_any_state(screen: str) -> None:
    async def scene(keys: Keyboard) -> None:
        for state in STATES:
            await keys.stand(screen, state)
            for key in KEYS:
                await keys.still_stand(screen, state)
                asked = question(keys)
                if asked and key in YES:
                    continue  # that is the one way, and it has a test of its own
                await keys.press(key)
                assert not keys.spent, (state.name, key, keys.spent)

    play(scene)


def question(keys: Keyboard) -> str:
    ask = keys.app.frame._ask
    return ask.text if ask is not None else ""


SHOTS = {"go": "S205", "retake": "S410", "settle": "S205"}


@pytest.mark.parametrize("price", [760_000, None], ids=["a known price", "a price nobody knows"])
@pytest.mark.parametrize("marks", [False, True], ids=["one shot", "marked shots"])
def test_what_is_paid_is_ordered_by_a_yes_to_a_question_that_names_it_and_its_sum(
    price: int | None, marks: bool
) -> None:
    async def scene(keys: Keyboard) -> None:
        desk = keys.desk
        desk.price = price
        keys.unhinted()
        came = set()
        for screen in FRAMES:
            for act in PAID:
                state = State(act, ("space", "k", "space") if marks else (), SHOTS[act])
                await keys.stand(screen, state)
                await until_asked(keys, act)
                asked = question(keys)
                assert not keys.spent, (screen, act)
                if not asked:
                    continue  # there is nothing to order here, and nothing was
                assert named(keys, act, asked), (screen, act, asked)
                assert "$" in asked, (screen, act, asked)
                await keys.press(*YES)
                assert [call[0] for call in keys.spent] == [act], (screen, act, asked)
                if act != "settle":
                    assert keys.spent[0][-2] is True
                came.add((act, screen))
        wanted = {"retake"} if marks else set(PAID)
        assert wanted <= {act for act, screen in came if screen == "board"}
        assert {screen for _, screen in came} >= {"board", "review", "matrix"}

    play(scene)


def named(keys: Keyboard, act: str, asked: str) -> bool:
    """Whether the question says what it is about: the chain, the shot, or how many shots."""
    shots = keys.app.frame.targets()
    return (
        "salt-pan" in asked if act == "go" else asked.startswith(f"{len(shots)} takes:") or shots[0] in asked
    )


async def until_asked(keys: Keyboard, act: str) -> None:
    """The keys of an act up to its question: a line without a note, one way to settle."""
    await keys.press(keymap.action(act).keys)
    frame: Any = keys.app.frame
    if frame.mode == keymap.LINE:
        await keys.press("enter")
    if frame.mode == keymap.SETTLE:
        await keys.press(keymap.action("settle_absent").keys)
