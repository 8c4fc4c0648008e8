"""The plan laid out for the board: what is worked out once a plan, not once a reading."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.ledger.plan_cache import Snapshot


class PlanIndex:
    __slots__ = ("chains", "circular", "fed", "ids", "order", "place", "shots", "snapshot", "titles")

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self.shots = snapshot.shots
        self.place = {shot.id: at for at, shot in enumerate(self.shots)}
        """Shot to its place in the film."""
        self.titles = {chain.id: chain.title or chain.id for chain in snapshot.chains}
        self.chains: dict[str, list[int]] = {}
        """Chain to the places of its shots."""
        self.ids: dict[str, tuple[str, ...]] = {}
        """Chain to its shots in order, omitted ones included."""
        self.fed: dict[str, list[int]] = {}
        """Shot to the places of those that begin from it."""
        orderly = True
        for at, shot in enumerate(self.shots):
            self.chains.setdefault(shot.chain, []).append(at)
            if shot.depends:
                self.fed.setdefault(shot.depends, []).append(at)
                orderly = orderly and self.place.get(shot.depends, -1) < at
        for chain, places in self.chains.items():
            self.ids[chain] = tuple(self.shots[at].id for at in places)
        self.order = range(len(self.shots)) if orderly else self._sources_first()
        """Places, every shot after the one it begins from."""
        self.circular = len(self.order) < len(self.shots)
        """Anchors that lead back to themselves: `order` leaves them out."""

    def _sources_first(self) -> list[int]:
        found = [at for at, shot in enumerate(self.shots) if shot.depends not in self.place]
        for at in found:
            found += self.fed.get(self.shots[at].id, ())
        return found
