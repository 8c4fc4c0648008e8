"""What stopped a person who saw the board for the first time."""

from __future__ import annotations

import pytest

from core.base.errors import BadInput
from core.studio.rows import Glance, WaitingRow, paused
from tests.tui.films import salt_road, short_film
from tests.tui.stage import Stage, play
from tui import keymap
from tui.screens.acts import Ask, Quote, meaning
from tui.screens.cursor import Cursor, settle
from tui.theme import Look
from tui.widgets.panel import LinePanel
from tui.widgets.shot import detail_lines
from tui.widgets.stills import stills

HAND = WaitingRow("pause", "two", "", None, "Two: paused by you")


def rejected(film: Glance, *names: str) -> Glance:
    """The film with these shots rejected and waiting so."""
    shots = tuple(row._replace(state="rejected") if row.id in names else row for row in film.shots)
    rows = tuple(WaitingRow("rejected", f"r{name}", name, 1, "take 1 rejected") for name in names)
    kept = tuple(row for row in film.waiting if row.shot not in names)
    return film._replace(shots=shots, waiting=(*kept, *rows))


def paused_by_hand() -> Glance:
    film = short_film()
    one, two = film.chains
    two = two._replace(state="paused", pause_reason="manual", pause_note="by Ada")
    return film._replace(chains=(one, two), waiting=(HAND,))


def test_the_cursor_begins_on_the_first_that_waits_and_not_on_the_running_shot() -> None:
    assert settle(salt_road(), Cursor()).shot == "S205"
    assert settle(salt_road()._replace(waiting=()), Cursor()).shot == "S107"


def test_a_shot_with_a_take_shows_its_first_and_its_last_frame() -> None:
    film = salt_road()
    assert [(one.shot, one.end) for one in stills(film, "S106")] == [("S106", "first"), ("S106", "last")]
    wide = [(one.shot, one.end) for one in stills(film, "S106", 3)]
    assert wide == [("S105", "last"), ("S106", "first"), ("S106", "last")]
    assert [one.end for one in stills(film, "S101", 3)] == ["first", "last"]


def test_the_detail_names_the_clip_and_cuts_its_path_from_the_left() -> None:
    film = salt_road()
    clip = "/films/a/very/long/way/down/salt-road/takes/S106/S106_t002.mp4"
    film = film._replace(shots=tuple(row._replace(clip=clip) for row in film.shots))
    narrow = [
        "".join(span.text for span in line.spans) for line in detail_lines(film, "S106", None, 46, 30, Look())
    ]
    shown = next(row for row in narrow if row.startswith("  clip"))
    assert shown.endswith("/takes/S106/S106_t002.mp4")
    assert "…" in shown
    assert len(shown) <= 46
    wide = [
        "".join(span.text for span in line.spans)
        for line in detail_lines(film, "S106", None, 118, 30, Look())
    ]
    assert any(clip in row for row in wide)


def test_x_stays_on_its_shot_and_r_retakes_that_one_with_the_note() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("n", "x", "y")
        await stage.until(lambda: stage.desk.calls)
        assert stage.board.cursor.shot == "S106"
        stage.desk.becomes(rejected(salt_road(), "S106"))
        await stage.until(lambda: "take 1 rejected" in stage.text())
        assert stage.board.cursor.shot == "S106"
        await stage.press("r")
        await stage.until(lambda: "retake S106: what should change?" in stage.text())
        assert "enter order it  esc leave it" in stage.text()
        await stage.write("no gap")
        assert stage.desk.calls[1:] == []
        await stage.press("enter")
        await stage.until(lambda: "at most $0.76" in stage.text())
        await stage.press("y")
        await stage.until(lambda: len(stage.desk.calls) == 2)
        assert stage.desk.calls[1] == ("retake", "S106", "no gap", True, 760_000)

    play(scene)


def test_letters_after_r_on_a_free_shot_are_a_note_and_esc_orders_nothing() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("home", "r")
        await stage.write("a xq gap")
        assert stage.board._line.value == "a xq gap"
        await stage.press("escape")
        assert stage.board.mode == keymap.NORMAL
        await stage.press("enter", "enter")
        assert (stage.desk.calls, stage.desk.quoted) == ([], [])

    play(scene, short_film())


def test_go_says_how_many_rejected_shots_it_leaves() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("right", "g")
        await stage.until(lambda: "did go; 2 rejected shots wait for r" in stage.text())

    play(scene, rejected(short_film(), "S1", "S2"))


def test_g_on_a_pause_resumes_that_chain_and_not_the_one_of_the_selected_shot() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("home")
        assert "Two: paused by you" in stage.text()
        assert "manual" not in stage.text()
        await stage.press("n", "g")
        await stage.until(lambda: stage.desk.calls)
        assert stage.desk.calls == [("go", "two", False, None)]

    play(scene, paused_by_hand())


def test_a_chain_paused_by_hand_resumes_even_where_every_shot_is_circled() -> None:
    film = short_film()
    one, two = film.chains
    done = one._replace(state="paused", pause_reason="manual")
    assert isinstance(meaning("go", film._replace(chains=(done, two)), Cursor("S1")), Quote)


@pytest.mark.parametrize(
    ("reason", "note", "words"),
    [
        ("manual", "by Ada", "paused by you"),
        ("manual", "counted anew", "paused by you, counted anew"),
        ("budget", "", "paused: the budget"),
        ("in_doubt", "S205", "paused: in doubt, S205"),
        ("unheard_of", "", "paused: unheard of"),
    ],
)
def test_a_pause_is_said_in_words(reason: str, note: str, words: str) -> None:
    assert paused(reason, note) == words


def test_the_question_before_a_cut_says_what_each_answer_needs() -> None:
    def question(film: Glance) -> str:
        asked = meaning("assemble", film, Cursor())
        assert isinstance(asked, Ask)
        return asked.text

    film = short_film()
    assert question(film).endswith("6 of 12 circled: r cuts rough, c needs them all")
    none = tuple(chain._replace(done=0) for chain in film.chains)
    assert question(film._replace(chains=none)).endswith("0 of 12 circled: r cuts rough")
    every = tuple(chain._replace(done=chain.total) for chain in film.chains)
    assert question(film._replace(chains=every)).endswith("all 12 circled")


@pytest.mark.parametrize("size", [(80, 24), (120, 36)], ids=str)
def test_a_refusal_too_long_for_its_line_is_shown_whole_until_the_next_key(size: tuple[int, int]) -> None:
    shots = ", ".join(f"S{n}" for n in range(101, 113))
    todo = "circle one of each (`rushes approve shot ID`), or `rushes assemble --rough` for the newest"

    async def scene(stage: Stage) -> None:
        stage.desk.refuse.append(BadInput(f"12 of 12 shots have no circled take: {shots}", todo=todo))
        await stage.press("c", "c")
        side = stage.board.query_one("#side", LinePanel)
        await stage.until(lambda: " ".join(" ".join(side.text()).split()).count(todo) == 1)
        await stage.press("down")
        assert not side.display
        await stage.until(lambda: "WAITS FOR YOU" in stage.text())

    play(scene, size=size)


def test_the_form_says_how_many_categories_there_are_beside_those_it_shows() -> None:
    async def scene(stage: Stage) -> None:
        stage.app.shared.categories = tuple(f"category {n}" for n in range(13))
        await stage.press("n", "f")
        await stage.until(lambda: " of 13, more letters show fewer" in stage.text())
        await stage.press("1", "2")
        await stage.until(lambda: "of 13" not in stage.text())

    play(scene, size=(80, 24))


def test_o_on_a_circled_take_takes_the_circle_away() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("home", "o")
        await stage.until(lambda: stage.desk.calls)
        assert [call[0] for call in stage.desk.calls] == ["hold"]

    play(scene, short_film())


def test_a_fault_too_long_for_its_line_is_told_to_its_end_above_the_keys() -> None:
    async def scene(stage: Stage) -> None:
        stage.desk.fault = BadInput(
            "the plan cannot be read: 'fpz' is no field of a film", nearest="fps", todo="write it right, once"
        )
        stage.desk.touch()
        await stage.until(lambda: stage.app.shared.fault is not None, "the fault")
        assert "the plan cannot be read" in stage.text()
        assert "right, once" in stage.text()
        stage.desk.fault = None
        stage.desk.touch()
        await stage.until(lambda: "cannot be read" not in stage.text(), "the film again")

    play(scene, size=(80, 24))
