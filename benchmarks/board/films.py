"""Films the board is measured on: 62 shots in the middle of a production, and 10,000."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from PIL import Image
from sqlalchemy import text

from benchmarks.status import BEGUN_FROM, made_film
from core.base.clock import stamp
from core.engine.orders import Scope, place
from tests.support.films import production, shots, write_film

LARGE = 10_000
CHAINS = {"harbour": 16, "pans": 16, "night": 15, "return": 15}
"""62 shots."""
SHOT_ROW = re.compile(r"\b[A-Z]\w\dx\d{3}\b")
"""A shot's id as it stands on the screen, of either film."""
_AT = 7
"""Of each chain: shots before this are circled, this and the next wait for a person, the one after runs."""

_CIRCLED = "UPDATE take SET state='approved', sha='x', first_sha='y', last_sha='z' WHERE position<:at"
_BEFORE_A_PERSON = (
    "UPDATE take SET state='review', sha='x', first_sha='y', last_sha='z' WHERE position IN (:at, :at+1)"
)


def small_film(root: Path) -> Path:
    """62 shots with frames on disk; in each chain one take runs."""
    root.mkdir(parents=True)
    write_film(root, {name: shots(f"{name[:2].title()}0x", count) for name, count in CHAINS.items()})
    p = production(root)
    place(p, Scope())
    with p.ledger.write() as w:
        w.run(text(_CIRCLED).bindparams(at=_AT))
        w.run(text(_BEFORE_A_PERSON).bindparams(at=_AT))
        w.run(text("UPDATE take SET state='running' WHERE position=:at+2").bindparams(at=_AT))
        w.run(text(BEGUN_FROM))
        w.run(text("UPDATE take SET state_at=:now").bindparams(now=stamp(datetime.now(UTC))))
    for number, take in enumerate(take for take in p.reader.all_takes() if take.last_sha):
        _frames(root / "takes" / take.shot, f"{take.shot}_t{take.n:03d}", number)
    p.reader.close()
    p.ledger.close()
    return root


def large_film(root: Path) -> Path:
    """10,000 shots in 20 chains, each with one take before a person."""
    root.mkdir(parents=True)
    made_film(root, LARGE)
    return root


def _frames(folder: Path, stem: str, seed: int) -> None:
    folder.mkdir(parents=True)
    for end, shift in (("first", 0.0), ("last", 0.7)):
        Image.fromarray(_photograph(seed, shift)).save(folder / f"{stem}_{end}.png")


def _photograph(seed: int, shift: float) -> np.ndarray:
    """What half blocks find hard: soft shapes and fine grain, no two cells alike. 320x180, RGB."""
    dice = np.random.default_rng(seed)
    y, x = np.mgrid[0:180, 0:320] / 180.0
    planes = []
    for _ in range(3):
        waves = [
            a * np.sin(fx * x + fy * y + at + shift)
            for a, fx, fy, at in zip(*dice.uniform((20, 2, 2, 0), (60, 12, 12, 6), (3, 4)).T, strict=True)
        ]
        planes.append(110 + np.sum(waves, axis=0) + dice.normal(0, 6, x.shape))
    picture: np.ndarray = np.clip(np.stack(planes, axis=-1), 0, 255).astype(np.uint8)
    return picture
