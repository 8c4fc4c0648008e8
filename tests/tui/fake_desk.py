"""A desk written by hand: canned readings, remembered calls, errors on demand."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from pathlib import Path
from threading import Event, Lock
from typing import Any

from core.base.errors import BadInput, RushesError
from core.studio.pages.pictures import Drawn, Wish
from core.studio.rows import Glance


class FakeDesk:
    """Answers like the studio. `fault` makes every reading fail; `refuse` the next act."""

    def __init__(self, glance: Glance, root: Path | None = None) -> None:
        self.root = root or Path(glance.film)
        self.now = glance
        self.calls: list[tuple[object, ...]] = []
        self.fault: RushesError | OSError | None = None
        self.refuse: deque[Exception] = deque()
        self.readings = 0
        self.looks = 0
        self.closed = False
        self.stopped = False
        self.price: int | None = 760_000
        self.quoted: list[tuple[str, str | None]] = []
        self.refuse_quote: deque[Exception] = deque()
        self.slow: Event | None = None
        """Until it is set, acts take their time."""
        self.pages: dict[str, Any] = {}
        """By the name of the module whose function reads it: `money`."""
        self._changed = False
        self._lock = Lock()

    def becomes(self, glance: Glance) -> None:
        """A new reading waits, as after a commit of the worker."""
        with self._lock:
            self.now, self._changed = glance, True

    def touch(self) -> None:
        """Something was committed, and the film reads the same."""
        with self._lock:
            self._changed = True

    def glance(self) -> Glance:
        self.readings += 1
        if self.fault:
            raise self.fault
        return self.now

    def changed(self) -> bool:
        self.looks += 1
        with self._lock:
            was, self._changed = self._changed, False
        return was

    def plan_changed(self) -> bool:
        return False

    def _did(self, *call: object) -> str:
        self.calls.append(call)
        if self.slow:
            self.slow.wait(20)
        if self.refuse:
            raise self.refuse.popleft()
        return f"did {call[0]}"

    def quote(self, kind: str, name: str | None) -> tuple[int | None, str]:
        """`price`, or nothing where every provider is free."""
        self.quoted.append((kind, name))
        if self.refuse_quote:
            raise self.refuse_quote.popleft()
        if kind == "settle":
            return 760_000, f"{name} take 1 in doubt, $0.76 held"
        if self.now.money.free_only:
            return 0, f"{name} take 2: free"
        return self.price, f"{name} take 4: at most ${(self.price or 0) / 1e6:.2f}"

    def go(self, chain: str | None, agreed: bool, most: int | None) -> str:
        return self._did("go", chain, agreed, most)

    def pause(self, chain: str | None) -> str:
        return self._did("pause", chain)

    def approve(self, shot: str, take: int | None, note: str) -> str:
        said = self._did("approve", shot, take, note)
        shots = tuple(
            row._replace(state="circled", approved_take=take) if row.id == shot else row
            for row in self.now.shots
        )
        waiting = tuple(row for row in self.now.waiting if row.shot != shot)
        self.becomes(self.now._replace(shots=shots, waiting=waiting))
        return said

    def reject(self, shot: str, take: int | None, note: str) -> str:
        return self._did("reject", shot, take, note)

    def hold(self, shot: str, take: int | None, note: str) -> str:
        return self._did("hold", shot, take, note)

    def retake(self, shot: str, note: str, agreed: bool, most: int | None) -> str:
        return self._did("retake", shot, note, agreed, most)

    def read(self, page: Callable[[Any], Any]) -> Any:
        name = _function(page).__module__.rsplit(".", 1)[-1]
        if name not in self.pages:
            raise BadInput(f"no page of {name} on this desk")
        return self.pages[name]

    def act(self, do: Callable[[Any], Any]) -> Any:
        """Remembers the function and what it was given beside the film."""
        given = (*getattr(do, "args", ()), *getattr(do, "keywords", {}).values())
        said = self._did(_function(do).__name__, *given)
        return "" if _function(do).__name__ == "seen" else said  # as the card's act, which says nothing

    def quote_all(self, shots: tuple[str, ...]) -> tuple[int | None, str]:
        self.quoted.append(("retake", ",".join(shots)))
        most = None if self.price is None else self.price * len(shots)
        return most, f"{len(shots)} takes: at most ${(most or 0) / 1e6:.2f}"

    def judge_all(self, verdict: str, takes: tuple[tuple[str, int | None], ...], note: str) -> str:
        return self._did(verdict, takes, note)

    def retake_all(self, shots: tuple[str, ...], note: str, agreed: bool, most: int | None) -> str:
        return self._did("retake", shots, note, agreed, most)

    def undo(self) -> str:
        return self._did("undo")

    def settle(self, shot: str, how: str, job: str) -> str:
        return self._did("settle", shot, how, job)

    def fail(
        self, shot: str, take: int | None, category: str, broke: str, cause: str, workaround: str
    ) -> str:
        return self._did("fail", shot, take, category, broke, cause, workaround)

    def assemble(self, rough: bool) -> str:
        return self._did("assemble", rough)

    def categories(self) -> tuple[str, ...]:
        return (
            "character drift",
            "camera drift",
            "lip-sync",
            "moderation",
            "hands",
            "physics",
            "texture swim",
        )

    def frame(self, shot: str, take: int, end: str, wish: Wish) -> Drawn:
        """A dusk: sky over water, with a sun."""
        cols, rows = wish.cols, wish.rows
        cells = tuple(
            tuple((_dusk(x, 2 * y, cols, 2 * rows), _dusk(x, 2 * y + 1, cols, 2 * rows)) for x in range(cols))
            for y in range(rows)
        )
        if wish.kind == "ascii":
            return Drawn(lines=("~-" * cols,) * rows, cols=cols, rows=rows)
        return Drawn(cells, cols=cols, rows=rows)

    def stop(self) -> None:
        self.stopped = True

    def close(self) -> None:
        self.closed = True


def _function(call: Any) -> Any:
    """What a partial or a bare function calls in the end."""
    return _function(call.func) if hasattr(call, "func") else call


def _dusk(x: int, y: int, cols: int, rows: int) -> tuple[int, int, int]:
    across, down = x / cols, y / rows
    if (across - 0.68) ** 2 * 3.2 + (down - 0.5) ** 2 < 0.006 and down < 0.6:
        return (250, 214, 150)
    if down < 0.6:
        return (int(38 + 170 * down), int(48 + 90 * down), int(84 + 20 * down))
    glint = 40 if abs(across - 0.68) < 0.12 * (down - 0.4) * 2 and y % 2 else 0
    return (
        int(62 - 40 * (down - 0.6)) + glint,
        int(70 - 40 * (down - 0.6)) + glint,
        int(92 - 30 * (down - 0.6)),
    )
