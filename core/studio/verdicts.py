"""What a person decides, scores, notes and promises: the desk's acts with the person filled in.

Each returns a sentence. Nothing is decided here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.base.errors import BadInput
from core.desk import catalogue, commitments, decisions, notes, promises, review, rubric, subjects
from core.desk.person import require_role
from core.desk.shas import Shas
from core.studio.people import person

if TYPE_CHECKING:
    from core.engine.production import Production

KINDS = subjects.KINDS
FIXES = decisions.FIXES
_CIRCLED = {"approve": "circled", "reject": "rejected", "hold": "held"}


def judge(
    p: Production,
    verdict: str,
    ident: str,
    n: int | None = None,
    note: str = "",
    *,
    kind: str = "shot",
    fix: str = "",
) -> str:
    """approve, reject or hold. Raises BadInput, and WaitsForPerson where another must decide."""
    who = person()
    if kind == "shot":
        if fix:
            raise BadInput(
                "--fix goes with the reject of a seam", todo="`rushes reject S101/S102 --fix trim`"
            )
        require_role(p.plan.profile.gates.roles, kind, who)
        act = {"approve": review.approve, "reject": review.reject, "hold": review.hold}[verdict]
        take = act(p, ident, n, note, who)
        if verdict == "reject":
            catalogue.propose_soon(p)
        return f"{take.shot} take {take.n} {_CIRCLED[verdict]}"
    shas = Shas(p.root)
    what = subjects.find(p, kind, ident, n, shas)
    said = decisions.judge(p, what, verdict, note, fix, who)
    shas.keep()
    return f"{said}{_open_promises(p) if kind == 'delivery' and verdict == 'approve' else ''}"


def _open_promises(p: Production) -> str:
    left = [held for held in promises.listed(p.reader) if held["state"] == "open"]
    return f"; promises still open: {', '.join(str(held['id']) for held in left)}" if left else ""


def score(p: Production, kind: str, ident: str, n: int | None, item: str, points: int, note: str) -> str:
    what = subjects.find(p, kind, ident, n, Shas(p.root))
    return rubric.score(p, what, item, points, note, person())


def note(p: Production, shot: str, text: str, n: int | None = None, at: str = "") -> str:
    """A note on a shot or a take, kept with who and when."""
    return notes.add(p, shot, text, n, at, person())


def resolve(p: Production, ident: int, text: str) -> str:
    return notes.resolve(p, ident, text, person())


def promise(p: Production, kind: str, text: str, link: str) -> str:
    return commitments.make(p, kind, text, link, person())


def close(p: Production, ident: int, why: str) -> str:
    return commitments.close(p, ident, why, person())


def reopen(p: Production, ident: int, why: str) -> str:
    return commitments.reopen(p, ident, why, person())


def attach(p: Production, ident: int, text: str, link: str, model: str) -> str:
    return commitments.attach(p, ident, text, link, model, person())
