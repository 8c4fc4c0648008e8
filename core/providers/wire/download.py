"""A result onto the disk, from an address a stranger gave us.

Only https, only listed hosts, only the open internet, judged at every hop and connected to as judged;
the key goes to the provider's own origin and to nobody else. What arrives is bounded in time and size,
must be as long as was said, and its first bytes decide what it is. Nothing is published that is not whole.
"""

from __future__ import annotations

import hashlib
import os
import secrets as randoms
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO
from urllib.parse import urljoin

from core.base.crash import reach
from core.base.paths import PART, disk_errors, publish
from core.providers.values import ErrorClass, ProviderError
from core.providers.wire.addresses import (
    Address,
    Origin,
    Resolver,
    is_loopback,
    on_list,
    public,
    take_apart,
    this_machine,
)
from core.providers.wire.limits import Broken, Limits
from core.providers.wire.magic import HEAD, Downloaded, Magic, magic_of
from core.providers.wire.reply import WireFault, showable
from core.providers.wire.transport import exchange, wire_of_response

if TYPE_CHECKING:
    import httpx

MAX_HOPS = 3
STALL_S = 30.0
"""Silence after which a download is given up."""
MAX_BYTES = 2 << 30
"""No clip of a few seconds is longer, whatever an adapter allows."""
STRANGER = {"User-Agent": "rushes", "Accept": "*/*"}
"""All that a host other than the provider's own is told."""
_MOVED = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True, slots=True)
class Errand:
    """All a download needs to know besides where from and where to."""

    base: Origin
    hosts: tuple[str, ...]
    key: dict[str, str] = field(repr=False)
    headers: dict[str, str]
    magic: Magic
    max_bytes: int
    deadline_s: float
    resolver: Resolver
    secrets: tuple[str, ...] = field(default=(), repr=False)

    @property
    def most(self) -> int:
        return min(self.max_bytes, MAX_BYTES)


def fetch(url: str, dest: Path, errand: Errand) -> Downloaded:
    """Follows at most three redirects. Raises WireFault, DiskFull, BadInput; leaves no part file."""
    limits = Limits(deadline_s=errand.deadline_s, read_s=STALL_S)
    address = permitted(url, errand)
    for _ in range(MAX_HOPS + 1):
        try:
            found = _hop(address, dest, errand, limits)
        except Broken as error:
            raise _broken(error, address, errand) from None
        if isinstance(found, Downloaded):
            return found
        address = permitted(_next(address, found), errand)
    raise WireFault(
        f"more than {MAX_HOPS} redirects", where=address.shown, todo="nothing was lost; resume later"
    )


def _next(address: Address, location: str) -> str:
    try:
        return urljoin(address.url, location)
    except ValueError:
        return ""


def permitted(url: str, errand: Errand) -> Address:
    """An address that may be asked, by its looks; what it leads to is judged when it is connected.

    Raises WireFault for other schemes, hosts that are not listed, userinfo, ports and all of the
    loopback, except the base's own origin where the base itself is on the loopback.
    """
    address = take_apart(url)
    if address.origin == errand.base:
        return address
    host = address.origin.host
    fits = address.origin.scheme == "https" and address.origin.port == 443 and on_list(host, errand.hosts)
    if not fits or is_loopback(host):
        raise WireFault(
            "a result lies where this provider's results never lie; it was not fetched",
            where=address.shown,
            todo="look at the provider's status page before this address is trusted",
        )
    return address


def _hop(address: Address, dest: Path, errand: Errand, limits: Limits) -> Downloaded | str:
    """The file, or the next address."""
    at_home = address.origin == errand.base
    local = at_home and is_loopback(address.origin.host)
    with exchange(
        "GET",
        address,
        headers=errand.headers | errand.key if at_home else STRANGER,
        limits=limits,
        resolver=errand.resolver,
        allowed=this_machine if local else public,
    ) as response:
        if response.status_code in _MOVED and "location" in response.headers:
            return response.headers["location"]
        length = _sound_head(response, address, errand)
        return _save(response, length, dest, address, errand)


def _sound_head(response: httpx.Response, address: Address, errand: Errand) -> int | None:
    """Content-Length, where there is one. Raises WireFault for a reply whose body is not worth reading."""
    status, headers = response.status_code, response.headers
    if status != 200:
        kind = ErrorClass.PROVIDER_FAULT if status >= 500 else ErrorClass.UNKNOWN
        what = f"HTTP {status} instead of the file"
        raise WireFault(what, error=ProviderError(kind, what), status=status, where=address.shown)
    if headers.get("content-encoding", "identity").strip().lower() not in ("", "identity"):
        raise _bad("the file came packed, which was not asked for", address)
    said = headers.get("content-length")
    if said is None:
        if "chunked" not in headers.get("transfer-encoding", "").lower():
            raise _bad("nothing says how long the file is, so nobody knows when it is whole", address)
        return None
    length = int(said) if said.isascii() and said.isdigit() else -1
    if not 0 <= length <= errand.most:
        raise _bad(f"the file is said to be {showable(said, limit=20)} bytes long", address)
    return length


def _save(
    response: httpx.Response, length: int | None, dest: Path, address: Address, errand: Errand
) -> Downloaded:
    with disk_errors(dest):
        dest.parent.mkdir(parents=True, exist_ok=True)
    part = dest.with_name(f".{dest.name}.{randoms.token_hex(8)}{PART}")
    try:
        with disk_errors(dest):
            handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        with os.fdopen(handle, "wb", buffering=0) as file:
            sha, size, kind = _pour(response, file, dest, address, errand)
        _check_length(response, length, size, address)
        reach("download.part")
        publish(part, dest)
        reach("download.renamed")
    except BaseException:
        with suppress(OSError):
            part.unlink()
        raise
    return Downloaded(dest, sha, size, kind)


def _pour(
    response: httpx.Response, file: BinaryIO, dest: Path, address: Address, errand: Errand
) -> tuple[str, int, Magic]:
    """Body to disk. Returns hash, size and kind."""
    digest = hashlib.sha256()
    size = 0
    head = b""
    kind: Magic | None = None
    wire = wire_of_response(response)
    if wire is not None:
        wire.listen_late = "transfer-encoding" not in response.headers
    for piece in response.iter_raw():
        size += len(piece)
        if size > errand.most:
            raise _bad(f"the file is longer than {errand.most} bytes", address)
        if len(head) < HEAD:
            head += piece[: HEAD - len(head)]
            if len(head) >= HEAD:
                kind = _kind(head, address, errand)
        digest.update(piece)
        with disk_errors(dest):
            _write_all(file, piece)
    return digest.hexdigest(), size, kind or _kind(head, address, errand)


def _write_all(file: BinaryIO, piece: bytes) -> None:
    view = memoryview(piece)
    while view:
        view = view[file.write(view) :]


def _kind(head: bytes, address: Address, errand: Errand) -> Magic:
    found = magic_of(head)
    if found is None or found not in errand.magic:
        looks = "a web page" if head.lstrip()[:1] == b"<" else "something else"
        raise _bad(f"what came is {looks}, not the file that was made", address)
    return found


def _check_length(response: httpx.Response, length: int | None, size: int, address: Address) -> None:
    if length is None:
        return
    wire = wire_of_response(response) if "transfer-encoding" not in response.headers else None
    came = max(size, wire.body_bytes) if wire is not None else size
    if came != length:
        raise _bad(f"{length} bytes were announced and {came} came", address)


def _bad(what: str, address: Address) -> WireFault:
    return WireFault(
        what,
        error=ProviderError(ErrorClass.PROVIDER_FAULT, what),
        status=200,
        where=address.shown,
        todo="nothing was kept; resume to fetch it again",
    )


def _broken(error: Broken, address: Address, errand: Errand) -> WireFault:
    why = showable(error.why, errand.secrets, 300)
    kind = ErrorClass.TIMEOUT if error.slow else ErrorClass.PROVIDER_FAULT
    what = f"the download broke off: {why}"
    return WireFault(
        what,
        error=ProviderError(kind, what),
        where=address.shown,
        todo="nothing was kept; resume to fetch it again",
    )
