"""Pictures for the board by Gemini's image models: one call, the picture in its reply."""

from __future__ import annotations

import base64
import binascii
import hashlib
from typing import TYPE_CHECKING, Any

from core.base.errors import BadInput, ProviderFault, RushesError
from core.base.paths import write_atomic
from core.base.rates import Ask
from core.base.text import one_line
from core.base.units import Amount
from core.providers.base import (
    ErrorClass,
    Fetched,
    ImageProvider,
    ImageRequest,
    JobState,
    Payload,
    ProviderError,
    Quote,
    Status,
)
from core.providers.gemini_api.door import Gemini, Kept, distinct, endpoint_of, part_of, tokens_of
from core.providers.gemini_api.errors import parts_of, refusal_of, text_of
from core.providers.wire.magic import Magic, magic_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

RATIOS = (
    *("1:1", "2:3", "3:2", "3:4", "4:3", "4:5", "5:4", "9:16", "16:9", "21:9"),
    *("1:4", "4:1", "1:8", "8:1"),
)
"""SDK, `ImageResponseFormat`."""
RATIO_SLACK = 0.06
"""A board picture may be cropped that much; 2.39:1 is 21:9 within it."""
SIZES = {"512": 512**2, "1K": 1024**2, "2K": 2048**2, "4K": 4096**2}
"""Size to its pixels (SDK)."""
SIZES_OF = {"gemini-3-pro-image": ("1K", "2K", "4K")}
MAX_REFERENCES = 14
"""At most five of them people (copies of ai.google.dev, and Runway's SDK)."""


class GeminiImages(Gemini, ImageProvider):
    def quote(self, request: ImageRequest) -> Quote | None:
        pictures = len(distinct(request.references))
        return self.priced(_ask(request.model, size_of(request), pictures))

    def build_payload(self, request: ImageRequest, key: str) -> Payload:
        """Pure. Raises BadInput for what the models do not take."""
        references = distinct(request.references)
        if len(references) > MAX_REFERENCES:
            raise BadInput(
                f"Gemini takes {MAX_REFERENCES} reference pictures, not {len(references)}",
                where=request.asset,
                todo="take some out",
            )
        if not request.prompt.strip():
            raise BadInput("a picture needs a prompt", where=request.asset, todo="write one")
        body = {
            "contents": [
                {"role": "user", "parts": [{"text": request.prompt}, *(part_of(ref) for ref in references)]}
            ],
            "generationConfig": {
                "responseModalities": ["IMAGE"],
                "imageConfig": {"aspectRatio": ratio_of(request), "imageSize": size_of(request)},
            },
        }
        return Payload(endpoint_of(request.model), body, key, references, request.seed)

    def read(self, kept: Kept) -> Status:
        if _picture(kept.body):
            return Status(JobState.SUCCEEDED, 1.0, self._cost(kept), outputs=(f"kept:{kept.job}",))
        error = refusal_of(kept.body) or _no_picture(kept.body)
        return Status(JobState.FAILED, cost=Amount.unknown(), error=self.shown(error))

    def fetch(self, job_id: str, status: Status, dest: Path) -> Fetched:
        """Writes the picture out of the kept reply, its bytes as they came: PNG, JPEG or WEBP."""
        data = _picture(self.kept(job_id).body)
        if data is None:
            raise ProviderFault("the reply holds no picture", where=job_id[:60], todo="order it again")
        try:
            write_atomic(dest, data)
        except OSError as error:
            raise ProviderFault(f"the picture cannot be written: {error}", where=str(dest)) from error
        return Fetched(dest, hashlib.sha256(data).hexdigest(), len(data))

    def _cost(self, kept: Kept) -> Amount:
        """By the row of the picture's size, which is its tokens' price; words besides cost a little more."""
        tokens = tokens_of(kept.body)
        if tokens is None or tokens[1] == 0:
            return Amount.unknown()
        config = kept.config.get("imageConfig")
        size = config.get("imageSize") if isinstance(config, dict) else None
        try:
            priced = self.priced(_ask(kept.model, str(size or ""), kept.pictures))
        except RushesError:
            return Amount.unknown()
        return Amount.estimated(priced.expected) if priced else Amount.unknown()


def _ask(model: str, size: str, references: int) -> Ask:
    return Ask("gemini", model, images=1, image_size=size, references=references)


def ratio_of(request: ImageRequest) -> str:
    """The nearest ratio. Raises BadInput where none is near."""

    def off(name: str) -> float:
        wide, high = map(int, name.split(":"))
        return abs(wide / high / (request.width / request.height) - 1)

    best = min(RATIOS, key=off)
    if off(best) > RATIO_SLACK:
        raise BadInput(
            f"Gemini makes {', '.join(RATIOS)}; {request.width}x{request.height} is near none of them",
            where=request.asset,
            nearest=best,
            todo="change the picture's width and height",
        )
    return best


def size_of(request: ImageRequest) -> str:
    """The smallest of the model's sizes with as many pixels as asked; its price hangs on it."""
    names = SIZES_OF.get(request.model, tuple(SIZES))
    return next((name for name in names if SIZES[name] >= request.width * request.height), names[-1])


def _picture(body: Mapping[str, Any]) -> bytes | None:
    """The first picture of a reply that is one by its own bytes."""
    for part in parts_of(body):
        inline = part.get("inlineData")
        coded = inline.get("data") if isinstance(inline, dict) else None
        if not isinstance(coded, str):
            continue
        try:
            data = base64.b64decode(coded, validate=True)
        except (binascii.Error, ValueError):
            continue
        kind = magic_of(data[:16])
        if kind is not None and kind in Magic.IMAGE:
            return data
    return None


def _no_picture(body: Mapping[str, Any]) -> ProviderError:
    said = one_line(text_of(body), 300)
    what = f"no picture, but words: {said}" if said else "the reply holds no picture"
    return ProviderError(ErrorClass.PROVIDER_FAULT, what, code="NO_PICTURE")
