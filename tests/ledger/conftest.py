"""A ledger of its own for each test, closed at its end."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from core.ledger.append import Ledger
from core.ledger.views import Reader
from tests.support.fakes import MovingClock

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the ledger will lie; nothing is there yet."""
    return tmp_path / "film" / ".rushes" / "ledger.db"


@pytest.fixture
def ledger(path: Path) -> Iterator[Ledger]:
    made = Ledger(path, MovingClock())
    yield made
    made.close()


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that somebody without rights can look into: pytest's own are shut."""
    folder = Path(tempfile.mkdtemp(prefix="rushes-"))
    folder.chmod(0o755)
    yield folder
    folder.chmod(0o755)
    shutil.rmtree(folder)


@pytest.fixture
def reader(ledger: Ledger) -> Iterator[Reader]:
    made = Reader(ledger.path)
    yield made
    made.close()
