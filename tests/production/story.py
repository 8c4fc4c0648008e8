"""The film of 62 shots, and the list its script keeps: what was said, apart from what the ledger says."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from tests.nights.room import SEEDANCE, chained, write_night
from tests.production.crew import OTHER_MODEL, WALL_AT_POLL, WALL_AT_POST, Act, Crew

SECONDS = 4
CHAINS = {"quay": ("Q", 20), "bay": ("B", 16), "city": ("C", 16), "lamp": ("L", 10)}
HERO, AT_POST, AT_POLL = "Q007", "B005", "C009"
GEN = {"provider": "openrouter", "model": OTHER_MODEL, "resolution": "720p"}
ACTIONS = ("C004", "C005", "L004")
DRIFT_FROM = 0.2
YES = ("--accept", "quote", "--why", "the producer agreed")
ROLES = {"Ada": "director", "Ben": "editor", "Cleo": "client", "Dan": "producer", "Olga": "operator"}
SCRIPT = """+++
pages = 1
+++
# The Late Boat

## Pitch

One boat is out.

## Scenes

### 1. EXT. BAY - DUSK
"""
BOARD = """[[version]]
id = "v1"
status = "approved"
[version.blocks]
world = "a harbour town"
[[version.image]]
file = "board/quay.jpg"
sha = "{sha}"
role = "key"
"""


def write_film(root: Path) -> None:
    """62 shots in four chains, each but the first of a chain beginning with the last frame before it."""
    chains = {name: chained(letter, [SECONDS] * count) for name, (letter, count) in CHAINS.items()}
    shots = {row["id"]: row for rows in chains.values() for row in rows}
    shots[HERO] |= {"kind": "hero", "description": "Ina lifts the lantern with both hands"}
    shots[AT_POST] |= {"kind": "character", "description": f"the {WALL_AT_POST} of the tribe"}
    shots[AT_POLL] |= {"kind": "character", "description": f"a {WALL_AT_POLL} on the square"}
    for shot in ACTIONS:
        shots[shot] |= {"kind": "action", "description": "the tram rounds the corner"}
    write_night(
        root,
        chains,
        title="The Late Boat",
        defaults=dict.fromkeys(("establisher", "hero", "character"), SEEDANCE) | {"action": GEN},
        poll_seconds=0.05,
        drift={"thresholds": {"colour": DRIFT_FROM}},
        gates={"roles": {"delivery": ["producer"]}},
        failures={"categories": ["tram traffic"]},
        campaign={"rubric": ["brand tone"]},
    )
    (root / "script.md").write_text(SCRIPT)
    (root / "board").mkdir()
    (root / "board" / "quay.jpg").write_bytes(b"a drawing of the quay")
    (root / "board" / "board.toml").write_text(BOARD.format(sha=sha256(b"a drawing of the quay").hexdigest()))


def live_shots() -> list[str]:
    """The film's shots in its order: chains stand in the order of their files' names."""
    return [f"{CHAINS[name][0]}{n:03d}" for name in sorted(CHAINS) for n in range(1, CHAINS[name][1] + 1)]


@dataclass
class Said:
    """One thing a person said: what it was, the act it was said in, and the hash of what they saw."""

    act: Act
    what: dict[str, Any]
    sha: str = ""


@dataclass
class Story:
    """What happened, as the script knows it."""

    crew: Crew
    takes: Counter[str] = field(default_factory=Counter)
    """Shot to its number of takes."""
    verdicts: list[Said] = field(default_factory=list)
    notes: list[Said] = field(default_factory=list)
    resolved: dict[int, Said] = field(default_factory=dict)
    failures: list[Said] = field(default_factory=list)
    """As they stand after amendments, in the order they were first said."""
    decided: list[Said] = field(default_factory=list)
    scores: list[Said] = field(default_factory=list)
    rescues: list[Said] = field(default_factory=list)
    logged: list[Said] = field(default_factory=list)

    @property
    def root(self) -> Path:
        return self.crew.root

    def clip(self, shot: str, n: int, end: str = ".mp4") -> Path:
        return self.root / "takes" / shot / f"{shot}_t{n:03d}{end}"

    def judge(self, who: str, verdict: str, *shots: str, note: str = "", n: int | None = None) -> None:
        """A verdict on the newest take of each shot, or on take `n`; the hash is of the bytes on disk."""
        seen = {shot: hash_of(self.clip(shot, n or self.takes[shot])) for shot in shots}
        more = (*(("--note", note) if note else ()), *(("--take", str(n)) if n else ()))
        act = self.crew.do(who, verdict, *shots, *more)
        for shot in shots:
            about = {"subject": "take", "name": shot, "take": n or self.takes[shot]}
            self.verdicts.append(Said(act, {**about, "verdict": verdict, "note": note}, seen[shot]))

    def judge_seam(self, who: str, verdict: str, left: str, right: str, *more: str, note: str = "") -> None:
        last, first = (
            hash_of(self.clip(shot, self.takes[shot], f"_{end}.png"))
            for shot, end in ((left, "last"), (right, "first"))
        )
        said = (*more, *(("--note", note) if note else ()))
        act = self.crew.do(who, verdict, f"{left}/{right}", *said)
        what = {"subject": "seam", "name": f"{left}/{right}", "take": None, "verdict": verdict, "note": note}
        self.verdicts.append(Said(act, what, sha256(f"{last}\n{first}".encode()).hexdigest()))

    def judge_thing(self, who: str, verdict: str, kind: str, name: str, note: str, sha: str = "") -> None:
        act = self.crew.do(who, verdict, kind, name, "--note", note)
        what = {"subject": kind, "name": name, "take": None, "verdict": verdict, "note": note}
        self.verdicts.append(Said(act, what, sha))

    def shoot_again(self, who: str, shot: str, why: str) -> Act:
        """A paid take more, and the worker's shift."""
        act = self.crew.do(who, "retake", shot, "--note", why, *YES)
        self.takes[shot] += 1
        return act

    def note(self, who: str, shot: str, text: str, *, n: int | None = None, at: str = "") -> int:
        more = (*(("--take", str(n)) if n else ()), *(("--at", at) if at else ()))
        act = self.crew.do(who, "note", shot, text, *more)
        self.notes.append(Said(act, {"shot": shot, "take": n, "timecode": at, "text": text}))
        return int(act.err.split()[1])

    def resolve(self, who: str, ident: int, text: str) -> None:
        act = self.crew.do(who, "note", "--resolve", str(ident), text)
        self.resolved[ident] = Said(act, {"text": text})

    def fail(self, who: str, shot: str, **said: str) -> int:
        """Logged inline, of the newest take."""
        words = [word for name, text in said.items() for word in (f"--{name}", text)]
        act = self.crew.do(who, "fail", shot, *words)
        take = self.takes[shot] or None
        self.failures.append(Said(act, {"shot": shot, "take": take, "outcome": "open", **said}))
        return int(act.err.split()[1])

    def amend(self, who: str, ident: int, old: str, **said: str) -> None:
        """`old`: what broke, by which the script finds it in its own list."""
        words = [word for name, text in said.items() for word in (f"--{name}", text)]
        act = self.crew.do(who, "fail", "--amend", str(ident), *words)
        row = next(row for row in self.failures if row.what["broke"] == old)
        row.what.setdefault("before", []).append(row.act.who)
        row.what |= said
        row.act = act

    def drafts(self, shot: str) -> list[dict[str, Any]]:
        """Failures that are proposed for a shot and that nobody has decided on, oldest first."""
        rows = self.crew.ask("suggestions", shot)
        return sorted((row for row in rows if row["kind"] == "failure"), key=lambda row: row["id"])

    def accept(self, who: str, draft: dict[str, Any], **otherwise: str) -> None:
        """A proposed failure becomes one, in the words of whoever accepts it."""
        words = [word for name, text in otherwise.items() for word in (f"--{name}", text)]
        act = self.crew.do(who, "suggestions", "accept", str(draft["id"]), *words)
        said = {name: draft["data"][name] for name in ("category", "origin", "broke")} | otherwise
        what = {"shot": draft["shot"], "take": draft["data"]["n"], "outcome": "open", **said}
        self.failures.append(Said(act, what))
        self.decided.append(Said(act, {"id": draft["id"], "decision": "accept", "why": ""}))

    def turn_down(self, who: str, idents: list[int], why: str) -> None:
        act = self.crew.do(who, "suggestions", "reject", *map(str, idents), "--why", why)
        self.decided += [Said(act, {"id": ident, "decision": "reject", "why": why}) for ident in idents]

    def score(self, who: str, kind: str, name: str, item: str, points: int, sha: str, note: str) -> None:
        words = ("score", kind, name, "--item", item, "--score", str(points), "--note", note)
        act = self.crew.do(who, *words)
        what = {"kind": kind, "name": name, "item": item, "score": points, "note": note}
        self.scores.append(Said(act, what, sha))

    def log(self, who: str, kind: str, text: str) -> None:
        act = self.crew.do(who, "log", kind, text)
        self.logged.append(Said(act, {"kind": kind, "text": text}))


def hash_of(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()
