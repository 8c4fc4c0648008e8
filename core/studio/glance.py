"""The film at one moment, from the plan's snapshot and the ledger. Nothing heavy is imported."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from core.base.hold import holder
from core.engine.stale import chosen, stale_shots
from core.engine.states import UNSENT
from core.ledger import records
from core.studio import rows, sums
from core.studio.shotstate import shot_state
from core.studio.snapshot import current

if TYPE_CHECKING:
    from core.ledger.plan_cache import PlannedShot, Snapshot
    from core.ledger.views import Reader, TakeRow
    from core.studio.places import Places

EXPECTED: dict[str, tuple[int, int]] = {
    "hero": (8, 20),
    "establisher": (3, 8),
    "character": (15, 40),
    "action": (20, 50),
}
"""Takes a shot of a kind usually needs; from the production diary the project began with."""
SHOWN = 50
_ONLY_ORDERED = UNSENT | {"cancelled"}
"""Takes of which there is nothing yet: no clip, no cost."""
SHOWN_EVENTS = (
    *(f"take.{kind}" for kind in ("review", "held", "retake", "approved", "rejected")),
    *(f"take.{kind}" for kind in ("in_doubt", "written_off", "remote_failed", "expired", "broken")),
    *(
        "chain.paused",
        "chain.active",
        "order.placed",
        "failure.logged",
        "failure.amended",
        "person.decided",
        "cut.made",
    ),
    *("worker.started", "worker.ended", "plan.fault", "plan.mended"),
)
"""Kinds a person asks about; steps in between, and what an engine says to itself, stay in the ledger."""


class _Facts(NamedTuple):
    """Everything read, before it is shaped."""

    takes: dict[str, list[TakeRow]]
    chosen: dict[str, TakeRow]
    stale: set[str]
    chains: dict[str, tuple[str, str, str]]
    worker: rows.WorkerRow


def glance(places: Places, reader: Reader | None) -> rows.Glance:
    """Reads the film. `reader` is None while there is no ledger yet. Raises BadInput, LedgerFault."""
    snapshot, faults = current(places)
    held = holder(places.lock)
    worker = rows.WorkerRow(held.running, held.pid, held.heartbeat_age_s)
    if snapshot is None:
        return _broken(places, faults, worker)
    facts = _read(snapshot, reader, worker)
    shots = tuple(_shot(shot, facts, places) for shot in snapshot.shots)
    failures, categories = sums.failures(reader)
    titles = {chain.id: chain.title or chain.id for chain in snapshot.chains}
    day, days = _days(snapshot.film)
    return rows.Glance(
        film=str(places.root),
        title=str(snapshot.film["title"]),
        day=day,
        days=days,
        chains=_chains(snapshot, shots, facts, reader),
        shots=shots,
        money=sums.money(snapshot, reader),
        accounts=sums.accounts(snapshot, reader, rehearsal=places.rehearsal),
        failures=failures[:SHOWN],
        failure_total=len(failures),
        failure_categories=categories,
        waiting=_waiting(shots, facts, faults, reader, titles),
        events=_events(reader, titles),
        worker=worker,
        faults=faults,
        last_frame=_last_frame(facts),
        rehearsal=places.rehearsal,
    )


def _broken(places: Places, faults: tuple[rows.FaultRow, ...], worker: rows.WorkerRow) -> rows.Glance:
    """A film whose files have never been whole: only the faults can be shown."""
    money = rows.MoneyRow(None, 0, 0, 0, 0, None, None, 0)
    waiting = tuple(_fault_row(fault) for fault in faults)
    return rows.Glance(
        str(places.root),
        places.root.name,
        None,
        None,
        (),
        (),
        money,
        (),
        (),
        0,
        (),
        waiting,
        (),
        worker,
        faults,
    )


def _read(snapshot: Snapshot, reader: Reader | None, worker: rows.WorkerRow) -> _Facts:
    made: dict[str, list[TakeRow]] = {}
    for take in reader.all_takes() if reader else ():
        made.setdefault(take.shot, []).append(take)
    for takes in made.values():
        takes.sort(key=lambda take: take.n)
    picked = {shot: best for shot, takes in made.items() if (best := chosen(takes))}
    stale = stale_shots(snapshot.shots, picked)
    return _Facts(made, picked, stale, reader.chains() if reader else {}, worker)


def _shot(shot: PlannedShot, facts: _Facts, places: Places) -> rows.ShotRow:
    made = facts.takes.get(shot.id, [])
    stale = shot.id in facts.stale
    counted = [take for take in made if take.state not in _ONLY_ORDERED]
    circled = next((take.n for take in reversed(made) if take.state == "approved"), None)
    framed = next((take.n for take in reversed(made) if take.last_sha), None)
    source = facts.takes.get(shot.depends, []) if shot.depends else None
    return rows.ShotRow(
        id=shot.id,
        chain=shot.chain,
        kind=shot.kind,
        description=shot.description,
        seconds=shot.seconds,
        state=shot_state(made, omitted=shot.omitted, stale=stale, source=source),
        takes=len(counted),
        newest_take=counted[-1].n if counted else None,
        approved_take=circled,
        stale=stale,
        drift=None,
        expected=EXPECTED.get(shot.kind, (1, 8)),
        note=made[-1].note if made else "",
        framed=framed,
        usable=facts.chosen[shot.id].n if shot.id in facts.chosen else None,
        source=shot.depends,
        seam=shot.seam,
        clip=f"{places.home}/takes/{shot.id}/{shot.id}_t{framed:03d}.mp4" if framed is not None else "",
    )


def _chains(
    snapshot: Snapshot, shots: tuple[rows.ShotRow, ...], facts: _Facts, reader: Reader | None
) -> tuple[rows.ChainRow, ...]:
    by_chain: dict[str, list[rows.ShotRow]] = {}
    for shot in shots:
        by_chain.setdefault(shot.chain, []).append(shot)
    usual = _usual_seconds(reader)
    return tuple(
        _chain(chain.id, chain.title, by_chain.get(chain.id, []), facts, reader, usual)
        for chain in snapshot.chains
    )


def _chain(
    ident: str,
    title: str,
    shots: list[rows.ShotRow],
    facts: _Facts,
    reader: Reader | None,
    usual: float | None,
) -> rows.ChainRow:
    state, reason, note = facts.chains.get(ident, ("active", "", ""))
    live = [shot for shot in shots if shot.state != "omitted"]
    running = next((shot for shot in live if shot.state == "running"), None)
    done = sum(1 for shot in live if shot.state == "circled")
    shown = "paused" if state == "paused" else _chain_state(live, _ordered(live, facts), facts.worker.running)
    since, progress = _current(running, facts, reader) if running else (None, None)
    return rows.ChainRow(
        id=ident,
        title=title or ident,
        state=shown,
        pause_reason=reason,
        pause_note=note,
        done=done,
        made=sum(1 for shot in live if shot.id in facts.chosen),
        total=len(live),
        current=running.id if running else "",
        current_since_s=since,
        current_progress=progress,
        expected_s=usual,
        shots=tuple(shot.id for shot in shots),
    )


def _chain_state(live: list[rows.ShotRow], ordered: set[str], worker: bool) -> str:
    if live and all(shot.state == "circled" for shot in live):
        return "done"
    busy = any(
        shot.state == "running" or (shot.state in ("ready", "planned") and shot.id in ordered)
        for shot in live
    )
    return "active" if worker and busy else "idle"


def _ordered(live: list[rows.ShotRow], facts: _Facts) -> set[str]:
    """Shots whose newest take is ordered and not yet sent."""
    newest = {shot.id: made[-1].state for shot in live if (made := facts.takes.get(shot.id))}
    return {shot for shot, state in newest.items() if state in UNSENT}


def _current(shot: rows.ShotRow, facts: _Facts, reader: Reader | None) -> tuple[float | None, float | None]:
    take = facts.takes[shot.id][-1]
    since = (datetime.now(UTC) - datetime.fromisoformat(take.state_at)).total_seconds()
    progress = records.progress_of(reader, take.id) if reader else None
    return max(0.0, since), progress


def _usual_seconds(reader: Reader | None) -> float | None:
    """Median of the last 20 generations, seconds."""
    if reader is None:
        return None
    values = sorted(records.recent(reader, "generation_s"))
    return values[len(values) // 2] if values else None


def _waiting(
    shots: tuple[rows.ShotRow, ...],
    facts: _Facts,
    faults: tuple[rows.FaultRow, ...],
    reader: Reader | None,
    titles: dict[str, str],
) -> tuple[rows.WaitingRow, ...]:
    """Faults, then the shots in the film's order, the rejected ones after the rest, then pauses."""
    found = [_fault_row(fault) for fault in faults]
    rejected: list[rows.WaitingRow] = []
    for shot in shots:
        made = [take for take in facts.takes.get(shot.id, []) if take.state != "cancelled"]
        take = made[-1] if made else None
        for lost in (one for one in made if one.state == "in_doubt"):  # a newer take settles no doubt
            said = f"take {lost.n} in doubt{_hold(reader, lost)}"
            found.append(rows.WaitingRow("in_doubt", str(lost.id), shot.id, lost.n, said))
        if shot.state == "failed" and take:
            found.append(
                rows.WaitingRow("failed", str(take.id), shot.id, take.n, f"take {take.n} failed: {take.note}")
            )
        elif shot.state == "rejected" and take:
            said = f"take {take.n} rejected{': ' + take.note if take.note else ''}"
            rejected.append(rows.WaitingRow("rejected", str(take.id), shot.id, take.n, said))
        elif shot.state in ("review", "stale") and shot.id in facts.chosen:
            best = made[-1] if shot.state == "review" else facts.chosen[shot.id]
            word = "to review" if shot.state == "review" else "is stale"
            found.append(rows.WaitingRow("review", str(best.id), shot.id, best.n, f"take {best.n} {word}"))
    found += rejected
    for chain, (state, reason, note) in facts.chains.items():
        if state == "paused" and reason != "review":
            said = f"{titles.get(chain, chain)}: {rows.paused(reason, note)}"
            found.append(rows.WaitingRow("pause", chain, "", None, said))
    return tuple(found)


def _hold(reader: Reader | None, take: TakeRow) -> str:
    """What is held for a take in doubt, in dollars."""
    booked = reader.money_of(take.id).get("reserve") if reader else None
    return f", ${booked[0] / 1_000_000:.2f} held" if booked and booked[0] else ""


def _fault_row(fault: rows.FaultRow) -> rows.WaitingRow:
    place = f"{fault.file}:{fault.line}" if fault.line else fault.file
    return rows.WaitingRow("fault", place, "", None, f"{place}: {fault.what}")


def _events(reader: Reader | None, titles: dict[str, str]) -> tuple[rows.EventRow, ...]:
    if reader is None:
        return ()
    found = reader.events(limit=SHOWN, kinds=SHOWN_EVENTS)
    return tuple(
        rows.EventRow(e["id"], e["at"], e["kind"], e["shot"] or titles.get(e["chain"], e["chain"]), _told(e))
        for e in found
    )


def _told(event: dict[str, Any]) -> str:
    """What happened, in words; a pause carries the ledger's code."""
    if event["kind"] != "chain.paused":
        return str(event["text"])
    data = event["data"]
    return rows.paused(str(data.get("reason", "")), str(data.get("note", "")))


def _last_frame(facts: _Facts) -> tuple[str, int] | None:
    newest = max(facts.chosen.values(), key=lambda take: take.state_at, default=None)
    return (newest.shot, newest.n) if newest else None


def _days(film: dict[str, Any]) -> tuple[int | None, int | None]:
    if not film["start"]:
        return None, None
    start = date.fromisoformat(film["start"])
    today = datetime.now().astimezone().date()
    days = (date.fromisoformat(film["due"]) - start).days + 1 if film["due"] else None
    return (today - start).days + 1, days
