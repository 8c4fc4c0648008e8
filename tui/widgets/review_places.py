"""Where the panels of the Review screen stand, as a function of the room there is. Pure."""

from __future__ import annotations

from textual.geometry import Region

PICTURES = ("left_frame", "middle_frame", "right_frame")
"""Names of the pictures' places, from the left."""
WIDE = 110
"""Columns from which on there are two columns and three pictures."""
LOW = 5
"""Rows below which a picture says nothing."""
_AIR = 2
_TEXT = 8
"""Rows that text keeps beside pictures."""


def places(area: Region, *, pictures: int, seam: bool, warned: bool = False) -> dict[str, Region]:
    """The head, up to three pictures in a row, the wall between two columns of text.

    `pictures`: how many frames there are to show, 0 where they are off; `warned`: the head has one line more.
    """
    wide = area.width >= WIDE
    head = (3 if area.height > 24 else 2) + warned
    rows = _picture_rows(area, head, min(pictures, _most(area, seam)), seam)
    found = {"head": Region(area.x, area.y, area.width, head)}
    y = area.y + head
    if rows:
        count = min(pictures, _most(area, seam))
        cols = min((area.width - 2) // count - _AIR, rows * 32 // 9)
        for at, name in enumerate(PICTURES[:count]):
            found[name] = Region(area.x + 1 + at * (cols + _AIR), y, cols, rows + 1)
        y += rows + 1
    y += 1 if area.height > 24 or not rows else 0
    rest = Region(area.x, y, area.width, max(0, area.bottom - y))
    if not wide:
        return found | {"right": rest}
    half = area.width // 2
    return found | {
        "left": Region(rest.x, rest.y, half - 1, rest.height),
        "wall": Region(rest.x + half, rest.y, 1, rest.height),
        "right": Region(rest.x + half + 1, rest.y, rest.width - half - 1, rest.height),
    }


def _most(area: Region, seam: bool) -> int:
    return 2 if seam or area.width < WIDE else 3


def _picture_rows(area: Region, head: int, count: int, seam: bool) -> int:
    """Rows of a picture: 16:9 in half blocks is 32 cells wide for 9 rows; text keeps its share, the seam
    view less of it. 0 where a picture would say nothing."""
    if not count:
        return 0
    cols = (area.width - 2) // count - _AIR
    share = area.height * 2 // 3 if seam else area.height // 2
    rows = min(cols * 9 // 32, max(LOW, share - head), area.height - head - 1 - _TEXT)
    return rows if rows >= LOW else 0
