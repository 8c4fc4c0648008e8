"""A film without a shot says what to do first."""

from __future__ import annotations

import pytest

from tests.tui.films import empty_film
from tests.tui.stage import Stage, play


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 60)])
def test_a_film_without_a_shot_names_the_first_steps_at_every_size(size: tuple[int, int]) -> None:
    async def scene(stage: Stage) -> None:
        steps = ("README.md", "rushes check", "the doctor", "orders the first takes", "rushes demo")
        for said in ("shots/<chain>.toml", *steps):
            assert stage.text().count(said) == 1, (said, stage.text())

    play(scene, empty_film(), size)
