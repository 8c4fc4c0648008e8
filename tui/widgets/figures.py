"""Money, time and bars, as a person says them and in columns that stand still."""

from __future__ import annotations

from datetime import datetime

from tui.theme import Look
from tui.widgets.lines import Span

_CENT = 10_000


def usd(micro: int | None, *, estimated: bool = False) -> str:
    """Micro-dollars to cents: `$98.28`, `~$0.76`, `unknown`. A sum below a cent is not zero."""
    if micro is None:
        return "unknown"
    sign, whole = ("-", -micro) if micro < 0 else ("", micro)
    cents = (whole + _CENT // 2) // _CENT
    about = "~" if estimated else ""
    if whole and not cents:
        return f"{sign}<$0.01"
    return f"{about}{sign}${cents // 100}.{cents % 100:02d}"


def budget(micro: int | None) -> str:
    """A limit as people set it: `$250`, `$12.50`, or `no limit`."""
    if micro is None:
        return "no limit"
    text = usd(micro)
    return text.removesuffix(".00")


def elapsed(seconds: float | None) -> str:
    """Coarse on purpose, for it stands still between two changes: `0:40`, `1:10`, `14 min`, `2 h 05`."""
    if seconds is None:
        return ""
    whole = max(0, int(seconds))
    if whole < 600:
        return f"{whole // 60}:{whole % 60 // 10 * 10:02d}"
    if whole < 5400:
        return f"{whole // 60} min"
    return f"{whole // 3600} h {whole % 3600 // 60:02d}"


def about(seconds: float | None) -> str:
    """How long it usually takes: as `elapsed`, and below half a minute in steps of five seconds."""
    if seconds is None or seconds >= 30:
        return elapsed(seconds)
    return f"{max(5, round(seconds / 5) * 5)} s"


def clock(at: str) -> str:
    """UTC ISO-8601 to the wall clock of this machine, `10:42:07`; other text stays away."""
    moment = _moment(at)
    return moment.astimezone().strftime("%H:%M:%S") if moment else "--:--:--"


def date_and_time(at: str) -> str:
    """UTC ISO-8601 as `20 Nov 10:42` of this machine, always 12 cells wide; empty where it is none."""
    moment = _moment(at)
    return f"{moment.astimezone().day:>2} {moment.astimezone():%b %H:%M}" if moment else ""


def day(at: str) -> str:
    """`Mon 23 Nov`, or an empty string."""
    moment = _moment(at)
    return f"{moment.astimezone():%a} {moment.astimezone().day} {moment.astimezone():%b}" if moment else ""


def _moment(at: str) -> datetime | None:
    try:
        return datetime.fromisoformat(at)
    except ValueError:
        return None


def share_bar(part: int, whole: int | None, width: int, look: Look, ink: str) -> tuple[Span, Span]:
    """How much of `whole` is spent; without a whole, an empty groove."""
    share = min(1.0, max(0.0, part / whole)) if whole else 0.0
    full = _blocks(share, width, look)
    return Span(full, ink), Span(look.pick("▁", "_") * (width - len(full)), "faint")


def _blocks(share: float, width: int, look: Look) -> str:
    """So much of `width` cells, 0 to 1. The smallest part is not nothing.

    In whole cells: the parts of a cell there are signs for are higher than the bar.
    """
    return look.pick("▇", "#") * min(width, max(round(share * width), 1 if share > 0 else 0))


def takes_bar(takes: int, expected: tuple[int, int], width: int, look: Look, ink: str) -> tuple[Span, Span]:
    """Takes so far against what its kind usually needs.

    The place is as wide as the upper end; the groove begins at the lower end, so that a bar which
    has reached the groove is where it should be, and one that fills it is at its end.
    """
    low, high = expected
    high = max(high, 1)
    full = _blocks(min(1.0, takes / high), width, look)
    band = min(width - 1, round(low / high * width))
    groove = look.pick("▁", "_")
    rest = "".join(groove if at >= band else " " for at in range(len(full), width))
    return Span(full, ink), Span(rest, "faint")
