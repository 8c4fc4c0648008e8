"""Which events the board shows, and in which words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.studio.rows import EventRow, paused

if TYPE_CHECKING:
    from collections.abc import Mapping

    from core.ledger.shapes import BoardEvent
    from core.ledger.views import Reader

SHOWN = 50
SHOWN_EVENTS = (
    *(f"take.{kind}" for kind in ("review", "held", "retake", "approved", "rejected")),
    *(f"take.{kind}" for kind in ("in_doubt", "written_off", "remote_failed", "expired", "broken")),
    *(
        "chain.paused",
        "chain.active",
        "order.placed",
        "failure.logged",
        "failure.amended",
        "person.decided",
        "cut.made",
    ),
    *("worker.started", "worker.ended", "plan.fault", "plan.mended"),
)
"""Kinds a person asks about; steps in between, and what an engine says to itself, stay in the ledger."""


def event_row(event: BoardEvent, titles: Mapping[str, str], reader: Reader) -> EventRow:
    """`titles` by chain. A pause carries the ledger's code: it is said in words."""
    text = event.text
    if event.kind == "chain.paused":
        data = reader.decoded(event.data)
        text = paused(str(data.get("reason", "")), str(data.get("note", "")))
    about = event.shot or titles.get(event.chain, event.chain)
    return EventRow(event.id, event.at, event.kind, about, text)
