"""A film on fakes with the real encoder and decoders, and small clips to bring."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from core.base import crash
from core.base.units import Money
from core.desk import rescue
from core.engine.clips import MediaClips
from core.engine.imports import Landed
from core.media.ffmpeg import Ffmpeg, find_ffmpeg, input_args
from tests.fakes.clips import clip_bytes
from tests.support.films import shots
from tests.support.stage import ADA, Stage, stages


@dataclass
class Bin:
    """Where a person keeps what was made elsewhere."""

    folder: Path

    def clip(self, name: str = "relit.mp4", frames: int = 24, width: int = 320, height: int = 180) -> Path:
        """Of the film's size, rate and length unless told."""
        file = self.folder / name
        file.write_bytes(clip_bytes(frames, width, height))
        return file

    def remade(self, name: str, *args: str) -> Path:
        """Such a clip through ffmpeg."""
        source, out = self.clip("source.mp4"), self.folder / name
        Ffmpeg(find_ffmpeg()).run(["-y", *input_args(source), *args, str(out)], timeout_s=60)
        return out


Bring = Callable[..., Landed]


@pytest.fixture
def bin_(tmp_path: Path) -> Bin:
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    return Bin(folder)


@pytest.fixture
def film() -> Iterator[Callable[..., Stage]]:
    """Builds a film of three shots in chain `a`; real clips are measured for real."""
    with stages() as build:
        yield lambda **more: build({"a": shots("A", 3)}, clips=MediaClips(), **more)


@pytest.fixture
def stage(film: Callable[..., Stage]) -> Stage:
    return film()


@pytest.fixture
def bring() -> Bring:
    def bringing(
        stage: Stage, shot: str, file: Path, approach: str = "elsewhere", cost: str | None = None, **more: str
    ) -> Landed:
        paid = Money.parse(cost) if cost is not None else None
        return rescue.bring(stage.p, rescue.Footage(shot, file, approach, cost=paid, **more), ADA)

    return bringing


@pytest.fixture(autouse=True)
def _no_drill_is_left() -> Iterator[None]:
    yield
    crash.hook = None
