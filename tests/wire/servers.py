"""Servers on the loopback that speak, or break off, byte for byte as a test says."""

from __future__ import annotations

import contextlib
import json
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from core.providers.base import ErrorClass, ProviderError
from core.providers.wire.client import Wire
from core.providers.wire.reply import BEARER, Auth, Reply
from core.providers.wire.secret import Secret

Play = Callable[[socket.socket, "Heard"], None]
KEY = "canary-" + "0123456789abcdef" * 2
NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@dataclass
class Heard:
    """One request as it arrived."""

    line: str
    headers: dict[str, str]
    body: bytes


@dataclass
class RawServer:
    """Plays one scene a connection, the last one again for every further one."""

    scenes: list[Play]
    context: ssl.SSLContext | None = None
    heard: list[Heard] = field(default_factory=list)
    connections: int = 0
    read_body: bool = True

    def __enter__(self) -> RawServer:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._open: list[socket.socket] = []
        self._done = threading.Event()
        self._threads = [threading.Thread(target=self._serve, daemon=True)]
        self._threads[0].start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in self._open:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            connection.close()
        for thread in self._threads:
            thread.join(5)

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def _serve(self) -> None:
        while not self._done.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            scene = self.scenes[min(self.connections, len(self.scenes) - 1)]
            self.connections += 1
            self._open.append(connection)
            thread = threading.Thread(target=self._play, args=(connection, scene), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _play(self, connection: socket.socket, scene: Play) -> None:
        with contextlib.suppress(OSError):
            if self.context is not None:
                connection = self.context.wrap_socket(connection, server_side=True)
            with connection:
                heard = hear(connection, self.read_body)
                if heard is not None:
                    self.heard.append(heard)
                    scene(connection, heard)


def hear(connection: socket.socket, read_body: bool = True) -> Heard | None:
    data = b""
    while b"\r\n\r\n" not in data:
        piece = connection.recv(65536)
        if not piece:
            return None
        data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    line, *rows = head.decode("latin-1").split("\r\n")
    headers = {name.strip().lower(): value.strip() for name, _, value in (row.partition(":") for row in rows)}
    while read_body and len(body) < int(headers.get("content-length", "0")):
        body += connection.recv(65536)
    return Heard(line, headers, body)


def raw(*pieces: bytes) -> Play:
    """Sends the pieces as they are, then closes."""

    def play(connection: socket.socket, _: Heard) -> None:
        for piece in pieces:
            connection.sendall(piece)

    return play


def answer(status: int, body: bytes | Any = b"", **headers: str) -> Play:
    """A sound reply; what is not bytes goes out as JSON. `_` in a header's name stands for `-`."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    rows = {"content-length": str(len(data)), **{k.replace("_", "-"): v for k, v in headers.items()}}
    head = "".join(f"{name}: {value}\r\n" for name, value in rows.items() if value)
    return raw(f"HTTP/1.1 {status} X\r\n{head}\r\n".encode() + data)


def reset(connection: socket.socket, _: Heard) -> None:
    """Ends with RST instead of FIN."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def hang(connection: socket.socket, _: Heard) -> None:
    """Says nothing until the other side goes."""
    connection.recv(1)


def drip(head: bytes, piece: bytes, pause_s: float) -> Play:
    """The head, then a piece again and again without end."""

    def play(connection: socket.socket, _: Heard) -> None:
        connection.sendall(head)
        gone = threading.Event()
        while not gone.wait(pause_s):
            connection.sendall(piece)

    return play


@dataclass
class Stopped:
    """A clock that stands; sleeping is written down and costs nothing."""

    slept: list[float] = field(default_factory=list)

    def now(self) -> datetime:
        return NOW

    def monotonic(self) -> float:
        return 0.0

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)


def explain(reply: Reply) -> ProviderError | None:
    """A provider whose errors look like {"error": {"message": ..., "kind": ...}}."""
    said = reply.json_object.get("error")
    if not isinstance(said, dict):
        return None
    return ProviderError(ErrorClass(said.get("kind", "bad_request")), said["message"])


def job_of(reply: Reply) -> Any:
    return reply.body["id"]


def wire(base: str, clock: Stopped | None = None, *, auth: Auth = BEARER, **more: Any) -> Wire:
    return Wire(base, Secret(KEY), auth, clock=clock or Stopped(), **more)


@contextlib.contextmanager
def serving(*scenes: Play) -> Iterator[tuple[RawServer, Wire]]:
    with RawServer(list(scenes)) as server:
        yield server, wire(server.base)
