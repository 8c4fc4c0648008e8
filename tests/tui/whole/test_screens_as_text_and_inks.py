"""Every screen as text and as a map of its inks, at three sizes, in a dark theme and a light one.

`RUSHES_RENEW_SCREENS=1 pytest tests/tui/whole/test_screens_as_text_and_inks.py` writes them anew.
"""

from __future__ import annotations

import asyncio
import os
from functools import cache
from pathlib import Path

import pytest
from rich.color import Color

from tests.tui.desk_pages import card_page
from tests.tui.whole.gallery import SCENES, SIZES, FullDesk, enter, opened, still
from tests.tui.whole.inks import Shown, shown
from tui.palettes import LIGHT, RUSHES, Palette
from tui.theme import INKS, STYLES
from tui.wardrobe import wear

SCREENS = Path(__file__).parents[1] / "screens"
THEMES = {"rushes": RUSHES, "rushes-light": LIGHT}
ALL = ("card", *SCENES)
LARGEST = 600_000
"""Bytes of all kept screens: they are read by people, in diffs."""


@cache
def seen(size: tuple[int, int], theme: str) -> dict[str, Shown]:
    """All scenes of one sitting: starting the app costs more than walking through it."""

    async def walk() -> dict[str, Shown]:
        async with opened(FullDesk(card=card_page()), size, theme=theme) as stage:
            await stage.until(lambda: "SINCE YOU LOOKED LAST" in stage.text(), "the card")
            await still(stage)
            found = {"card": shown(stage)}
            await stage.press("escape")
            for name, scene in SCENES.items():
                await enter(stage, scene)
                found[name] = shown(stage)
                await stage.press(*scene.leave)
            assert [call for call in stage.desk.calls if call[0] != "seen"] == []
            return found

    try:
        return asyncio.run(asyncio.wait_for(walk(), 120))
    finally:
        wear("rushes")


def kept(name: str, size: tuple[int, int], now: Shown) -> str:
    """What the file says; written anew first where that is asked for."""
    path = SCREENS / f"{name}_{size[0]}x{size[1]}.txt"
    if os.environ.get("RUSHES_RENEW_SCREENS"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(whole(now), encoding="utf-8")
    return path.read_text(encoding="utf-8")


def whole(now: Shown) -> str:
    return f"{now.text}\n\n== inks ==\n{now.inks}\n"


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("name", ALL)
def test_a_screen_says_what_it_said_in_the_inks_it_said_it_in(name: str, size: tuple[int, int]) -> None:
    now = seen(size, "rushes")[name]
    assert len(now.text.split("\n")) == len(now.inks.split("\n")) == size[1]
    assert whole(now) == kept(name, size, now)


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_a_light_theme_changes_neither_a_word_nor_an_ink(size: tuple[int, int]) -> None:
    assert seen(size, "rushes-light") == seen(size, "rushes")


@pytest.mark.parametrize("theme", THEMES)
def test_the_inks_are_the_colours_of_the_theme(theme: str) -> None:
    palette: Palette = THEMES[theme]
    try:
        wear(theme)
        for ink in INKS:
            assert STYLES[ink].color == Color.parse(getattr(palette, ink))
            assert STYLES[ink].bgcolor == Color.parse(palette.ground)
        assert STYLES["selected"].bgcolor == Color.parse(palette.raised)
    finally:
        wear("rushes")


def test_what_calls_a_person_is_in_one_ink_that_nothing_else_wears() -> None:
    """A sign of a state that waits stands in `need`, wherever it is shown but in the legend."""
    for name, now in seen((120, 36), "rushes").items():
        for text, inks in zip(now.text.split("\n"), now.inks.split("\n"), strict=True):
            for at, char in enumerate(text):
                if char in "◆‼" and text.isascii() is False and len(text) >= len(inks):
                    assert inks[at] in {"n", "N", "5"}, (name, text, inks)


def test_the_kept_screens_stay_small_and_none_is_left_over() -> None:
    files = list(SCREENS.iterdir())
    assert sum(path.stat().st_size for path in files) < LARGEST
    ours = {f"{name}_{width}x{height}.txt" for name in ALL for width, height in SIZES}
    assert ours <= {path.name for path in files}
