"""Fakes, rooms on a memory disk, and keys made on the spot."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.nights.brisk import ArkNight, ReplicateNight, RouterNight
from tests.nights.room import Room, at
from tests.providers.cases import fake_key
from tests.support.stage import MEMORY_DISK

Open = Callable[..., Room]


@pytest.fixture
def shelf(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder on a memory disk where there is one, with this user's settings and state below it."""
    folder = Path(tempfile.mkdtemp(prefix="rushes-night-", dir=MEMORY_DISK if MEMORY_DISK.is_dir() else None))
    for name in ("config", "state", "cache"):
        monkeypatch.setenv(f"XDG_{name.upper()}_HOME", str(folder / name))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def router(shelf: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[RouterNight]:
    with RouterNight(fake_key("sk-or-v1-")) as server:
        _lead(monkeypatch, at(server))
        yield server


@pytest.fixture
def replicate(shelf: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ReplicateNight]:
    with ReplicateNight(fake_key("r8_")) as server:
        _lead(monkeypatch, at(server))
        yield server


@pytest.fixture
def ark(shelf: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ArkNight]:
    with ArkNight(fake_key("ark-")) as server:
        _lead(monkeypatch, at(server))
        yield server


def _lead(monkeypatch: pytest.MonkeyPatch, environment: dict[str, str]) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def open_room() -> Iterator[Open]:
    """Opens films; the environment must lead to the fakes by then."""
    with ExitStack() as open_ones:

        def build(root: Path, **more: object) -> Room:
            room = Room(root, **more)  # type: ignore[arg-type]
            open_ones.callback(room.close)
            return room

        yield build
