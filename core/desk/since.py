"""What happened since a moment, from rows. Pure, and light: it is read before the first byte is shown.

No postponed annotations: `NamedTuple` compiles each one anew.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

Row = Mapping[str, Any]

_LOST = ("take.remote_failed", "take.expired", "take.broken", "take.written_off")
_JUDGED_AGAIN = ("approved", "rejected")
"""A take that comes back before a person from here has not landed: it was there."""
KINDS = (
    *("take.review", "take.refused", "take.in_doubt", "take.retake", *_LOST),
    *("chain.paused", "chain.active", "order.placed", "command.queued"),
)
"""The events this is told from."""
WAITING = 3


class Landed(NamedTuple):
    """A take that came before a person."""

    at: str
    shot: str
    take: int | None


class Judged(NamedTuple):
    at: str
    subject: str
    """take, seam, board, cut, delivery."""
    name: str
    """The shot of a take; else what the verdict names."""
    take: int | None
    verdict: str
    person: str
    role: str
    note: str
    sha: str


class Settled(NamedTuple):
    """What one provider billed."""

    provider: str
    micro: int
    """Micro-dollars; without the unknown ones this is not the whole."""
    certainty: str
    """The worst of its rows."""
    requests: int
    unknown: int
    """How many of them nobody could price."""


class Failed(NamedTuple):
    """A row of the catalogue, or a take that was lost and that nobody wrote down yet."""

    at: str
    shot: str
    take: int | None
    category: str
    """Empty: not logged."""
    what: str
    micro: int | None
    person: str


class Pause(NamedTuple):
    """A chain that stood still."""

    at: str
    """Empty: it stood still before."""
    chain: str
    reason: str
    note: str
    lifted_at: str
    """Empty: it still does."""
    lifted_by: str
    """An act and its person, or an empty string where the rows do not say."""


class Told(NamedTuple):
    """Anything that is one sentence."""

    at: str
    shot: str
    take: int | None
    text: str


class Waits(NamedTuple):
    kind: str
    id: str
    shot: str
    take: int | None
    question: str


class News(NamedTuple):
    since: str
    """UTC ISO-8601; rows later than it."""
    until: str
    """Moment of the last event there is: who asks again from there misses nothing."""
    landed: tuple[Landed, ...]
    verdicts: tuple[Judged, ...]
    settled: tuple[Settled, ...]
    doubts: tuple[Told, ...]
    """Takes that went in doubt."""
    in_doubt: int
    """Micro-dollars held in doubt now."""
    failures: tuple[Failed, ...]
    pauses: tuple[Pause, ...]
    refusals: tuple[Told, ...]
    suggestions: tuple[Told, ...]
    orders: tuple[Told, ...]
    notes: tuple[Told, ...]
    waiting: tuple[Waits, ...]
    """The first of those that wait for a person."""
    waiting_total: int

    @property
    def nothing(self) -> bool:
        """Nothing happened; something may still wait."""
        told = (self.landed, self.verdicts, self.settled, self.doubts, self.failures)
        return not any((*told, self.pauses, self.refusals, self.suggestions, self.orders, self.notes))


class Read(NamedTuple):
    """The rows of a stretch of time, oldest first."""

    since: str
    until: str
    events: Sequence[Row]
    verdicts: Sequence[Row]
    failures: Sequence[Row]
    """Superseded ones left out."""
    settled: Sequence[tuple[str, int, str]]
    """(provider, micro-dollars, certainty)."""
    suggestions: Sequence[Row]
    notes: Sequence[Row]
    in_doubt: int
    takes: Mapping[int, tuple[str, int]]
    """Take id to shot and number."""
    waiting: Sequence[Waits]


def news_of(read: Read) -> News:
    by_kind: dict[str, list[Row]] = {}
    for event in read.events:
        by_kind.setdefault(str(event["kind"]), []).append(event)

    def told(*kinds: str) -> tuple[Told, ...]:
        return tuple(_told(event, read.takes) for kind in kinds for event in by_kind.get(kind, ()))

    return News(
        since=read.since,
        until=read.until,
        landed=tuple(_landed(by_kind.get("take.review", ()), read.takes)),
        verdicts=tuple(_judged(row, read.takes) for row in read.verdicts),
        settled=settled(read.settled),
        doubts=told("take.in_doubt"),
        in_doubt=read.in_doubt,
        failures=_failures(read, by_kind),
        pauses=pauses(read.events, read.verdicts),
        refusals=told("take.refused"),
        suggestions=tuple(
            Told(row["at"], str(row.get("shot") or ""), row.get("n"), f"#{row['id']} {row['text']}")
            for row in read.suggestions
        ),
        orders=_orders(by_kind),
        notes=tuple(
            Told(row["at"], row["shot"], _number(row, read.takes), f"{row['person']}: {row['text']}")
            for row in read.notes
        ),
        waiting=tuple(read.waiting[:WAITING]),
        waiting_total=len(read.waiting),
    )


def _told(event: Row, takes: Mapping[int, tuple[str, int]]) -> Told:
    return Told(event["at"], event["shot"], _number(event, takes), str(event["text"]))


def _number(row: Row, takes: Mapping[int, tuple[str, int]]) -> int | None:
    return takes.get(row.get("take_id") or 0, ("", None))[1]


def _landed(events: Iterable[Row], takes: Mapping[int, tuple[str, int]]) -> Iterable[Landed]:
    for event in events:
        if event["data"].get("from") not in _JUDGED_AGAIN:
            yield Landed(event["at"], event["shot"], _number(event, takes))


def _judged(row: Row, takes: Mapping[int, tuple[str, int]]) -> Judged:
    of_take = row["subject_kind"] == "take"
    about = (row["shot"] if of_take else "") or str(row["subject_id"])
    number = _number(row, takes) if of_take else None
    said = (row["verdict"], row["person"], row["role"], row["note"], row["sha"])
    return Judged(row["at"], row["subject_kind"], about, number, *said)


_WORST = ("exact", "estimated", "unknown")


def settled(rows: Iterable[tuple[str, int, str]]) -> tuple[Settled, ...]:
    """Sums by provider, in order of its name. A sum of unknowns is not zero: they are counted."""
    found: dict[str, Settled] = {}
    for provider, micro, certainty in rows:
        was = found.get(provider, Settled(provider, 0, "exact", 0, 0))
        unknown = certainty == "unknown"
        found[provider] = Settled(
            provider,
            was.micro + (0 if unknown else micro),
            max(was.certainty, certainty, key=_WORST.index),
            was.requests + 1,
            was.unknown + unknown,
        )
    return tuple(found[name] for name in sorted(found))


def _failures(read: Read, by_kind: Mapping[str, Sequence[Row]]) -> tuple[Failed, ...]:
    """Those that were logged, then lost takes that no row of the catalogue speaks of."""
    logged = {row["take_id"] for row in read.failures if row["take_id"] is not None}
    found = [
        Failed(
            *(row["at"], row["shot"], _number(row, read.takes)),
            *(row["category"], row["broke"], row["micro"], row["person"]),
        )
        for row in read.failures
    ]
    for kind in _LOST:
        for event in by_kind.get(kind, ()):
            if event["take_id"] not in logged:
                number = _number(event, read.takes)
                found.append(Failed(event["at"], event["shot"], number, "", str(event["text"]), None, ""))
    return tuple(sorted(found))


def _orders(by_kind: Mapping[str, Sequence[Row]]) -> tuple[Told, ...]:
    """A retake's order is written with its reason in one transaction: told once, by the reason."""
    again = {event["at"]: event for event in by_kind.get("take.retake", ())}
    found = []
    for event in by_kind.get("order.placed", ()):
        why = again.get(event["at"])
        found.append(Told(event["at"], (why or event)["shot"], None, str((why or event)["text"])))
    return tuple(found)


def pauses(events: Sequence[Row], verdicts: Iterable[Row]) -> tuple[Pause, ...]:
    """Each pause with what lifted it, in order of time.

    A verdict and a retake lift pauses in their own transaction, so at the same moment; a `resume` says
    who it was right after the chains it set going. An order's go leaves no name.
    """
    acts = {row["at"]: f"{row['verdict']} {row['shot']}".strip() + f" by {row['person']}" for row in verdicts}
    acts |= {event["at"]: str(event["text"]) for event in events if event["kind"] == "take.retake"}
    done: list[Pause] = []
    standing: dict[str, Pause] = {}
    unnamed: list[int] = []
    for event in events:
        kind, chain, at, said = event["kind"], event["chain"], event["at"], str(event["text"])
        if kind == "chain.active":
            was = standing.pop(chain, Pause("", chain, "", "", "", ""))
            done.append(was._replace(lifted_at=at, lifted_by=acts.get(at, "")))
            unnamed += [] if at in acts else [len(done) - 1]
            continue
        if kind == "chain.paused":
            data = event["data"]
            reason, note = str(data.get("reason", "")), str(data.get("note", ""))
            standing[chain] = Pause(at, chain, reason, note, "", "")
        elif kind == "command.queued" and said.startswith("resume by "):
            for number in unnamed:
                done[number] = done[number]._replace(lifted_by=said)
        unnamed = []  # whatever comes between, the next `resume` is not theirs
    return tuple(sorted([*done, *standing.values()], key=lambda pause: pause.at or pause.lifted_at))
