"""What is paid asks first, with the sum that the yes is bound to; a doubt is settled the same way."""

from __future__ import annotations

from threading import Event

import pytest

from core.base.errors import BadInput, WaitsForPerson
from tests.tui.desk_pages import card_page
from tests.tui.films import salt_road, short_film
from tests.tui.stage import Stage, play
from tui import keymap


@pytest.mark.parametrize(
    ("keys", "question", "call"),
    [
        (("n", "r", "enter"), "S106 take 4: at most $0.76, $150.96 left. y/n", ("retake", "S106", "", True)),
        (("g",), "salt-pan take 4: at most $0.76, $150.96 left. y/n", ("go", "salt-pan", True)),
    ],
)
def test_a_paid_act_names_the_sum_and_waits_for_y(
    keys: tuple[str, ...], question: str, call: tuple[object, ...]
) -> None:
    async def scene(stage: Stage) -> None:
        await stage.press(*keys)
        await stage.until(lambda: question in stage.text(), question)
        await stage.press("g", "a", "c", "enter")
        assert stage.desk.calls == []
        await stage.press("y")
        await stage.until(lambda: stage.desk.calls)
        assert stage.desk.calls == [(*call, 760_000)]

    play(scene)


def test_a_sum_nobody_knows_is_said_to_be_unknown_and_asks() -> None:
    async def scene(stage: Stage) -> None:
        stage.desk.price = None
        await stage.press("n", "r", "enter")
        await stage.until(lambda: "y/n" in stage.text())
        await stage.press("n")
        assert stage.desk.calls == []
        await stage.press("r", "enter")
        await stage.until(lambda: "y/n" in stage.text())
        await stage.press("y")
        await stage.until(lambda: stage.desk.calls)
        assert stage.desk.calls == [("retake", "S106", "", True, None)]

    play(scene)


def test_a_sum_that_grew_is_asked_again_with_the_new_one() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("n", "r", "enter")
        await stage.until(lambda: "at most $0.76" in stage.text())
        stage.desk.refuse.append(WaitsForPerson("it costs more by now"))
        stage.desk.price = 900_000
        await stage.press("y")
        await stage.until(lambda: "It costs more by now: S106 take 4: at most $0.90" in stage.text())
        await stage.press("y")
        await stage.until(lambda: len(stage.desk.calls) == 2)
        assert stage.desk.calls[-1] == ("retake", "S106", "", True, 900_000)

    play(scene)


def test_free_work_begins_without_a_question_and_a_circled_shot_asks() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("right", "g")
        await stage.until(lambda: stage.desk.calls)
        assert stage.desk.calls == [("go", "two", False, None)]
        await stage.press("home", "r", "enter")
        await stage.until(lambda: "S1 take 2: free. S1 is circled already. y/n" in stage.text())
        assert len(stage.desk.calls) == 1
        await stage.press("y")
        await stage.until(lambda: len(stage.desk.calls) == 2)
        assert stage.desk.calls[-1] == ("retake", "S1", "", False, 0)

    play(scene, short_film())


def test_a_price_that_comes_after_the_person_went_on_asks_nothing() -> None:
    async def scene(stage: Stage) -> None:
        stage.board.action_go()
        stage.board.action_down()
        await stage.until(lambda: stage.desk.quoted)
        await stage.until(lambda: "asking what it costs" not in stage.text())
        await stage.press("y")
        assert stage.board.mode == keymap.NORMAL
        assert stage.desk.calls == []

    play(scene)


def test_a_price_that_cannot_be_had_is_a_sentence() -> None:
    async def scene(stage: Stage) -> None:
        stage.desk.refuse_quote.append(BadInput("there is no adapter for the provider 'kling'"))
        await stage.press("n", "r", "enter")
        await stage.until(lambda: "there is no adapter for the provider 'kling'" in stage.text())
        assert stage.board.mode == keymap.NORMAL

    play(scene)


@pytest.mark.parametrize(
    ("key", "question", "how"),
    [
        ("a", "Ask the provider about S205 again? $0.76 stays held. y/n", "ask"),
        ("u", "Nothing was sent for S205? $0.76 is freed, and it may be sent. y/n", "absent"),
        ("w", "Write S205 off? $0.76 counts as spent. y/n", "write_off"),
    ],
)
def test_s_settles_a_doubt_and_each_way_names_the_sum(key: str, question: str, how: str) -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("s")
        await stage.until(lambda: "S205 take 1 in doubt, $0.76 held. How is it settled?" in stage.text())
        await stage.press("y", "x", "g", key)
        await stage.until(lambda: question in stage.text(), question)
        assert stage.desk.calls == []
        await stage.press("y")
        await stage.until(lambda: stage.desk.calls)
        assert stage.desk.calls == [("settle", "S205", how, "")]

    play(scene)


def test_a_job_is_named_before_it_is_adopted() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("s")
        await stage.until(lambda: "How is it settled?" in stage.text())
        await stage.press("j")
        await stage.write("job-77")
        await stage.press("enter")
        await stage.until(lambda: "S205 is job job-77? $0.76 stays held until it is billed." in stage.text())
        await stage.press("y")
        await stage.until(lambda: stage.desk.calls)
        assert stage.desk.calls == [("settle", "S205", "adopt", "job-77")]

    play(scene)


def test_a_doubt_may_be_left_and_nothing_else_can_be_settled() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("s")
        await stage.until(lambda: "How is it settled?" in stage.text())
        await stage.press("escape", "y")
        assert stage.board.mode == keymap.NORMAL
        await stage.press("s")
        await stage.until(lambda: "How is it settled?" in stage.text())
        await stage.press("j", "escape", "escape", "home", "s")
        await stage.until(lambda: "nothing of S101 is in doubt" in stage.text())
        assert stage.desk.calls == []

    play(scene, salt_road())


def test_what_is_free_and_waits_for_a_person_all_the_same_is_given_once() -> None:
    """A copied film with paid takes ordered elsewhere refuses even a go that orders nothing."""

    async def scene(stage: Stage) -> None:
        stage.desk.price = 0
        stage.desk.refuse.extend(WaitsForPerson("takes were ordered here by somebody else") for _ in range(9))
        await stage.press("g")
        await stage.until(lambda: "ordered here by somebody else" in stage.text())
        await stage.quiet()
        assert len(stage.desk.calls) == 1

    play(scene)


def test_a_sum_that_grew_is_no_question_for_a_person_who_went_on() -> None:
    """`y` may be another key's answer by then: it must not pay."""

    async def scene(stage: Stage) -> None:
        await stage.press("n", "r", "enter")
        await stage.until(lambda: "at most $0.76" in stage.text())
        stage.desk.refuse.append(WaitsForPerson("it costs more by now"))
        stage.desk.price, stage.desk.slow = 900_000, Event()
        await stage.press("y", "down")
        stage.desk.slow.set()
        await stage.until(lambda: "nothing was ordered, it costs more by now: S106" in stage.text())
        await stage.press("y")
        assert stage.board.mode == keymap.NORMAL
        assert len(stage.desk.calls) == 1

    play(scene)


def test_what_went_wrong_while_a_line_is_written_is_said_after_it() -> None:
    async def scene(stage: Stage) -> None:
        stage.desk.refuse.append(BadInput("the clip is gone"))
        stage.desk.slow = Event()
        await stage.press("n", "a", "slash")
        stage.desk.slow.set()
        await stage.until(lambda: stage.board._later.text)
        assert "the clip is gone" not in stage.text()
        await stage.press("escape")
        assert "the clip is gone" in stage.text()

    play(scene)


def test_in_a_window_too_small_for_the_question_nothing_is_agreed_to() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("g")
        await stage.until(lambda: stage.board.mode == keymap.ASK, "the question")
        await stage.pilot.resize_terminal(20, 5)
        await stage.quiet()
        await stage.press("y", "w", "v")
        assert stage.board.mode == keymap.ASK
        assert stage.desk.calls == []
        await stage.pilot.resize_terminal(120, 36)
        await stage.until(lambda: "at most $0.76" in stage.text())
        await stage.press("y")
        await stage.until(lambda: stage.desk.calls)

    play(scene)


def test_no_card_comes_over_a_question() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("g")
        await stage.until(lambda: "at most $0.76" in stage.text())
        stage.app._show_card(card_page())
        await stage.quiet()
        assert stage.app.shared.card is None
        assert "at most $0.76" in stage.text()
        assert [call for call in stage.desk.calls if call[0] == "go"] == []
        await stage.press("y")
        await stage.until(lambda: any(call[0] == "go" for call in stage.desk.calls))

    play(scene)
