"""Writing the failure catalogue: a failure logged or amended, a shot conceived anew."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from core.base.text import one_line
from core.base.units import Money
from core.desk import failures, reconception
from core.desk.failures import Broke as Broke
from core.desk.reconception import Reconception as Reconception
from core.studio.acts import opened as opened
from core.studio.people import person

if TYPE_CHECKING:
    from core.desk.failures import Change
    from core.engine.production import Production

UNKNOWN = "unknown"


def micro_of(cost: str) -> int | None:
    """Micro-dollars of `0.76` or `$0.76`; None for `unknown`. Raises BadInput."""
    return None if cost.strip().casefold() == UNKNOWN else Money.parse(cost.strip().removeprefix("$")).micro


def fail(p: Production, shot: str, n: int | None, what: Broke) -> str:
    """Logs a failure: one line, and the next step where there is one."""
    ident = failures.log(p, shot, n, what, person())
    said = f"failure {ident} logged for {shot}: {one_line(what.broke)}"
    return f"{said}\n{_not_saveable(p, ident)}".rstrip()


def amend(p: Production, ident: int, change: Change) -> str:
    made = failures.amend(p, ident, change, person())
    return f"failure {ident} is amended: it is {made} now\n{_not_saveable(p, made)}".rstrip()


def _not_saveable(p: Production, ident: int) -> str:
    row = p.reader.table("failure", "WHERE id=?", ident)[0]
    if row["outcome"] != "dropped":
        return ""
    return f"  → `rushes reconceive {row['shot']}` says how else it could be told, and what that costs"


def reconceive(p: Production, shot: str) -> Reconception:
    return reconception.reconceive(p, shot, person())


def document(found: Reconception) -> dict[str, Any]:
    """As plain data; sums in micro-dollars are decimal dollars, None is unknown."""
    sunk = found.sunk
    return {
        "shot": found.shot,
        "sunk": {
            "takes": sunk.takes,
            "exact_usd": Money(sunk.exact).usd(),
            "estimated_usd": Money(sunk.estimated).usd(),
            "unknown": sunk.unknown,
        },
        "ways": [
            {
                "suggestion": kept.id,
                "way": kept.way.name,
                "what": kept.way.what,
                "takes": kept.way.takes,
                "upper_usd": _usd(kept.way.upper),
                "expected_usd": _usd(kept.way.expected),
                "next_action": kept.way.todo,
                "state": kept.state,
            }
            for kept in found.ways
        ],
    }


def _usd(micro: int | None) -> str | None:
    return None if micro is None else Money(micro).usd()
