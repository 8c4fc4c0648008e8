"""`python -m benchmarks [NAME ...]`: runs all, or the named ones; exit 1 where a limit is missed."""

from __future__ import annotations

import sys
from collections.abc import Callable

from benchmarks import engine, media, status
from benchmarks.report import Row, show

ALL: dict[str, Callable[[], list[Row]]] = {"status": status.run, "engine": engine.run, "media": media.run}


def main(names: list[str]) -> int:
    missed = 0
    for name in names or list(ALL):
        if name not in ALL:
            print(f"no benchmark '{name}': there is {', '.join(ALL)}", file=sys.stderr)
            return 2
        rows = ALL[name]()
        show(name, rows)
        missed += sum(not row.met for row in rows)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
