"""How a cell looks, and the shortest words that turn a terminal's pen from one look to another.

SGR numbers: ECMA-48 8.3.117; 38/48 with 2 or 5: ITU-T T.416 in xterm's semicolon form; 53/55 overline and
21 double underline as in ECMA-48 (rich writes them so). Links: OSC 8, as VTE and iTerm2 defined it.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple


class Style(NamedTuple):
    """Parameters as they are sent: "" is the terminal's own."""

    fg: str = ""
    bg: str = ""
    on: frozenset[str] = frozenset()
    """Attributes: "1" bold, "2" dim, "3" italic, "4" underline, "7" reverse and so on."""
    link: str = ""
    """What stands between `OSC 8 ;` and its end: "id=1;https://...". Empty: no link."""


PLAIN = Style()

_ATTRIBUTES = {
    "1": "22", "2": "22", "3": "23", "4": "24", "21": "24", "5": "25", "6": "25", "7": "27", "8": "28",
    "9": "29", "51": "54", "52": "54", "53": "55",
}  # fmt: skip
"""Each attribute and the number that ends it."""
_ENDS = frozenset(_ATTRIBUTES.values())
_TAKES = {"5": 1, "2": 3}
"""Numbers after 38;5 and 38;2."""
_SURE_ENDS = frozenset({"22", "23", "24", "25", "27", "28", "29"})
"""What every terminal in use can end one by one; the rest ends by a reset."""


@lru_cache(maxsize=4096)
def turned(style: Style, params: str) -> Style:
    """`style` after `CSI params m`. What is not known is kept as an attribute, and sent on as it came."""
    fg, bg, on = style.fg, style.bg, set(style.on)
    parts = params.split(";")
    at = 0
    while at < len(parts):
        part = parts[at]
        size = 1
        if part in {"", "0", "00"}:
            fg, bg, on = "", "", set()
        elif part in {"38", "48", "58"}:
            size = min(2 + _TAKES.get("".join(parts[at + 1 : at + 2]), 0), len(parts) - at)
            colour = ";".join(parts[at : at + size])
            if part == "38":
                fg = colour
            elif part == "48":
                bg = colour
            else:
                on = {one for one in on if not one.startswith("58")} | {colour}
        elif part in _ENDS:
            on = {one for one in on if _ATTRIBUTES.get(one.split(":")[0]) != part}
        elif _is_colour(part, "3", "9"):
            fg = "" if part == "39" else part
        elif _is_colour(part, "4", "10"):
            bg = "" if part == "49" else part
        elif part == "59":
            on = {one for one in on if not one.startswith("58")}
        else:
            on.add(part)
        at += size
    return Style(fg, bg, frozenset(on), style.link)


def _is_colour(part: str, normal: str, bright: str) -> bool:
    """30-37, 39 and 90-97 (or 40-47, 49, 100-107), and the colon form of 38 (48)."""
    if part.startswith(normal + "8:"):
        return True
    return (
        len(part) in {2, 3}
        and part[:-1] in {normal, bright}
        and part[-1] in "012345679"
        and (part[:-1] == normal or part[-1] != "9")
    )


@lru_cache(maxsize=4096)
def linked(style: Style, link: str) -> Style:
    """`style` in the given link; "" or ";" for none."""
    return style._replace(link="" if link.endswith(";") else link)


@lru_cache(maxsize=8192)
def pen(before: Style | None, after: Style) -> str:
    """The shortest SGR that makes a pen of `before` one of `after`. None: nothing is known of it."""
    if before is not None and before[:3] == after[:3]:
        return ""
    anew = ["0", *_ordered(after.on), *filter(None, (after.fg, after.bg))]
    best = "" if anew == ["0"] else ";".join(anew)
    if before is not None and (by_step := _steps(before, after)) is not None and len(by_step) < len(best):
        best = by_step
    return f"\x1b[{best}m"


def _steps(before: Style, after: Style) -> str | None:
    """Only what differs, or None where something cannot be ended alone."""
    steps: list[str] = []
    left = set(before.on)
    for end in sorted({_ATTRIBUTES.get(one, one) for one in before.on - after.on}):
        if end not in _SURE_ENDS:
            return None
        steps.append(end)
        left = {one for one in left if _ATTRIBUTES.get(one) != end}
    steps += _ordered(after.on - left)
    if before.fg != after.fg:
        steps.append(after.fg or "39")
    if before.bg != after.bg:
        steps.append(after.bg or "49")
    return ";".join(steps)


def _ordered(attributes: frozenset[str] | set[str]) -> list[str]:
    """One look, one spelling."""
    return sorted(attributes, key=lambda one: (len(one), one))
