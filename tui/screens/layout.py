"""Where everything stands, as a function of the window's size, of what is open, and of how much there is.

Lists are given room in steps, so that nothing jumps when one more thing waits; what is left over
goes to the event log, which always has more to tell.
"""

from __future__ import annotations

from dataclasses import dataclass

from tui.widgets.begin import FIRST_STEPS
from tui.widgets.region import Region
from tui.widgets.small import LEAST

WIDE = (110, 30)
"""From here on two columns."""
PICTURE = (120, 36)
"""From here on there is room for pictures."""
FRAMES = ("first", "second", "third")
"""Names of the pictures' places, from the left."""
SHORT = 4
"""Lines below which a list says nothing."""
STEP = 4
"""The list that waits grows by so many lines at once."""
THREE = 200
"""Columns from which on three pictures stand side by side, else two."""
LOW_PICTURE = 7
"""Rows below which a picture says nothing."""


@dataclass(frozen=True, slots=True)
class Wants:
    """What the places depend on beside the window."""

    chains: int = 0
    shots: int = 0
    """Lines that all shots take, with a line for each chain but the first."""
    waits: int = 0
    money: int = 2
    """Lines of the money panel, with its title."""
    failures: int = 1
    """Lines of the failure panel that say all it has."""
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


def around(width: int, height: int, below: int) -> Places:
    """Header, rules and foot; `below` is the row of the lower rule."""
    return {
        "header": Region(0, 0, width, 1),
        "rule_top": Region(0, 1, width, 1),
        "rule_low": Region(0, below, width, 1),
        "notice": Region(0, height - 2, width, 1),
        "keys": Region(0, height - 1, width, 1),
    }


def below_card(places: Places, card: Region) -> Places:
    """What stands beside a card over the top of the body. A list that reaches out from under it begins
    below it, with its title; a picture, and a list of which too little is left, are off."""
    kept = {name: place for name, place in places.items() if not place.overlaps(card)}
    for name, place in places.items():
        rest = place.bottom - card.bottom
        picture = name in FRAMES or name.endswith("_frame")
        enough = rest > 0 if name.endswith("wall") else rest >= SHORT and not picture
        if name not in kept and enough:
            kept[name] = Region(place.x, card.bottom, place.width, rest)
    return kept


def under_strip(area: Region, section: str) -> Places:
    """A strip of names, and below it the one section that is open; a column of air at the right."""
    rest = Region(area.x, area.y + 1, area.width - 1, max(0, area.height - 1))
    return {"strip": Region(area.x, area.y, area.width, 1), section: rest}


def _steps(count: int) -> int:
    """Lines for a list of `count` with its title."""
    return 1 - STEP * (-count // STEP)


def _share(rows: int, needs: tuple[tuple[int, int], ...]) -> tuple[int, ...]:
    """Rows for lists that each have (least, wanted): the least to all, then in order what is wanted."""
    given = [least for least, _ in needs]
    left = rows - sum(given)
    for index, (least, wanted) in enumerate(needs):
        more = max(0, min(wanted - least, left))
        given[index] += more
        left -= more
    return tuple(given)


def _narrow(width: int, height: int, wants: Wants) -> Places:
    """One column: chains, the selected shot, what waits, one line of money, the last failures, the log."""
    low = height < 20
    gap = 0 if low else 1
    free = height - 5  # header, two rules, notice, keys
    if wants.side:
        places = around(width, height, height - 4)
        places["events"] = Region(0, height - 3, width, 1)
        return places | {"side": Region(0, 2, width, free - 1)}
    rest = free - 4 - 3 * gap  # the shot, money, one line of the log, the air between
    top = min(rest // 2, wants.chains + 1) if wants.chains else min(rest - 4, FIRST_STEPS + 2)
    if wants.takes:
        top = max(4, min(rest - 4, wants.shots + 1))
    failures = 0 if low or wants.takes else min(3, wants.failures)
    head, waits, failures = _share(
        rest, ((min(3, top), top), (min(2, 1 + wants.waits), 1 + wants.waits), (min(1, failures), failures))
    )
    waits = max(waits, min(_steps(wants.waits), rest - head - failures))
    parts = (
        ("takes" if wants.takes else "chains", head, gap),
        ("shot", 1, 0),
        ("says", 1, gap),
        ("waits", waits, gap),
        ("money", 1, 0),
        ("failures", failures, 0),
    )
    stacked, below = _stack(Region(0, 2, width, height - 5), parts)
    events = Region(0, below + 1, width, height - 3 - below)
    return {**around(width, height, below), **stacked, "events": events}


def _stack(area: Region, parts: tuple[tuple[str, int, int], ...]) -> tuple[Places, int]:
    """Panels one below the other, each (name, rows, air below it); and the row after the last."""
    places, y = {}, area.y
    for name, rows, air in parts:
        if rows:
            places[name] = Region(area.x, y, area.width, rows)
            y += rows + air
    return places, y


def _wide(width: int, height: int, wants: Wants) -> Places:
    """Two columns with one rule between them."""
    below = height - 3
    top, rows = 2, below - 2
    wall = width * 6 // 10
    places = around(width, height, below) | {"wall": Region(wall, top, 1, rows)}
    big = wants.picture and width >= PICTURE[0] and height >= PICTURE[1]
    frames = 0 if not big else 3 if width >= THREE else 2
    places |= _left(Region(0, top, wall - 1, rows), wants, frames)
    right = Region(wall + 1, top, width - wall - 1, rows)
    return places | ({"side": right} if wants.side else _right(right, wants))


def _left(area: Region, wants: Wants, frames: int) -> Places:
    """Chains, the shots of the film, then the selected one: what it is, its frames, what it says."""
    big, cell = frames > 0, (area.width - 2) // max(frames, 1) - 2
    chains = min(max(wants.chains, 1) + 1, max(4, area.height // 3))
    takes = wants.shots + 1 if wants.shots else FIRST_STEPS + 1
    free = area.height - chains - 2  # and a line of air above and below the takes
    # 16:9 in half blocks is 32 cells wide for 9 rows.
    most = cell * 9 // 32
    least = min(most, max(LOW_PICTURE, area.height // 5))
    picture = max(least, min(most, free - takes - 4)) if big else 0
    # The shot's line, its frames under their captions, and two lines of what it says.
    takes = max(3, min(takes, free - 3 - (picture + 1 if big else 0)))
    parts = [("chains", chains, 1), ("takes", takes, 1), ("shot", 1, 0)]
    if big:
        parts.append(("frame", picture + 1, 0))
    places, y = _stack(area, tuple(parts))
    if big:
        whole, cols = places.pop("frame"), min(cell, picture * 32 // 9)
        for index, name in enumerate(FRAMES[:frames]):
            places[name] = Region(whole.x + 1 + index * (cols + 2), whole.y, cols, whole.height)
    places["says"] = Region(area.x, y, area.width, area.bottom - y)
    return places


def _right(area: Region, wants: Wants) -> Places:
    """What waits, money, failures, and the log with all that is left."""
    free = area.height - wants.money - 3 - 4  # three lines of air, and four at least for the log
    waits, failures = _share(
        free, ((min(2, 1 + wants.waits), 1 + wants.waits), (min(3, wants.failures), wants.failures))
    )
    waits = max(waits, min(_steps(wants.waits), free - failures))
    parts = (("waits", waits, 1), ("money", wants.money, 1), ("failures", failures, 1))
    places, y = _stack(area, parts)
    return places | {"events": Region(area.x, y, area.width, area.bottom - y)}
