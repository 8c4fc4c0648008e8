"""Whether two texts say nearly the same: their words and pairs of words, compared as sets. Pure.

Jaccard's measure: what both hold, over what either holds; 1 for the same words in the same order.
"""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

THRESHOLD = 0.5
"""From here on a person should see both: half of all words and pairs are the same."""
COMPARED = 4000
"""Characters of a text that are looked at."""
MOST = 3

# Scripts that set no spaces count by the character.
_UNSPACED = "\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
_WORD = re.compile(rf"[{_UNSPACED}]|[^\W_{_UNSPACED}]+")
_SPACED = {code: " " for code in range(128) if not chr(code).isalnum()}


def words_of(text: str) -> list[str]:
    """Small letters, compatible forms made one, no punctuation."""
    cut = text[:COMPARED]
    if cut.isascii():  # three times as fast, and most texts are
        return cut.lower().translate(_SPACED).split()
    return _WORD.findall(unicodedata.normalize("NFKC", cut).casefold())


def likeness(one: str, other: str) -> float:
    """0 to 1; 0 where either has no word."""
    return _jaccard(_grams(words_of(one)), _grams(words_of(other)))


def most_alike(
    text: str, earlier: Iterable[tuple[int, str]], least: float = THRESHOLD
) -> list[tuple[int, float]]:
    """(id, likeness) of the earlier texts that are at least so alike, the most alike and newest first."""
    words = words_of(text)
    wanted = _grams(words)
    weights = _weights(words)
    known = set(weights)
    enough = least * len(wanted)
    found = []
    for number, other in earlier:
        held = words_of(other)
        # What they share is at most this much: most texts need no more than one look at their words.
        if sum(map(weights.__getitem__, known.intersection(held))) < enough:
            continue
        value = _jaccard(wanted, _grams(held))
        if value >= least:
            found.append((number, value))
    return sorted(found, key=lambda one: (-one[1], -one[0]))[:MOST]


def _weights(words: list[str]) -> dict[str, int]:
    """Word to how many grams of the text are it or begin with it: these add up to all of them."""
    weights = dict.fromkeys(words, 1)
    for first, _ in set(pairwise(words)):
        weights[first] += 1
    return weights


def _grams(words: list[str]) -> set[object]:
    return {*words, *pairwise(words)}


def _jaccard(one: set[object], other: set[object]) -> float:
    shared = len(one & other)
    return shared / (len(one) + len(other) - shared) if shared else 0.0
