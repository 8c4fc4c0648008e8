"""Each key, pressed on a board with a fake desk behind it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.base.errors import IllegalStep
from tests.tui.fake_desk import FakeDesk
from tests.tui.films import empty_film, salt_road
from tests.tui.stage import Stage, play
from tui import app, keymap


def test_a_circles_the_take_that_waits_and_moves_to_the_next() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("n")
        assert stage.board.cursor.shot == "S106"
        await stage.press("a")
        await stage.until(lambda: stage.desk.calls)
        assert stage.desk.calls == [("approve", "S106", 2, "")]
        assert stage.board.cursor.shot == "S205"  # after it in the film, though before it in the list
        await stage.until(lambda: "did approve" in stage.text())
        await stage.until(lambda: len(stage.board.glance.waiting) == 3)
        assert stage.board.cursor.shot == "S205"
        assert stage.board.glance.waiting[stage.board.cursor.waiting].shot == "S205"

    play(scene)


def test_a_on_a_shot_without_a_take_says_why_and_does_nothing() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("end", "up", "a")
        await stage.until(lambda: "is circled already" in stage.text())
        await stage.press("home", "left", "down")
        stage.board.cursor = replace(stage.board.cursor, shot="S301")
        await stage.press("a", "x", "o", "r")
        await stage.until(
            lambda: (
                "S301 is ready: there is no take to judge" in stage.text() or "no new take" in stage.text()
            )
        )
        assert stage.desk.calls == []

    play(scene)


def test_x_asks_and_only_y_rejects() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("n", "x")
        await stage.until(lambda: "Reject S106 t02?" in stage.text())
        await stage.press("a", "r", "g", "n")
        await stage.until(lambda: "Reject" not in stage.text())
        assert stage.desk.calls == []
        await stage.press("x", "y")
        await stage.until(lambda: stage.desk.calls)
        assert stage.desk.calls == [("reject", "S106", 2, "")]

    play(scene)


def test_w_takes_a_note_with_the_answer() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("n", "x", "w")
        await stage.write("her coat is green")
        await stage.press("enter")
        await stage.until(lambda: stage.desk.calls)
        assert stage.desk.calls == [("reject", "S106", 2, "her coat is green")]

    play(scene)


def test_escape_leaves_the_note_and_the_question() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("n", "x", "w")
        await stage.write("no")
        await stage.press("escape")
        assert stage.board.mode == keymap.NORMAL
        await stage.press("y", "enter", "escape")
        assert stage.desk.calls == []

    play(scene)


def test_p_pauses_the_running_chain_at_once() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("left", "p")
        await stage.until(lambda: stage.desk.calls)
        assert stage.desk.calls == [("pause", "harbour")]

    play(scene)


@pytest.mark.parametrize(("key", "rough"), [("r", True), ("c", False)])
def test_c_asks_which_cut(key: str, rough: bool) -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("c")
        await stage.until(lambda: "Assemble the cut?" in stage.text())
        await stage.press(key)
        await stage.until(lambda: stage.desk.calls)
        assert stage.desk.calls == [("assemble", rough)]

    play(scene)


def test_slash_finds_a_shot_by_id_and_by_description() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("slash")
        await stage.write("s303")
        await stage.press("enter")
        assert stage.board.cursor.shot == "S303"
        await stage.press("slash")
        await stage.write("rope burn")
        await stage.press("enter")
        assert stage.board.cursor.shot == "S105"
        await stage.press("slash")
        await stage.write("nothing like it")
        await stage.press("enter")
        await stage.until(lambda: "no shot goes by 'nothing like it'" in stage.text())
        assert stage.board.cursor.shot == "S105"

    play(scene)


def test_the_keys_move_over_shots_chains_and_the_list_that_waits() -> None:
    async def scene(stage: Stage) -> None:
        def shot() -> str:
            return stage.board.cursor.shot

        await stage.press("home")
        assert shot() == "S101"
        await stage.press("down", "j", "k")
        assert shot() == "S102"
        await stage.press("up", "up", "up")
        assert shot() == "S101"
        await stage.press("right", "l")
        assert shot() == "S301"
        await stage.press("h")
        assert shot() == "S205"
        await stage.press("end")
        assert shot() == "S415"
        await stage.press("tab", "down")
        assert stage.board.cursor.in_waiting
        assert shot() == "S106"
        await stage.press("tab")
        assert not stage.board.cursor.in_waiting

    play(scene)


def test_d_shows_all_that_is_known_and_escape_closes_it() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("d")
        await stage.until(lambda: "Settle it with s" in stage.text())
        await stage.until(lambda: "WHAT BROKE" in stage.text())
        await stage.press("escape")
        await stage.until(lambda: "WHAT BROKE" not in stage.text())

    play(scene)


def test_question_mark_shows_every_key_and_every_sign() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("question_mark")
        await stage.until(lambda: "SIGNS" in stage.text())
        for row in keymap.rows():
            if row.mode != keymap.HELP and (not row.on or "board" in row.on):
                assert row.help.split(".")[0][:20] in stage.text(), row
        await stage.press("escape")
        await stage.until(lambda: "CHAINS" in stage.text())

    play(scene, size=(120, 76))


def test_v_hides_and_shows_the_picture() -> None:
    async def scene(stage: Stage) -> None:
        await stage.until(lambda: "▀" in stage.text(), "the picture")
        await stage.press("v")
        await stage.until(lambda: "▀" not in stage.text(), "no picture")
        await stage.press("v")
        await stage.until(lambda: "▀" in stage.text(), "the picture again")

    play(scene)


def test_t_shows_the_takes_in_a_small_window() -> None:
    async def scene(stage: Stage) -> None:
        await stage.until(lambda: "TAKES" not in stage.text())
        await stage.press("t")
        await stage.until(lambda: "TAKES" in stage.text())
        await stage.press("t")
        await stage.until(lambda: "TAKES" not in stage.text())

    play(scene, size=(80, 24))


@pytest.mark.parametrize("key", ["q", "ctrl+c", "ctrl+q"])
def test_leaving_touches_nothing(key: str) -> None:
    async def scene(stage: Stage) -> None:
        await stage.press(key)
        assert stage.app.return_code == 0
        assert stage.desk.calls == []

    play(scene)


def test_q_in_a_line_is_a_letter() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("slash", "q", "a", "question_mark")
        assert stage.board._line.value == "qa?"
        assert stage.app.return_code is None

    play(scene)


def test_every_key_on_an_empty_film_is_harmless() -> None:
    async def scene(stage: Stage) -> None:
        for row in keymap.of_mode(keymap.NORMAL, "board"):
            if row.id not in {"quit", "find", "help", "palette"} and not row.opens:
                await stage.press(row.keys.split(",")[0])
        assert stage.desk.calls == []

    play(scene, empty_film())


def test_a_refusal_of_the_desk_is_shown_and_the_board_goes_on() -> None:
    async def scene(stage: Stage) -> None:
        stage.desk.refuse.append(IllegalStep("S106 t02 was rejected meanwhile", todo="look again"))
        await stage.press("n", "a")
        await stage.until(lambda: "S106 t02 was rejected meanwhile" in stage.text())
        await stage.press("escape", "home", "p")
        await stage.until(lambda: len(stage.desk.calls) == 2)

    play(scene)


def test_a_fault_inside_the_desk_is_said_and_the_next_order_is_carried_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(app, "RESTART_S", 0.01)

    async def scene(stage: Stage) -> None:
        stage.patience = 0
        stage.desk.refuse.append(ZeroDivisionError("oh"))
        await stage.press("left", "p")
        await stage.until(lambda: "a fault inside Rushes: ZeroDivisionError" in stage.text())
        await stage.press("p")
        await stage.until(lambda: len(stage.desk.calls) == 2, "the thread that was started again")

    play(scene)


def test_the_desk_satisfies_what_the_board_asks_for() -> None:
    from tui.bridge import Desk

    desk: Desk = FakeDesk(salt_road())
    assert desk.glance().title == "SALT ROAD"
