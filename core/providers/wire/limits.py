"""The times of one request, how far it came, and what it died of."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Limits:
    """Real seconds: a socket waits for no other clock."""

    deadline_s: float
    """For all of it: name, connection, request, reply to its last byte."""
    read_s: float
    """For one silence."""
    began: float = field(default_factory=time.monotonic)
    sent: bool = False
    """Whether the request itself began to leave; a proxy's CONNECT is not the request."""

    def left(self) -> float:
        return self.began + self.deadline_s - time.monotonic()

    def within(self, seconds: float | None, late: type[Exception]) -> float:
        """The shorter of a timeout and what is left. Raises `late` where nothing is."""
        left = self.left()
        if left <= 0:
            raise late(f"not done within {self.deadline_s:g} s")
        return left if seconds is None else min(seconds, left)

    def trace(self, event: str, info: Mapping[str, Any]) -> None:
        """httpcore tells each step; the one that writes the request's head ends all proof of absence."""
        if event.endswith(".send_request_headers.started"):
            self.sent = self.sent or getattr(info.get("request"), "method", b"") != b"CONNECT"


class Broken(Exception):
    """A request that got no whole reply. `why` may hold what a server said: show it redacted."""

    def __init__(self, why: str, *, slow: bool = False, final: bool = False) -> None:
        super().__init__(why)
        self.why = why
        self.slow = slow
        """It ran out of time."""
        self.final = final
        """It would end the same way again: the name leads where it must not."""
