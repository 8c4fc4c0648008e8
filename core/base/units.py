"""Money, certainty, frame rates and names: the few kinds of number a film is made of.

Money is an integer of micro-dollars, because `int(0.29 * 100)` is 28.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from fractions import Fraction

from core.base.errors import BadInput

MICRO = 1_000_000
MAX_MICRO = 10**15
"""A billion dollars: more is a slip of the keyboard, and fits SQLite's integers."""

SHOT_ID = re.compile(r"^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$")
DEVICE_NAMES = frozenset(
    ["con", "prn", "aux", "nul", *(f"com{n}" for n in range(1, 10)), *(f"lpt{n}" for n in range(1, 10))]
)
"""Names Windows keeps for devices: a film folder must survive a copy to any disk."""


class Certainty(StrEnum):
    """How well a number is known. Unknown is not zero."""

    EXACT = "exact"
    ESTIMATED = "estimated"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, order=True)
class Money:
    """An exact sum in micro-dollars (1 USD = 1,000,000)."""

    micro: int

    @classmethod
    def parse(cls, text: str) -> Money:
        """`"0.76"` to 760000. Raises BadInput on NaN, signs, commas, more than six decimals."""
        if not re.fullmatch(r"[0-9]{1,10}(\.[0-9]{1,6})?", text):
            raise BadInput(
                f"'{text[:40]}' is not a sum of money", todo='write dollars as a decimal string, like "0.76"'
            )
        try:
            micro = int(Decimal(text) * MICRO)
        except InvalidOperation as error:
            raise BadInput(f"'{text[:40]}' is not a sum of money") from error
        if micro > MAX_MICRO:
            raise BadInput(f"'{text[:40]}' is more than any film costs")
        return cls(micro)

    def __add__(self, other: Money) -> Money:
        return Money(self.micro + other.micro)

    def __sub__(self, other: Money) -> Money:
        return Money(self.micro - other.micro)

    def usd(self) -> str:
        """Plain decimal string with two to six places: `98.28`, `0.004`."""
        sign, whole = ("-", -self.micro) if self.micro < 0 else ("", self.micro)
        dollars, rest = divmod(whole, MICRO)
        decimals = f"{rest:06d}".rstrip("0").ljust(2, "0")
        return f"{sign}{dollars}.{decimals}"

    def __str__(self) -> str:
        return f"${self.usd()}" if self.micro >= 0 else f"-${Money(-self.micro).usd()}"


ZERO = Money(0)


@dataclass(frozen=True, slots=True)
class Amount:
    """A sum together with how well it is known."""

    money: Money | None
    certainty: Certainty

    @classmethod
    def exact(cls, money: Money) -> Amount:
        return cls(money, Certainty.EXACT)

    @classmethod
    def estimated(cls, money: Money) -> Amount:
        return cls(money, Certainty.ESTIMATED)

    @classmethod
    def unknown(cls) -> Amount:
        return cls(None, Certainty.UNKNOWN)

    def __str__(self) -> str:
        if self.money is None:
            return "unknown"
        return str(self.money) if self.certainty is Certainty.EXACT else f"~{self.money}"


def parse_fps(text: str) -> Fraction:
    """`"24"` or `"24000/1001"` to an exact rate. Raises BadInput outside 1 to 240."""
    if not re.fullmatch(r"[0-9]{1,6}(/[1-9][0-9]{0,3})?", text):
        raise BadInput(f"'{text[:20]}' is not a frame rate", todo='write "24", "25" or "24000/1001"')
    rate = Fraction(text)
    if not 1 <= rate <= 240:
        raise BadInput(f"{text} frames a second is outside 1 to 240", todo='write "24", "25" or "24000/1001"')
    return rate


def frames_of(seconds: float, fps: Fraction) -> int:
    """Whole frames in a length, at least one. Rounds to the nearest frame."""
    return max(1, round(Fraction(seconds).limit_denominator(100_000) * fps))


def check_id(text: str) -> str:
    """A shot, chain or block id that is safe as a file name on every disk. Raises BadInput."""
    if not SHOT_ID.fullmatch(text):
        raise BadInput(
            f"'{text[:40]!s}' cannot be an id",
            todo="use 1 to 32 letters, digits, '-' or '_', beginning with a letter or digit",
        )
    if text.casefold() in DEVICE_NAMES:
        raise BadInput(f"'{text}' is a device name on some disks", todo="choose another id")
    return text
