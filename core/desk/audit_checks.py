"""The audit's checks. Each looks at one thing, changes nothing, and says what to do."""

from __future__ import annotations

import time
from collections import Counter
from typing import TYPE_CHECKING, Any

from core.base.errors import RushesError
from core.base.hold import holder
from core.base.jsons import read_json
from core.base.paths import PART, sha256_file
from core.base.text import one_line
from core.desk.audit_kinds import FilmPlaces, Finding, Severity, outcomes_of
from core.engine import sidecar
from core.engine.states import ELSEWHERE, TakeState
from core.ledger import records
from core.ledger.db import backups
from core.ledger.rebuild import Booking, recounted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from core.engine.production import Production, TakeFiles
    from core.ledger.views import TakeRow

S = TakeState
ON_DISK = frozenset({S.DOWNLOADED, S.BROKEN, S.VERIFIED, S.FRAMED, S.REVIEW, S.APPROVED, S.REJECTED})
"""States in which the clip lies in takes/."""
PART_AGE_S = 3600.0
"""A part file older than this belongs to nobody any more."""
_JOB_STATES = {
    S.RESERVED: {"reserved"},
    S.INTENT: {"intent"},
    S.IN_DOUBT: {"in_doubt"},
    S.SUBMITTED: {"accepted"},
    S.RUNNING: {"accepted"},
}
_LIVE = frozenset().union(*_JOB_STATES.values())
_FETCH = "`rushes audit --repair` fetches it again where the provider still has it"
_BRING = "a person brought it: `rushes import take` with the same file brings it back"
_REPAIR = "`rushes audit --repair`"


def file_faults(places: FilmPlaces) -> list[Finding]:
    """The ledger's own file: integrity and foreign keys."""
    if not places.ledger.exists():
        return [
            Finding(
                "ledger.missing",
                Severity.ERROR,
                "there is no ledger",
                "`rushes audit --repair` (last backup) or `rushes audit --rebuild` (from the sidecars)",
            )
        ]
    return [
        Finding(
            "ledger.damaged",
            Severity.ERROR,
            f"the ledger is damaged: {one_line(what)}",
            "`rushes audit --repair` (last backup) or `rushes audit --rebuild` (from the sidecars)",
        )
        for what in records.damage(places.ledger)
    ]


def backup_faults(places: FilmPlaces) -> Iterator[Finding]:
    """There is a backup, and the newest one can be used."""
    kept = backups(places.backups)
    if not kept:
        yield Finding(
            "backup.missing", Severity.WARNING, "there is no backup of the ledger", "`rushes run` makes one"
        )
        return
    try:
        found = records.damage(kept[-1])
    except RushesError as error:
        found = [error.what]
    if found:
        text = f"the newest backup, {kept[-1].name}, cannot be used: {one_line(found[0])}"
        yield Finding("backup.damaged", Severity.WARNING, text, "`rushes run` makes another")


def worker_faults(places: FilmPlaces) -> Iterator[Finding]:
    """A heartbeat without a lock: the last worker did not end by itself."""
    if holder(places.lock).running:
        return
    try:
        left = places.lock.read_text("ascii", "replace").strip()
        age = time.time() - places.lock.stat().st_mtime
    except OSError:
        return
    if left:
        text = (
            f"the last worker (pid {one_line(left, 20)}) was killed; its last sign is {age / 60:.0f} min old"
        )
        yield Finding("worker.died", Severity.NOTE, text, "`rushes run` picks up what it left")


def money_faults(p: Production) -> list[Finding]:
    """Balances against the money rows, and one live submission a subject."""
    found = _money_faults(p)
    # Two reads are two moments: while a worker runs, only what stands in both is a fault.
    return [finding for finding in _money_faults(p) if finding in found] if found else []


def _money_faults(p: Production) -> list[Finding]:
    rows = records.spend_rows(p.reader)
    counted = recounted(_booking(row) for row in rows)
    held = {scope: sums for scope, sums in records.balances(p.reader).items() if any(sums)}
    found = []
    for scope in sorted(counted.keys() | held.keys()):
        should, does = counted.get(scope, (0, 0, 0)), held.get(scope, (0, 0, 0))
        if should != does:
            text = f"the balance of {' '.join(scope).strip()} is {_usd(does)}, its rows say {_usd(should)}"
            found.append(Finding("balance.wrong", Severity.ERROR, text, f"{_REPAIR} counts it again"))
    live = Counter(
        (row["subject_kind"], row["subject_id"], row["shot"]) for row in rows if row["state"] in _LIVE
    )
    for (kind, subject, shot), count in sorted(live.items()):
        if count > 1:
            text = f"{count} requests are live for {kind} {subject} of {shot}"
            todo = "`rushes reconcile` settles them"
            found.append(Finding("submission.double", Severity.ERROR, text, todo, shot))
    return found


def _booking(row: dict[str, Any]) -> Booking:
    booked = {kind: micro for kind, (micro, _) in row["money"].items()}
    return Booking(row["chain"], row["day"], f"{row['subject_kind']}:{row['subject_id']}", booked)


def _usd(sums: tuple[int, int, int]) -> str:
    return "/".join(f"${micro / 1e6:.6g}" for micro in sums)


def state_faults(p: Production) -> Iterator[Finding]:
    """States the table does not know, takes in doubt, and requests that do not go with their take."""
    for take in p.reader.all_takes():
        if take.state not in S.__members__.values():
            text = f"is '{one_line(take.state, 30)}', which is no state"
            yield _of(take, "state.illegal", text, "`rushes audit --rebuild`")
        elif take.state == S.IN_DOUBT:
            yield _of(take, "take.in_doubt", "is in doubt: a job may be running", "`rushes reconcile`")
    for take in _mismatched(p, p.reader.all_takes()):
        # Looked at again: a running worker moves both in one transaction, we read them in two.
        for still in _mismatched(p, [now] if (now := p.reader.take(take.id)) else []):
            has = p.reader.live_submission(still.id)
            text = f"is {still.state}, and its request is {has.state if has else 'not there'}"
            yield _of(still, "state.mismatch", text, "`rushes reconcile` asks the provider")


def _mismatched(p: Production, takes: Sequence[TakeRow]) -> list[TakeRow]:
    """Takes whose live submission is not the one that goes with their state."""
    jobs: dict[int, set[str]] = {}
    for row in records.spend_rows(p.reader):
        if row["subject_kind"] == "take" and row["state"] in _LIVE:
            jobs.setdefault(row["subject_id"], set()).add(row["state"])
    known = [take for take in takes if take.state in S.__members__.values()]
    return [take for take in known if jobs.get(take.id, set()) != _JOB_STATES.get(S(take.state), set())]


def job_faults(p: Production, places: FilmPlaces) -> Iterator[Finding]:
    """Saved replies that name a job no submission owns: paid for, and not in this ledger."""
    owned = {row["job_id"] for row in records.spend_rows(p.reader)}
    for path in sorted(outcomes_of(places).glob("*.json")):
        job = saved_job(path)
        if job and job not in owned:
            text = f"a provider accepted job '{one_line(job, 60)}', and the ledger has no take for it"
            todo = "look at the provider's list before that shot is made again; `rushes reconcile --adopt`"
            yield Finding("job.unknown", Severity.ERROR, text, todo)


def saved_job(path: Path) -> str:
    """The job a saved reply names; empty where it cannot be read."""
    found = (read_json(path) or {}).get("job_id", "")
    return found if isinstance(found, str) else ""


def take_faults(p: Production) -> Iterator[Finding]:
    """Every take that was downloaded has its clip, frames and sidecar, and they are the recorded ones."""
    for take in p.reader.all_takes():
        if take.state in ON_DISK and take.sha:
            yield from _clip_faults(take, p.files(take.shot, take.n))
            if take.last_sha:
                yield from _frame_faults(take, p.files(take.shot, take.n))
                yield from sidecar_faults(p, take)


def _clip_faults(take: TakeRow, files: TakeFiles) -> Iterator[Finding]:
    if not files.clip.is_file():
        # What a person rejected may be cleared away; what was never judged or is circled may not.
        severity = Severity.NOTE if take.state == S.REJECTED else Severity.ERROR
        todo = _BRING if take.provider == ELSEWHERE else _FETCH
        yield _of(take, "clip.missing", "has lost its clip", todo, severity)
    elif sha256_file(files.clip) != take.sha:
        todo = "move the file away, then `rushes audit --repair` fetches the right one"
        yield _of(take, "clip.changed", "has a clip that is not the one downloaded", todo)


def _frame_faults(take: TakeRow, files: TakeFiles) -> Iterator[Finding]:
    for name, path, sha in (("first", files.first, take.first_sha), ("last", files.last, take.last_sha)):
        if not path.is_file():
            severity = Severity.NOTE if take.state == S.REJECTED else Severity.ERROR
            yield _of(
                take, "frame.missing", f"has lost its {name} frame", f"{_REPAIR} cuts it again", severity
            )
        elif sha256_file(path) != sha:
            yield _of(
                take, "frame.changed", f"has a {name} frame that is not its own", f"{_REPAIR} cuts it again"
            )


def sidecar_faults(p: Production, take: TakeRow) -> Iterator[Finding]:
    """The sidecar of a framed take against its rows."""
    facts = sidecar.read(p.files(take.shot, take.n))
    if not facts:
        yield _of(take, "sidecar.missing", "has no sidecar that can be read", f"{_REPAIR} writes it again")
        return
    wrong = sorted(name for name, value in _recorded(p, take).items() if _at(facts, name) != value)
    if wrong:
        text = f"has a sidecar that says otherwise: {', '.join(wrong)}"
        yield _of(take, "sidecar.changed", text, f"{_REPAIR} writes it again")


def _recorded(p: Production, take: TakeRow) -> dict[str, object]:
    """Dotted names of a sidecar's fields to what the rows say."""
    jobs = [row.job_id for row in p.reader.submissions_of("take", take.id) if row.job_id]
    return {
        "shot": take.shot,
        "chain": take.chain,
        "take": take.n,
        "seed": take.seed,
        "provider": take.provider,
        "model": take.model,
        "request_hash": take.request_hash,
        "job": jobs[-1] if jobs else None,
        "input.frame": take.in_sha,
        "clip.sha": take.sha,
        "frames.first.sha": take.first_sha,
        "frames.last.sha": take.last_sha,
    }


def _at(facts: object, dotted: str) -> object:
    for name in dotted.split("."):
        facts = facts.get(name) if isinstance(facts, dict) else None
    return facts


def orphan_faults(p: Production, places: FilmPlaces) -> Iterator[Finding]:
    """Files in takes/ that belong to no take, and part files nobody writes any more."""
    # Files first: a take has its row before it has a file.
    there = sorted((places.home / "takes").rglob("*"))
    known: set[Path] = set()
    for take in p.reader.all_takes():
        files = p.files(take.shot, take.n)
        known |= {files.clip, files.first, files.last, files.key, files.sidecar}
    for path in there:
        if path.is_file() and path not in known and PART not in path.name:
            name = one_line(str(path.relative_to(places.home)))
            text = f"{name} belongs to no take"
            todo = "move it away, or `rushes audit --rebuild` if the ledger was lost"
            yield Finding("file.orphan", Severity.WARNING, text, todo)
    for path in stray_parts(places):
        text = f"{one_line(path.name)} was left unfinished"
        yield Finding("file.part", Severity.NOTE, text, f"{_REPAIR} removes it")


def stray_parts(places: FilmPlaces) -> list[Path]:
    """Part files older than an hour, in takes/, cuts/ and among the saved replies."""
    folders = (places.home / "takes", places.cuts, outcomes_of(places))
    return [path for folder in folders for path in sorted(folder.rglob(f"*{PART}")) if _abandoned(path)]


def _abandoned(path: Path) -> bool:
    try:
        return path.is_file() and time.time() - path.stat().st_mtime > PART_AGE_S
    except FileNotFoundError:
        return False  # published or removed since it was listed


def _of(take: TakeRow, code: str, text: str, todo: str, severity: Severity = Severity.ERROR) -> Finding:
    return Finding(code, severity, f"{take.shot} take {take.n} {text}", todo, take.shot, take.n)
