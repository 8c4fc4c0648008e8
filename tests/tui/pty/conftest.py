"""A film of three shots, and a person before it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.tui.pty.house import House, house
from tests.tui.real_film import RealFilm, real_film


@dataclass
class Set:
    film: RealFilm
    house: House


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Set]:
    (tmp_path / "film").mkdir()
    film = real_film(tmp_path / "film")
    yield Set(film, house(film.root, tmp_path / "person"))
    film.ledger.close()
