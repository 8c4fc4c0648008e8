"""Thousands of random keys: no exception, no rest that never comes, no money nobody agreed to."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest
from textual.events import Event as TextualEvent

from core.base.errors import BadInput, LedgerFault, WaitsForPerson
from core.film.load import load_plan
from core.studio import acts, cutting
from core.studio.desk import StudioDesk
from core.studio.pages.doctor import DoctorPage
from core.studio.pages.sight import Sight
from core.studio.places import Places
from tests.tui import desk_pages, failures_film
from tests.tui.fake_desk import FakeDesk
from tests.tui.films import HOSTILE, empty_film, hostile_film, salt_road, short_film
from tests.tui.fuzz.keys import as_event, bursts, order_of
from tests.tui.fuzz.monkey import heard, monkey
from tests.tui.real_film import real_film
from tests.tui.review import pages as review_pages
from tests.tui.test_matrix_page import salt_sight

SUMS = (760_000, 760_000, 900_000, 0, None)
FILMS = (salt_road(), salt_road(), short_film(), empty_film(), *(hostile_film(text) for text in HOSTILE))


class TillDesk(FakeDesk):
    """Refuses as the engine does, and remembers what it took money for."""

    def __init__(self, root: Path) -> None:
        super().__init__(salt_road(), root)
        self.root = root
        self.taken: list[int | None] = []
        self.pages = {
            "money": desk_pages.money_page(),
            "gaps": desk_pages.gaps_page(),
            "card": desk_pages.card_page(),
            "failures": failures_film.catalogue(30),
            "review": review_pages.full_page(),
            "seam": review_pages.full_seam(),
            "doctor": DoctorPage((), True),
        }

    def read(self, page: Callable[[Any], Any]) -> Any:
        made = page.func if hasattr(page, "func") else page  # type: ignore[union-attr]
        if made.__module__.rsplit(".", 1)[-1] in self.pages:
            return super().read(page)
        return page(Sight(Places(self.root), salt_sight().snapshot, None, self.now))

    def _pays(self, agreed: bool, most: int | None, count: int = 1) -> None:
        price = None if self.price is None else self.price * count
        if price == 0:
            return
        if not agreed or (most is not None and (price is None or price > most)):
            raise WaitsForPerson("it may cost more")
        self.taken.append(most)

    def go(self, chain: str | None, agreed: bool, most: int | None) -> str:
        said = super().go(chain, agreed, most)
        self._pays(agreed, most)
        return said

    def retake(self, shot: str, note: str, agreed: bool, most: int | None) -> str:
        said = super().retake(shot, note, agreed, most)
        self._pays(agreed, most)
        return said

    def retake_all(self, shots: tuple[str, ...], note: str, agreed: bool, most: int | None) -> str:
        said = super().retake_all(shots, note, agreed, most)
        self._pays(agreed, most, len(shots))
        return said


@pytest.fixture(autouse=True)
def nothing_outside(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No worker and no cut; a person's folders are their own. A headless board is handed to no editor."""
    for name in ("CONFIG", "STATE", "CACHE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name.lower()))
    settings = tmp_path / "config" / "rushes" / "settings.toml"
    settings.parent.mkdir(parents=True)
    settings.write_text('name = "Ada"\nrole = "director"\n', "utf-8")
    monkeypatch.setattr(acts, "see_to_worker", lambda *_: "the worker is at it")

    def no_cut(*_: object, **__: object) -> None:
        raise BadInput("no cut here")

    monkeypatch.setattr(cutting, "assemble", no_cut)


def agreed_with_its_sum(taken: list[int | None], questions: list[str]) -> None:
    """Each sum that was taken stood in a question of its own that somebody answered with yes."""
    left = list(questions)
    for most in taken:
        words = "at most $0.00" if most is None else f"at most ${most / 1e6:.2f}"
        found = next((one for one in left if words in one), None)
        assert found is not None, (most, questions)
        left.remove(found)


def shaken(desk: TillDesk, chance: Random) -> None:
    """The film, the price and the weather change by themselves."""
    roll = chance.random()
    desk.price = chance.choice(SUMS)
    if roll < 0.1:
        desk.becomes(chance.choice(FILMS))
    elif roll < 0.13:
        desk.fault = LedgerFault("the ledger is gone")
        desk.touch()
    elif roll < 0.2:
        desk.fault = None
        desk.touch()
    elif roll < 0.25:
        desk.refuse.append(BadInput("[/] no \x1b[31m"))
    elif roll < 0.28:
        desk.refuse_quote.append(BadInput("no price"))


async def fuzz_till(root: Path, seed: int, count: int, every: Callable[[int], None] = lambda _: None) -> None:
    """Now and then something with a price is asked for, and its answer met by `y` in time, early or late."""
    desk, chance = TillDesk(root), Random(seed)
    with heard() as questions:
        async with monkey(desk) as one:
            for number, burst in enumerate(bursts(seed, count)):
                shaken(desk, chance)
                if chance.random() < 0.02:
                    await one.resize(chance)
                if chance.random() < 0.25:
                    await one.press(order_of(chance))
                    await asyncio.sleep(chance.choice((0, 0.02, 0.05)))
                    shaken(desk, chance)
                    await one.press(
                        [as_event(key) for key in chance.choice((("y",), ("y", "y"), ("j", "y")))]
                    )
                await one.press(burst)
                every(number)
        agreed_with_its_sum(desk.taken, questions())
    assert desk.taken, "nothing was paid for: the test tests nothing"


@pytest.mark.parametrize("seed", [3, 5])
def test_random_keys_neither_break_the_board_nor_spend_unasked(tmp_path: Path, seed: int) -> None:
    asyncio.run(fuzz_till(tmp_path, seed, 200))


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(10, 14))
def test_twenty_thousand_random_keys_leave_no_more_behind_than_two_thousand(
    tmp_path: Path, seed: int
) -> None:
    kept: list[int] = []

    def every(number: int) -> None:
        if number % 1_000 == 999:
            gc.collect()
            kept.append(len(gc.get_objects()))

    asyncio.run(fuzz_till(tmp_path, seed, 20_000, every))
    assert kept[-1] < kept[0] * 1.5 + 20_000, kept


async def fuzz_real(root: Path, seed: int, count: int) -> None:
    film = real_film(root)
    film.ledger.close()
    desk, chance = StudioDesk(film.places), Random(seed)
    try:
        async with monkey(desk) as one:
            for burst in bursts(seed, count):
                if chance.random() < 0.02:
                    await one.resize(chance)
                await one.press(burst)
    finally:
        desk.close()
    load_plan(root)


@pytest.mark.parametrize(
    ("seed", "count"),
    [(1, 200), *(pytest.param(seed, 5_000, marks=pytest.mark.soak) for seed in range(20, 24))],
)
def test_random_keys_on_a_real_film_leave_it_whole(tmp_path: Path, seed: int, count: int) -> None:
    asyncio.run(fuzz_real(tmp_path / "film", seed, count))


def test_the_same_seed_presses_the_same_keys() -> None:
    def names(burst: list[TextualEvent]) -> list[str]:
        return [getattr(event, "key", "paste") for event in burst]

    assert [names(b) for b in bursts(3, 500)] == [names(b) for b in bursts(3, 500)]
