"""Where everything stands, as a function of the window's size and of what is open.

Places depend on the window and on how many chains and accounts there are, not on what happens:
nothing jumps when one more thing waits.
"""

from __future__ import annotations

from dataclasses import dataclass

from textual.geometry import Region

from tui.widgets.small import LEAST

WIDE = (110, 30)
"""From here on two columns."""
PICTURE = (120, 36)
"""From here on there is room for a picture."""


@dataclass(frozen=True, slots=True)
class Wants:
    """What the places depend on beside the window."""

    chains: int = 0
    longest: int = 0
    """Shots of the longest chain."""
    accounts: int = 0
    side: bool = False
    """Detail or form is open: it takes the right column, or the whole body of a small window."""
    takes: bool = False
    """A small window shows the takes instead of the chains."""
    picture: bool = False


Places = dict[str, Region]


def is_small(width: int, height: int) -> bool:
    return width < LEAST[0] or height < LEAST[1]


def is_wide(width: int, height: int) -> bool:
    return width >= WIDE[0] and height >= WIDE[1]


def arrange(width: int, height: int, wants: Wants) -> Places:
    """The region of every panel that is on screen; a panel without a region is off."""
    if is_small(width, height):
        return {"small": Region(0, 0, width, height)}
    return _wide(width, height, wants) if is_wide(width, height) else _narrow(width, height, wants)


def _frame(width: int, height: int, events: int) -> tuple[Places, int]:
    """Header, rules and foot. Second value: the row below the body."""
    below = height - events - 3
    places = {
        "header": Region(0, 0, width, 1),
        "rule_top": Region(0, 1, width, 1),
        "rule_low": Region(0, below, width, 1),
        "events": Region(0, below + 1, width, events),
        "notice": Region(0, height - 2, width, 1),
        "keys": Region(0, height - 1, width, 1),
    }
    return places, below


def _narrow(width: int, height: int, wants: Wants) -> Places:
    """One column: chains, the selected shot, what waits, one line of money, the last failures."""
    places, below = _frame(width, height, 1)
    rows = below - 2
    if wants.side:
        return places | {"side": Region(0, 2, width, rows)}
    low = rows <= 12
    failures = 0 if low or wants.takes else 3
    chains = min(max(wants.chains, 1) + 1, max(3, rows - failures - 9))
    if wants.takes:
        chains = max(4, rows - 10)
    waits = rows - chains - failures - 1 - (2 if low else 5)
    y = 2
    places["takes" if wants.takes else "chains"] = Region(0, y, width, chains)
    y += chains + (not low)
    places["shot"] = Region(0, y, width, 2)
    y += 2 + (not low)
    places["waits"] = Region(0, y, width, waits)
    y += waits + (not low)
    places["money"] = Region(0, y, width, 1)
    if failures:
        places["failures"] = Region(0, y + 1, width, failures)
    return places


def _wide(width: int, height: int, wants: Wants) -> Places:
    """Two columns with one rule between them."""
    events = 2 if height < 44 else 5
    places, below = _frame(width, height, events)
    top, rows = 2, below - 2
    wall = width * 6 // 10
    places["wall"] = Region(wall, top, 1, rows)
    places |= _left(Region(0, top, wall - 1, rows), wants, width, height)
    right = Region(wall + 1, top, width - wall - 1, rows)
    return places | ({"side": right} if wants.side else _right(right, wants))


def _left(area: Region, wants: Wants, width: int, height: int) -> Places:
    chains = min(max(wants.chains, 1) + 1, max(4, area.height // 3))
    has_picture = wants.picture and width >= PICTURE[0] and height >= PICTURE[1]
    # 16:9 in half blocks is 3.55 cells wide a row; one more row for the name of the frame.
    shot = max(9, min(24, area.height - chains - wants.longest - 3)) if has_picture else 5
    takes = area.height - chains - shot - 2
    places = {
        "chains": Region(area.x, area.y, area.width, chains),
        "takes": Region(area.x, area.y + chains + 1, area.width, takes),
    }
    y = area.y + chains + takes + 2
    frame = min(round((shot - 1) * 3.55), area.width * 6 // 10) if has_picture else 0
    if has_picture:
        places["picture"] = Region(area.x + 1, y, frame, shot)
    left = frame + 2 if has_picture else 0
    places["shot"] = Region(area.x + left, y, area.width - left, shot)
    return places


def _right(area: Region, wants: Wants) -> Places:
    money = 5 + min(wants.accounts, 5)
    waits = max(5, min(12, (area.height - money - 2) // 3))
    failures = area.height - waits - money - 2
    return {
        "waits": Region(area.x, area.y, area.width, waits),
        "money": Region(area.x, area.y + waits + 1, area.width, money),
        "failures": Region(area.x, area.y + waits + money + 2, area.width, failures),
    }
