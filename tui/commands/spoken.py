"""The film in sentences, for screen readers and terminals that cannot draw: no signs, boxes or columns. Pure.

A line a thought, the most needed first. Nothing heavy is imported.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from core.base.text import one_line
from core.studio.rows import paused

if TYPE_CHECKING:
    from core.studio.rows import AccountRow, ChainRow, EventRow, Glance, MoneyRow, ShotRow, WaitingRow

MOST_QUESTIONS = 20
MOST_IDS = 30
"""Shots of one state that are named; the rest is counted."""
_TEXT = 300
_CENT = 10_000
_STATES = (
    "in_doubt",
    "failed",
    "review",
    "stale",
    "rejected",
    "held",
    "running",
    "ready",
    "planned",
    "circled",
)
_WORDS = {"review": "for review", "in_doubt": "in doubt"}


def film(found: Glance) -> list[str]:
    """All of it: is it running, does it need me, will the money last; then chains, failures, shots."""
    return [
        _title(found),
        worker(found),
        *needs(found),
        *_money(found),
        *(_chain(chain) for chain in found.chains),
        _failures(found),
        *_shots(found),
    ]


def news(before: Glance, now: Glance) -> list[str]:
    """What came between two readings, oldest first, each on a line."""
    last = max((row.id for row in before.events), default=0)
    fresh = [row for row in reversed(now.events) if row.id > last]
    lines = [event(row) for row in fresh]
    if before.events and len(fresh) == len(now.events):
        lines.insert(0, "More happened than is told here. To hear all, type: rushes since --events.")
    if before.worker.running and not now.worker.running and all(row.kind != "worker.ended" for row in fresh):
        lines.append("The worker is gone. What ran is picked up by: rushes run.")
    known = set(before.waiting)
    asked = [row for row in now.waiting if row not in known]
    lines += [f"It needs you. {question(row, now)}" for row in asked[:MOST_QUESTIONS]]
    if len(asked) > MOST_QUESTIONS:
        lines.append(
            f"It needs you {len(asked) - MOST_QUESTIONS} times more. To hear all, type: rushes gaps."
        )
    return lines


def event(row: EventRow) -> str:
    """`At 10:42:07, S104: take 2 is here to be looked at.`"""
    try:
        at = f"At {datetime.fromisoformat(row.at).astimezone():%H:%M:%S}"
    except ValueError:
        at = "Now"
    text = one_line(row.text or row.kind, _TEXT)
    of = one_line(row.shot, 80)
    return _ended(f"{at}, {of}: {text}" if of and of not in text else f"{at}: {text}")


def question(row: WaitingRow, found: Glance) -> str:
    """What only a person can answer, and the command that does."""
    said = one_line(row.question, _TEXT) or row.kind.replace("_", " ")
    named = one_line(row.shot, 80)
    head = f"{named}: {said}" if named and named not in said else said
    return f"{_ended(head)} To answer, type: {answer(row, found)}"


def answer(row: WaitingRow, found: Glance) -> str:
    """The command that answers what waits."""
    of = " --rehearsal" if found.rehearsal else ""
    if row.kind == "review":
        shot = next((shot for shot in found.shots if shot.id == row.shot), None)
        older = f" --take {row.take}" if shot and row.take not in (None, shot.newest_take) else ""
        return f"rushes approve {row.shot}{older}{of}, or reject in place of approve"
    if row.kind == "in_doubt":
        return f"rushes reconcile {row.shot}{of}"
    if row.kind in ("failed", "rejected"):
        return f"rushes retake {row.shot}{of}"
    if row.kind == "pause":
        return f"rushes resume --chain {row.id}{of}"
    return "rushes check" if row.kind == "fault" else "rushes gaps"


def worker(found: Glance) -> str:
    """Is it running?"""
    state = found.worker
    if not state.running:
        return "No worker runs. To start one, type: rushes run."
    if state.stalled:
        return f"The worker is stalled: no heartbeat for {state.heartbeat_age_s:.0f} seconds."
    busy = [chain for chain in found.chains if chain.current]
    if not busy:
        return "A worker is running, between two takes."
    return f"A worker is running. It makes {' and '.join(one_line(chain.current, 40) for chain in busy[:8])}."


def needs(found: Glance) -> list[str]:
    """Does it need me?"""
    count = len(found.waiting)
    if not count:
        return ["Nothing needs you."]
    lines = [f"{count} thing{' needs' if count == 1 else 's need'} you."]
    lines += [f"{at}. {question(row, found)}" for at, row in enumerate(found.waiting[:MOST_QUESTIONS], 1)]
    if count > MOST_QUESTIONS:
        lines.append(f"And {count - MOST_QUESTIONS} more. To hear all, type: rushes gaps.")
    return lines


def dollars(micro: int | None, *, about: bool = False) -> str:
    """To cents: `$98.28`, `about $0.76`, `unknown`. A sum below a cent is not zero."""
    if micro is None:
        return "unknown"
    sign, whole = ("-", -micro) if micro < 0 else ("", micro)
    cents = (whole + _CENT // 2) // _CENT
    if whole and not cents:
        return f"{sign}less than $0.01"
    return f"{'about ' if about else ''}{sign}${cents // 100}.{cents % 100:02d}"


def limit(micro: int) -> str:
    """A budget as people set it: `$250`, `$12.50`."""
    return dollars(micro).removesuffix(".00")


def _title(found: Glance) -> str:
    day = f", day {found.day}{f' of {found.days}' if found.days else ''}" if found.day is not None else ""
    return f"{one_line(found.title, 200) or 'A film without a title'}{day}{', rehearsal' * found.rehearsal}."


def _money(found: Glance) -> list[str]:
    """Will the money last?"""
    money, gone = found.money, found.money.spent
    if money.free_only and not gone:
        return ["Every provider of this film is free."]
    used = dollars(gone, about=gone != money.settled)
    if money.budget is None:
        lines = [f"Money: {used} is spent or promised. There is no budget."]
    else:
        left = f"{dollars(money.remaining)} is left." if (money.remaining or 0) >= 0 else "It is used up."
        lines = [f"Money: {used} of {limit(money.budget)} is spent or promised. {left}"]
    if money.in_doubt:
        lines.append(f"{dollars(money.in_doubt)} of it is in doubt.")
    if money.day_budget is not None:
        lines.append(f"Today {dollars(money.day_spent)} of {limit(money.day_budget)}.")
    lines.append(_forecast(money))
    return lines + [_account(account) for account in found.accounts if not account.free]


def _forecast(money: MoneyRow) -> str:
    if money.forecast_p50 is None or money.forecast_p90 is None:
        return "Nobody can say yet what the whole film will cost."
    ends = f"The whole film costs about {limit(money.forecast_p50)}, and probably not over"
    within = money.budget is None or money.forecast_p90 <= money.budget
    return f"{ends} {limit(money.forecast_p90)}{'.' if within else ': more than the budget.'}"


def _account(account: AccountRow) -> str:
    name = one_line(account.provider, 60)
    if account.state.casefold() == "blocked":
        return f"The key of {name} is blocked by its provider. To go on, type: rushes resume."
    known = [left for left in (account.balance, account.limit_remaining) if left is not None]
    return f"{name} has {dollars(min(known))} left." if known else f"What {name} has left is unknown."


def _chain(chain: ChainRow) -> str:
    title = one_line(chain.title, 80)
    named = chain.id if title.casefold() in ("", chain.id.casefold()) else f"{title}, id {chain.id}"
    return (
        f"Chain {named}: {chain.made} of {chain.total} shots made, {chain.done} circled. {_state_of(chain)}"
    )


def _state_of(chain: ChainRow) -> str:
    if chain.pause_reason:
        return _ended(f"It is {one_line(paused(chain.pause_reason, chain.pause_note), _TEXT)}")
    if chain.current:
        return f"It makes {one_line(chain.current, 40)}."
    return (
        "It is done."
        if chain.state == "done"
        else "It stands still."
        if chain.state == "idle"
        else "It goes on."
    )


def _failures(found: Glance) -> str:
    if not found.failure_total:
        return "No failure was logged."
    lost = sum(row[2] for row in found.failure_categories if row[2] is not None)
    name, times, _, helped = found.failure_categories[0]
    most = f"Most often {one_line(name, 60)}, {times} time{'s' if times != 1 else ''}"
    way = f"; what helped: {one_line(helped, 160)}" if helped else ""
    count = f"{found.failure_total} failure{'s were' if found.failure_total != 1 else ' was'} logged"
    return _ended(f"{count}, {dollars(lost)} known to be lost. {most}{way}")


def _shots(found: Glance) -> list[str]:
    by_state: dict[str, list[ShotRow]] = {}
    for shot in found.shots:
        by_state.setdefault(shot.state, []).append(shot)
    order = [
        *(name for name in _STATES if name in by_state),
        *(name for name in by_state if name not in _STATES),
    ]
    return [_of_state(_WORDS.get(name, one_line(name, 40)), by_state[name]) for name in order]


def _of_state(words: str, shots: list[ShotRow]) -> str:
    """`For review, 2 shots: A001, A002.`"""
    names = ", ".join(shot.id for shot in shots[:MOST_IDS])
    more = f" and {len(shots) - MOST_IDS} more" if len(shots) > MOST_IDS else ""
    return (
        f"{words[:1].upper()}{words[1:]}, {len(shots)} shot{'s' if len(shots) != 1 else ''}: {names}{more}."
    )


def _ended(sentence: str) -> str:
    """With a stop at its end, where a voice takes breath."""
    return sentence if sentence.endswith((".", "!", "?", "…")) else f"{sentence}."
