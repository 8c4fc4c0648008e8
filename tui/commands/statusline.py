"""The film in one line, for the status bar of tmux and whoever asks every few seconds. Pure and light."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from core.base.text import one_line
from tui.commands.spoken import dollars, limit

if TYPE_CHECKING:
    from core.studio.rows import Glance

DOTS = "…"
_TITLE = 40
"""Cells of a title where no width is given."""
_LEAST = 6
"""Cells of a title below which something else gives way."""
_BETWEEN = " · "


def status_line(found: Glance, width: int | None = None, *, tmux: bool = False) -> str:
    """`SALT ROAD 18/33 running S107 · 2 wait · $98.28 of $250`: circled of all shots, the worker, what
    waits for a person, the money. One line; in `width` cells money goes first, then what the worker does.

    `tmux`: every `#` is doubled, so that no title and no id begins one of its formats. tmux shows one.
    """
    # Joiners and selectors would be counted otherwise by every terminal: a bar has no use for them.
    title = "".join(char for char in one_line(found.title, 200) if char.isprintable())
    line = _in(found, _clipped(title.strip() or "untitled", _TITLE), width)
    return line.replace("#", "##") if tmux else line


def _in(found: Glance, title: str, width: int | None) -> str:
    counts, waits, money = _counts(found), _waits(found), _money(found)
    works, short = _worker(found)
    if width is None:
        return _joined(f"{title} {counts} {works}", *waits, *money)
    rests = [
        _joined(f"{counts} {works}", *waits, *money),
        _joined(f"{counts} {works}", *waits),
        _joined(f"{counts} {short}", *waits),
        _joined(counts, *waits),
    ]
    for rest in rests:
        room = width - _cells(rest) - 1
        if room >= min(_LEAST, _cells(title)):
            return f"{_clipped(title, room)} {rest}"
    return _clipped(rests[-1], width)


def _joined(*parts: str) -> str:
    return _BETWEEN.join(parts)


def _counts(found: Glance) -> str:
    done, total = sum(chain.done for chain in found.chains), sum(chain.total for chain in found.chains)
    return f"{'rehearsal ' if found.rehearsal else ''}{done}/{total}"


def _worker(found: Glance) -> tuple[str, str]:
    """What it does, and the same in a word or two."""
    worker = found.worker
    if not worker.running:
        return "no worker", "no worker"
    if worker.stalled:
        return f"stalled for {worker.heartbeat_age_s:.0f} s", "stalled"
    current = next((chain.current for chain in found.chains if chain.current), "")
    return f"running {one_line(current, 32)}".strip(), "running"


def _waits(found: Glance) -> list[str]:
    count = len(found.waiting)
    return [f"{count} wait{'s' if count == 1 else ''}"] if count else []


def _money(found: Glance) -> list[str]:
    money, gone = found.money, found.money.spent
    if money.free_only and not gone:
        return ["free"]
    about = "~" if gone != money.settled else ""
    of = f" of {limit(money.budget)}" if money.budget is not None else ""
    return [f"{about}{dollars(gone)}{of}"]


def _cells(text: str) -> int:
    """How wide a terminal draws it."""
    return sum(_wide(char) for char in text)


def _wide(char: str) -> int:
    if unicodedata.combining(char) or unicodedata.category(char) in ("Cf", "Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in ("W", "F") else 1


def _clipped(text: str, width: int) -> str:
    """In at most `width` cells, between two words where there are some."""
    if _cells(text) <= width:
        return text
    kept, used = "", 0
    for char in text:
        if used + _wide(char) > width - 1:
            break
        kept, used = kept + char, used + _wide(char)
    whole = text[len(kept) : len(kept) + 1] == " "
    cut = kept if whole or " " not in kept.strip() else kept[: kept.rindex(" ")]
    return cut.rstrip(f" ,;:.-·{DOTS}") + DOTS if width > 0 else ""
