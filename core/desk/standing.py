"""How verdicts stand now: in force, to be made, or void because what was seen has changed. Reads only.

The newest verdict on a thing counts, all stay. Each is bound to the hash of what was seen:

    take       the clip's bytes
    seam       the last frame of the one take and the first of the next, as the film stands
    board      the version's words (but its status) and the bytes of its pictures
    cut        the file's bytes
    delivery   the file's bytes

Nothing heavy is imported: `status`, `seams` and `gaps` ask here.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

from core.base.paths import sha256_text
from core.engine.stale import chosen
from core.film.continuity import live_shots, seam_name
from core.ledger import records

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from core.desk.shas import Shas
    from core.film.plan import Plan
    from core.ledger.plan_cache import Snapshot
    from core.ledger.views import Reader, TakeRow


class Board(NamedTuple):
    """A version of the board, as far as its verdict needs it."""

    id: str
    superseded: bool
    content: str
    """Hash of its words."""
    files: tuple[str, ...]
    """Its pictures, relative to the film folder."""


class Join(NamedTuple):
    """Two shots that follow one another in the film."""

    left: str
    right: str
    chain: str
    """Of the right one."""
    seam: str
    """How the right one begins."""

    @property
    def id(self) -> str:
        return f"{self.left}/{self.right}"


class Outline(NamedTuple):
    """What of a plan verdicts are held against."""

    root: Path
    home: Path
    joins: tuple[Join, ...]
    boards: tuple[Board, ...]

    @property
    def board(self) -> Board | None:
        """The last version that is not superseded."""
        return next((version for version in reversed(self.boards) if not version.superseded), None)


class Void(NamedTuple):
    """A verdict that no longer holds: what was seen is not what lies there now."""

    kind: str
    """take, seam, board, cut, delivery."""
    id: str
    """As in the ledger: a take's id, `S101/S102`, a version, a file of cuts/."""
    shot: str
    take: int | None
    verdict: str
    person: str
    role: str
    at: str
    seen: str
    """Hash the verdict is bound to."""
    now: str
    """Hash of what lies there now; empty where nothing does."""
    said: str


class SeamRow(NamedTuple):
    """A seam of the film as it stands."""

    id: str
    left: str
    right: str
    chain: str
    seam: str
    left_take: int | None
    right_take: int | None
    state: str
    """good, fix, unresolved, void."""
    sha: str
    """Hash of both frames; empty while one is missing."""
    verdict: str
    fix: str
    note: str
    person: str
    role: str
    at: str
    task: int | None


def outline_of_plan(plan: Plan, home: Path) -> Outline:
    """`home`: where takes and cuts lie."""
    shots = [(shot.id, plan.chain_of(shot.id).id, seam_name(plan, shot.id)) for shot in live_shots(plan)]
    boards = tuple(Board(*facts) for facts in plan.board.outline)
    return Outline(plan.root, home, _joins(shots), boards)


def outline_of_snapshot(snapshot: Snapshot, root: Path, home: Path) -> Outline:
    shots = [(shot.id, shot.chain, shot.seam) for shot in snapshot.shots if not shot.omitted]
    boards = (
        Board(ident, superseded, content, tuple(files))
        for ident, superseded, content, files in snapshot.film.get("boards", ())
    )
    return Outline(root, home, _joins(shots), tuple(boards))


def _joins(shots: list[tuple[str, str, Any]]) -> tuple[Join, ...]:
    return tuple(Join(left[0], right[0], right[1], right[2]) for left, right in pairwise(shots))


# What lies there now.


def seam_sha(outline: Outline, join: Join, takes: Mapping[str, TakeRow], shas: Shas) -> str:
    """Hash of both frames of a seam; empty while one is missing. `takes`: shot to its chosen take."""
    left, right = takes.get(join.left), takes.get(join.right)
    if left is None or right is None:
        return ""
    last, first = shas.of(_frame(outline, left, "last")), shas.of(_frame(outline, right, "first"))
    return sha256_text(f"{last}\n{first}") if last and first else ""


def _frame(outline: Outline, take: TakeRow, end: str) -> str:
    return f"{outline.home}/takes/{take.shot}/{take.shot}_t{take.n:03d}_{end}.png"


def board_sha(outline: Outline, version: Board, shas: Shas) -> str:
    """Hash of a version's words and of its pictures' bytes; a picture that is gone counts as such."""
    pictures = (shas.of(f"{outline.root}/{file}") for file in version.files)
    return sha256_text("\n".join([version.content, *pictures]))


def chosen_takes(takes: Iterable[TakeRow]) -> dict[str, TakeRow]:
    """Shot to the take that stands for it: circled, else the newest before a person."""
    made: dict[str, list[TakeRow]] = {}
    for take in sorted(takes, key=lambda take: take.n):
        made.setdefault(take.shot, []).append(take)
    return {shot: best for shot, of_shot in made.items() if (best := chosen(of_shot))}


def sha_now(outline: Outline, kind: str, ident: str, takes: Iterable[TakeRow], shas: Shas) -> str:
    """Hash of anything that is judged, as it lies there now; empty where nothing does. Names as in the
    ledger."""
    if kind == "take":
        found = (_clip(outline, take) for take in takes if str(take.id) == ident)
        return shas.of(next(found, ""))
    if kind == "seam":
        join = next((join for join in outline.joins if join.id == ident), None)
        return seam_sha(outline, join, chosen_takes(takes), shas) if join else ""
    if kind == "board":
        version = next((version for version in outline.boards if version.id == ident), None)
        return board_sha(outline, version, shas) if version else ""
    return shas.of(f"{outline.home}/cuts/{ident}")


def _clip(outline: Outline, take: TakeRow) -> str:
    return f"{outline.home}/takes/{take.shot}/{take.shot}_t{take.n:03d}.mp4"


# What was decided.


def newest(reader: Reader | None) -> dict[tuple[str, str], dict[str, Any]]:
    """(kind, id) to the verdict that counts."""
    found = records.newest_verdicts(reader) if reader else []
    return {(row["subject_kind"], row["subject_id"]): row for row in found}


def seams(reader: Reader | None, outline: Outline, shas: Shas) -> tuple[SeamRow, ...]:
    """Every seam of the film in its order. A hold leaves it unresolved."""
    verdicts = newest(reader)
    takes = chosen_takes(reader.all_takes()) if reader else {}
    return tuple(
        seam_row(outline, join, takes, verdicts.get(("seam", join.id), _NONE), shas) for join in outline.joins
    )


_NONE: dict[str, Any] = {}


def seam_row(
    outline: Outline, join: Join, takes: Mapping[str, TakeRow], row: Mapping[str, Any], shas: Shas
) -> SeamRow:
    """One seam. `takes`: shot to its chosen take; `row`: the verdict that counts, or nothing."""
    sha = seam_sha(outline, join, takes, shas)
    left, right = takes.get(join.left), takes.get(join.right)
    said = row.get("verdict", "")
    if said in ("", "hold"):
        state = "unresolved"
    elif row["sha"] != sha:
        state = "void"
    else:
        state = "good" if said == "approve" else "fix"
    return SeamRow(
        id=join.id,
        left=join.left,
        right=join.right,
        chain=join.chain,
        seam=join.seam,
        left_take=left.n if left else None,
        right_take=right.n if right else None,
        state=state,
        sha=sha,
        verdict=said,
        fix=row.get("fix", ""),
        note=row.get("note", ""),
        person=row.get("person", ""),
        role=row.get("role", ""),
        at=row.get("at", ""),
        task=row.get("task_id"),
    )


def verdicts_void(reader: Reader | None, outline: Outline, shas: Shas) -> tuple[Void, ...]:
    """Approvals in force, and verdicts on seams, whose thing is no longer what was seen.

    Takes in the film's order of their rows, then seams, boards, cuts, deliveries.
    """
    if reader is None:
        return ()
    verdicts = newest(reader)
    takes = reader.all_takes()
    found = [*_void_takes(outline, takes, verdicts, shas)]
    picked = chosen_takes(takes)
    for join in outline.joins:
        row = verdicts.get(("seam", join.id))
        if row and row["verdict"] != "hold":
            now = seam_sha(outline, join, picked, shas)
            found += _void(row, now, f"seam {join.id}", "its frames have changed", "a frame of it is gone")
    for version in outline.boards:
        row = verdicts.get(("board", version.id))
        if row and row["verdict"] == "approve" and not version.superseded:
            now = board_sha(outline, version, shas)
            found += _void(row, now, f"board {version.id}", "words or pictures of it have changed", "")
    return (*found, *_void_files(outline, verdicts, shas))


def _void_takes(
    outline: Outline, takes: list[TakeRow], verdicts: Mapping[tuple[str, str], dict[str, Any]], shas: Shas
) -> list[Void]:
    found: list[Void] = []
    for take in takes:
        row = verdicts.get(("take", str(take.id))) if take.state == "approved" else None
        if row and row["verdict"] == "approve":
            now = shas.of(_clip(outline, take))
            name = f"{take.shot} take {take.n}"
            found += _void(row, now, name, "its clip has changed", "its clip is gone", take.n)
    return found


def _void_files(
    outline: Outline, verdicts: Mapping[tuple[str, str], dict[str, Any]], shas: Shas
) -> list[Void]:
    found: list[Void] = []
    known = {version.id for version in outline.boards}
    for (kind, ident), row in verdicts.items():
        if row["verdict"] != "approve":
            continue
        if kind in ("cut", "delivery"):
            now = shas.of(f"{outline.home}/cuts/{ident}")
            found += _void(row, now, f"{kind} {ident}", "the file has changed", "the file is gone")
        elif kind == "board" and ident not in known:
            found += _void(row, "", f"board {ident}", "", "board.toml no longer has it")
    return found


def _void(
    row: dict[str, Any], now: str, name: str, changed: str, gone: str, take: int | None = None
) -> list[Void]:
    if row["sha"] == now:
        return []
    said = "approved" if row["verdict"] == "approve" else "rejected"
    what = changed if now else gone
    return [
        Void(
            kind=row["subject_kind"],
            id=row["subject_id"],
            shot=row["shot"],
            take=take,
            verdict=row["verdict"],
            person=row["person"],
            role=row["role"],
            at=row["at"],
            seen=row["sha"],
            now=now,
            said=f"{name}: {what} since {row['person']} {said} it",
        )
    ]
