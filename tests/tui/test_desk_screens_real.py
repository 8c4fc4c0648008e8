"""Money and Gaps on a real desk: what a key does stands in the ledger, and comes back to the screen."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from core.ledger import spend
from core.ledger.tables import Gate
from core.studio import tasking
from core.studio.assembly import open_film
from core.studio.desk import StudioDesk
from tests.tui.real_film import RealFilm, real_film
from tests.tui.stage import Stage
from tui.app import BoardApp
from tui.screens.gaps import GapsScreen
from tui.screens.money import MoneyScreen
from tui.theme import Look


@pytest.fixture
def film(tmp_path: Path) -> Iterator[RealFilm]:
    made = real_film(tmp_path / "film")
    yield made
    made.ledger.close()


def on_the_film(film: RealFilm, key: str, scene: Callable[[Stage], Awaitable[None]]) -> None:
    async def run() -> None:
        desk = StudioDesk(film.places)
        app = BoardApp(desk, Look())
        try:
            async with app.run_test(size=(120, 36)) as pilot:
                made: Any = desk
                stage = Stage(app, made, pilot)
                await stage.until(lambda: app.shared.glance is not None, "the first reading")
                await stage.press(key)
                await stage.until(lambda: app.frame._page is not None, "the page")
                await scene(stage)
        finally:
            desk.close()

    asyncio.run(run())


def rows(film: RealFilm, table: str) -> list[dict[str, Any]]:
    reader = film.reader()
    try:
        return reader.table(table, "ORDER BY id")
    finally:
        reader.close()


def test_a_task_added_given_and_ended_by_keys_is_in_the_ledger(film: RealFilm) -> None:
    async def scene(stage: Stage) -> None:
        screen = stage.app.frame
        assert isinstance(screen, GapsScreen)
        await stage.press("i")
        await stage.write("buy salt")
        await stage.press("enter", "enter", "enter")
        await stage.until(lambda: screen._ids("tasks") == [1], "the task")
        await stage.press("w")
        await stage.write("Ada")
        await stage.press("enter")
        await stage.until(lambda: screen._page.tasks[0].owner == "Ada", "its owner")
        await stage.press("e")
        await stage.until(lambda: screen._ids("tasks") == [], "its end")

    on_the_film(film, "G", scene)
    (task,) = rows(film, "task")
    assert (task["title"], task["owner"], task["state"]) == ("buy salt", "Ada", "done")
    kinds = [event["kind"] for event in rows(film, "event") if event["kind"].startswith("task.")]
    assert kinds == ["task.added", "task.owner", "task.done"]


def test_marked_suggestions_are_rejected_together_with_one_reason(film: RealFilm) -> None:
    made = open_film(film.places)
    for text in ("hold the lamp lower", "begin on the plate of the quay"):
        tasking.suggest(made.production, tasking.Draft(text, "shot:S102", "it drifts"))
    made.close()

    async def scene(stage: Stage) -> None:
        screen = stage.app.frame
        assert isinstance(screen, GapsScreen)
        await stage.press("tab", "space", "space", "d")
        await stage.write("not now")
        await stage.press("enter")
        await stage.until(lambda: screen._ids("suggestions") == [], "both decided")

    on_the_film(film, "G", scene)
    decided = rows(film, "suggestion_decision")
    assert [(row["suggestion_id"], row["decision"], row["why"]) for row in decided] == [
        (2, "reject", "not now"),
        (1, "reject", "not now"),
    ]
    assert {row["person"] for row in decided} == {"A Director"}


def test_what_is_uncertain_is_looked_through_on_the_real_film(film: RealFilm) -> None:
    async def scene(stage: Stage) -> None:
        screen = stage.app.frame
        assert isinstance(screen, GapsScreen)
        await stage.press("tab", "tab")
        await stage.until(lambda: screen._ids("uncertain"), "what is uncertain")
        assert "rushes" in stage.text()

    on_the_film(film, "G", scene)


def test_a_gate_answered_by_keys_keeps_who_what_and_why(film: RealFilm) -> None:
    with film.ledger.write() as w:
        w.add(Gate(kind="switch", subject="S102", question="switch of model", micro=31_000_000))

    async def scene(stage: Stage) -> None:
        screen = stage.app.frame
        assert isinstance(screen, MoneyScreen)
        while screen._section != "gates":
            await stage.press("tab")
        await stage.press("y")
        await stage.write("within the plan")
        await stage.press("enter")
        await stage.until(lambda: screen._page.gates[0].state == "approve", "the answer")
        assert "A Director" in stage.text()

    on_the_film(film, "dollar_sign", scene)
    (row,) = rows(film, "gate_decision")
    assert (row["decision"], row["person"], row["why"]) == ("approve", "A Director", "within the plan")


def test_a_doubt_written_off_from_the_money_screen_counts_as_spent(film: RealFilm) -> None:
    film.take("S103", state="in_doubt")

    async def scene(stage: Stage) -> None:
        screen = stage.app.frame
        assert isinstance(screen, MoneyScreen)
        while screen._section != "doubts":
            await stage.press("tab")
        await stage.press("s")
        await stage.until(lambda: screen.mode == "settle", "how it is settled")
        await stage.press("w", "y")
        await stage.until(lambda: not screen._page.doubts, "the settling")
        assert screen._page.charges[0].booked == "writeoff"

    on_the_film(film, "dollar_sign", scene)
    with film.ledger.write() as w:
        assert spend.balance(w, "film", "") == (0, 0, 760_000)
