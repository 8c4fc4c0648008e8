"""`python -m project_template.plates DIR`: draws the plates and prints their hashes for board.toml."""

from __future__ import annotations

import sys
from pathlib import Path

from project_template.plates.draw import write_all


def main(arguments: list[str]) -> int:
    if len(arguments) != 1 or arguments[0].startswith("-"):
        sys.stderr.write("usage: python -m project_template.plates DIR\n")
        return 2
    for path, sha in write_all(Path(arguments[0])):
        sys.stdout.write(f"{sha}  {path}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
