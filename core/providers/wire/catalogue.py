"""What a provider said about its models, with the date it said so: a cache that may always be lost."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.base.errors import BadInput, RushesError
from core.base.jsons import read_json
from core.base.paths import write_atomic

if TYPE_CHECKING:
    from core.base.clock import Clock

MAX_BYTES = 32 << 20
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class Catalogue:
    """One JSON file a provider: `{"as_of": "2026-11-20", "data": ...}`."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self._folder = folder
        self._clock = clock

    def read(self, provider: str) -> tuple[str, Any] | None:
        """(ISO date, data); None where there is none or the file is broken."""
        found = read_json(self._path(provider), MAX_BYTES) or {}
        as_of = found.get("as_of")
        if not isinstance(as_of, str) or not _DATE.fullmatch(as_of) or "data" not in found:
            return None
        return as_of, found["data"]

    def keep(self, provider: str, data: Any) -> None:
        """Replaces what is there. A disk that cannot take it costs only the next discovery."""
        path = self._path(provider)
        entry = {"as_of": self._clock.now().date().isoformat(), "data": data}
        with suppress(RushesError, OSError, ValueError, TypeError, RecursionError):
            write_atomic(path, json.dumps(entry, allow_nan=False).encode("utf-8"))

    def _path(self, provider: str) -> Path:
        if not _NAME.fullmatch(provider):
            raise BadInput("this is not the name of a provider")
        return self._folder / f"{provider}.json"
