"""Does it cut? Each shot of a chain against the one before it."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from core.film.continuity import seam_name
from core.film.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from core.film.matrix import Chain, Shot
    from core.film.plan import Plan

KELVIN_JUMP = 500
"""From here the eye sees another lamp; film.json `drift.thresholds.kelvin` overrides it."""
_SIDE = re.compile(r"\b(left|right)\b")


def flow_findings(plan: Plan, chain: Chain) -> Iterator[Finding]:
    """Jumps between neighbours that neither shot calls intentional."""
    jump = plan.profile.drift.thresholds.get("kelvin", KELVIN_JUMP)
    for before, shot in pairwise(chain.live):
        yield from _light(chain, before, shot, jump)
        yield from _props(chain, before, shot)
        yield from _costume(chain, before, shot)
        yield from _direction(chain, before, shot)
        if shot.transition != "cut" and seam_name(plan, shot.id) in ("last", "native"):
            yield Finding.warning(
                "dissolve-on-seam",
                chain.file,
                f"{shot.transition} into a shot that begins on the frame before it: a hard cut looks better",
                "use transition 'cut', or another seam",
                shot=shot.id,
                field="transition",
            )


def _meant(before: Shot, shot: Shot, *names: str) -> bool:
    """The change is named by the shot that shows it, or expected in the one before."""
    said = {
        name.strip().casefold() for name in (*shot.intentional, *shot.expect_change, *before.expect_change)
    }
    return any(name.strip().casefold() in said for name in names)


def _light(chain: Chain, before: Shot, shot: Shot, jump: float) -> Iterator[Finding]:
    was, now = before.continuity.kelvin, shot.continuity.kelvin
    if was and now and abs(now - was) > jump and not _meant(before, shot, "kelvin", "lighting"):
        yield Finding.warning(
            "kelvin-jump",
            chain.file,
            f"light jumps from {was} K to {now} K after {before.id}",
            "bring them together, or list 'kelvin' in intentional",
            shot=shot.id,
            field="continuity.kelvin",
        )


def _props(chain: Chain, before: Shot, shot: Shot) -> Iterator[Finding]:
    """Only between shots that both list props: an empty list says nothing."""
    was, now = before.continuity.props, shot.continuity.props
    if not was or not now:
        return
    changed = [
        *(f"-{prop}" for prop in was if prop not in now),
        *(f"+{prop}" for prop in now if prop not in was),
    ]
    open_ones = [prop for prop in changed if not _meant(before, shot, "props", prop[1:])]
    if open_ones:
        yield Finding.warning(
            "props-change",
            chain.file,
            f"props change after {before.id}: {', '.join(open_ones)}",
            "carry them over, or name them (or 'props') in intentional or expect_change",
            shot=shot.id,
            field="continuity.props",
        )


def _costume(chain: Chain, before: Shot, shot: Shot) -> Iterator[Finding]:
    was, now = before.continuity.costume.strip(), shot.continuity.costume.strip()
    same_people = set(before.characters) & set(shot.characters) or not (before.characters and shot.characters)
    if was and now and was != now and same_people and not _meant(before, shot, "costume"):
        yield Finding.warning(
            "costume-change",
            chain.file,
            f"costume changes from '{was}' to '{now}' after {before.id}",
            "carry it over, or list 'costume' in intentional or expect_change",
            shot=shot.id,
            field="continuity.costume",
        )


def _direction(chain: Chain, before: Shot, shot: Shot) -> Iterator[Finding]:
    was, now = _towards(before.continuity.screen_direction), _towards(shot.continuity.screen_direction)
    if was and now and was != now and not _meant(before, shot, "screen_direction", "screen direction"):
        yield Finding.warning(
            "direction-flip",
            chain.file,
            f"movement goes {was} in {before.id} and {now} here: the axis is crossed",
            "turn one of them, or list 'screen_direction' in intentional",
            shot=shot.id,
            field="continuity.screen_direction",
        )


def _towards(text: str) -> str:
    """`left to right` goes right: the last side named is where it goes."""
    sides = _SIDE.findall(text.casefold())
    return sides[-1] if sides else ""
