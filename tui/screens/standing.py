"""What the line above the keys says while nothing is asked or written. Pure."""

from __future__ import annotations

from tui.screens.shared import Shared
from tui.widgets.foot import Notice, faults_of


def standing(shared: Shared) -> Notice:
    """What was just typed or said, then whatever is wrong with the film, then what is marked."""
    if shared.explaining:
        return Notice("which key? press it, and what it does is said here")
    if shared.count:
        return Notice(shared.count, "bright")
    if shared.notice.text:
        return shared.notice
    if shared.fault is not None:
        return Notice("  ".join(shared.fault.lines), "need")
    if shared.cutting:
        return Notice("assembling the cut", "running")
    faults = faults_of(shared.glance) if shared.glance else Notice()
    return faults if faults.text else _marks(shared)


def _marks(shared: Shared) -> Notice:
    count = len(shared.marked)
    if count:
        ranged = ", drawing a range" if shared.range_from else ""
        return Notice(f"{count} shot{'' if count == 1 else 's'} marked{ranged}", "bright")
    return Notice("it only looks: acts are refused here", "faint") if shared.read_only else Notice()
