"""The free provider in the contract suite: no network, its jobs are folders."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import Any

from core.providers.animatic.child import DONE, run_job
from core.providers.animatic.provider import Animatic
from core.providers.base import Picture, Reconcile, VideoRequest
from tests.providers.cases import Case, Rig, picture, video_request
from tests.support.fakes import MovingClock


def _raw(frames: Iterator[Any], _spec: Any, path: Path) -> None:
    with path.open("wb") as out:
        for frame in frames:
            out.write(frame.tobytes())


def _request(n: int, plate: Picture) -> VideoRequest:
    small = {"frames": 3, "fps": Fraction(24), "width": 64, "height": 36}
    return video_request(n, "", plate=plate, **small)


@contextmanager
def _make(folder: Path) -> Iterator[Rig]:
    jobs, plate = folder / "jobs", picture(folder, "plate")

    def finish(job_id: str) -> None:
        assert run_job(jobs / job_id, _raw) == DONE

    yield Rig(
        Animatic(jobs, lambda job: None, MovingClock()),
        lambda n: _request(n, plate),
        finish=finish,
        level=Reconcile.IDEMPOTENT,
    )


CASES = [Case("animatic", _make, http=False)]
