"""The rows of all shots, kept; what moved is worked out anew as far as it changes anything."""

from __future__ import annotations

from itertools import chain as in_a_row
from operator import itemgetter
from typing import TYPE_CHECKING

from core.engine.stale import chosen, is_stale, stale_shots
from core.ledger import pulse
from core.studio.chainrow import Tally, tally
from core.studio.shotrow import NOTHING, asks_of, doubts, is_ordered, shot_row

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from core.ledger.shapes import BoardTake
    from core.studio.heard import Heard
    from core.studio.planindex import PlanIndex
    from core.studio.rows import ShotRow, WaitingRow

_AGE = itemgetter(9, 0)
"""When a take came to its state, and of equals the one ordered last."""
_NO_TAKES: Sequence[BoardTake] = ()


class ShotRows:
    """Rows of one plan's shots and of one ledger's takes."""

    def __init__(self, plan: PlanIndex, heard: Heard, folder: str) -> None:
        """`folder`: where takes lie."""
        self.plan = plan
        self.heard = heard
        self._folder = folder
        count = len(plan.shots)
        self._chosen = _chosen_of(heard.takes)
        self._stale = stale_in(plan, self._chosen)
        self._rows: list[ShotRow | None] = [None] * count
        self._ordered = [False] * count
        self._asks = [NOTHING] * count
        self._rejected: dict[int, WaitingRow] = {}
        self._doubtful: set[int] = set()
        self._draw(range(count))
        self.shots: tuple[ShotRow, ...] = ()
        self.asks: tuple[WaitingRow, ...] = ()
        """The shots in the film's order, the rejected ones after the rest."""
        self.newest = max(self._chosen.values(), key=_AGE, default=None)
        """The take with the newest hand-over frame."""
        self._freeze()
        self.tallies: dict[str, Tally] = {}
        self._tally(plan.chains)

    @property
    def doubtful(self) -> list[str]:
        """Shots with a take in doubt."""
        return [self.plan.shots[at].id for at in self._doubtful]

    def follow(self, moved: set[str]) -> None:
        """Takes of these shots are others by now."""
        if not moved:
            return
        plan = self.plan
        for shot in moved:
            self._choose(shot)
        reached = {at for shot in moved for at in plan.fed.get(shot, ())}
        reached |= {plan.place[shot] for shot in moved if shot in plan.place}
        reached |= self._restale(reached)
        if self._draw(reached):
            self._freeze()
        self._tally({plan.shots[at].chain for at in reached})

    def running(self, chain: str) -> BoardTake | None:
        """The newest take of a chain's first shot that is being made."""
        at = self.tallies[chain].running if chain in self.tallies else None
        return None if at is None else self.heard.takes[self.plan.shots[at].id][-1]

    def _choose(self, shot: str) -> None:
        was = self._chosen.pop(shot, None)
        best = chosen(self.heard.takes.get(shot, _NO_TAKES))
        if best is not None:
            self._chosen[shot] = best
        newest = self.newest
        if was is not None and newest is not None and was.id == newest.id:
            self.newest = max(self._chosen.values(), key=_AGE, default=None)
        elif best is not None and (newest is None or _AGE(best) > _AGE(newest)):
            self.newest = best

    def _restale(self, reached: Iterable[int]) -> set[int]:
        """Places of shots that turned stale or fresh, from `reached` on downstream."""
        plan = self.plan
        if plan.circular:
            before, self._stale = self._stale, stale_in(plan, self._chosen)
            return {plan.place[shot] for shot in before ^ self._stale}
        turned: set[int] = set()
        waiting = list(reached)
        while waiting:
            at = waiting.pop()
            shot = plan.shots[at]
            take = None if shot.omitted else self._chosen.get(shot.id)
            stale = take is not None and is_stale(shot, take, self._chosen, self._stale)
            if stale != (shot.id in self._stale):
                (self._stale.add if stale else self._stale.discard)(shot.id)
                turned.add(at)
                waiting += plan.fed.get(shot.id, ())
        return turned

    def _draw(self, places: Iterable[int]) -> bool:
        """Rows and questions of these shots; whether any is another than before."""
        takes_of, chosen_of, stale_of = self.heard.takes, self._chosen, self._stale
        shots, rows, folder = self.plan.shots, self._rows, self._folder
        held = self._held(places)
        changed = False
        for at in places:
            shot = shots[at]
            ident = shot.id
            takes = takes_of.get(ident, _NO_TAKES)
            best = chosen_of.get(ident)
            source = takes_of.get(shot.depends, _NO_TAKES) if shot.depends else None
            row, before = shot_row(shot, takes, source, best, ident in stale_of, folder), rows[at]
            if before is None or row != before:
                rows[at], changed = row, True
            if takes:
                self._ordered[at] = is_ordered(takes)
                changed |= self._ask(at, asks_of(row, takes, best, held))
        return changed

    def _held(self, places: Iterable[int]) -> dict[int, int]:
        """Of these shots: take in doubt to what is held for it."""
        lost: list[int] = []
        shots, takes_of = self.plan.shots, self.heard.takes
        for at in places:
            takes = takes_of.get(shots[at].id)
            if takes is None:
                continue
            if len(takes) == 1 and takes[0].state != "in_doubt" and at not in self._doubtful:
                continue  # most shots, at once
            found = doubts(takes)
            if found:
                self._doubtful.add(at)
                lost += [take.id for take in found]
            else:
                self._doubtful.discard(at)
        reader = self.heard.reader
        return pulse.held_for(reader, lost) if lost and reader is not None else {}

    def _ask(self, at: int, asks: tuple[WaitingRow, ...]) -> bool:
        """Whether something else is asked than before."""
        rejected = asks[-1] if asks and asks[-1].kind == "rejected" else None
        asks = asks[:-1] if rejected else asks
        if asks == self._asks[at] and rejected == self._rejected.get(at):
            return False
        self._asks[at] = asks
        if rejected:
            self._rejected[at] = rejected
        else:
            self._rejected.pop(at, None)
        return True

    def _freeze(self) -> None:
        late = (self._rejected[at] for at in sorted(self._rejected))
        self.shots = tuple(row for row in self._rows if row is not None)
        self.asks = (*in_a_row.from_iterable(self._asks), *late)

    def _tally(self, chains: Iterable[str]) -> None:
        for chain in chains:
            self.tallies[chain] = tally(self.plan.chains[chain], self.shots, self._ordered)


def _chosen_of(takes: dict[str, list[BoardTake]]) -> dict[str, BoardTake]:
    return {shot: best for shot, made in takes.items() if (best := chosen(made)) is not None}


def stale_in(plan: PlanIndex, chosen_of: dict[str, BoardTake]) -> set[str]:
    """Shots whose chosen take is stale: `engine.stale` in one pass where no anchors lead in a circle."""
    if plan.circular:
        return stale_shots(plan.shots, chosen_of)
    found: set[str] = set()
    for at in plan.order:  # sources first: once through is enough
        shot = plan.shots[at]
        take = chosen_of.get(shot.id)
        if take is not None and not shot.omitted and is_stale(shot, take, chosen_of, found):
            found.add(shot.id)
    return found
