"""One connection a request, a deadline over all of it, and proof of what left this machine.

httpx speaks HTTP; the connection below it is ours (`connection`). Only who sees the request begin can
prove that it never began: httpcore's trace events tell. No connection is kept for a next request: one
that went stale meanwhile would turn a paid POST into a doubt.
"""

from __future__ import annotations

import ssl
import threading
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import lru_cache
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

import httpcore
import httpx

from core.providers.wire.addresses import Address, Resolver, is_loopback, this_machine
from core.providers.wire.connection import Backend, Connection, Forbidden, in_time, refuse_any
from core.providers.wire.limits import Broken, Limits

CONNECT_S = 15.0
WRITE_S = 60.0
LOOK_S = 3.0
"""Behind a proxy many machines resolve nothing; a name is not waited for longer."""

_BROKEN: tuple[type[Exception], ...] = (
    httpx.HTTPError,
    httpx.InvalidURL,
    httpx.StreamError,
    httpcore.TimeoutException,
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.ProxyError,
    httpcore.UnsupportedProtocol,
    OSError,
)
"""All that a request may die of."""
_SLOW = (httpx.TimeoutException, httpcore.TimeoutException, TimeoutError)


def _trust() -> ssl.SSLContext:
    """Certificates of certifi, or of SSL_CERT_FILE / SSL_CERT_DIR.

    One context a thread: httpcore sets its protocols anew at every connection, and OpenSSL frees the old
    ones while another thread may be copying them.
    """
    return _trust_of(threading.get_ident())


@lru_cache(maxsize=32)
def _trust_of(_thread: int) -> ssl.SSLContext:
    return httpx.create_ssl_context(trust_env=True)  # 20 ms


def proxy_for(address: Address) -> str | None:
    """The environment's proxy (HTTPS_PROXY, ALL_PROXY, less NO_PROXY); never for this machine itself."""
    host = address.origin.host
    # Plain http only ever goes to the loopback, whatever the name.
    if address.origin.scheme != "https" or is_loopback(host) or urllib.request.proxy_bypass(host):
        return None
    found = urllib.request.getproxies()
    url = found.get("https") or found.get("all")
    return (url if "://" in url else f"http://{url}") if url else None


class _Transport(httpx.BaseTransport):
    """A fresh connection for each request; retries nothing, follows nothing."""

    def __init__(self, pool: httpcore.ConnectionPool) -> None:
        self._pool = pool

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        inner = self._pool.handle_request(
            httpcore.Request(
                method=request.method,
                url=httpcore.URL(
                    scheme=request.url.raw_scheme,
                    host=request.url.raw_host,
                    port=request.url.port,
                    target=request.url.raw_path,
                ),
                headers=request.headers.raw,
                content=request.stream,
                extensions=request.extensions,
            )
        )
        return httpx.Response(
            inner.status, headers=inner.headers, stream=_Body(inner), extensions=inner.extensions
        )

    def close(self) -> None:
        self._pool.close()


class _Body(httpx.SyncByteStream):
    def __init__(self, inner: httpcore.Response) -> None:
        self._inner = inner

    def __iter__(self) -> Iterator[bytes]:
        yield from self._inner.iter_stream()

    def close(self) -> None:
        self._inner.close()


def _pool(
    address: Address, limits: Limits, resolver: Resolver, allowed: Callable[[str], bool] | None
) -> httpcore.ConnectionPool:
    secure = address.origin.scheme == "https"
    proxy = proxy_for(address)
    if proxy is not None:
        return _tunnel(proxy, address, limits, resolver, allowed)
    return httpcore.ConnectionPool(
        ssl_context=_trust() if secure else None,
        max_connections=1,
        retries=0,
        network_backend=Backend(limits, resolver, allowed if secure else this_machine),
    )


def _tunnel(
    proxy: str,
    address: Address,
    limits: Limits,
    resolver: Resolver,
    allowed: Callable[[str], bool] | None,
) -> httpcore.HTTPProxy:
    """Through the environment's proxy, which resolves for itself.

    What our own resolver knows still counts against a name: it is asked where addresses are judged.
    """
    parts, port = _proxy_parts(proxy)
    host = address.origin.host
    if allowed is not None:
        with suppress(httpcore.ConnectError, httpcore.ConnectTimeout):
            refuse_any(host, in_time(resolver, host, address.origin.port, LOOK_S), allowed)
    user = unquote(parts.username or "")
    return httpcore.HTTPProxy(
        proxy_url=httpcore.URL(scheme=parts.scheme, host=parts.hostname or "", port=port, target="/"),
        proxy_auth=(user, unquote(parts.password or "")) if user else None,
        ssl_context=_trust(),
        proxy_ssl_context=_trust() if parts.scheme == "https" else None,
        max_connections=1,
        retries=0,
        network_backend=Backend(limits, resolver, None),
    )


def _proxy_parts(url: str) -> tuple[SplitResult, int]:
    """Raises httpcore.ConnectError for a proxy that cannot be used."""
    try:
        parts = urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError as error:
        raise httpcore.ConnectError("the environment names a proxy that is no address") from error
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise httpcore.ConnectError("the environment names a proxy that is neither http nor https")
    return parts, port


@contextmanager
def exchange(
    method: str,
    address: Address,
    *,
    headers: Mapping[str, str],
    limits: Limits,
    resolver: Resolver,
    allowed: Callable[[str], bool] | None = None,
    content: bytes | None = None,
    files: Mapping[str, Any] | None = None,
) -> Iterator[httpx.Response]:
    """One request, sent once; the reply's body is not read yet. Raises Broken.

    `allowed` judges every address the name leads to; plain http is held to the loopback in any case.
    """
    try:
        with (
            httpx.Client(
                transport=_Transport(_pool(address, limits, resolver, allowed)),
                follow_redirects=False,
                trust_env=False,
                timeout=httpx.Timeout(limits.read_s, connect=CONNECT_S, write=WRITE_S, pool=CONNECT_S),
            ) as client,
            client.stream(
                method,
                address.url,
                headers={"Accept-Encoding": "identity", **headers, "Connection": "close"},
                content=content,
                files=files,
                extensions={"trace": limits.trace},
            ) as response,
        ):
            yield response
    except _BROKEN as error:
        raise _broken(error, limits) from None


def wire_of_response(response: httpx.Response) -> Connection | None:
    """Our own end of the connection a response came by."""
    stream = response.extensions.get("network_stream")
    found = stream.get_extra_info("wire") if stream is not None else None
    return found if isinstance(found, Connection) else None


def _broken(error: BaseException, limits: Limits) -> Broken:
    """What a request died of, in a few words."""
    if isinstance(error, _SLOW):
        at = "" if limits.sent else " while connecting"
        return Broken(
            f"no answer in time{at} ({limits.deadline_s:g} s in all, {limits.read_s:g} s a silence)",
            slow=True,
        )
    return Broken(str(error) or type(error).__name__, final=isinstance(error, Forbidden))
