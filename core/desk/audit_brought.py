"""Takes that people brought, known again by their sidecars: nothing was sent, so nothing is in doubt."""

from __future__ import annotations

import uuid
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from core.base.clock import stamp
from core.base.paths import sha256_file
from core.desk.audit_found import FoundFolder, FoundRescue, FoundTake
from core.desk.audit_kinds import FilmPlaces, Finding, Severity
from core.engine.imports import NO_SEED
from core.engine.production import take_name
from core.engine.states import ELSEWHERE, TakeState
from core.ledger import rebuild as rows
from core.ledger import records
from core.ledger.tables import Rescue, Take

if TYPE_CHECKING:
    from core.ledger.append import Ledger, Writer
    from core.ledger.views import Reader

Key = tuple[str, int]
"""Shot and number."""


def adopt_brought(ledger: Ledger, reader: Reader, places: FilmPlaces, found: FoundFolder) -> list[Finding]:
    """Rows for brought takes that a restored ledger has forgotten, one transaction."""
    lost = [key for key in sorted(found.brought) if reader.take_of(*key) is None]
    if not lost:
        return []
    ids = {(take.shot, take.n): take.id for take in reader.all_takes()}
    owned = {row["job_id"] for row in records.spend_rows(reader)}  # a folder copied by hand names a job twice
    with ledger.write() as w:
        for key in lost:
            whole = found.takes.get(key)
            row = (
                row_of(whole, moment_of(whole.made_at) or w.now) if whole else half_of(w, found, places, key)
            )
            job = whole.job_id if whole and whole.job_id not in owned else None
            owned.add(job)
            ids[key] = rows.bring_back(w, row, "from its sidecar", paid_for(w, found.brought[key], job))
            if whole and whole.source in ids:
                rows.link(w, ids[key], ids[whole.source])
        record(w, found, lost, ids)
        rows.recount(w)
    return [_back(*key) for key in lost]


def record(w: Writer, found: FoundFolder, keys: list[Key], ids: dict[Key, int]) -> None:
    """The rows that say where brought takes come from."""
    for key in keys:
        told = found.brought[key]
        w.add(
            Rescue(
                take_id=ids[key],
                of_take=ids.get(told.of) if told.of else None,
                approach=told.approach,
                original_model=told.original_model,
                source=told.source,
                micro=told.micro,
                note=told.note,
                person=told.person,
                at=moment_of(told.at) or w.now,
            )
        )


def paid_for(w: Writer, told: FoundRescue, job: str | None) -> rows.Spent | None:
    """What its sidecar says a person paid; None where nobody knows."""
    if told.micro is None:
        return None
    at = moment_of(told.at) or w.now
    return rows.Spent(uuid.uuid4().hex, job, at[:10], at, told.micro, exact=told.micro == 0)


def row_of(take: FoundTake, at: str) -> Take:
    """A whole take, before a person again."""
    return Take(
        chain=take.chain,
        shot=take.shot,
        n=take.n,
        state=TakeState.REVIEW,
        order_id=take.order_id,
        position=take.position,
        seam=take.seam,
        provider=take.provider,
        model=take.model,
        seed=take.seed,
        pass_=take.pass_,
        plan_hash=take.plan_hash,
        request_hash=take.request_hash,
        prompt=take.prompt,
        in_sha=take.in_sha,
        frames=take.frames,
        sha=take.sha,
        first_sha=take.first_sha,
        last_sha=take.last_sha,
        would_cost=take.would_cost,
        created_at=at,
        state_at=at,
    )


def half_of(w: Writer, found: FoundFolder, places: FilmPlaces, key: Key) -> Take:
    """A brought take that was never framed: with its clip it goes on from there, else it is lost."""
    shot, n = key
    told: FoundRescue = found.brought[key]
    clip = places.home / "takes" / shot / f"{take_name(shot, n)}.mp4"
    there = clip.is_file()
    return Take(
        chain=told.chain,
        shot=shot,
        n=n,
        state=TakeState.DOWNLOADED if there and told.chain else TakeState.EXPIRED,
        order_id="",
        position=told.position,
        seam="text",
        provider=ELSEWHERE,
        model=told.model,
        seed=NO_SEED,
        frames=told.frames,
        sha=sha256_file(clip) if there else "",
        created_at=w.now,
        state_at=w.now,
        note="" if there else "its clip is gone: import it again",
    )


def moment_of(text: str) -> str | None:
    """A sidecar's time in the ledger's own writing, or None."""
    with suppress(ValueError, OverflowError):
        found = datetime.fromisoformat(text)
        return stamp(found if found.tzinfo else found.replace(tzinfo=UTC))
    return None


def _back(shot: str, n: int) -> Finding:
    text = f"{shot} take {n}, which a person brought, is back from its sidecar"
    return Finding("take.adopted", Severity.NOTE, text, "look at it before it is used", shot, n)
