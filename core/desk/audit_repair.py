"""Mending what an audit found, as far as it can be mended without a person and without money.

Clips come back from the provider (polls and downloads are free), frames and sidecars from what is
there, a damaged ledger from its newest sound backup. Nothing is generated again.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from core.base.errors import LedgerFault, RushesError
from core.base.hold import hold
from core.base.paths import publish, sha256_file
from core.base.text import one_line
from core.desk import audit_checks as checks
from core.desk.audit_adopt import adopt_forgotten
from core.desk.audit_kinds import FilmPlaces, Finding, Severity
from core.engine import brought, sidecar
from core.engine.harvest import verify_again
from core.engine.states import ELSEWHERE, TakeState
from core.ledger import rebuild, records, takes
from core.ledger.append import Ledger
from core.ledger.db import backups, restore
from core.ledger.views import Reader
from core.providers.base import JobState

if TYPE_CHECKING:
    from pathlib import Path

    from core.base.clock import Clock
    from core.engine.production import Production, TakeFiles
    from core.ledger.views import TakeRow
    from core.providers.base import Fetched

RESTORED = "restored from a backup: look at what was made since (`rushes audit`), then `rushes resume`"


def repair(production: Production, places: FilmPlaces) -> tuple[Finding, ...]:
    """Mends and says what was mended and what was not. Raises FilmHeld while a worker runs, and
    LedgerFault where the ledger is damaged and no backup is sound."""
    p = production
    done: list[Finding] = []
    if checks.file_faults(places):
        p.reader.close()
        p.ledger.close()  # both open the new file at their next use
        done += restore_ledger(places, p.clock)
    with hold(places.lock):
        if any(finding.code == "balance.wrong" for finding in checks.money_faults(p)):
            with p.ledger.write() as w:
                rebuild.recount(w)
            done.append(_done("balance.wrong", "the balances were counted again from the money rows"))
        for take in p.reader.all_takes():
            if take.state in checks.ON_DISK and take.sha:
                done += _mend_take(p, take)
        for part in checks.stray_parts(places):
            part.unlink(missing_ok=True)
            done.append(_done("file.part", f"{one_line(part.name)} was removed"))
    return tuple(done)


def restore_ledger(places: FilmPlaces, clock: Clock) -> tuple[Finding, ...]:
    """Puts the newest sound backup in the place of a damaged or missing ledger, the broken file kept aside.

    What happened since the backup is not in it: takes whose replies or files lie on disk own their jobs
    again or are in doubt, and every chain waits for a person. Needs no open production. Raises FilmHeld,
    and LedgerFault where the ledger is sound or no backup is.
    """
    with hold(places.lock):
        if not checks.file_faults(places):
            raise LedgerFault("the ledger is sound", where=str(places.ledger), todo="nothing was changed")
        backup = _newest_sound(places)
        aside = restore(backup, places.ledger, clock.now())
        kept = f"; the broken file is kept as {aside.name}" if aside else ""
        text = f"the ledger was restored from {backup.name}{kept}"
        adopted = _bring_up_to_date(places, clock, text)
    todo = "every chain is paused: look at what was made since (`rushes audit`), then `rushes resume`"
    return (_done("ledger.restored", text, todo), *adopted)


def _newest_sound(places: FilmPlaces) -> Path:
    for backup in reversed(backups(places.backups)):
        with suppress(RushesError):
            if not records.damage(backup):
                return backup
    raise LedgerFault(
        "the ledger is damaged or missing, and there is no sound backup",
        where=str(places.ledger),
        todo="run `rushes audit --rebuild`: takes come back from their sidecars",
    )


def _bring_up_to_date(places: FilmPlaces, clock: Clock, text: str) -> list[Finding]:
    ledger, reader = Ledger(places.ledger, clock), Reader(places.ledger)
    try:
        adopted = adopt_forgotten(ledger, reader, places)
        chains = {take.chain for take in reader.all_takes()} | set(reader.chains())
        with ledger.write() as w:
            w.event("ledger.restored", text)
            rebuild.pause(w, sorted(chains), RESTORED)
        return adopted
    finally:
        reader.close()
        ledger.close()


def _mend_take(p: Production, take: TakeRow) -> list[Finding]:
    """Clip first, then what is cut and written from it."""
    done = []
    files = p.files(take.shot, take.n)
    if not files.clip.is_file():
        if take.state == TakeState.REJECTED:
            return []  # cleared away by a person: it is not missed
        fetched = _from_part(p, take) if take.provider == ELSEWHERE else _refetch(p, take, files)
        if fetched.severity is Severity.ERROR:
            return [fetched]
        done.append(fetched)
    if take.state == TakeState.BROKEN and verify_again(p, take).state != TakeState.BROKEN:
        return [*done, _said(take, "take.broken", "is as ordered after all: `rushes run` goes on with it")]
    if not take.last_sha or sha256_file(files.clip) != take.sha:
        return done
    wrong = _frames_wrong(take, files)
    if wrong:
        done.append(_recut(p, take, files, wrong))
        take = p.take(take.id)
    if any(checks.sidecar_faults(p, take)):
        sidecar.write(p, take, first_sha=take.first_sha, last_sha=take.last_sha)
        done.append(_said(take, "sidecar.missing", "has its sidecar again, from the ledger"))
    return done


def _from_part(p: Production, take: TakeRow) -> Finding:
    """What a person brought can be fetched from nobody; an import that died may have left it beside."""
    lacking = brought.arrive(p, take)
    if not lacking:
        return _said(take, "clip.missing", "has its clip, which an import had left unnamed")
    todo = "`rushes import take` with the same file brings it back"
    return replace(_said(take, "clip.missing", f"has lost its clip: {lacking}", Severity.ERROR), todo=todo)


def _refetch(p: Production, take: TakeRow, files: TakeFiles) -> Finding:
    """Asks the provider for the finished job's clip once more; only the very same bytes are accepted."""
    job = next((row.job_id for row in reversed(p.reader.submissions_of("take", take.id)) if row.job_id), None)
    if job is None:
        return _said(take, "clip.missing", "has lost its clip and has no job to ask for", Severity.ERROR)
    again = files.clip.with_name(f".{files.stem}.again.mp4")
    try:
        provider = p.provider(take.provider)
        status = provider.poll(job)
        if status.state is not JobState.SUCCEEDED:
            text = f"has lost its clip, and the provider calls its job {status.state.value}"
            return _said(take, "clip.missing", text, Severity.ERROR)
        return _accept(take, files, provider.fetch(job, status, again))
    except RushesError as error:
        text = f"has lost its clip, and it cannot be fetched: {one_line(error.what)}"
        return _said(take, "clip.missing", text, Severity.ERROR)
    finally:
        again.unlink(missing_ok=True)


def _accept(take: TakeRow, files: TakeFiles, fetched: Fetched) -> Finding:
    if sha256_file(fetched.path) != take.sha:
        text = "has lost its clip, and the provider now gives another one"
        return _said(take, "clip.missing", text, Severity.ERROR)
    publish(fetched.path, files.clip)
    if fetched.carried:
        sidecar.keep(files, carried=dict(fetched.carried))
    return _said(take, "clip.missing", "has its clip again, byte for byte")


def _frames_wrong(take: TakeRow, files: TakeFiles) -> list[Path]:
    pairs = ((files.first, take.first_sha), (files.last, take.last_sha))
    return [path for path, sha in pairs if not path.is_file() or sha256_file(path) != sha]


def _recut(p: Production, take: TakeRow, files: TakeFiles, wrong: list[Path]) -> Finding:
    """The wrong frames from the clip, sound ones left alone. Another build may write the same picture in
    other bytes: then the rows are told, with an event that keeps both hashes."""
    cut = {path: path.with_name(f".{path.name}.again.png") for path in (files.first, files.last)}
    try:
        p.clips.frame(files.clip, cut[files.first], cut[files.last])
        for path in wrong:
            publish(cut[path], path)
    finally:
        for again in cut.values():
            again.unlink(missing_ok=True)
    first, last = p.clips.picture_sha(files.first), p.clips.picture_sha(files.last)
    if (first, last) == (take.first_sha, take.last_sha):
        return _said(take, "frame.missing", "has its frames again, byte for byte")
    with p.ledger.write() as w:
        takes.amend(w, take.id, first_sha=first, last_sha=last)
        was = {"first": take.first_sha, "last": take.last_sha}
        data = {"was": was, "is": {"first": first, "last": last}}
        w.event(
            "take.recut", "frames cut again", chain=take.chain, shot=take.shot, take_id=take.id, data=data
        )
    return _said(take, "frame.missing", "has its frames again, in other bytes", Severity.WARNING)


def _said(take: TakeRow, code: str, text: str, severity: Severity = Severity.NOTE) -> Finding:
    todo = "retake it, or bring the file back from a copy" if severity is Severity.ERROR else ""
    return Finding(code, severity, f"{take.shot} take {take.n} {text}", todo, take.shot, take.n)


def _done(code: str, text: str, todo: str = "") -> Finding:
    return Finding(code, Severity.NOTE, text, todo)
