"""`status --json` against a bare interpreter, on a film of 1,000 and of 10,000 shots."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from sqlalchemy import text

from benchmarks.report import Row
from core.engine.orders import Scope, place
from core.studio.places import Places
from tests.support.films import production, shots, write_film

RUNS = 15
# As it is installed: with compiled modules beside the sources, which some build machines switch off.
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
LIMIT = 8.0
BEGUN_FROM = (
    "UPDATE take SET source_take="
    "(SELECT t.id FROM take t WHERE t.chain=take.chain AND t.position=take.position-1)"
)
"""Each take began from the one before: nothing is stale."""


def run() -> list[Row]:
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for count in (1_000, 10_000):
            root = Path(folder) / str(count)
            root.mkdir()
            made_film(root, count)
            rows += _timed(root, count, limit=LIMIT if count == 1_000 else None)
    return rows


def made_film(root: Path, count: int) -> None:
    """`count` shots in 20 chains, each with one take before a person."""
    write_film(root, {f"c{n:02d}": shots(f"C{n:02d}x", count // 20) for n in range(20)})
    p = production(root)
    place(p, Scope())
    with p.ledger.write() as w:
        w.run(text("UPDATE take SET state='review', sha='x', first_sha='y', last_sha='z'"))
        w.run(text(BEGUN_FROM))
    p.reader.close()
    p.ledger.close()


def _timed(root: Path, count: int, limit: float | None) -> list[Row]:
    argv = [str(Path(sys.executable).with_name("rushes")), "status", "--json", "--film", str(root)]
    _once([argv[0], "--help"])  # compiles what it imports, once
    cold = _once(argv)  # no plan snapshot yet: the files are parsed
    ours, bare = [], []
    for _ in range(RUNS):
        ours.append(_once(argv))
        bare.append(_once([sys.executable, "-c", "pass"]))
    Places(root).plan_cache.unlink()
    parsed = min(cold, _once(argv))
    name = f"status --json, {count:,} shots in 20 chains"
    return [
        Row(f"{name}, against python3 -c pass", _ms(min(ours)), min(ours) / min(bare), limit),
        Row(f"{name}, plan parsed cold", _ms(parsed), parsed / min(bare)),
    ]


def _once(argv: list[str]) -> float:
    began = time.perf_counter()
    subprocess.run(argv, stdout=subprocess.DEVNULL, check=True, env=ENVIRONMENT)
    return time.perf_counter() - began


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.1f} ms"
