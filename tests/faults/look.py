"""What must hold, looked at from outside: on copies of the files, so that nothing is mended by looking.

    I1  at most one job a take              I8  every clip the ledger names lies there with its hash
    I2  every job is owned or in doubt      I9  it ends, within a few restarts
    I3  the ledger never holds less than    I10 nothing that was made is sent or made again
        the bill, and exactly it at rest    I11 after a key's refusal nothing is sent until resumed,
    I4  no limit is broken, and the key's       and what runs is still fetched
        book holds at least as much         I12 the event log replays to the same states
    I5  no paid request before its intent   I13 no key in any file
    I6  none while paused or blocked, two   I14 the ledger is sound, no part file is left
        at once, or other than agreed       I15 a restart with nothing to do writes nothing
    I7  each take began from the frame of the one before

I5, I6, I7, I10 and I11 are also watched by the house, at every paid request.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from core.engine.states import STEPS, TakeState

Rows = Callable[..., list[sqlite3.Row]]
STATES = frozenset(state.value for state in TakeState)
LIVE = ("reserved", "intent", "in_doubt", "accepted")


@contextmanager
def copied(path: Path, scratch: Path) -> Iterator[Rows | None]:
    """The file and its journal as a killed process left them, in a copy; None where there is none."""
    if not path.exists():
        yield None
        return
    copy = scratch / path.name
    for source, target in ((path, copy), (_journal(path), _journal(copy))):
        target.unlink(missing_ok=True)
        if source.exists():
            shutil.copyfile(source, target)
    with closing(sqlite3.connect(copy, isolation_level=None)) as link:
        link.row_factory = sqlite3.Row
        yield lambda sql, *args: link.execute(sql, args).fetchall()


def _journal(path: Path) -> Path:
    return path.with_name(path.name + "-journal")


class Eyes:
    """One night's memory of what was seen."""

    def __init__(self, home: Path, ledger: Path, book: Path, scratch: Path) -> None:
        self.home = home
        self.ledger = ledger
        self.book = book
        self.scratch = scratch
        self.made: dict[int, str] = {}
        """Clips that were whole on disk at some moment."""
        self.pauses: tuple[str, ...] = ()
        """Why chains paused, known at rest."""

    def at_any_time(self, house: dict[str, Any], limit: int) -> list[str]:
        """What must hold whenever the worker may be dead."""
        with copied(self.ledger, self.scratch) as rows, copied(self.book, self.scratch) as book:
            if rows is None:
                return ["I14: the ledger is gone"]
            found = [*house["broken"], *_sound(rows, "ledger"), *_owned(rows, house), *_replayed(rows)]
            found += [*_enough(rows, house), *_within(rows, limit), *self._on_disk(rows)]
            if book:
                found += [*_sound(book, "key's book"), *_mirrored(rows, book, exactly=False)]
        return found

    def at_rest(self, house: dict[str, Any]) -> list[str]:
        """What must hold once nothing is left to do."""
        with copied(self.ledger, self.scratch) as rows, copied(self.book, self.scratch) as book:
            assert rows
            sql = "SELECT DISTINCT json_extract(data, '$.reason') FROM event WHERE kind='chain.paused'"
            self.pauses = tuple(row[0] for row in rows(sql))
            found = [*_all_made(rows), *_to_the_cent(rows, house), *_linked(rows, self.home)]
            if book:
                found += _mirrored(rows, book, exactly=True)
            elif house["bill"]:
                found.append("I4: there is no book of the key")
        return found + [f"I14: {part.name} is left" for part in self.home.rglob("*.part*")]

    def _on_disk(self, rows: Rows) -> list[str]:
        found = []
        for take in rows("SELECT id, shot, n, sha FROM take WHERE sha<>''"):
            clip = self.home / "takes" / take["shot"] / f"{take['shot']}_t{take['n']:03d}.mp4"
            if not clip.exists() or hashlib.sha256(clip.read_bytes()).hexdigest() != take["sha"]:
                found.append(f"I8: the clip of {take['shot']} is not the one the ledger names")
            if self.made.setdefault(take["id"], take["sha"]) != take["sha"]:
                found.append(f"I10: {take['shot']} was made again")
        return found

    def files(self) -> dict[str, str]:
        """Every file of the film and of the key, hashed; the lock files say only who was here."""
        return {
            str(path.relative_to(self.home)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(self.home.rglob("*"))
            if path.is_file() and path.suffix not in (".lock", ".ballast")
        }

    def holds(self, word: str) -> list[str]:
        """Files with a word in them that no file may hold."""
        needle = word.encode()
        return [
            path.name
            for path in self.home.rglob("*")
            if path.is_file() and (needle in path.read_bytes() or word in path.name)
        ]


def _sound(rows: Rows, what: str) -> list[str]:
    said = [str(row[0]) for row in rows("PRAGMA integrity_check(20)")]
    faults = [] if said == ["ok"] else said
    faults += [f"orphan in {row[0]}" for row in rows("PRAGMA foreign_key_check")]
    return [f"I14: {what}: {fault}" for fault in faults]


def _owned(rows: Rows, house: dict[str, Any]) -> list[str]:
    jobs: dict[str, dict[str, Any]] = house["jobs"]
    made = Counter((job["shot"], job["take"]) for job in jobs.values())
    found = [f"I1: {shot} take {n} has {count} jobs" for (shot, n), count in made.items() if count > 1]
    # The newest row under a key: a proven absence hands its key on.
    newest = {row["key"].partition("~")[0]: row for row in rows("SELECT * FROM submission ORDER BY id")}
    for name, job in jobs.items():
        row = newest.get(job["key"])
        if row is None or (row["job_id"] != name and row["state"] not in ("intent", "in_doubt")):
            found.append(f"I2: nobody owns {name} ({row['state'] if row else 'no row'})")
    return found


def _spent(rows: Rows) -> dict[int, int]:
    """Submission to what it counts for, from the money rows alone."""
    booked: dict[int, dict[str, int]] = defaultdict(dict)
    for row in rows("SELECT submission_id, kind, micro FROM money"):
        booked[row[0]][row[1]] = row[2]
    return {ident: _counts(kinds) for ident, kinds in booked.items()}


def _counts(kinds: dict[str, int]) -> int:
    if "release" in kinds:
        return 0
    return kinds.get("settle", kinds.get("writeoff", kinds.get("reserve", 0)))


def _holds(rows: Rows) -> dict[int, int]:
    """Submission to what was held for it at first."""
    return dict(map(tuple, rows("SELECT submission_id, micro FROM money WHERE kind='reserve'")))


def _enough(rows: Rows, house: dict[str, Any]) -> list[str]:
    spent, bill = sum(_spent(rows).values()), sum(house["bill"].values())
    held = _holds(rows)
    by_key = {
        row["key"].partition("~")[0]: held.get(row["id"], 0) for row in rows("SELECT id, key FROM submission")
    }
    # What a job cost beyond its hold is known once the house was asked.
    unasked = sum(
        max(0, house["bill"][name] - by_key.get(job["key"], 0)) for name, job in house["jobs"].items()
    )
    return [f"I3: the ledger holds {spent}, the bill is {bill}"] if spent < bill - unasked else []


def _overrun(rows: Rows) -> int:
    sql = (
        "SELECT coalesce(sum(s.micro - r.micro), 0) FROM money s JOIN money r"
        " ON r.submission_id=s.submission_id AND r.kind='reserve' WHERE s.kind='settle' AND s.micro>r.micro"
    )
    return int(rows(sql)[0][0])


def _within(rows: Rows, limit: int) -> list[str]:
    """Balances are what the money rows say, and within the limit; an overrun is recorded, and pauses."""
    total = sum(_spent(rows).values())
    found = []
    sql = "SELECT scope, sum(reserved + committed + settled) FROM balance GROUP BY scope"
    sums = {row[0]: row[1] for row in rows(sql)}
    if total and any(sums.get(scope) != total for scope in ("film", "chain", "day", "take")):
        found.append(f"I4: the balances are {sums}, the money rows come to {total}")
    over = _overrun(rows)
    if total > limit + over:
        found.append(f"I4: {total} is held or spent of {limit}")
    paused = "SELECT 1 FROM event WHERE kind='chain.paused' AND data LIKE '%\"budget\"%'"
    if over and not rows(paused):
        found.append("I4: an overrun paused nothing")
    return found


def _mirrored(rows: Rows, book: Rows, *, exactly: bool) -> list[str]:
    """The key's book against the film's share of it."""
    spent, holds = _spent(rows), _holds(rows)
    known = {row["submission"]: row for row in book("SELECT * FROM spend")}
    found = []
    for row in rows("SELECT id, key, state FROM submission WHERE key_id<>''"):
        line = known.get(row["key"])
        counts = 0 if line is None else line["held" if line["state"] in ("held", "committed") else "settled"]
        owed = spent.get(row["id"], 0)
        if not exactly:  # an overrun is known to the film first
            owed = min(owed, holds.get(row["id"], 0))
        if counts < owed or (exactly and counts != owed):
            found.append(f"I4: the key's book counts {counts} for {row['state']} {owed}")
    return found


def _replayed(rows: Rows) -> list[str]:
    """Takes and chains as the event log alone tells them."""
    takes: dict[int, str] = {}
    chains: dict[str, tuple[str, str]] = {}
    found = []
    for row in rows("SELECT kind, chain, take_id, data FROM event ORDER BY id"):
        of, _, to = row["kind"].partition(".")
        if of == "chain":
            data = json.loads(row["data"])
            chains[row["chain"]] = (to, data["reason"])
        elif of == "take" and to in STATES:
            was = json.loads(row["data"]).get("from")
            if to == "planned" and was is None:
                takes[row["take_id"]] = to
                continue
            if takes.get(row["take_id"]) != was or to not in STEPS[TakeState(was)]:
                found.append(f"I12: take {row['take_id']} went from {was} to {to}")
            takes[row["take_id"]] = to
    now = {row["id"]: row["state"] for row in rows("SELECT id, state FROM take")}
    if takes != now:
        found.append(f"I12: the log says {takes}, the rows {now}")
    told = {row["id"]: (row["state"], row["pause_reason"]) for row in rows("SELECT * FROM chain")}
    if chains != told:
        found.append(f"I12: the log says {chains}, the rows {told}")
    return found


def _all_made(rows: Rows) -> list[str]:
    states: dict[str, list[str]] = defaultdict(list)
    for row in rows("SELECT shot, state FROM take ORDER BY shot, n"):
        states[row[0]].append(row[1])
    found = [
        f"I9: {shot} is {made}" for shot, made in states.items() if made[-1] not in ("review", "approved")
    ]
    left = rows("SELECT key FROM submission WHERE state IN (?, ?, ?, ?)", *LIVE)
    return found + [f"I9: submission {row[0]} is still live" for row in left]


def _to_the_cent(rows: Rows, house: dict[str, Any]) -> list[str]:
    """What was settled at a price the provider told is its bill; where it told none, the hold stands."""
    bill: dict[str, int] = house["bill"]
    found = []
    sql = (
        "SELECT s.job_id, m.micro, m.certainty FROM submission s JOIN money m"
        " ON m.submission_id=s.id AND m.kind='settle'"
    )
    settled = {row[0]: (row[1], row[2]) for row in rows(sql)}
    for job, micro in bill.items():
        mine = settled.get(job)
        if mine is None or (mine[0] != micro if mine[1] == "exact" else mine[0] < micro):
            found.append(f"I3: {job} is billed {micro} and booked {mine}")
    spent, sums = sum(_spent(rows).values()), sum(micro for micro, _ in settled.values())
    if spent != sums:
        found.append(f"I3: {spent} is spent or held, {sums} is billed")
    return found


def _linked(rows: Rows, home: Path) -> list[str]:
    found = []
    for take in rows("SELECT * FROM take WHERE state IN ('review', 'approved') AND source_take IS NOT NULL"):
        source = rows("SELECT * FROM take WHERE id=?", take["source_take"])[0]
        frame = home / "takes" / source["shot"] / f"{source['shot']}_t{source['n']:03d}_last.png"
        held = hashlib.sha256(frame.read_bytes()).hexdigest() if frame.exists() else ""
        if not take["in_sha"] == source["last_sha"] == held:
            found.append(f"I7: {take['shot']} did not begin from {source['shot']}")
    return found
