"""Frames for the terminal, drawn once: kept in memory and in the film's cache.

The cache is a convenience. What is damaged in it is drawn again; where it cannot be written, the picture is
shown all the same; and it never grows beyond `MOST_BYTES`.
"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from functools import lru_cache
from typing import TYPE_CHECKING

from core.base.errors import BadInput, RushesError
from core.base.paths import write_atomic
from core.media.drawn import NOTHING, Drawn, Wish, from_bytes, to_bytes

if TYPE_CHECKING:
    from pathlib import Path

IN_MEMORY = 48
"""Pictures; half blocks of 40 by 12 cells take some 50 kB each."""
MOST_BYTES = 24_000_000
"""Of the cache on disk; 24 MB are some 8,000 frames in half blocks."""
_EVERY = 64
"""One in so many new pictures weighs the cache; which one, its name says."""
_SUFFIX = ".picture"


def draw(path: Path, wish: Wish, cache: Path) -> Drawn:
    """The still at `path` as it is wished. `cache`: a folder that need not be there yet.

    A picture written anew (another time or size) is drawn anew. Raises BadInput where there is no
    picture, or none that can be read.
    """
    if wish.cols < 1 or wish.rows < 1:
        return NOTHING
    try:
        stat = path.stat()
    except OSError:
        raise BadInput(
            "there is no such picture", where=str(path), todo="`rushes audit` says what is missing"
        ) from None
    return _kept(path, stat.st_mtime_ns, stat.st_size, wish, cache)


@lru_cache(maxsize=IN_MEMORY)
def _kept(path: Path, mtime_ns: int, size: int, wish: Wish, cache: Path) -> Drawn:
    name = hashlib.sha256(repr((str(path), mtime_ns, size, tuple(wish))).encode()).hexdigest()[:32]
    file = cache / f"{name}{_SUFFIX}"
    if any(place.is_symlink() for place in (file, cache, *cache.parents[:2])):
        # A film that came from elsewhere must not lead our writing into folders of its choice.
        return _anew(path, wish, int(name[:7], 16) + 1)
    with suppress(OSError):
        if (found := from_bytes(file.read_bytes())) is not None:
            return found
    drawn = _anew(path, wish, int(name[:7], 16) + 1)
    with suppress(RushesError, OSError):
        write_atomic(file, to_bytes(drawn))
        if int(name[:2], 16) % _EVERY == 0:
            prune(cache)
    return drawn


def _anew(path: Path, wish: Wish, number: int) -> Drawn:
    kind, cols, rows, cell = wish
    if kind in {"kitty", "sixel"}:
        from core.media import pixels  # noqa: PLC0415 - numpy and Pillow, 150 ms: a kept picture does without

        if kind == "kitty":
            raw, erase, wide, high = pixels.kitty(path, cols, rows, cell, number)
            return Drawn(raw=raw, erase=erase, cols=wide, rows=high)
        raw, wide, high = pixels.sixel(path, cols, rows, cell)
        return Drawn(raw=raw, cols=wide, rows=high)
    from core.media import cells  # noqa: PLC0415 - the same

    if kind == "ascii":
        lines = cells.ascii_lines(path, cols, rows)
        return Drawn(lines=lines, cols=len(lines[0]), rows=len(lines))
    found = cells.half_blocks(path, cols, rows)
    return Drawn(cells=found, cols=len(found[0]), rows=len(found))


def prune(cache: Path, most: int = MOST_BYTES) -> int:
    """Takes the oldest pictures away: of more than `most` bytes half of `most` stays. Returns how many."""
    found = []
    for file in cache.glob(f"*{_SUFFIX}"):
        with suppress(FileNotFoundError):  # another board prunes too
            stat = file.stat()
            found.append((stat.st_mtime_ns, stat.st_size, file))
    weight = sum(size for _, size, _ in found)
    gone = 0
    if weight <= most:
        return gone
    for _, size, file in sorted(found):
        if weight <= most // 2:
            break
        file.unlink(missing_ok=True)
        weight -= size
        gone += 1
    return gone
