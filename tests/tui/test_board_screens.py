"""What the screens say at each size; `RUSHES_RENEW_SCREENS=1 pytest` writes them anew."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from core.base.errors import BadInput
from core.studio.rows import FaultRow, Glance
from tests.tui.films import HOSTILE, empty_film, hostile_film, salt_road, short_film
from tests.tui.stage import staged

SCREENS = Path(__file__).parent / "screens"
SIZES = ((80, 24), (120, 36), (200, 60))


def shown(film: Glance, size: tuple[int, int], *keys: str, plain: bool = False) -> str:
    async def run() -> str:
        async with staged(film, size, plain=plain) as stage:
            if keys:
                await stage.press(*keys)
            if stage.board._places.get("first"):
                await stage.until(stage.pictured, "the pictures")
            return stage.text()

    return asyncio.run(run())


def says_file(text: str, name: str) -> bool:
    return text + "\n" == (SCREENS / f"{name}.txt").read_text(encoding="utf-8")


def same_as_file(text: str, name: str) -> None:
    path = SCREENS / f"{name}.txt"
    if os.environ.get("RUSHES_RENEW_SCREENS"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(text + "\n", encoding="utf-8")
    assert text + "\n" == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_the_board_of_a_long_film(size: tuple[int, int]) -> None:
    same_as_file(shown(salt_road(), size), f"salt_road_{size[0]}x{size[1]}")


@pytest.mark.parametrize("film", [short_film, empty_film])
def test_the_board_of_a_small_film(film: object) -> None:
    assert callable(film)
    same_as_file(shown(film(), (80, 24)), f"{film.__name__}_80x24")


def test_the_board_in_ascii_is_ascii() -> None:
    text = shown(salt_road(), (120, 36), plain=True)
    assert text.isascii()
    same_as_file(text, "salt_road_ascii_120x36")


def test_the_smallest_board_keeps_what_waits_and_the_money() -> None:
    text = shown(salt_road(), (60, 16))
    same_as_file(text, "salt_road_60x16")
    assert "WAITS FOR YOU" in text
    assert "MONEY" in text


@pytest.mark.parametrize("size", [(40, 12), (20, 5), (59, 30), (100, 15)], ids=str)
def test_a_window_too_small_says_so_with_the_counts(size: tuple[int, int]) -> None:
    text = shown(salt_road(), size)
    assert " ".join(text.split()).count("The board needs a window of 60 by 16") == 1
    assert "SALT ROAD" in text
    assert size[1] < 10 or "4 wait for you" in text


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_hostile_text_in_every_field_is_shown_literally_and_breaks_nothing(size: tuple[int, int]) -> None:
    async def run() -> None:
        async with staged(salt_road(), size) as stage:
            for keys in (("n", "d"), ("escape",)):
                await stage.press(*keys)
                for text in HOSTILE:
                    stage.board.show_glance(hostile_film(text))
                    await stage.quiet()
                    literally(stage.text(), text, size)

    asyncio.run(run())


def literally(screen: str, text: str, size: tuple[int, int]) -> None:
    rows = screen.split("\n")
    assert len(rows) == size[1]
    assert all(char.isprintable() for row in rows for char in row)
    if text.startswith("["):
        assert text in screen
    assert "CHAINS" in screen or "WAITS FOR YOU" in screen


def test_a_reading_that_says_the_same_repaints_nothing() -> None:
    async def run() -> None:
        async with staged(salt_road()) as stage:
            await stage.until(stage.pictured, "the pictures")
            before, readings = stage.repaints(), stage.desk.readings
            stage.desk.touch()
            await stage.until(lambda: stage.desk.readings > readings)
            await stage.pilot.pause(0.1)
            stage.board.show_glance(salt_road())
            await stage.pilot.pause(0.1)
            assert stage.repaints() == before

    asyncio.run(run())


def test_one_changed_shot_repaints_only_the_runs_that_name_it() -> None:
    async def run() -> None:
        async with staged(salt_road()) as stage:
            await stage.press("left")
            await stage.until(stage.pictured, "the pictures")
            before = stage.repaints()
            film = salt_road()
            shots = tuple(row._replace(state="review") if row.id == "S108" else row for row in film.shots)
            stage.desk.becomes(film._replace(shots=shots))
            await stage.until(lambda: stage.text().count(" for review") == 2)
            assert stage.repaints() - before == 2  # a cell of the chain, the state in the takes

    asyncio.run(run())


def test_a_half_saved_file_is_named_and_the_last_good_film_stays() -> None:
    async def run() -> None:
        async with staged(salt_road()) as stage:
            stage.desk.fault = BadInput("unknown key 'moood'", where="shots/harbour.toml:12", nearest="mood")
            stage.desk.touch()
            await stage.until(lambda: "shots/harbour.toml:12: unknown key 'moood'" in stage.text())
            assert "Harbour" in stage.text()
            stage.desk.fault = None
            stage.desk.touch()
            await stage.until(lambda: "moood" not in stage.text())

    asyncio.run(run())


def test_faults_that_come_with_a_reading_are_named() -> None:
    faults = (FaultRow("film.json", 3, "unknown key 'fpz'", "fps"), FaultRow("script.md", 0, "not UTF-8", ""))
    text = shown(salt_road()._replace(faults=faults), (120, 36))
    assert "film.json:3: unknown key 'fpz' (did you mean 'fps'?)  and 1 more" in text.replace(
        "'?) and", "'?)  and"
    )


def test_a_window_that_changes_its_size_is_drawn_for_the_new_one() -> None:
    async def run() -> None:
        async with staged(salt_road(), (120, 36)) as stage:
            for size in ((80, 24), (40, 12), (200, 60), (120, 36)):
                await stage.pilot.resize_terminal(*size)
                await stage.until(lambda rows=size[1]: len(stage.text().split("\n")) == rows, f"{size}")
            await stage.until(stage.pictured, "the pictures")
            await stage.until(lambda: says_file(stage.text(), "salt_road_120x36"), "the board as it was")

    asyncio.run(run())
