"""The way in and out that the three adapters share: key, address, pictures, account."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from core.base.errors import ProviderFault, RushesError
from core.base.text import one_line
from core.providers.openrouter_api.errors import explain
from core.providers.openrouter_api.money import read_account
from core.providers.values import (
    Account,
    ErrorClass,
    Payload,
    Picture,
    ProviderError,
    Quote,
    Sent,
    SubmitOutcome,
)
from core.providers.wire.outcome import sound_id
from core.providers.wire.pictures import data_uri, read_picture
from core.providers.wire.reply import BEARER, Reply, showable, without
from core.providers.wire.site import Site, wire_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from core.base.rates import Ask

NAME = "openrouter"
KEY_NAME = "OPENROUTER_API_KEY"
BASE_NAME = "OPENROUTER_BASE_URL"
BASE = "https://openrouter.ai/api/v1"
HEADERS = {"X-OpenRouter-Title": "Rushes"}
"""Attribution in its dashboards; it reads nothing else out of it."""
MAX_PICTURE = 1_500_000
"""Bytes of one still in a request. Its limit is not documented; oversized bodies were refused with 400 and
413 (waoowaoo#25), and one to two megabytes each went through. Unverified."""
_STILL = "sha256:"
"""Stands for a still in a payload, followed by its hash: a payload is a value, without megabytes in it."""


class Door:
    """One key at one address. Thread-safe."""

    def __init__(self, site: Site) -> None:
        """Raises BadInput for an unusable OPENROUTER_BASE_URL."""
        self.site = site
        self.wire = wire_of(site, BASE_NAME, BASE, BEARER, HEADERS)
        self.base = (site.base_urls.get(BASE_NAME) or BASE).strip().rstrip("/")
        self.key_id = site.secret.fingerprint(NAME) if site.secret else ""
        self.missing_key = "" if site.secret else KEY_NAME

    def post(self, payload: Payload, job_of: Callable[[Reply], str | None], **limits: Any) -> SubmitOutcome:
        """The paid call, with the stills put in. A still that is gone or changed sends nothing."""
        if self.missing_key:
            error = ProviderError(ErrorClass.AUTH, f"{KEY_NAME} is not set: nothing was sent")
            return SubmitOutcome(Sent.NOT_SENT, error=error)
        try:
            uris = {picture.sha: self._uri(picture) for picture in payload.pictures}
        except (RushesError, OSError) as fault:
            words = ProviderError(ErrorClass.BAD_REQUEST, one_line(str(fault), 500), code="picture")
            return SubmitOutcome(Sent.REFUSED, error=words)
        return self.wire.post(
            payload.endpoint, _filled(payload.body, uris), explain=explain, job_of=job_of, **limits
        )

    def account(self) -> Account:
        now = self.site.clock.now()
        if self.missing_key:
            return Account(NAME, "no key", said=f"{KEY_NAME} is not set", read_at=now)
        return read_account(self.wire, NAME, now)

    def quote(self, ask: Ask) -> Quote | None:
        priced = self.site.card().price(ask)
        return Quote(priced.upper, priced.expected, priced.certainty, priced.row) if priced else None

    def shown(self, error: ProviderError) -> ProviderError:
        """An error out of a reply that was read, without our key: whatever it quotes back."""
        message = one_line(showable(error.message, self._secrets), 2000)
        return replace(error, message=message, code=showable(error.code, self._secrets, 200))

    def masked(self, value: Any) -> Any:
        """A JSON value without our key, before it is cut anywhere."""
        return without(value, self._secrets)

    @property
    def _secrets(self) -> tuple[str, ...]:
        return (self.site.secret.reveal(),) if self.site.secret else ()

    def _uri(self, picture: Picture) -> str:
        return data_uri(*read_picture(picture, self.site.encode_picture, MAX_PICTURE))


def still(picture: Picture) -> dict[str, Any]:
    """A picture as its API takes one, the still named by its hash."""
    return {"type": "image_url", "image_url": {"url": _STILL + picture.sha}}


def checked(job_id: str) -> str:
    """Raises ProviderFault for what is no job id: it goes into a path."""
    if not sound_id(job_id):
        raise ProviderFault(
            f"'{one_line(job_id, 60)}' is no job of OpenRouter", todo="look for the take's job"
        )
    return job_id


def _filled(body: Any, uris: Mapping[str, str]) -> Any:
    """`body` with each still in place of its hash; only where an address of a picture stands."""
    if isinstance(body, Mapping):
        return {
            name: {"url": uris.get(inner["url"].removeprefix(_STILL), inner["url"])}
            if name == "image_url" and isinstance(inner, Mapping)
            else _filled(inner, uris)
            for name, inner in body.items()
        }
    if isinstance(body, list | tuple):
        return [_filled(item, uris) for item in body]
    return body


def distinct(pictures: Iterable[Picture]) -> tuple[Picture, ...]:
    """Each still once."""
    return tuple({picture.sha: picture for picture in pictures}.values())
