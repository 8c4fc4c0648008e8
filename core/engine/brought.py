"""Clips that a person brought, on their last step into takes/: whoever comes first makes it.

The row is in the ledger before the clip has its name, so a process that dies in between leaves a take
that the worker, or the same import made again, finishes from the part file.
"""

from __future__ import annotations

from contextlib import ExitStack, contextmanager, suppress
from typing import TYPE_CHECKING

from core.base.errors import FilmHeld
from core.base.hold import hold
from core.base.paths import PART, publish_new, sha256_file
from core.engine import sidecar
from core.engine.production import BROUGHT, STOP_LAG_S
from core.engine.states import ELSEWHERE
from core.ledger import records

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from core.engine.production import Production
    from core.ledger.views import TakeRow

LOST = "its file never arrived: import it again"
OTHER = "another file stands where its clip should be: move it away, then import it again"


@contextmanager
def turn(p: Production, stop: Callable[[], bool]) -> Iterator[bool]:
    """Held by whoever walks a brought take: its sidecar is written in steps, and two would mix them.

    False where `stop` came first. A kernel lock: whoever dies lets go of it.
    """
    with ExitStack() as held:
        ours = False
        while not ours and not stop():
            with suppress(FilmHeld):
                held.enter_context(hold(p.home / ".rushes" / "imports" / "turn.lock", STOP_LAG_S))
                ours = True
        yield ours


def arrive(p: Production, take: TakeRow) -> str:
    """Gives the clip its name, from the part file where it has none yet. Why it cannot, or empty.

    May be done again at any time; never over another file.
    """
    files = p.files(take.shot, take.n)
    for part in waiting(files.folder, take.sha):
        sidecar.keep(files, **_claim(p, take))
        if not publish_new(part, files.clip) and sha256_file(files.clip) == take.sha:
            part.unlink(missing_ok=True)
    if not files.clip.is_file():
        return LOST
    return "" if sha256_file(files.clip) == take.sha else OTHER


def waiting(folder: Path, sha: str) -> list[Path]:
    """Whole part files of these bytes. Those of a take that is here wait for nobody."""
    named = sorted(folder.glob(f"{BROUGHT}{sha[:16]}-*{PART}"))
    return [part for part in named if part.is_file() and sha256_file(part) == sha]


def _claim(p: Production, take: TakeRow) -> dict[str, object]:
    """What stands beside the clip before it is there: enough to know it again without the ledger."""
    return {
        "provider": ELSEWHERE,
        "chain": take.chain,
        "position": take.position,
        "model": take.model,
        "ordered_frames": records.frames_of(p.reader, take.id),
        **sidecar.brought(p, take),
    }
