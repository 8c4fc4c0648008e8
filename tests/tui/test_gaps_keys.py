"""Every key of the Gaps screen, on a desk written by hand."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from core.studio.pages import gaps
from tests.tui.desk_pages import gaps_page, hostile
from tests.tui.films import HOSTILE, salt_road
from tests.tui.stage import Stage, staged
from tui import keymap
from tui.screens.gaps import GapsScreen

Scene = Callable[[Stage, GapsScreen], Awaitable[None]]


def on_gaps(scene: Scene, page: gaps.GapsPage | None = None, size: tuple[int, int] = (120, 33)) -> None:
    async def run() -> None:
        async with staged(salt_road(), size) as stage:
            stage.desk.pages["gaps"] = page or gaps_page()
            await stage.press("G")
            screen = stage.app.frame
            assert isinstance(screen, GapsScreen)
            await stage.until(lambda: screen._page is not None, "the page")
            await scene(stage, screen)

    asyncio.run(run())


async def called(stage: Stage, *call: object) -> None:
    await stage.until(lambda: f"did {call[0]}" in stage.text(), "what came of the act")
    assert stage.desk.calls == [call]
    stage.desk.calls.clear()


def test_tab_and_the_arrows_go_through_the_three_lists() -> None:
    async def scene(stage: Stage, screen: GapsScreen) -> None:
        for keys, title in (((), "TASKS"), (("tab",), "SUGGESTIONS"), (("l",), "UNCERTAIN")):
            await stage.press(*keys)
            await stage.until(lambda title=title: title in stage.text(), title)
        await stage.press("h", "left", "left")
        assert screen._section == "tasks"

    on_gaps(scene, size=(80, 24))


def test_in_a_large_window_all_three_stand_together() -> None:
    async def scene(stage: Stage, screen: GapsScreen) -> None:
        await stage.until(lambda: "UNCERTAIN  7" in stage.text(), "what is uncertain")
        assert "TASKS  3" in stage.text()
        assert "SUGGESTIONS  2" in stage.text()

    on_gaps(scene, size=(200, 60))


def test_in_a_window_of_the_middle_the_list_the_keys_act_on_has_the_room() -> None:
    async def scene(stage: Stage, screen: GapsScreen) -> None:
        def largest() -> str:
            rows = {name: screen.panel(f"gaps_{name}").size.height for name in screen._at}
            return max(rows, key=rows.__getitem__)

        for section in ("tasks", "suggestions", "uncertain"):
            await stage.until(lambda section=section: largest() == section, section)
            assert screen._section == section
            titles = ("TASKS  3", "SUGGESTIONS  2", "UNCERTAIN")
            await stage.until(lambda titles=titles: all(one in stage.text() for one in titles), "all three")
            await stage.press("tab")

    on_gaps(scene, size=(120, 36))


def test_hostile_text_is_shown_and_nothing_crashes() -> None:
    async def scene(stage: Stage, screen: GapsScreen) -> None:
        for foreign in HOSTILE:
            stage.desk.pages["gaps"] = page = hostile(gaps_page(), foreign)
            screen.want()
            await stage.until(lambda page=page: screen._page == page, "the page")
            await stage.press("down", "tab", "down", "tab", "down", "enter", "tab")
            assert stage.app.frame is screen

    on_gaps(scene)


def test_what_is_uncertain_is_looked_through_only_where_it_is_on_screen() -> None:
    async def scene(stage: Stage, screen: GapsScreen) -> None:
        assert screen.page().func is gaps.read
        assert screen._looked is None
        stage.desk.pages["gaps"] = gaps_page()
        await stage.press("tab", "tab")
        await stage.until(lambda: screen._looked is not None, "the long look")
        assert screen.page().func is gaps.read  # and not again at once

    on_gaps(scene, gaps_page()._replace(gaps=None), size=(100, 30))


def test_a_task_is_added_in_three_lines() -> None:
    async def scene(stage: Stage, screen: GapsScreen) -> None:
        await stage.press("i")
        await stage.write("buy salt")
        await stage.press("enter")
        assert "for whom?" in stage.text()
        await stage.write("Ada")
        await stage.press("enter")
        assert "due when?" in stage.text()
        await stage.write("2026-12-01")
        await stage.press("enter")
        await called(stage, "add_task", "buy salt", "Ada", "2026-12-01")

    on_gaps(scene)


def test_a_task_without_words_is_none_and_escape_leaves_it() -> None:
    async def scene(stage: Stage, screen: GapsScreen) -> None:
        await stage.press("i", "enter")
        assert screen.mode == keymap.NORMAL
        await stage.press("i")
        await stage.write("x")
        await stage.press("enter", "escape")
        assert screen.mode == keymap.NORMAL
        assert stage.desk.calls == []

    on_gaps(scene)


def test_a_task_is_ended_with_one_key_and_an_ended_one_is_opened_again() -> None:
    async def scene(stage: Stage, screen: GapsScreen) -> None:
        await stage.press("e")
        await called(stage, "move_tasks", "done", [3])
        await stage.press("end", "e")
        await called(stage, "move_tasks", "reopen", [4])

    on_gaps(scene)


def test_a_task_is_given_to_somebody() -> None:
    async def scene(stage: Stage, screen: GapsScreen) -> None:
        await stage.press("j", "w")
        assert "give task 5 to whom?" in stage.text()
        await stage.write("Bea")
        await stage.press("enter")
        await called(stage, "move_tasks", "owner", [5], "Bea")

    on_gaps(scene)


def test_a_task_is_dropped_after_a_question_only() -> None:
    async def scene(stage: Stage, screen: GapsScreen) -> None:
        await stage.press("z")
        assert "Drop task 3? It will not be done. y/n" in stage.text()
        await stage.press("n")
        assert stage.desk.calls == []
        await stage.press("z", "y")
        await called(stage, "move_tasks", "drop", [3])

    on_gaps(scene)


def test_what_came_of_a_task_is_approved_or_refused_with_a_reason() -> None:
    async def scene(stage: Stage, screen: GapsScreen) -> None:
        await stage.press("end", "y", "enter")
        await called(stage, "move_tasks", "approve", [4], "")
        await stage.press("d", "enter")
        assert "a no needs a reason" in stage.text()
        await stage.press("d")
        await stage.write("too dark")
        await stage.press("enter")
        await called(stage, "move_tasks", "refuse", [4], "too dark")

    on_gaps(scene)


def test_a_suggestion_is_accepted_rejected_and_made_a_task() -> None:
    async def scene(stage: Stage, screen: GapsScreen) -> None:
        await stage.press("tab", "y")
        assert "accept suggestion 9: why? (it may stay empty)" in stage.text()
        await stage.press("enter")
        await called(stage, "decide", "accept", [9], "")
        await stage.press("d", "enter")
        assert "a no needs a reason" in stage.text()
        await stage.press("d")
        await stage.write("vague")
        await stage.press("enter")
        await called(stage, "decide", "reject", [9], "vague")
        await stage.press("m")
        await stage.write("Cem")
        await stage.press("enter")
        await called(stage, "decide", "accept", [9], "", "Cem")

    on_gaps(scene)


def test_an_act_means_all_marked_rows_and_uses_the_marks_up() -> None:
    async def scene(stage: Stage, screen: GapsScreen) -> None:
        await stage.press("tab", "space", "space")
        assert screen._ticked["suggestions"] == {9, 8}
        await stage.press("y", "enter")
        await called(stage, "decide", "accept", [9, 8], "")
        assert screen._ticked["suggestions"] == frozenset()
        assert screen.marked == frozenset()

    on_gaps(scene)


def test_a_count_and_a_range_mean_several_rows_and_escape_takes_marks_away() -> None:
    async def scene(stage: Stage, screen: GapsScreen) -> None:
        await stage.press("V", "j")
        assert screen._ticked["tasks"] == {3, 5}
        await stage.press("escape")
        assert screen._ticked["tasks"] == frozenset()
        assert stage.app.frame is screen
        await stage.press("home", "2", "e")
        await called(stage, "move_tasks", "done", [3, 5])

    on_gaps(scene)


def test_a_mark_is_taken_away_where_it_stands() -> None:
    async def scene(stage: Stage, screen: GapsScreen) -> None:
        await stage.press("space", "up", "space")
        assert screen._ticked["tasks"] == frozenset()

    on_gaps(scene)


def test_enter_goes_from_a_gap_to_its_task_its_shot_and_its_money() -> None:
    async def scene(stage: Stage, screen: GapsScreen) -> None:
        await stage.press("tab", "tab")
        await stage.until(lambda: screen._ids("uncertain"), "what is uncertain")
        await stage.press("5", "j", "enter")
        assert (screen._section, screen._number("tasks")) == ("tasks", 5)
        await stage.press("tab", "tab", "home")
        assert screen.cursor.shot == "S205"
        await stage.press("enter")
        assert stage.app.frame.NAME == "money"
        await stage.press("escape", "j", "enter")
        assert stage.app.frame.NAME == "board"
        assert screen.cursor.shot == "S201"

    on_gaps(scene)


def test_a_gap_without_a_place_gives_its_command_to_be_typed() -> None:
    async def scene(stage: Stage, screen: GapsScreen) -> None:
        await stage.press("tab", "tab")
        await stage.until(lambda: screen._ids("uncertain"), "what is uncertain")
        await stage.press("end", "enter")
        assert stage.app.clipboard == "rushes check"
        assert "copied, to be typed in a terminal: rushes check" in stage.text()

    on_gaps(scene)


def test_a_shot_named_by_its_source_is_what_the_common_keys_mean() -> None:
    async def scene(stage: Stage, screen: GapsScreen) -> None:
        await stage.press("tab", "j")
        assert screen.cursor.shot == "S203"
        await stage.press("k")
        assert screen.cursor.shot == "S106"
        await stage.press("a")
        await stage.until(lambda: stage.desk.calls, "the verdict")
        assert stage.desk.calls[0][:2] == ("approve", "S106")

    on_gaps(scene)


def test_what_has_ended_is_shown_by_a_key_and_kept_over_a_disconnect() -> None:
    async def scene(stage: Stage, screen: GapsScreen) -> None:
        await stage.press("t")
        assert screen.page().keywords == {"ended": True}
        assert screen.kept() == {"section": "tasks", "ended": "yes"}
        screen.restore({"section": "nowhere", "ended": ""})
        assert (screen._section, screen._ended) == ("tasks", False)
        screen.restore({"section": "uncertain", "ended": "yes"})
        assert (screen._section, screen._ended) == ("uncertain", True)

    on_gaps(scene)


def test_the_checklist_is_begun_where_no_task_is() -> None:
    async def scene(stage: Stage, screen: GapsScreen) -> None:
        await stage.until(lambda: "b checklist" in stage.text(), "the key")
        await stage.press("b")
        await called(stage, "start_checklist")

    on_gaps(scene, gaps.GapsPage())


def test_the_keys_of_another_list_say_where_to_go() -> None:
    async def scene(stage: Stage, screen: GapsScreen) -> None:
        await stage.press("tab", "e")
        assert "choose a task first" in stage.text()
        await stage.press("tab", "y")
        assert "choose a task or a suggestion first" in stage.text()
        await stage.press("space")
        assert "nothing to mark" in stage.text()
        await stage.press("m")
        assert "choose a suggestion first" in stage.text()
        assert stage.desk.calls == []

    on_gaps(scene)


def test_a_refused_act_is_said_in_its_own_words() -> None:
    from core.base.errors import BadInput

    async def scene(stage: Stage, screen: GapsScreen) -> None:
        stage.desk.refuse.append(BadInput("task 3 is done", todo="`rushes task --reopen 3` first"))
        await stage.press("e")
        await stage.until(lambda: "task 3 is done" in stage.text(), "the refusal")

    on_gaps(scene)
