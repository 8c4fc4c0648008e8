"""What a key means here and now: a question, an order, or the reason why not. Pure.

Whatever is paid or sets work aside is a question first, naming the shot and the sum. The sum comes
from the desk: `Quote` asks for it, `of_quote` makes the question of the answer.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from tui import keymap
from tui.bridge import ChainRow, Glance, Order, Quote, Quoted, ShotRow
from tui.screens.cursor import Cursor, shot_at, waiting_at
from tui.widgets.figures import usd
from tui.widgets.lines import literal

_VERDICT = frozenset({"review", "rejected", "held", "stale", "circled"})
"""States in which there is a take to judge."""
_RETAKE = frozenset({"review", "rejected", "held", "stale", "circled", "failed"})
YES_NO = ("yes", "why", "no")
SETTLE = ("settle_ask", "settle_adopt", "settle_absent", "settle_off", "settle_leave")


@dataclass(frozen=True, slots=True)
class Ask:
    """A question in the line above the keys, and the order its yes gives."""

    text: str
    order: Order
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


def possible(glance: Glance, cursor: Cursor) -> tuple[str, ...]:
    """The acts that would do something now, in the order of the key line."""
    acts = ("settle", "go", "pause", "approve", "reject", "retake", "fail", "assemble")
    return tuple(act for act in acts if not isinstance(meaning(act, glance, cursor), Refused))


def of_quote(quoted: Quoted, glance: Glance) -> Ask | Order:
    """What is free is done at once, unless it would begin a circled shot anew; the rest asks."""
    order, paid = quoted.order, quoted.most != 0
    shot = next((row for row in glance.shots if row.id == order.shot), None)
    circled = shot is not None and order.act == "retake" and shot.approved_take is not None
    if not paid and not circled:
        return order
    parts = ["It costs more by now:"] if quoted.again else []
    left = f", {usd(glance.money.remaining)} left" if glance.money.remaining is not None else ""
    parts.append(f"{quoted.text}{left if paid else ''}.")
    if circled and shot is not None:
        parts.append(f"{literal(shot.id)} is circled already.")
    return Ask(" ".join([*parts, "y/n"]), replace(order, agreed=paid, most=quoted.most), ("yes", "no"))


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
        return next((chain for chain in glance.chains if chain.id == row.id), None)
    return next((chain for chain in glance.chains if cursor.shot in chain.shots), None)


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
    slate = f"{name} t{take:02d}" if take is not None else name
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
        return Refused(f"{slate} is circled already")
    if act == "reject":
        return Ask(f"Reject {slate}? Later takes made from it go stale. y/n", order)
    return order


def take_at(glance: Glance, cursor: Cursor, shot: ShotRow) -> int | None:
    """The take a verdict is about: the one that waits, else the newest."""
    row = waiting_at(glance, cursor)
    return row.take if row is not None and row.take is not None and row.shot == shot.id else shot.newest_take


def _is(shot: ShotRow) -> str:
    return f"is {shot.state.replace('_', ' ')}"
