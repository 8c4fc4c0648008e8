"""What reached the disk before what left: the order of one process's writes, syncs, renames and sends.

Read from `strace -ff -y`: one file a thread, so the lines stand in their order.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

CALLS = "write,writev,pwrite64,pwritev,fsync,fdatasync,rename,renameat,renameat2,link,linkat,sendto,sendmsg"
_CALL = re.compile(r"(?P<call>\w+)\((?P<args>.*)\)\s+= (?P<result>-?\d+)")
_HANDLE = re.compile(r"\d+<(?P<path>[^>]*)>")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')
_BOOKS = ("ledger.db", "ledger.db-journal", "book.db", "book.db-journal")


@dataclass
class Order:
    """Walks one thread's calls and says what came too early."""

    broken: list[str] = field(default_factory=list)
    posts: int = 0
    renames: int = 0
    commits: int = 0
    _dirty: set[Path] = field(default_factory=set)
    """Files written, and folders with a new name in them, that nobody has synced."""
    _synced: bool = False
    """Whether the ledger was synced since the last paid request."""

    def walk(self, lines: Iterable[str]) -> Order:
        for call, args in _calls(lines):
            self._one(call, args)
        return self

    def _one(self, call: str, args: str) -> None:
        handle = _HANDLE.match(args)
        path = Path(handle["path"]) if handle else None
        if call in ("fsync", "fdatasync") and path:
            self._dirty.discard(path)
            self._synced = self._synced or path.name == "ledger.db"
        elif call in ("write", "writev", "pwrite64", "pwritev") and path and path.is_absolute():
            self._write(path)
        elif call.startswith(("rename", "link")):
            self._rename(*(Path(name) for name in _QUOTED.findall(args)[-2:]))
        elif call in ("sendto", "sendmsg") and '"POST ' in args:
            self._post()

    def _write(self, path: Path) -> None:
        if path.name == "ledger.db":
            self.commits += 1
            late = [one.name for one in self._dirty if {"takes", "outcomes"} & {*one.parts}]
            if late:
                self.broken.append(f"the ledger moved before {', '.join(sorted(late))} was on disk")
        if path.suffix != ".lock":
            self._dirty.add(path)

    def _rename(self, source: Path, target: Path) -> None:
        self.renames += 1
        if source in self._dirty:
            self.broken.append(f"{source.name} got its name before its bytes were on disk")
        self._dirty.discard(source)
        self._dirty.add(target.parent)

    def _post(self) -> None:
        self.posts += 1
        unsynced = sorted(one.name for one in self._dirty if one.name in _BOOKS)
        if unsynced:
            self.broken.append(f"paid request {self.posts} left before {', '.join(unsynced)} was on disk")
        if not self._synced:
            self.broken.append(f"paid request {self.posts} left, and no intent was synced before it")
        self._synced = False


def _calls(lines: Iterable[str]) -> Iterator[tuple[str, str]]:
    for line in lines:
        found = _CALL.match(line)
        if found and int(found["result"]) >= 0:
            yield found["call"], found["args"]
