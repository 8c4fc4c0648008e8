"""What the failure form remembers, apart from the form, whose inputs are wanted after the first paint."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Lately:
    """What was logged last, over all screens: the same thing often breaks again."""

    category: str = ""
