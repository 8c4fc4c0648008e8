"""The ledger's rows as SQLModel classes: what a writer fills in.

The schema itself stands in `migrations`; a test holds these classes against it, column by column.
Money is integer micro-dollars, moments are UTC ISO-8601 text, None is unknown.
"""

from __future__ import annotations

from sqlalchemy import Table
from sqlmodel import Field, SQLModel


def table_of(row: type[SQLModel]) -> Table:
    """The plain table of a row class: statements on it skip the object mapper's work."""
    found: Table = row.__table__  # type: ignore[attr-defined]
    return found


class _Row(SQLModel):
    id: int | None = Field(default=None, primary_key=True)
    at: str = ""


class Event(_Row, table=True):
    kind: str
    chain: str = ""
    shot: str = ""
    take_id: int | None = None
    text: str = ""
    data: str = "{}"


class Chain(SQLModel, table=True):
    id: str = Field(primary_key=True)
    state: str
    pause_reason: str = ""
    pause_note: str = ""
    at: str = ""


class Take(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    chain: str
    shot: str
    n: int
    state: str
    order_id: str
    """Takes ordered together continue one another's frames."""
    position: int
    """Place in the chain when ordered."""
    seam: str
    provider: str
    model: str
    seed: int
    pass_: str = Field(default="", sa_column_kwargs={"name": "pass"})
    plan_hash: str = ""
    request_hash: str = ""
    prompt: str = ""
    source_take: int | None = None
    """The take whose frame this one began from."""
    in_sha: str = ""
    frames: int | None = None
    fps: str = ""
    """As a fraction, `24000/1001`; with width and height as ordered. Empty until it is reserved."""
    width: int | None = None
    height: int | None = None
    agreed: int | None = None
    """Micro-dollars at most, as quoted when a person ordered it; None where nobody could say."""
    sha: str = ""
    first_sha: str = ""
    last_sha: str = ""
    would_cost: int | None = None
    """In a rehearsal: what the real provider would have billed."""
    created_at: str = ""
    state_at: str = ""
    note: str = ""


class Submission(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    subject_kind: str
    subject_id: int
    chain: str = ""
    shot: str = ""
    state: str
    provider: str
    key: str
    request_hash: str
    job_id: str | None = None
    day: str
    intent_at: str | None = None
    done_at: str | None = None
    http_status: int | None = None
    price_row: str = ""
    note: str = ""
    key_id: str = ""
    """Names the key that pays; empty where none is needed."""


class Money(_Row, table=True):
    submission_id: int
    kind: str
    micro: int
    certainty: str


class Balance(SQLModel, table=True):
    """Running sums a scope; the audit recomputes them from `money`."""

    scope: str = Field(primary_key=True)
    id: str = Field(primary_key=True)
    reserved: int = 0
    committed: int = 0
    settled: int = 0


class Verdict(_Row, table=True):
    subject_kind: str
    subject_id: str
    shot: str = ""
    take_id: int | None = None
    verdict: str
    note: str = ""
    person: str
    role: str = ""
    sha: str = ""
    """SHA-256 of what was seen."""
    fix: str = ""
    """Of a seam that is not good: trim, dissolve, bridge, retake."""
    task_id: int | None = None


class Note(_Row, table=True):
    subject_kind: str
    subject_id: str
    shot: str = ""
    timecode: str = ""
    text: str
    person: str
    take_id: int | None = None
    resolves: int | None = None
    """The note this one settles."""


class Failure(_Row, table=True):
    category: str
    chain: str = ""
    shot: str
    take_id: int | None = None
    broke: str
    cause: str = ""
    workaround: str = ""
    origin: str = ""
    outcome: str = "open"
    lesson: str = ""
    micro: int | None = None
    minutes: int | None = None
    person: str
    supersedes: int | None = None


class Measurement(_Row, table=True):
    subject_kind: str
    subject_id: str
    take_id: int | None = None
    name: str
    value: float | None = None
    data: str = "{}"


class Hours(_Row, table=True):
    category: str
    person: str
    minutes: int
    note: str = ""


class Gate(_Row, table=True):
    kind: str
    subject: str
    question: str
    micro: int | None = None
    bound_hash: str = ""


class GateDecision(_Row, table=True):
    __tablename__ = "gate_decision"
    gate_id: int
    decision: str
    person: str
    role: str = ""
    why: str = ""


class Command(_Row, table=True):
    kind: str
    args: str = "{}"
    person: str
    state: str = "queued"
    answer: str = ""
    done_at: str | None = None


class Task(_Row, table=True):
    title: str
    owner: str = ""
    due: str = ""
    source: str = ""
    consequence: str = ""
    review_path: str = ""
    state: str = "open"
    state_at: str = ""
    step: str = ""
    """Of the production checklist: script, board, prompts, clips, keyframes, edit, publish."""
    output: str = ""
    link: str = ""
    approval: str = ""
    """waiting, approved, refused; empty where none is needed."""
    approved_by: str = ""


class Suggestion(_Row, table=True):
    text: str
    source: str
    reason: str
    next_action: str = ""
    model: str = ""
    link: str = ""
    """Where it comes from: `shot:S101`, `take:S101/2`, `note:7`."""
    kind: str = ""
    data: str = "{}"


class SuggestionDecision(_Row, table=True):
    __tablename__ = "suggestion_decision"
    suggestion_id: int
    decision: str
    person: str
    why: str = ""


class Account(SQLModel, table=True):
    provider: str = Field(primary_key=True)
    state: str
    reason: str = ""
    balance: int | None = None
    limit_remaining: int | None = None
    resets_at: str = ""
    read_at: str = ""
    free: int = 0


class Rescue(_Row, table=True):
    """A take that came of another, or from elsewhere."""

    take_id: int
    of_take: int | None = None
    approach: str
    original_model: str = ""
    source: str = ""
    micro: int | None = None
    note: str = ""
    person: str


class Score(_Row, table=True):
    """One line of a rubric, 1 to 5, by a person."""

    subject_kind: str
    subject_id: str
    item: str
    score: int
    note: str = ""
    person: str
    role: str = ""
    sha: str = ""


class Commitment(_Row, table=True):
    """A legal, safety or client promise: only a person closes it."""

    kind: str
    text: str
    link: str = ""
    person: str


class CommitmentRow(_Row, table=True):
    __tablename__ = "commitment_row"
    commitment_id: int
    kind: str
    text: str
    link: str = ""
    person: str = ""
    model: str = ""


class Seen(SQLModel, table=True):
    """When a person last asked what happened while they were away."""

    person: str = Field(primary_key=True)
    at: str = ""
