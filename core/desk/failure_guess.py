"""What kind of failure it was: guessed from a provider's class or a person's words. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_BY_CLASS = {
    "moderation": "moderation",
    "timeout": "transport",
    "rate_limited": "provider",
    "auth": "provider",
    "key_limit": "provider",
    "insufficient_credit": "provider",
    "bad_request": "provider",
    "provider_fault": "provider",
}
_OF_FLAGGED = {"prompt": "prompt section", "image": "hand-over", "audio": "sound", "output": "model"}

# Read from the top: the first row with a word in the text decides. Words are beginnings of words.
_WORDS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("moderation", ("moderat", "content policy", "safety", "flagged", "nsfw", "censor")),
    ("lip-sync", ("lip ", "lips", "lip-", "mouth", "sync")),
    (
        "anatomy",
        (
            "hand ",
            "hands",
            "finger",
            "limb",
            "arm ",
            "arms",
            "leg ",
            "legs",
            "feet",
            "teeth",
            "eye",
            "anatom",
        ),
    ),
    ("character drift", ("face", "identity", "likeness", "drift", "someone else", "another person", "age ")),
    ("physics", ("physic", "gravit", "float", "melt", "clips through", "pass through", "weight", "morph")),
    ("text", ("text", "caption", "letter", "logo", "subtitle", "typo", "spelling", "sign ")),
    ("sound", ("sound", "audio", "voice", "music", "noise", "hiss", "silent")),
    (
        "continuity",
        ("continu", "prop ", "props", "costume", "wardrobe", "jump", "match", "missing", "vanish"),
    ),
    (
        "camera",
        (
            "camera",
            "pan ",
            "pans",
            "panning",
            "zoom",
            "shak",
            "framing",
            "angle",
            "crop",
            "flip",
            "tilt",
            "dolly",
        ),
    ),
    ("style", ("style", "colour", "color", "grade", "bright", "dark", "light", "look", "grain", "plastic")),
    ("prompt overload", ("overload", "too much", "too many", "ignored", "prompt")),
    ("transport", ("download", "connection", "network", "timed out", "timeout", "truncated", "cut off")),
    ("provider", ("provider", "server", "internal error", "unavailable", "capacity", "queue")),
)
_LOST = {"take.expired": ("transport", "provider"), "take.broken": ("provider", "provider")}


def of_refusal(data: Mapping[str, Any]) -> tuple[str, str]:
    """(category, origin) of an event `take.refused`; an origin may be empty."""
    category = _BY_CLASS.get(str(data.get("class", "")), "provider")
    if category != "moderation":
        return category, "provider"
    flagged = str(data.get("flagged", ""))
    if flagged == "image" and not data.get("picture"):
        return category, "board"  # no frame was handed over: what went along was a plate or a reference
    return category, _OF_FLAGGED.get(flagged, "")


def of_loss(event: str, text: str, own: Sequence[str]) -> tuple[str, str]:
    """(category, origin) of a take that ended without a clip, by its event and what was said."""
    told = of_words(text, own)
    if told in ("moderation", "transport"):
        return told, "provider"
    return _LOST.get(event, ("provider", "provider"))


def of_drift(name: str) -> tuple[str, str]:
    """(category, origin) of a measure like `drift.face` or `drift.colour`."""
    said = of_words(re.sub(r"^drift\W?_?", "", name), ())
    return (said if said in ("style", "continuity", "sound") else "character drift"), "hand-over"


def of_words(text: str, own: Sequence[str]) -> str:
    """A category that a person's words name or hint at; empty where they do not. `own`: the film's, first."""
    folded = f" {' '.join(re.split(r'[^a-z0-9à-ÿ-]+', text[:4000].casefold()))} "
    for word in own:
        if f" {word.casefold()}" in folded:
            return word
    for category, words in _WORDS:
        if f" {category}" in folded or any(f" {word}" in folded for word in words):
            return category
    return ""
