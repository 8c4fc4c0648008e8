"""fal in the contract suite."""

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
from core.providers.fal import Fal
from core.providers.wire.catalogue import Catalogue
from core.providers.wire.secret import Secret
from core.providers.wire.site import Site
from tests.fakes.fal import Fal as Server
from tests.fakes.fal import model_error
from tests.fakes.loopback import Loopback, Refuse
from tests.providers.cases import Case, Refusal, Rig, Words, encode_as_is, fake_key, video_request

MODEL = "bytedance/seedance-2.0"
ENDPOINT = f"{MODEL}/text-to-video"


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
        "base_urls": {"FAL_BASE_URL": server.base, "FAL_API_BASE_URL": server.platform},
        "card": shipped,
        "folder": folder / ".rushes",
        "catalogue": Catalogue(folder / "catalogue", clock),
        "clock": clock,
        "encode_picture": encode_as_is,
    }
    return Site(**{**given, **more})


def typed(status: int, kind: str, msg: str = "no", *loc: str) -> Refuse:
    return Refuse(status, model_error(kind, msg, loc or ("body", "prompt")))


def infra(status: int, kind: str) -> Refuse:
    return Refuse(status, {"detail": "something broke", "error_type": kind})


def locked(reason: str) -> Refuse:
    return Refuse(403, {"detail": f"User is locked. Reason: {reason}"})


B, M, P, T, A, C = (
    ErrorClass.BAD_REQUEST,
    ErrorClass.MODERATION,
    ErrorClass.PROVIDER_FAULT,
    ErrorClass.TIMEOUT,
    ErrorClass.AUTH,
    ErrorClass.INSUFFICIENT_CREDIT,
)
BAD_INPUTS = (
    "face_detection_error",
    "image_too_small",
    "image_too_large",
    "image_load_error",
    "file_download_error",
    "file_too_large",
    "greater_than",
    "greater_than_equal",
    "less_than",
    "less_than_equal",
    "multiple_of",
    "sequence_too_short",
    "sequence_too_long",
    "missing",
    "a_type_of_tomorrow",
)
ROWS: tuple[tuple[Refuse, ErrorClass], ...] = (
    (Refuse(401, {"detail": "No user found for Key ID and Secret"}), A),
    (Refuse(403, {"error": {"type": "authorization_error", "message": "key scope is too small"}}), A),
    (Refuse(403, {"detail": "Access denied"}), A),
    (locked("Exhausted balance. Top up your balance at fal.ai/dashboard/billing."), C),
    (locked("TOP_UP"), C),
    (Refuse(403, {"detail": "Please add a payment method to continue"}), C),
    (Refuse(403, {"detail": "User budget is exceeded for this month"}), ErrorClass.KEY_LIMIT),
    (locked("Admin lock"), B),
    (Refuse(403, {"detail": "This team is archived"}), B),
    (typed(422, "content_policy_violation"), M),
    (typed(422, "partner_validation_failed", "The likeness of a person"), M),
    (typed(422, "value_error", "The prompt may contain sensitive information"), M),
    *((typed(422, kind), B) for kind in BAD_INPUTS),
    (Refuse(404, {"detail": "Application 'x' not found"}), B),
    (typed(422, "no_media_generated", "Nothing came out"), P),
    (typed(422, "no_media_generated", "blocked by the safety filter"), M),
    (infra(400, "downstream_service_error"), P),
    (typed(400, "downstream_service_error"), P),
    (Refuse(429, {"detail": "Too many requests"}), ErrorClass.RATE_LIMITED),
    (Refuse(429, {"detail": "Queue length exceeds fal_max_queue_length"}), ErrorClass.RATE_LIMITED),
)
"""Refusals and their class: every row below 500 of the documents' errors."""
SERVER_ROWS: tuple[tuple[Refuse, ErrorClass], ...] = (
    (infra(504, "generation_timeout"), T),
    (infra(504, "request_timeout"), T),
    (infra(504, "startup_timeout"), T),
    (infra(500, "internal_server_error"), P),
    (typed(500, "downstream_service_unavailable"), P),
    (infra(503, "runner_disconnected"), P),
    (infra(503, "runner_connection_refused"), P),
    (infra(503, "runner_scheduling_failure"), P),
)
"""The rows from 500 on: on a result they are the job's end, on the paid call they prove nothing."""


def _refusal(answer: Refuse, kind: ErrorClass) -> Refusal:
    return Refusal(answer, kind, Sent.THROTTLED if kind is ErrorClass.RATE_LIMITED else Sent.REFUSED)


@contextmanager
def _make(folder: Path) -> Iterator[Rig]:
    # Whether its list shows what still runs is documented nowhere; the suite looks for a running job.
    with Server(fake_key("fal-"), lists_running=True) as server:
        server.prices[ENDPOINT] = {"unit_price": 0.3, "unit": "seconds", "currency": "USD"}
        site = site_of(folder, server)
        yield Rig(
            provider=Fal(site),
            request=lambda n: video_request(n, MODEL),
            server=server,
            key=server.key,
            auth=("authorization", "Key "),
            submit=("POST", f"/{ENDPOINT}$"),
            poll="/status$",
            fetch="/files/",
            public="/files/",
            words=Words("IN_QUEUE", "IN_PROGRESS", "COMPLETED"),
            id_path=("request_id",),
            poll_id=(),
            said=lambda text: Refuse(400, {"detail": text}),
            refusals=tuple(_refusal(answer, kind) for answer, kind in ROWS),
            explicit=("duration", "resolution", "aspect_ratio", "generate_audio", "seed"),
            bad_costs=("nan", "inf", "-1", "", "[]", "True", "1e18", "0", "0x10", "5 seconds"),
            keyless=lambda: Fal(replace(site, secret=None)),
            level=Reconcile.TAGGED_LIST,
        )


CASES = [Case("fal", _make)]
