"""The life of a take, as a table. Whatever moves a take's state is here, and nothing else is.

An illegal step raises `IllegalStep` and changes nothing. The table does not know who asks:
guards (review policy, budget, a person behind a new try) stand with whoever asks.

    PLANNED > READY > GATED > RESERVED > INTENT > SUBMITTED > RUNNING > REMOTE_OK > DOWNLOADING
            > DOWNLOADED > VERIFIED > FRAMED > REVIEW > APPROVED | REJECTED

A clip that a person brings has no job: it goes PLANNED > DOWNLOADED in the transaction that makes its
row (`engine.imports`), and from there like any other; what it lacks on disk makes it BROKEN, for there
is nobody to fetch it from again.
"""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

from core.base.errors import IllegalStep

if TYPE_CHECKING:
    from collections.abc import Mapping


ELSEWHERE = "elsewhere"
"""The provider of a take that a person brought: there is no adapter for it, no job and no key."""


class TakeState(StrEnum):
    PLANNED = "planned"
    """Ordered; its hand-over frame is not there yet."""
    READY = "ready"
    """Its input is known."""
    GATED = "gated"
    """Review policy and gates let it through."""
    RESERVED = "reserved"
    """Money is held for it."""
    INTENT = "intent"
    """Written down, synced: a request may be on its way."""
    IN_DOUBT = "in_doubt"
    """Nobody can prove whether a job runs. Counted as spent; never sent again."""
    SUBMITTED = "submitted"
    RUNNING = "running"
    REMOTE_OK = "remote_ok"
    """Done and settled at the provider; the clip is still there."""
    REMOTE_FAILED = "remote_failed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    """Paid, and the output is gone."""
    DOWNLOADING = "downloading"
    DOWNLOADED = "downloaded"
    BROKEN = "broken"
    """On disk, and not what was asked for."""
    VERIFIED = "verified"
    FRAMED = "framed"
    REVIEW = "review"
    APPROVED = "approved"
    REJECTED = "rejected"
    WRITTEN_OFF = "written_off"
    """A person gave up on an in-doubt job; counted as spent, unverified."""


S = TakeState

STEPS: Mapping[TakeState, frozenset[TakeState]] = MappingProxyType(
    {
        S.PLANNED: frozenset({S.READY, S.DOWNLOADED, S.CANCELLED}),
        S.READY: frozenset({S.GATED, S.PLANNED, S.CANCELLED}),
        S.GATED: frozenset({S.RESERVED, S.READY, S.CANCELLED}),
        S.RESERVED: frozenset({S.INTENT, S.READY, S.CANCELLED}),
        S.INTENT: frozenset({S.SUBMITTED, S.READY, S.IN_DOUBT}),
        S.IN_DOUBT: frozenset({S.SUBMITTED, S.READY, S.WRITTEN_OFF}),
        S.SUBMITTED: frozenset({S.RUNNING, S.REMOTE_OK, S.REMOTE_FAILED, S.CANCELLED, S.EXPIRED}),
        S.RUNNING: frozenset({S.REMOTE_OK, S.REMOTE_FAILED, S.CANCELLED, S.EXPIRED}),
        S.REMOTE_OK: frozenset({S.DOWNLOADING, S.EXPIRED}),
        S.DOWNLOADING: frozenset({S.DOWNLOADED, S.REMOTE_OK, S.EXPIRED}),
        S.DOWNLOADED: frozenset({S.VERIFIED, S.BROKEN, S.REMOTE_OK}),
        S.BROKEN: frozenset({S.REJECTED, S.DOWNLOADED}),
        S.VERIFIED: frozenset({S.FRAMED, S.BROKEN, S.REMOTE_OK}),
        S.FRAMED: frozenset({S.REVIEW}),
        S.REVIEW: frozenset({S.APPROVED, S.REJECTED}),
        # Nothing is edited, everything is superseded: a person may decide again.
        S.APPROVED: frozenset({S.REJECTED, S.REVIEW}),
        S.REJECTED: frozenset({S.APPROVED, S.REVIEW}),
        S.REMOTE_FAILED: frozenset(),
        S.CANCELLED: frozenset(),
        S.EXPIRED: frozenset(),
        S.WRITTEN_OFF: frozenset(),
    }
)

UNSENT = frozenset({S.PLANNED, S.READY, S.GATED, S.RESERVED})
"""Nothing has left this machine: cancelling costs nothing."""
IN_FLIGHT = frozenset(
    {S.SUBMITTED, S.RUNNING, S.REMOTE_OK, S.DOWNLOADING, S.DOWNLOADED, S.VERIFIED, S.FRAMED}
)
"""Accepted by a provider and not yet before a person: polled and fetched even while paused."""
USABLE = frozenset({S.REVIEW, S.APPROVED})
"""Has a clip and a hand-over frame."""
LOST = frozenset({S.REMOTE_FAILED, S.EXPIRED, S.BROKEN, S.WRITTEN_OFF})
"""Ended without a usable clip: a person decides what comes next."""
LIVE = UNSENT | IN_FLIGHT | {S.INTENT, S.IN_DOUBT}
"""There is still something to do."""


def check_step(was: TakeState, to: TakeState) -> None:
    """Raises IllegalStep unless the table knows the step."""
    if to not in STEPS[was]:
        allowed = ", ".join(sorted(STEPS[was])) or "nothing"
        raise IllegalStep(
            f"a take cannot go from {was} to {to} (from {was} it goes to: {allowed})",
            todo="nothing was changed",
        )


class ChainState(StrEnum):
    ACTIVE = "active"
    PAUSED = "paused"


class PauseReason(StrEnum):
    BUDGET = "budget"
    KEY_LIMIT = "key_limit"
    MODERATION = "moderation"
    REFUSED = "refused"
    IN_DOUBT = "in_doubt"
    REVIEW = "review"
    DRIFT = "drift"
    MANUAL = "manual"
    DISK = "disk"


SELF_LIFTING = frozenset({PauseReason.REVIEW})
"""Lifted by the verdict it waits for; every other pause is lifted by a person's `resume`."""
