"""The production checklist every film begins with: who makes what, and what it is looked at for."""

from __future__ import annotations

from typing import NamedTuple

SOURCE = "checklist"
"""Of the tasks that are made of it."""


class Step(NamedTuple):
    step: str
    owner: str
    """A role, until a person takes it."""
    output: str
    check: str
    """What a review asks of the output."""
    approval: bool = False
    """Whether somebody has to say yes to it."""


STEPS: tuple[Step, ...] = (
    Step("script", "writer", "story outline", "conflict is clear"),
    Step("board", "visual operator", "characters, side roles, environment", "style consistent"),
    Step("prompts", "AI operator", "structured prompts", "one job each"),
    Step("clips", "AI operator", "segments", "character stable"),
    Step("keyframes", "AI operator", "reference frames", "continuity kept"),
    Step("edit", "editor", "video with sound and text", "rhythm watchable"),
    Step("publish", "growth operator", "account-ready asset", "owner approves", approval=True),
)
