"""`python -m benchmarks [NAME ...]`: runs all, or the named ones; exit 1 where a limit is missed.

`board-quick` is the board's with fewer counts, for whoever is at work on it; it is run only by its name.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

from benchmarks import engine, media, status
from benchmarks.board import bench as board
from benchmarks.report import Row, show

ALL: dict[str, Callable[[], list[Row]]] = {
    "status": status.run,
    "engine": engine.run,
    "media": media.run,
    "board": board.run,
}
NAMED = {**ALL, "board-quick": board.quick}


def main(names: list[str]) -> int:
    missed = 0
    for name in names or list(ALL):
        if name not in NAMED:
            print(f"no benchmark '{name}': there is {', '.join(NAMED)}", file=sys.stderr)
            return 2
        rows = NAMED[name]()
        show(name, rows)
        missed += sum(not row.met for row in rows)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
