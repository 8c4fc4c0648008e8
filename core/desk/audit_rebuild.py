"""A new ledger from what lies on disk: sidecars, clips and saved replies.

Verdicts are gone, so every take is before a person again; sums are unknown unless they were an
exact zero; every chain waits until a person resumes it. The broken file is kept.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.base.errors import BadInput, LedgerFault
from core.base.hold import hold
from core.base.paths import publish, sha256_file
from core.base.text import one_line
from core.base.units import frames_of
from core.desk.audit_adopt import adopt_forgotten
from core.desk.audit_brought import half_of, moment_of, paid_for, record, row_of
from core.desk.audit_checks import saved_job
from core.desk.audit_found import FoundFolder, look_through
from core.desk.audit_kinds import FilmPlaces, Finding, Severity, outcomes_of
from core.engine import outcomes
from core.engine.orders import seed_for
from core.engine.production import take_name
from core.engine.states import TakeState
from core.film.choice import choose_model
from core.film.continuity import seam_name
from core.ledger import rebuild as rows
from core.ledger import records
from core.ledger.append import Ledger
from core.ledger.tables import Take
from core.ledger.views import Reader

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from core.base.clock import Clock
    from core.film.plan import Plan
    from core.ledger.append import Writer

NOTE = "rebuilt from the sidecars: verdicts are gone and sums unknown; look, then `rushes resume`"


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What came back."""

    takes: int
    aside: Path | None
    """Where the old file is kept; None where there was none."""
    findings: tuple[Finding, ...]
    """What could not be brought back whole."""


def rebuild(places: FilmPlaces, clock: Clock, plan: Plan, *, force: bool = False) -> Rebuilt:
    """Writes a new ledger and puts it in place of a damaged, missing or empty one.

    A sound ledger that holds takes is refused with BadInput unless a person says `force`. Raises
    FilmHeld while a worker runs. Until the last moment the old file stays where it is.
    """
    with hold(places.lock):
        if not force:
            _refuse_sound(places.ledger)
        found = look_through(places.home / "takes")
        part = places.ledger.with_name(f".{places.ledger.name}.new")
        _remove(part)
        try:
            said = _write(part, clock, plan, found, places)
            aside = _swap(part, places.ledger, clock.now())
        finally:
            _remove(part)
    return Rebuilt(len(found.takes) + len(found.halves), aside, tuple(said))


def _refuse_sound(path: Path) -> None:
    if path.exists() and not records.damage(path) and records.takes_held(path):
        raise BadInput(
            "the ledger is sound: a rebuild would lose verdicts, notes and exact sums",
            where=str(path),
            todo="`rushes audit` says what is wrong; a person may force a rebuild",
        )


def _write(part: Path, clock: Clock, plan: Plan, found: FoundFolder, places: FilmPlaces) -> list[Finding]:
    keys = _keys(places)
    ledger, reader = Ledger(part, clock), Reader(part)
    try:
        with ledger.write() as w:
            orders = [take.order_id for take in found.takes.values()]
            orders += [reply.order for reply in outcomes.of_folder(outcomes_of(places))]
            count = len(found.takes) + len(found.halves)
            rows.announce(w, f"{count} takes brought back from their files; verdicts are gone", orders)
            ids = _bring_back(w, plan, found, keys, places)
            said = _link(w, found, ids) + _half_findings(found)
            rows.recount(w)
            chains = {take.chain for take in found.takes.values()} | {chain.id for chain in plan.chains}
            rows.pause(w, sorted(chains), NOTE)
        said += adopt_forgotten(ledger, reader, places) + _lost_jobs(reader, _keys(places))
    finally:
        reader.close()
        ledger.close()
    broken = records.damage(part)
    if broken:
        raise LedgerFault(
            f"the new ledger is not sound: {broken[0]}", todo="check the disk; nothing was changed"
        )
    return said


def _keys(places: FilmPlaces) -> dict[str, str]:
    """Job to the key of the submission that got it, from the saved replies."""
    found = {}
    for path in sorted(outcomes_of(places).glob("*.json")):
        job = saved_job(path)
        if job:
            found[job] = path.stem
    return found


def _bring_back(
    w: Writer, plan: Plan, found: FoundFolder, keys: dict[str, str], places: FilmPlaces
) -> dict[tuple[str, int], int]:
    """Rows for every take, oldest first. Returns their ids."""
    owners: set[str] = set()
    ids = {}
    for key, take in sorted(found.takes.items(), key=lambda item: (item[1].made_at, item[0])):
        # Two sidecars may name one job (a folder copied by hand): it keeps its first owner.
        job = None if f"{take.provider} {take.job_id}" in owners else take.job_id
        owners.add(f"{take.provider} {take.job_id}")
        at = moment_of(take.made_at) or w.now
        spent = rows.Spent(
            key=keys.pop(job, "") if job else "",
            job_id=job,
            day=at[:10],
            at=at,
            micro=take.micro,
            exact=take.exact,
        )
        told = found.brought.get(key)
        paid = paid_for(w, told, job) if told else _keyed(spent)
        ids[key] = rows.bring_back(w, row_of(take, at), "from its sidecar", paid)
    replies = {(reply.shot, reply.take): reply for reply in outcomes.of_folder(outcomes_of(places))}
    for shot, n in sorted(found.halves):
        if (shot, n) in found.brought:
            row, paid = half_of(w, found, places, (shot, n)), paid_for(w, found.brought[shot, n], None)
            ids[shot, n] = rows.bring_back(w, row, found.halves[shot, n], paid)
            continue
        row, reply = _half(w, plan, places, shot, n), replies.get((shot, n))
        if reply and reply.job_id in keys:
            if row.state == TakeState.EXPIRED:
                continue  # its job is known: it is fetched again
            row.provider, row.model = reply.provider or row.provider, reply.model or row.model
            own = keys.pop(reply.job_id)
            spent = rows.Spent(own, reply.job_id, w.day, w.now, reply.held, exact=False)
        else:
            spent = rows.Spent(uuid.uuid4().hex, None, w.day, w.now, 0, exact=False)
        ids[shot, n] = rows.bring_back(w, row, found.halves[shot, n], spent)
    record(w, found, sorted(found.brought), ids)
    return ids


def _keyed(spent: rows.Spent) -> rows.Spent:
    if spent.key:
        return spent
    return rows.Spent(uuid.uuid4().hex, spent.job_id, spent.day, spent.at, spent.micro, spent.exact)


def _half(w: Writer, plan: Plan, places: FilmPlaces, shot: str, n: int) -> Take:
    """A number that is taken: with a clip it goes on from there, without one it is lost. Never free again."""
    clip = places.home / "takes" / shot / f"{take_name(shot, n)}.mp4"
    there = clip.is_file()
    known = plan.has(shot)
    choice = choose_model(plan, plan.shot(shot)) if known else None
    return Take(
        chain=plan.chain_of(shot).id if known else "",
        shot=shot,
        n=n,
        state=TakeState.DOWNLOADED if there and known else TakeState.EXPIRED,
        order_id="",
        position=plan.position(shot).index if known else 0,
        seam=seam_name(plan, shot) if known else "",
        provider=choice.provider if choice else "",
        model=choice.model if choice else "",
        seed=seed_for(shot, n),
        frames=frames_of(plan.shot(shot).seconds, plan.profile.fps) if known else None,
        sha=sha256_file(clip) if there else "",
        created_at=w.now,
        state_at=w.now,
        note="rebuilt without a whole sidecar",
    )


def _link(w: Writer, found: FoundFolder, ids: dict[tuple[str, int], int]) -> list[Finding]:
    said = []
    for key, take in sorted(found.takes.items()):
        if take.source is None:
            continue
        if take.source in ids and take.source != key:
            rows.link(w, ids[key], ids[take.source])
        else:
            source = f"{one_line(take.source[0])} take {take.source[1]}"
            text = f"{take.shot} take {take.n} began from {source}, which is gone"
            said.append(Finding("source.gone", Severity.WARNING, text, "", take.shot, take.n))
    return said


def _half_findings(found: FoundFolder) -> list[Finding]:
    return [
        Finding(
            "sidecar.half",
            Severity.WARNING,
            f"{shot} take {n} came back without its request: {why}",
            "look at it before it is used",
            shot,
            n,
        )
        for (shot, n), why in sorted(found.halves.items())
    ]


def _lost_jobs(reader: Reader, keys: dict[str, str]) -> list[Finding]:
    """Replies that name no take: accepted, maybe paid, and never fetched."""
    known = {row["job_id"] for row in records.spend_rows(reader)}
    return [
        Finding(
            "job.unknown",
            Severity.ERROR,
            f"a provider accepted job '{one_line(job, 60)}', and no take has it",
            "look at the provider's list before its shot is made again",
        )
        for job in sorted(keys)
        if job not in known
    ]


def _swap(part: Path, path: Path, now: datetime) -> Path | None:
    """The old file, and its journal with it, go aside under a name of their own; the new one comes in."""
    _journal(part).unlink(missing_ok=True)
    aside = None
    if path.exists():
        aside = path.with_name(f"{path.name}.broken-{now.strftime('%Y%m%dT%H%M%S%f')}")
        if _journal(path).exists():
            _journal(path).replace(_journal(aside))
        path.replace(aside)
    _journal(path).unlink(missing_ok=True)
    publish(part, path)
    return aside


def _journal(path: Path) -> Path:
    return path.with_name(f"{path.name}-journal")


def _remove(part: Path) -> None:
    part.unlink(missing_ok=True)
    _journal(part).unlink(missing_ok=True)
