"""board/board.toml: the look, agreed upon in pictures before money goes into motion."""

from __future__ import annotations

import json
from typing import Annotated, Literal

from pydantic import Field

from core.base.paths import sha256_text
from core.film.strict import (
    ColourField,
    DateField,
    IdField,
    ModelField,
    NameField,
    ProviderField,
    ShaField,
    Strict,
)

FILE = "board/board.toml"


class BoardBlocks(Strict):
    """Texts the board's pictures are made from; `consistency` also goes into every shot."""

    world: str = ""
    characters: str = ""
    environment: str = ""
    style: str = ""
    consistency: str = ""
    """What must stay the same in every shot."""
    negative: str = ""


class BoardImage(Strict):
    """One picture of the board, pinned by the hash of its bytes."""

    file: NameField
    """Relative to the film folder."""
    sha: ShaField
    """SHA-256 of the file, hex."""
    role: Literal["environment", "character", "style", "key"]
    name: str = ""
    """Stem of the environment's or character's block it shows."""
    character: str = ""
    provider: ProviderField | None = None
    model: ModelField | None = None
    prompt: str = ""
    seed: Annotated[int, Field(ge=0, le=2**63 - 1)] | None = None


class BoardVersion(Strict):
    id: IdField
    date: DateField | None = None
    status: Literal["draft", "approved", "superseded"] = "draft"
    owner: str = ""
    channel: str = ""
    script_version: str = ""
    palette: Annotated[tuple[ColourField, ...], Field(strict=False)] = ()
    lighting: str = ""
    note: str = ""
    blocks: BoardBlocks = BoardBlocks()
    image: Annotated[tuple[BoardImage, ...], Field(strict=False)] = ()

    @property
    def content(self) -> str:
        """SHA-256 of all it says but its status: that is what a person has decided of it."""
        said = self.model_dump(exclude={"status"})
        return sha256_text(json.dumps(said, sort_keys=True, default=str))


class Board(Strict):
    """All versions, oldest first."""

    version: Annotated[tuple[BoardVersion, ...], Field(strict=False)] = ()

    @property
    def current(self) -> BoardVersion | None:
        """The last version that is not superseded."""
        return next((v for v in reversed(self.version) if v.status != "superseded"), None)

    @property
    def outline(self) -> tuple[tuple[str, bool, str, tuple[str, ...]], ...]:
        """For each version: id, whether it is superseded, its content's hash, its pictures' files."""
        return tuple(
            (v.id, v.status == "superseded", v.content, tuple(image.file for image in v.image))
            for v in self.version
        )

    def image_of(self, role: str, name: str) -> BoardImage | None:
        """The current version's picture in `role` of the block `name`; the first where there are more."""
        images = self.current.image if self.current else ()
        return next((image for image in images if image.role == role and image.name == name), None)

    def plate_of(self, environment: str) -> BoardImage | None:
        """The picture an environment begins with at a `board` seam."""
        return self.image_of("environment", environment) if environment else None


NO_BOARD = Board()
