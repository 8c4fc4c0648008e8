"""What the dashboard and `status --json` are told: frozen rows, ready to draw.

Nothing here is heavy: this module and `glance` are imported before the first paint. No postponed
annotations: `NamedTuple` compiles each postponed one anew, 4 ms in all.
Texts are as people or providers wrote them; whoever draws passes them through `base.text`.
"""

from typing import NamedTuple


class ShotRow(NamedTuple):
    """One shot as the board shows it."""

    id: str
    chain: str
    kind: str
    """hero, establisher, character, action."""
    description: str
    seconds: float
    state: str
    """planned ready running review circled rejected failed in_doubt held stale omitted."""
    takes: int
    """How many takes were made or are being made; one that is only ordered is none yet."""
    newest_take: int | None
    approved_take: int | None
    stale: bool
    drift: float | None
    expected: tuple[int, int]
    """How many takes a shot of this kind usually needs, from and to."""
    note: str = ""
    """Why it is held, failed or in doubt, in a few words."""
    framed: int | None = None
    """Newest take whose first and last frame were written."""
    usable: int | None = None
    """The take whose last frame is handed over today: the circled one, else the newest before a person."""
    source: str = ""
    """Shot whose frame this one begins from, or an empty string."""
    seam: str = ""
    """How it begins: last, keyframe, bridge, anchor, board, text."""
    clip: str = ""
    """Absolute path of that framed take's clip, or an empty string."""


class ChainRow(NamedTuple):
    """One chain: a file of shots/."""

    id: str
    title: str
    state: str
    """active (something to do, worker at it), idle, paused, done."""
    pause_reason: str
    """budget key_limit moderation refused in_doubt review drift manual disk; empty when not paused."""
    pause_note: str
    done: int
    """Shots circled."""
    made: int
    """Shots with a usable take (circled ones included)."""
    total: int
    """Shots, omitted ones not counted."""
    current: str
    """Shot being made, or an empty string."""
    current_since_s: float | None
    current_progress: float | None
    """0 to 1 where the provider tells."""
    expected_s: float | None
    """How long a take of this provider took lately (median), or None."""
    shots: tuple[str, ...] = ()
    """Ids in order, omitted ones included."""


class MoneyRow(NamedTuple):
    """Sums in micro-dollars; None is unknown."""

    budget: int | None
    settled: int
    committed: int
    reserved: int
    in_doubt: int
    remaining: int | None
    day_budget: int | None
    day_spent: int
    forecast_p50: int | None = None
    forecast_p90: int | None = None
    free_only: bool = False
    """Every provider of this film is free."""

    @property
    def spent(self) -> int:
        """What is gone or promised: settled and committed, reserved and in doubt."""
        return self.settled + self.committed + self.reserved + self.in_doubt

    @property
    def spent_is_exact(self) -> bool:
        return self.spent == self.settled


class AccountRow(NamedTuple):
    provider: str
    state: str
    balance: int | None
    """Micro-dollars; None is unknown."""
    limit_remaining: int | None
    resets_at: str
    read_at: str
    free: bool


class FailureRow(NamedTuple):
    id: int
    at: str
    shot: str
    take: int | None
    category: str
    broke: str
    cause: str
    workaround: str
    outcome: str
    cost: int | None
    """Micro-dollars lost; None is unknown."""


class WaitingRow(NamedTuple):
    """Something only a person can answer."""

    kind: str
    """review, in_doubt, failed, rejected, gate, pause, fault."""
    id: str
    """Take id, gate id or chain id."""
    shot: str
    take: int | None
    question: str


class EventRow(NamedTuple):
    id: int
    at: str
    """UTC ISO-8601."""
    kind: str
    shot: str
    """Shot, or the chain where it is of a whole one."""
    text: str


STALLED_S = 10.0
"""A worker beats every few seconds; one that has not for so long does nothing, though it holds the film."""


class WorkerRow(NamedTuple):
    running: bool
    pid: int | None
    heartbeat_age_s: float | None

    @property
    def stalled(self) -> bool:
        return self.running and (self.heartbeat_age_s or 0.0) > STALLED_S


class FaultRow(NamedTuple):
    """A fault in a file of the film folder, while the last good plan stays on screen."""

    file: str
    line: int
    what: str
    nearest: str


class Glance(NamedTuple):
    """The film at one moment: all that one screen shows."""

    film: str
    """Folder, absolute."""
    title: str
    day: int | None
    """Day of the production, 1-based, or None without a start date."""
    days: int | None
    chains: tuple[ChainRow, ...]
    shots: tuple[ShotRow, ...]
    """In matrix order: chain by chain."""
    money: MoneyRow
    accounts: tuple[AccountRow, ...]
    failures: tuple[FailureRow, ...]
    """Newest first, at most 50."""
    failure_total: int
    failure_categories: tuple[tuple[str, int, int | None, str], ...]
    """(category, count, micro-dollars lost or None, best known workaround), most frequent first."""
    waiting: tuple[WaitingRow, ...]
    events: tuple[EventRow, ...]
    """Newest first, at most 50."""
    worker: WorkerRow
    faults: tuple[FaultRow, ...] = ()
    last_frame: tuple[str, int] | None = None
    """Shot and take of the newest hand-over frame."""
    rehearsal: bool = False


PAUSES = {
    "manual": "paused by you",
    "budget": "paused: the budget",
    "key_limit": "paused: the limit of the key",
    "moderation": "paused: moderation",
    "refused": "paused: it could not go on",
    "in_doubt": "paused: in doubt",
    "review": "paused: a take to review",
    "drift": "paused: drift",
    "disk": "paused: the disk",
}
"""Why a chain stands still, by the ledger's word for it."""


def paused(reason: str, note: str) -> str:
    """A pause as a person says it: `paused by you`, `paused: in doubt, S205`."""
    words = PAUSES.get(reason) or f"paused: {reason.replace('_', ' ') or 'by hand'}"
    # Of a pause by hand the note says who it was: that is the person who reads it.
    told = "" if reason == "manual" and note.startswith("by ") else note
    return f"{words}, {told}" if told and told != reason else words
