"""A clip that was made elsewhere becomes a take: copied, written down, then walked like any other.

    copy (part file, synced) > one transaction: number, row, sha, money, record > name > verify > frames

Died before the transaction: a part file and nothing else. Died after it: the take is DOWNLOADED, its part
file lies beside, and the worker or the same import made again brings it before a person. One take a
shot and file: bringing the same bytes again finishes or finds the take that is there.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.base.crash import reach
from core.base.errors import BadInput
from core.base.text import one_line
from core.base.units import Money, frames_of
from core.engine import brought, footage, gates, orders
from core.engine.harvest import harvest
from core.engine.states import ELSEWHERE, IN_FLIGHT, TakeState, check_step
from core.film.continuity import seam_name
from core.ledger import spend, takes
from core.ledger.tables import Submission, Take

if TYPE_CHECKING:
    from pathlib import Path

    from core.engine.footage import Copied
    from core.engine.gates import OverBudget
    from core.engine.production import Production
    from core.ledger.append import Writer
    from core.ledger.views import TakeRow
    from core.media.probe import Probe

NO_SEED = 0
"""A seed is a request's, and the tag its job is found by: what was brought has neither."""
CRASH_POINTS = ("import.copied", "import.planned", "import.done")
Also = Callable[["Writer", int], None]
"""Writes what belongs to the new take (its id) into the same transaction."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a person brings, and for which shot."""

    shot: str
    file: Path
    by: str
    """Who brings it."""
    model: str = ""
    """What made it; empty: unknown."""
    cost: Money | None = None
    """None: unknown, and no money is booked."""
    begins_as: TakeRow | None = None
    """A take of the same shot whose beginning it keeps: it follows from the same frame."""
    own_length: bool = False
    """Its length is what the person meant, whatever the shot asks for."""


@dataclass(frozen=True, slots=True)
class Landed:
    """The take a file became."""

    take: TakeRow
    new: bool
    """False: these bytes were a take of the shot already."""
    notes: tuple[str, ...] = ()
    """What a person should know of the clip."""
    over: OverBudget | None = None
    """The first budget its cost broke: it is counted all the same."""


def bring_in(p: Production, wanted: Wanted, also: Also) -> Landed:
    """Makes `wanted.file` a take before a person, or BROKEN where it is not what the shot asks for.

    Raises BadInput for a shot or a file that cannot be used, DiskFull; then nothing is left.
    """
    shot = p.plan.shot(wanted.shot)
    if shot.omitted:
        raise BadInput(f"{shot.id} is omitted", todo="clear `omitted` in its chain's file first")
    copied = footage.copy_in(p, wanted.file, p.files(shot.id, 1).folder)
    try:
        facts, notes = footage.examine(copied, wanted.file)
        reach("import.copied")
        take_id, new, over = _write(p, wanted, copied, facts, also)
    except BaseException:
        copied.drop()
        raise
    reach("import.planned")
    take = _finish(p, p.take(take_id))
    copied.drop()  # where the take had its clip before
    reach("import.done")
    if not new:
        return Landed(take, new)
    fps, frames = p.plan.profile.fps, _length(p, wanted, facts)
    differs = footage.differences(facts, frames, fps, p.plan.profile.width, p.plan.profile.height)
    return Landed(take, new, (*differs, *notes), over)


def _finish(p: Production, take: TakeRow) -> TakeRow:
    """From wherever an import, this one or an earlier one, left it."""
    if take.state not in IN_FLIGHT:
        with brought.turn(p, lambda: False):
            lacking = brought.arrive(p, take)
        take = p.take(take.id)
        if take.state == TakeState.BROKEN and not lacking:
            take = p.step(take, TakeState.DOWNLOADED, "brought again", note="")
    return harvest(p, take, lambda: False)


def _write(
    p: Production, wanted: Wanted, copied: Copied, facts: Probe, also: Also
) -> tuple[int, bool, OverBudget | None]:
    """Row, number, money and record in one transaction: another process may be ordering takes."""
    forgotten = orders.used_numbers(p).get(wanted.shot, 0)
    with p.ledger.write() as w:
        same = takes.with_clip(w, wanted.shot, copied.sha)
        if same is not None:
            _refuse_ours(p, same)
            return same, False, None
        on_disk = orders.highest_file(p, wanted.shot)
        row = _row(p, wanted, max(takes.highest(w, wanted.shot), on_disk, forgotten) + 1, facts)
        said = f"{wanted.by} brings take {row.n} of {row.shot}"
        row.order_id = f"o{w.event('take.brought', said, chain=row.chain, shot=row.shot)}"
        take_id = takes.plan(w, row, f"take {row.n} is brought from elsewhere")
        check_step(TakeState.PLANNED, TakeState.DOWNLOADED)
        takes.step(
            w,
            take_id=take_id,
            chain=row.chain,
            shot=row.shot,
            was=TakeState.PLANNED,
            to=TakeState.DOWNLOADED,
            text=f"{one_line(wanted.file.name, 80)}, {copied.size / 1e6:.1f} MB",
            fields={"sha": copied.sha},
        )
        over = _pay(p, w, row, take_id, wanted, copied.sha)
        also(w, take_id)
    return take_id, True, over


def _refuse_ours(p: Production, take_id: int) -> None:
    take = p.take(take_id)
    if take.provider != ELSEWHERE:
        raise BadInput(
            f"this file is {take.shot} take {take.n} itself, byte for byte",
            todo="bring what was made of it; nothing was written",
        )


def _row(p: Production, wanted: Wanted, n: int, facts: Probe) -> Take:
    plan, of = p.plan, wanted.begins_as
    return Take(
        chain=plan.chain_of(wanted.shot).id,
        shot=wanted.shot,
        n=n,
        state=TakeState.PLANNED,
        order_id="",
        position=plan.position(wanted.shot).index,
        seam=of.seam if of else seam_name(plan, wanted.shot),
        provider=ELSEWHERE,
        model=wanted.model,
        seed=NO_SEED,
        plan_hash=of.plan_hash if of else "",
        source_take=of.source_take if of else None,
        in_sha=of.in_sha if of else "",
        frames=_length(p, wanted, facts),
        fps=str(plan.profile.fps),
        width=plan.profile.width,
        height=plan.profile.height,
    )


def _length(p: Production, wanted: Wanted, facts: Probe) -> int:
    """Frames at the film's rate."""
    seconds = facts.seconds if wanted.own_length else p.plan.shot(wanted.shot).seconds
    return frames_of(seconds, p.plan.profile.fps)


def _pay(p: Production, w: Writer, row: Take, take_id: int, wanted: Wanted, sha: str) -> OverBudget | None:
    """A cost that is known was paid: booked whole, whatever the budgets say. The first it breaks."""
    if wanted.cost is None:
        return None
    cost = wanted.cost.micro
    over = gates.over_budget(w, p.plan.profile.budget, row.chain, take_id, cost)
    submission = Submission(
        subject_kind="take",
        subject_id=take_id,
        chain=row.chain,
        shot=row.shot,
        state="accepted",
        provider=ELSEWHERE,
        key=uuid.uuid4().hex,
        request_hash="",
        job_id=_job(w, take_id, sha),
        day=w.day,
        done_at=w.now,
        note=f"as {wanted.by} says",
    )
    ident = spend.open_submission(w, submission, cost, "exact")
    spend.commit(w, ident, "exact")
    spend.settle(w, ident, cost, "exact")
    spend.move(w, ident, "accepted", "closed")
    if over:
        said = f"the {over.scope} budget of {over.limit} is broken: {over.held} before, and {over.wanted}"
        w.event("money.over_budget", said, chain=row.chain, shot=row.shot, take_id=take_id)
    return over


def _job(w: Writer, take_id: int, sha: str) -> str:
    """`import-` and the file's hash; the same file paid for in another shot carries its take's id too."""
    plain = f"import-{sha[:16]}"
    return f"{plain}.{take_id}" if spend.has_job(w, ELSEWHERE, plain) else plain
