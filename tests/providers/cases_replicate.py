"""Replicate in the contract suite."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from core.base.ratecard import shipped
from core.providers.base import ErrorClass, Reconcile, Sent
from core.providers.replicate import Replicate
from core.providers.wire.catalogue import Catalogue
from core.providers.wire.secret import Secret
from core.providers.wire.site import Site
from tests.fakes.loopback import Loopback, Refuse
from tests.fakes.replicate import CREDIT
from tests.fakes.replicate import Replicate as Server
from tests.providers.cases import Case, Refusal, Rig, Words, encode_as_is, fake_key, video_request

MODEL = "bytedance/seedance-2.0"
THROTTLED = "Request was throttled. Your rate limit resets in ~30s."
LOW = (
    "Request was throttled. While you have less than $5.0 in credit, your rate limit is reduced to 6 requests"
    " per minute with a burst of 1 requests. Your rate limit resets in ~7s."
)


class ServerClock:
    """The fake's own time: who waits moves it on."""

    def __init__(self, server: Loopback) -> None:
        self.server = server
        self.slept: list[float] = []

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.server.time(), UTC)

    def monotonic(self) -> float:
        return time.monotonic() + sum(self.slept)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.server.advance(seconds)


def site_of(folder: Path, server: Server, **more: Any) -> Site:
    clock = ServerClock(server)
    given: dict[str, Any] = {
        "secret": Secret(server.key),
        "base_urls": {"REPLICATE_BASE_URL": server.url},
        "card": shipped,
        "folder": folder / ".rushes",
        "catalogue": Catalogue(folder / "catalogue", clock),
        "clock": clock,
        "encode_picture": encode_as_is,
    }
    return Site(**{**given, **more})


def refuse(status: int, detail: Any, title: str = "") -> Refuse:
    return Refuse(status, {"detail": detail, "status": status} | ({"title": title} if title else {}))


B = ErrorClass.BAD_REQUEST
ROWS: tuple[tuple[Refuse, ErrorClass, str], ...] = (
    (refuse(400, "no"), B, "400"),
    (refuse(401, "You did not pass a valid authentication token", "Unauthenticated"), ErrorClass.AUTH, "401"),
    (refuse(402, CREDIT, "Insufficient credit"), ErrorClass.INSUFFICIENT_CREDIT, "402"),
    (refuse(402, "You have reached your monthly spend limit"), ErrorClass.INSUFFICIENT_CREDIT, "402"),
    (refuse(429, CREDIT, "Insufficient credit"), ErrorClass.INSUFFICIENT_CREDIT, "429"),
    (refuse(403, "You must agree to the terms of this model"), B, "403"),
    (refuse(404, "The requested resource could not be found."), B, "404"),
    (refuse(413, "Request body too large"), B, "413"),
    (refuse(422, "input: prompt is required", "Input validation failed"), B, "422"),
    (refuse(422, [{"type": "required", "field": "prompt"}]), B, "422"),
    (refuse(422, "The input or output was flagged as sensitive. (E005)"), ErrorClass.MODERATION, "E005"),
    (refuse(429, THROTTLED), ErrorClass.RATE_LIMITED, "429"),
    (refuse(429, LOW), ErrorClass.RATE_LIMITED, "low_credit"),
)
"""The reply, its class and its code: every row of the documents' HTTP errors."""


def _refusal(answer: Refuse, kind: ErrorClass) -> Refusal:
    return Refusal(answer, kind, Sent.THROTTLED if kind is ErrorClass.RATE_LIMITED else Sent.REFUSED)


@contextmanager
def _make(folder: Path) -> Iterator[Rig]:
    with Server(fake_key("r8_")) as server:
        site = site_of(folder, server)
        yield Rig(
            provider=Replicate(site),
            request=lambda n: video_request(n, MODEL),
            server=server,
            key=server.key,
            submit=("POST", f"/models/{MODEL}/predictions$"),
            poll="/predictions/",
            fetch="/out/",
            public="/out/",
            words=Words("starting", "processing", "succeeded", "failed", "canceled"),
            said=lambda text: refuse(400, text),
            refusals=tuple(_refusal(answer, kind) for answer, kind, _ in ROWS),
            explicit=tuple(
                f"input.{name}"
                for name in ("duration", "resolution", "aspect_ratio", "generate_audio", "seed")
            ),
            bad_costs=(),  # it tells no cost: ours is the card's
            keyless=lambda: Replicate(replace(site, secret=None)),
            level=Reconcile.TAGGED_LIST,
        )


CASES = [Case("replicate", _make)]
