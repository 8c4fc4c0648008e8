"""The film as one frozen value, with every lookup in constant time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.base.errors import BadInput, nearest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from core.film.blocks import Block, Blocks
    from core.film.board import Board, BoardImage, BoardVersion
    from core.film.matrix import Chain, Shot
    from core.film.prices import Prices
    from core.film.profile import FilmProfile
    from core.film.script import Script


@dataclass(frozen=True, slots=True)
class Place:
    """Where a shot stands; positions count from 0, omitted shots included."""

    chain: int
    """Number of its chain in `Plan.chains`."""
    index: int
    """Number in its chain."""
    order: int
    """Number in the film."""
    before: str | None
    """The nearest earlier shot of the chain that is not omitted."""
    after: str | None
    """The nearest later one."""


@dataclass(frozen=True, slots=True)
class Plan:
    """All that people wrote, checked. Picklable."""

    root: Path
    profile: FilmProfile
    script: Script
    chains: tuple[Chain, ...]
    """In order of file name."""
    blocks: Blocks
    board: Board
    prices: Prices
    places: Mapping[str, Place]
    """Shot id to place."""
    chain_numbers: Mapping[str, int]

    @classmethod
    def of(
        cls,
        *,
        root: Path,
        profile: FilmProfile,
        script: Script,
        chains: Iterable[Chain],
        blocks: Blocks,
        board: Board,
        prices: Prices,
    ) -> Plan:
        held = tuple(chains)
        numbers = {chain.id: number for number, chain in enumerate(held)}
        return cls(root, profile, script, held, blocks, board, prices, _places(held), numbers)

    def shot(self, shot_id: str) -> Shot:
        """Raises BadInput for an unknown id, with the nearest."""
        place = self.position(shot_id)
        return self.chains[place.chain].shots[place.index]

    def has(self, shot_id: str) -> bool:
        return shot_id in self.places

    def position(self, shot_id: str) -> Place:
        """Raises BadInput for an unknown id, with the nearest."""
        place = self.places.get(shot_id)
        if place is None:
            raise BadInput(
                f"no shot '{shot_id[:40]}' in this film",
                nearest=nearest(shot_id, self.places),
                todo="`rushes status` lists the shots",
            )
        return place

    def chain_of(self, shot_id: str) -> Chain:
        """Raises BadInput for an unknown id, with the nearest."""
        return self.chains[self.position(shot_id).chain]

    def chain(self, chain_id: str) -> Chain:
        """Raises BadInput for an unknown id, with the nearest."""
        number = self.chain_numbers.get(chain_id)
        if number is None:
            raise BadInput(
                f"no chain '{chain_id[:40]}' in this film", nearest=nearest(chain_id, self.chain_numbers)
            )
        return self.chains[number]

    def shots(self) -> Iterator[Shot]:
        """In matrix order, omitted ones included."""
        for chain in self.chains:
            yield from chain.shots

    def block(self, folder: str, stem: str) -> Block | None:
        return self.blocks.folder(folder).get(stem)

    @property
    def board_version(self) -> BoardVersion | None:
        """The current one."""
        return self.board.current

    def plate_of(self, environment: str) -> BoardImage | None:
        """The current board's picture of an environment, by its block's stem."""
        return self.board.plate_of(environment)


def _places(chains: tuple[Chain, ...]) -> dict[str, Place]:
    places: dict[str, Place] = {}
    order = 0
    for number, chain in enumerate(chains):
        after = _nearest_live(tuple(reversed(chain.shots)))[::-1]
        for index, (shot, before) in enumerate(zip(chain.shots, _nearest_live(chain.shots), strict=True)):
            places[shot.id] = Place(number, index, order, before, after[index])
            order += 1
    return places


def _nearest_live(shots: tuple[Shot, ...]) -> list[str | None]:
    """For each shot the last one passed that is not omitted."""
    found: list[str | None] = []
    passed: str | None = None
    for shot in shots:
        found.append(passed)
        if not shot.omitted:
            passed = shot.id
    return found
