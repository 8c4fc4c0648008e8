"""Every key of the matrix, on a film that is read as the real desk reads it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from core.studio.pages import matrix
from core.studio.pages.matrix_rows import COLUMNS as KNOWN
from core.studio.pages.matrix_rows import Query
from core.studio.pages.outside import editor_argv
from core.studio.pages.sight import Sight
from core.studio.places import Places
from core.studio.rows import Glance
from tests.support.films import write_film
from tests.tui.fake_desk import FakeDesk
from tests.tui.films import HOSTILE, hostile_film, salt_road
from tests.tui.stage import Stage, staged
from tests.tui.test_matrix_page import salt_sight
from tui.screens.matrix import MatrixScreen
from tui.theme import Look
from tui.widgets.lines import Line
from tui.widgets.matrix import ABOUT, COLUMNS, MORE, USUAL, MatrixView, known, matrix_lines, picker_lines

SIZES = ((80, 24), (120, 36), (200, 60))
TEXT = "She runs the length of the pier against the light"


@pytest.fixture(autouse=True)
def read_for_real(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Pages are made by their own functions; S106 has a file."""
    shots = [{"id": "S106", "description": TEXT, "kind": "action", "seconds": 6.0}, {"id": "S102"}]
    write_film(tmp_path, {"harbour": shots})

    def read(desk: FakeDesk, page: Callable[[Sight], Any]) -> Any:
        return page(salt_sight()._replace(glance=desk.now, places=Places(tmp_path)))

    monkeypatch.setattr(FakeDesk, "read", read)


def on_matrix(
    scene: Callable[[Stage, MatrixScreen], Awaitable[None]],
    film: Glance | None = None,
    size: tuple[int, int] = (120, 36),
) -> None:
    async def run() -> None:
        async with staged(film or salt_road(), size) as stage:
            await stage.press("M")
            screen = stage.app.frame
            assert isinstance(screen, MatrixScreen)
            await stage.until(lambda: screen._page is not None, "the page")
            await scene(stage, screen)

    asyncio.run(run())


def acts(stage: Stage) -> list[tuple[object, ...]]:
    """What was done by a key; that the board was looked at is noted by itself."""
    return [call for call in stage.desk.calls if call[0] != "seen"]


def shown(screen: MatrixScreen) -> tuple[str, ...]:
    return screen.shots_in_order()


def text_of(line: Line) -> str:
    return "".join(span.text for span in line.spans)


def view(filter_: str = "", **more: Any) -> MatrixView:
    page = matrix.read(salt_sight(), Query(filter_))
    return MatrixView(
        page, **{"columns": USUAL, "focus": "description", "selected": "S106", "marked": frozenset(), **more}
    )


# Drawing.


def test_the_screen_and_the_desk_know_the_same_columns() -> None:
    assert tuple(column.id for column in COLUMNS) == KNOWN
    assert set(ABOUT) == set(KNOWN)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("columns", [USUAL, KNOWN])
def test_the_table_keeps_to_its_place_at_every_size(size: tuple[int, int], columns: tuple[str, ...]) -> None:
    lines = matrix_lines(view(columns=columns), size[0], size[1] - 5, Look())
    assert len(lines) == size[1] - 5
    assert all(line.width <= size[0] for line in lines)
    assert text_of(lines[0]).startswith(" SHOTS  1 to")


@pytest.mark.parametrize("text", HOSTILE, ids=repr)
def test_foreign_text_stands_literally_in_every_column(text: str) -> None:
    page = matrix.read(salt_sight()._replace(glance=hostile_film(text)), Query(text))
    rows = matrix.read(salt_sight()._replace(glance=hostile_film(text)), Query())
    for one in (page, rows):
        held = MatrixView(one, KNOWN, "note", "S106", frozenset())
        for size in SIZES:
            lines = matrix_lines(held, *size, Look())
            assert all(line.width <= size[0] for line in lines)
            assert all(char.isprintable() for line in lines for char in text_of(line))


def test_the_column_of_the_cursor_is_never_left_out() -> None:
    for column in KNOWN:
        heads = text_of(matrix_lines(view(columns=KNOWN, focus=column), 80, 19, Look())[1])
        title = next(one.title for one in COLUMNS if one.id == column)
        assert title in heads.split()


def test_columns_without_room_are_counted() -> None:
    assert "no room for" in text_of(matrix_lines(view(columns=KNOWN), 80, 19, Look())[0])
    assert "no room" not in text_of(matrix_lines(view(), 120, 19, Look())[0])


def test_what_waits_and_nothing_else_wears_the_accent() -> None:
    lines = matrix_lines(view("state:circled"), 120, 30, Look())
    assert not [span for line in lines for span in line.spans if span.ink == "need"]
    lines = matrix_lines(view("state:review"), 120, 30, Look())
    assert [span.text for line in lines for span in line.spans if span.ink == "need"] == ["◆ "]


def test_a_filter_that_is_not_understood_is_told_below_the_table() -> None:
    lines = matrix_lines(view("stat:review"), 120, 30, Look())
    assert "did you mean 'state'?" in text_of(lines[-1])


def test_columns_that_a_file_names_are_taken_only_where_they_exist() -> None:
    assert known(["takes", "nonsense", "\x1b[2J", "takes"]) == ("shot", "takes")
    assert known([]) == ("shot",)


def test_the_list_of_columns_says_what_each_holds() -> None:
    lines = picker_lines(USUAL, 0, 80, 24, Look())
    assert len(lines) == 24
    assert sum("* " in text_of(line) for line in lines) == len(USUAL)


# Keys.


def test_the_matrix_opens_with_its_key_and_shows_every_shot() -> None:
    async def scene(stage: Stage, screen: MatrixScreen) -> None:
        assert "SHOTS  1 to" in stage.text()
        assert "of 62" in stage.text()
        await stage.press("escape")
        assert stage.app.frame.NAME == "board"

    on_matrix(scene)


@pytest.mark.parametrize("size", SIZES)
def test_it_stands_at_every_size(size: tuple[int, int]) -> None:
    async def scene(stage: Stage, screen: MatrixScreen) -> None:
        assert screen.cursor.shot in stage.text()
        assert "e edit" in stage.text()
        await stage.press("C")
        await stage.until(lambda: "COLUMNS" in stage.text(), "the columns")

    on_matrix(scene, size=size)


def test_arrows_pages_and_ends_move_the_cursor_over_the_list() -> None:
    async def scene(stage: Stage, screen: MatrixScreen) -> None:
        for key, shot in (
            ("home", "S101"),
            ("j", "S102"),
            ("down", "S103"),
            ("k", "S102"),
            ("end", "S415"),
            ("up", "S414"),
            ("home", "S101"),
        ):
            await stage.press(key)
            assert screen.cursor.shot == shot
        await stage.press("pagedown")
        assert screen.cursor.shot == shown(screen)[screen._page_rows()]
        await stage.press("pageup", "5", "j")
        assert screen.cursor.shot == "S106"

    on_matrix(scene)


def test_the_filter_follows_the_letters_and_escape_brings_the_old_one_back() -> None:
    async def scene(stage: Stage, screen: MatrixScreen) -> None:
        await stage.press("slash")
        await stage.write("state:rev")
        await stage.until(lambda: shown(screen) == ("S106",), "filtered while it is written")
        await stage.press("enter")
        assert "1 of 62" in stage.text()
        await stage.press("slash")
        await stage.write(" kind:hero")
        await stage.until(lambda: shown(screen) == (), "both")
        assert "No shot fits" in stage.text()
        await stage.press("escape")
        await stage.until(lambda: shown(screen) == ("S106",), "as before")
        await stage.press("escape")
        await stage.until(lambda: len(shown(screen)) == 62, "all again")
        assert stage.app.frame is screen

    on_matrix(scene)


def test_a_filter_takes_the_cursor_along_only_where_it_has_to() -> None:
    async def scene(stage: Stage, screen: MatrixScreen) -> None:
        await stage.press("home", "5", "j", "slash")
        await stage.write("state:q")
        await stage.press("backspace")
        await stage.write("review,failed")
        await stage.press("enter")
        await stage.until(lambda: shown(screen) == ("S106", "S410"), "two")
        assert screen.cursor.shot == "S106"
        await stage.press("end", "slash", "backspace")
        await stage.press("enter")
        assert screen.cursor.shot == "S410"

    on_matrix(scene)


def test_the_cursor_stays_on_the_list_when_its_shot_leaves_it() -> None:
    async def scene(stage: Stage, screen: MatrixScreen) -> None:
        await stage.press("slash")
        await stage.write("state:review,failed")
        await stage.press("enter")
        await stage.until(lambda: shown(screen) == ("S106", "S410"), "two")
        await stage.press("home", "a")
        await stage.until(lambda: shown(screen) == ("S410",), "the circled one left")
        assert screen.cursor.shot == "S410"
        assert [call[:2] for call in acts(stage)] == [("approve", "S106")]

    on_matrix(scene)


def test_no_key_acts_on_a_shot_that_the_filter_hides() -> None:
    async def scene(stage: Stage, screen: MatrixScreen) -> None:
        await stage.press("slash")
        await stage.write("nothing-is-called-so")
        await stage.press("enter")
        await stage.until(lambda: shown(screen) == (), "none")
        await stage.press("a", "x", "r", "o", "f", "e", "L", "O", "i", "I")
        assert acts(stage) == []
        assert screen.mode == "normal"

    on_matrix(scene)


def test_sorting_goes_by_the_column_of_the_cursor_both_ways_and_then_not() -> None:
    async def scene(stage: Stage, screen: MatrixScreen) -> None:
        film = shown(screen)
        await stage.press("right", "right", "right")
        assert screen._focus == "takes"
        await stage.press("S")
        await stage.until(lambda: shown(screen) != film, "sorted")
        assert "takes▲" in stage.text()
        up = shown(screen)
        await stage.press("S")
        await stage.until(lambda: shown(screen) != up, "reversed")
        assert "takes▼" in stage.text()
        await stage.press("S")
        await stage.until(lambda: shown(screen) == film, "as it was")

    on_matrix(scene)


def test_columns_are_shown_hidden_and_moved() -> None:
    async def scene(stage: Stage, screen: MatrixScreen) -> None:
        await stage.press("C", "space")
        assert "description" not in screen._columns
        await stage.press("space", "left", "left")
        assert screen._columns[-3] == "description"
        await stage.press("home", "space", "right")
        assert screen._columns[0] == "shot"
        await stage.press("end", "space", "enter")
        assert screen._columns[-1] == "position"
        assert screen._picking is None
        assert len(screen.marked) == 0
        await stage.press("C", "C", "C", "escape")
        assert screen._picking is None
        assert stage.app.frame is screen

    on_matrix(scene)


def test_marks_ranges_counts_and_all_run_over_the_list() -> None:
    async def scene(stage: Stage, screen: MatrixScreen) -> None:
        await stage.press("home", "space")
        assert screen.marked == {"S101"}
        await stage.press("3", "space")
        assert screen.marked == {"S101", "S102", "S103", "S104"}
        await stage.press("escape")
        assert not screen.marked
        await stage.press("home", "V", "j", "j")
        assert screen.marked == {"S101", "S102", "S103"}
        await stage.press("escape", "slash")
        await stage.write("chain:return")
        await stage.press("enter")
        await stage.until(lambda: len(shown(screen)) == 15, "one chain")
        await stage.press("asterisk")
        assert screen.marked == set(shown(screen))
        assert "15 marked" in stage.text()
        await stage.press("asterisk")
        assert not screen.marked

    on_matrix(scene)


def test_a_cell_is_changed_where_it_stands() -> None:
    async def scene(stage: Stage, screen: MatrixScreen) -> None:
        await stage.press("home", "5", "j", "e")
        await stage.until(lambda: screen.mode == "line", "the line")
        assert screen._line.value == TEXT
        await stage.write(" now")
        await stage.press("enter")
        await stage.until(lambda: acts(stage), "the act")
        name, was, text = acts(stage)[0]
        assert (name, text) == ("set_field", f"{TEXT} now")
        assert (was.shot, was.field, was.text) == ("S106", "description", TEXT)  # type: ignore[attr-defined]

    on_matrix(scene)


def test_the_rest_of_a_shot_is_opened_in_the_editor_at_its_line(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[tuple[str, ...]] = []
    monkeypatch.setattr("tui.screens.outside.open_outside", lambda _app, argv: opened.append(argv) or "")
    monkeypatch.setenv("VISUAL", "nvim -p")

    async def scene(stage: Stage, screen: MatrixScreen) -> None:
        await stage.press("home", "j", "E")
        await stage.until(lambda: opened, "the editor")
        await stage.press("end", "E")
        await stage.until(lambda: len(opened) == 2, "a file that cannot be read is opened all the same")

    on_matrix(scene)
    assert opened == [
        ("nvim", "-p", "+13", "/films/salt-road/shots/harbour.toml"),
        ("nvim", "-p", "/films/salt-road/shots/return.toml"),
    ]


@pytest.mark.parametrize(
    ("editor", "argv"),
    [
        ("nano", ("nano", "+7", "/f.toml")),
        ("/usr/bin/vim -n", ("/usr/bin/vim", "-n", "+7", "/f.toml")),
        ("hx", ("hx", "/f.toml:7")),
        ("code --wait", ("code", "--wait", "--goto", "/f.toml:7")),
        ("my-own-editor", ("my-own-editor", "/f.toml")),
    ],
)
def test_every_editor_is_told_the_line_in_its_own_way(editor: str, argv: tuple[str, ...]) -> None:
    assert editor_argv(Path("/f.toml"), {}, editor, 7) == argv
    assert editor_argv(Path("/f.toml"), {}, editor)[-1] == "/f.toml"


def test_an_edit_that_changes_nothing_or_is_left_does_nothing() -> None:
    async def scene(stage: Stage, screen: MatrixScreen) -> None:
        await stage.press("home", "5", "j", "e")
        await stage.until(lambda: screen.mode == "line", "the line")
        await stage.press("enter", "e")
        await stage.until(lambda: screen.mode == "line", "the line again")
        await stage.write("x")
        await stage.press("escape")
        assert acts(stage) == []

    on_matrix(scene)


def test_a_column_that_is_not_written_here_says_which_are() -> None:
    async def scene(stage: Stage, screen: MatrixScreen) -> None:
        await stage.press("right", "right", "right")
        assert screen._focus == "takes"
        await stage.press("e")
        assert "takes is not written here" in stage.text()
        assert screen.mode == "normal"

    on_matrix(scene)


def test_a_locked_shot_says_how_it_is_unlocked() -> None:
    async def scene(stage: Stage, screen: MatrixScreen) -> None:
        await stage.press("home", "e")
        assert "S101 is locked: L unlocks it" in stage.text()
        await stage.press("L")
        await stage.until(lambda: acts(stage), "the act")
        assert acts(stage)[0] == ("set_flag", ("S101",), "locked", False)

    on_matrix(scene)


def test_a_shot_whose_file_cannot_be_read_says_why() -> None:
    async def scene(stage: Stage, screen: MatrixScreen) -> None:
        await stage.press("end", "e")
        await stage.until(lambda: "cannot be read" in stage.text(), "the sentence")
        assert screen.mode == "normal"

    on_matrix(scene)


def test_omitting_asks_first_and_names_how_many_of_how_many() -> None:
    async def scene(stage: Stage, screen: MatrixScreen) -> None:
        await stage.press("home", "j", "O")
        assert "Omit S102?" in stage.text()
        await stage.press("n")
        assert acts(stage) == []
        await stage.press("3", "space", "O")
        assert "Omit 3 of 62 shots?" in stage.text()
        await stage.press("y")
        await stage.until(lambda: acts(stage), "the act")
        assert acts(stage)[0] == ("set_flag", ("S102", "S103", "S104"), "omitted", True)

    on_matrix(scene)


def test_several_are_locked_after_a_question() -> None:
    async def scene(stage: Stage, screen: MatrixScreen) -> None:
        await stage.press("home", "2", "space", "L")
        assert "Lock 2 of 62 shots?" in stage.text()
        await stage.press("y")
        await stage.until(lambda: acts(stage), "the act")
        assert acts(stage)[0] == ("set_flag", ("S101", "S102"), "locked", True)

    on_matrix(scene)


def test_a_note_and_a_new_shot_are_lines() -> None:
    async def scene(stage: Stage, screen: MatrixScreen) -> None:
        await stage.press("home", "i")
        await stage.write("late light")
        await stage.press("enter", "I")
        await stage.write("S101A she turns")
        await stage.press("enter")
        await stage.until(lambda: len(acts(stage)) == 2, "both")
        assert acts(stage) == [
            ("add_note", "S101", "late light"),
            ("insert", "S101", "S101A she turns"),
        ]

    on_matrix(scene)


def test_next_goes_to_what_waits_of_the_list_only() -> None:
    async def scene(stage: Stage, screen: MatrixScreen) -> None:
        await stage.press("slash")
        await stage.write("chain:return")
        await stage.press("enter")
        await stage.until(lambda: len(shown(screen)) == 15, "one chain")
        await stage.press("n")
        assert screen.cursor.shot == "S410"
        await stage.press("n")
        assert screen.cursor.shot == "S410"

    on_matrix(scene)


def test_a_board_that_only_looks_changes_nothing() -> None:
    async def scene(stage: Stage, screen: MatrixScreen) -> None:
        screen.shared.read_only = True
        await stage.press("home", "j", "e", "L", "O", "i")
        if screen.mode == "line":
            await stage.press("x", "enter")
        assert acts(stage) == []
        assert "only looks" in stage.text()

    on_matrix(scene)


def test_filter_sort_and_columns_are_found_again_and_foreign_words_are_not_believed() -> None:
    async def scene(stage: Stage, screen: MatrixScreen) -> None:
        screen.restore(
            {"filter": "kind:hero", "sort": "takes", "reverse": "yes", "columns": "shot,takes,spent"}
        )
        assert screen.restore(screen.kept()) is None
        screen.want()
        await stage.until(lambda: 0 < len(shown(screen)) < 62, "the filter")
        assert screen.kept()["columns"] == "shot,takes,spent"
        assert screen._query == Query("kind:hero", "takes", True, True)
        screen.restore(
            {"filter": "\x1b[2J", "sort": "colour", "columns": "x,y", "focus": "z", "reverse": "yes"}
        )
        assert screen._query == Query("", "", False, False)
        assert screen._columns == ("shot",)
        screen.restore({})
        assert (screen._columns, screen._focus, screen._query) == (USUAL, "description", Query())

    on_matrix(scene)


def test_a_large_window_shows_more_columns_until_a_person_chooses() -> None:
    async def scene(stage: Stage, screen: MatrixScreen) -> None:
        assert screen._columns == MORE
        assert all(name in stage.text() for name in ("chain", "circled", "newest", "model"))
        assert "no room for" not in stage.text()
        assert screen.kept()["columns"] == ""
        screen.restore({"columns": "shot,chain,takes"})
        assert screen._columns == ("shot", "chain", "takes")
        screen.restore({"focus": "chain"})
        await stage.pilot.resize_terminal(120, 36)
        await stage.until(lambda: screen._columns == USUAL, "the smaller window")
        await stage.until(lambda: screen._focus == "description", "a column that is there")

    on_matrix(scene, size=(200, 60))


def test_an_empty_film_says_what_to_do() -> None:
    async def scene(stage: Stage, screen: MatrixScreen) -> None:
        assert "No shots yet" in stage.text()
        await stage.press("j", "e", "space", "asterisk", "S", "n", "V", "end")
        assert "No shots yet" in stage.text()

    empty = salt_road()._replace(chains=(), shots=(), waiting=())
    on_matrix(scene, empty)


def test_moving_on_one_page_repaints_two_lines() -> None:
    async def scene(stage: Stage, screen: MatrixScreen) -> None:
        await stage.press("home")
        panel = screen.panel("matrix_list")
        before = panel.repaints
        await stage.press("j")
        assert panel.repaints - before == 2

    on_matrix(scene)
