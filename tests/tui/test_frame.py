"""What every screen has in common: keys, marks, counts, the palette, help, and going about."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
from textual.binding import BindingsMap

from core.base.errors import BadInput
from core.base.settings import BoardSettings
from core.studio.rows import Glance
from tests.tui.fake_desk import FakeDesk
from tests.tui.films import salt_road
from tests.tui.stage import Stage, play, staged
from tui import keymap
from tui.app import BoardApp
from tui.bridge import kept
from tui.screens.frame import FrameScreen
from tui.screens.palette import find_actions


@pytest.fixture
def table() -> Iterator[None]:
    """Moved keys are put back."""
    before = dict(keymap._BY_ID)
    yield
    keymap._BY_ID.update(before)


def in_review(count: int) -> Glance:
    """A film whose first shots wait for a verdict on their second take."""
    film = salt_road()
    first = tuple(
        shot._replace(state="review", takes=2, newest_take=2, approved_take=None)
        for shot in film.shots[:count]
    )
    return film._replace(shots=(*first, *film.shots[count:]))


def screen_class(name: str) -> type[FrameScreen]:
    module, _, kind = keymap.action(name).opens.partition(":")
    found = getattr(import_module(module), kind)
    assert issubclass(found, FrameScreen)
    return found


@pytest.mark.parametrize("name", sorted(keymap.screens()))
def test_every_key_of_a_screen_is_bound_there_and_answered(name: str) -> None:
    kind = screen_class(name)
    assert name == kind.NAME
    ids = {binding.id for binding in kind.BINDINGS}  # type: ignore[union-attr]
    modes = (keymap.NORMAL, keymap.ASK, keymap.SETTLE, keymap.LINE, keymap.FORM, keymap.PALETTE)
    for mode in modes:
        for row in keymap.of_mode(mode, name):
            assert row.id in ids
            assert row.help.endswith((".", "?"))
            assert row.opens or callable(getattr(kind, f"action_{row.id}", None)), row.id


def test_no_key_means_two_things_in_one_place() -> None:
    keymap._refuse_clashes(keymap._BY_ID)
    ids = [row.id for row in keymap.ACTIONS]
    assert len(ids) == len(set(ids))
    screens = keymap.screens()
    for row in keymap.ACTIONS:
        assert set(row.on) <= set(screens), row.id


def test_a_person_moves_keys_and_everything_follows(table: None) -> None:
    keymap.remap({"approve": "Z,ctrl+y", "find": "?", "help": "f1"})
    assert keymap.key_of("approve") == "Z"
    assert keymap.key_of("find") == "?"
    assert keymap.keyed("circle it with {approve}") == "circle it with Z"
    assert any(found.key == "Z" and found.id == "approve" for found in find_actions("circle", "board"))


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ({"aprove": "y"}, "no action 'aprove'"),
        ({"approve": "x"}, "would mean both"),
        ({"approve": "a,"}, "needs a key"),
        ({"count": "a"}, "no action 'count'"),
        ({"matrix_edit": "a"}, "would mean both"),
        ({"yes": "g"}, "a double tap would pay"),
        ({"go": "y"}, "would mean both"),
        ({"approve": "ctrl+c"}, "leaves the dashboard"),
    ],
)
def test_keys_that_cannot_be_moved_are_refused_and_nothing_moves(
    wanted: dict[str, str], said: str, table: None
) -> None:
    before = dict(keymap._BY_ID)
    with pytest.raises(BadInput, match=said):
        keymap.remap(wanted)
    assert before == keymap._BY_ID


def test_a_moved_key_acts_and_the_old_one_does_not(table: None) -> None:
    async def run() -> None:
        keymap.remap({"approve": "Z"})
        desk = FakeDesk(salt_road(), Path("/nonexistent"))
        async with staged(salt_road(), board=BoardSettings(keys={"approve": "Z"}), desk=desk) as stage:
            await stage.press("n", "a")
            assert stage.desk.calls == []
            await stage.press("Z")
            await stage.until(lambda: stage.desk.calls)
            assert stage.desk.calls[0][:2] == ("approve", "S106")

    import asyncio

    asyncio.run(run())


def test_a_count_moves_so_many_lines_and_is_used_up() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("home")
        ids = [shot.id for shot in stage.desk.now.shots]
        await stage.press("1", "2", "j")
        assert stage.board.cursor.shot == ids[12]
        await stage.press("j")
        assert stage.board.cursor.shot == ids[13]
        await stage.press("3", "k")
        assert stage.board.cursor.shot == ids[10]

    play(scene)


def test_space_marks_and_an_act_asks_once_for_all_that_are_marked() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("home", "5", "space")
        assert len(stage.app.shared.marked) == 5
        await stage.press("a")
        await stage.until(lambda: "Circle" in stage.text())
        await stage.press("y")
        await stage.until(lambda: stage.desk.calls)
        verdict, takes, note = stage.desk.calls[0]
        assert (verdict, note) == ("approve", "")
        assert takes == tuple((shot.id, 2) for shot in film.shots[:5])
        assert not stage.app.shared.marked

    film = in_review(5)
    play(scene, film)


def test_a_range_is_drawn_by_moving_and_escape_takes_the_marks_away() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("home", "V", "j", "j", "j", "V")
        assert len(stage.app.shared.marked) == 4
        await stage.press("j")
        assert len(stage.app.shared.marked) == 4
        await stage.until(lambda: "4 shots marked" in stage.text())
        assert stage.text().count("*S10") == 4
        await stage.press("escape")
        assert not stage.app.shared.marked

    play(scene)


def test_a_retake_of_many_asks_with_the_whole_sum() -> None:
    async def scene(stage: Stage) -> None:
        waits = [shot.id for shot in stage.desk.now.shots[:3]]
        stage.app.shared.marked = frozenset(waits)
        await stage.press("r")
        await stage.write("slower")
        await stage.press("enter")
        await stage.until(lambda: "y/n" in stage.text())
        assert "3 takes: at most $2.28" in stage.text()
        await stage.press("y")
        await stage.until(lambda: stage.desk.calls)
        assert stage.desk.calls == [("retake", tuple(waits), "slower", True, 760_000 * len(waits))]

    play(scene, in_review(5))


def test_one_chain_is_meant_by_go_so_marks_refuse_it() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("home", "2", "space", "g")
        await stage.until(lambda: "2 shots are marked" in stage.text())
        assert stage.desk.quoted == []

    play(scene)


def test_u_takes_back() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("u")
        await stage.until(lambda: stage.desk.calls == [("undo",)])

    play(scene)


def test_the_palette_finds_by_words_and_does_it_on_enter() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("colon")
        await stage.write("pause")
        await stage.until(lambda: "Pause the selected chain" in stage.text())
        await stage.press("escape")
        assert stage.board.mode == keymap.NORMAL
        await stage.press("left", "colon")
        await stage.write("pause")
        await stage.press("enter")
        await stage.until(lambda: stage.desk.calls == [("pause", "harbour")])

    play(scene)


def test_a_letter_in_the_palette_never_acts() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("n", "colon")
        await stage.write("axrgc")
        await stage.until(lambda: "nothing goes by these words" in stage.text())
        await stage.press("enter")
        assert stage.desk.calls == []
        assert stage.desk.quoted == []

    play(scene)


def test_what_does_this_key_do_explains_and_does_nothing() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("n", "W", "a")
        await stage.until(lambda: "Circle the take, then move to the next that waits." in stage.text())
        assert stage.desk.calls == []
        await stage.press("W", "Z")
        await stage.until(lambda: "Z does nothing here" in stage.text())
        await stage.press("a")
        await stage.until(lambda: stage.desk.calls)

    play(scene)


def test_help_is_searched_by_words() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("question_mark", "slash")
        await stage.write("budget of")
        await stage.until(lambda: "none" in stage.text())
        await stage.press("escape", "slash")
        await stage.write("doubt")
        await stage.until(lambda: "Settle a take in doubt" in stage.text())
        assert "SIGNS" not in stage.text()
        await stage.press("enter", "escape")
        await stage.until(lambda: "CHAINS" in stage.text())
        assert stage.desk.calls == []

    play(scene)


def test_a_board_that_only_looks_refuses_every_act_and_still_moves() -> None:
    async def run() -> None:
        async with staged(salt_road(), read_only=True) as stage:
            await stage.until(lambda: "it only looks" in stage.text())
            for key in ("n", "a", "x", "o", "r", "f", "g", "p", "c", "u", "s"):
                await stage.press(key)
            assert stage.desk.calls == []
            assert stage.desk.quoted == []
            assert stage.board.mode == keymap.NORMAL
            await stage.press("escape", "home", "j")
            assert stage.board.cursor.shot == stage.desk.now.shots[1].id

    import asyncio

    asyncio.run(run())


def test_a_reconnect_is_where_the_person_left(tmp_path: Path) -> None:
    import asyncio

    async def run() -> None:
        async with staged(salt_road(), root=tmp_path) as stage:
            await stage.press("home", "j", "j", "v")
            left = stage.board.cursor.shot
        async with staged(salt_road(), root=tmp_path) as stage:
            assert stage.board.cursor.shot == left
            assert not stage.app.shared.pictures
            await stage.press("M")
        async with staged(salt_road(), root=tmp_path) as stage:
            await stage.until(lambda: stage.app.frame.NAME == "matrix", "the screen they left")
            assert stage.board.cursor.shot == left
            await stage.press("escape")
            assert stage.app.frame is stage.board

    asyncio.run(run())


@pytest.mark.parametrize(
    "text", ["", "[]", "{", '{"screen": 7, "shot": [], "screens": {"matrix": 3}}', '{"screen": "nowhere"}']
)
def test_a_place_that_cannot_be_read_is_no_place(text: str, tmp_path: Path) -> None:
    import asyncio

    path = kept.place_of(tmp_path, rehearsal=False)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")

    async def run() -> None:
        async with staged(salt_road(), root=tmp_path) as stage:
            await stage.until(lambda: "CHAINS" in stage.text())
            assert stage.app.frame is stage.board

    asyncio.run(run())


def test_each_screen_opens_by_its_key_and_escape_leads_back() -> None:
    async def scene(stage: Stage) -> None:
        for name, row in keymap.screens().items():
            await stage.press(row.keys.split(",")[0])
            assert name == stage.app.frame.NAME
            assert "SALT ROAD" in stage.text()
            while stage.app.frame is not stage.board:
                await stage.press("escape")
        assert stage.desk.calls == []

    play(scene)


def test_the_app_is_the_board_of_the_table() -> None:
    assert {binding.id for binding in BoardApp.BINDINGS} == {"leave"}  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "wanted",
    [{"approve": "f8"}, {"close": "f9"}, {"yes": "enter"}, {"approve": "x", "reject": "a"}, {"find": "f4"}],
    ids=str,
)
def test_a_key_that_is_moved_takes_no_other_action_with_it(
    wanted: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """`esc` closes, but it also leaves lines, forms and questions."""
    monkeypatch.setattr(keymap, "_BY_ID", dict(keymap._BY_ID))
    modes = (keymap.NORMAL, keymap.ASK, keymap.SETTLE, keymap.LINE, keymap.FORM, keymap.PALETTE)
    bound = BindingsMap(keymap.bindings(*modes, screen="board"))
    keymap.remap(wanted)
    bound.apply_keymap(keymap.overlay(wanted))
    held: dict[str, set[str]] = {}
    for key, bindings in bound.key_to_bindings.items():
        for binding in bindings:
            held.setdefault(binding.id or "", set()).add(key)
    for mode in modes:
        for row in keymap.of_mode(mode, "board"):
            assert held[row.id] == set(row.keys.split(",")), row.id
