"""What a verdict or a score is about: found by the name a person types, with the hash of what is there."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from core.base.errors import BadInput, nearest
from core.base.paths import PART, inside
from core.base.text import one_line
from core.desk import review, standing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from core.desk.shas import Shas
    from core.desk.standing import Join, Outline
    from core.engine.production import Production
    from core.ledger.views import TakeRow

KINDS: tuple[str, ...] = ("shot", "seam", "board", "cut", "delivery")
SHOWN = 80


@dataclass(frozen=True, slots=True)
class Subject:
    """Something that is judged, as it lies there now."""

    kind: str
    """As in the ledger: take, seam, board, cut, delivery."""
    id: str
    name: str
    """As a sentence says it."""
    sha: str
    shot: str = ""
    chain: str = ""
    take_id: int | None = None
    seen: Mapping[str, object] = field(default_factory=dict)
    """What more the event should say."""


def find(p: Production, kind: str, ident: str, n: int | None, shas: Shas) -> Subject:
    """`kind` is one of `KINDS`; `n` a take of a shot. Raises BadInput with the nearest there is."""
    if kind == "shot":
        return _take(p, ident, n, shas)
    if n is not None:
        raise BadInput(f"a {kind} has no takes", todo="leave --take away")
    if kind == "seam":
        return _seam(p, ident, shas)
    if kind == "board":
        return _board(p, ident, shas)
    return _file(p, kind, ident, shas)


def outline(p: Production) -> Outline:
    return standing.outline_of_plan(p.plan, p.home)


def _take(p: Production, shot: str, n: int | None, shas: Shas) -> Subject:
    take = review.find_take(p, shot, n)
    sha = shas.of(p.files(shot, take.n).clip)
    if not sha:
        raise BadInput(f"{shot} take {take.n} has no clip to look at", todo=f"`rushes takes {shot}`")
    return Subject("take", str(take.id), f"{shot} take {take.n}", sha, shot, take.chain, take.id)


def _seam(p: Production, ident: str, shas: Shas) -> Subject:
    look = outline(p)
    join = _join(p, look, ident)
    takes = standing.chosen_takes(p.reader.all_takes())
    for shot, end in ((join.left, "last"), (join.right, "first")):
        _check_frame(p, takes.get(shot), shot, end, shas)
    left, right = takes[join.left], takes[join.right]
    return Subject(
        "seam",
        join.id,
        f"seam {join.id} (takes {left.n} and {right.n})",
        standing.seam_sha(look, join, takes, shas),
        join.right,
        join.chain,
        right.id,
        {"left": left.id, "right": right.id},
    )


def _join(p: Production, look: Outline, ident: str) -> Join:
    found = next((join for join in look.joins if join.id == ident), None)
    if found:
        return found
    left, _, right = ident.partition("/")
    for shot in (left, right):
        p.plan.shot(shot)  # an unknown id is answered with the nearest one
    near = next((join.id for join in look.joins if right == join.right), "")
    near = near or next((join.id for join in look.joins if left == join.left), "")
    raise BadInput(
        f"{left} and {right} do not follow one another", nearest=near, todo="`rushes seams` lists every seam"
    )


def _check_frame(p: Production, take: TakeRow | None, shot: str, end: str, shas: Shas) -> None:
    """The frame must lie there, and be the one that was made."""
    if take is None:
        raise BadInput(
            f"{shot} has no take to look at yet", todo=f"`rushes takes {shot}` lists what there is"
        )
    files = p.files(shot, take.n)
    path, made = (files.first, take.first_sha) if end == "first" else (files.last, take.last_sha)
    sha = shas.of(path)
    if not sha or (made and sha != made):
        what = "is not the one that was made" if sha else "is gone"
        raise BadInput(
            f"the {end} frame of {shot} take {take.n} {what}",
            where=str(path),
            todo="`rushes audit` shows what changed",
        )


def _board(p: Production, ident: str, shas: Shas) -> Subject:
    look = outline(p)
    found = next((version for version in look.boards if version.id == ident), None)
    if found is None:
        known = [version.id for version in look.boards]
        raise BadInput(
            f"no board version '{one_line(ident, SHOWN)}'",
            where="board/board.toml",
            nearest=nearest(ident, known),
            todo=f"there is: {', '.join(known)}" if known else "the film has no board yet",
        )
    return Subject("board", ident, f"board {ident}", standing.board_sha(look, found, shas))


def _file(p: Production, kind: str, ident: str, shas: Shas) -> Subject:
    folder = p.home / "cuts"
    name = _inside_cuts(folder, ident)
    path = inside(folder, name) if name else folder
    sha = shas.of(path)
    if not sha:
        known = files_of(folder)
        raise BadInput(
            f"no file '{one_line(ident, SHOWN)}' in cuts/",
            where=str(folder),
            nearest=nearest(name, known),
            todo=f"there is: {', '.join(known[-5:])}" if known else "`rushes assemble` makes a cut",
        )
    return Subject(kind, name, f"{kind} {name}", sha)


def _inside_cuts(folder: Path, ident: str) -> str:
    """The file's path from cuts/ on, however a person wrote it: from there, from the film, or whole."""
    home = folder.parent
    for way in (Path(ident), home / ident, Path.cwd() / ident):
        if way.is_absolute() and way.is_relative_to(folder):
            return Path(os.path.normpath(way)).relative_to(folder).as_posix()
    return Path(ident).as_posix()


def files_of(folder: Path) -> list[str]:
    """Files of cuts/, oldest number first, without hidden and half ones."""
    if not folder.is_dir():
        return []
    found = (path for path in folder.rglob("*") if path.is_file() and not path.name.endswith(PART))
    return sorted(path.relative_to(folder).as_posix() for path in found if not path.name.startswith("."))
