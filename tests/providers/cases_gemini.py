"""Gemini in the contract suite: pictures and reviews, both answered at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from core.base.ratecard import shipped
from core.base.rates import RateCard
from core.providers.base import ErrorClass, Picture, Reconcile, Sent
from core.providers.gemini_api.door import Gemini as Adapter
from core.providers.gemini_images import GeminiImages
from core.providers.gemini_review import GeminiReview
from core.providers.wire.catalogue import Catalogue
from core.providers.wire.secret import Secret
from core.providers.wire.site import Site
from tests.fakes.gemini import Gemini as Server
from tests.fakes.loopback import Refuse
from tests.providers.cases import (
    ANSWER,
    Case,
    Refusal,
    Request,
    Rig,
    encode_as_is,
    fake_key,
    image_request,
    picture,
    review_request,
)
from tests.support.fakes import MovingClock

IMAGE_MODEL = "gemini-3.1-flash-image"
REVIEW_MODEL = "gemini-3.8-flash"


def site_of(folder: Path, server: Server, *, key: str = "", card: RateCard | None = None) -> Site:
    clock = MovingClock()
    return Site(
        secret=Secret(key or server.key),
        base_urls={"GEMINI_BASE_URL": server.base},
        card=lambda: card or shipped(),
        folder=folder / ".rushes",
        catalogue=Catalogue(folder / "catalogue", clock),
        clock=clock,
        encode_picture=encode_as_is,
    )


def body(status: int | str, name: str, message: str, **more: Any) -> dict[str, Any]:
    return {"error": {"code": status, "message": message, "status": name, **more}}


M, C, K, B, R, A = (
    ErrorClass.MODERATION,
    ErrorClass.INSUFFICIENT_CREDIT,
    ErrorClass.KEY_LIMIT,
    ErrorClass.BAD_REQUEST,
    ErrorClass.RATE_LIMITED,
    ErrorClass.AUTH,
)
DELAY = [{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "34s"}]
BAD_KEY = [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID"}]
QUOTA = "You exceeded your current quota, please check your plan and billing details."
ROWS: tuple[tuple[int, Any, ErrorClass], ...] = (
    (400, body(400, "INVALID_ARGUMENT", "Invalid value at 'contents'"), B),
    (400, body(400, "FAILED_PRECONDITION", "User location is not supported for the API use."), B),
    (400, body("invalid_request", "INVALID_ARGUMENT", "duration must be a string"), B),
    (400, {"error": {"code": "invalid_request", "message": "no such field"}}, B),
    (400, [body(400, "INVALID_ARGUMENT", "in a list")], B),
    (400, body(400, "INVALID_ARGUMENT", "The prompt was rejected: SAFETY"), M),
    (400, body(400, "INVALID_ARGUMENT", "finished with PROHIBITED_CONTENT"), M),
    (400, body(400, "FAILED_PRECONDITION", "The input was blocked by our usage policy"), M),
    (400, body("PROHIBITED_CONTENT", "INVALID_ARGUMENT", "refused"), M),
    (400, body(400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key."), A),
    (400, body(400, "INVALID_ARGUMENT", "Wrong.", details=BAD_KEY), A),
    (401, body(401, "UNAUTHENTICATED", "Request had invalid authentication credentials."), A),
    (403, body(403, "PERMISSION_DENIED", "The caller does not have permission"), K),
    (403, body(403, "PERMISSION_DENIED", "This API method requires billing to be enabled."), C),
    (404, body(404, "NOT_FOUND", "models/gemini-2.5-flash-image is not found"), B),
    (429, body(429, "RESOURCE_EXHAUSTED", "Resource has been exhausted."), R),
    (429, body(429, "RESOURCE_EXHAUSTED", QUOTA, details=DELAY), R),
    (429, body(429, "RESOURCE_EXHAUSTED", QUOTA), C),
    (429, body(429, "RESOURCE_EXHAUSTED", "Your prepaid credits are used up."), C),
    (429, body(429, "RESOURCE_EXHAUSTED", "You have reached your spend limit of this tier."), K),
    (403, body(403, "WORD_OF_TOMORROW", "no"), K),
    (429, body(429, "WORD_OF_TOMORROW", "no"), R),
)
"""HTTP status, body, class: every row of the error table that leaves no doubt."""


@contextmanager
def _make(adapter: type[Adapter], request: Callable[[int], Request], folder: Path) -> Iterator[Rig]:
    with Server(fake_key("AI"), ANSWER) as server:
        site = site_of(folder, server)
        image = adapter is GeminiImages
        still = picture(folder, "reference")
        yield Rig(
            provider=adapter(site),  # type: ignore[abstract]
            request=lambda n: _with(request(n), still, image),
            server=server,
            key=server.key,
            auth=("x-goog-api-key", ""),
            submit=("POST", ":generateContent$"),
            id_path=(),
            poll_id=(),
            said=lambda text: Refuse(400, body(400, "WORD_OF_TOMORROW", text)),
            refusals=tuple(
                Refusal(Refuse(status, said), kind, Sent.THROTTLED if kind is R else Sent.REFUSED)
                for status, said, kind in ROWS
            ),
            explicit=(
                (
                    "generationConfig.responseModalities",
                    "generationConfig.imageConfig.imageSize",
                    "generationConfig.imageConfig.aspectRatio",
                )
                if image
                else (
                    "generationConfig.maxOutputTokens",
                    "generationConfig.responseMimeType",
                    "generationConfig.responseJsonSchema",
                )
            ),
            keyless=lambda: adapter(replace(site, secret=None)),  # type: ignore[abstract]
            level=Reconcile.TAGGED_LIST,
        )


def _with(request: Any, still: Picture, image: bool) -> Request:
    changed: Request = replace(request, **{"references" if image else "pictures": (still,)})
    return changed


def _case(name: str, adapter: type[Adapter], request: Callable[[int], Request], kind: str) -> Case:
    def make(folder: Path) -> AbstractContextManager[Rig]:
        return _make(adapter, request, folder)

    return Case(name, make, kind, synchronous=True)


CASES = [
    _case("gemini-images", GeminiImages, partial(image_request, model=IMAGE_MODEL), "image"),
    _case("gemini-review", GeminiReview, partial(review_request, model=REVIEW_MODEL), "review"),
]
