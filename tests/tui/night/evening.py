"""A night at the board: one person's keys on a pty, the real worker, a provider that answers at once.

Everything the person does is typed, by the name of what the key does, and kept here apart from the
ledger; in the end the two are held against each other.
"""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path

from core.ledger.views import Reader
from core.studio.places import Places
from tests.nights.brisk import CARD_MICRO_A_SECOND, RouterNight
from tests.nights.room import at, chained, write_night
from tests.support.terminal import PATIENCE_S, Terminal, modes_left_on
from tests.tui.pty.house import RUSHES, House, house, press, see, selected

SECONDS = 4
COST = SECONDS * CARD_MICRO_A_SECOND
WIDE = (140, 40)
SIZES = ((80, 24), (200, 60), (120, 36))
ANSWERS = ("ordered", "goes on", "nothing new", "every shot has a take", "exceeded")
"""What the board says once `go` has been done, or was refused."""
FAULT = "a fault inside Rushes"
LONG_S = 600.0
"""For what the provider and the worker have to do."""


@dataclass(frozen=True)
class Length:
    """How long a night is."""

    chains: int
    shots: int
    """Of all chains."""
    approvals: int
    failures: int
    drops: int
    """Lines that drop."""
    resizes: int
    poll_s: float
    """Between two questions about a job: a short film must not be over before it is looked at."""


@dataclass
class Evening:
    """The person, the film and the terminal in front of them."""

    root: Path
    router: RouterNight
    length: Length
    house: House = field(init=False)
    one: Terminal = field(init=False)
    circled: list[str] = field(default_factory=list)
    """Shots, in the order of the keys."""
    failed: list[tuple[str, str, str]] = field(default_factory=list)
    """(shot, category, what broke)."""
    resized: int = 0
    dropped: int = 0

    def __post_init__(self) -> None:
        each, more = divmod(self.length.shots, self.length.chains)
        names = "ABCDEFGH"[: self.length.chains]
        chains = {n.lower(): chained(n, [SECONDS] * (each + (i < more))) for i, n in enumerate(names)}
        self.chains = dict(zip(chains, names, strict=True))
        """Chain to the letter that its shots begin with."""
        write_night(self.root, chains, poll_seconds=self.length.poll_s)
        home = house(self.root, self.root.parent / "person")
        self.house = House(self.root, {**home.homes, **at(self.router)})
        self._sizes = cycle(SIZES)

    # What the film says, beside what the screen says.

    def reader(self) -> Reader:
        return Reader(Places(self.root).ledger)

    def pauses(self) -> dict[str, str]:
        """Chain to why it is paused."""
        with closing(self.reader()) as reader:
            return {name: row[1] for name, row in reader.chains().items() if row[0] == "paused"}

    def made(self) -> int:
        with closing(self.reader()) as reader:
            return sum(bool(take.sha) for take in reader.all_takes())

    def rests(self) -> bool:
        """Nothing is at the provider or on its way from there, and no chain is about to send."""
        paused = self.pauses()
        with closing(self.reader()) as reader:
            live = {
                take.chain
                for take in reader.all_takes()
                if take.state not in {"review", "approved", "planned", "ready"}
            }
            waits = {take.chain for take in reader.all_takes() if take.state in {"planned", "ready"}}
        return not live and waits <= paused.keys()

    def wait_for(self, true: Callable[[], bool], what: str) -> None:
        """Goes on reading the screen meanwhile: a terminal that takes nothing would stop the board."""
        end = time.monotonic() + LONG_S
        while not true():
            assert time.monotonic() < end, f"waited {LONG_S:g} s for {what}\n" + "\n".join(self.one.rows)
            self.one.read(0.1)
            self.look()

    def budget(self, shots: int) -> None:
        """A person writes into film.json what so many shots may cost; the worker reads it again."""
        before = self._read_again()
        path = self.root / "film.json"
        film = json.loads(path.read_text("utf-8"))
        film["budget"] = {"film_usd": f"{(shots * COST + COST // 2) / 1_000_000:.2f}"}
        path.write_text(json.dumps(film), "utf-8")
        self.wait_for(lambda: self._read_again() > before, "the worker to read film.json")

    def _read_again(self) -> int:
        with closing(self.reader()) as reader:
            return len(reader.events(limit=1_000, kinds=("plan.mended",)))

    # Hands.

    def sit_down(self) -> None:
        self.one = Terminal([RUSHES, "--film", str(self.root)], WIDE[0], WIDE[1], **self.house.homes)
        self.one.until(lambda rows: len(rows[1]) == WIDE[0])
        self.one.drain()

    def look(self) -> list[str]:
        rows = self.one.rows
        assert not any(FAULT in row for row in rows), "\n".join(rows)
        return rows

    def settle(self) -> list[str]:
        """Until half a second of nothing, or of whatever a busy film shows."""
        self.one.read(0.15)
        return self.look()

    def to_shot(self, shot: str) -> None:
        """Finds it by its id, as a person would."""
        press(self.one, "find")
        self.one.until("find a shot")
        self.one.type(shot.encode())
        self.one.until(lambda rows: any("find a shot" in row and shot in row for row in rows))
        press(self.one, "line_done")
        see(self.one, lambda rows: selected(rows) == shot)

    def go(self, chain: str) -> str:
        """Starts or resumes a chain; says yes to the sum. What was said in the end."""
        self.to_shot(f"{self.chains[chain]}001")
        press(self.one, "go")
        see(self.one, lambda rows: _question(rows) or _answered(rows))
        if _question(self.look()):
            assert "$" in _question(self.one.rows), "a paid act names its sum"
            press(self.one, "yes")
            self.one.until(_answered)
        return self.one.rows[-2].strip()

    def circle(self, count: int) -> None:
        """One key a shot: circled, and on to the next that waits."""
        for _ in range(count):
            shot = self.to_a_take()
            press(self.one, "approve")
            self.circled.append(shot)
            self.one.until(lambda rows, shot=shot: selected(rows) != shot or _is(rows, "circled"))  # type: ignore[misc]
            self.look()

    def to_a_take(self) -> str:
        """The shot under the cursor, with a take to judge: where the last key led, or found by its id.

        Never by a key that is pressed again because the screen was slow: it would move twice.
        """
        rows = self.look()
        if not _is(rows, "for review") or selected(rows) in self.circled:
            self.wait_for(lambda: bool(self._before_a_person()), "a take to review")
            self.to_shot(self._before_a_person()[0])
            see(self.one, lambda rows: _is(rows, "for review"))
        return selected(self.one.rows)

    def _before_a_person(self) -> list[str]:
        with closing(self.reader()) as reader:
            found = [take.shot for take in reader.all_takes() if take.state == "review"]
        return [shot for shot in sorted(found) if shot not in self.circled]

    def log_failure(self, category: str, letters: str, broke: str) -> None:
        """Category by its letters, what broke, enter."""
        shot = self.to_a_take()
        press(self.one, "fail")
        self.one.until("LOG A FAILURE")
        self.one.type(letters.encode())
        press(self.one, "form_done")
        self.one.until(lambda rows: any(row.rstrip().endswith(category) for row in rows))
        self.one.type(broke.encode())
        press(self.one, "form_done")
        self.one.until_gone("LOG A FAILURE")
        self.failed.append((shot, category, broke))

    def resize(self) -> None:
        """Another window for a moment, and back."""
        for cols, rows in (next(self._sizes), WIDE):
            self.one.resize(cols, rows)
            self.one.until(lambda seen, cols=cols: len(seen[1]) == cols and seen[1][0] == "─")  # type: ignore[misc]
            self.look()
            self.resized += 1
        self.one.until(selected)

    def drop(self, screen: str = "", *, sifted: bool = False) -> None:
        """The line drops on a screen, its list perhaps `sifted`; the person comes back to where they were."""
        self.settle()
        cursor = selected(self.one.rows)
        if screen:
            press(self.one, screen)
            see(self.one, lambda rows: not selected(rows))
        if sifted:
            press(self.one, "find")
            see(self.one, lambda rows: any("filter:" in row for row in rows[-2:]))
            self.one.type(cursor[:2].encode())
            press(self.one, "line_done")
            see(self.one, lambda rows: not any("filter:" in row for row in rows[-2:]))
        for _ in range(4):
            self.settle()
        shown = _place(self.one.rows)
        assert not sifted or cursor[:2] in shown, shown
        self.leave_no_trace(self.one.hang_up(), 128 + signal.SIGHUP, orderly=False)
        self.dropped += 1
        self.sit_down()
        see(self.one, lambda rows: _place(rows) == shown)
        if screen:
            press(self.one, "board")
        see(self.one, lambda rows: selected(rows) == cursor)

    def leave(self) -> None:
        press(self.one, "quit")
        self.leave_no_trace(self.one.ends(), 0, orderly=True)

    def leave_no_trace(self, code: int, wanted: int, *, orderly: bool) -> None:
        assert code == wanted
        assert b"Traceback" not in self.one.sent
        if orderly:
            assert modes_left_on(self.one.sent) == set()
        self.one.close()

    def stop_worker(self) -> None:
        """So that nothing of this night is left running."""
        from tests.support.work import runs, rushes, wait_until

        rushes("stop", film=self.root, **self.house.homes)
        wait_until(lambda: not runs(self.root), PATIENCE_S, "the worker to end")


def _question(rows: list[str]) -> str:
    return next((row for row in rows[-2:] if "y/n" in row), "")


def _answered(rows: list[str]) -> bool:
    said = rows[-2]
    return "y/n" not in said and any(
        word in said for word in ("ordered", "goes on", "nothing new", "not:", "exceeded")
    )


def _is(rows: list[str], word: str) -> bool:
    """Whether the selected shot's line says so."""
    shot = selected(rows)
    return bool(shot) and any(row.startswith(("›",)) and shot in row[:20] and word in row for row in rows)


def _place(rows: list[str]) -> str:
    """Which screen it is: the first words of its body."""
    return " ".join(rows[2][:40].split())
