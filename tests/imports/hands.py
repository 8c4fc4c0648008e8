"""What the tests of imports share: a provider of real pictures, and death at a named point."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import Any

from core.base import crash
from tests.fakes.clips import clip_bytes
from tests.support.fakes import FakeProvider


class Real(FakeProvider):
    """Fetches clips that can be decoded, each with bytes of its own."""

    def fetch(self, job_id: str, status: Any, into: Path) -> Any:
        fetched = super().fetch(job_id, status, into)
        data = clip_bytes(24, 320, 180) + b"\x00\x00\x00\x10free" + job_id.encode().ljust(8)[:8]
        fetched.path.write_bytes(data)
        return type(fetched)(fetched.path, sha256(data).hexdigest(), len(data))


class Died(BaseException):
    """Dead at a named point."""


def die_at(point: str) -> None:
    def reached(name: str) -> None:
        if name == point:
            crash.hook = None
            raise Died

    crash.hook = reached
