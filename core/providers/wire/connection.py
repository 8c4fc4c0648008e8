"""One connection: it keeps the deadline, counts what arrives, and goes only where it may.

A per-read timeout alone lets a server that sends one byte a second hold us for ever. An address must be
judged in the same breath as it is connected to, or the name may lead elsewhere between the two.
"""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

import httpcore

from core.providers.wire.addresses import Resolver
from core.providers.wire.limits import Limits

SLICE = 1 << 16
"""Bytes a write hands over at once: between two the deadline is looked at."""
HEAD_BYTES = 128 << 10
LATE_S = 0.25
"""How long a finished download listens for bytes that should not come."""


class Forbidden(OSError):
    """A name that leads to an address which must not be asked."""


class Connection(httpcore.NetworkStream):
    """A connection that keeps the deadline and counts the body as it comes off the wire."""

    def __init__(self, inner: httpcore.NetworkStream, limits: Limits) -> None:
        self._inner = inner
        self._limits = limits
        self._head = b""
        self._in_body = False
        self.listen_late = False
        self.body_bytes = 0

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        data = self._inner.read(max_bytes, self._limits.within(timeout, httpcore.ReadTimeout))
        self._count(data)
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        view = memoryview(buffer)
        for start in range(0, len(view), SLICE):
            patience = self._limits.within(timeout, httpcore.WriteTimeout)
            self._inner.write(bytes(view[start : start + SLICE]), patience)

    def close(self) -> None:
        if self.listen_late:
            self.listen_late = False
            with suppress(OSError, httpcore.NetworkError, httpcore.TimeoutException):
                self._count(self._inner.read(1, LATE_S))
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        patience = self._limits.within(timeout, httpcore.ConnectTimeout)
        return Connection(self._inner.start_tls(ssl_context, server_hostname, patience), self._limits)

    def get_extra_info(self, info: str) -> Any:
        return self if info == "wire" else self._inner.get_extra_info(info)

    def _count(self, data: bytes) -> None:
        """h11 stops reading at Content-Length: only here is it seen that more came."""
        if self._in_body:
            self.body_bytes += len(data)
            return
        self._head = (self._head + data)[:HEAD_BYTES]
        while (end := _end_of_head(self._head)) >= 0:
            interim = self._head[9:10] == b"1"  # HTTP/1.1 1xx: another head follows
            self._head = self._head[end:]
            if not interim:
                self.body_bytes, self._in_body, self._head = len(self._head), True, b""
                return


def _end_of_head(data: bytes) -> int:
    ends = [at + len(mark) for mark in (b"\n\r\n", b"\n\n") if (at := data.find(mark)) >= 0]
    return min(ends, default=-1)


class Backend(httpcore.NetworkBackend):
    """Resolves, judges every address, then connects to what was judged and to nothing else."""

    def __init__(self, limits: Limits, resolver: Resolver, allowed: Callable[[str], bool] | None) -> None:
        self._limits = limits
        self._resolver = resolver
        self._allowed = allowed
        self._plain = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        patience = self._limits.within(timeout, httpcore.ConnectTimeout)
        addresses = in_time(self._resolver, host, port, patience)
        if self._allowed is not None:
            refuse_any(host, addresses, self._allowed)
        failed: Exception = httpcore.ConnectError("the name leads to no address")
        for address in addresses:
            patience = self._limits.within(timeout, httpcore.ConnectTimeout)
            try:
                stream = self._plain.connect_tcp(address, port, patience, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failed = error
            else:
                return Connection(stream, self._limits)
        raise failed


def refuse_any(host: str, addresses: list[str], allowed: Callable[[str], bool]) -> None:
    """One bad address spoils the name. Raises Forbidden."""
    if not all(allowed(address) for address in addresses):
        raise Forbidden(f"'{host}' leads to an address that is not on the open internet")


def in_time(resolver: Resolver, host: str, port: int, seconds: float) -> list[str]:
    """Resolves in a thread: the system's resolver knows no deadline. Raises httpcore's connect errors."""
    answer: list[list[str] | Exception] = []

    def ask() -> None:
        try:
            answer.append(list(resolver(host, port)))
        except (OSError, UnicodeError) as error:
            answer.append(error)

    thread = threading.Thread(target=ask, daemon=True, name="resolve")
    thread.start()
    thread.join(seconds)
    if not answer:
        raise httpcore.ConnectTimeout(f"the name was not resolved within {seconds:.0f} s")
    found = answer[0]
    if isinstance(found, Exception):
        raise httpcore.ConnectError(f"the name cannot be resolved: {found}") from found
    return found
