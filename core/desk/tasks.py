"""Tasks: what somebody has to do, why the film needs it, and who says that it is done well."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from core.base.errors import BadInput
from core.base.text import one_line
from core.desk import links
from core.desk.checklist import SOURCE, STEPS
from core.ledger import tasks as rows
from core.ledger.tables import Task

if TYPE_CHECKING:
    from core.desk.links import Resolved
    from core.desk.person import Person
    from core.engine.production import Production
    from core.ledger.append import Writer

SHOWN = 200
"""Characters of a title in an event; the row keeps all of it."""
EXAMPLE = 'like: rushes task "grade S101 warmer" --owner Ada --due 2026-03-09 --source shot:S101'


@dataclass(frozen=True, slots=True)
class NewTask:
    """What a person says about a task."""

    title: str
    owner: str = ""
    due: str = ""
    """YYYY-MM-DD."""
    source: str = ""
    """A link."""
    consequence: str = ""
    """What happens to the production if it is not done."""
    review_path: str = ""
    """Who looks at it, and where."""
    output: str = ""
    approval: bool = False
    """Whether somebody has to say yes to it."""


def add(p: Production, new: NewTask, person: Person) -> int:
    """A task; returns its number. Raises BadInput for a due day or a link that is none."""
    found = checked(p, new)
    with p.ledger.write() as w:
        return write(w, new, found, person)


def checked(p: Production, new: NewTask) -> Resolved | None:
    """What its source leads to; None where it has none. Raises BadInput."""
    if not new.title.strip():
        raise BadInput("say what is to be done", todo=EXAMPLE)
    if new.due:
        _day(new.due)
    return links.resolve(new.source, links.ground_of(p)) if new.source.strip() else None


def _day(text: str) -> None:
    try:
        if date.fromisoformat(text).isoformat() == text:  # a week's day is ISO too, and sorts elsewhere
            return
    except ValueError:
        pass
    raise BadInput(f"'{text[:40]}' is no day", todo="write year, month and day, like --due 2026-03-09")


def write(w: Writer, new: NewTask, source: Resolved | None, person: Person) -> int:
    """Adds a checked task in a transaction that is open already; returns its number."""
    link = str(source) if source else ""
    row = Task(
        title=new.title,
        owner=new.owner,
        due=new.due,
        source=link,
        link=link,
        consequence=new.consequence,
        review_path=new.review_path,
        output=new.output,
        state="open",
        approval="waiting" if new.approval else "",
    )
    ident = w.add(row)
    data = {"task": ident, **_who(person, source)}
    shot, take_id = (source.shot, source.take_id) if source else ("", None)
    w.event("task.added", f"task {ident}: {_short(new.title)}", shot=shot, take_id=take_id, data=data)
    return ident


def _who(person: Person, source: Resolved | None = None, why: str = "") -> dict[str, Any]:
    return {"person": person.name, "role": person.role, "why": why, "sha": source.sha if source else ""}


def _short(text: str) -> str:
    return one_line(text, SHOWN)


# Moves.


def done(p: Production, ident: int, person: Person, why: str = "") -> dict[str, Any]:
    return _move(p, ident, person, why, "done", {"state": "done"})


def drop(p: Production, ident: int, person: Person, why: str = "") -> dict[str, Any]:
    return _move(p, ident, person, why, "dropped", {"state": "dropped"})


def reopen(p: Production, ident: int, person: Person, why: str = "") -> dict[str, Any]:
    return _move(p, ident, person, why, "reopened", {"state": "open"})


def give(p: Production, ident: int, owner: str, person: Person, why: str = "") -> dict[str, Any]:
    """To another owner; an empty name takes it from whoever had it."""
    return _move(p, ident, person, why, "owner", {"owner": owner})


def tie(p: Production, ident: int, source: str, person: Person, why: str = "") -> dict[str, Any]:
    """Says where it comes from. Raises BadInput for a link that leads nowhere."""
    link = str(links.resolve(source, links.ground_of(p)))
    return _move(p, ident, person, why, "linked", {"link": link, "source": link})


def approve(p: Production, ident: int, person: Person, why: str = "") -> dict[str, Any]:
    """Says yes to what came of it. Raises BadInput where no approval was asked for."""
    return _move(p, ident, person, why, "approved", {"approval": "approved", "approved_by": person.name})


def refuse(p: Production, ident: int, person: Person, why: str) -> dict[str, Any]:
    """Says no to what came of it. Raises BadInput without a reason."""
    if not why.strip():
        raise BadInput("say why it is refused", todo=f'like: rushes task --refuse {ident} --why "too loud"')
    return _move(p, ident, person, why, "refused", {"approval": "refused", "approved_by": ""})


def _move(
    p: Production, ident: int, person: Person, why: str, word: str, now: dict[str, Any]
) -> dict[str, Any]:
    """The task as it is after. What is so already is not written again.

    The newest word counts, and every earlier one stays as its event. What the source looked like then
    is kept as its hash.
    """
    known = _known(p, ident)
    source = links.leads(known["link"], links.ground_of(p)) if known["link"] else None
    with p.ledger.write() as w:
        # Read inside: another process may have moved it since.
        was = rows.get(w, ident) or known
        _check_move(was, word)
        if all(was[name] == value for name, value in now.items()):
            return was
        whom = {"owner": f" {_short(now.get('owner', ''))}", "linked": f" to {now.get('link', '')}"}
        said = f"task {ident} {word}{whom.get(word, f' by {person.name}')}: {_short(was['title'])}"
        rows.move(w, was, now, f"task.{word}", said, _who(person, source, why) | {"was": _old(was, now)})
    return {**was, **now}


def _old(was: dict[str, Any], now: dict[str, Any]) -> dict[str, Any]:
    return {name: was[name] for name in now}


def _check_move(was: dict[str, Any], word: str) -> None:
    ident = was["id"]
    if word in ("approved", "refused") and not was["approval"]:
        raise BadInput(f"task {ident} asks for no approval", todo=f"`rushes task --done {ident}` ends it")
    if word in ("done", "dropped") and was["state"] not in ("open", word):
        raise BadInput(f"task {ident} is {was['state']}", todo=f"`rushes task --reopen {ident}` first")


def _known(p: Production, ident: int) -> dict[str, Any]:
    if 0 < ident < 1 << 62:
        found = p.reader.table("task", "WHERE id=?", ident)
        if found:
            return found[0]
    close = p.reader.table("task", "ORDER BY abs(id-?) LIMIT 1", max(0, min(ident, 1 << 62)))
    raise BadInput(
        f"there is no task {ident}",
        nearest=f"{close[0]['id']}" if close else "",
        todo="`rushes tasks` lists them" if close else EXAMPLE,
    )


# The checklist.


def start_checklist(p: Production, person: Person) -> list[int]:
    """Writes the shipped steps as tasks, each once however often it is asked; returns the new numbers."""
    made = []
    with p.ledger.write() as w:
        held = rows.steps(w)
        for step in STEPS:
            if step.step in held:
                continue
            ident = w.add(
                Task(
                    title=f"{step.step}: {step.output}",
                    owner=step.owner,
                    source=SOURCE,
                    review_path=step.check,
                    output=step.output,
                    step=step.step,
                    state="open",
                    approval="waiting" if step.approval else "",
                )
            )
            made.append(ident)
            data = {"task": ident, **_who(person)}
            w.event("task.added", f"task {ident}: {step.step}, {step.output}", data=data)
    return made
