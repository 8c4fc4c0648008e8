"""The matrix and the diary on the real desk: from the key to the file, and back to the screen."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest

from core.film.load import load_plan
from core.studio.desk import StudioDesk
from tests.tui.real_film import RealFilm, real_film
from tests.tui.stage import Stage
from tui.app import BoardApp
from tui.theme import Look


@pytest.fixture
def film(tmp_path: Path) -> Iterator[RealFilm]:
    made = real_film(tmp_path / "film")
    yield made
    made.ledger.close()


def play_real(film: RealFilm, scene: Callable[[Stage], Awaitable[None]]) -> None:
    async def run() -> None:
        desk = StudioDesk(film.places)
        app = BoardApp(desk, Look())
        async with app.run_test(size=(120, 36)) as pilot:
            stage = Stage(app, desk, pilot)  # type: ignore[arg-type]
            await stage.until(lambda: app.board.glance is not None and app.shared.categories, "the reading")
            await scene(stage)
        desk.close()

    asyncio.run(run())


async def typed(stage: Stage, text: str) -> None:
    """Over what stands in the line."""
    stage.app.frame._line.value = ""
    await stage.write(text)
    await stage.press("enter")


def test_a_cell_that_is_changed_stands_in_the_file_and_on_the_screen(film: RealFilm) -> None:
    file = film.root / "shots" / "quay.toml"
    before = file.read_text()

    async def scene(stage: Stage) -> None:
        await stage.press("M")
        await stage.until(lambda: "a quay at dawn" in stage.text(), "the list")
        await stage.press("home", "e")
        await stage.until(lambda: stage.app.frame.mode == "line", "the line")
        await typed(stage, "a quay at noon")
        await stage.until(lambda: "S101: description is a quay at noon" in stage.text(), "the sentence")
        await stage.until(lambda: stage.text().count("a quay at noon") == 2, "the new text in the list")

    play_real(film, scene)
    assert file.read_text() == before.replace("a quay at dawn", "a quay at noon")


def test_a_bad_value_is_told_and_the_file_stays(film: RealFilm) -> None:
    file = film.root / "shots" / "quay.toml"
    before = file.read_bytes()

    async def scene(stage: Stage) -> None:
        await stage.press("M")
        await stage.until(lambda: "a quay at dawn" in stage.text(), "the list")
        await stage.press("home", "left", "left", "e")
        await stage.until(lambda: stage.app.frame.mode == "line", "the line")
        await typed(stage, "heroo")
        await stage.until(lambda: "is no kind of a shot" in stage.text(), "the sentence")
        assert "'hero'" in stage.text()

    play_real(film, scene)
    assert file.read_bytes() == before


def test_shots_are_locked_together_and_the_filter_knows_it(film: RealFilm) -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("M")
        await stage.until(lambda: "a quay at dawn" in stage.text(), "the list")
        await stage.press("home", "2", "space", "L", "y")
        await stage.until(lambda: "2 shots are locked" in stage.text(), "the sentence")
        await stage.press("escape", "slash")
        await stage.write("is:locked")
        await stage.press("enter")
        await stage.until(lambda: "2 of 3" in stage.text(), "the two")

    play_real(film, scene)
    plan = load_plan(film.root)
    assert [shot.locked for shot in plan.shots()] == [True, True, False]


def test_a_line_that_is_logged_stands_in_the_diary_at_once_and_in_the_file_when_it_is_written(
    film: RealFilm,
) -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("D")
        await stage.until(lambda: "Not written yet" in stage.text(), "the diary")
        await stage.press("w")
        await stage.until((film.root / "diary.md").exists, "the file")
        await stage.press("P")
        await typed(stage, "two boats")
        await stage.until(lambda: "The ledger knows more than the file" in stage.text(), "what it lacks")
        await stage.press("end")
        assert "pivoted" in stage.text()
        await stage.press("w")
        await stage.until(lambda: "diary.md is up to date" in stage.text(), "the sentence")

    play_real(film, scene)
    assert "two boats" in (film.root / "diary.md").read_text()
