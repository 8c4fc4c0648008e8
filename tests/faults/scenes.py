"""Which nights are played: every fault at every level, then deaths spread over all points and visits."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace

from tests.faults.common import Ran, Scene
from tests.faults.house import every_fault
from tests.faults.points import POINTS

LEVELS = (0, 2, 3)
AROUND_MONEY = (
    *("take.reserved.in", "take.intent.after", "post.before", "wire.before", "wire.sent", "wire.heard"),
    *("post.after", "outcome.written", "take.submitted.in", "take.in_doubt.in", "txn.in", "book.in"),
    *("key.held", "turn.in", "txn.after", "book.after"),
)
"""Where dying costs most: they come up more often."""


def without_death() -> list[Scene]:
    """Every fault at every level, and what only several chains show."""
    plain = [
        Scene(fault, nth, level)
        for number, fault in enumerate(every_fault())
        for level in LEVELS
        for nth in (1 + (number + level) % 2,)
    ]
    wide = [
        Scene(fault, 1, level, tight=tight, crowd=not tight)
        for fault in ("none", "accept-then-reset", "key-limit-403")
        for level in LEVELS
        for tight in (True, False)
    ]
    return plain + wide


def with_deaths(lived: Sequence[Scene], ran: Sequence[Ran], count: int, seed: int) -> list[Scene]:
    """`count` scenes, each one that `lived` plus one death or two at points which that night passes."""
    rng = random.Random(seed)
    by_point: dict[str, list[int]] = {
        point: [number for number, one in enumerate(ran) if one.counts[point]] for point in POINTS
    }
    made = []
    for point in _points(rng):
        if not by_point[point]:
            continue
        number = rng.choice(by_point[point])
        deaths = [(point, rng.randint(1, ran[number].counts[point]))]
        if rng.random() < 0.2:  # a second one, as likely as not during the recovery from the first
            second = rng.choice([name for name in POINTS if ran[number].counts[name]])
            deaths.append((second, rng.randint(1, ran[number].counts[second])))
        made.append(replace(lived[number], deaths=tuple(deaths)))
        if len(made) == count:
            break
    return made


def _points(rng: random.Random) -> Iterator[str]:
    """All of them again and again, so that none is left out of even a small sweep."""
    while True:
        yield from rng.sample(POINTS, len(POINTS))
        yield from rng.sample(AROUND_MONEY, len(AROUND_MONEY))
