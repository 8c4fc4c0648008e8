"""The warmed parent: imports everything once, then forks every process of every night.

    python -m tests.faults.stable FOLDER < scenes > results

One scene a line in, one result a line out, JSON. The house is its first fork.
"""

from __future__ import annotations

import gc
import json
import logging
import os
import shutil
import sys
from dataclasses import asdict
from pathlib import Path

from core.engine import orders
from core.engine.orders import Scope
from core.film.load import load_plan
from tests.faults.adapter import new_key
from tests.faults.common import LIMIT, ROOMY, Scene, Shared, SharedClock
from tests.faults.house import serve
from tests.faults.night import Night
from tests.faults.worker import Yard, work
from tests.support.films import shots, write_film

CHAINS = {"a": shots("A", 2), "b": shots("B", 1)}


def prepare(folder: Path) -> Yard:
    """A film, its ledgers with their orders placed in `stock`, and the house at its address."""
    shared = Shared()
    base = _open_house(shared)
    root = write_film(
        folder / "film",
        CHAINS,
        defaults={"establisher": {"provider": "house", "model": "house-1"}},
        poll_seconds=5.0,
    )
    shared[LIMIT] = ROOMY
    yard = Yard(shared, SharedClock(shared), root, load_plan(root), base, new_key())
    (folder / "stock").mkdir()
    (folder / "scratch").mkdir()
    for name, scope in (("two", Scope(chain="a")), ("three", Scope())):
        home = folder / name
        p = yard.open(home, Scene())
        orders.place(p, scope)
        p.reader.close()
        p.ledger.close()
        yard.ledger(home).rename(folder / "stock" / f"{name}.db")
    return yard


def warm(yard: Yard, folder: Path) -> None:
    """One night without a death, here and now: what is imported or compiled late is so before the forks."""
    home = folder / "warm"
    Night(yard, folder / "stock", home, folder / "scratch", Scene()).begin()
    p = yard.open(home, Scene())
    work(p, Scene())
    p.reader.close()
    p.ledger.close()
    shutil.rmtree(home)


def _open_house(shared: Shared) -> str:
    told, tell = os.pipe()
    end, keep = os.pipe()
    if not os.fork():
        os.close(told)
        os.close(keep)  # when the parent is gone, the pipe ends, and so does the house
        serve(shared, lambda base: _tell(tell, base), end)
        os._exit(0)
    os.close(tell)
    os.close(end)
    with os.fdopen(told) as pipe:
        return pipe.read().strip()


def _tell(handle: int, words: str) -> None:
    os.write(handle, words.encode())
    os.close(handle)


def main(folder: Path) -> None:
    logging.disable(logging.CRITICAL)  # what a worker logs is looked at where the key is hunted
    folder.mkdir(parents=True)
    yard = prepare(folder)
    warm(yard, folder)
    gc.collect()
    gc.freeze()  # else every fork copies what the collector touches
    for number, line in enumerate(sys.stdin):
        scene = Scene.of(json.loads(line))
        ran = Night(yard, folder / "stock", folder / f"night{number}", folder / "scratch", scene).play()
        print(json.dumps(asdict(ran)), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
