"""Every test of the engine gets a builder of films on fakes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from core.base import crash
from tests.support.stage import Build, stages


@pytest.fixture
def build() -> Iterator[Build]:
    with stages() as builder:
        yield builder


@pytest.fixture(autouse=True)
def _no_drill_is_left() -> Iterator[None]:
    yield
    crash.hook = None
