"""What readers hand out: frozen rows of the ledger and of the plan snapshot.

No postponed annotations here: `NamedTuple` compiles each postponed one anew, and `status` pays.
"""

from typing import Any, NamedTuple


class TakeRow(NamedTuple):
    """One take as the ledger holds it."""

    id: int
    chain: str
    shot: str
    n: int
    state: str
    order_id: str
    position: int
    seam: str
    provider: str
    model: str
    seed: int
    plan_hash: str
    request_hash: str
    source_take: int | None
    in_sha: str
    sha: str
    first_sha: str
    last_sha: str
    would_cost: int | None
    state_at: str
    note: str
    pass_: str


class BoardTake(NamedTuple):
    """One take, as far as a board tells of it: the names are those of `TakeRow`."""

    id: int
    shot: str
    n: int
    state: str
    order_id: str
    provider: str
    plan_hash: str
    source_take: int | None
    framed: bool
    """Its last frame was written."""
    state_at: str
    note: str


class BoardEvent(NamedTuple):
    id: int
    at: str
    kind: str
    chain: str
    shot: str
    take_id: int | None
    text: str
    data: str
    """JSON, as it lies there."""


class Marks(NamedTuple):
    """Highest ids of what is only ever added to."""

    event: int = 0
    money: int = 0
    failure: int = 0
    measurement: int = 0


class SubmissionRow(NamedTuple):
    id: int
    subject_kind: str
    subject_id: int
    chain: str
    shot: str
    state: str
    provider: str
    key: str
    request_hash: str
    job_id: str | None
    intent_at: str | None
    done_at: str | None
    key_id: str = ""


class Sums(NamedTuple):
    """Micro-dollars of one scope."""

    reserved: int = 0
    committed: int = 0
    settled: int = 0
    in_doubt: int = 0
    """Part of `reserved` whose job nobody can prove."""


# A sum is as uncertain as its worst part.
class PlannedShot(NamedTuple):
    """One shot of the plan, as far as screens and staleness need it."""

    position: int
    """In the film, 0-based."""
    id: str
    chain: str
    kind: str
    description: str
    seconds: float
    seam: str
    depends: str
    """Shot whose frame this one begins from; empty for board, text and the first of a chain."""
    omitted: bool
    plan_hash: str
    provider: str
    model: str
    locked: bool = False


class PlannedChain(NamedTuple):
    id: str
    title: str
    anchor: str


class Snapshot(NamedTuple):
    signature: str
    film: dict[str, Any]
    """title, start, due, budgets in micro-dollars, review policy, providers."""
    chains: tuple[PlannedChain, ...]
    shots: tuple[PlannedShot, ...]
