"""The reviews that work waits for: the board before generation, clips and seams before the final cut.

What stops a run or a cut has a code, which a person may accept with a reason.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.base.errors import WaitsForPerson
from core.desk import standing, subjects
from core.desk.shas import Shas

if TYPE_CHECKING:
    from collections.abc import Collection

    from core.engine.production import Production

BOARD = "board-unapproved"
SEAMS = "seams-unresolved"
TAKES = "takes-void"
_NAMED = 8


@dataclass(frozen=True, slots=True)
class Stop:
    """Why something waits for a person."""

    code: str
    said: str
    todo: str


def board_stop(p: Production) -> Stop | None:
    """What keeps money from going into motion: a board whose current version nobody approved as it is."""
    look = subjects.outline(p)
    version = look.board
    if version is None:
        return None
    row = standing.newest(p.reader).get(("board", version.id))
    todo = f"`rushes approve board {version.id}`"
    if row is None:
        return Stop(BOARD, f"nobody has approved the board, version {version.id}", todo)
    if row["verdict"] != "approve":
        done = {"reject": "rejected", "hold": "held"}[row["verdict"]]
        return Stop(BOARD, f"{row['person']} {done} the board, version {version.id}", todo)
    if row["sha"] != standing.board_sha(look, version, Shas(p.root)):
        return Stop(BOARD, f"board {version.id} has changed since {row['person']} approved it", todo)
    return None


@dataclass(frozen=True, slots=True)
class BeforeCut:
    """What stands before a final cut."""

    stops: tuple[Stop, ...]
    unseen: tuple[str, ...]
    """Seams nobody has decided on: told, and no reason to stop."""


def before_cut(p: Production) -> BeforeCut:
    """Seams to be mended or looked at again, and circled takes whose clip has changed."""
    look, shas = subjects.outline(p), Shas(p.root)
    seams = standing.seams(p.reader, look, shas)
    void = [one for one in standing.verdicts_void(p.reader, look, shas) if one.kind == "take"]
    shas.keep()
    stops = []
    if void:
        said = f"{'; '.join(one.said for one in void[:_NAMED])}{_more(len(void))}"
        stops.append(Stop(TAKES, said, f"look again: retake, or reject and circle another of {void[0].shot}"))
    bad = [seam for seam in seams if seam.state in ("fix", "void")]
    if bad:
        named = ", ".join(f"{s.id} ({s.fix if s.state == 'fix' else 'void'})" for s in bad[:_NAMED])
        count = f"{len(bad)} seam{'s are' if len(bad) > 1 else ' is'} not good: {named}{_more(len(bad))}"
        stops.append(Stop(SEAMS, count, f"mend it, look again, then `rushes approve {bad[0].id}`"))
    unseen = tuple(seam.id for seam in seams if seam.state == "unresolved")
    return BeforeCut(tuple(stops), unseen)


def _more(count: int) -> str:
    return f" and {count - _NAMED} more" if count > _NAMED else ""


def require_cut(p: Production, accepted: Collection[str]) -> tuple[str, ...]:
    """Raises WaitsForPerson unless what stands before the final cut was accepted; returns the seams
    nobody has looked at."""
    found = before_cut(p)
    left = [stop for stop in found.stops if stop.code not in accepted]
    if left:
        codes = " ".join(f"--accept {stop.code}" for stop in left)
        todo = f'{"; ".join(stop.todo for stop in left)}\n  → or `rushes assemble {codes} --why ".."`'
        raise WaitsForPerson("; ".join(stop.said for stop in left), todo=f"{todo}, or `--rough`")
    return found.unseen
