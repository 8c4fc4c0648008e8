"""A real film with takes to judge, a real desk on it, and a person with a name."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.base.clock import SystemClock
from core.ledger.append import Ledger
from core.studio.desk import StudioDesk
from tests.tui.real_film import RealFilm
from tests.tui.review.reviewed_film import reviewed_film


@pytest.fixture(autouse=True)
def own_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where one was is kept for each film: not from one test to the next."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The film as every test finds it: made once, copied for each."""
    root = tmp_path_factory.mktemp("review") / "film"
    reviewed_film(root).ledger.close()
    return root


@pytest.fixture
def film(template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[RealFilm]:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    monkeypatch.setenv("GIT_CONFIG_SYSTEM", "/dev/null")
    settings = tmp_path / "config" / "rushes" / "settings.toml"
    settings.parent.mkdir(parents=True)
    settings.write_text('name = "Ada"\nrole = "director"\n')
    root = tmp_path / "film"
    shutil.copytree(template, root)
    made = RealFilm(root, Ledger(root / ".rushes" / "ledger.db", SystemClock()))
    yield made
    made.ledger.close()


@pytest.fixture
def desk(film: RealFilm) -> Iterator[StudioDesk]:
    made = StudioDesk(film.places)
    yield made
    made.close()
