"""What a person can do to a film, one function an act. Each returns a sentence or plain data.

The command line and the dashboard both come here; nothing is decided here.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from core.base.errors import BadInput, FilmHeld, WaitsForPerson, nearest
from core.base.hold import holder
from core.base.units import Money
from core.desk import failures, review
from core.desk.failures import CATEGORIES, ORIGINS, Broke
from core.engine import orders as takes_orders
from core.engine import reconcile
from core.engine.orders import RunQuote, Scope
from core.engine.states import LIVE
from core.film.choice import choose_model
from core.ledger.tables import Gate, GateDecision
from core.studio import orders, preflight
from core.studio.assembly import Opened, open_film, providers_of
from core.studio.ours import make_ours
from core.studio.people import person
from core.studio.places import Places
from core.studio.spawn import Process, start_worker, wait_for_worker

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from core.engine.production import Production
    from core.ledger.views import TakeRow
    from core.providers.base import Capabilities


__all__ = ["CATEGORIES", "ORIGINS", "Broke", "RunQuote", "Scope", "person"]


@contextmanager
def opened(places: Places) -> Iterator[Opened]:
    """A film for one act."""
    film = open_film(places)
    try:
        yield film
    finally:
        film.close()


def capabilities(places: Places) -> Callable[[str, str], Capabilities | None]:
    """What a provider's model can do; None where nobody here knows it."""
    providers = providers_of(places)

    def ask(provider: str, model: str) -> Capabilities | None:
        found = providers.get("animatic" if places.rehearsal else provider)
        try:
            return found.capabilities(model) if found else None
        except BadInput:
            return None

    return ask


def providers(places: Places) -> tuple[str, ...]:
    """The names of the providers there is an adapter for."""
    return tuple(sorted(providers_of(places)))


def scope_of(p: Production, scope: Scope) -> Scope:
    """A scope with its pass resolved. Raises BadInput for an unknown pass, shot or chain."""
    if scope.pass_name:
        passes = {held.name: held for held in p.plan.profile.passes}
        found = passes.get(scope.pass_name)
        if found is None:
            raise BadInput(
                f"no pass '{scope.pass_name[:40]}' in film.json",
                nearest=nearest(scope.pass_name, passes),
                todo=f"there is: {', '.join(passes) or 'none'}",
            )
        scope = replace(
            scope, from_shot=scope.from_shot or found.from_shot, to_shot=scope.to_shot or found.to
        )
    takes_orders.in_scope(p, scope)
    return scope


def agree(p: Production, codes: list[str], why: str) -> None:
    """A person's agreement to a finding or a sum, kept with name and reason."""
    if codes and not why.strip():
        raise BadInput("say why you accept it", todo='like: --accept quote --why "approved by the producer"')
    who = person() if codes else None
    for code in codes:
        assert who is not None  # noqa: S101 - codes are there, so a person was asked
        with p.ledger.write() as w:
            gate = w.add(Gate(kind="accept", subject=code, question=f"run although: {code}"))
            w.add(GateDecision(gate_id=gate, decision="approve", person=who.name, role=who.role, why=why))
            w.event("person.decided", f"{who.name} accepted {code}: {why}")


def quote(p: Production, scope: Scope) -> RunQuote:
    """What a run would order. Writes nothing. A provider without an adapter has no price here; `order`
    refuses it."""
    named = {choose_model(p.plan, shot).provider for chain in p.plan.chains for shot in chain.live}
    unpriced: Any = {name: _Unpriced() for name in named if name not in p.providers}
    return takes_orders.quote(replace(p, providers={**unpriced, **p.providers}), scope)


class _Unpriced:
    """Stands for a provider without an adapter: asked for a price, it has none."""

    def quote(self, _request: object) -> None:
        return None


def order(
    p: Production,
    scope: Scope,
    *,
    agreed: bool,
    accepted: Collection[str] = (),
    show: Callable[[RunQuote], None] = lambda _quote: None,
) -> RunQuote:
    """Quotes, then writes the order. Raises WaitsForPerson where it may cost and nobody agreed, or where
    something may run short that nobody `accepted` by its code."""
    asked = takes_orders.quote(p, scope)
    show(asked)
    preflight.require(p, asked, accepted)
    if asked.upper != 0 and not agreed:
        most = "an unknown sum" if asked.upper is None else f"up to {Money(asked.upper)}"
        raise WaitsForPerson(
            f"{len(asked.wanted)} take{'s' if len(asked.wanted) != 1 else ''} may cost {most}",
            todo='look at `rushes estimate`, then `rushes run --accept quote --why ".."`, or add --rehearse',
        )
    keep_ours(p, asked, accepted)
    return takes_orders.place(p, scope)


def keep_ours(p: Production, asked: RunQuote, accepted: Collection[str] = ()) -> None:
    """This user has said yes to a sum here: what is ordered in this film may be sent with their keys."""
    if asked.upper != 0 or "earlier-orders" in accepted:
        make_ours(Places(p.root, rehearsal=p.rehearsal), p.reader)


def refuse_if_held(places: Places) -> None:
    """Raises FilmHeld where a worker holds the film already."""
    held = holder(places.lock)
    if held.running:
        raise FilmHeld(
            f"another worker holds this film{f' (pid {held.pid})' if held.pid else ''}",
            where=str(places.root),
            todo="watch it with `rushes`; it takes orders: `rushes retake`, `pause`, `resume`, `stop`",
        )


def anything_left(p: Production) -> bool:
    """Some take is not before a person yet, be its chain in the plan or no longer."""
    return bool(p.reader.chains_with(LIVE))


def waiting_code(p: Production) -> int:
    """3 where something waits for a person before the film can go on, else 0."""
    paused = any(state == "paused" for state, _, _ in p.reader.chains().values())
    return WaitsForPerson.exit_code if paused or anything_left(p) else 0


def lift_pauses(p: Production, chains: tuple[str, ...]) -> str:
    """A person's go lifts every pause, but those of a key that its provider still refuses: why, or ''.
    What is in doubt stays in doubt."""
    # A chain whose file was renamed may still have a job under way.
    held = {*(chain.id for chain in p.plan.chains), *p.reader.chains_with(LIVE)}
    try:
        orders.resume(p, list(chains) or sorted(held), person().name)
    except WaitsForPerson as waits:
        return waits.what
    return ""


def launch(places: Places, *, linger: bool, chains: tuple[str, ...] = ()) -> Process:
    """Starts the worker. Raises FilmHeld where one holds the film already."""
    refuse_if_held(places)
    return start_worker(places, linger=linger, chains=chains)


def told(p: Production, kind: str, name: str | None) -> tuple[int | None, str]:
    """What a person is told before a yes to `go` (a chain, None: all), `retake` or `settle` (a shot).

    Micro-dollars at most (None: nobody knows), and a phrase like `S106 take 4: at most $0.76`.
    """
    if kind == "settle":
        take = doubtful(p, name or "")
        held = p.reader.money_of(take.id).get("reserve", (None, ""))[0]
        sum_ = "an unknown sum" if held is None else str(Money(held))
        return held, f"{take.shot} take {take.n} in doubt, {sum_} held"
    asked = takes_orders.quote(p, Scope(shots=(name or "",)) if kind == "retake" else Scope(chain=name or ""))
    if not asked.wanted:
        return 0, "nothing new to order"
    first, last, count = asked.wanted[0], asked.wanted[-1], len(asked.wanted)
    what = f"{first.shot} take {first.n}" if count == 1 else f"{count} takes, {first.shot} to {last.shot}"
    return asked.upper, f"{what}: {at_most(asked)}"


def at_most(asked: RunQuote) -> str:
    if asked.upper is None:
        return "an unknown sum"
    return f"at most {Money(asked.upper)}" if asked.upper else "free"


def check_agreed(
    asked: RunQuote, what: str, *, agreed: bool, most: int | None, way: str = "rushes run"
) -> None:
    """A paid order needs a person who saw its sum. Raises WaitsForPerson.

    `most`: the sum that was shown, in micro-dollars; None where it was shown as unknown. `way`: the
    command that orders it.
    """
    if asked.upper == 0:
        return
    sum_ = "an unknown sum" if asked.upper is None else f"up to {Money(asked.upper)}"
    if not agreed:
        raise WaitsForPerson(
            f"{what} may cost {sum_}",
            todo=f'look at `rushes estimate`, then `{way} --accept quote --why ".."`',
        )
    if most is not None and (asked.upper is None or asked.upper > most):
        raise WaitsForPerson(
            f"{what} may cost {sum_} by now, not {Money(most)}", todo="nothing was ordered; ask again"
        )


def keep_agreement(p: Production, asked: RunQuote, what: str, why: str = "") -> None:
    """The person's yes to a sum, kept with their name and `why`. A free order needs none."""
    if asked.upper != 0:
        agree(p, ["quote"], why or f"saw it before saying yes: {what}, {at_most(asked)}")


def go(
    p: Production, places: Places, chain: str | None, *, agreed: bool = False, most: int | None = None
) -> str:
    """Orders what has no take yet, lifts pauses, and sees to it that a worker runs.

    `agreed`: a person saw the sum `most` (micro-dollars, None: unknown) and said yes to it.
    Raises WaitsForPerson where it may cost and nobody agreed, or where it costs more by now.
    """
    scope = Scope(chain=chain or "")
    asked = takes_orders.quote(p, scope)
    what = f"{len(asked.wanted)} take{'s' if len(asked.wanted) != 1 else ''}"
    preflight.require(p, asked, ())
    check_agreed(asked, what, agreed=agreed, most=most)
    keep_agreement(p, asked, what)
    keep_ours(p, asked)
    placed = takes_orders.place(p, scope)
    stuck = lift_pauses(p, (chain,) if chain else ())
    count = len(placed.wanted)
    todo = f"{count} take{'s' if count != 1 else ''} ordered" if count else "nothing new to order"
    if not count and not anything_left(p):
        return "every shot has a take; r retakes one"
    return f"{todo}; {stuck or see_to_worker(p, places)}"


def see_to_worker(p: Production, places: Places) -> str:
    """A worker that takes what was just ordered: the one that runs, or a new one.

    One that has written `worker.ended` no longer looks, though it may hold the film a moment longer:
    the new one waits for that.
    """
    told = p.reader.events(limit=1, kinds=("worker.started", "worker.ended"))
    if holder(places.lock).running and told and told[0]["kind"] == "worker.started":
        return "the worker is at it"
    code = wait_for_worker(places, start_worker(places, linger=True))
    if code not in (None, 0, 3, FilmHeld.exit_code):
        raise BadInput("the worker did not start", where=str(places.log), todo="the log says why")
    return "the worker started"


def control(p: Production, places: Places, kind: str, chain: str | None) -> str:
    """Pause, resume or stop: by the worker where one runs."""
    if chain:
        p.plan.chain(chain)
    args = {"chain": chain or ""}
    return orders.ask(p, kind, args, person().name, worker=holder(places.lock).running)


def retake(
    p: Production,
    places: Places,
    shot: str,
    note: str,
    *,
    agreed: bool = False,
    most: int | None = None,
    accepted: Collection[str] = (),
    why: str = "",
) -> str:
    """Orders a new take of one shot; starts a worker where none runs. `agreed`, `most`, errors: as `go`;
    `accepted`: codes of what may run short; `why`: a person's reason to agree."""
    asked = takes_orders.quote(p, Scope(shots=(shot,)))
    preflight.require(p, asked, accepted)
    check_agreed(asked, f"a take of {shot}", agreed=agreed, most=most, way=f"rushes retake {shot}")
    keep_agreement(p, asked, f"a take of {shot}", why)
    keep_ours(p, asked, accepted)
    placed = review.retake(p, shot, note, person())
    return f"{shot} take {placed.wanted[0].n} ordered; {see_to_worker(p, places)}"


def failed_before(p: Production, shot: str) -> tuple[str, ...]:
    """What failed in shots like this one, and what helped; for before a retake."""
    return preflight.failed_before(p, takes_orders.quote(p, Scope(shots=(shot,))))


def fail(p: Production, shot: str, n: int | None, what: Broke) -> str:
    row = failures.log(p, shot, n, what, person())
    return f"failure {row} logged for {shot}: {what.broke}"


def doubtful(p: Production, shot: str, *, given_up: bool = False) -> TakeRow:
    """The newest take of a shot that is in doubt, or (`given_up`) waits for its job. Raises BadInput."""
    p.plan.shot(shot)
    states = {"in_doubt", *(reconcile.GIVEN_UP if given_up else ())}
    found = [take for take in p.reader.takes_of(shot) if take.state in states]
    if not found:
        raise BadInput(f"nothing of {shot} is in doubt", todo="`rushes status` names what is")
    return found[-1]


def settle_doubt(
    p: Production, shot: str, *, adopt: str = "", absent: bool = False, off: bool = False
) -> str:
    """A person settles the in-doubt take of a shot."""
    take, name = doubtful(p, shot, given_up=off), person().name
    if adopt:
        found = reconcile.adopt(p, take, adopt, name)
    elif absent:
        found = reconcile.declare_absent(p, take, name)
    elif off:
        found = reconcile.write_off(p, take, name)
    else:
        left = reconcile.settle_doubts(p)
        said = f"asked the provider: {len(left)} still in doubt"
        ours = [left_ for left_ in left if left_.id == take.id]
        return "\n".join([said, *(f"  {line}" for one in ours for line in reconcile.evidence(p, one))])
    return f"{shot} take {take.n} is {found.state} now"
