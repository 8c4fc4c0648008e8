"""What a model suggests is a draft with a source; a person accepts or rejects it, and nothing is erased."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from core.base.errors import BadInput
from core.base.paths import sha256_text
from core.base.text import one_line
from core.desk import catalogue, drafts, failures, links, tasks
from core.desk.tasks import NewTask
from core.ledger import records
from core.ledger.tables import Suggestion, SuggestionDecision

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from core.desk.drafts import Like
    from core.desk.links import Resolved
    from core.desk.person import Person
    from core.engine.production import Production
    from core.ledger.append import Writer

SHOWN = 200
"""Characters of a text in an event; the row keeps all of it."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What is suggested, by a model or whoever writes for it."""

    text: str
    source: str
    """A link that resolves."""
    reason: str
    next_action: str = ""
    """What follows a yes."""
    model: str = ""
    kind: str = ""
    """What accepting it does: a name in EFFECTS; empty does nothing by itself."""
    data: Mapping[str, Any] = field(default_factory=dict)
    """What the effect needs to know."""


class Kept(NamedTuple):
    id: int
    source: Resolved
    like: list[Like]
    """Earlier ones that say nearly the same, with the old verdict."""


def suggest(p: Production, draft: Draft, person: Person) -> Kept:
    """Keeps a draft. Raises BadInput without text or reason, or for a source that leads nowhere."""
    for text, what in ((draft.text, "what is suggested"), (draft.reason, "why it is suggested")):
        if not text.strip():
            raise BadInput(
                f"say {what}", todo='like: rushes suggest "a wider lens" --source take:S101/2 --reason ".."'
            )
    source = links.resolve(draft.source, links.ground_of(p))
    like = drafts.like(p.reader, draft.text)
    with p.ledger.write() as w:
        ident = w.add(
            Suggestion(
                text=draft.text,
                source=str(source),
                reason=draft.reason,
                next_action=draft.next_action,
                model=draft.model,
                link=str(source),
                kind=draft.kind,
                data=json.dumps(dict(draft.data), ensure_ascii=False, sort_keys=True),
            )
        )
        made = {"id": ident, "kind": draft.kind, "like": [(one.id, round(one.likeness, 3)) for one in like]}
        w.event(
            records.SUGGESTED,
            f"suggestion {ident}: {one_line(draft.text, SHOWN)}",
            chain=p.plan.chain_of(source.shot).id if p.plan.has(source.shot) else "",
            shot=source.shot,
            take_id=source.take_id,
            data={"made": [made], "person": person.name, "role": person.role, "sha": source.sha},
        )
    return Kept(ident, source, like)


# Deciding.


class Done(NamedTuple):
    """What accepting did."""

    said: str
    after: Callable[[], None] = lambda: None
    """Called once it is written."""


class Effect(Protocol):
    def __call__(
        self,
        p: Production,
        w: Writer,
        row: Mapping[str, Any],
        person: Person,
        overrides: Mapping[str, Any],
        /,
    ) -> Done:
        """`w`: the decision's own transaction. `row`: of table `suggestion`. `overrides`: what the person
        says otherwise than was drafted. Raises BadInput: then nothing is decided either."""
        ...


def _failure(
    p: Production, w: Writer, row: Mapping[str, Any], person: Person, overrides: Mapping[str, Any]
) -> Done:
    number = catalogue.accept_draft(p, row, person, overrides, w)
    return Done(f"failure {number} logged", lambda: failures.remember(p, number))


EFFECTS: dict[str, Effect] = {catalogue.KIND: _failure}
"""Kind of a suggestion to what a person's yes does. For every other kind it does nothing by itself."""


class Answer(NamedTuple):
    """What became of one suggestion."""

    id: int
    state: str
    said: str
    """What accepting it did, or what the next action is."""
    task: int | None


def decide(
    p: Production,
    idents: Sequence[int],
    decision: str,
    why: str,
    person: Person,
    overrides: Mapping[str, Any] | None = None,
    task_for: str | None = None,
) -> list[Answer]:
    """Accepts or rejects suggestions, all or none; each decision is a row, and the newest counts.

    `overrides`: what the effect is told otherwise than was drafted. `task_for`: the owner of a task that
    each becomes. What an acceptance did is not done again, nor undone by a later rejection.
    Raises BadInput for an unknown number, a rejection without a reason, and what the effect refuses.
    """
    if decision == "reject" and not why.strip():
        first = next(iter(idents), 1)
        raise BadInput("say why", todo=f'like: rushes suggestions reject {first} --why "too wide"')
    rows = [_known(p, ident) for ident in dict.fromkeys(idents)]
    deaf = next((row for row in rows if overrides and row["kind"] not in EFFECTS), None)
    if deaf is not None:
        raise BadInput(
            f"suggestion {deaf['id']} logs nothing, so nothing of it can be said otherwise",
            todo="accept it without these, then do what it says",
        )
    before = records.decisions(p.reader)
    answers, afters = [], []
    with p.ledger.write() as w:
        for row in rows:
            earlier = {old["decision"] for old in before.get(row["id"], [])}
            done = None
            if decision == "accept" and "accept" not in earlier and row["kind"] in EFFECTS:
                done = EFFECTS[row["kind"]](p, w, row, person, overrides or {})
                afters.append(done.after)
            task = _as_task(w, row, task_for, person) if task_for is not None else None
            _write(w, row, decision, why, person, task)
            answers.append(_answer(row, decision, done, task, repeated="accept" in earlier))
    for after in afters:
        after()
    return answers


def _write(
    w: Writer, row: Mapping[str, Any], decision: str, why: str, person: Person, task: int | None
) -> None:
    ident = w.add(SuggestionDecision(suggestion_id=row["id"], decision=decision, person=person.name, why=why))
    word = drafts.DECIDED[decision]
    told = f": {one_line(why, SHOWN)}" if why.strip() else ""
    data = {
        "suggestion": row["id"],
        "decision": ident,
        "person": person.name,
        "role": person.role,
        "why": why,
        "sha": seen(row),
        **({"task": task} if task else {}),
    }
    shot = links.shot_in(row["link"])
    w.event(
        f"suggestion.{word}", f"suggestion {row['id']} {word} by {person.name}{told}", shot=shot, data=data
    )


def seen(row: Mapping[str, Any]) -> str:
    """The hash of what was decided about: a suggestion's words, as they stood."""
    words = [row[name] for name in ("text", "reason", "next_action", "link", "kind", "data")]
    return sha256_text(json.dumps(words))


def _as_task(w: Writer, row: Mapping[str, Any], owner: str, person: Person) -> int:
    ident = row["id"]
    source = links.Resolved(links.Link("suggestion", str(ident)), "", links.shot_in(row["link"]))
    title = row["next_action"] if row["next_action"].strip() else row["text"]
    return tasks.write(w, NewTask(title, owner), source, person)


def _answer(
    row: Mapping[str, Any], decision: str, done: Done | None, task: int | None, *, repeated: bool
) -> Answer:
    said = done.said if done else ""
    has_effect = row["kind"] in EFFECTS
    if not done and has_effect and repeated:
        kept = "stays" if decision == "reject" else "was done then, and not again"
        said = f"it was accepted before: what that did {kept}"
    elif decision == "accept" and not done and row["next_action"].strip():
        said = f"next: {row['next_action']}"
    return Answer(row["id"], drafts.DECIDED[decision], said, task)


def _known(p: Production, ident: int) -> dict[str, Any]:
    if 0 < ident < 1 << 62:
        found = p.reader.table("suggestion", "WHERE id=?", ident)
        if found:
            return found[0]
    close = p.reader.table("suggestion", "ORDER BY abs(id-?) LIMIT 1", max(0, min(ident, 1 << 62)))
    raise BadInput(
        f"there is no suggestion {ident}",
        nearest=str(close[0]["id"]) if close else "",
        todo="`rushes suggestions --all` lists them",
    )
