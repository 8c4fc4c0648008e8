"""Where something stands on the screen."""

from __future__ import annotations

from typing import NamedTuple


class Region(NamedTuple):
    """A rectangle of cells. Textual has one, behind a tenth of a second of imports that the first frame
    does without."""

    x: int = 0
    y: int = 0
    width: int = 0
    height: int = 0

    @property
    def right(self) -> int:
        """The column after the last."""
        return self.x + self.width

    @property
    def bottom(self) -> int:
        """The row after the last."""
        return self.y + self.height

    @property
    def area(self) -> int:
        return self.width * self.height

    def overlaps(self, other: Region) -> bool:
        across = self.x < other.right and other.x < self.right
        return across and self.y < other.bottom and other.y < self.bottom
