"""What a sidecar tells of a take, read with suspicion: it may be old, half written or edited by hand."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from core.base.errors import BadInput
from core.base.jsons import read_json
from core.base.units import SHOT_ID, check_id
from core.desk.rescued import APPROACHES
from core.engine.sidecar import MAX_WORDS
from core.engine.states import ELSEWHERE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SCHEMA = 1
_STEM = re.compile(r"^(?P<shot>[A-Za-z0-9][A-Za-z0-9_-]{0,31})_t(?P<n>\d{3,6})(?:_(?:first|last|key))?\.")
_JOB = re.compile(r"^[A-Za-z0-9._:-]{1,200}$")
_SHA = re.compile(r"^[0-9a-f]{64}$")
MAX_SEED = 2**31 - 1
MAX_POSITION = 1_000_000


@dataclass(frozen=True, slots=True)
class FoundTake:
    """A take as its whole sidecar tells it."""

    shot: str
    n: int
    chain: str
    order_id: str
    position: int
    seam: str
    provider: str
    model: str
    seed: int
    pass_: str
    job_id: str | None
    request_hash: str
    plan_hash: str
    prompt: str
    in_sha: str
    source: tuple[str, int] | None
    """Shot and number of the take whose frame it began from."""
    frames: int | None
    sha: str
    first_sha: str
    last_sha: str
    would_cost: int | None
    made_at: str
    micro: int
    """Settled or written off, micro-dollars; 0 where nothing is written."""
    exact: bool
    """It is certain that it cost nothing: any other sum waits for a bill."""


@dataclass(frozen=True, slots=True)
class FoundRescue:
    """Where a take that a person brought comes from, as its sidecar tells it, whole or half."""

    approach: str
    of: tuple[str, int] | None
    """Shot and number of the take it was made of."""
    original_model: str
    source: str
    note: str
    person: str
    at: str
    micro: int | None
    """What it cost; None: unknown."""
    chain: str
    position: int
    model: str
    frames: int | None
    """As ordered."""


@dataclass(slots=True)
class FoundFolder:
    """Everything takes/ holds, by shot and number."""

    takes: dict[tuple[str, int], FoundTake] = field(default_factory=dict)
    halves: dict[tuple[str, int], str] = field(default_factory=dict)
    """Numbers that are taken and have no whole sidecar, with the reason."""
    brought: dict[tuple[str, int], FoundRescue] = field(default_factory=dict)
    """Those of both that a person brought."""


def look_through(folder: Path) -> FoundFolder:
    """Reads takes/SHOT/SHOT_tNNN.*; other names are left alone."""
    found = FoundFolder()
    for key, path in _numbered(folder):
        try:
            found.takes[key] = read_take(path, *key)
        except BadInput as fault:
            found.halves[key] = fault.what
        told = read_rescue(path)
        if told:
            found.brought[key] = told
    return found


def _numbered(folder: Path) -> Iterator[tuple[tuple[str, int], Path]]:
    """Every take that left any file, with where its sidecar lies or would lie."""
    seen = set()
    for path in sorted(folder.glob("*/*")):
        match = _STEM.match(path.name)
        if match and match["shot"] == path.parent.name:
            seen.add((match["shot"], int(match["n"])))
    for shot, n in sorted(seen):
        yield (shot, n), folder / shot / f"{shot}_t{n:03d}.json"


def read_take(path: Path, shot: str, n: int) -> FoundTake:
    """A whole sidecar. Raises BadInput where it is missing, half written, or speaks of another take."""
    facts = read_json(path)
    if facts is None:
        raise BadInput("its sidecar is missing or cannot be read", where=str(path))
    if facts.get("rushes_sidecar") != SCHEMA:
        raise BadInput("its sidecar is of another kind", where=str(path))
    if (facts.get("shot"), facts.get("take")) != (shot, n):
        raise BadInput("its sidecar was written before the take was done", where=str(path))
    return _take(_Facts(facts, path), shot, n)


def read_rescue(path: Path) -> FoundRescue | None:
    """Of a take that a person brought; None for any other."""
    found = read_json(path)
    if found is None or found.get("rushes_sidecar") != SCHEMA or found.get("provider") != ELSEWHERE:
        return None
    facts = _Facts(found, path)
    of, n = facts.text("rescue.of.shot"), facts.maybe("rescue.of.take", MAX_POSITION)
    approach = facts.text("rescue.approach")
    chain = facts.text("chain")
    return FoundRescue(
        approach=approach if approach in APPROACHES else "elsewhere",
        of=(of, n) if of and n else None,
        original_model=facts.text("rescue.original_model"),
        source=facts.text("rescue.source", MAX_WORDS),
        note=facts.text("rescue.note", MAX_WORDS),
        person=facts.text("rescue.person") or "unknown",
        at=facts.text("rescue.at", 40),
        micro=facts.maybe("rescue.micro", 10**15),
        chain=chain if SHOT_ID.fullmatch(chain) else "",
        position=facts.maybe("position", MAX_POSITION) or 0,
        model=facts.text("model"),
        frames=facts.maybe("ordered_frames", MAX_POSITION),
    )


def _take(facts: _Facts, shot: str, n: int) -> FoundTake:
    micro, exact = _cost(facts)
    job = facts.text("job")
    return FoundTake(
        shot=check_id(shot),
        n=n,
        chain=check_id(facts.text("chain")),
        order_id=facts.text("order"),
        position=facts.number("position", MAX_POSITION),
        seam=facts.text("seam"),
        provider=facts.text("provider"),
        model=facts.text("model"),
        seed=facts.number("seed", MAX_SEED),
        pass_=facts.text("pass"),
        job_id=job if _JOB.fullmatch(job) else None,
        request_hash=facts.text("request_hash"),
        plan_hash=facts.text("plan_hash"),
        prompt=facts.text("prompt", 200_000),
        in_sha=facts.sha("input.frame"),
        source=_source(facts),
        frames=facts.maybe("probe.frames", MAX_POSITION),
        sha=facts.sha("clip.sha"),
        first_sha=facts.sha("frames.first.sha"),
        last_sha=facts.sha("frames.last.sha"),
        would_cost=facts.maybe("would_have_cost_micro_usd", 10**15),
        made_at=facts.text("made_at", 40),
        micro=micro,
        exact=exact,
    )


def _cost(facts: _Facts) -> tuple[int, bool]:
    """What it cost. Only an exact zero is believed: a sum is what was written, not what was billed."""
    for kind in ("settle", "writeoff"):
        micro = facts.maybe(f"money.{kind}.micro_usd", 10**15)
        if micro is not None:
            return micro, micro == 0 and facts.text(f"money.{kind}.certainty") == "exact"
    return 0, False


def _source(facts: _Facts) -> tuple[str, int] | None:
    shot, n = facts.text("input.from.shot"), facts.maybe("input.from.take", MAX_POSITION)
    return (shot, n) if shot and n else None


class _Facts:
    """Typed looks into untrusted JSON, by dotted name."""

    def __init__(self, facts: dict[str, Any], path: Path) -> None:
        self._facts = facts
        self._path = path

    def text(self, dotted: str, limit: int = 400) -> str:
        """Empty where it is missing or no text."""
        value = self._at(dotted)
        # A lone surrogate is legal JSON and cannot be stored.
        return value[:limit].encode("utf-8", "replace").decode() if isinstance(value, str) else ""

    def sha(self, dotted: str) -> str:
        value = self.text(dotted)
        return value if _SHA.fullmatch(value) else ""

    def maybe(self, dotted: str, most: int) -> int | None:
        value = self._at(dotted)
        whole = isinstance(value, int) and not isinstance(value, bool)
        return value if whole and 0 <= value <= most else None

    def number(self, dotted: str, most: int) -> int:
        """Raises BadInput where it is missing or out of range."""
        value = self.maybe(dotted, most)
        if value is None:
            raise BadInput(f"its sidecar has no usable '{dotted}'", where=str(self._path))
        return value

    def _at(self, dotted: str) -> Any:
        value: Any = self._facts
        for name in dotted.split("."):
            value = value.get(name) if isinstance(value, dict) else None
        return value
