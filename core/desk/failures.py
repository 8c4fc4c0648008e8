"""The failure catalogue: what broke, why, and what helped. A person writes it down, in seconds.

Nothing is edited: an amendment is a row that supersedes another.
"""

from __future__ import annotations

import logging
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from core.base.errors import BadInput, RushesError
from core.base.text import one_line
from core.base.units import MAX_MICRO
from core.desk import workarounds
from core.desk.failure_words import CATEGORIES as CATEGORIES
from core.desk.failure_words import ORIGINS as ORIGINS
from core.desk.failure_words import OUTCOMES as OUTCOMES
from core.desk.failure_words import known as known
from core.desk.failure_words import with_own
from core.film.choice import choose_model
from core.ledger import records
from core.ledger.tables import Failure

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from core.desk.person import Person
    from core.engine.production import Production
    from core.film.plan import Plan
    from core.ledger.append import Writer
    from core.ledger.views import TakeRow

    Change = Mapping[str, Any]
    """Column of a failure to its new value; `take` is a number, `micro` None where nobody knows."""

log_ = logging.getLogger("rushes.failures")
MAX_MINUTES = 1_000_000
TEXTS = ("broke", "cause", "workaround", "lesson")
AMENDABLE = ("category", *TEXTS, "origin", "outcome", "micro", "minutes", "take")


@dataclass(frozen=True, slots=True)
class Broke:
    """What a person says about a failure."""

    category: str
    broke: str
    cause: str = ""
    workaround: str = ""
    origin: str = ""
    outcome: str = ""
    """Empty: open."""
    lesson: str = ""
    micro: int | None = None
    """Micro-dollars lost; None: what its take was billed."""
    minutes: int | None = None


def categories_of(plan: Plan) -> tuple[str, ...]:
    """The shipped categories, then the film's own."""
    return with_own(plan.profile.failures.categories)


def log(p: Production, shot: str, n: int | None, what: Broke, person: Person) -> int:
    """Adds a row; returns its number. Raises BadInput with the nearest category or shot.

    `n`: None is the shot's newest take.
    """
    row = draft(p, shot, n, what, person)
    with p.ledger.write() as w:
        ident = write(w, row)
    remember(p, ident)
    return ident


def draft(p: Production, shot: str, n: int | None, what: Broke, person: Person) -> Failure:
    """The row as it would be added; writes nothing. Errors: as `log`."""
    chain = p.plan.chain_of(shot).id
    row = Failure(
        chain=chain, shot=shot, person=person.name, **_checked(p, {f: getattr(what, f) for f in _SAID})
    )
    take = _take(p, shot, n) if n is not None else next(iter(reversed(p.reader.takes_of(shot))), None)
    row.take_id = take.id if take else None
    return row


_SAID = ("category", *TEXTS, "origin", "outcome", "micro", "minutes")


def write(w: Writer, row: Failure, data: Mapping[str, Any] | None = None) -> int:
    """Adds a checked row with its event, in a transaction that is open already."""
    ident = w.add(row)
    kind = "failure.amended" if row.supersedes else "failure.logged"
    said = f"{row.category}: {one_line(row.broke, 300)}"
    facts = {"failure": ident, "person": row.person, **(data or {})}
    w.event(kind, said, chain=row.chain, shot=row.shot, take_id=row.take_id, data=facts)
    return ident


def remember(p: Production, ident: int) -> None:
    """Tells this user's other films. What cannot be kept there is still in the ledger.

    A rehearsal teaches nothing of a real model.
    """
    if p.rehearsal:
        return
    with _said_only():
        found = next((row for row in records.failures(p.reader) if row["id"] == ident), None)
        if found:
            workarounds.keep(p.root, p.plan.profile.title, planned(p.plan, found), found)


@contextmanager
def _said_only() -> Iterator[None]:
    try:
        yield
    except (OSError, RushesError) as error:
        log_.warning("this user's other films were not told of a failure: %s", one_line(str(error), 300))


def before_firing(p: Production, wanted: Iterable[tuple[str, str, str]]) -> tuple[str, ...]:
    """What failed in shots of these kinds, and what helped: at most five lines for beside a quote.

    `wanted`: (shot, provider, model). From this film, then from earlier ones of this user.
    """
    of = [workarounds.Of(p.plan.shot(shot).kind, *made_with) for shot, *made_with in wanted]
    if not of:
        return ()
    rows = records.failures(p.reader)
    ours = [workarounds.of_row(planned(p.plan, row), row) for row in rows]
    return workarounds.said([*ours, *workarounds.others(p.root)], of)


def planned(plan: Plan, row: Mapping[str, Any]) -> workarounds.Of:
    """Kind, provider and model a failure is about: its take's, else what the plan says of its shot."""
    if not plan.has(row["shot"]):
        return workarounds.Of("", row["provider"] or "", row["model"] or "")
    shot = plan.shot(row["shot"])
    choice = choose_model(plan, shot)
    return workarounds.Of(shot.kind, row["provider"] or choice.provider, row["model"] or choice.model)


def amend(p: Production, ident: int, change: Change, person: Person) -> int:
    """A row that supersedes failure `ident`, or whatever superseded that; returns its number.

    Only what is in `change` differs. Raises BadInput for an unknown number or word, or no change.
    """
    unknown = [name for name in change if name not in AMENDABLE]
    if not change or unknown:
        raise BadInput(
            f"a failure has no '{unknown[0][:40]}' to amend" if unknown else "nothing is amended",
            todo=f"say one of: {', '.join(AMENDABLE)}",
        )
    with p.ledger.write() as w:
        # Read inside: two people may amend one failure at once, and both must hold.
        was = _newest(p, ident)
        row = Failure(
            **{name: was[name] for name in ("chain", "shot", "take_id", *_SAID)},
            person=person.name,
            supersedes=was["id"],
        )
        for name, value in _checked(p, {name: change[name] for name in change if name != "take"}).items():
            setattr(row, name, value)
        if "take" in change:
            row.take_id = _take(p, row.shot, change["take"]).id
        made = write(w, row, {"supersedes": was["id"]})
    remember(p, made)
    return made


def _newest(p: Production, ident: int) -> dict[str, Any]:
    rows = {row["id"]: row for row in p.reader.table("failure")}
    if ident not in rows:
        raise BadInput(f"there is no failure {ident}", todo="`rushes failures` lists them with their numbers")
    after = {row["supersedes"]: row["id"] for row in rows.values() if row["supersedes"]}
    while ident in after:
        ident = after[ident]
    return rows[ident]


def _take(p: Production, shot: str, n: int) -> TakeRow:
    found = p.reader.take_of(shot, n)
    if found is None:
        raise BadInput(f"{shot} has no take {n}", todo=f"`rushes takes {shot}` lists them")
    return found


def _checked(p: Production, said: Mapping[str, Any]) -> dict[str, Any]:
    """What a person said, as a row takes it. Raises BadInput."""
    kept = dict(said)
    if "category" in kept:
        kept["category"] = known(kept["category"], categories_of(p.plan), "category")
    if kept.get("origin"):
        kept["origin"] = known(kept["origin"], ORIGINS, "origin")
    if "outcome" in kept:
        kept["outcome"] = known(kept["outcome"] or "open", OUTCOMES, "outcome")
    for name in TEXTS:
        if name in kept and not kept[name].strip():
            kept[name] = ""
    if "broke" in kept and not kept["broke"]:
        raise BadInput("say what broke", todo='like: rushes fail S101 --category camera --broke "it flips"')
    _whole(kept.get("micro"), MAX_MICRO, "a cost", 'dollars, like --cost "0.76"')
    _whole(kept.get("minutes"), MAX_MINUTES, "a time", "whole minutes, like --minutes 20")
    return kept


def _whole(number: Any, most: int, what: str, like: str) -> None:
    if number is not None and not (type(number) is int and 0 <= number <= most):
        raise BadInput(f"{str(number)[:40]} is no {what.partition(' ')[2]} that was lost", todo=f"say {like}")
