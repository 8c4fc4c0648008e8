"""What was measured on the frames that stand side by side, as (name, phrase). Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tui.widgets.lines import slate

if TYPE_CHECKING:
    from core.studio.pages.review_rows import FrameRow, ReviewPage
    from core.studio.pages.seam import Alike, SeamPage

    Pairs = tuple[tuple[FrameRow, FrameRow], ...]

_NAMES = {("handed", "first"): "hand-over", ("last", "next"): "next opening"}
"""What the likeness of two frames is about, by what they are to the take."""


def pairs_of(page: ReviewPage | SeamPage | None) -> Pairs:
    """Frames that touch: what was handed over and the take's beginning, its end and the next opening."""
    by_role = {frame.role: frame for frame in page.frames} if page else {}
    return tuple(
        (by_role[left], by_role[right]) for left, right in _NAMES if left in by_role and right in by_role
    )


def _words(one: Alike) -> str:
    left, right = (slate(side.shot, side.take) for side in (one.left, one.right))
    return f"{left} and {right}"


def likeness(measured: Sequence[Alike], pairs: Pairs, *, seam: bool = False) -> list[tuple[str, str]]:
    """Of the pairs on screen that were measured: how alike, and how sharp at either side."""
    rows = []
    for one in measured:
        if (one.left, one.right) not in pairs:
            continue
        name = "likeness" if seam else _NAMES[one.left.role, one.right.role]
        if one.ssim is None:
            rows.append((name, f"not measured: {one.why}"))
        else:
            rows.append((name, f"SSIM {one.ssim:.3f}, {_words(one)}"))
        left, right = one.sharp
        if left is not None and right is not None:
            rows.append(("sharpness", f"{left:.0f} before, {right:.0f} after"))
    return rows
