"""This machine's own limits and books of the providers' keys, as the Money screen shows them. Light."""

from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from core.base import settings
from core.base.clock import SystemClock, stamp
from core.base.errors import RushesError
from core.engine.keys import KeyRing
from core.ledger import outlay

if TYPE_CHECKING:
    from core.base.settings import KeyLimits
    from core.base.units import Money
    from core.engine.keys import Key
    from core.ledger.views import Reader


class KeyLine(NamedTuple):
    """One key over all films on this machine; sums in micro-dollars, None: no limit, or unknown."""

    key_id: str
    """Its fingerprint; empty: nothing was sent with a key of this provider yet."""
    limit: int | None
    """All it may ever spend, by the user's settings."""
    day: int | None
    in_flight: int | None
    per_minute: int | None
    left: int | None
    """Under the narrowest limit that is known."""
    spent: int
    spent_today: int
    held: int
    """For jobs of all films that are held or run."""
    blocked: str
    """Why nothing is sent with it, in the provider's words; empty: it is not blocked."""
    blocked_at: str
    resets_at: str


def key_lines(reader: "Reader | None") -> tuple[dict[str, KeyLine], str]:
    """By provider, its newest key; and a sentence where settings or books cannot be read."""
    try:
        limits = settings.load().keys
        ring = KeyRing(settings.state_dir(), limits, SystemClock())
        newest: dict[str, str] = {}
        for provider, key_id in outlay.keys_used(reader) if reader else ():
            newest.setdefault(provider, key_id)
        found = {name: _line(ring.of(name, key_id), key_id) for name, key_id in newest.items()}
        unused = {name: _unused(limit) for name, limit in limits.items() if name not in found}
    except (RushesError, OSError) as error:
        return {}, str(error)
    return {**unused, **found}, ""


def _line(key: "Key", key_id: str) -> KeyLine:
    sums, block = key.sums(), key.blocked()
    return KeyLine(
        key_id,
        *_limits(key.limits),
        left=key.available(),
        spent=sums.settled_all,
        spent_today=sums.settled_today,
        held=sums.held + sums.committed,
        blocked=(block.said or block.reason or "blocked") if block else "",
        blocked_at=stamp(block.at) if block else "",
        resets_at=stamp(block.resets_at) if block and block.resets_at else "",
    )


def _unused(limits: "KeyLimits") -> KeyLine:
    known = [sum_.micro for sum_ in (limits.limit, limits.day) if sum_ is not None]
    return KeyLine("", *_limits(limits), min(known) if known else None, 0, 0, 0, "", "", "")


def _limits(limits: "KeyLimits") -> tuple[int | None, int | None, int | None, int | None]:
    return _micro(limits.limit), _micro(limits.day), limits.in_flight, limits.per_minute


def _micro(money: "Money | None") -> int | None:
    return money.micro if money is not None else None


def usage_around(provider: str, key_id: str, intent_at: str) -> list[str]:
    """What the key had spent before a request and at its last reading, as its book knows; nobody is asked."""
    if not key_id or not intent_at:
        return []
    # Evidence beside a question: a book that cannot be read takes none of the other evidence away.
    with suppress(RushesError, OSError, ValueError):
        key = KeyRing(settings.state_dir(), {}, SystemClock()).of(provider, key_id)
        before = key.reading_before(datetime.fromisoformat(intent_at))
        now = next(iter(key.readings()), None)
        told = [("before it", before), ("at the last reading", now)]
        return [
            f"the key's usage {when} ({one.read_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC):"
            f" ${one.usage / 1_000_000:.2f}"
            for when, one in told
            if one is not None and one.usage is not None
        ]
    return []
