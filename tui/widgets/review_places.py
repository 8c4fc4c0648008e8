"""Where the panels of the Review screen stand, as a function of the room there is. Pure."""

from __future__ import annotations

from tui.widgets.region import Region

PICTURES = ("left_frame", "middle_frame", "right_frame")
"""Names of the pictures' places, from the left."""
SHEET = tuple(f"sheet_{at}" for at in range(5))
"""Names of the places of the contact sheet, from the left."""
WIDE = 110
"""Columns from which on there are two columns of text."""
LOW = 5
"""Rows below which a picture says nothing."""
_AIR = 2
_TEXT = 8
"""Rows that text keeps beside pictures."""
_TEXT_OVER_SHEET = 18


def places(
    area: Region, *, pictures: int, seam: bool, warned: bool = False, sheet: int = 0
) -> dict[str, Region]:
    """The head, up to three pictures in a row, the wall between two columns of text, the contact sheet.

    `pictures`: how many frames there are to show, 0 where they are off; `warned`: the head has one line
    more; `sheet`: frames there are for the contact sheet, which stands where text leaves it room.
    """
    wide = area.width >= WIDE
    head = (3 if area.height > 24 else 2) + warned
    count = _count(area, head, pictures, seam)
    rows = _picture_rows(area, head, count, seam)
    found = {"head": Region(area.x, area.y, area.width, head)}
    y = area.y + head
    if rows:
        cols = min((area.width - 2) // count - _AIR, rows * 32 // 9)
        for at, name in enumerate(PICTURES[:count]):
            found[name] = Region(area.x + 1 + at * (cols + _AIR), y, cols, rows + 1)
        y += rows + 1
    y += 1 if area.height > 24 or not rows else 0
    below = _sheet(area, area.bottom - y, sheet) if rows and wide else {}
    bottom = min((place.y - 1 for place in below.values()), default=area.bottom)
    found |= below
    rest = Region(area.x, y, area.width, max(0, bottom - y))
    if not wide:
        return found | {"right": rest}
    half = area.width // 2
    return found | {
        "left": Region(rest.x, rest.y, half - 1, rest.height),
        "wall": Region(rest.x + half, rest.y, 1, rest.height),
        "right": Region(rest.x + half + 1, rest.y, rest.width - half - 1, rest.height),
    }


def _count(area: Region, head: int, pictures: int, seam: bool) -> int:
    """How many stand in a row: two at a seam, else three where that costs them a row at most."""
    two = min(pictures, 2)
    if seam or pictures < 3:
        return two
    costs = _picture_rows(area, head, two, seam) - _picture_rows(area, head, 3, seam)
    return 3 if costs <= 1 or area.width >= WIDE else two


def _sheet(area: Region, room: int, frames: int) -> dict[str, Region]:
    """The contact sheet at the foot of `area`: always as many columns, so that nothing jumps."""
    cols = (area.width - 2) // len(SHEET) - _AIR
    rows = min(cols * 9 // 32, room - _TEXT_OVER_SHEET - 2)
    if rows < LOW:
        return {}
    cols, y = min(cols, rows * 32 // 9), area.bottom - rows - 1
    return {
        name: Region(area.x + 1 + at * (cols + _AIR), y, cols, rows + 1)
        for at, name in enumerate(SHEET[:frames])
    }


def _picture_rows(area: Region, head: int, count: int, seam: bool) -> int:
    """Rows of a picture: 16:9 in half blocks is 32 cells wide for 9 rows; text keeps its share, the seam
    view less of it. 0 where a picture would say nothing."""
    if not count:
        return 0
    cols = (area.width - 2) // count - _AIR
    share = area.height * 2 // 3 if seam else area.height // 2
    rows = min(cols * 9 // 32, max(LOW, share - head), area.height - head - 1 - _TEXT)
    return rows if rows >= LOW else 0
