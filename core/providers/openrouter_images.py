"""Pictures over OpenRouter: `POST /images`, whose reply holds the picture.

Billed all or nothing: an incomplete one is 502 and free, but a caller who hangs up may still pay in full
(its images document): no reply in time is a doubt. `provider.allow_fallbacks` is off, so that the price that
was quoted is the price of the provider that answers.
"""

from __future__ import annotations

import base64
import hashlib
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from core.base.errors import BadInput, ProviderFault, nearest
from core.base.paths import write_atomic
from core.base.rates import Ask
from core.base.text import one_line
from core.providers.base import (
    Account,
    ErrorClass,
    Fetched,
    ImageProvider,
    ImageRequest,
    JobState,
    Payload,
    ProviderError,
    Quote,
    Status,
    SubmitOutcome,
)
from core.providers.openrouter_api.door import BASE_NAME, KEY_NAME, NAME, Door, distinct, still
from core.providers.openrouter_api.kept import Kept
from core.providers.openrouter_api.money import cost_of
from core.providers.wire.magic import Magic, magic_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

    from core.providers.base import Ticket
    from core.providers.wire.site import Site

READ_S = 300.0
"""A picture takes up to minutes, and the reply comes when it is done."""
DEADLINE_S = 420.0
MAX_REPLY = 96 << 20
"""Bytes: a 4K picture in base64 is 40 MB."""
RESOLUTIONS = ("512", "768", "1K", "1.5K", "2K", "4K")
ASPECTS = ("1:1", "2:3", "3:2", "3:4", "4:3", "4:5", "5:4", "9:16", "16:9", "9:21", "21:9")
QUALITIES = ("auto", "low", "medium", "high", "xhigh", "max")
QUALITY_MODELS = ("openai/",)
"""Whose price hangs on `quality` (OpenAI's price list): for these it is always sent."""
_SETTINGS = {
    "resolution": RESOLUTIONS,
    "aspect_ratio": ASPECTS,
    "quality": QUALITIES,
    "output_format": ("png", "jpeg", "webp"),
    "background": ("auto", "transparent", "opaque"),
}


class OpenRouterImages(ImageProvider):
    name = NAME
    key_name = KEY_NAME
    base_name = BASE_NAME

    def __init__(self, site: Site) -> None:
        """Raises BadInput for an unusable OPENROUTER_BASE_URL."""
        self._door = Door(site)
        self._kept = Kept(self._door, "image")
        self.key_id = self._door.key_id
        self.missing_key = self._door.missing_key

    def quote(self, request: ImageRequest) -> Quote | None:
        asked = _asked(request)
        return self._door.quote(
            Ask(
                NAME,
                request.model,
                width=request.width,
                height=request.height,
                images=1,
                image_size=asked["resolution"],
                references=len(request.references),
                variant=asked.get("quality", ""),
            )
        )

    def build_payload(self, request: ImageRequest, key: str) -> Payload:
        """Pure. Raises BadInput for a setting that `POST /images` does not have."""
        body: dict[str, Any] = {
            "model": request.model,
            "prompt": request.prompt,
            "n": 1,
            **_asked(request),
            "seed": request.seed,
            "stream": False,
            "provider": {"allow_fallbacks": False},
            "session_id": key[:256],
            "trace": {"trace_id": key, "trace_name": request.asset},
        }
        if request.references:
            body["input_references"] = [still(picture) for picture in request.references]
        return Payload("/images", body, key, distinct(request.references), request.seed)

    def submit(self, payload: Payload) -> SubmitOutcome:
        return self._kept.post(
            payload, _holds_pictures, read_s=READ_S, deadline_s=DEADLINE_S, max_reply=MAX_REPLY
        )

    def poll(self, job_id: str) -> Status:
        """Asks nobody: the reply was kept when it came."""
        reply = self._kept.load(job_id)["reply"]
        cost = cost_of(reply.get("usage"))
        if not _picture(reply):
            nothing = ProviderError(ErrorClass.PROVIDER_FAULT, "OpenRouter's reply holds no picture")
            return Status(JobState.FAILED, cost=cost, error=nothing)
        return Status(JobState.SUCCEEDED, 1.0, cost, outputs=(f"kept:{job_id}",))

    def cancel(self, job_id: str) -> bool:
        """It is over before there is a job to cancel."""
        return False

    def find(self, key: str, seed: int, since: datetime) -> Sequence[Ticket] | None:
        """A reply that was kept before anybody heard of it; it has no list to ask."""
        return self._kept.find(key)

    def fetch(self, job_id: str, status: Status, dest: Path) -> Fetched:
        """The picture out of the kept reply: PNG, JPEG or WebP by its first bytes."""
        try:
            data = base64.b64decode(_picture(self._kept.load(job_id)["reply"]), validate=True)
        except ValueError as error:
            raise ProviderFault("the picture came damaged", where=job_id, todo="make it again") from error
        kind = magic_of(data[:16])
        if kind is None or kind not in Magic.IMAGE:
            raise ProviderFault(
                "what came is no PNG, JPEG or WebP picture", where=job_id, todo="make it again"
            )
        write_atomic(dest, data)
        return Fetched(dest, hashlib.sha256(data).hexdigest(), len(data))

    def account(self) -> Account:
        return self._door.account()


def _asked(request: ImageRequest) -> dict[str, str]:
    """Size, shape, format, and quality where it decides the price. Raises BadInput."""
    given = dict(request.settings)
    for name, value in given.items():
        if name not in _SETTINGS:
            known = ", ".join(_SETTINGS)
            raise BadInput(
                f"OpenRouter's images have no setting '{one_line(str(name), 40)}'",
                nearest=nearest(str(name), _SETTINGS),
                todo=f"use {known}",
            )
        if value not in _SETTINGS[name]:
            raise BadInput(
                f"{name} '{one_line(str(value), 40)}'",
                nearest=nearest(str(value), _SETTINGS[name]),
                todo=f"one of {', '.join(_SETTINGS[name])}",
            )
    quality = {"quality": "medium"} if request.model.startswith(QUALITY_MODELS) else {}
    return {
        "resolution": _resolution(request.width * request.height),
        "aspect_ratio": _aspect(request.width, request.height),
        "output_format": "png",
        **quality,
        **given,
    }


def _resolution(pixels: int) -> str:
    """The smallest size that is not much smaller than the film: 1K is about a megapixel, 2K four."""
    return "1K" if pixels <= 1_150_000 else "2K" if pixels <= 4_600_000 else "4K"


def _aspect(width: int, height: int) -> str:
    """The nearest; a still is cut to the film's shape when it is used."""
    return min(ASPECTS, key=lambda name: abs(Fraction(name.replace(":", "/")) / Fraction(width, height) - 1))


def _holds_pictures(body: dict[str, Any]) -> bool:
    """Whether this is a reply to the order at all. One without a picture in it was an order too."""
    return isinstance(body.get("data"), list)


def _picture(reply: dict[str, Any]) -> str:
    """Base64; empty where there is none."""
    data = reply.get("data")
    first = data[0] if isinstance(data, list) and data else None
    text = first.get("b64_json") if isinstance(first, dict) else None
    return text.rpartition(",")[2].strip() if isinstance(text, str) else ""
