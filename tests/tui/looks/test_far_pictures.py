"""Pictures over a line that may be thin: row by row, and never in the way of a key."""

from __future__ import annotations

import asyncio

from tests.tui.films import salt_road
from tests.tui.stage import Stage, staged


def rows_shown(stage: Stage) -> int:
    return sum("▀" in row or "▄" in row for row in stage.text().split("\n"))


def test_a_far_picture_comes_row_by_row_and_is_whole_in_the_end() -> None:
    async def run() -> None:
        async with staged(salt_road()) as near:
            await near.until(near.pictured, "the pictures")
            whole = rows_shown(near)
        async with staged(salt_road(), far=True) as stage:
            seen: set[int] = set()

            def all_there() -> bool:
                seen.add(rows_shown(stage))
                return rows_shown(stage) == whole and stage.board._reveal is None

            await stage.until(all_there, "the last row")
            assert len(seen) > 2, "it came at once"

    asyncio.run(run())


def test_a_key_stops_the_picture_that_is_coming() -> None:
    async def run() -> None:
        async with staged(salt_road(), far=True) as stage:
            await stage.until(lambda: stage.board._reveal is not None, "the first row")
            await stage.press("j")
            assert stage.board._reveal is None
            assert not stage.board._coming

    asyncio.run(run())
