"""The Diary screen: what is read, when it is read again, and every key."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from core.base.errors import BadInput
from core.desk import workflow
from core.ledger.views import Reader
from core.studio.acts import opened
from core.studio.glance import glance
from core.studio.pages import diary
from core.studio.pages.sight import Sight
from core.studio.places import Places
from core.studio.snapshot import current
from tests.support.films import write_film
from tests.tui.fake_desk import FakeDesk
from tests.tui.films import salt_road
from tests.tui.stage import Stage, staged
from tui.screens import diary as screens
from tui.screens.diary import DiaryScreen
from tui.widgets.diary import Spot

PROSE = "\n".join(f"Night {number}: the boat came late.\n" for number in range(1, 60))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    write_film(tmp_path, {"quay": [{"id": "S101", "description": "a | quay *at* dawn"}, {"id": "S102"}]})
    with opened(Places(tmp_path)) as film:
        diary.log(film, "started", "drawing every plate first")
    return tmp_path


def sight_of(root: Path) -> Sight:
    places = Places(root)
    reader = Reader(places.ledger) if places.ledger.exists() else None
    return Sight(places, current(places)[0], reader, glance(places, reader))


def written(root: Path, more: str = "") -> Path:
    with opened(Places(root)) as film:
        diary.write(film, Places(root))
    file = root / "diary.md"
    file.write_text(file.read_text().replace("## Looking back", f"## Looking back\n\n{more}"))
    return file


def words_of(page: diary.DiaryPage) -> str:
    return "\n".join(page.words)


# Reading.


def test_before_the_first_writing_the_diary_is_shown_as_it_would_be(root: Path) -> None:
    page = diary.read(sight_of(root))
    assert (page.there, page.behind, page.trouble) == (False, False, "")
    assert "drawing every plate first" in words_of(page)
    assert "a | quay *at* dawn" in words_of(page)
    assert not (root / "diary.md").exists()


def test_what_the_ledger_knows_more_is_shown_and_the_file_stays(root: Path) -> None:
    file = written(root, "By hand: the light.")
    before = file.read_bytes()
    assert not diary.read(sight_of(root)).behind
    with opened(Places(root)) as film:
        diary.log(film, "pivoted", "two boats instead of one")
    page = diary.read(sight_of(root))
    assert page.behind
    assert "two boats instead of one" in words_of(page)
    assert "by hand: the light." in words_of(page)
    assert file.read_bytes() == before


def test_writing_keeps_what_was_written_by_hand(root: Path) -> None:
    file = written(root, "By hand: the light.")
    with opened(Places(root)) as film:
        diary.log(film, "stopped", "sound on set")
        assert diary.write(film, Places(root)) == "diary.md is up to date"
    assert "By hand: the light." in file.read_text()
    assert "sound on set" in file.read_text()
    assert not diary.read(sight_of(root)).behind


def test_broken_markers_are_told_and_the_file_is_shown_as_it_stands(root: Path) -> None:
    file = written(root)
    file.write_text(file.read_text().replace("<!-- /rushes:shots -->", "") + "\nstill here\n")
    page = diary.read(sight_of(root))
    assert "shots" in page.trouble
    assert "still here" in words_of(page)
    assert not page.behind


def test_a_film_without_a_ledger_shows_its_file_alone(tmp_path: Path) -> None:
    write_film(tmp_path, {"quay": [{"id": "S101"}]})
    (tmp_path / "diary.md").write_bytes(b"\xef\xbb\xbf# Mine\r\n\r\nlatin \xe9\r\n")
    page = diary.read(sight_of(tmp_path))
    assert [block.kind for block in page.blocks][:3] == ["heading", "air", "text"]
    assert (page.there, page.behind) == (True, False)


@pytest.mark.parametrize("kind", ["folder", "pipe", "long"])
def test_what_is_no_diary_is_refused_in_a_sentence(root: Path, kind: str) -> None:
    path = root / "diary.md"
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    else:
        path.write_bytes(b"x" * (diary.LARGEST + 1))
    with pytest.raises(BadInput):
        diary.read(sight_of(root))


def test_nothing_is_read_again_until_something_moved(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = written(root)
    sight = sight_of(root)
    reader = diary.DiaryReader()
    monkeypatch.setattr(diary, "REST", 0.0)
    first = reader(sight)
    assert reader(sight) is first
    file.write_text(file.read_text() + "\none more line\n")
    second = reader(sight)
    assert "one more line" in words_of(second)
    with opened(Places(root)) as film:
        diary.log(film, "started", "again")
    third = reader(sight)
    assert third is not second
    assert "again" in words_of(third)


def test_a_long_diary_rests_between_two_events_but_not_after_a_change_by_hand(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = written(root)
    sight = sight_of(root)
    reader = diary.DiaryReader()
    monkeypatch.setattr(diary, "REST", 1e9)
    first = reader(sight)
    with opened(Places(root)) as film:
        diary.log(film, "started", "again")
    assert reader(sight) is first
    file.write_text(file.read_text() + "\none more line\n")
    assert "again" in words_of(reader(sight))


def test_the_kinds_to_log_are_those_of_the_desk() -> None:
    assert diary.KINDS == workflow.KINDS


def test_reading_the_diary_loads_nothing_heavy(root: Path) -> None:
    written(root)
    code = (
        "import sys; from pathlib import Path; from core.studio.pages import diary;"
        "from core.studio.places import Places; from core.ledger.views import Reader;"
        "from core.studio.pages.sight import Sight; from core.ledger import plan_cache;"
        "places = Places(Path(sys.argv[1])); snapshot = plan_cache.read_any(places.plan_cache);"
        "page = diary.read(Sight(places, snapshot, Reader(places.ledger), None));"
        "heavy = ('sqlmodel', 'pydantic', 'sqlalchemy', 'numpy', 'PIL', 'httpx');"
        "print(len(page.blocks) > 9, [name for name in heavy if name in sys.modules])"
    )
    current(Places(root))
    made = subprocess.run(
        [sys.executable, "-c", code, str(root)], capture_output=True, text=True, check=True, timeout=60
    )
    assert made.stdout.strip() == "True []"


# Keys.


def acts(stage: Stage) -> list[tuple[object, ...]]:
    """What was done by a key; that the board was looked at is noted by itself."""
    return [call for call in stage.desk.calls if call[0] != "seen"]


def on_diary(
    root: Path,
    monkeypatch: pytest.MonkeyPatch,
    scene: Callable[[Stage, DiaryScreen], Awaitable[None]],
    size: tuple[int, int] = (80, 24),
) -> None:
    sight = sight_of(root)

    def read(desk: FakeDesk, page: Callable[[Sight], Any]) -> Any:
        return page(sight._replace(glance=desk.now))

    monkeypatch.setattr(FakeDesk, "read", read)

    async def run() -> None:
        async with staged(salt_road(), size) as stage:
            await stage.press("D")
            screen = stage.app.frame
            assert isinstance(screen, DiaryScreen)
            await stage.until(lambda: screen._page is not None, "the diary")
            await scene(stage, screen)

    asyncio.run(run())


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 60)])
def test_the_diary_opens_with_its_key_at_every_size(
    root: Path, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int]
) -> None:
    async def scene(stage: Stage, screen: DiaryScreen) -> None:
        assert "DIARY" in stage.text()
        assert "Production diary" in stage.text()
        assert "Not written yet: w begins the file" in stage.text()
        assert "S started  T stopped  P pivoted" in stage.text()
        await stage.press("escape")
        assert stage.app.frame.NAME == "board"

    on_diary(root, monkeypatch, scene, size)


def test_it_scrolls_by_lines_pages_headings_and_to_its_ends(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(root, PROSE)

    async def scene(stage: Stage, screen: DiaryScreen) -> None:
        await stage.press("j", "down")
        assert screen._spot == Spot(2)
        await stage.press("k")
        assert screen._spot == Spot(1)
        await stage.press("5", "j")
        five = screen._spot
        await stage.press("5", "k")
        assert five > screen._spot == Spot(1)
        await stage.press("end")
        assert "Night 59" in stage.text()
        end = screen._spot
        await stage.press("j", "pagedown")
        assert screen._spot == end
        await stage.press("pageup")
        assert screen._spot < end
        await stage.press("home")
        assert screen._spot == Spot()
        await stage.press("l")
        assert screen._shown is not None
        assert screen._shown.blocks[screen._spot.block].text == "Shots and takes"
        await stage.press("h")
        assert screen._spot == Spot()

    on_diary(root, monkeypatch, scene)


def test_a_search_follows_the_letters_goes_on_and_is_left(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(root, PROSE)

    async def scene(stage: Stage, screen: DiaryScreen) -> None:
        await stage.press("slash")
        await stage.write("night 5")
        assert "Night 5:" in stage.text().split("\n")[3]
        await stage.press("escape")
        assert screen._spot == Spot()
        await stage.press("slash")
        await stage.write("night 5")
        await stage.press("enter")
        assert "11 places" in stage.text()
        await stage.press("full_stop")
        assert "Night 50:" in stage.text()
        await stage.press("comma", "comma")
        assert screen._needle == "night 5"
        await stage.press("escape")
        assert (screen._needle, stage.app.frame) == ("", screen)
        await stage.press("full_stop")
        assert "search first" in stage.text()
        await stage.press("slash")
        await stage.write("nowhere")
        await stage.press("enter")
        await stage.until(lambda: "nothing in the diary holds 'nowhere'" in stage.text(), "none")

    on_diary(root, monkeypatch, scene)


@pytest.mark.parametrize(("key", "kind"), [("S", "started"), ("T", "stopped"), ("P", "pivoted")])
def test_one_key_and_a_line_log_what_was_done(
    root: Path, monkeypatch: pytest.MonkeyPatch, key: str, kind: str
) -> None:
    async def scene(stage: Stage, screen: DiaryScreen) -> None:
        await stage.press(key)
        assert f"{kind}:" in stage.text()
        await stage.press("enter", key)
        await stage.write("two boats")
        await stage.press("enter")
        await stage.until(lambda: acts(stage), "the act")
        assert acts(stage) == [("log", kind, "two boats")]

    on_diary(root, monkeypatch, scene)


def test_what_another_program_writes_is_shown_without_a_key(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = written(root)
    monkeypatch.setattr(screens, "LOOK_S", 0.05)

    async def scene(stage: Stage, screen: DiaryScreen) -> None:
        file.write_text(file.read_text().replace("# Production diary", "# The diary of Ada"))
        await stage.until(lambda: "The diary of Ada" in stage.text(), "the new title")

    on_diary(root, monkeypatch, scene)


def test_looking_at_the_file_again_sends_nothing(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(screens, "LOOK_S", 0.02)

    async def scene(stage: Stage, screen: DiaryScreen) -> None:
        before = screen._text.repaints
        await asyncio.sleep(0.3)
        await stage.quiet()
        assert screen._text.repaints == before

    on_diary(root, monkeypatch, scene)


def test_it_is_written_anew_and_opened_in_the_editor(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened_with: list[tuple[str, ...]] = []
    monkeypatch.setattr("tui.screens.outside.open_outside", lambda _app, argv: opened_with.append(argv) or "")
    monkeypatch.setenv("VISUAL", "nano")

    async def scene(stage: Stage, screen: DiaryScreen) -> None:
        await stage.press("E")
        assert "there is no diary yet" in stage.text()
        await stage.press("w")
        await stage.until(lambda: acts(stage), "the act")
        assert acts(stage) == [("write", Places(root))]
        written(root, PROSE)
        screen.want()
        await stage.until(lambda: screen._shown is not None and screen._shown.there, "the file")
        await stage.press("end", "E")
        assert opened_with[0][0] == "nano"
        line = int(opened_with[0][1].removeprefix("+"))
        assert (root / "diary.md").read_text().split("\n")[line - 1].startswith("Night")

    on_diary(root, monkeypatch, scene)


def test_no_key_of_this_screen_judges_a_shot_nobody_sees(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def scene(stage: Stage, screen: DiaryScreen) -> None:
        screen.shared.marked = frozenset({"S106"})
        await stage.press("a", "x", "o", "r", "s", "f", "space", "V", "enter")
        assert acts(stage) == []
        assert stage.desk.quoted == []
        assert screen.mode == "normal"

    on_diary(root, monkeypatch, scene)


def test_a_board_that_only_looks_logs_nothing(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def scene(stage: Stage, screen: DiaryScreen) -> None:
        screen.shared.read_only = True
        for key in ("S", "T", "P", "w", "E"):
            await stage.press(key)
            assert screen.mode == "normal"
        assert acts(stage) == []

    on_diary(root, monkeypatch, scene)


def test_place_and_search_are_found_again_and_foreign_words_are_not_believed(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(root, PROSE)

    async def scene(stage: Stage, screen: DiaryScreen) -> None:
        await stage.press("5", "j")
        kept = screen.kept()
        await stage.press("home")
        screen.restore(kept)
        screen.redraw()
        assert screen.kept() == kept
        for block in ("-4", "x", "9" * 40, "٣", "9999999"):
            screen.restore({"block": block, "search": "\x1b[2J"})
            screen.redraw()
            await stage.quiet()
            assert screen._needle == ""

    on_diary(root, monkeypatch, scene)


def test_a_diary_that_cannot_be_read_says_why_and_does_not_say_it_again_and_again(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(root)
    monkeypatch.setattr(screens, "LOOK_S", 0.05)

    async def scene(stage: Stage, screen: DiaryScreen) -> None:
        (root / "diary.md").unlink()
        (root / "diary.md").mkdir()
        await stage.until(lambda: screen._unread, "the fault")
        screen.say("something else")
        await asyncio.sleep(0.3)
        assert "something else" in stage.text()

    on_diary(root, monkeypatch, scene)
