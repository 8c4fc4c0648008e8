"""Every key of the Money screen, on a desk written by hand."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from core.studio.pages import money
from tests.tui.desk_pages import hostile, money_page
from tests.tui.films import HOSTILE, salt_road
from tests.tui.stage import Stage, staged
from tui import keymap
from tui.screens.money import SECTIONS, WIDE, MoneyScreen

Scene = Callable[[Stage, MoneyScreen], Awaitable[None]]
SIZES = [(80, 24), (120, 36), (200, 60)]


def on_money(scene: Scene, page: money.MoneyPage | None = None, size: tuple[int, int] = (120, 36)) -> None:
    async def run() -> None:
        async with staged(salt_road(), size) as stage:
            stage.desk.pages["money"] = page or money_page()
            await stage.press("dollar_sign")
            screen = stage.app.frame
            assert isinstance(screen, MoneyScreen)
            await stage.until(lambda: screen._page is not None and screen._curves, "the page")
            await scene(stage, screen)

    asyncio.run(run())


async def to(stage: Stage, screen: MoneyScreen, section: str) -> None:
    for _ in SECTIONS:
        if screen._section == section:
            return
        await stage.press("tab")
    raise AssertionError(f"tab never came to {section}")


@pytest.mark.parametrize("size", SIZES)
def test_tab_goes_round_all_sections_and_each_shows_itself(size: tuple[int, int]) -> None:
    async def scene(stage: Stage, screen: MoneyScreen) -> None:
        seen = []
        for _ in WIDE if size[0] >= 110 else SECTIONS:
            seen.append(screen._section)
            shown = dict(TITLES)[screen._section]
            await stage.until(lambda shown=shown: shown in stage.text(), shown)
            await stage.press("tab")
        assert seen[0] == screen._section
        assert set(seen) == set(WIDE if size[0] >= 110 else SECTIONS)

    on_money(scene, size=size)


TITLES = (
    ("budgets", "BUDGETS"),
    ("burn", "LEFT BY DAY"),
    ("accounts", "ACCOUNTS"),
    ("gates", "GATES"),
    ("doubts", "IN DOUBT"),
    ("spend", "SPEND BY"),
    ("charges", "CHARGES"),
)


@pytest.mark.soak  # tests/tui/whole says the same of every screen
def test_hostile_text_is_shown_and_nothing_crashes() -> None:
    async def scene(stage: Stage, screen: MoneyScreen) -> None:
        for foreign in HOSTILE:
            stage.desk.pages["money"] = page = hostile(money_page(), foreign)
            screen.want()
            await stage.until(lambda page=page: screen._page == page, "the page")
            for _ in SECTIONS:
                await stage.press("tab")
            assert "budgets" in stage.text()

    on_money(scene, size=(80, 24))


def test_the_cursor_moves_inside_its_section_and_stops_at_both_ends() -> None:
    async def scene(stage: Stage, screen: MoneyScreen) -> None:
        await to(stage, screen, "charges")
        await stage.press("down", "j", "5", "j")
        assert screen._at["charges"] == 7
        await stage.press("end")
        assert screen._at["charges"] == 119
        await stage.press("pageup", "k")
        assert screen._at["charges"] == 108
        await stage.press("home", "up")
        assert screen._at["charges"] == 0

    on_money(scene)


def test_left_and_right_go_from_section_to_section() -> None:
    async def scene(stage: Stage, screen: MoneyScreen) -> None:
        await stage.press("right")
        assert screen._section == WIDE[1]
        await stage.press("h", "left")
        assert screen._section == WIDE[0]

    on_money(scene)


def test_spend_is_told_apart_another_way_with_each_press_of_one_key() -> None:
    async def scene(stage: Stage, screen: MoneyScreen) -> None:
        ways = []
        for way in (*money.WAYS[1:], money.WAYS[0]):
            stage.desk.pages["money"] = money_page()._replace(by=way)
            await stage.press("b")
            await stage.until(lambda way=way: f"SPEND BY {way.upper()}" in stage.text(), way)
            ways.append(screen.page().keywords["by"])
        assert ways == ["model", "provider", "chain", "day", "kind"]

    on_money(scene)


def test_the_chosen_charge_stays_chosen_when_newer_ones_come() -> None:
    async def scene(stage: Stage, screen: MoneyScreen) -> None:
        await to(stage, screen, "charges")
        await stage.press("3", "j")
        chosen = money_page().charges[3]
        more = tuple(chosen._replace(id=1000 + number) for number in range(5))
        stage.desk.pages["money"] = money_page()._replace(charges=(*more, *money_page().charges))
        stage.desk.becomes(salt_road()._replace(day=13))
        await stage.until(lambda: screen._page.charges[0].id == 1000, "the newer reading")
        assert screen._page.charges[screen._at["charges"]].id == chosen.id

    on_money(scene)


def test_a_job_is_copied_and_a_line_without_one_says_so() -> None:
    async def scene(stage: Stage, screen: MoneyScreen) -> None:
        await to(stage, screen, "charges")
        await stage.press("i")
        assert stage.app.clipboard == money_page().charges[0].job
        assert f"copied {money_page().charges[0].job}" in stage.text()
        await to(stage, screen, "doubts")
        await stage.press("i")
        assert "there is no job to copy" in stage.text()

    on_money(scene)


def test_a_hostile_job_id_is_copied_without_what_a_terminal_acts_on() -> None:
    async def scene(stage: Stage, screen: MoneyScreen) -> None:
        await to(stage, screen, "charges")
        await stage.press("i")
        assert stage.app.clipboard.isprintable()
        assert stage.app.clipboard == "redclip"

    charge = money_page().charges[0]._replace(job="\x1b[31mred\x1b]52;c;aGVsbG8=\x07clip")
    on_money(scene, money_page()._replace(charges=(charge,)))


def test_an_open_gate_is_answered_with_a_reason_and_its_sum_is_named() -> None:
    async def scene(stage: Stage, screen: MoneyScreen) -> None:
        await to(stage, screen, "gates")
        await stage.press("y")
        assert screen.mode == keymap.LINE
        assert "approve $31.40, switch of model, +18 %: why?" in stage.text()
        await stage.write("worth it")
        await stage.press("enter")
        await stage.until(lambda: stage.desk.calls, "the answer")
        assert stage.desk.calls == [("answer_gate", 8, "approve", "worth it")]

    on_money(scene)


def test_a_gate_is_denied_the_same_way_and_no_reason_decides_nothing() -> None:
    async def scene(stage: Stage, screen: MoneyScreen) -> None:
        await to(stage, screen, "gates")
        await stage.press("d", "enter")
        assert "nothing was decided" in stage.text()
        await stage.press("d", "escape")
        assert stage.desk.calls == []
        await stage.press("d")
        await stage.write("no")
        await stage.press("enter")
        await stage.until(lambda: stage.desk.calls, "the answer")
        assert stage.desk.calls == [("answer_gate", 8, "deny", "no")]

    on_money(scene)


def test_a_gate_key_elsewhere_says_where_the_gates_are() -> None:
    async def scene(stage: Stage, screen: MoneyScreen) -> None:
        await stage.press("y")
        assert "tab goes to them" in stage.text()
        assert screen.mode == keymap.NORMAL

    on_money(scene)


def test_a_doubt_is_settled_from_its_line() -> None:
    async def scene(stage: Stage, screen: MoneyScreen) -> None:
        await to(stage, screen, "doubts")
        assert screen.cursor.shot == "S205"
        await stage.press("s")
        await stage.until(lambda: screen.mode == keymap.SETTLE, "how it is settled")
        assert stage.desk.quoted == [("settle", "S205")]
        await stage.press("w", "y")
        await stage.until(lambda: stage.desk.calls, "the settling")
        assert stage.desk.calls == [("settle", "S205", "write_off", "")]

    on_money(scene)


def test_enter_on_a_doubt_settles_too_and_on_a_charge_opens_its_take() -> None:
    async def scene(stage: Stage, screen: MoneyScreen) -> None:
        await to(stage, screen, "doubts")
        await stage.press("enter")
        await stage.until(lambda: screen.mode == keymap.SETTLE, "how it is settled")
        await stage.press("escape")
        await to(stage, screen, "charges")
        assert screen.cursor.shot == money_page().charges[0].shot
        assert screen.cursor.take == money_page().charges[0].take

    on_money(scene)


def test_a_doubt_of_no_shot_is_not_taken_for_the_selected_shot() -> None:
    doubt = money_page().doubts[0]._replace(shot="", take=None)

    async def scene(stage: Stage, screen: MoneyScreen) -> None:
        await to(stage, screen, "doubts")
        await stage.press("s")
        assert "rushes reconcile" in stage.text()
        assert stage.desk.quoted == []

    on_money(scene, money_page()._replace(doubts=(doubt,)))


def test_accounts_are_asked_anew_by_a_key() -> None:
    async def scene(stage: Stage, screen: MoneyScreen) -> None:
        await stage.press("e")
        await stage.until(lambda: stage.desk.calls, "the question")
        assert stage.desk.calls == [("ask_accounts",)]

    on_money(scene)


def test_section_and_way_are_kept_and_foreign_words_are_not_taken() -> None:
    async def scene(stage: Stage, screen: MoneyScreen) -> None:
        await to(stage, screen, "charges")
        assert screen.kept() == {"section": "charges", "by": "kind"}
        screen.restore({"section": "gates", "by": "day"})
        assert (screen._section, screen._by) == ("gates", "day")
        screen.restore({"section": "../../x", "by": "\x1b[2J"})
        assert (screen._section, screen._by) == ("gates", "day")

    on_money(scene)


def test_what_did_not_change_is_not_drawn_again() -> None:
    async def scene(stage: Stage, screen: MoneyScreen) -> None:
        panels = [screen.panel(f"money_{name}") for name in SECTIONS]
        await stage.until(lambda: screen._furnished and not screen._drawing, "all of the screen")
        before = [panel.repaints for panel in panels]
        readings = stage.desk.readings
        stage.desk.becomes(salt_road()._replace(failure_total=12))
        await stage.until(lambda: stage.desk.readings > readings, "another reading")
        await stage.until(lambda: not screen._reading, "the page")
        assert [panel.repaints for panel in panels] == before

    on_money(scene)


@pytest.mark.parametrize("size", SIZES[:2])
def test_the_failure_form_stands_over_nothing_that_is_still_drawn(size: tuple[int, int]) -> None:
    async def scene(stage: Stage, screen: MoneyScreen) -> None:
        await to(stage, screen, "doubts")
        await stage.press("f")
        await stage.until(lambda: screen.mode == keymap.FORM, "the form")
        form = screen.form_region()
        for name, region in screen._places.items():
            shown = screen.panel(name).display if name.startswith("money_") else False
            assert not (shown and region.overlaps(form)), name
        await stage.press("escape")
        await stage.until(lambda: screen.panel("money_doubts").display, "the list again")

    on_money(scene, size=size)
