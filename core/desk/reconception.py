"""A shot that cannot be saved is conceived anew: the ways to tell it otherwise, each with its cost.

Kept as suggestions of kind `reconception`, so that what was decided once stays to be seen.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import islice, pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

from core.base.errors import BadInput, RushesError
from core.base.units import Money
from core.engine.orders import seed_for
from core.engine.requests import draft, expecting
from core.film.choice import choose_model
from core.film.continuity import feeds, seam_name
from core.ledger import records
from core.ledger.tables import Suggestion

if TYPE_CHECKING:
    from core.desk.person import Person
    from core.engine.production import Production
    from core.film.matrix import Shot
    from core.ledger.append import Writer
    from core.providers.base import Quote

KIND = "reconception"
SHORTEST_S = 0.5
"""Of a shot; as the matrix takes it."""


class Sunk(NamedTuple):
    """What a shot has cost so far. Nothing of it comes back."""

    takes: int
    exact: int
    """Micro-dollars."""
    estimated: int
    unknown: int
    """Takes of which nobody knows the cost."""

    def __str__(self) -> str:
        sure = "about " if self.estimated else ""
        known = f"{sure}{Money(self.exact + self.estimated)}"
        if self.unknown == self.takes and self.takes:
            return f"an unknown sum over {_count(self.takes, 'take')}"
        rest = f", and {self.unknown} of unknown cost" if self.unknown else ""
        return f"{known} over {_count(self.takes, 'take')}{rest}"


@dataclass(frozen=True, slots=True)
class Way:
    """One way to tell it otherwise."""

    name: str
    """split, pairwise, rewrite, omit."""
    what: str
    takes: int
    upper: int | None
    """Micro-dollars at most for one take of each resulting shot; None: nobody can say."""
    expected: int | None
    todo: str

    @property
    def price(self) -> str:
        if not self.takes:
            return "no new take"
        if self.upper is None:
            return f"{_count(self.takes, 'take')}, price unknown"
        likely = self.expected if self.expected not in (None, self.upper) else None
        told = f", {Money(likely)} expected" if likely is not None else ""
        return f"{_count(self.takes, 'take')}, at most {Money(self.upper)}{told}"

    def __str__(self) -> str:
        return f"{self.name}: {self.what} ({self.price})"


class Kept(NamedTuple):
    """A way, and the suggestion it is kept as."""

    id: int
    way: Way
    state: str
    """open, or what was decided, by whom and why."""


class Reconception(NamedTuple):
    shot: str
    sunk: Sunk
    ways: tuple[Kept, ...]


def reconceive(p: Production, shot_id: str, person: Person) -> Reconception:
    """The ways, kept as suggestions: one that was kept before is not kept twice. Raises BadInput."""
    shot = p.plan.shot(shot_id)
    if shot.omitted:
        raise BadInput(f"{shot_id} is omitted already", todo="clear `omitted` in its chain's file first")
    ways, sunk = ways_of(p, shot), sunk_in(p, shot_id)
    with p.ledger.write() as w:
        held = _held(p, shot_id)
        new = {way: _write(w, p, shot, way, sunk) for way in ways if str(way) not in held}
        if new:
            made = [
                {"id": ident, "kind": KIND, "upper": way.upper, "expected": way.expected}
                for way, ident in new.items()
            ]
            chain = p.plan.chain_of(shot_id).id
            said = f"{shot_id} is conceived anew: {len(made)} ways, `rushes suggestions {shot_id}`"
            data = {"made": made, "person": person.name, "role": person.role}
            w.event(records.SUGGESTED, said, chain=chain, shot=shot_id, data=data)
    now = {str(way): (ident, "open") for way, ident in new.items()} | held
    return Reconception(shot_id, sunk, tuple(Kept(now[str(way)][0], way, now[str(way)][1]) for way in ways))


def sunk_in(p: Production, shot: str) -> Sunk:
    bills = [records.billed(p.reader, take.id) for take in p.reader.takes_of(shot)]
    sums = {"exact": 0, "estimated": 0}
    for micro, certainty in bills:
        if micro is not None:
            sums[certainty] += micro
    return Sunk(len(bills), sums["exact"], sums["estimated"], sum(micro is None for micro, _ in bills))


def ways_of(p: Production, shot: Shot) -> tuple[Way, ...]:
    """Split, pairwise compositions, rewrite, omit. Asks providers only for their (free, local) quote."""
    return (_split(p, shot), _pairwise(p, shot), _rewrite(p, shot), _omit(p, shot))


def _split(p: Production, shot: Shot) -> Way:
    half = _length(p, shot, shot.seconds / 2)
    (new,), file = _new_ids(p, shot, 1), p.plan.chain_of(shot.id).file
    what = f"two shots of {half:g} s, one moment each, instead of one of {shot.seconds:g} s"
    todo = f'`rushes insert {shot.id} {new} ".."`, `seconds = {half:g}` for both in {file}, {_again(shot)}'
    return _priced("split", what, 2, _quote(p, shot, half), todo)


def _pairwise(p: Production, shot: Shot) -> Way:
    parts = pairs(shot.characters)
    file = p.plan.chain_of(shot.id).file
    what = f"{len(parts)} compositions, cut or put together in the edit: {'; '.join(parts)}"
    ids = (shot.id, *_new_ids(p, shot, len(parts) - 1))
    new = ", ".join(f'`rushes insert {before} {after} ".."`' for before, after in pairwise(ids))
    todo = f"{new}, give each its own `characters` in {file}, {_again(shot)}"
    return _priced("pairwise", what, len(parts), _quote(p, shot, shot.seconds), todo)


def pairs(characters: tuple[str, ...]) -> list[str]:
    """Who stands together: at most two at a time; of two, each alone; of fewer, figure and background."""
    if len(characters) > 2:
        return [" and ".join(characters[at : at + 2]) for at in range(0, len(characters), 2)]
    if len(characters) == 2:
        return [f"{name} alone" for name in characters]
    return [f"{characters[0] if characters else 'the figure'} before a plain ground", "the background alone"]


def _new_ids(p: Production, shot: Shot, count: int) -> list[str]:
    """S101A, S101B: the first that are free."""
    letters = (chr(ord("A") + number % 26) * (1 + number // 26) for number in range(10_000))
    return list(islice((name for letter in letters if not p.plan.has(name := f"{shot.id}{letter}")), count))


def _rewrite(p: Production, shot: Shot) -> Way:
    file = p.plan.chain_of(shot.id).file
    what = "other words for the same moment: fewer beats, one action, nothing the model failed at"
    todo = f"{shot.id} in {file}: description, action and beats; `rushes prompt {shot.id}`, {_again(shot)}"
    return _priced("rewrite", what, 1, _quote(p, shot, shot.seconds), todo)


def _omit(p: Production, shot: Shot) -> Way:
    fed = feeds(p.plan).get(shot.id, ())
    loses = f"; {', '.join(fed)} then begin{'s' if len(fed) == 1 else ''} otherwise" if fed else ""
    stale = " and look at what is stale: `rushes status`" if fed else ""
    return Way("omit", f"the film without it{loses}", 0, 0, 0, f"`rushes omit {shot.id}`{stale}")


def _again(shot: Shot) -> str:
    return f"then `rushes retake {shot.id}` and `rushes run`"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _priced(name: str, what: str, takes: int, quoted: Quote | None, todo: str) -> Way:
    upper = quoted.upper.micro * takes if quoted else None
    return Way(name, what, takes, upper, quoted.expected.micro * takes if quoted else None, todo)


def _length(p: Production, shot: Shot, seconds: float) -> float:
    """`seconds`, or the shortest this shot's model makes."""
    choice = choose_model(p.plan, shot)
    shortest = p.able(choice.provider, choice.model).seconds[0] if choice.provider in p.providers else 0.0
    return round(max(seconds, shortest, SHORTEST_S), 3)


def _quote(p: Production, shot: Shot, seconds: float) -> Quote | None:
    """What one take of that length would be billed by the film's own model; free to ask."""
    choice = choose_model(p.plan, shot)
    adapter = p.providers.get(choice.provider)
    if adapter is None:
        return None
    try:
        new = shot.model_copy(update={"seconds": seconds})
        request = draft(p, new, 1, seed_for(shot.id, 1), ordered=(choice.provider, choice.model))
        return adapter.quote(expecting(request, seam_name(p.plan, shot.id)))
    except RushesError:
        return None  # a picture is missing, or the model makes no such length: no price can be said


# Keeping them.


def _held(p: Production, shot: str) -> dict[str, tuple[int, str]]:
    """Text of a way that is kept to its number and what became of it."""
    decided = records.decisions(p.reader)
    rows = p.reader.table("suggestion", "WHERE kind=? AND link=? ORDER BY id", KIND, f"shot:{shot}")
    return {row["text"]: (row["id"], _state(decided.get(row["id"], []))) for row in rows}


def _state(decisions: list[dict[str, Any]]) -> str:
    if not decisions:
        return "open"
    last = decisions[-1]
    why = f": {last['why']}" if last["why"] else ""
    return f"{last['decision']}ed by {last['person']}{why}"


def _write(w: Writer, p: Production, shot: Shot, way: Way, sunk: Sunk) -> int:
    choice = choose_model(p.plan, shot)
    data = {"shot": shot.id, "way": way.name, "takes": way.takes, "upper": way.upper}
    return w.add(
        Suggestion(
            text=str(way),
            source=KIND,
            reason=f"{shot.id} cannot be saved as it is; it has cost {sunk} so far",
            next_action=way.todo,
            model=str(choice),
            link=f"shot:{shot.id}",
            kind=KIND,
            data=json.dumps({**data, "sunk": sunk._asdict()}, sort_keys=True),
        )
    )
