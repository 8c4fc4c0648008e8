"""Headings of a Markdown text, and the names by which a link finds them. Pure."""

from __future__ import annotations

import re
from collections import Counter
from typing import NamedTuple

_HEADING = re.compile(r" {0,3}(#{1,6})[ \t]+(.*?)[ \t]*#*[ \t]*")
_FENCE = re.compile(r" {0,3}(```|~~~)")
_FRONT = "+++"
_DROPPED = re.compile(r"[^\w\- ]")
_NUMBERED = re.compile(r"(\d{1,4}[A-Za-z]?)[.):]?\s+(.*)", re.DOTALL)


class Heading(NamedTuple):
    level: int
    text: str
    anchor: str
    """As most Markdown viewers name it: small letters, hyphens, `-1` for the second of a name."""


def headings_of(text: str) -> list[Heading]:
    """In order; front matter between `+++` and fenced blocks hold none."""
    found: list[Heading] = []
    seen: Counter[str] = Counter()
    fence = ""
    for line in _body(text.splitlines()):
        mark = _FENCE.match(line)
        if mark and fence in ("", mark[1]):
            fence = "" if fence else mark[1]
        elif not fence and (match := _HEADING.fullmatch(line)):
            name = anchor_of(match[2])
            count = seen[name]
            seen[name] += 1
            found.append(Heading(len(match[1]), match[2], f"{name}-{count}" if count else name))
    return found


def _body(lines: list[str]) -> list[str]:
    if lines and lines[0].strip() == _FRONT:
        for number, line in enumerate(lines[1:], 1):
            if line.strip() == _FRONT:
                return lines[number + 1 :]
    return lines


def anchor_of(heading: str) -> str:
    """`1. EXT. BAY - SUNSET` becomes `1-ext-bay---sunset`."""
    return _DROPPED.sub("", heading.casefold()).replace(" ", "-")


def scenes_of(script: str) -> dict[str, str]:
    """Scene to its heading: by number where it has one (`### 1. EXT. BAY - SUNSET`), else, below a
    heading `Scenes`, by its anchor."""
    found: dict[str, str] = {}
    below = 0
    for heading in headings_of(script):
        if below and heading.level <= below:
            below = 0
        numbered = _NUMBERED.fullmatch(heading.text)
        if numbered:
            found.setdefault(numbered[1], numbered[2])
        elif below:
            found.setdefault(heading.anchor, heading.text)
        if heading.text.casefold() == "scenes":
            below = heading.level
    return found
