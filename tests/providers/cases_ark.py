"""Ark in the contract suite."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from core.base.ratecard import shipped
from core.base.rates import RateCard
from core.providers.ark import Ark
from core.providers.base import ErrorClass, Picture, Reconcile, Sent, VideoRequest
from core.providers.wire.catalogue import Catalogue
from core.providers.wire.secret import Secret
from core.providers.wire.site import Site
from tests.fakes.ark import Ark as Server
from tests.fakes.clips import picture_bytes
from tests.fakes.loopback import Loopback, Refuse
from tests.providers.cases import Case, Refusal, Rig, Words, encode_as_is, fake_key, video_request

MODEL = "seedance-1-5-pro-251215"


class ServerClock:
    """The fake's own time: who waits moves it on, so that its lists and addresses grow older too."""

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


def site_of(
    folder: Path, server: Server, *, key: str | None = None, card: RateCard | None = None, clock: Any = None
) -> Site:
    clock = clock or ServerClock(server)
    return Site(
        secret=Secret(server.key if key is None else key) if key != "" else None,
        base_urls={"ARK_BASE_URL": server.url},
        card=lambda: card or shipped(),
        folder=folder / ".rushes",
        catalogue=Catalogue(folder / "catalogue", clock),
        clock=clock,
        encode_picture=encode_as_is,
    )


def still(
    folder: Path, role: str = "first_frame", width: int = 640, height: int = 360, shade: int = 90
) -> Picture:
    """A picture as large as Ark takes it."""
    data = picture_bytes("PNG", shade, width, height)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{role}-{width}x{height}-{shade}.png"
    path.write_bytes(data)
    return Picture(path, hashlib.sha256(data).hexdigest(), role)


def refuse(code: str, status: int, message: str = "no. Request id: 0217") -> Refuse:
    return Refuse(status, {"error": {"code": code, "message": message, "param": "", "type": "Error"}})


M, C, K, B, R, A = (
    ErrorClass.MODERATION,
    ErrorClass.INSUFFICIENT_CREDIT,
    ErrorClass.KEY_LIMIT,
    ErrorClass.BAD_REQUEST,
    ErrorClass.RATE_LIMITED,
    ErrorClass.AUTH,
)
FREE_TRIAL = "Your account has reached the free trial limit of the model"
QUEUE = "The number of queued tasks exceeds the limit"
ROWS: tuple[tuple[int, str, ErrorClass, str], ...] = (
    (400, "SensitiveContentDetected", M, ""),
    (400, "SensitiveContentDetected.SevereViolation", M, ""),
    (400, "SensitiveContentDetected.Violence", M, ""),
    (400, "InputTextSensitiveContentDetected", M, "prompt"),
    (400, "InputImageSensitiveContentDetected", M, "image"),
    (400, "InputImageSensitiveContentDetected.PolicyViolation", M, "image"),
    (400, "InputImageSensitiveContentDetected.PrivacyInformation", M, "image"),
    (400, "InputVideoSensitiveContentDetected", M, "video"),
    (400, "InputAudioSensitiveContentDetected", M, "audio"),
    (400, "OutputTextSensitiveContentDetected", M, "output"),
    (400, "OutputImageSensitiveContentDetected", M, "output"),
    (400, "OutputVideoSensitiveContentDetected.PolicyViolation", M, "output"),
    (400, "OutputAudioSensitiveContentDetected", M, "output"),
    (400, "InputTextRiskDetection", M, "prompt"),
    (400, "InputImageRiskDetection", M, "image"),
    (400, "OutputTextRiskDetection", M, "output"),
    (400, "ContentSecurityDetectionError", M, ""),
    (400, "MissingParameter", B, ""),
    (400, "MissingParameter.content", B, ""),
    (400, "InvalidParameter", B, ""),
    (400, "InvalidParameter.TaskTypeConstraint", B, ""),
    (400, "InvalidEndpoint.ClosedEndpoint", B, ""),
    (400, "TaskRunningCannotCancel", B, ""),
    (401, "AuthenticationError", A, ""),
    (401, "InvalidAccountStatus", K, ""),
    (403, "AccountOverdueError", C, ""),
    (403, "OperationDenied.ServiceOverdue", C, ""),
    (403, "AccessDenied", K, ""),
    (403, "OperationDenied.ServiceNotOpen", K, ""),
    (403, "OperationDenied.InvalidState", K, ""),
    (403, "OperationDenied.PermissionDenied", K, ""),
    (404, "ModelNotOpen", K, ""),
    (404, "InvalidEndpointOrModel.NotFound", B, ""),
    (404, "InvalidEndpointOrModel.ModelIDAccessDisabled", K, ""),
    (429, "RateLimitExceeded.EndpointRPMExceeded", R, ""),
    (429, "RateLimitExceeded.EndpointTPMExceeded", R, ""),
    (429, "ModelAccountRpmRateLimitExceeded", R, ""),
    (429, "ModelAccountTpmRateLimitExceeded", R, ""),
    (429, "ModelAccountIpmRateLimitExceeded", R, ""),
    (429, "APIAccountRpmRateLimitExceeded", R, ""),
    (429, "AccountRateLimitExceeded", R, ""),
    (429, "RequestBurstTooFast", R, ""),
    (429, "ServerOverloaded", R, ""),
    (429, "InflightBatchsizeExceeded", R, ""),
    (429, "SetLimitExceeded", K, ""),
    (400, "SomethingNobodyKnows.Yet", B, ""),
    (403, "SomethingNobodyKnows", K, ""),
    (429, "SomethingNobodyKnows", R, ""),
)
"""HTTP status, code, class, what was flagged: every row of the vendor's error list that a create can meet."""


def _refusal(status: int, code: str, kind: ErrorClass, message: str = "no") -> Refusal:
    return Refusal(refuse(code, status, message), kind, Sent.THROTTLED if kind is R else Sent.REFUSED)


@contextmanager
def _make(folder: Path) -> Iterator[Rig]:
    with Server(fake_key("ark-")) as server:
        site = site_of(folder, server)
        first = still(folder)

        def request(n: int) -> VideoRequest:
            return video_request(n, MODEL, first_frame=first)

        yield Rig(
            provider=Ark(site),
            request=request,
            server=server,
            key=server.key,
            submit=("POST", "/contents/generations/tasks$"),
            poll="/contents/generations/tasks/",
            fetch=r"/out/.*mp4",
            public="/out/",
            words=Words("queued", "running", "succeeded", "failed", "cancelled"),
            said=lambda text: refuse("CodeOfTomorrow", 400, text),
            refusals=(
                *(_refusal(status, code, kind) for status, code, kind, _ in ROWS),
                _refusal(429, "QuotaExceeded", C, FREE_TRIAL),
                _refusal(429, "QuotaExceeded", R, QUEUE),
            ),
            explicit=(
                "resolution",
                "ratio",
                "duration",
                "seed",
                "generate_audio",
                "watermark",
                "return_last_frame",
                "service_tier",
                "execution_expires_after",
                "safety_identifier",
                "camera_fixed",
            ),
            keyless=lambda: Ark(replace(site, secret=None)),
            level=Reconcile.TAGGED_LIST,
        )


CASES = [Case("ark", _make)]
