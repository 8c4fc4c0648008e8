"""Which seam is meant, from a reading alone: keys that were typed ahead wait for no page. Pure."""

from __future__ import annotations

from tui.bridge import Glance, index_of


def seam_at(glance: Glance, shot: str) -> str:
    """`S101/S102`: the seam after a shot, or of the film's last one the seam before; empty where none is."""
    after, before = _live(glance, shot, 1), _live(glance, shot, -1)
    if index_of(glance).shot(shot) is None or not (after or before):
        return ""
    return f"{shot}/{after}" if after else f"{before}/{shot}"


def beside(glance: Glance, seam: str, by: int) -> str:
    """The seam so many to the left or right of one, as far as the film goes; empty where that is itself."""
    left, _, right = seam.partition("/")
    for _ in range(abs(by)):
        further = _live(glance, right, 1) if by > 0 else _live(glance, left, -1)
        if not further:
            break
        left, right = (right, further) if by > 0 else (further, left)
    found = f"{left}/{right}"
    return "" if found == seam else found


def _live(glance: Glance, shot: str, by: int) -> str:
    """The nearest shot before or after that is not omitted, or an empty string."""
    at = index_of(glance).place(shot)
    while at is not None and 0 <= at + by < len(glance.shots):
        at += by
        if glance.shots[at].state != "omitted":
            return glance.shots[at].id
    return ""
