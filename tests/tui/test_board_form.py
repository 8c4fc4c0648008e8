"""Logging a failure beside the board."""

from __future__ import annotations

from tests.tui.stage import Stage, play
from tui import keymap


def test_f_logs_a_failure_from_a_few_letters() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("n", "f", "l", "i", "enter")
        await stage.write("mouth moves, q x a")
        await stage.press("enter")
        await stage.until(lambda: stage.desk.calls)
        assert stage.desk.calls == [("fail", "S106", 2, "lip-sync", "mouth moves, q x a", "", "")]
        assert stage.board.mode == keymap.NORMAL
        await stage.until(lambda: "WAITS FOR YOU" in stage.text())

    play(scene)


def test_the_form_takes_cause_and_workaround_by_tab() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("n", "f", "h", "tab")
        await stage.write("six fingers")
        await stage.press("tab")
        await stage.write("close-up")
        await stage.press("tab")
        await stage.write("gloves")
        await stage.press("enter")
        await stage.until(lambda: stage.desk.calls)
        assert stage.desk.calls == [("fail", "S106", 2, "hands", "six fingers", "close-up", "gloves")]

    play(scene)


def test_the_form_says_what_is_missing_and_escape_leaves_it() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("n", "f", "enter", "enter")
        await stage.until(lambda: "Which category?" in stage.text())
        await stage.press("h", "enter", "enter")
        await stage.until(lambda: "Say in a few words what broke" in stage.text())
        await stage.press("escape")
        await stage.until(lambda: "LOG A FAILURE" not in stage.text())
        assert stage.desk.calls == []

    play(scene)
