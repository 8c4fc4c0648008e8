"""One provider's wire: the paid POST that goes out once, free reads that may be asked again, downloads."""

from __future__ import annotations

import json
import logging
import random
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from core.base.errors import BadInput
from core.providers.values import ErrorClass, ProviderError, Sent, SubmitOutcome
from core.providers.wire.addresses import Address, Origin, Resolver, is_loopback, resolve, take_apart
from core.providers.wire.limits import Broken, Limits
from core.providers.wire.magic import Downloaded as Downloaded
from core.providers.wire.magic import Magic as Magic
from core.providers.wire.outcome import classify, explained
from core.providers.wire.reply import (
    MAX_REPLY,
    SCANNED_CHARS,
    Auth,
    Explain,
    Reply,
    Unpacker,
    WireFault,
    parse,
    retry_after,
    showable,
)
from core.providers.wire.secret import Secret

if TYPE_CHECKING:
    import httpx

    from core.base.clock import Clock

AGENT = "rushes"
RETRY_AFTER_CAP_S = 60.0
"""A free read waits no longer than this for one answer."""
BACKOFF_S = 0.5
"""Before the second try at most; doubles, with full jitter."""
GET_GRACE_S = 30.0
"""What a read's whole reply may take beyond its longest silence."""
_ABSOLUTE = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)

for _name in ("httpx", "httpcore"):
    # Both log whole addresses, signed queries included.
    logging.getLogger(_name).setLevel(logging.WARNING)


class Wire:
    """A key, a base address, and nothing that can send a paid request twice. Thread-safe."""

    def __init__(
        self,
        base_url: str,
        secret: Secret | None,
        auth: Auth,
        *,
        clock: Clock,
        headers: Mapping[str, str] | None = None,
        secrets: Collection[str] = (),
        resolver: Resolver = resolve,
    ) -> None:
        """`secrets`: further values to mask. Raises BadInput unless https, or http on the loopback."""
        self._base = _base(base_url)
        self._secret = secret
        self._auth = auth
        self._clock = clock
        self._headers = {"User-Agent": AGENT, **(headers or {})}
        self._extra = secrets
        self._resolver = resolver

    @property
    def origin(self) -> Origin:
        return self._base.origin

    def post(
        self,
        path: str,
        body: Any,
        *,
        explain: Explain,
        job_of: Callable[[Reply], str | None],
        headers: Mapping[str, str] | None = None,
        read_s: float = 60.0,
        deadline_s: float = 120.0,
        ok: Collection[int] = (200, 201, 202),
        max_reply: int = MAX_REPLY,
    ) -> SubmitOutcome:
        """The paid POST: sent exactly once, whatever happens, and sorted by `outcome`'s table.

        Never raises for the network or the provider. `job_of` names the job in a good reply.
        """
        if self._secret is None:
            return _not_sent(ErrorClass.AUTH, "there is no key for this provider")
        try:
            content = _encode(body)
            address = self._address(path)
        except (ValueError, TypeError, RecursionError, WireFault) as error:
            return _not_sent(ErrorClass.BAD_REQUEST, f"this request cannot be written: {self._shown(error)}")
        limits = Limits(deadline_s, read_s)
        head = {**self._head(address), "Content-Type": "application/json", **(headers or {})}
        try:
            reply = self._exchange("POST", address, head, limits, content=content, max_reply=max_reply)
        except Exception as error:  # noqa: BLE001 - every end of a paid request has a class
            return self._no_reply(error, limits)
        return classify(
            reply, explain=explain, job_of=job_of, ok=ok, now=self._clock.now(), secrets=self._masked()
        )

    def get(
        self,
        path: str,
        *,
        params: Mapping[str, Any] | None = None,
        explain: Explain,
        tries: int = 4,
        read_s: float = 30.0,
        max_reply: int = MAX_REPLY,
    ) -> Reply:
        """A free read: 2xx with JSON, or WireFault. Asks again after silence, 429 and 5xx."""
        address = self._address(path, params)
        for left in range(tries - 1, -1, -1):
            limits = Limits(read_s + GET_GRACE_S, read_s)
            try:
                reply = self._exchange("GET", address, self._head(address), limits, max_reply=max_reply)
            except Broken as error:
                fault = self._silence(error)
                again = not error.final
                wait = None
            else:
                if 200 <= reply.status < 300 and reply.body is not None:
                    return reply
                fault = self._refusal(reply, explain)
                again = reply.status in (408, 429) or reply.status >= 500
                wait = retry_after(reply.headers, self._clock.now())
            if not again or not left:
                raise fault
            self._clock.sleep(_pause(wait, tries - 1 - left))
        raise WireFault("nothing was asked")

    def call(
        self,
        method: str,
        path: str,
        *,
        body: Any = None,
        files: Mapping[str, Any] | None = None,
        explain: Explain,
        params: Mapping[str, Any] | None = None,
        read_s: float = 60.0,
        deadline_s: float = 300.0,
    ) -> Reply:
        """A free request that changes something (cancel, upload): once. Raises WireFault unless 2xx.

        `files`: field to (file name, bytes, MIME type), sent as a multipart form.
        """
        address = self._address(path, params)
        head = dict(self._head(address))
        content = None
        if body is not None:
            try:
                content = _encode(body)
            except (ValueError, TypeError, RecursionError) as error:
                raise WireFault(f"this request cannot be written: {self._shown(error)}") from None
            head["Content-Type"] = "application/json"
        limits = Limits(deadline_s, read_s)
        try:
            reply = self._exchange(method, address, head, limits, content=content, files=files)
        except Broken as error:
            raise self._silence(error) from None
        if not 200 <= reply.status < 300:
            raise self._refusal(reply, explain)
        return reply

    def download(
        self,
        url: str,
        dest: Path,
        *,
        hosts: tuple[str, ...],
        with_key: bool,
        magic: Magic,
        max_bytes: int,
        deadline_s: float,
    ) -> Downloaded:
        """One file of a provider, whole, at `dest`. Raises WireFault, DiskFull, BadInput; leaves no part.

        `hosts` may be asked, besides the base address itself; `with_key` sends the key to the base's own
        origin and to nobody else.
        """
        from core.providers.wire.download import Errand, fetch  # noqa: PLC0415 - 90 ms of httpx

        errand = Errand(
            base=self._base.origin,
            hosts=hosts,
            key=self._key() if with_key else {},
            headers={**self._headers, "Accept": "*/*"},
            magic=magic,
            max_bytes=max_bytes,
            deadline_s=deadline_s,
            resolver=self._resolver,
            secrets=self._masked(),
        )
        return fetch(url, dest, errand)

    def _address(self, path: str, params: Mapping[str, Any] | None = None) -> Address:
        """Raises WireFault for an absolute address of another origin: the key stays at home."""
        url = path if _ABSOLUTE.match(path) else f"{self._base.url.rstrip('/')}/{path.lstrip('/')}"
        if params:
            url += ("&" if "?" in url else "?") + urlencode(params, doseq=True)
        address = take_apart(url)
        steps = address.url.split("?", 1)[0].split("/")
        if address.origin != self._base.origin or ".." in steps or "." in steps:
            raise WireFault(
                f"{address.shown} is not where this provider lives",
                where=self._base.shown,
                todo="the address came from the provider; look at its status page",
            )
        return address

    def _key(self) -> dict[str, str]:
        if self._secret is None:
            return {}
        return {self._auth.header: self._auth.prefix + self._secret.reveal()}

    def _head(self, address: Address) -> dict[str, str]:
        return {**self._headers, "Accept": "application/json", **self._key()}

    def _masked(self) -> tuple[str, ...]:
        own = (self._secret.reveal(),) if self._secret else ()
        return (*own, *self._extra)

    def _shown(self, error: BaseException) -> str:
        return showable(str(error), self._masked(), 300)

    def _exchange(
        self,
        method: str,
        address: Address,
        headers: Mapping[str, str],
        limits: Limits,
        *,
        content: bytes | None = None,
        files: Mapping[str, Any] | None = None,
        max_reply: int = MAX_REPLY,
    ) -> Reply:
        from core.providers.wire.transport import exchange  # noqa: PLC0415 - 90 ms of httpx

        began = self._clock.monotonic()
        with exchange(
            method,
            address,
            headers=headers,
            limits=limits,
            resolver=self._resolver,
            content=content,
            files=files,
        ) as response:
            data, whole = _read(response, max_reply)
            return _reply(response, data, whole, self._clock.monotonic() - began, self._masked())

    def _no_reply(self, error: Exception, limits: Limits) -> SubmitOutcome:
        slow = isinstance(error, Broken) and error.slow
        kind = ErrorClass.TIMEOUT if slow else ErrorClass.PROVIDER_FAULT
        why = self._shown(error)
        if not limits.sent:
            return _not_sent(kind, f"{self._base.shown} was not reached: {why}")
        words = ProviderError(kind, f"no clear answer from {self._base.shown} to a paid request: {why}")
        return SubmitOutcome(Sent.UNCLEAR, error=words)

    def _silence(self, error: Broken) -> WireFault:
        why = f"no answer: {self._shown(error)}"
        kind = ErrorClass.TIMEOUT if error.slow else ErrorClass.PROVIDER_FAULT
        todo = "nothing was lost; look at the network, then resume"
        where = self._base.shown
        return WireFault(why, error=ProviderError(kind, why), where=where, todo=todo, unreached=True)

    def _refusal(self, reply: Reply, explain: Explain) -> WireFault:
        error = explained(reply, explain, self._clock.now(), self._masked())
        good = 200 <= reply.status < 300
        what = f"HTTP {reply.status}{', but no sound JSON' if good else ''}: "
        what += error.message if error else reply.said
        todo = "mend what is named here, then resume; asking cost nothing"
        away = reply.status >= 500 or reply.status == 429  # no word on what was asked
        where = self._base.shown
        return WireFault(what, error=error, status=reply.status, where=where, todo=todo, unreached=away)


def _base(url: str) -> Address:
    try:
        address = take_apart(url.strip())
    except WireFault:
        address = None
    secure = address is not None and (address.origin.scheme == "https" or is_loopback(address.origin.host))
    if address is None or not secure or "?" in address.url:
        raise BadInput(
            "this is not an address a key may be sent to",
            todo="write https://host/path; http is for this machine only",
        )
    return address


def _pause(asked: float | None, tries: int) -> float:
    if asked is not None:
        return min(asked, RETRY_AFTER_CAP_S)
    return random.uniform(0, BACKOFF_S * 2**tries) + 0.1  # noqa: S311 - jitter, not a secret


def _encode(body: Any) -> bytes:
    """Raises ValueError for NaN and lone surrogates, TypeError for what JSON does not know."""
    return json.dumps(body, allow_nan=False, ensure_ascii=False, separators=(",", ":")).encode("utf-8")


def _not_sent(kind: ErrorClass, message: str) -> SubmitOutcome:
    return SubmitOutcome(Sent.NOT_SENT, error=ProviderError(kind, message))


def _read(response: httpx.Response, limit: int) -> tuple[bytes, bool]:
    """The body and whether it may be believed: not where it is too long or packed in a strange way."""
    data = bytearray()
    try:
        unpack = Unpacker(response.headers.get("content-encoding", ""), limit)
        for piece in response.iter_raw():
            data += unpack.feed(piece)
        unpack.finish()
    except ValueError:
        return bytes(data), False
    return bytes(data), True


def _reply(
    response: httpx.Response, data: bytes, whole: bool, elapsed_s: float, secrets: Iterable[str]
) -> Reply:
    try:
        body = parse(data) if whole else None
    except ValueError:
        body = None
    return Reply(
        status=response.status_code,
        headers={name.lower(): value for name, value in response.headers.items()},
        body=body,
        text=showable(data[: 4 * SCANNED_CHARS + 4].decode("utf-8", "replace"), secrets),
        elapsed_s=elapsed_s,
    )
