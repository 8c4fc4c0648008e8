"""shots/CHAIN.toml: one file is one chain, its order is the chain's order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from core.film.profile import Kind, Seam
from core.film.strict import IdField, ModelField, Names, Strict, Texts

Job = Literal["establish", "start", "continue", "reveal", "close"]
Transition = Literal["cut", "dissolve", "fade", "wipe"]
PlateUse = Literal["none", "composite", "plate-only"]


class Continuity(Strict):
    """What must carry over the cut: the ledger of the set."""

    position: str = ""
    props: Texts = ()
    lighting: str = ""
    kelvin: Annotated[int, Field(ge=1000, le=20_000)] | None = None
    """Colour temperature of the light."""
    costume: str = ""
    weather: str = ""
    emotion: str = ""
    screen_direction: str = ""
    """`left to right`, `right`, `towards camera`."""


class Shot(Strict):
    """One shot of the matrix. Its id never changes."""

    id: IdField
    """Unique over the film, without case."""
    kind: Kind
    description: str
    """What the picture shows: the first line of the shot's own words in the prompt."""
    mood: str = ""
    purpose: str = ""
    """Why the film needs it; never sent."""
    seconds: Annotated[float, Field(ge=0.5, le=60)]
    characters: Names = ()
    """File stems in blocks/characters."""
    environment: str = ""
    """File stem in blocks/environments."""
    camera: str = ""
    """File stem in blocks/cameras."""
    action: str = ""
    beats: Texts = ()
    """Moments in order; more than one in 1.5 s is too many."""
    sound: str = ""
    seam: Seam | None = None
    """How this shot begins; `continuity.seam_of` knows the default."""
    references: Names = ()
    """Pictures inside the film, or shots: `S103` is its hand-over frame, `S103:first` its opening."""
    model: ModelField | None = None
    """`model` or `provider:model`."""
    initial_model: ModelField | None = None
    """What it was planned with, kept when the model is switched."""
    job: Job | None = None
    transition: Transition = "cut"
    """Into this shot."""
    plate: PlateUse = "none"
    intentional: Texts = ()
    """Breaks of continuity that are meant: `kelvin`, `props`, `costume`, a prop's name."""
    expect_change: Texts = ()
    """What changes inside this shot."""
    continues_motion: bool = False
    locked: bool = False
    omitted: bool = False
    continuity: Continuity = Continuity()


class ChainHead(Strict):
    """The [chain] table."""

    title: str = ""
    scene: str = ""
    anchor: str = ""
    """`S101` (its hand-over frame), `S101:first` (its opening frame), or a picture inside the film."""


class ShotFile(Strict):
    """A whole file of shots/."""

    chain: ChainHead = ChainHead()
    shot: Annotated[tuple[Shot, ...], Field(strict=False)] = ()


@dataclass(frozen=True, slots=True)
class Chain:
    """A chain in its order, omitted shots included."""

    id: str
    """The file's stem."""
    file: str
    """Relative to the film folder."""
    title: str
    scene: str
    anchor: str
    shots: tuple[Shot, ...]

    @property
    def live(self) -> tuple[Shot, ...]:
        """Without the omitted ones."""
        return tuple(shot for shot in self.shots if not shot.omitted)


STAND_IN = {"kind": "hero", "description": "", "seconds": 5.0}
"""Fills the holes of a broken shot, so that its other lines can still be looked through."""
