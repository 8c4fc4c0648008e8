"""What the engine itself costs a shot: instant provider, clips without video."""

from __future__ import annotations

import shutil
import tempfile
import time
from pathlib import Path

from benchmarks.report import Row
from core.engine.chain import ChainRunner
from core.engine.orders import Scope, place
from tests.support.films import production, shots, write_film

LIMIT = 1.3
MEMORY = Path("/dev/shm")  # noqa: S108 - a memory disk, each run in a folder of its own


def run() -> list[Row]:
    where = MEMORY if MEMORY.is_dir() else None
    small = per_shot(1_000, where)
    large = per_shot(10_000, where)
    disk = per_shot(1_000, None)
    kind = "memory disk" if where else "disk: no memory disk here"
    return [
        Row(f"engine, 1,000 shots ({kind})", f"{small * 1000:.2f} ms a shot"),
        Row("engine, 10,000 shots, against 1,000", f"{large * 1000:.2f} ms a shot", large / small, LIMIT),
        Row("engine, 1,000 shots on disk, against memory", f"{disk * 1000:.2f} ms a shot", disk / small),
    ]


def per_shot(count: int, where: Path | None) -> float:
    """Seconds a shot, from the first request to the last take before a person."""
    root = Path(tempfile.mkdtemp(dir=where))
    try:
        write_film(root, {"a": shots("A", count)}, review={"policy": "end"})
        p = production(root)
        place(p, Scope())
        began = time.perf_counter()
        ChainRunner(p, "a", lambda: False).run()
        took = time.perf_counter() - began
        assert p.reader.count_in("a", "review") == count
        p.reader.close()
        p.ledger.close()
        return took / count
    finally:
        shutil.rmtree(root)
