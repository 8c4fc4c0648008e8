"""Logging a failure in under five seconds of typing: how few keys it takes, and what the form knows."""

from __future__ import annotations

import asyncio
from pathlib import Path

from core.studio.desk import StudioDesk
from core.studio.record import Record
from tests.tui.real_film import real_film
from tests.tui.stage import Stage, play
from tui.app import BoardApp
from tui.dialogs.fail_form import matches
from tui.theme import Look


def test_a_failure_takes_five_keys_and_the_words_that_say_what_broke() -> None:
    words = "mouth moves"

    async def scene(stage: Stage) -> None:
        keys = ["f", "l", "i", "enter", *("space" if char == " " else char for char in words), "enter"]
        await stage.press("n", *keys)
        await stage.until(lambda: stage.desk.calls)
        assert stage.desk.calls == [("fail", "S106", 2, "lip-sync", words, "", "")]
        assert len(keys) == 5 + len(words)

    play(scene)


def test_the_category_logged_last_is_the_default_of_enter() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("n", "f", "l", "i", "enter", "a", "enter")
        await stage.until(lambda: len(stage.desk.calls) == 1)
        await stage.press("f")
        await stage.until(lambda: "enter: lip-sync again" in stage.text())
        await stage.press("enter", "b", "enter")
        await stage.until(lambda: len(stage.desk.calls) == 2)
        assert [call[3:5] for call in stage.desk.calls] == [("lip-sync", "a"), ("lip-sync", "b")]

    play(scene)


def test_the_best_known_workaround_stands_beside_the_category_and_under_what_broke() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("n", "f", "c", "h")
        await stage.until(lambda: "character drift   re-anchor" in stage.text())
        await stage.press("enter", "x")
        await stage.until(lambda: "Against character drift helped: re-anchor" in stage.text())

    play(scene)


def test_a_category_left_out_is_guessed_from_the_words_and_said_before_it_is_logged() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("n", "f", "tab")
        await stage.write("the mouth lags")
        await stage.until(lambda: "lip-sync, by your words" in stage.text())
        await stage.press("enter")
        await stage.until(lambda: stage.desk.calls)
        assert stage.desk.calls[0][3] == "lip-sync"

    play(scene)


def test_words_that_hint_at_nothing_still_need_a_category() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("n", "f", "tab", "h", "m", "enter")
        await stage.until(lambda: "Which category?" in stage.text())
        assert stage.desk.calls == []

    play(scene)


def test_letters_find_what_begins_with_them_before_what_holds_them() -> None:
    names = ("camera drift", "lip-sync", "drift")
    assert matches("dr", names) == ("drift", "camera drift")
    assert matches("", names) == names


def test_a_logged_failure_is_in_the_ledger_and_in_the_log_of_the_board(tmp_path: Path) -> None:
    film = real_film(tmp_path / "film")

    async def run() -> None:
        desk = StudioDesk(film.places)
        app = BoardApp(desk, Look())
        async with app.run_test(size=(120, 36)) as pilot:
            stage = Stage(app, desk, pilot)  # type: ignore[arg-type]
            await stage.until(lambda: app.shared.glance is not None and app.shared.categories)
            await stage.press("f", "l", "i", "enter", "x", "enter")
            await stage.until(lambda: "lip-sync: x" in stage.text(), "the event")
        app.exit()

    asyncio.run(asyncio.wait_for(run(), 60))
    record = Record(film.places)
    assert [(row["shot"], row["category"], row["broke"]) for row in record.failures()] == [
        ("S101", "lip-sync", "x")
    ]
    assert record.events()[-1]["kind"] == "failure.logged"
    record.close()
