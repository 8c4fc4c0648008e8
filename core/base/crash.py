"""Crash points have names. A drill stops the process dead at one of them.

Product code calls `reach("take.intent.after")`; nothing happens unless a hook is set or
`RUSHES_CRASH_AT=name[:nth]` is in the environment, which kills this process by SIGKILL there.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable

ENV = "RUSHES_CRASH_AT"

hook: Callable[[str], None] | None = None
"""Called with each point's name; tests set it, and whatever it raises goes through."""


class _Drill:
    """Counts down to the point named in the environment."""

    def __init__(self, order: str) -> None:
        name, _, nth = order.partition(":")
        self.name = name
        self.left = int(nth) if nth.isdigit() else 1

    def __call__(self, point: str) -> None:
        if point == self.name:
            self.left -= 1
            if self.left <= 0:
                os.kill(os.getpid(), signal.SIGKILL)


if os.environ.get(ENV):
    hook = _Drill(os.environ[ENV])


def reach(point: str) -> None:
    """Says that the named point is reached."""
    if hook is not None:
        hook(point)
