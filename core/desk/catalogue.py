"""Failures that are proposed, and what becomes of them: a draft is kept once, and a person accepts it.

A draft is a row of `suggestion` with kind `failure`; its data holds what the failure would say, and `of`
names its cause: a refusal, a lost take, a reject or a measure of drift.
"""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Any

from core.base.errors import BadInput, RushesError
from core.base.text import one_line
from core.desk import failure_guess as guess
from core.desk import failures
from core.desk.failures import Broke
from core.engine.states import TakeState
from core.ledger import causes, records
from core.ledger.causes import Cause, Marks
from core.ledger.tables import Suggestion

if TYPE_CHECKING:
    from collections.abc import Mapping

    from core.desk.person import Person
    from core.engine.production import Production
    from core.ledger.append import Writer
    from core.ledger.views import TakeRow

log = logging.getLogger("rushes.failures")
KIND = "failure"
"""Of a suggestion that is a draft of a failure."""
MOST_CHARACTERS = 2000
"""Of what broke in a draft; the note or the refusal it links to holds the rest."""
_GONE = frozenset({TakeState.REMOTE_FAILED, TakeState.BROKEN, TakeState.EXPIRED})


class Proposer:
    """Proposes what came since it last looked; costs three small reads where nothing did."""

    def __init__(self, p: Production) -> None:
        self._p = p
        self._marks = Marks()

    def __call__(self) -> int:
        """How many drafts it wrote: one a cause, whoever asks and how often."""
        found, marks = causes.since(self._p.reader, self._marks)
        made = _keep(self._p, found) if found else 0
        self._marks = marks
        return made


def propose_failures(p: Production) -> int:
    """Proposes a failure for every cause of this film that has none yet; returns how many."""
    return Proposer(p)()


def propose_soon(p: Production) -> None:
    """As `propose_failures`, for after a person's act: that stands, whether or not this can be written now.
    What cannot is proposed at the next."""
    try:
        propose_failures(p)
    except RushesError as error:
        log.warning("no failure was proposed: %s", one_line(str(error), 300))


def _keep(p: Production, found: list[Cause]) -> int:
    held = causes.proposed(p.reader)
    new = {cause.ref: cause for cause in found if cause.ref not in held}  # a take may be lost twice
    drafts = [one for cause in new.values() if (one := _draft(p, cause))]
    if not drafts:
        return 0
    with p.ledger.write() as w:
        # Read inside: nobody else can write now, and another process may have been quicker.
        held = causes.proposed(p.reader)
        fresh = [draft for draft in drafts if draft[2]["of"] not in held]
        for take, source, data in fresh:
            _write(w, take, source, data)
    return len(fresh)


def _draft(p: Production, cause: Cause) -> tuple[TakeRow, str, dict[str, Any]] | None:
    """What a failure would say; None where there is none to write down."""
    take = p.reader.take(cause.take_id)
    if take is None or not p.plan.has(take.shot) or _told(p, cause, take):
        return None
    said = _said(p, cause)
    if said is None:
        return None
    category, origin, broke = said
    data: dict[str, Any] = {"of": cause.ref, "shot": take.shot, "n": take.n}
    data |= {"category": category, "origin": origin, "broke": broke.strip()[:MOST_CHARACTERS]}
    if cause.kind == "refusal" and records.billed(p.reader, take.id) == (0, "exact"):
        data["micro"] = 0  # said now: the same take may be sent again, and billed
    return take, cause.kind, data


def _told(p: Production, cause: Cause, take: TakeRow) -> bool:
    """The same thing is in the catalogue, or proposed, by another name."""
    if cause.kind == "lost take":
        back = take.state not in _GONE | {TakeState.REJECTED}
        return back or causes.was_refused_after(p.reader, take.id, cause.row)
    if cause.kind != "reject":
        return False
    return any(row["take_id"] == take.id for row in records.failures(p.reader))


def _said(p: Production, cause: Cause) -> tuple[str, str, str] | None:
    """(category, origin, what broke)."""
    own = p.plan.profile.failures.categories
    if cause.kind == "refusal":
        return *guess.of_refusal(cause.data), cause.text or "the provider refused it"
    if cause.kind == "lost take":
        event = str(cause.data["event"])
        broke = cause.text or event.removeprefix("take.").replace("_", " ")
        return *guess.of_loss(event, cause.text, own), broke
    if cause.kind == "reject":
        return guess.of_words(cause.text, own), "", cause.text or f"rejected by {cause.data['person']}"
    return _drifted(p, cause)


def _drifted(p: Production, cause: Cause) -> tuple[str, str, str] | None:
    """A measure below the film's threshold is no failure; without a threshold a person says."""
    limits, value = p.plan.profile.drift.thresholds, cause.data["value"]
    bare = cause.text.removeprefix("drift").lstrip("._:- ")
    limit = limits.get(cause.text, limits.get(bare))
    if value is None or (limit is not None and value < limit):
        return None
    over = "film.json names no threshold" if limit is None else f"drifted from {limit:g}"
    return *guess.of_drift(cause.text), f"{cause.text} {value:.3g} ({over})"


def _write(w: Writer, take: TakeRow, source: str, data: dict[str, Any]) -> None:
    model = f"{take.provider}:{take.model}"
    what = f"{data['category'] or 'no category yet'}: {one_line(data['broke'], 300)}"
    choose = "" if data["category"] else " --category .."
    row = Suggestion(
        text=f"log it as a failure of {take.shot} take {take.n}: {what}",
        source=source,
        reason=f"{take.shot} take {take.n}: {source} ({model})",
        next_action=f"`rushes suggestions accept` with its number{choose}, or reject it",
        model=model,
        link=f"take:{take.shot}/{take.n}",
        kind=KIND,
        data=json.dumps(data, ensure_ascii=False, sort_keys=True),
    )
    ident = w.add(row)
    tie = {"made": [{"id": ident, "kind": KIND}], "of": data["of"]}
    said = f"a failure is proposed ({source}): `rushes suggestions {take.shot}`"
    w.event(records.SUGGESTED, said, chain=take.chain, shot=take.shot, take_id=take.id, data=tie)


def accept_draft(
    p: Production,
    row: Mapping[str, Any],
    person: Person,
    overrides: Mapping[str, Any],
    w: Writer | None = None,
) -> int:
    """Writes the failure a suggestion proposes, in the name of who accepts; returns its number.

    `row`: of table `suggestion`. `overrides`: category, broke, cause, workaround, origin, outcome, lesson,
    micro, minutes; what is absent or None is as proposed. `w`: the transaction of the decision itself;
    call `failures.remember(p, number)` after it. Raises BadInput where the category is nobody's guess.
    """
    held = json.loads(row["data"]) if isinstance(row["data"], str) else row["data"]
    names = tuple(Broke.__dataclass_fields__)
    said = {name: held.get(name) for name in names} | {
        name: value for name, value in overrides.items() if name in names and value is not None
    }
    if not said["category"]:
        raise BadInput(
            "nobody can guess this failure's category",
            todo=f"add --category, one of: {', '.join(failures.categories_of(p.plan))}",
        )
    what = Broke(**{name: value for name, value in said.items() if value is not None})
    made = failures.draft(p, str(held["shot"]), held.get("n"), what, person)
    data = {"suggestion": row["id"]}
    if w is not None:
        return failures.write(w, made, data)
    with p.ledger.write() as own:
        ident = failures.write(own, made, data)
    failures.remember(p, ident)
    return ident
