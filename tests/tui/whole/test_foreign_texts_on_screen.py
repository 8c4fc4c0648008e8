"""Bad texts in the running app: every screen with every page, faults, and a state file that was edited."""

from __future__ import annotations

import asyncio
import json
from collections import deque

import pytest

from core.base.errors import BadInput
from core.studio.pages.diary import DiaryPage
from core.studio.pages.doctor import Check, DoctorPage
from tests.tui.desk_pages import card_page, gaps_page, hostile, money_page
from tests.tui.failures_film import catalogue
from tests.tui.films import hostile_film
from tests.tui.review.pages import hostile_page, hostile_seam
from tests.tui.stage import Stage
from tests.tui.whole.foreign import WORST
from tests.tui.whole.gallery import FRAMES, SCENES, SIZES, FullDesk, diary_page, enter, go_to, opened, there
from tui.bridge import kept
from tui.widgets.lines import literal


def bad_desk(text: str) -> FullDesk:
    desk = FullDesk(hostile_film(text), hostile(card_page(), text))
    failed = catalogue()
    words = dict.fromkeys(("category", "broke", "cause", "workaround", "outcome", "model"), text)
    desk.pages |= {
        "diary": bad_diary(text),
        "doctor": DoctorPage((Check(text, "error", text, text),), True),
        "failures": failed._replace(rows=tuple(row._replace(**words) for row in failed.rows)),
        "gaps": hostile(gaps_page(), text),
        "money": hostile(money_page(), text),
        "review": hostile_page(text)._replace(shot=None),
        "seam": hostile_seam(text),
    }
    return desk


def bad_diary(text: str) -> DiaryPage:
    return diary_page(f"# {text}\n\n{text}\n\n| {text} |\n|---|\n| {text} |\n")


def whole(stage: Stage, size: tuple[int, int]) -> None:
    assert stage.app._exception is None
    rows = stage.text().split("\n")
    assert len(rows) == size[1]
    assert all(char.isprintable() for row in rows for char in row), rows


@pytest.mark.parametrize(
    ("size", "texts"),
    [(size, WORST[at::6]) for at, size in enumerate(SIZES)],
    ids=lambda part: f"{part[0]}x{part[1]}" if isinstance(part[0], int) else "",
)
def test_every_screen_stands_whatever_it_is_given(size: tuple[int, int], texts: tuple[str, ...]) -> None:
    async def run(text: str) -> None:
        desk = bad_desk(text)
        async with opened(desk, size, pictures="off") as stage:
            await stage.until(lambda: stage.app.shared.card is not None, "the card")
            await stage.quiet()
            whole(stage, size)
            await stage.press("escape")
            for name, scene in SCENES.items():
                await enter(stage, scene)
                whole(stage, size)
                if text.startswith("[") and name in {"board", "money", "gaps", "doctor", "diary"}:
                    assert text[:3] in stage.text(), name
                await stage.press(*scene.leave)
                assert scene.screen == stage.app.frame.NAME
            assert {call[0] for call in desk.calls} <= {"seen"}

    for text in texts:
        asyncio.run(asyncio.wait_for(run(text), 100))


def test_what_goes_wrong_is_told_in_any_words() -> None:
    async def run() -> None:
        desk = FullDesk()
        async with opened(desk, (80, 24), pictures="off") as stage:
            for text in WORST:
                told = literal(text)[:3].strip()
                await stage.press("escape")  # what was said last
                desk.fault = BadInput(text, where=text, nearest=text, todo=text)
                desk.touch()
                await stage.until(lambda: stage.app.shared.fault is not None, "the fault")
                whole(stage, (80, 24))
                assert told in stage.text()
                desk.fault = None
                desk.touch()
                await stage.until(lambda: stage.app.shared.fault is None, "the film again")
                desk.refuse = deque([BadInput(text, where=text, todo=text)])
                await stage.press("u")
                await stage.until(lambda: not desk.refuse, "the refusal")
                await stage.quiet()
                whole(stage, (80, 24))
                assert told in stage.text()

    asyncio.run(asyncio.wait_for(run(), 100))


KEPT = (
    *("\x1b[2J", "[/]", "漢字" * 2_000, "-1", "99999999999999999999", "²", "NaN", "a\nb", "\ud800"),
    *(None, 7, [], {"view": "seam"}),
)
KNOWN = ("block", "search", "view", "section", "filter", "sort", "columns", "focus", "sought", "by")


@pytest.mark.parametrize("value", KEPT[:1] + KEPT[-4:], ids=lambda value: ascii(value)[:20])
def test_a_board_starts_from_a_state_file_with_anything_in_it(value: object) -> None:
    async def run() -> None:
        desk = FullDesk()
        place = kept.place_of(desk.root, rehearsal=desk.now.rehearsal)
        place.parent.mkdir(parents=True, exist_ok=True)
        screens = {name: dict.fromkeys(KNOWN, value) for name in FRAMES}
        place.write_text(
            json.dumps({"screen": "matrix", "shot": value, "pictures": value, "screens": screens})
        )
        async with opened(desk, (80, 24), pictures="off") as stage:
            await stage.until(lambda: there(stage, "matrix"), "the screen that was kept")
            whole(stage, (80, 24))

    asyncio.run(asyncio.wait_for(run(), 100))


def test_every_screen_takes_up_what_was_kept_whatever_it_is() -> None:
    """Each text that a screen keeps is replaced, whatever it is called."""

    async def run() -> None:
        async with opened(FullDesk(), (80, 24), pictures="off") as stage:
            for name in FRAMES:
                await go_to(stage, name)
                frame = stage.app.frame
                for value in KEPT:
                    if isinstance(value, str):
                        frame.restore(dict.fromkeys((*frame.kept(), *KNOWN), value))
                        frame.want()
                        frame.redraw()
                        await stage.quiet()
                        whole(stage, (80, 24))
                frame.restore({})

    asyncio.run(asyncio.wait_for(run(), 100))
