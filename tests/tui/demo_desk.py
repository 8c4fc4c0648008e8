"""The board on invented data, to look at.

`python tests/tui/demo_desk.py [salt|short|empty] [--ascii]`
"""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent


def main() -> int:
    sys.path.insert(0, str(HERE.parents[1]))
    from tests.tui.fake_desk import FakeDesk
    from tests.tui.films import empty_film, salt_road, short_film
    from tui.opening import run_board

    films = {"salt": salt_road, "short": short_film, "empty": empty_film}
    names = [word for word in sys.argv[1:] if word in films]
    film = films[names[0] if names else "salt"]()
    return run_board(FakeDesk(film, HERE), ascii_signs="--ascii" in sys.argv or None)


if __name__ == "__main__":
    sys.exit(main())
