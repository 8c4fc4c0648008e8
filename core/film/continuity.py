"""How each shot begins, and what must exist before it can.

    last      the previous shot's hand-over frame is the first frame
    keyframe  a frame a person chose from the previous shot goes along as a reference
    bridge    from the previous shot's hand-over frame to the next shot's opening frame
    native    the provider itself goes on from the previous shot
    anchor    the chain's anchor is the first frame
    board     the environment's plate is the first frame
    text      words only
The previous shot is the nearest earlier one of the chain that is not omitted.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from core.film.matrix import Shot
    from core.film.plan import Plan
    from core.film.profile import Seam

FROM_BEFORE: frozenset[Seam] = frozenset(("last", "keyframe", "bridge", "native"))
"""Seams that cannot begin before the previous shot has a frame."""
_SHOT_FRAME = re.compile(r"^([A-Za-z0-9][A-Za-z0-9_-]{0,31})(:[A-Za-z0-9_-]*)?$")

At = Literal["last", "first"]


@dataclass(frozen=True, slots=True)
class Reference:
    """A picture that a shot, a block or a chain points to: either a file or a shot's frame."""

    file: str = ""
    """Relative to the film folder; empty for a shot's frame."""
    shot: str = ""
    at: At = "last"
    """`last` is the hand-over frame, `first` the opening frame."""

    @classmethod
    def parse(cls, text: str) -> Reference | None:
        """`S103`, `S103:first` or a path. None where something unknown follows the colon."""
        found = _SHOT_FRAME.fullmatch(text)
        if not found:
            return cls(file=text)
        if found[2] not in (None, ":first"):
            return None
        return cls(shot=found[1], at="first" if found[2] else "last")

    def __str__(self) -> str:
        return self.file or (self.shot if self.at == "last" else f"{self.shot}:first")


@dataclass(frozen=True, slots=True)
class SeamOf:
    """A shot's seam with every default settled."""

    seam: Seam
    source: Reference | None = None
    """Whose frame, or which file, it begins with: also the plate's file at `board`."""
    into: str | None = None
    """For `bridge`: the shot whose opening frame it must reach."""

    @property
    def handed_over(self) -> bool:
        """A frame of a shot is in the request: carried forms of blocks are enough."""
        return self.source is not None and bool(self.source.shot)


def seam_name(plan: Plan, shot_id: str) -> Seam:
    """The written seam, else `text` for a chain's first live shot, else its kind's default, else `last`.

    A seam that needs a shot before becomes `text` where all before it are omitted.
    """
    shot, place = plan.shot(shot_id), plan.position(shot_id)
    if place.before is None:
        needs = shot.seam is None or (shot.seam in FROM_BEFORE and place.index > 0)
        return "text" if needs or shot.seam is None else shot.seam
    return shot.seam or plan.profile.defaults_of(shot.kind).seam or "last"


def seam_of(plan: Plan, shot_id: str) -> SeamOf:
    """How `shot_id` begins. Raises BadInput for an unknown id."""
    seam, place = seam_name(plan, shot_id), plan.position(shot_id)
    if seam in FROM_BEFORE:
        source = Reference(shot=place.before) if place.before else None
        return SeamOf(seam, source, place.after if seam == "bridge" else None)
    if seam == "anchor":
        anchor = plan.chain_of(shot_id).anchor
        return SeamOf(seam, Reference.parse(anchor) if anchor else None)
    if seam == "board":
        plate = plan.plate_of(plan.shot(shot_id).environment)
        return SeamOf(seam, Reference(file=plate.file) if plate else None)
    return SeamOf(seam)


def references_of(plan: Plan, shot_id: str) -> tuple[Reference, ...]:
    """The shot's own references, then those of its characters' blocks; each once."""
    shot = plan.shot(shot_id)
    written = [*shot.references]
    for name in shot.characters:
        block = plan.block("characters", name)
        written.extend(block.references if block else ())
    parsed = (Reference.parse(text) for text in dict.fromkeys(written))
    return tuple(reference for reference in parsed if reference is not None)


def depends_on(plan: Plan, shot_id: str) -> tuple[str, ...]:
    """Shots whose frames must exist before this one can be asked for; each once, the source first."""
    seam = seam_of(plan, shot_id)
    named = [seam.source.shot if seam.source else "", seam.into or ""]
    named += [reference.shot for reference in references_of(plan, shot_id)]
    return tuple(dict.fromkeys(name for name in named if name))


def source_shot(plan: Plan, shot_id: str) -> str | None:
    """The shot whose frame this one begins with, or None where it begins by itself."""
    source = seam_of(plan, shot_id).source
    return source.shot or None if source else None


def feeds(plan: Plan) -> dict[str, tuple[str, ...]]:
    """For each shot that others wait for: those others, in matrix order. For what goes stale after it."""
    found: dict[str, list[str]] = {}
    for shot in live_shots(plan):
        for needed in depends_on(plan, shot.id):
            found.setdefault(needed, []).append(shot.id)
    return {needed: tuple(waiting) for needed, waiting in found.items()}


def live_shots(plan: Plan) -> tuple[Shot, ...]:
    """In matrix order, omitted ones left out."""
    return tuple(shot for shot in plan.shots() if not shot.omitted)


def circle(plan: Plan) -> tuple[str, ...]:
    """Shots that wait for each other in a ring, in order; empty where there is none."""
    waits = {shot.id: depends_on(plan, shot.id) for shot in live_shots(plan)}
    done: set[str] = set()
    for start, needed in waits.items():
        path: dict[str, None] = {} if start in done else {start: None}
        stack = [(start, iter(needed))] if path else []
        while stack:
            here, rest = stack[-1]
            nxt = next(rest, None)
            if nxt is None:
                done.add(here)
                path.pop(here)
                stack.pop()
            elif nxt in path:
                ring = list(path)
                return tuple(ring[ring.index(nxt) :])
            elif nxt not in done and nxt in waits:
                path[nxt] = None
                stack.append((nxt, iter(waits[nxt])))
    return ()
