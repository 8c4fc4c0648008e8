"""What all screens have in common: one reading, one cursor, the marks, what was last said."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from core.base.settings import BoardSettings
from tui.bridge import Glance, Unreadable, index_of, kept
from tui.dialogs.lately import Lately
from tui.screens.cursor import Cursor, settle
from tui.theme import Look
from tui.widgets.foot import Notice

if TYPE_CHECKING:
    from core.studio.pages.card import CardPage

ONLY_LOOKS = "this board only looks: open it without --read-only to act"


@dataclass(slots=True)
class Shared:
    """Lives as long as the app; every screen draws from it."""

    look: Look
    board: BoardSettings = field(default_factory=BoardSettings)
    """How a person wants it, and what it opens."""
    kind: str = "half"
    """How frames are drawn here: one of `settings.PICTURES`."""
    pictures: bool = True
    """Whether frames are shown now."""
    far: bool = False
    """The terminal is at the other end of a line that may be thin."""
    read_only: bool = False
    """A second screen on the wall: it looks and never acts."""
    glance: Glance | None = None
    cursor: Cursor = field(default_factory=Cursor)
    marked: frozenset[str] = frozenset()
    """Ids of marked shots."""
    range_from: str = ""
    """Shot where a range of marks began, or an empty string."""
    count: str = ""
    """Digits typed before a key."""
    explaining: bool = False
    """The next key is explained, not done."""
    categories: tuple[str, ...] = ()
    notice: Notice = field(default_factory=lambda: Notice("reading the film", "quiet"))
    fault: Unreadable | None = None
    cutting: bool = False
    card: CardPage | None = None
    """What happened while the person was away, shown until the next key."""
    lately: Lately = field(default_factory=Lately)

    def begin(self, glance: Glance, found: kept.Kept) -> None:
        """The first reading is there, and what was kept of the last time: back to where they left."""
        self.glance, self.notice = glance, Notice()
        self.pictures = self.pictures and found.pictures
        if index_of(glance).shot(found.shot) is not None:
            self.cursor = Cursor(found.shot)
        self.cursor = settle(glance, self.cursor)

    def times(self) -> int:
        """The count typed before a key, at least 1."""
        return min(int(self.count or "1") or 1, 10_000)


def shared_of(
    look: Look, board: BoardSettings, *, few: bool = False, far: bool = False, read_only: bool = False
) -> Shared:
    """What screens share at the start. `few`: the terminal shows 16 colours or none, so no frames."""
    kind = board.pictures_on(ascii_signs=look.ascii or few)
    return Shared(look, board, kind, kind != "off", far, read_only=read_only)
