"""`rushes` with a watch on its event loop: every turn longer than a few ms, told when it ends.

`BENCH_TURNS` names the file: JSON rows of [moment it began, seconds by the clock, seconds of the loop's
own processor time, what ran].
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

from tui.cli import main

TELL_S = 0.004


def watch(turns: list[tuple[float, float, float, str]]) -> None:
    """Times each callback that an event loop runs, from now on."""
    run = asyncio.Handle._run

    def timed(self: asyncio.Handle) -> None:
        began, own = time.monotonic(), time.thread_time()
        run(self)
        took = time.monotonic() - began
        if took >= TELL_S:
            turns.append((began, took, time.thread_time() - own, _name(self)))

    asyncio.Handle._run = timed  # type: ignore[method-assign]


def _name(handle: Any) -> str:
    owner = getattr(handle._callback, "__self__", None)
    if isinstance(owner, asyncio.Task):
        return f"{owner.get_name()} {getattr(owner.get_coro(), '__qualname__', '')}"
    return repr(handle._callback)[:80]


if __name__ == "__main__":
    found: list[tuple[float, float, float, str]] = []
    watch(found)
    try:
        code = main()
    finally:
        Path(os.environ["BENCH_TURNS"]).write_text(json.dumps(found), "utf-8")
    sys.exit(code)
