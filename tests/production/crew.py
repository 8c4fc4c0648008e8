"""People at one film who type commands, a worker in this very process, and a provider with walls.

What is real: every command, from its words on (`tui.cli.main`); the worker's shift and the engine below
it; the adapter of OpenRouter and HTTP over the loopback; the ledger. What is light: the worker needs no
process of its own, clips are one small film whose frames are painted instead of decoded (imports are
decoded), and the provider is a server of ours that keeps a bill.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from core.base.clock import stamp
from core.studio import acts, assembly
from core.studio.places import Places
from tests.fakes.loopback import Answer, Call, Job
from tests.fakes.openrouter import error
from tests.nights.brisk import RouterNight
from tests.nights.room import PaintedClips, a_shift
from tui.cli import main

WALL_AT_POST, WALL_AT_POLL = "bone cave", "burning idol"
OTHER_MODEL, OTHER_MICRO_A_SECOND = "runway/gen-4.5", 120_000
"""On the shipped card."""
REFUSED = "Your chosen model requires moderation and your input was flagged"
FAILED = "The output was flagged by content moderation and cannot be shown"


class Walled(RouterNight):
    """Refuses one phrase when it is asked, and another once the job runs. Jobs of the latter cost nothing."""

    def handle(self, call: Call) -> Answer:
        paid = call.method == "POST" and self.PAID.search(call.path)
        if paid and WALL_AT_POST in call.json.get("prompt", ""):
            return Answer.of(error(403, REFUSED, reasons=["violence/graphic"], flagged_input="the .."), 403)
        return super().handle(call)

    def accept(self, body: Any, *, state: str, micro: int, name: str = "", **extra: Any) -> Job:
        job = super().accept(body, state=state, micro=micro, name=name, **extra)
        if body.get("model") == OTHER_MODEL:
            self.bill[job.id] = OTHER_MICRO_A_SECOND * body["duration"]
            job.cost = self.bill[job.id] / 1_000_000
        if WALL_AT_POLL in body.get("prompt", ""):
            self.ends[len(self.bill)] = ("failed", FAILED)
        return job


class Ended:
    """A worker that has done its shift."""

    def __init__(self, code: int) -> None:
        self.code = code

    def poll(self) -> int:
        return self.code


@dataclass
class Act:
    """One command somebody typed: who and when, and how it ended."""

    who: str
    role: str
    words: tuple[str, ...]
    began: str
    ended: str
    code: int
    out: str
    err: str

    def covers(self, at: str) -> bool:
        """Whether a row of this moment may be this act's."""
        return self.began <= at <= self.ended


@dataclass
class Crew:
    """Whoever sits at the keyboard types; what was said and when is kept here, apart from the ledger."""

    root: Path
    env: dict[str, str]
    roles: dict[str, str]
    acts: list[Act] = field(default_factory=list)

    def do(self, who: str, *words: str, code: int = 0) -> Act:
        """One command by one person, which has to end with `code`."""
        self.sit_down(who)
        began = _now()
        got, out, err = self.call(*words)
        act = Act(who, self.roles[who], words, began, _now(), got, out, err)
        self.acts.append(act)
        assert got == code, f"{who}: rushes {' '.join(words)[:300]} -> {got}\n{out[-2000:]}\n{err[-2000:]}"
        return act

    def ask(self, *words: str, code: int = 0) -> Any:
        """What a reading command says as data."""
        got, out, err = self.call(*words, "--json")
        assert got == code, f"rushes {' '.join(words)} -> {got}\n{err[-2000:]}"
        return json.loads(out)

    def call(self, *words: str) -> tuple[int, str, str]:
        out, err = io.StringIO(), io.StringIO()
        with self.at_home(), redirect_stdout(out), redirect_stderr(err):
            code = main([*words, "--film", str(self.root)])
        return code, out.getvalue(), err.getvalue()

    def sit_down(self, who: str) -> None:
        role = f'role = "{self.roles[who]}"\n' if self.roles[who] else ""
        path = Path(self.env["XDG_CONFIG_HOME"]) / "rushes" / "settings.toml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"name = {json.dumps(who)}\n{role}")

    @contextmanager
    def at_home(self) -> Iterator[None]:
        """This user's folders and key, and a worker in this process."""
        with pytest.MonkeyPatch.context() as patch:
            for name, value in self.env.items():
                patch.setenv(name, value)
            patch.setattr(acts, "start_worker", _shift)
            patch.setattr(assembly, "MediaClips", PaintedClips)
            yield


def _shift(places: Places, *, linger: bool, chains: tuple[str, ...] = ()) -> Ended:
    return Ended(a_shift(places.root))


def _now() -> str:
    return stamp(datetime.now(UTC))


def homes(folder: Path) -> dict[str, str]:
    return {f"XDG_{name.upper()}_HOME": str(folder / name) for name in ("config", "state", "cache")}
