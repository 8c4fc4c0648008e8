"""What a key means here and now: a question, an order, or the reason why not. Pure.

Whatever is paid or sets work aside is a question first, naming the shot and the sum. The sum comes
from the desk: `Quote` asks for it, `of_quote` makes the question of the answer.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from tui import keymap
from tui.bridge import ChainRow, Do, Glance, Order, Quote, Quoted, ShotRow, index_of
from tui.screens.cursor import Cursor, shot_at, waiting_at
from tui.widgets.figures import usd
from tui.widgets.lines import literal, slate

_VERDICT = frozenset({"review", "rejected", "held", "stale", "circled"})
"""States in which there is a take to judge."""
_RETAKE = frozenset({"review", "rejected", "held", "stale", "circled", "failed"})
YES_NO = ("yes", "why", "look", "no")
SETTLE = ("settle_ask", "settle_adopt", "settle_absent", "settle_off", "settle_leave")


@dataclass(frozen=True, slots=True)
class Ask:
    """A question in the line above the keys, and the order its yes gives."""

    text: str
    order: Order | Do
    choices: tuple[str, ...] = YES_NO
    """Action ids of the answers, as in `keymap`."""


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a key does nothing here."""

    why: str


Meaning = Ask | Order | Quote | Refused


def meaning(act: str, glance: Glance, cursor: Cursor) -> Meaning:
    """What `act` would do for what is under the cursor."""
    if act in {"go", "pause"}:
        return _of_chain(act, glance, cursor)
    if act == "assemble":
        return _assemble(glance)
    return _of_shot(act, glance, cursor)


WHOLE_FILM = frozenset({"go", "pause", "assemble"})
"""Acts that are not about single shots."""
_MANY = {"approve": "Circle", "reject": "Reject", "hold": "Hold", "retake": "retake"}
"""The acts that may mean many shots at once."""
_NAMED = 6
"""Takes that a question about many names one by one."""


def meaning_of_many(act: str, glance: Glance, shots: tuple[str, ...]) -> Meaning:
    """What `act` would do for many shots: one question, or why not."""
    if act not in _MANY:
        return Refused(
            f"{len(shots)} shots are marked, and {keymap.action(act).label} means one: esc unmarks"
        )
    fit, left = [], ""
    for shot in shots:
        what = meaning(act, glance, Cursor(shot))
        if isinstance(what, Refused):
            left = left or what.why
            continue
        order = what if isinstance(what, Order) else what.order
        assert isinstance(order, Order)  # noqa: S101 - what a shot's key means is an order
        fit.append((order.shot, order.take))
    if not fit:
        return Refused(f"none of {len(shots)}: {left}")
    several = Order(act, several=tuple(fit))
    if act == "retake":
        return Quote(several)
    named = ", ".join(slate(shot, take) for shot, take in fit[:_NAMED])
    more = f" and {len(fit) - _NAMED} more" if len(fit) > _NAMED else ""
    rest = f" {len(shots) - len(fit)} left out: {left}." if left else ""
    stale = " Later takes made from them go stale." if act == "reject" else ""
    plural = "" if len(fit) == 1 else "s"
    return Ask(f"{_MANY[act]} {len(fit)} take{plural}: {named}{more}?{stale}{rest} y/n", several)


def possible(glance: Glance, cursor: Cursor) -> tuple[str, ...]:
    """The acts that would do something now, in the order of the key line."""
    acts = ("settle", "go", "pause", "approve", "reject", "retake", "fail", "assemble")
    return tuple(act for act in acts if not isinstance(meaning(act, glance, cursor), Refused))


def of_quote(quoted: Quoted, glance: Glance) -> Ask | Order:
    """What is free is done at once, unless it would begin a circled shot anew; the rest asks."""
    order, paid = quoted.order, quoted.most != 0
    circled = _circled(order, glance)
    if not paid and not circled:
        return order
    parts = ["It costs more by now:"] if quoted.again else []
    left = f", {usd(glance.money.remaining)} left" if glance.money.remaining is not None else ""
    parts.append(f"{quoted.text}{left if paid else ''}.")
    if circled:
        named = ", ".join(literal(shot) for shot in circled[:_NAMED])
        parts.append(f"{named} {'is' if len(circled) == 1 else 'are'} circled already.")
    return Ask(" ".join([*parts, "y/n"]), replace(order, agreed=paid, most=quoted.most), ("yes", "no"))


def _circled(order: Order, glance: Glance) -> tuple[str, ...]:
    """Shots that a retake would begin anew though they are circled."""
    if order.act != "retake":
        return ()
    index = index_of(glance)
    shots = [shot for shot, _ in order.several] or [order.shot]
    found = [index.shot(shot) for shot in shots]
    return tuple(shot.id for shot in found if shot is not None and shot.approved_take is not None)


def of_doubt(quoted: Quoted, how: str, job: str = "") -> Ask:
    """One way to settle a doubt, as a question with its sum."""
    shot = literal(quoted.order.shot, 32)
    held = usd(quoted.most)
    words = {
        "ask": f"Ask the provider about {shot} again? {held} stays held.",
        "adopt": f"{shot} is job {literal(job, 40)}? {held} stays held until it is billed.",
        "absent": f"Nothing was sent for {shot}? {held} is freed, and it may be sent.",
        "write_off": f"Write {shot} off? {held} counts as spent.",
    }
    order = replace(quoted.order, how=how, job=job)
    return Ask(f"{words[how]} y/n", order, ("yes", "no"))


def chain_at(glance: Glance, cursor: Cursor) -> ChainRow | None:
    """The chain whose pause is under the cursor, else the one of the selected shot."""
    row = waiting_at(glance, cursor)
    if row is not None and row.kind == "pause":
        return index_of(glance).chain(row.id)
    return index_of(glance).chain_of(cursor.shot)


def left_for_retake(glance: Glance) -> str:
    """What a go leaves standing: `2 rejected shots wait for r`, or nothing."""
    count = sum(row.kind == "rejected" for row in glance.waiting)
    if not count:
        return ""
    return f"{count} rejected shot{' waits' if count == 1 else 's wait'} for {keymap.key_of('retake')}"


def _of_chain(act: str, glance: Glance, cursor: Cursor) -> Meaning:
    chain = chain_at(glance, cursor)
    if chain is None:
        return Refused("there is no chain yet: write shots/<chain>.toml")
    name = literal(chain.title or chain.id, 40)
    at_work = chain.state == "active" and glance.worker.running
    order = Order(act, chain=chain.id)
    if act == "pause":
        return order if at_work else Refused(f"{name} is not running")
    if at_work:
        return Refused(f"{name} is running already")
    if chain.state != "paused" and chain.total and chain.done >= chain.total:
        return Refused(f"every shot of {name} is circled")
    return Quote(order)


def _assemble(glance: Glance) -> Meaning:
    done, total = sum(row.done for row in glance.chains), sum(row.total for row in glance.chains)
    made = sum(row.made for row in glance.chains)
    if not made:
        return Refused("nothing to cut yet: no shot has a usable take")
    choices = (*(("circled",) if done else ()), "rough", "no")
    said = f"{done} of {total} circled" if done < total else f"all {total} circled"
    if done < total:
        said += f": {keymap.key_of('rough')} cuts rough"
        said += f", {keymap.key_of('circled')} needs them all" if done else ""
    return Ask(f"Assemble the cut? {said}", Order("assemble"), choices)


def _of_shot(act: str, glance: Glance, cursor: Cursor) -> Meaning:
    shot = shot_at(glance, cursor)
    if shot is None:
        return Refused("no shot is selected")
    name = literal(shot.id, 32)
    take = take_at(glance, cursor, shot)
    named = slate(shot.id, take)
    order = Order(act, shot=shot.id, take=take)
    if act == "fail":
        return order if shot.takes else Refused(f"{name} has no take that could have failed")
    if act == "settle":
        doubt = shot.state == "in_doubt"
        return Quote(replace(order, take=None)) if doubt else Refused(f"nothing of {name} is in doubt")
    if act == "retake":
        if shot.state not in _RETAKE:
            return Refused(f"{name} {_is(shot)}: no new take can be asked for")
        return Quote(replace(order, take=None))
    if take is None or shot.state not in _VERDICT:
        return Refused(f"{name} {_is(shot)}: there is no take to judge")
    if act == "approve" and shot.state == "circled" and take == shot.approved_take:
        return Refused(f"{named} is circled already")
    if act == "reject":
        return Ask(f"Reject {named}? Later takes made from it go stale. y/n", order)
    return order


def take_at(glance: Glance, cursor: Cursor, shot: ShotRow) -> int | None:
    """The take a verdict is about: the one that waits, else the newest."""
    if cursor.take is not None and cursor.shot == shot.id:
        return cursor.take
    row = waiting_at(glance, cursor)
    return row.take if row is not None and row.take is not None and row.shot == shot.id else shot.newest_take


def _is(shot: ShotRow) -> str:
    return f"is {shot.state.replace('_', ' ')}"
