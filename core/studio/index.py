"""Finding in a reading without looking through it: ten thousand shots, a key press each."""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.studio.rows import ChainRow, Glance, ShotRow, WaitingRow


class ShotOrder:
    """The film's shots in their order: the same object while no shot comes, goes or moves."""

    __slots__ = ("chains", "ids", "place", "starts")

    def __init__(self, ids: tuple[str, ...], chains: tuple[str, ...]) -> None:
        self.ids = ids
        self.chains = chains
        """Of each shot."""
        count = range(len(ids))
        self.starts = tuple(at for at in count if at == 0 or chains[at] != chains[at - 1])
        """Places of the shots with which another chain begins."""
        self.place = dict(zip(ids, count, strict=True))
        """Id to its place in `ids` and in `Glance.shots`."""


class Index:
    """Where what stands in one reading. Made by `index_of`."""

    __slots__ = ("_asked", "_chains", "_lines", "_states", "glance", "order")

    def __init__(self, glance: Glance, order: ShotOrder) -> None:
        self.glance = glance
        self.order = order
        self._chains: dict[str, int] | None = None
        self._states: dict[str, dict[str, int]] = {}
        self._asked: dict[str, int] | None = None
        self._lines: dict[str, int] | None = None

    def learn(self, other: Index) -> None:
        """Takes over what is the same in another reading."""
        if other.glance.waiting is self.glance.waiting:
            self._asked, self._lines = other._asked, other._lines

    def prepare(self) -> Index:
        """Builds what the keys ask for: by whoever reads, so that whoever draws need not."""
        self.asked_line("")
        self.line_of("")
        for chain in self.glance.chains:
            self.states(chain)
        return self

    def place(self, shot: str) -> int | None:
        """Where a shot stands in the film, from 0."""
        return self.order.place.get(shot)

    def shot(self, shot: str) -> ShotRow | None:
        at = self.order.place.get(shot)
        return None if at is None else self.glance.shots[at]

    def chain(self, chain: str) -> ChainRow | None:
        at = self.chain_line(chain)
        return None if at is None else self.glance.chains[at]

    def chain_line(self, chain: str) -> int | None:
        """Which of `Glance.chains` it is, from 0."""
        if self._chains is None:
            self._chains = {row.id: at for at, row in reversed(tuple(enumerate(self.glance.chains)))}
        return self._chains.get(chain)

    def chain_of(self, shot: str) -> ChainRow | None:
        """The first chain that lists the shot."""
        row = self.shot(shot)
        own = self.chain(row.chain) if row is not None else None
        if own is not None and shot in own.shots:
            return own
        return next((chain for chain in self.glance.chains if shot in chain.shots), None)

    def states(self, chain: ChainRow) -> dict[str, int]:
        """State to how many shots of the chain are in it."""
        found = self._states.get(chain.id)
        if found is None:
            found = self._states[chain.id] = {}
            for shot in chain.shots:
                row = self.shot(shot)
                if row is not None:
                    found[row.state] = found.get(row.state, 0) + 1
        return found

    def asked_line(self, shot: str) -> int | None:
        """The first line of `Glance.waiting` that is of this shot, from 0."""
        if self._asked is None:
            self._asked = _first_lines(self.glance.waiting, 2)
            self._asked.pop("", None)
        return self._asked.get(shot)

    def asked(self, shot: str) -> WaitingRow | None:
        at = self.asked_line(shot)
        return None if at is None else self.glance.waiting[at]

    def line_of(self, ident: str) -> int | None:
        """The first line of `Glance.waiting` with this id, from 0."""
        if self._lines is None:
            self._lines = _first_lines(self.glance.waiting, 1)
        return self._lines.get(ident)


_latest: list[Index] = []
"""Of the newest reading, and of the one before: that one is on screen while the newest is on its way."""


def index_of(glance: Glance) -> Index:
    """The index of a reading; of the newest two the same objects again and again. From any thread."""
    kept = tuple(_latest)
    for found in kept:
        if found.glance is glance:
            return found
    made = Index(glance, _order_of(glance, kept))
    for found in kept[:1]:
        made.learn(found)
    _latest[:] = [made, *kept[:1]]
    return made


def _order_of(glance: Glance, kept: tuple[Index, ...]) -> ShotOrder:
    """One that is known already, where it is the same."""
    for found in kept:
        if found.glance.shots is glance.shots:
            return found.order
    ids = tuple(map(itemgetter(0), glance.shots))
    chains = tuple(map(itemgetter(1), glance.shots))
    for found in kept:
        if found.order.ids == ids and found.order.chains == chains:
            return found.order
    return ShotOrder(ids, chains)


def _first_lines(rows: tuple[WaitingRow, ...], column: int) -> dict[str, int]:
    """Text of a column to the first line it stands in."""
    count = len(rows)
    return dict(zip(map(itemgetter(column), reversed(rows)), range(count - 1, -1, -1), strict=True))
