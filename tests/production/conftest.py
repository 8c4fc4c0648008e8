"""The production of 62 shots, made once; what tests change of it, they put back."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.nights.room import at
from tests.production import making
from tests.production.crew import Crew, Walled, homes
from tests.production.story import ROLES, Story, write_film
from tests.providers.cases import fake_key
from tests.support.stage import MEMORY_DISK


@pytest.fixture(scope="module")
def story() -> Iterator[Story]:
    """From an empty folder to a delivery, by commands alone."""
    folder = Path(tempfile.mkdtemp(prefix="rushes-62-", dir=MEMORY_DISK if MEMORY_DISK.is_dir() else None))
    elsewhere = folder / "elsewhere"
    elsewhere.mkdir()
    write_film(folder / "film")
    with Walled(fake_key("sk-or-v1-")) as server:
        made = Story(Crew(folder / "film", {**homes(folder), **at(server)}, ROLES))
        making.prepare(made)
        making.shoot(made, server)
        making.struggle(made, elsewhere)
        making.drift(made)
        making.review(made, elsewhere)
        making.talk(made)
        making.finish(made)
        yield made
    shutil.rmtree(folder, ignore_errors=True)
