"""The words of the failure catalogue. Nothing heavy is imported: commands that only read say them too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.base.errors import BadInput, nearest

if TYPE_CHECKING:
    from collections.abc import Iterable

CATEGORIES: tuple[str, ...] = (
    "character drift",
    "lip-sync",
    "continuity",
    "moderation",
    "anatomy",
    "physics",
    "camera",
    "style",
    "text",
    "sound",
    "prompt overload",
    "provider",
    "transport",
)
"""Those every film has; film.json `failures.categories` adds its own."""
ORIGINS: tuple[str, ...] = (
    "",
    "script",
    "board",
    "prompt section",
    "hand-over",
    "model",
    "provider",
    "edit",
    "sound",
)
OUTCOMES: tuple[str, ...] = ("saved", "regenerated", "dropped", "rewritten", "open")
HELPED: tuple[str, ...] = ("saved", "regenerated", "rewritten")
"""Outcomes after which the shot is in the film, best first: a saved take costs no new one."""


def with_own(own: Iterable[str]) -> tuple[str, ...]:
    """The categories of a film that names `own` ones."""
    words = {word.casefold(): word for word in (*own, *CATEGORIES)}
    return (*CATEGORIES, *(word for folded, word in words.items() if folded not in CATEGORIES))


def known(word: str, words: tuple[str, ...], what: str) -> str:
    """`word`, or the one valid word that begins with it. Raises BadInput with the nearest."""
    folded = " ".join(word.split()).casefold()
    meant = {candidate.casefold(): candidate for candidate in words}
    if folded in meant:
        return meant[folded]
    starts = [valid for candidate, valid in meant.items() if folded and candidate.startswith(folded)]
    if len(starts) == 1:
        return starts[0]
    raise BadInput(
        f"'{word[:40]}' is no {what}",
        nearest=nearest(word, words),
        todo=f"one of: {', '.join(candidate for candidate in words if candidate)}",
    )
