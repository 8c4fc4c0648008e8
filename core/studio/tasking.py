"""What a person does with suggestions, tasks, the checklist and the log. Each returns a sentence or more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from core.base.errors import BadInput
from core.base.text import one_line
from core.base.units import Money
from core.desk import proposing, tasks, workflow
from core.desk.proposing import Draft as Draft
from core.desk.tasks import NewTask as NewTask
from core.studio.acts import opened as opened
from core.studio.people import person

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from core.desk.drafts import Like
    from core.desk.proposing import Answer
    from core.engine.production import Production

SHOWN = 200


def suggest(p: Production, draft: Draft) -> str:
    """Keeps a draft; says what it is about, and which earlier ones say nearly the same."""
    kept = proposing.suggest(p, draft, person())
    lines = [f"suggestion {kept.id}, from {kept.source} ({kept.source.said})"]
    return "\n".join([*lines, *(f"  {said_like(one)}" for one in kept.like)])


def said_like(one: Like) -> str:
    """An earlier suggestion that says nearly the same, with what became of it."""
    verdict = one.state
    if one.person:
        verdict += f" by {one_line(one.person, SHOWN)} on {one.at[:10]}"
        verdict += f": {one_line(one.why, SHOWN)}" if one.why.strip() else ""
    return f"like suggestion {one.id} ({one.likeness:.0%}), {verdict} · {one_line(one.text, SHOWN)}"


def decide(
    p: Production,
    decision: str,
    idents: Sequence[int],
    why: str,
    overrides: Mapping[str, Any] | None = None,
    task_for: str | None = None,
) -> str:
    """`accept` or `reject`; a line each with what follows."""
    said = {name: value for name, value in (overrides or {}).items() if value is not None}
    answers = proposing.decide(p, idents, decision, why, person(), said, task_for)
    return "\n".join(_answered(answer) for answer in answers)


def _answered(answer: Answer) -> str:
    parts = [f"suggestion {answer.id} {answer.state}"]
    parts += [f"task {answer.task} made of it"] if answer.task else []
    parts += [one_line(answer.said, 1000)] if answer.said else []
    return "; ".join(parts)


def micro_of(text: str | None) -> int | None:
    """Micro-dollars of a decimal sum; None for none. Raises BadInput."""
    return Money.parse(text).micro if text is not None else None


def add_task(p: Production, new: NewTask) -> str:
    ident = tasks.add(p, new, person())
    owner = f"for {one_line(new.owner, SHOWN)}" if new.owner else "nobody owns it yet"
    return f"task {ident}, {owner}{f', due {new.due}' if new.due else ''}"


def move_task(p: Production, how: str, ident: int, *, word: str = "", why: str = "") -> str:
    """`how`: done, drop, reopen, approve, refuse, owner or link; `word` is the new owner or link."""
    who = person()
    if how == "owner":
        row = tasks.give(p, ident, word, who, why)
    elif how == "link":
        row = tasks.tie(p, ident, word, who, why)
    elif how == "refuse":
        row = tasks.refuse(p, ident, who, why)
    else:
        plain = {"done": tasks.done, "drop": tasks.drop, "reopen": tasks.reopen, "approve": tasks.approve}
        row = plain[how](p, ident, who, why)
    return _task_said(row)


def _task_said(row: Mapping[str, Any]) -> str:
    owner = one_line(row["owner"], SHOWN) or "nobody"
    approval = {
        "waiting": ", waits for approval",
        "approved": f", approved by {one_line(row['approved_by'], SHOWN)}",
        "refused": ", refused",
    }.get(row["approval"], "")
    return f"task {row['id']} is {row['state']}{approval}, {owner} has it: {one_line(row['title'], SHOWN)}"


def start_checklist(p: Production) -> str:
    made = tasks.start_checklist(p, person())
    if not made:
        return "the checklist was started before; `rushes checklist` shows it"
    return f"{len(made)} tasks: {made[0]} to {made[-1]}" if len(made) > 1 else f"task {made[0]}"


def log(p: Production, kind: str, text: str) -> str:
    workflow.log(p, kind, text, person())
    return f"{workflow.kind_of(kind)}: {one_line(text, SHOWN)}"


def number(word: str, what: str) -> int:
    """A row's number as a person types it, `#3` or `3`. Raises BadInput."""
    plain = word.removeprefix("#")
    if plain.isascii() and plain.isdigit() and len(plain) <= 15:
        return int(plain)
    raise BadInput(f"'{word[:40]}' is no number of a {what}", todo=f"`rushes {what}s` lists them")
