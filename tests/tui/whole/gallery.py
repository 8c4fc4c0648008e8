"""The whole dashboard on data that stands still: a desk with every page, and the way to each screen.

Ages are data of the pages, moments are UTC, and the time zone is fixed by `conftest`: nothing here
reads a clock.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, NamedTuple

from core.base.settings import BoardSettings
from core.studio.pages import seam
from core.studio.pages.card import CardPage
from core.studio.pages.diary import DiaryPage
from core.studio.pages.doctor import Check, DoctorPage
from core.studio.pages.markdown import read_text, searched
from core.studio.pages.seam import Alike, Measured
from core.studio.places import Places
from core.studio.rows import Glance
from tests.tui.desk_pages import card_page, gaps_page, money_page
from tests.tui.failures_film import catalogue
from tests.tui.fake_desk import FakeDesk, _function
from tests.tui.films import salt_road
from tests.tui.review.pages import full_page, full_seam
from tests.tui.stage import Stage
from tests.tui.test_matrix_page import salt_sight
from tui import keymap
from tui.app import BoardApp
from tui.bridge import Still
from tui.screens.cursor import Cursor
from tui.screens.pictured import PicturedScreen
from tui.screens.review_view import ReviewView
from tui.theme import Look
from tui.widgets.picture import Frame

SIZES = ((80, 24), (120, 36), (200, 60))
FRAMES = tuple(keymap.screens())
"""Every screen of the frame, as the table of keys names them."""

DIARY = """\
# SALT ROAD

## Numbers

| shot | takes | cost | what it took |
|---|---:|---:|---|
| S101 | 4 | $3.04 | the lamp stays lit, **third** light |
| S106 | 3 | $2.28 | the coat was green once; `seed 803` mended it |
| S205 | 1 | $0.76 held | no reply within 120 s |

## What was turned round

- [x] Every plate is drawn first.
- [ ] The night road waits for the song.
  - Cem asks the archive.

1. Harbour
2. Salt pan

> It holds, and the light is right.

```
rushes run --chain harbour
```

---

The ferry came late, and so did we; what was shot before noon is *kept* as it is, for the water was
never again so still.
"""


def doctor_page() -> DoctorPage:
    rows = (
        Check("film.json:3", "error", "unknown key 'fpz'", "did you mean 'fps'?"),
        Check(
            "key of fal",
            "warning",
            "blocked by its provider",
            "go, or `rushes resume`: it asks the provider first, for free",
        ),
        Check("disk", "ok", "41 GB free in /films/salt-road", ""),
        Check("ledger", "ok", "whole: 2,345 bookings, 1,204 events", ""),
        Check("encoder", "ok", "ffmpeg 7.1 makes H.264 and ProRes", ""),
    )
    return DoctorPage(rows, whole=True)


def diary_page(text: str = DIARY) -> DiaryPage:
    read = read_text(text)
    words = tuple(map(searched, read.blocks))
    path = "/films/salt-road/diary.md"
    return DiaryPage(Places(Path("/films/salt-road")), path, read.blocks, read.tables, words, True, True, "")


NOTHING_NEW = card_page()._replace(
    landed=(), failures=(), pauses=(), settled=(), doubts=(), verdicts=(), suggestions=(), waiting=()
)


class FullDesk(FakeDesk):
    """Has every page; the matrix is read for real, from the glance."""

    def __init__(self, glance: Glance | None = None, card: CardPage = NOTHING_NEW) -> None:
        super().__init__(glance or salt_road(), Path("/nonexistent"))
        self.pages = {
            "card": card,
            "diary": diary_page(),
            "doctor": doctor_page(),
            "failures": catalogue(),
            "gaps": gaps_page(),
            "money": money_page(),
            "review": full_page(),
            "seam": full_seam(),
        }

    def read(self, page: Callable[[Any], Any]) -> Any:
        called = _function(page)
        if called is seam.measured:
            pairs = page.keywords["pairs"]  # type: ignore[attr-defined]
            return Measured(tuple(Alike(left, right, 0.94, (120.0, 96.0)) for left, right in pairs))
        if called.__module__.endswith(".matrix"):
            return page(salt_sight()._replace(glance=self.now))
        return super().read(page)


@asynccontextmanager
async def opened(desk: FullDesk, size: tuple[int, int] = (120, 36), **board: Any) -> AsyncIterator[Stage]:
    app = BoardApp(desk, Look(), BoardSettings(**board))
    async with app.run_test(size=size) as pilot:
        stage = Stage(app, desk, pilot)
        await stage.until(lambda: app.board.glance is not None and app.shared.categories, "the first reading")
        await stage.quiet()
        yield stage


async def go_to(stage: Stage, name: str, cursor: Cursor | None = None) -> None:
    """To a screen by its key, and until its page is drawn."""
    if cursor is not None:
        stage.app.shared.cursor = cursor
    if name != stage.app.frame.NAME:
        await stage.press(keymap.action(name).keys)
    else:
        stage.app.frame.redraw()
    await stage.until(lambda: there(stage, name), f"the screen {name}")


def there(stage: Stage, name: str) -> bool:
    frame = stage.app.frame
    if name != frame.NAME or frame._reading:
        return False
    return name == "board" or frame._page is not None


class Scene(NamedTuple):
    """One thing to look at."""

    screen: str = "board"
    keys: tuple[str, ...] = ()
    """Pressed once the screen is there."""
    leave: tuple[str, ...] = ()
    """Pressed afterwards: the next scene begins from a clean screen."""
    shot: str = "S106"


SCENES = {
    "board": Scene(),
    "question": Scene(keys=("x",), leave=("n",)),
    "form": Scene(keys=("f", "c"), leave=("escape",)),
    "palette": Scene(keys=("colon", "t", "a"), leave=("escape",)),
    "help": Scene(keys=("question_mark",), leave=("escape",)),
    "review": Scene("review"),
    "seam": Scene("review", keys=("z",), leave=("z",), shot="S105"),
    "matrix": Scene("matrix"),
    "money": Scene("money"),
    "failures": Scene("failures"),
    "gaps": Scene("gaps"),
    "diary": Scene("diary"),
    "doctor": Scene("doctor"),
}
"""In the order they are visited. The card comes first, by itself."""


async def enter(stage: Stage, scene: Scene) -> None:
    await go_to(stage, scene.screen, Cursor(scene.shot))
    await stage.press(*scene.keys)
    await still(stage)


def pictured(stage: Stage) -> bool:
    """Whether every frame that is wanted is drawn and measured, and nothing is being read."""
    frame: Any = stage.app.frame
    if frame._reading or (isinstance(frame, ReviewView) and frame._unmeasured()):
        return False
    if not isinstance(frame, PicturedScreen) or not frame.picture_rooms():
        return True
    drawn = (_drawn(frame._frames[name], *wanted) for name, wanted in frame._wanted.items())
    return bool(frame._wanted) and all(drawn)


def _drawn(frame: Frame, wanted: Still, caption: str) -> bool:
    """Whether the picture is the one that is wanted now, and wholly shown."""
    size = (frame._drawn.cols, frame._drawn.rows)
    fits = size == (wanted.wish.cols, wanted.wish.rows) and frame._caption == caption
    return fits and frame._shown == len(frame._rows)


async def still(stage: Stage) -> None:
    """Until every picture is there and nothing moves: panels are laid out a turn after a key."""
    await stage.until(lambda: pictured(stage), "the pictures")
    text = ""
    while text != stage.text() or not pictured(stage):
        text = stage.text()
        await asyncio.sleep(0.02)
        await stage.quiet()
