"""The Failures and Doctor screens under a person's keys."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from core.studio.pages.doctor import Check, DoctorPage
from tests.tui.failures_film import EMPTY, catalogue
from tests.tui.films import HOSTILE, salt_road
from tests.tui.stage import Stage, play, staged
from tui import keymap
from tui.bridge import Glance
from tui.screens.failures import FailuresScreen

PAGE = catalogue(30)


Scene = Callable[[Stage], Awaitable[None]]


def on(scene: Scene, page: object = PAGE, size: tuple[int, int] = (120, 36)) -> None:
    """The scene begins on the Failures screen, its page read."""

    async def whole(stage: Stage) -> None:
        stage.desk.pages["failures"] = page
        await stage.press("F")
        await stage.until(lambda: screen(stage).known is not None, "the page")
        await scene(stage)

    play(whole, size=size)


def screen(stage: Stage) -> FailuresScreen:
    assert isinstance(stage.app.frame, FailuresScreen)
    return stage.app.frame


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 60)])
def test_f_capital_opens_the_catalogue_at_every_size(size: tuple[int, int]) -> None:
    async def scene(stage: Stage) -> None:
        await stage.until(lambda: "BY CATEGORY" in stage.text())
        shown = stage.text()
        for part in ("FAILURES  ", "30  ~$6.80", "4 of 5", "S106 t02  character drift", "e amend"):
            assert part in shown, part
        assert ("LOST BY CATEGORY" in shown) == (size[0] > 80)

    on(scene, size=size)


def test_a_large_window_shows_the_take_that_failed() -> None:
    page = catalogue()

    async def scene(stage: Stage) -> None:
        await stage.until(lambda: "S106 t02 begins" in stage.text(), "how it begins")
        assert "S106 t02 ends" in stage.text()
        await stage.press("v")
        await stage.until(lambda: "S106 t02 begins" not in stage.text(), "no pictures")
        await stage.press("v")
        await stage.until(lambda: "S106 t02 begins" in stage.text(), "pictures again")
        await stage.press("j")
        await stage.until(lambda: "S106 t02 begins" not in stage.text(), "nothing of a take without frames")

    on(scene, page, size=(200, 60))


def test_moving_over_failures_takes_the_shot_and_its_take_along() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("j", "j")
        assert screen(stage).row == PAGE.rows[2]
        assert (stage.app.shared.cursor.shot, stage.app.shared.cursor.take) == ("S410", 4)
        await stage.press("end")
        assert screen(stage).at == 29
        await stage.press("home")
        assert screen(stage).at == 0

    on(scene)


def test_the_filter_line_asks_the_page_for_what_was_typed_and_esc_takes_it_away() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("slash")
        await stage.write("category:lip open")
        await stage.press("enter")
        wanted = screen(stage).page().keywords["wanted"]  # type: ignore[attr-defined]
        assert (wanted.category, wanted.outcome) == ("lip", "open")
        await stage.until(lambda: "/ category:lip open" in stage.text())
        await stage.press("escape")
        assert screen(stage).page().keywords["wanted"] == FailuresScreen(stage.app.shared)._filter  # type: ignore[attr-defined]
        assert "category:lip" not in stage.text()

    on(scene)


def test_a_filter_that_is_wrong_is_explained_and_changes_nothing() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("slash")
        await stage.write("categry:lip")
        await stage.press("enter")
        await stage.until(lambda: "did you mean 'category'" in stage.text())
        assert screen(stage).kept()["filter"] == ""

    on(scene)


def test_tab_goes_to_the_categories_and_enter_shows_only_that_one() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("tab", "j", "enter")
        assert screen(stage).kept()["filter"] == 'category:"moderation"'
        await stage.press("enter")
        assert screen(stage).kept()["filter"] == "", "once more shows all"

    on(scene)


def test_a_failure_is_amended_with_only_what_is_said_otherwise() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("e")
        await stage.until(lambda: "AMEND A FAILURE" in stage.text())
        await stage.write("the light")
        await stage.press("tab", "tab", "ctrl+u", "s", "a", "enter")
        await stage.until(lambda: stage.desk.calls)
        change = {"cause": "the light", "outcome": "saved"}
        assert stage.desk.calls == [("amend", PAGE.rows[0].id, change)]
        assert stage.app.frame.mode == keymap.NORMAL

    on(scene)


def test_amending_without_a_change_writes_nothing_and_escape_leaves_it() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("e", "enter")
        await stage.until(lambda: "nothing was changed" in stage.text())
        await stage.press("e", "x", "escape")
        await stage.until(lambda: "AMEND" not in stage.text())
        assert stage.desk.calls == []

    on(scene)


@pytest.mark.parametrize("hostile", HOSTILE)
def test_a_hostile_text_is_shown_harmless_and_stays_as_it_is_unless_it_is_changed(hostile: str) -> None:
    words = dict.fromkeys(("broke", "cause", "workaround"), hostile)
    bad = catalogue(3)
    bad = bad._replace(rows=tuple(row._replace(**words) for row in bad.rows))

    async def scene(stage: Stage) -> None:
        await stage.press("e", "tab", "tab", "ctrl+u", "r", "enter")
        await stage.until(lambda: stage.desk.calls)
        shown = stage.text().replace("\n", "")
        assert all(char.isprintable() or char == "\u200d" for char in shown)
        assert stage.desk.calls == [("amend", bad.rows[0].id, {"outcome": "regenerated"})]

    on(scene, bad)


def test_a_category_that_the_film_has_no_more_stays_until_it_is_changed() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("j", "e", "shift+tab", "shift+tab", "tab", "tab")
        await stage.write("no reply")
        await stage.press("enter")
        await stage.until(lambda: stage.desk.calls)
        assert PAGE.rows[1].category not in stage.desk.categories()
        assert stage.desk.calls == [("amend", PAGE.rows[1].id, {"cause": "no reply"})]

    on(scene)


def test_an_amended_outcome_must_be_one_that_is_known() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("e", "tab", "tab", "ctrl+u", "z", "enter")
        await stage.until(lambda: "Which outcome?" in stage.text())
        assert "regenerated" in stage.text()
        assert stage.desk.calls == []

    on(scene)


def test_a_board_that_only_looks_amends_nothing() -> None:
    async def scene(stage: Stage) -> None:
        stage.app.shared.read_only = True
        await stage.press("e")
        await stage.until(lambda: "only looks" in stage.text())
        assert stage.app.frame.mode == keymap.NORMAL

    on(scene)


def test_f_on_the_screen_logs_another_failure_of_the_take_under_the_cursor() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("j", "j", "f", "l", "i", "enter")
        await stage.write("lips late")
        await stage.press("enter")
        await stage.until(lambda: stage.desk.calls)
        assert stage.desk.calls == [("fail", "S410", 4, "lip-sync", "lips late", "", "")]

    on(scene)


def test_enter_opens_the_shot_of_the_failure_in_review() -> None:
    async def scene(stage: Stage) -> None:
        opened: list[str] = []
        stage.app.open = opened.append  # type: ignore[method-assign]
        await stage.press("j", "j", "enter")
        assert opened == ["review"]
        assert stage.app.shared.cursor.shot == "S410"

    on(scene)


def test_a_failure_of_a_shot_that_is_gone_opens_nothing_and_leaves_the_cursor() -> None:
    gone = catalogue(3)
    gone = gone._replace(rows=tuple(row._replace(shot="GONE") for row in gone.rows))

    async def scene(stage: Stage) -> None:
        before = stage.app.shared.cursor.shot
        await stage.press("enter")
        await stage.until(lambda: "not in the film any more" in stage.text())
        assert stage.app.shared.cursor.shot == before

    on(scene, gone)


def test_an_empty_catalogue_says_what_to_press() -> None:
    async def scene(stage: Stage) -> None:
        await stage.until(lambda: "Nothing has been logged" in stage.text())
        await stage.press("e", "j", "tab", "enter")
        assert stage.desk.calls == []

    on(scene, EMPTY)


def test_filter_and_failure_are_found_again_and_a_spoilt_memory_is_ignored() -> None:
    async def scene(stage: Stage) -> None:
        here = screen(stage)
        here.restore({"filter": "open coat", "failure": "12"})
        assert here.page().keywords["chosen"] == 12  # type: ignore[attr-defined]
        assert here.kept() == {"filter": "open coat", "failure": "12"}
        here.restore({"filter": "zebra:1", "failure": "٣"})
        assert here.kept() == {"filter": "", "failure": ""}

    on(scene)


def test_ten_thousand_failures_move_a_row_at_a_time_and_send_little() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("end", "k")
        assert screen(stage).at == 9_998
        before = sum(panel.repaints for panel in screen(stage).query("LinePanel"))
        await stage.press("k")
        after = sum(panel.repaints for panel in screen(stage).query("LinePanel"))
        assert after - before <= 26, "two lines of the table, and what the detail says otherwise"

    on(scene, catalogue(10_000))


# The doctor.


def doctored(page: DoctorPage, scene: Scene, film: Glance | None = None) -> None:
    async def run() -> None:
        async with staged(film or salt_road(), (100, 30)) as stage:
            stage.desk.pages["doctor"] = page
            await stage.press("exclamation_mark")
            await scene(stage)

    asyncio.run(run())


def test_the_doctor_is_one_key_away_and_looks_only_when_asked() -> None:
    checks = DoctorPage((Check("disk", "warning", "0.5 GB free", "free some space"),), True)

    async def scene(stage: Stage) -> None:
        await stage.until(lambda: "1 to see to" in stage.text())
        assert "free some space" in stage.text()
        stage.desk.pages["doctor"] = DoctorPage((), True)
        stage.desk.touch()
        stage.desk.becomes(stage.desk.now._replace(title="ANOTHER"))
        await stage.until(lambda: "ANOTHER" in stage.text())
        assert "1 to see to" in stage.text(), "a change of the film is no reason to look at the machine"
        await stage.press("e")
        await stage.until(lambda: "all is well" in stage.text())

    doctored(checks, scene)
