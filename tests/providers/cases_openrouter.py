"""OpenRouter's three adapters in the contract suite."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

from core.base.rates import Rate, RateCard, Unit
from core.providers.base import ErrorClass, Sent
from core.providers.openrouter import OpenRouter
from core.providers.openrouter_images import OpenRouterImages
from core.providers.openrouter_review import OpenRouterReview
from core.providers.wire.catalogue import Catalogue
from core.providers.wire.secret import Secret
from core.providers.wire.site import Site
from tests.fakes.loopback import Refuse
from tests.fakes.openrouter import API, OpenRouterApi, error
from tests.providers.cases import (
    ANSWER,
    Case,
    Refusal,
    Rig,
    Words,
    encode_as_is,
    fake_key,
    image_request,
    picture,
    review_request,
    video_request,
)
from tests.support.fakes import MovingClock

KEY = fake_key("sk-or-v1-")
VIDEO = "bytedance/seedance-2.0"
IMAGE = "google/gemini-3-pro-image"
REVIEW = "google/gemini-3.1-flash"


def _row(model: str, unit: Unit, price: str, **more: Any) -> Rate:
    return Rate("openrouter", model, unit, Decimal(price), "a test", "2026-01-01", **more)


CARD = RateCard(
    (
        _row(VIDEO, Unit.TOKEN, "7", per=1_000_000),
        _row(IMAGE, Unit.IMAGE, "0.1344"),
        _row(REVIEW, Unit.INPUT_TOKEN, "0.3", per=1_000_000),
        _row(REVIEW, Unit.OUTPUT_TOKEN, "2.5", per=1_000_000),
    )
)


def site(folder: Path, server: OpenRouterApi | None, key: str = KEY) -> Site:
    """With the fake's address where there is one, and without a key where `key` is empty."""
    clock = MovingClock()
    return Site(
        secret=Secret(key) if key else None,
        base_urls={"OPENROUTER_BASE_URL": server.base + API} if server else {},
        card=lambda: CARD,
        folder=folder,
        catalogue=Catalogue(folder / "catalogue", clock),
        clock=clock,
        encode_picture=encode_as_is,
    )


def said(text: str) -> Refuse:
    # Without a code in the body, so that the suite may send it under another status.
    return Refuse(400, error(400, text, code=None))


def _refusal(status: int, kind: ErrorClass, message: str, sent: Sent = Sent.REFUSED, **more: Any) -> Refusal:
    return Refusal(Refuse(status, error(status, message, **more)), kind, sent)


E = ErrorClass
REFUSALS = (
    _refusal(400, E.BAD_REQUEST, "duration: Invalid input"),
    _refusal(400, E.BAD_REQUEST, "model names are case-sensitive", code="400"),
    _refusal(401, E.AUTH, "User not found.", metadata=None),
    _refusal(402, E.INSUFFICIENT_CREDIT, "Insufficient credits."),
    _refusal(402, E.KEY_LIMIT, "Payment required", limit_source="openrouter_key_limit"),
    _refusal(403, E.KEY_LIMIT, "Key limit exceeded (monthly limit). Manage it in your settings"),
    _refusal(
        402, E.RATE_LIMITED, "Too much in flight", Sent.THROTTLED, limit_source="openrouter_in_flight_budget"
    ),
    _refusal(403, E.MODERATION, "Your input was flagged", reasons=["violence"], flagged_input="blood"),
    _refusal(403, E.BAD_REQUEST, "This model is not available in your region"),
    _refusal(404, E.BAD_REQUEST, "No endpoints found for this model"),
    _refusal(413, E.BAD_REQUEST, "Request entity too large"),
    _refusal(429, E.RATE_LIMITED, "Rate limit exceeded", Sent.THROTTLED),
)


@contextmanager
def rig(folder: Path, adapter: type, make: Callable[[int], Any], **more: Any) -> Iterator[Rig]:
    with OpenRouterApi(KEY) as server:
        server.choice["message"]["content"] = json.dumps(ANSWER)
        yield Rig(
            adapter(site(folder, server)),
            make,
            server=server,
            key=KEY,
            said=said,
            refusals=REFUSALS,
            keyless=lambda: adapter(site(folder, server, "")),
            **more,
        )


@contextmanager
def _video(folder: Path) -> Iterator[Rig]:
    first = picture(folder)
    with rig(
        folder,
        OpenRouter,
        lambda n: video_request(n, VIDEO, first_frame=first),
        submit=("POST", "/videos$"),
        poll=r"/videos/[^/]+$",
        fetch=r"/content$|/signed/",
        public="/signed/",
        words=Words("pending", "in_progress", "completed", "failed", "cancelled"),
        explicit=(
            "duration",
            "resolution",
            "aspect_ratio",
            "generate_audio",
            "seed",
            "frame_images.0.frame_type",
        ),
    ) as made:
        yield made


@contextmanager
def _image(folder: Path) -> Iterator[Rig]:
    plate = picture(folder, "reference")
    with rig(
        folder,
        OpenRouterImages,
        lambda n: image_request(n, IMAGE, references=(plate,)),
        submit=("POST", "/images$"),
        id_path=(),
        explicit=("n", "resolution", "aspect_ratio", "output_format", "provider.allow_fallbacks", "stream"),
    ) as made:
        yield made


@contextmanager
def _review(folder: Path) -> Iterator[Rig]:
    frame = picture(folder, "reference")
    with rig(
        folder,
        OpenRouterReview,
        lambda n: review_request(n, REVIEW, pictures=(frame,)),
        submit=("POST", "/chat/completions$"),
        id_path=(),
        explicit=(
            "max_tokens",
            "response_format.json_schema.strict",
            "provider.require_parameters",
            "stream",
        ),
    ) as made:
        yield made


CASES = [
    Case("openrouter", _video),
    Case("openrouter-images", _image, kind="image", synchronous=True),
    Case("openrouter-review", _review, kind="review", synchronous=True),
]
