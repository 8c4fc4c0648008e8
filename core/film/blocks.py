"""blocks/FOLDER/NAME.md: words that stay the same in every prompt that names them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal, NamedTuple

from pydantic import Field

from core.film.strict import NameField, Names, Strict

FOLDERS: Mapping[str, str] = {
    "characters": "character",
    "environments": "environment",
    "cameras": "camera",
    "style": "style",
    "sound": "sound",
    "avoid": "avoid",
}
"""Folder to the kind its blocks must say."""
NAMED = ("characters", "environments", "cameras")
"""Shots name these; the other folders apply to every shot of the film."""

Move = Literal[
    "static",
    "dolly-in",
    "dolly-out",
    "pan-left",
    "pan-right",
    "tilt-up",
    "tilt-down",
    "crane-up",
    "crane-down",
    "zoom-in",
    "zoom-out",
    "handheld",
]
Easing = Literal["linear", "in", "out", "in-out"]


class Camera(NamedTuple):
    """A camera move as plain values."""

    move: str
    easing: str
    amount: float
    """0 (barely) to 1 (as far as the picture allows)."""


class BlockHead(Strict):
    """Front matter that every block has."""

    name: NameField
    """As people read it."""
    kind: Literal["character", "environment", "camera", "style", "sound", "avoid"]
    """The folder's name in the singular."""
    locked: bool = True
    """A block that is not locked may still change: `check` says so."""
    carried: str = ""
    """Shorter words, used only where a hand-over frame already shows it."""


class CameraHead(BlockHead):
    move: Move = "static"
    easing: Easing = "in-out"
    amount: Annotated[float, Field(ge=0, le=1)] = 0.5
    """0 (barely) to 1 (as far as the picture allows)."""


class CharacterHead(BlockHead):
    references: Names = ()
    """Pictures inside the film folder."""
    loras: Names = ()


HEADS: Mapping[str, type[BlockHead]] = {"characters": CharacterHead, "cameras": CameraHead}
"""Folders whose front matter knows more than `BlockHead`."""


@dataclass(frozen=True, slots=True)
class Block:
    """One block: its file stem is the name that shots use."""

    stem: str
    folder: str
    file: str
    """Relative to the film folder."""
    head: BlockHead
    body: str
    """Word for word, without the blank lines around it."""

    def text(self, *, handed_over: bool) -> str:
        return self.head.carried if handed_over and self.head.carried else self.body

    @property
    def camera(self) -> Camera | None:
        if not isinstance(self.head, CameraHead):
            return None
        return Camera(self.head.move, self.head.easing, self.head.amount)

    @property
    def references(self) -> tuple[str, ...]:
        return self.head.references if isinstance(self.head, CharacterHead) else ()


@dataclass(frozen=True, slots=True)
class Blocks:
    """All blocks, a mapping from stem for each folder, in order of stem."""

    characters: Mapping[str, Block]
    environments: Mapping[str, Block]
    cameras: Mapping[str, Block]
    style: Mapping[str, Block]
    sound: Mapping[str, Block]
    avoid: Mapping[str, Block]

    @classmethod
    def of(cls, blocks: Mapping[tuple[str, str], Block]) -> Blocks:
        """From (folder, stem) to block."""
        return cls(
            **{
                folder: {stem: block for (where, stem), block in sorted(blocks.items()) if where == folder}
                for folder in FOLDERS
            }
        )

    def folder(self, name: str) -> Mapping[str, Block]:
        found: Mapping[str, Block] = getattr(self, name)
        return found

    def all(self) -> tuple[Block, ...]:
        return tuple(block for name in FOLDERS for block in self.folder(name).values())
