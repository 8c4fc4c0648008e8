"""What was spent, on what, and how well that is known. Reads only; nothing heavy is imported.

Every statement sums inside SQLite: a film of ten thousand shots gives a few dozen rows.
No postponed annotations: `NamedTuple` compiles each postponed one anew.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from core.ledger.views import Reader

BY: Mapping[str, str] = {
    "provider": "s.provider",
    "model": "CASE WHEN coalesce(t.model, '')='' THEN s.provider ELSE s.provider || ':' || t.model END",
    "chain": "s.chain",
    "day": "s.day",
    "shot": "s.shot",
}
"""What spend can be told apart by."""
_PAID = "('settle', 'writeoff')"
_LIVE = "('reserved', 'intent', 'in_doubt', 'accepted')"


class Part(NamedTuple):
    """The sums of one name, micro-dollars."""

    name: str
    known: int
    """Settled or written off, without what nobody knows."""
    estimated: bool
    """Some of `known` was not said by the provider."""
    requests: int
    """That were paid for, unknown ones included."""
    unknown: int
    """How many of them nobody could price."""
    unknown_held: int
    """What was held for those: it counts against every budget."""
    owed: int
    """Of jobs that run."""
    reserved: int
    """Held, and nothing was sent yet, or it is just being sent."""
    in_doubt: int


class Booked(NamedTuple):
    """Running sums of one scope, micro-dollars."""

    scope: str
    ident: str
    reserved: int
    committed: int
    settled: int


class Charge(NamedTuple):
    """One submission and what was booked last of it."""

    id: int
    at: str
    """UTC ISO-8601, when that was booked."""
    subject: str
    """take, asset, validation."""
    shot: str
    take: int | None
    provider: str
    model: str
    state: str
    job: str
    booked: str
    """settle, writeoff, release, commit, reserve; empty where nothing is."""
    micro: int
    certainty: str
    """exact, estimated, unknown: then `micro` is what was held."""
    price_row: str


class Doubt(NamedTuple):
    """A submission nobody can vouch for."""

    id: int
    shot: str
    take: int | None
    provider: str
    model: str
    key_id: str
    intent_at: str
    http_status: int | None
    note: str
    """Of the submission, else of its take: why it is in doubt."""
    held: int | None
    state: str
    job: str


class GateRow(NamedTuple):
    """A question to a person, and all that was decided on it, oldest first."""

    id: int
    at: str
    kind: str
    subject: str
    question: str
    micro: int | None
    decisions: tuple[tuple[str, str, str, str, str], ...]
    """(approve or deny, person, role, why, at)."""


def parts(
    reader: Reader, by: str, only: str | None = None, group: Callable[[str], str] = str
) -> tuple[Part, ...]:
    """Spend told apart `by` a name of BY, in the names' own order; `only`: of one name.

    `group`: name to the name it is summed under, where many belong together.
    """
    joined = " LEFT JOIN take t ON s.subject_kind='take' AND t.id=s.subject_id" if by == "model" else ""
    which, args = (f" AND {BY[by]}=?", (only,)) if only is not None else ("", ())
    found: dict[str, list[int]] = {}
    paid = (
        f"SELECT {BY[by]}, m.certainty, sum(m.micro), count(*) FROM money m"
        f" JOIN submission s ON s.id=m.submission_id{joined} WHERE m.kind IN {_PAID}{which} GROUP BY 1, 2"
    )
    for name, certainty, micro, count in reader.rows(paid, *args):
        sums = found.setdefault(group(name), [0] * 8)
        sums[2] += count
        if certainty == "unknown":
            sums[3] += count
            sums[4] += micro
        else:
            sums[0] += micro
            sums[1] |= certainty != "exact"
    # Each of these is told by a partial index: few are live at any moment.
    live = (
        f"SELECT {BY[by]}, s.state, sum(m.micro) FROM submission s{joined}"
        f" JOIN money m ON m.submission_id=s.id AND m.kind='reserve' WHERE s.state IN {_LIVE}{which}"
        " GROUP BY 1, 2"
    )
    for name, state, micro in reader.rows(live, *args):
        sums = found.setdefault(group(name), [0] * 8)
        sums[{"accepted": 5, "in_doubt": 7}.get(state, 6)] += micro
    return tuple(_part(name, found[name]) for name in sorted(found))


def _part(name: str, sums: list[int]) -> Part:
    known, estimated, requests, unknown, unknown_held, owed, reserved, in_doubt = sums
    return Part(name, known, bool(estimated), requests, unknown, unknown_held, owed, reserved, in_doubt)


def summed(name: str, found: tuple[Part, ...] | list[Part]) -> Part:
    """Several parts as one; of none, nothing was spent."""
    return Part(
        name,
        known=sum(part.known for part in found),
        estimated=any(part.estimated for part in found),
        requests=sum(part.requests for part in found),
        unknown=sum(part.unknown for part in found),
        unknown_held=sum(part.unknown_held for part in found),
        owed=sum(part.owed for part in found),
        reserved=sum(part.reserved for part in found),
        in_doubt=sum(part.in_doubt for part in found),
    )


def booked(reader: Reader, scope: str) -> tuple[Booked, ...]:
    """The sums that budgets are tested against, in the names' order: chains, days."""
    sql = "SELECT scope, id, reserved, committed, settled FROM balance WHERE scope=? ORDER BY id"
    return tuple(Booked(*row) for row in reader.rows(sql, scope))


def dearest_takes(reader: Reader, most: int) -> list[tuple[str, int | None, int, Part]]:
    """(shot, take, micro-dollars that count, the part) of the takes that cost most, the dearest first.

    A take's subject is named `take:7` in the running sums; other subjects are no takes.
    """
    sql = (
        "SELECT id, reserved+committed+settled FROM balance WHERE scope='take' AND id LIKE 'take:%'"
        " ORDER BY 2 DESC, id LIMIT ?"
    )
    found: list[tuple[str, int | None, int, Part]] = []
    for ident, micro in reader.rows(sql, most):
        number = int(ident.partition(":")[2])
        take = reader.take(number)
        if take is not None and micro:
            found.append((take.shot, take.n, micro, _of_take(reader, number)))
    return found


def _of_take(reader: Reader, take_id: int) -> Part:
    sql = (
        "SELECT m.kind, m.certainty, m.micro, s.state FROM submission s JOIN money m ON m.submission_id=s.id"
        " WHERE s.subject_kind='take' AND s.subject_id=?"
    )
    sums = [0] * 8
    for kind, certainty, micro, state in reader.rows(sql, take_id):
        if kind in ("settle", "writeoff"):
            sums[2] += 1
            if certainty == "unknown":
                sums[3] += 1
                sums[4] += micro
            else:
                sums[0] += micro
                sums[1] |= certainty != "exact"
        elif kind == "reserve" and state in ("accepted", "in_doubt", "reserved", "intent"):
            sums[{"accepted": 5, "in_doubt": 7}.get(state, 6)] += micro
    return _part("", sums)


_LAST = ("settle", "writeoff", "release", "commit", "reserve")
"""What is booked last of a submission, the last first."""


def charges(reader: Reader, most: int) -> tuple[Charge, ...]:
    """The newest submissions, newest first."""
    sql = (
        "SELECT s.id, s.subject_kind, s.shot, t.n, s.provider, coalesce(t.model, ''), s.state,"
        " coalesce(s.job_id, ''), s.price_row, coalesce(s.intent_at, ''), m.kind, m.micro, m.certainty, m.at"
        " FROM (SELECT * FROM submission ORDER BY id DESC LIMIT ?) s"
        " LEFT JOIN take t ON s.subject_kind='take' AND t.id=s.subject_id"
        " LEFT JOIN money m ON m.submission_id=s.id ORDER BY s.id DESC"
    )
    kept: dict[int, tuple[Any, dict[str, Any]]] = {}
    for row in reader.rows(sql, most):
        _, held = kept.setdefault(row[0], (row, {}))
        if row[10]:
            held[row[10]] = row[11:]
    return tuple(_charge(row, held) for row, held in kept.values())


def _charge(row: Any, held: dict[str, Any]) -> Charge:
    ident, subject, shot, n, provider, model, state, job, price, intent = row[:10]
    kind = next((name for name in _LAST if name in held), "")
    micro, certainty, at = held.get(kind, (0, "unknown", intent))
    return Charge(ident, at, subject, shot, n, provider, model, state, job, kind, micro, certainty, price)


def charge_count(reader: Reader) -> int:
    return int(reader.rows("SELECT count(*) FROM submission")[0][0])


def doubts(reader: Reader) -> tuple[Doubt, ...]:
    """Submissions in doubt, oldest first."""
    sql = (
        "SELECT s.id, s.shot, t.n, s.provider, coalesce(t.model, ''), s.key_id, coalesce(s.intent_at, ''),"
        " s.http_status, CASE WHEN s.note='' THEN coalesce(t.note, '') ELSE s.note END, m.micro, s.state,"
        " coalesce(s.job_id, '')"
        " FROM submission s LEFT JOIN take t ON s.subject_kind='take' AND t.id=s.subject_id"
        " LEFT JOIN money m ON m.submission_id=s.id AND m.kind='reserve'"
        " WHERE s.state='in_doubt' ORDER BY s.id"
    )
    return tuple(Doubt(*row) for row in reader.rows(sql))


def gates(reader: Reader) -> tuple[GateRow, ...]:
    """Newest first."""
    told: dict[int, list[tuple[str, str, str, str, str]]] = {}
    sql = "SELECT gate_id, decision, person, role, why, at FROM gate_decision ORDER BY id"
    for gate, *decision in reader.rows(sql):
        told.setdefault(gate, []).append((*decision,))
    sql = "SELECT id, at, kind, subject, question, micro FROM gate ORDER BY id DESC"
    return tuple(GateRow._make((*row, tuple(told.get(row[0], ())))) for row in reader.rows(sql))


def keys_used(reader: Reader) -> tuple[tuple[str, str], ...]:
    """(provider, key id) of every key that paid, owes or may owe, the newest of a provider first."""
    sql = (
        "SELECT provider, key_id FROM submission WHERE key_id<>''"
        " GROUP BY provider, key_id ORDER BY provider, max(id) DESC"
    )
    return tuple((str(row[0]), str(row[1])) for row in reader.rows(sql))
