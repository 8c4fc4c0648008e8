"""Reading what desks and screens show beside takes: failures, accounts, verdicts, measures."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any, NamedTuple

from core.base.errors import LedgerFault
from core.ledger.db import connect_read_only, ledger_errors

if TYPE_CHECKING:
    from pathlib import Path

    from core.ledger.views import Reader


def failures(reader: Reader) -> list[dict[str, Any]]:
    """Newest first, superseded rows left out.

    Beside the row's own columns: `n`, `provider`, `model` and `sha` (its clip's) of its take (None without
    one), `first` (the row that was amended first, else its own id), and its `cost` in micro-dollars with
    `certainty` and `cost_from`: as a person gave it, else what its take was billed; None is unknown.
    """
    found = reader.table("failure", "ORDER BY id DESC")
    before = {row["id"]: row["supersedes"] for row in found}
    superseded = set(before.values())
    sql = "SELECT id, n, provider, model, sha FROM take WHERE id IN (SELECT take_id FROM failure)"
    takes = {row[0]: row[1:] for row in reader.rows(sql)}
    billed = _billed(reader)
    rows = []
    for row in found:
        if row["id"] not in superseded:
            n, provider, model, sha = takes.get(row["take_id"], (None,) * 4)
            about = {"n": n, "provider": provider, "model": model, "sha": sha or None}
            about["first"] = _first(row["id"], before)
            rows.append({**row, **about, **_cost(row, billed)})
    return rows


def failure_marks(reader: Reader) -> tuple[int, int, int]:
    """Another one whenever `failures` may give something else: its tables are only ever added to."""
    newest = [f"coalesce((SELECT max(id) FROM {name}), 0)" for name in ("failure", "submission", "money")]
    failure, submission, money = reader.rows(f"SELECT {', '.join(newest)}")[0]
    return int(failure), int(submission), int(money)


def failures_proposed(reader: Reader) -> int:
    """How many drafts of failures nobody has decided about yet."""
    sql = (
        "SELECT count(*) FROM suggestion WHERE kind='failure'"
        " AND id NOT IN (SELECT suggestion_id FROM suggestion_decision)"
    )
    return int(reader.rows(sql)[0][0])


def first_said(reader: Reader) -> dict[int, str]:
    """Id of each failure, as it was logged first, to that moment."""
    return dict(reader.rows("SELECT id, at FROM failure WHERE supersedes IS NULL"))


def refusals(reader: Reader, take_id: int) -> list[tuple[str, str]]:
    """(moment, what the provider said) of each time it refused a take, oldest first."""
    sql = "SELECT at, text FROM event WHERE take_id=? AND kind='take.refused' ORDER BY id"
    return [(str(at), str(text)) for at, text in reader.rows(sql, take_id)]


def _first(ident: int, before: dict[int, int | None]) -> int:
    while (earlier := before.get(ident)) is not None:
        ident = earlier
    return ident


def _cost(row: dict[str, Any], billed: dict[int, tuple[int | None, str]]) -> dict[str, Any]:
    if row["micro"] is not None:
        return {"cost": row["micro"], "certainty": "exact", "cost_from": "given"}
    micro, certainty = billed.get(row["take_id"], (None, "unknown"))
    return {"cost": micro, "certainty": certainty, "cost_from": "" if micro is None else "take"}


def billed(reader: Reader, take_id: int) -> tuple[int | None, str]:
    """What a take was billed in all, micro-dollars, and how well that is known; None is unknown."""
    return _billed(reader, "s.subject_id=?", take_id).get(take_id, (None, "unknown"))


def billed_of(reader: Reader, shot: str) -> dict[int, tuple[int | None, str]]:
    """As `billed`, for every take of a shot that was ever submitted."""
    return _billed(reader, "s.subject_id IN (SELECT id FROM take WHERE shot=?)", shot)


def _billed(
    reader: Reader, which: str = "s.subject_id IN (SELECT take_id FROM failure)", *args: object
) -> dict[int, tuple[int | None, str]]:
    """Unknown while anything is still held or owed. A released hold bought nothing: an exact zero."""
    sql = (
        "SELECT s.subject_id, sum(CASE WHEN m.kind IN ('settle', 'writeoff') THEN m.micro ELSE 0 END),"
        " max(CASE WHEN m.kind NOT IN ('settle', 'writeoff') THEN 0 WHEN m.certainty='exact' THEN 0"
        " WHEN m.certainty='estimated' THEN 1 ELSE 2 END),"
        " count(DISTINCT s.id) - sum(m.kind IN ('settle', 'writeoff', 'release'))"
        f" FROM submission s JOIN money m ON m.submission_id=s.id WHERE s.subject_kind='take' AND {which}"
        " GROUP BY s.subject_id"
    )
    return {
        take: (None, "unknown") if worst == 2 or still_open else (micro, ("exact", "estimated")[worst])
        for take, micro, worst, still_open in reader.rows(sql, *args)
    }


def accounts(reader: Reader) -> dict[str, dict[str, Any]]:
    """By provider."""
    return {row["provider"]: row for row in reader.table("account")}


def verdicts(reader: Reader) -> list[dict[str, Any]]:
    """Oldest first."""
    return reader.table("verdict", "ORDER BY id")


def newest_verdicts(reader: Reader) -> list[dict[str, Any]]:
    """The newest of each thing that was judged, oldest first: the one that counts."""
    newest = "SELECT max(id) FROM verdict GROUP BY subject_kind, subject_id"
    return reader.table("verdict", f"WHERE id IN ({newest}) ORDER BY id")


def verdicts_on(reader: Reader, shot: str) -> list[dict[str, Any]]:
    """On the takes of a shot, oldest first."""
    of_shot = "take_id IN (SELECT id FROM take WHERE shot=?)"
    # The plus keeps SQLite from walking all verdicts on takes: those on these are few.
    return reader.table("verdict", f"WHERE {of_shot} AND +subject_kind='take' ORDER BY id", shot)


def newest_words(reader: Reader, kind: str) -> dict[str, str]:
    """Of one kind of thing that is judged: id to the verdict that counts, in one word."""
    newest = "SELECT max(id) FROM verdict WHERE subject_kind=? GROUP BY subject_id"
    return dict(reader.rows(f"SELECT subject_id, verdict FROM verdict WHERE id IN ({newest})", kind))


def newest_verdict(reader: Reader, kind: str, ident: str) -> dict[str, Any]:
    """The verdict that counts on one thing, or an empty row."""
    found = reader.table(
        "verdict", "WHERE subject_kind=? AND subject_id=? ORDER BY id DESC LIMIT 1", kind, ident
    )
    return found[0] if found else {}


def notes(reader: Reader) -> list[dict[str, Any]]:
    """Oldest first."""
    return reader.table("note", "ORDER BY id")


def notes_on(reader: Reader, shot: str) -> list[dict[str, Any]]:
    """On a shot and its takes, oldest first."""
    return reader.table("note", "WHERE shot=? AND subject_kind='shot' ORDER BY id", shot)


def measures_of(reader: Reader, take_id: int) -> dict[str, float]:
    """Name to the newest value of everything measured on a take."""
    sql = "SELECT name, value FROM measurement WHERE take_id=? AND value IS NOT NULL ORDER BY id"
    return {str(name): float(value) for name, value in reader.rows(sql, take_id)}


SUGGESTED = "suggestion.made"
"""The event that ties suggestions to their shot and take, and says what each would cost."""


def suggestions(reader: Reader, *, everything: bool = False) -> list[dict[str, Any]]:
    """Those nobody decided yet (`everything`: all), newest first; of one event in its order.

    Beside the row's own columns: `chain`, `shot`, `take_id`, `n`, `kind`, and `upper` and `expected` in
    micro-dollars (None: unknown); and whatever else its event says of it.
    """
    decided = set() if everything else {row["suggestion_id"] for row in reader.table("suggestion_decision")}
    sql = f"SELECT id, n FROM take WHERE id IN (SELECT take_id FROM event WHERE kind='{SUGGESTED}')"
    numbers = {row[0]: row[1] for row in reader.rows(sql)}
    tied: dict[int, dict[str, Any]] = {}
    for event in reader.events(limit=1_000_000, kinds=(SUGGESTED,)):
        about = {"chain": event["chain"], "shot": event["shot"], "take_id": event["take_id"]}
        made = event["data"].get("made", [])
        for one in made:
            n = numbers.get(event["take_id"])
            tied[one["id"]] = {**about, "n": n, "first": made[0]["id"], **one}
    plain = {"chain": "", "shot": "", "take_id": None, "n": None, "kind": "", "upper": None, "expected": None}
    found = [
        {**plain, **(held := tied.get(row["id"], {})), **row, "kind": row["kind"] or held.get("kind", "")}
        for row in reader.table("suggestion", "ORDER BY id")
        if row["id"] not in decided
    ]
    return sorted(found, key=lambda row: -int(row.pop("first", row["id"])))


def decisions(reader: Reader) -> dict[int, list[dict[str, Any]]]:
    """Suggestion to all that people decided about it, oldest first: the newest counts."""
    found: dict[int, list[dict[str, Any]]] = {}
    for row in reader.table("suggestion_decision", "ORDER BY id"):
        found.setdefault(row["suggestion_id"], []).append(row)
    return found


def suggested_texts(reader: Reader, most: int) -> list[tuple[int, str]]:
    """(id, first `most` characters) of every suggestion."""
    return [(row[0], row[1]) for row in reader.rows("SELECT id, substr(text, 1, ?) FROM suggestion", most)]


def progress_of(reader: Reader, take_id: int) -> float | None:
    """The last progress the provider told, 0 to 1."""
    sql = "SELECT data FROM event WHERE take_id=? AND kind='take.progress' ORDER BY id DESC LIMIT 1"
    found = reader.rows(sql, take_id)
    value = reader.decoded(found[0][0]).get("progress") if found else None
    return float(value) if isinstance(value, int | float) else None


def was_moderated(reader: Reader, take_id: int) -> bool:
    """Whether the provider's last word on a take was that it is not allowed."""
    sql = "SELECT data FROM event WHERE take_id=? AND kind='take.refused' ORDER BY id DESC LIMIT 1"
    found = reader.rows(sql, take_id)
    return bool(found) and reader.decoded(found[0][0]).get("class") == "moderation"


def recent(reader: Reader, name: str, count: int = 20) -> list[float]:
    """The last values of a measure, newest first."""
    sql = "SELECT value FROM measurement WHERE name=? ORDER BY id DESC LIMIT ?"
    return [row[0] for row in reader.rows(sql, name, count)]


class Ordered(NamedTuple):
    """What was asked for: the film's own numbers may change while a job runs."""

    frames: int
    fps: str
    """Empty, and the sizes 0, where no request was made yet."""
    width: int
    height: int
    agreed: int | None
    """Micro-dollars at most, as quoted when it was ordered."""


def ordered(reader: Reader, take_id: int) -> Ordered:
    found = reader.rows("SELECT frames, fps, width, height, agreed FROM take WHERE id=?", take_id)
    frames, fps, width, height, agreed = found[0] if found else (None, "", None, None, None)
    return Ordered(frames or 1, fps, width or 0, height or 0, agreed)


def frames_of(reader: Reader, take_id: int) -> int:
    """How many frames were ordered."""
    return ordered(reader, take_id).frames


def born(reader: Reader) -> str:
    """The moment the ledger was made."""
    return str(reader.rows("SELECT min(at) FROM migration")[0][0])


def keys(reader: Reader) -> set[str]:
    """Of every submission."""
    return {str(row[0]) for row in reader.rows("SELECT key FROM submission")}


def hold_of(reader: Reader, submission: int) -> int:
    """Micro-dollars reserved for a submission."""
    found = reader.rows("SELECT micro FROM money WHERE submission_id=? AND kind='reserve'", submission)
    return int(found[0][0]) if found else 0


_SPEND = (
    *("id", "subject_kind", "subject_id", "chain", "shot", "state", "provider", "day", "job_id"),
    *("price_row", "take", "model", "would_cost"),
)


def spend_rows(reader: Reader) -> list[dict[str, Any]]:
    """One row a submission with its sums: for `spend` and for the audit."""
    sql = (
        "SELECT s.id, s.subject_kind, s.subject_id, s.chain, s.shot, s.state, s.provider, s.day, s.job_id,"
        " s.price_row, coalesce(t.n, 0), coalesce(t.model, ''), t.would_cost"
        " FROM submission s LEFT JOIN take t ON s.subject_kind='take' AND t.id=s.subject_id ORDER BY s.id"
    )
    booked: dict[int, dict[str, tuple[int, str]]] = {}
    for submission, kind, micro, certainty in reader.rows(
        "SELECT submission_id, kind, micro, certainty FROM money"
    ):
        booked.setdefault(submission, {})[kind] = (micro, certainty)
    return [
        {**dict(zip(_SPEND, row, strict=True)), "money": booked.get(row[0], {})} for row in reader.rows(sql)
    ]


def balances(reader: Reader) -> dict[tuple[str, str], tuple[int, int, int]]:
    """(scope, id) to (reserved, committed, settled)."""
    return {(r[0], r[1]): (r[2], r[3], r[4]) for r in reader.rows("SELECT * FROM balance")}


def damage(path: Path) -> list[str]:
    """What is broken in a ledger's file, in sentences; empty when sound.

    Says nothing of a file that is missing, held, a stranger's or a newer Rushes's: raises BadInput or
    LedgerFault, so that none of these is ever taken for damage and replaced.
    """
    if path.is_file() and path.stat().st_size == 0:
        return ["the ledger is empty"]
    try:
        with closing(connect_read_only(path)) as link, ledger_errors(path):
            rows = [str(row[0]) for row in link.execute("PRAGMA integrity_check(20)")]
            found = [] if rows == ["ok"] else rows
            return found + [f"orphan row in {row[0]}" for row in link.execute("PRAGMA foreign_key_check")]
    except LedgerFault as fault:
        if _is_torn(fault.__cause__):
            return [fault.what]
        raise


def _is_torn(error: BaseException | None) -> bool:
    """Whether SQLite's error speaks of the file's own bytes."""
    name = getattr(error, "sqlite_errorname", "") or ""
    return "CORRUPT" in name or "NOTADB" in name or isinstance(error, ValueError) or "decode" in str(error)


def takes_held(path: Path) -> int:
    """How many takes a sound file holds."""
    with closing(connect_read_only(path)) as link, ledger_errors(path):
        return int(link.execute("SELECT count(*) FROM take").fetchone()[0])
