"""One film through all its deaths, until it is quiet; in a parent that holds no thread and no database."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.faults.common import COUNTS, LIMIT, ROOMY, SPENT_DRILLS, TIGHT, Ran, Scene
from tests.faults.house import CONTROL
from tests.faults.look import Eyes
from tests.faults.points import POINTS, Drills
from tests.faults.worker import MORE, QUIET, Yard, fork

RESTARTS = 14


class Trouble(Exception):
    """A process of the night ended as none may."""


def ask(base: str, verb: str, **facts: Any) -> dict[str, Any]:
    """The house's control, out of the bill's sight."""
    link = http.client.HTTPConnection(urlsplit(base).netloc, timeout=30)
    try:
        link.request("PUT", CONTROL + verb, json.dumps(facts))
        found: dict[str, Any] = json.loads(link.getresponse().read())
    finally:
        link.close()
    return found


@dataclass
class Night:
    """A scene, played to its end."""

    yard: Yard
    stock: Path
    """A ledger with its order placed: `two.db`, or `three.db` with the second chain's shot."""
    home: Path
    scratch: Path
    scene: Scene
    runs: int = 0
    questions: int = 0
    _pauses: tuple[str, ...] = ()
    _kept_on: int = 0

    def begin(self) -> None:
        """A clean folder, and a house that has forgotten the night before."""
        shared = self.yard.shared
        shared.clear()
        shared[LIMIT] = TIGHT if self.scene.tight else ROOMY
        Drills.arm(shared, self.scene.deaths)
        (self.home / ".rushes").mkdir(parents=True)
        stock = self.stock / ("three.db" if self.scene.wide else "two.db")
        shutil.copyfile(stock, self.yard.ledger(self.home))
        ask(
            self.yard.base,
            "begin",
            scene=self.scene.to_json(),
            ledger=str(self.yard.ledger(self.home)),
            book=str(self.yard.book(self.home)),
        )

    def play(self) -> Ran:
        self.begin()
        shared = self.yard.shared
        try:
            broken = self._until_quiet()
        except Trouble as trouble:
            broken = [str(trouble)]
        finally:
            shutil.rmtree(self.home)
        counts = {point: shared[COUNTS + number] for number, point in enumerate(POINTS)}
        unique = tuple(dict.fromkeys(broken))
        return Ran(
            unique, self.runs, shared[SPENT_DRILLS], self.questions, self._pauses, self._kept_on, counts
        )

    def _until_quiet(self) -> list[str]:
        eyes = Eyes(self.home, self.yard.ledger(self.home), self.yard.book(self.home), self.scratch)
        for night in range(RESTARTS):
            with self._full_disk(night == 0):
                dead = self._run(person=False, cramped=night == 0) is None
            found = self._look(eyes)
            if found:
                return found
            if dead:
                continue
            if ask(self.yard.base, "state")["limited"]:
                ask(self.yard.base, "lift")  # the person sees to the key at the provider, then here
            done = self._run(person=True)
            found = self._look(eyes)
            if found:
                return found
            if done == QUIET:
                return self._at_rest(eyes)
        return ["I9: it does not end"]

    def _look(self, eyes: Eyes) -> list[str]:
        return eyes.at_any_time(ask(self.yard.base, "quiet"), self.yard.shared[LIMIT])

    def _at_rest(self, eyes: Eyes) -> list[str]:
        before, posts = eyes.files(), ask(self.yard.base, "state")["posts"]
        if self._run(person=False) is None:
            return []  # a death that was appointed for a second look; nothing was written by then
        house = ask(self.yard.base, "quiet")
        found = [*eyes.at_any_time(house, self.yard.shared[LIMIT]), *eyes.at_rest(house)]
        self._pauses, self._kept_on = eyes.pauses, house["kept_on"]
        if house["posts"] != posts:
            found.append("I10: a restart with nothing to do sent something")
        after = eyes.files()
        changed = [name for name in {**before, **after} if before.get(name) != after.get(name)]
        if changed:
            found.append(f"I15: a restart with nothing to do wrote {', '.join(changed)}")
        return found + [f"I13: {name} holds the key" for name in eyes.holds(self.yard.key)]

    @contextmanager
    def _full_disk(self, now: bool) -> Iterator[None]:
        """A tiny disk, filled until only the scene's room is left."""
        if not (now and self.scene.tiny):
            yield
            return
        ballast = self.home / "heavy.ballast"
        free = shutil.disk_usage(self.home).free
        ballast.write_bytes(bytes(max(0, free - self.scene.room)))
        yield
        ballast.unlink()

    def _run(self, *, person: bool, cramped: bool = False) -> int | None:
        """One process; None where it was killed. Raises Trouble for any other end."""
        pid, told = fork(self.yard, self.home, self.scene, person=person, cramped=cramped)
        self.runs += 1
        with os.fdopen(told, "rb") as pipe:
            words = pipe.read().decode("utf-8", "replace")
        _, status = os.waitpid(pid, 0)
        if os.WIFSIGNALED(status):
            if os.WTERMSIG(status) == signal.SIGKILL:
                return None
            raise Trouble(f"I9: ended by signal {os.WTERMSIG(status)}")
        code = os.WEXITSTATUS(status)
        if code not in (QUIET, MORE):
            raise Trouble(f"an error nobody caught: {words}")
        if person and words:
            self.questions += int(words)
        return code
