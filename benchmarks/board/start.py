"""From the command to the first rows, beside a minimal Textual app and three well-known programs."""

from __future__ import annotations

import math
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.board import minimal
from benchmarks.board.peers import Peer, peers
from benchmarks.board.stage import ROOT, Counts, board, entry, has_rows, homes, moved
from benchmarks.painted import Painted, painted
from benchmarks.report import Row
from tests.support.terminal import Seen, drawn

SMALL_LIMIT, LARGE_LIMIT = 1.5, 2.0
FIRST_S = 3.0
PLAIN_BYTES, PICTURE_BYTES = 20_000, 40_000
PICTURE = "▀▄"
"""What only pictures are drawn with."""


@dataclass
class Runner:
    """One program of the race, its times in seconds, and why it fell out."""

    start: Callable[[], AbstractContextManager[Painted]]
    seen: Seen
    times: list[float] = field(default_factory=list)
    answers: list[float] = field(default_factory=list)
    """From the start to the answer of a key that is pressed at the first sight of it, seconds."""
    lost: str = ""
    pressed: bool = False
    """Whether a key is pressed at all."""

    def run(self) -> None:
        if self.lost:
            return
        try:
            with self.start() as one:
                self.times.append(one.shown(self.seen, 30.0))
                if self.pressed:
                    self.answers.append(self.times[-1] + moved(one, 30.0))
        except AssertionError as error:
            self.lost = f"its first content never came: {' '.join(str(error).split())[:160]}"

    @property
    def best(self) -> float:
        return min(self.times, default=math.inf)


def starts(small: Path, large: Path, counts: Counts, scratch: Path) -> list[Row]:
    """All in turn, again and again: what slows this machine for a while slows each of them."""
    env = {"PYTHONPATH": str(ROOT), **homes(scratch)}
    bare = Runner(lambda: painted(entry("minimal"), env=env), minimal.LINE)
    ours = {
        small: Runner(lambda: board(small), has_rows, pressed=True),
        large: Runner(lambda: board(large), has_rows, pressed=True),
    }
    known = {peer.name: _peer(peer, scratch) for peer in peers(scratch)}
    race = [bare, *ours.values(), *known.values()]
    for one in race:
        one.run()  # compiles what it imports, once
    for one in race:
        one.times.clear()
        one.answers.clear()
    for _ in range(counts.starts):
        for one in race:
            one.run()
    lines = (("62 shots", small, SMALL_LIMIT), ("10,000 shots", large, LARGE_LIMIT))
    rows = [Row("minimal Textual app, first paint", _ms(bare.best))]
    for name, film, limit in lines:
        what = f"first rows of {name}, against the minimal app"
        rows.append(Row(what, _ms(ours[film].best), ours[film].best / bare.best, limit, lost=ours[film].lost))
        # The first rows stand there before Textual does: what a person can do with them comes later.
        answer = min(ours[film].answers, default=math.inf)
        rows.append(Row(f"  a key pressed at once is answered, {name}", _ms(answer), answer / bare.best))
    return rows + [_against(name, ours[small], peer) for name, peer in known.items()]


def _peer(peer: Peer, scratch: Path) -> Runner:
    env = {"PROGRAM": peer.python, "HOME": str(scratch), **homes(scratch)}
    return Runner(lambda: painted(peer.argv, env=env), peer.seen, lost=peer.lost)


def _against(name: str, ours: Runner, peer: Runner) -> Row:
    value = "" if peer.lost else _ms(peer.best)
    lost = ours.lost or peer.lost
    what = f"first rows of 62 shots, against the first content of {name}"
    return Row(what, value, ours.best / peer.best, 1.0, lost=lost)


def first_seconds(film: Path) -> list[Row]:
    rows = []
    for kind, words, limit in (("off", ("--no-pictures",), PLAIN_BYTES), ("on", (), PICTURE_BYTES)):
        with board(film, *words) as one:
            one.until(has_rows)
            sent = one.first_bytes(FIRST_S)
            rows.append(
                Row(
                    f"first {FIRST_S:g} s at 140x40, pictures {kind}",
                    f"{len(sent):,} B",
                    len(sent),
                    limit,
                    "B",
                )
            )
            if not words:
                rows.append(_pictures_last(one, sent))
    return rows


def _pictures_last(one: Painted, sent: bytes) -> Row:
    """Draws what came before the first cell of a picture on a screen of its own: is all text there?"""
    what = "cells of text drawn after the first cell of a picture"
    at = min((found for cell in PICTURE if (found := sent.find(cell.encode())) >= 0), default=-1)
    if at < 0:
        return Row(what, "", lost=f"no picture came in {FIRST_S:g} s")
    now, then = one.screen.display, drawn(sent[:at], one.screen.columns, one.screen.lines)
    pictured = [y for y, row in enumerate(now) if any(cell in row for cell in PICTURE)]
    edge = max(x for y in pictured for x, cell in enumerate(now[y]) if cell in PICTURE)
    late = 0
    for y, (row, old) in enumerate(zip(now, then, strict=True)):
        # A picture's caption, in the row above it, comes with it.
        begin = edge + 1 if y in pictured or y + 1 in pictured else 0
        late += sum(a != b for a, b in zip(row[begin:], old[begin:], strict=True))
    return Row(what, str(late), late, 0, "cells")


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms"
