"""What a take begins with: which earlier take hands over, and which of its frames.

The source is the take of the same order if there is one, unless a person has circled another since;
else the circled one, else the newest with a clip. Where the order's own take failed, only a newer one
takes its place. `Blocked` says why there is nothing to begin with yet, and whether waiting helps.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from core.base.jsons import read_json
from core.engine.requests import NOTHING, Opening, file_picture
from core.engine.stale import chosen
from core.engine.states import LIVE, LOST, USABLE, TakeState
from core.film.continuity import Reference, references_of, seam_of
from core.providers.base import Picture

if TYPE_CHECKING:
    from pathlib import Path

    from core.engine.production import Production
    from core.ledger.views import TakeRow


@dataclass(frozen=True, slots=True)
class Blocked:
    """A take cannot begin."""

    why: str
    on: str
    """Shot it waits for."""
    will_come: bool
    """True: that shot is still being made. False: a person must act."""


def opening_of(p: Production, take: TakeRow) -> Opening | Blocked:
    """What `take` begins with, by its seam and the film's `on_fail`."""
    missing = _missing_reference(p, take)
    if missing:
        return missing
    if take.seam in ("last", "native", "keyframe", "bridge"):
        return _from_before(p, take)
    if take.seam == "anchor":
        return _from_anchor(p, take)
    if take.seam == "board":
        image = p.plan.plate_of(p.plan.shot(take.shot).environment)
        return Opening(references=(file_picture(p, image.file, "board"),)) if image else NOTHING
    return NOTHING


def _missing_reference(p: Production, take: TakeRow) -> Blocked | None:
    """A shot it refers to has no frame yet: a take without it would be paid for in vain."""
    for reference in references_of(p.plan, take.shot):
        source = source_of(p, reference.shot, take.order_id) if reference.shot else None
        lost = source if source is None or isinstance(source, Blocked) else _lost_frames(p, source)
        if lost:
            return lost
    return None


def _from_before(p: Production, take: TakeRow) -> Opening | Blocked:
    before = p.plan.position(take.shot).before
    if before is None:
        return NOTHING  # everything before it was omitted meanwhile
    source = source_of(p, before, take.order_id)
    if isinstance(source, Blocked):
        carried_on = _on_fail(p, take, source)
        if isinstance(carried_on, Blocked | Opening):
            return carried_on
        source = carried_on
    return _opening_from(p, take, source)


def _on_fail(p: Production, take: TakeRow, blocked: Blocked) -> Blocked | Opening | TakeRow:
    """The film's policy for a shot whose source failed; none sends the failed take again."""
    policy = p.plan.profile.on_fail
    if blocked.will_come or policy == "hold":
        return blocked
    if policy == "reanchor":
        anchored = _from_anchor(p, take)
        return blocked if isinstance(anchored, Opening) and anchored.first is None else anchored
    good = chosen(p.reader.takes_of(blocked.on))
    if good:
        return good
    before = p.plan.position(blocked.on).before
    while before is not None:
        found = source_of(p, before, take.order_id)
        if not isinstance(found, Blocked):
            return found
        if found.will_come:
            return found
        before = p.plan.position(before).before
    return blocked


def source_of(p: Production, shot: str, order_id: str) -> TakeRow | Blocked:
    """The take of `shot` that hands over to a take of this order."""
    takes = p.reader.takes_of(shot)
    if not takes:
        return Blocked(f"{shot} has no take yet", shot, will_come=False)
    same = next((take for take in reversed(takes) if take.order_id == order_id), None)
    if same and TakeState(same.state) in LIVE:
        return Blocked(_why(same), shot, will_come=same.state != TakeState.IN_DOUBT)
    best = chosen(take for take in takes if same is None or _replaces(take, same))
    if best:
        return best
    waits_for = takes[-1]
    return Blocked(_why(waits_for), shot, will_come=waits_for.state in LIVE - {TakeState.IN_DOUBT})


def _replaces(take: TakeRow, same: TakeRow) -> bool:
    """Whether it may hand over where an order has a take of its own, `same`.

    It is that take, or a person circled it with that one before them; a newer one will do where that
    one failed.
    """
    if take.id == same.id or (take.state == TakeState.APPROVED and take.state_at >= same.state_at):
        return True
    return take.n > same.n and TakeState(same.state) not in USABLE


def _why(take: TakeRow) -> str:
    name = f"{take.shot} take {take.n}"
    if take.state == TakeState.IN_DOUBT:
        return f"{name} is in doubt"
    if take.state == TakeState.REJECTED:
        return f"{name} was rejected"
    if TakeState(take.state) in LOST:
        return f"{name} failed"
    if take.state == TakeState.CANCELLED:
        return f"{name} was cancelled"
    return f"{name} is not done yet"


def _opening_from(p: Production, take: TakeRow, source: TakeRow) -> Opening | Blocked:
    files = p.files(source.shot, source.n)
    lost = _lost_frames(p, source)
    if lost:
        return lost
    if take.seam == "keyframe":
        if not files.key.is_file():
            if not files.clip.is_file():
                return _gone(source)
            p.clips.keyframe(files.clip, files.key)
        # Not the exact join: no provider gets its own carried state back with a frame from the middle.
        key = Picture(files.key, p.clips.picture_sha(files.key), "keyframe")
        return Opening(first=key, source_take=source.id)
    first = _last_frame(p, take, source)
    arrive = _arrival(p, take) if take.seam == "bridge" else None
    if isinstance(arrive, Blocked):
        return arrive
    return Opening(first=first, last=arrive, source_take=source.id)


def _last_frame(p: Production, take: TakeRow, source: TakeRow) -> Picture:
    """The exact last frame; for seam `native` the one the same provider handed over, where it did."""
    files = p.files(source.shot, source.n)
    if take.seam == "native" and take.provider == source.provider and files.native.is_file():
        return Picture(files.native, p.clips.picture_sha(files.native), "first_frame")
    return Picture(files.last, source.last_sha, "first_frame", carried_of(files.sidecar))


def _lost_frames(p: Production, source: TakeRow) -> Blocked | None:
    """Cuts a take's frames again where only they are gone."""
    files = p.files(source.shot, source.n)
    if files.first.is_file() and files.last.is_file():
        return None
    if not files.clip.is_file():
        return _gone(source)
    p.clips.frame(files.clip, files.first, files.last)
    return None


def _gone(source: TakeRow) -> Blocked:
    gone = f"the clip of {source.shot} take {source.n} is gone"
    return Blocked(gone + "; `rushes audit --repair` fetches it again", source.shot, will_come=False)


def _arrival(p: Production, take: TakeRow) -> Picture | Blocked | None:
    """Where a bridge must arrive: the next shot's opening frame, or its plate where nobody ordered it."""
    after = seam_of(p.plan, take.shot).into
    if after is None:
        return None
    source = source_of(p, after, take.order_id)
    if not isinstance(source, Blocked):
        files = p.files(source.shot, source.n)
        return _lost_frames(p, source) or Picture(files.first, source.first_sha, "last_frame")
    image = p.plan.plate_of(p.plan.shot(after).environment)
    if image is None or p.reader.takes_of(after):
        return source
    return file_picture(p, image.file, "last_frame")


def _from_anchor(p: Production, take: TakeRow) -> Opening | Blocked:
    anchor = p.plan.chain_of(take.shot).anchor
    reference = Reference.parse(anchor) if anchor else None
    if reference is None:
        return NOTHING
    if reference.file:
        return Opening(first=file_picture(p, reference.file, "first_frame"))
    source = source_of(p, reference.shot, take.order_id)
    if isinstance(source, Blocked):
        return source
    files, lost = p.files(source.shot, source.n), _lost_frames(p, source)
    if lost:
        return lost
    if reference.at == "first":
        return Opening(first=Picture(files.first, source.first_sha, "first_frame"), source_take=source.id)
    carried = carried_of(files.sidecar)
    return Opening(first=Picture(files.last, source.last_sha, "first_frame", carried), source_take=source.id)


def carried_of(sidecar: Path) -> dict[str, Any] | None:
    """What the provider left beside a take's frame, or None where the sidecar is gone or broken."""
    found = (read_json(sidecar) or {}).get("carried")
    return found if isinstance(found, dict) and _can_be_sent(found) else None


def _can_be_sent(carried: dict[str, Any]) -> bool:
    """Half of a surrogate pair and a nest too deep to write are legal in JSON, and stop every request."""
    try:
        json.dumps(carried, ensure_ascii=False, allow_nan=False).encode("utf-8")
    except (ValueError, RecursionError):
        return False
    return True
