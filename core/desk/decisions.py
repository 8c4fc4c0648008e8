"""Verdicts on seams, boards, cuts and deliveries: a person's, bound to the hash of what was seen.

Nothing is edited: the newest row on a thing counts, all stay. Takes have their own desk, `review`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.base.errors import BadInput, WaitsForPerson, nearest
from core.base.text import one_line
from core.desk import standing
from core.desk.person import require_role
from core.ledger.tables import Note, Task, Verdict

if TYPE_CHECKING:
    from core.desk.person import Person
    from core.desk.subjects import Subject
    from core.engine.production import Production
    from core.ledger.append import Writer

VERDICTS: tuple[str, ...] = ("approve", "reject", "hold")
FIXES: tuple[str, ...] = ("trim", "dissolve", "bridge", "retake")
"""How a seam is mended: cut into a take, blend, a shot in between, or the next shot again."""
_DONE = {"approve": "approved", "reject": "rejected", "hold": "held"}


def judge(p: Production, what: Subject, verdict: str, note: str, fix: str, person: Person) -> str:
    """One verdict as a row with its event; a seam to be mended gets a task and a note. Returns a sentence.

    Raises BadInput, and WaitsForPerson where this person may not decide or something must be decided
    first. The same word by the same person on the same thing, with nothing new to say, writes nothing.
    """
    require_role(p.plan.profile.gates.roles, what.kind, person)
    fix = _check_fix(what, verdict, fix)
    if what.kind == "delivery" and verdict == "approve":
        _require_cut(p, what)
    with p.ledger.write() as w:
        # Read inside: another person may have said it a moment ago.
        last = standing.newest(p.reader).get((what.kind, what.id), {})
        told = (verdict, what.sha, fix, person.name, person.role)
        same = told == tuple(last.get(name, "") for name in ("verdict", "sha", "fix", "person", "role"))
        if same and verdict != "hold" and note in ("", last["note"]):
            return f"{what.name} is {_DONE[verdict]} already"
        task = _task(w, p, what, fix, note, person, last.get("task_id")) if fix else None
        w.add(
            Verdict(
                subject_kind=what.kind,
                subject_id=what.id,
                shot=what.shot,
                take_id=what.take_id,
                verdict=verdict,
                note=note,
                person=person.name,
                role=person.role,
                sha=what.sha,
                fix=fix,
                task_id=task,
            )
        )
        said = f"{what.name} {_DONE[verdict]} by {person.name}{': ' + fix if fix else ''}"
        seen = {"id": what.id, "sha": what.sha, **what.seen}
        kind = f"{what.kind}.{_DONE[verdict]}"
        w.event(kind, said, chain=what.chain, shot=what.shot, take_id=what.take_id, data=seen)
    return f"{what.name} {_DONE[verdict]}{f': {fix}, task {task}' if fix else ''}"


def _check_fix(what: Subject, verdict: str, fix: str) -> str:
    """The fix, spelt out. Raises BadInput where there is none to a seam's reject, or one to anything else."""
    if what.kind == "seam" and verdict == "reject":
        found = [known for known in FIXES if fix and known.startswith(fix.strip().casefold())]
        if len(found) != 1:
            what_is = f"'{one_line(fix, 40)}' mends no seam" if fix else "say how the seam is mended"
            raise BadInput(what_is, nearest=nearest(fix, FIXES), todo=f"--fix {'|'.join(FIXES)}")
        return found[0]
    if fix:
        raise BadInput("--fix goes with the reject of a seam", todo="leave it away, or say why in --note")
    return ""


def _require_cut(p: Production, what: Subject) -> None:
    """A delivery's bytes must be those of an approved cut."""
    tail = "WHERE subject_kind='cut' AND sha=? ORDER BY id DESC LIMIT 1"
    found = p.reader.table("verdict", tail, what.sha)
    if not found or found[0]["verdict"] != "approve":
        said = (
            f"the cut with these bytes is {_DONE[found[0]['verdict']]}"
            if found
            else "no approved cut is this"
        )
        raise WaitsForPerson(
            f"{what.name} waits for its cut: {said}", todo=f"look at it, then `rushes approve cut {what.id}`"
        )


def _task(
    w: Writer, p: Production, what: Subject, fix: str, note: str, person: Person, before: int | None
) -> int:
    """The task of a fix, and the note that says why; an open one of the same fix is kept."""
    text = note if note.strip() else f"{fix}, without a word why"
    w.add(
        Note(
            subject_kind="seam",
            subject_id=what.id,
            shot=what.shot,
            text=text,
            person=person.name,
            take_id=what.take_id,
        )
    )
    work = {"retake": f"retake {what.shot}: its seam with the shot before", "bridge": "bridge the seam"}
    title = f"{work.get(fix, f'{fix} the seam')} {what.id}"
    if before:
        held = p.reader.table("task", "WHERE id=? AND state='open' AND title=?", before, title)
        if held:
            return before
    task = w.add(
        Task(
            title=title,
            source=f"seam:{what.id}",
            consequence=f"the final cut waits: {what.id} is not good",
            review_path=f"rushes approve {what.id}",
            link=f"shot:{what.shot}",
        )
    )
    w.event("task.added", title, chain=what.chain, shot=what.shot, data={"task": task})
    return task
