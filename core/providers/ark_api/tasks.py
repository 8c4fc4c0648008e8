"""A task of Ark as it is answered: its state, its results, its bill, and whose it is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING, Any, TypeGuard

from core.base.errors import ProviderFault
from core.base.rates import Ask, Unit
from core.base.text import one_line
from core.base.units import MAX_MICRO, MICRO, ZERO, Amount, Money
from core.providers.ark_api.errors import error_of
from core.providers.ark_api.models import URL_LIFE_S
from core.providers.ark_api.request import EXPIRES_AFTER_S, TAG_HEAD, tag_of
from core.providers.values import ErrorClass, JobState, ProviderError, Status, Ticket
from core.providers.wire.reply import showable, without

if TYPE_CHECKING:
    from core.base.rates import RateCard

MAX_MOMENT = 10**11
"""Seconds since the epoch: three thousand years. No clock says more."""
MAX_TOKENS = 10**8
"""Thirty seconds of 4K come to six million."""
STATES = {
    "queued": JobState.QUEUED,
    "running": JobState.RUNNING,
    "succeeded": JobState.SUCCEEDED,
    "failed": JobState.FAILED,
    "cancelled": JobState.CANCELLED,
    "expired": JobState.EXPIRED,
}
_JOB = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,199}")

Task = Mapping[str, Any]


def is_job(name: Any) -> TypeGuard[str]:
    return isinstance(name, str) and bool(_JOB.fullmatch(name))


def status_of(task: Task, card: RateCard, secrets: Iterable[str]) -> Status:
    """What a task says. A state nobody knows is one that still runs."""
    state = STATES.get(task["status"], JobState.RUNNING)
    match state:
        case JobState.SUCCEEDED:
            return _succeeded(task, card)
        case JobState.FAILED:
            # "Failed tasks are not billed" (vendor's price page).
            return Status(state, cost=Amount.exact(ZERO), error=_why(task, secrets))
        case JobState.CANCELLED:
            # Only what never ran can be cancelled. That it costs nothing follows, and is written nowhere.
            return Status(state, cost=Amount.estimated(ZERO))
        case JobState.EXPIRED:
            said = f"it was not done within {EXPIRES_AFTER_S // 60} minutes, and the provider gave it up"
            return Status(state, error=ProviderError(ErrorClass.TIMEOUT, said, code="expired"))
        case _:
            return Status(state)


def _succeeded(task: Task, card: RateCard) -> Status:
    content, cost = task.get("content"), cost_of(task, card)
    found = content if isinstance(content, dict) else {}
    clip, frame = found.get("video_url"), found.get("last_frame_url")
    if not isinstance(clip, str) or not clip:
        error = ProviderError(ErrorClass.PROVIDER_FAULT, "the task succeeded and names no clip")
        return Status(JobState.FAILED, cost=cost, error=error)
    outputs = (clip, frame) if isinstance(frame, str) and frame else (clip,)
    ended = _expires(task.get("updated_at"))
    return Status(JobState.SUCCEEDED, 1.0, cost, outputs=outputs, expires_at=ended)


def _why(task: Task, secrets: Iterable[str]) -> ProviderError:
    masked = tuple(secrets)
    found = error_of(without(task.get("error"), masked))
    if found is None:
        return ProviderError(ErrorClass.UNKNOWN, "the task failed, and Ark does not say why")
    code = one_line(showable(found.code, masked), 120)
    said = one_line(showable(found.message, masked), 1000) or code
    return ProviderError(found.kind, said, code=code, flagged=found.flagged)


def _expires(ended: Any) -> datetime | None:
    if not is_whole(ended) or not 0 < ended < MAX_MOMENT:
        return None
    return datetime.fromtimestamp(ended, UTC) + timedelta(seconds=URL_LIFE_S)


def cost_of(task: Task, card: RateCard) -> Amount:
    """`usage.completion_tokens` is what is billed; exact only by a verified row of prices."""
    usage, model, size, audio = (
        task.get(name) for name in ("usage", "model", "resolution", "generate_audio")
    )
    tokens = usage.get("completion_tokens") if isinstance(usage, dict) else None
    if not is_whole(tokens) or not 0 < tokens <= MAX_TOKENS or not isinstance(model, str):
        return Amount.unknown()
    # A second is asked for, to find the row: the tokens are known.
    ask = Ask(
        "ark",
        model,
        seconds=Fraction(1),
        resolution=size if isinstance(size, str) else "",
        audio=audio if isinstance(audio, bool) else None,
    )
    priced = card.price(ask)
    row = next(iter(card.named(priced.row)), None) if priced else None
    dollars = row and (1 if row.currency == "USD" else card.exchange.get(row.currency))
    if row is None or row.unit is not Unit.TOKEN or not dollars:
        return Amount.unknown()
    micro = round(Fraction(tokens) * Fraction(row.price) / row.per * Fraction(dollars) * MICRO)
    if micro > MAX_MICRO:
        return Amount.unknown()
    return Amount.exact(Money(micro)) if row.verified else Amount.estimated(Money(micro))


def ours(tasks: Iterable[Task], key: str, seed: int) -> list[Ticket]:
    """The tasks under our tag; else those of this seed that carry no tag of ours.

    Raises ProviderFault where a task carries neither and nothing else is found: it may be ours.
    """
    tagged, sown, bare = [], [], False
    for task in tasks:
        tag, its_seed = task.get("safety_identifier"), task.get("seed")
        if tag == tag_of(key):
            tagged.append(Ticket(task["id"]))
        elif isinstance(tag, str) and tag.startswith(TAG_HEAD):
            continue  # another submission of ours, whatever its seed
        elif is_whole(its_seed) and its_seed == seed:
            sown.append(Ticket(task["id"]))
        else:
            bare = bare or not is_whole(its_seed)
    if bare and not tagged and not sown:
        raise ProviderFault(
            "Ark lists a task without tag and seed, and it may be ours", todo="look at Ark's console"
        )
    return tagged or sown


def page_of(body: Mapping[str, Any]) -> tuple[list[dict[str, Any]], int]:
    """A page's tasks, and how many there are in all. Raises ProviderFault for another shape."""
    items, total = body.get("items"), body.get("total")
    if total == 0 and items is None:
        items = []
    sound = isinstance(items, list) and all(
        isinstance(item, dict) and is_job(item.get("id")) for item in items
    )
    if not sound or not is_whole(total):
        raise ProviderFault(
            "Ark's list of tasks has a shape nobody here knows", todo="it is asked again later"
        )
    return items, total  # type: ignore[return-value]


def made_at(task: Task) -> float:
    """Seconds since the epoch; without end where it is not said, so that the task is looked at."""
    at = task.get("created_at")
    return float(at) if is_whole(at) and abs(at) < MAX_MOMENT else float("inf")


def is_whole(value: Any) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)
