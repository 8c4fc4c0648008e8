"""What differs between two takes of a shot: field, old, new. Pure but for two reads of the ledger."""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import TYPE_CHECKING, NamedTuple

from core.base.jsons import read_json
from core.ledger import records

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from core.ledger.views import Reader, TakeRow

MOST_PLACES = 5
"""Places of a prompt that are told one by one."""
MOST_WORDS = 600
"""Words that are compared place by place; of longer ones only what lies between their equal ends is told."""
NEAR = 2
"""Equal words between two changes that are told as one: `the` alone tells nobody where it is."""


class Changed(NamedTuple):
    field: str
    old: str
    new: str
    """Texts raw; an empty one was not there."""


def take_folder(home: Path, shot: str) -> Path:
    return home / "takes" / shot


def sidecar_of(home: Path, shot: str, n: int) -> dict[str, object]:
    """The sidecar as it lies there; empty where it is missing, broken or of another schema."""
    found = read_json(take_folder(home, shot) / f"{shot}_t{n:03d}.json") or {}
    return found if found.get("rushes_sidecar") == 1 else {}


def changed(reader: Reader, home: Path, old: TakeRow, new: TakeRow) -> tuple[Changed, ...]:
    """What a person or the film changed between two takes, the words of the prompt first."""
    before, after = reader.prompt_of(old.id), reader.prompt_of(new.id)
    words = prompt_changes(before, after) if before and after else ()
    asked, wanted = records.ordered(reader, old.id), records.ordered(reader, new.id)
    pairs = [
        ("model", _model(old), _model(new)),
        ("seed", str(old.seed), str(new.seed)),
        ("seam", old.seam, new.seam),
        ("begins from", _source(reader, old), _source(reader, new)),
        ("length", _length(asked), _length(wanted)),
        ("size", _size(asked), _size(wanted)),
        ("board", _board(home, old), _board(home, new)),
        ("pass", old.pass_, new.pass_),
    ]
    found = [*words, *(Changed(*pair) for pair in pairs if pair[1] != pair[2])]
    told = {one.field for one in found} - {"seed"}
    if not told and old.plan_hash and new.plan_hash and old.plan_hash != new.plan_hash:
        # Cameras and references are in the hash of the plan, and in no column of a take.
        found.append(Changed("plan", "", "another camera, reference or setting"))
    return tuple(found)


def _model(take: TakeRow) -> str:
    return f"{take.provider}:{take.model}" if take.model else take.provider


def _source(reader: Reader, take: TakeRow) -> str:
    source = reader.take(take.source_take) if take.source_take else None
    return f"{source.shot} t{source.n:02d}" if source else ""


def _length(ordered: records.Ordered) -> str:
    return f"{ordered.frames} frames at {ordered.fps}" if ordered.fps else ""


def _size(ordered: records.Ordered) -> str:
    return f"{ordered.width}x{ordered.height}" if ordered.width else ""


def _board(home: Path, take: TakeRow) -> str:
    return str(sidecar_of(home, take.shot, take.n).get("board_version") or "")


def prompt_changes(old: str, new: str) -> tuple[Changed, ...]:
    """The places where two prompts differ, in whole words; at most MOST_PLACES and a count of the rest."""
    found = [
        Changed("prompt", " ".join(left), " ".join(right))
        for left, right in _places(old.split(), new.split())
    ]
    more = len(found) - MOST_PLACES
    if more > 0:
        found = [*found[:MOST_PLACES], Changed("prompt", "", f"and {more} more place{'s' * (more > 1)}")]
    return tuple(found)


def _places(old: list[str], new: list[str]) -> list[tuple[list[str], list[str]]]:
    """Runs of words that differ, each as (old, new)."""
    head = _same(zip(old, new, strict=False))
    old, new = old[head:], new[head:]
    tail = _same(zip(reversed(old), reversed(new), strict=False))
    old, new = old[: len(old) - tail], new[: len(new) - tail]
    if not old and not new:
        return []
    if max(len(old), len(new)) > MOST_WORDS:
        return [(old, new)]
    runs: list[tuple[int, int, int, int]] = []
    for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            continue
        if runs and a - runs[-1][1] <= NEAR:
            runs[-1] = (runs[-1][0], b, runs[-1][2], d)
        else:
            runs.append((a, b, c, d))
    return [(old[a:b], new[c:d]) for a, b, c, d in runs]


def _same(pairs: Iterable[tuple[str, str]]) -> int:
    count = 0
    for one, other in pairs:
        if one != other:
            break
        count += 1
    return count
