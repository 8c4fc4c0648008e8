"""Hashes of files, remembered while a file's stat stands still: nothing is hashed twice.

A cache, not facts: `.rushes/cache/shas.json`, thrown away at will. A file counts as unchanged while
size, modification time, change time and inode are what they were; nobody sets a change time back.
"""

from __future__ import annotations

import json
import os
import time
from contextlib import suppress
from pathlib import Path

from core.base.paths import PART, sha256_file

FRESH_NS = 2_000_000_000
"""A file written so lately may be written once more within one tick of a coarse disk: not remembered."""


class Shas:
    """Hashes of one film's files. `keep` writes what was learnt."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._path = root / ".rushes" / "cache" / "shas.json"
        self._known: dict[str, list[object]] | None = None
        self._learnt = False

    def of(self, path: str | Path) -> str:
        """SHA-256 of a file's bytes, hex; empty where no plain file stands."""
        name = os.fspath(path)
        try:
            if not os.path.isfile(name):  # noqa: PTH113 - a pipe is never opened; pathlib costs more
                return ""
            found = os.stat(name)  # noqa: PTH116 - as above
            mark = [found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino]
            key = os.path.relpath(name, self._root)
            held = self._load().get(key)
            if held and held[:4] == mark:
                return str(held[4])
            sha = sha256_file(Path(name))
        except OSError:
            return ""
        if time.time_ns() - found.st_ctime_ns > FRESH_NS:
            self._load()[key] = [*mark, sha]
            self._learnt = True
        return sha

    def keep(self) -> None:
        """Writes what was learnt. A cache that cannot be written is no reason to stop."""
        if not self._learnt:
            return
        part = self._path.with_name(f".{self._path.name}.{os.getpid()}{PART}")
        with suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            part.write_text(json.dumps(self._known), "utf-8")
            part.replace(self._path)
            self._learnt = False
        with suppress(OSError):
            part.unlink()

    def _load(self) -> dict[str, list[object]]:
        if self._known is None:
            self._known = {}
            with suppress(OSError, ValueError):
                found = json.loads(self._path.read_text("utf-8"))
                if isinstance(found, dict):
                    self._known = {
                        name: held
                        for name, held in found.items()
                        if isinstance(held, list) and len(held) == 5
                    }
        return self._known
