"""An HTTP server on the loopback that plays a provider, keeps a bill, and fails on order.

A subclass says what the API answers (`handle`); whoever tests it says what goes wrong (`script`).
`handle` runs under one lock, so subclasses need none. Every call is recorded whole, every paid job
stands in `bill`: a test that counts both sees a second payment however it came about.
"""

from __future__ import annotations

import json
import re
import socket
import struct
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

HTML = b"<!DOCTYPE html><html><head><title>Attention</title></head><body>Blocked by the edge</body></html>"
MAX_BODY = 64 << 20


@dataclass
class Call:
    """One request as it came. `began` and `ended` are seconds of the server's own clock."""

    method: str
    path: str
    """Without the query."""
    query: dict[str, list[str]]
    headers: dict[str, str]
    """Names in lower case."""
    body: bytes
    began: float
    ended: float = 0.0

    @property
    def json(self) -> Any:
        """The body parsed, or None where it is not JSON."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None

    def text(self, without: tuple[str, ...] = ()) -> str:
        """The whole request as one text, to be searched; `without` names headers to leave out."""
        heads = [f"{name}: {value}" for name, value in self.headers.items() if name not in without]
        query = "&".join(f"{name}={value}" for name, values in self.query.items() for value in values)
        return "\n".join([f"{self.method} {self.path}?{query}", *heads, "", self.body.decode("latin-1")])


@dataclass(frozen=True)
class Answer:
    """What goes back. Content-Length is added; the connection closes after every answer."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @classmethod
    def of(cls, body: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Answer:
        """JSON."""
        text = json.dumps(body).encode()
        return cls(status, {"Content-Type": "application/json", **(headers or {})}, text)

    @classmethod
    def file(cls, data: bytes, kind: str = "video/mp4") -> Answer:
        return cls(200, {"Content-Type": kind}, data)


@dataclass
class Job:
    """One job at the provider. Tests set its fields; the fake puts them into its own shape."""

    id: str
    body: Any
    """The request that made it."""
    state: str
    """In the provider's own words."""
    cost: Any
    """The raw measure the provider bills by, whatever it is there: dollars, tokens, units."""
    made_at: float
    error: Any = ""
    output: bool = True
    """Whether a finished job names a result."""
    ended_at: float | None = None
    extra: dict[str, Any] = field(default_factory=dict)


class Fault:
    """What goes wrong with one call. `play` sends, or does not send, the reply."""

    def play(self, server: Loopback, call: Call, line: Line) -> None:
        raise AssertionError(f"{type(self).__name__} does nothing")


@dataclass(frozen=True)
class Refuse(Fault):
    """The provider's own JSON, and no job."""

    status: int
    body: Any
    headers: Mapping[str, str] = field(default_factory=dict)

    def play(self, server: Loopback, call: Call, line: Line) -> None:
        line.send(Answer.of(self.body, self.status, self.headers))


@dataclass(frozen=True)
class Html(Fault):
    """A page of somebody in between, and no job."""

    status: int

    def play(self, server: Loopback, call: Call, line: Line) -> None:
        line.send(Answer(self.status, {"Content-Type": "text/html"}, HTML))


@dataclass(frozen=True)
class Raw(Fault):
    """These bytes as the body, and no job."""

    body: bytes
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=lambda: {"Content-Type": "application/json"})

    def play(self, server: Loopback, call: Call, line: Line) -> None:
        line.send(Answer(self.status, self.headers, self.body))


@dataclass(frozen=True)
class Redirect(Fault):
    """Elsewhere, and no job."""

    url: str
    status: int = 302

    def play(self, server: Loopback, call: Call, line: Line) -> None:
        line.send(Answer(self.status, {"Location": self.url}))


@dataclass(frozen=True)
class Reset(Fault):
    """The connection is reset before any reply, and no job."""

    def play(self, server: Loopback, call: Call, line: Line) -> None:
        line.reset()


@dataclass(frozen=True)
class AcceptThenReset(Fault):
    """The job is made and billed; then the connection is reset."""

    def play(self, server: Loopback, call: Call, line: Line) -> None:
        server.answer(call)
        line.reset()


@dataclass(frozen=True)
class AcceptThenHtml(Fault):
    """The job is made and billed; then somebody in between answers with a page."""

    status: int = 502

    def play(self, server: Loopback, call: Call, line: Line) -> None:
        server.answer(call)
        line.send(Answer(self.status, {"Content-Type": "text/html"}, HTML))


@dataclass(frozen=True)
class Altered(Fault):
    """The true reply with its JSON changed: `change` gets the body and gives another."""

    change: Callable[[Any], Any]
    status: int | None = None

    def play(self, server: Loopback, call: Call, line: Line) -> None:
        true = server.answer(call)
        body = json.dumps(self.change(json.loads(true.body))).encode()
        line.send(Answer(self.status or true.status, true.headers, body))


@dataclass(frozen=True)
class Truncated(Fault):
    """The first half of the true reply, with a length that fits it."""

    def play(self, server: Loopback, call: Call, line: Line) -> None:
        true = server.answer(call)
        line.send(Answer(true.status, true.headers, true.body[: len(true.body) // 2]))


@dataclass(frozen=True)
class CutBody(Fault):
    """The true length is promised; the connection closes after `at_byte`."""

    at_byte: int

    def play(self, server: Loopback, call: Call, line: Line) -> None:
        line.send(server.answer(call), stop_at=self.at_byte)


@dataclass(frozen=True)
class WrongLength(Fault):
    """The promised length is off by `delta`."""

    delta: int

    def play(self, server: Loopback, call: Call, line: Line) -> None:
        line.send(server.answer(call), delta=self.delta)


@dataclass(frozen=True)
class Slow(Fault):
    """The true reply in drops."""

    bytes_per_s: float

    def play(self, server: Loopback, call: Call, line: Line) -> None:
        line.send(server.answer(call), bytes_per_s=self.bytes_per_s)


@dataclass(frozen=True)
class Hang(Fault):
    """No reply for so long; `accepted` says whether the job was made first."""

    seconds: float
    accepted: bool = False

    def play(self, server: Loopback, call: Call, line: Line) -> None:
        if self.accepted:
            server.answer(call)
        server.closing.wait(self.seconds)
        line.reset()


@dataclass(frozen=True)
class Delay(Fault):
    """The true reply, later."""

    seconds: float

    def play(self, server: Loopback, call: Call, line: Line) -> None:
        server.closing.wait(self.seconds)
        line.send(server.answer(call))


class Line:
    """The wire back to the caller."""

    def __init__(self, handler: BaseHTTPRequestHandler, closing: threading.Event) -> None:
        self._handler = handler
        self._closing = closing

    def send(
        self, answer: Answer, *, delta: int = 0, stop_at: int | None = None, bytes_per_s: float = 0
    ) -> None:
        handler = self._handler
        handler.send_response(answer.status)
        for name, value in answer.headers.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(answer.body) + delta))
        handler.send_header("Connection", "close")
        handler.end_headers()
        if handler.command == "HEAD":
            return
        body = answer.body if stop_at is None else answer.body[:stop_at]
        if not bytes_per_s:
            handler.wfile.write(body)
            return
        for at in range(len(body)):
            if self._closing.wait(1 / bytes_per_s):
                return
            handler.wfile.write(body[at : at + 1])

    def reset(self) -> None:
        """RST instead of an orderly end: what a dying proxy does."""
        linger = struct.pack("ii", 1, 0)
        self._handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self._handler.connection.close()


@dataclass
class _Order:
    method: str
    path: re.Pattern[str]
    fault: Fault
    times: int


class Loopback:
    """A context manager. `base` is the address; `cost`, `ttl` and `lag` are the subclass's to use."""

    def __init__(self, *, cost: Any = None, ttl: float | None = None, lag: float = 0.0) -> None:
        self.cost = cost
        """The measure new jobs are billed by: goes into `Job.cost`."""
        self.ttl = ttl
        """Seconds a result lives after its job has ended; None: for ever."""
        self.lag = lag
        """Seconds until a new job shows in a list."""
        self.jobs: dict[str, Job] = {}
        self.bill: dict[str, int] = {}
        """Micro-dollars by job: what the provider will want to be paid."""
        self.calls: list[Call] = []
        self.closing = threading.Event()
        self._orders: list[_Order] = []
        self._broken: list[BaseException] = []
        self._ahead = 0.0
        self._lock = threading.RLock()
        self._server = _server(self)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)

    def handle(self, call: Call) -> Answer:
        """What the API answers when nothing goes wrong. Called under the lock."""
        raise AssertionError("an API says what it answers")

    # -- what subclasses use

    def accept(self, body: Any, *, state: str, micro: int, name: str = "", **extra: Any) -> Job:
        """A new job, billed. `name` is its id, by default `job-<n>` with letters and digits only."""
        job = Job(name or f"job-{len(self.bill) + 1}", body, state, self.cost, self.time(), extra=extra)
        self.jobs[job.id] = job
        self.bill[job.id] = micro
        return job

    def time(self) -> float:
        """Seconds since the epoch, moved on by `advance`."""
        return time.time() + self._ahead

    def shown(self, job: Job) -> bool:
        """Whether a list shows this job by now."""
        return self.time() >= job.made_at + self.lag

    def alive(self, job: Job) -> bool:
        """Whether its result can still be had."""
        return self.ttl is None or self.time() < (job.ended_at or job.made_at) + self.ttl

    # -- what tests use

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def advance(self, seconds: float) -> None:
        with self._lock:
            self._ahead += seconds

    def finish(self, job_id: str, state: str, *, error: Any = "", output: bool = True) -> Job:
        """Ends a job: `state` in the provider's own word."""
        with self._lock:
            job = self.jobs[job_id]
            job.state, job.error, job.output, job.ended_at = state, error, output, self.time()
            return job

    def script(self, method: str, path: str, fault: Fault, times: int = 1) -> None:
        """The next `times` calls whose path holds the pattern `path` meet this fault; orders queue up."""
        with self._lock:
            self._orders.append(_Order(method, re.compile(path), fault, times))

    def forget(self) -> None:
        """No more faults."""
        with self._lock:
            self._orders.clear()

    def calls_to(self, method: str, path: str) -> list[Call]:
        with self._lock:
            return [c for c in self.calls if c.method == method and re.search(path, c.path)]

    def answer(self, call: Call) -> Answer:
        """The true answer, faults aside."""
        with self._lock:
            return self.handle(call)

    def stop(self) -> None:
        """Nobody answers at the address any more."""
        if not self.closing.is_set():
            self.closing.set()
            self._server.shutdown()
            self._server.server_close()
            self._thread.join()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        if self._broken and error is None:
            raise AssertionError("the fake itself failed") from self._broken[0]

    # -- the server's side

    def meet(self, call: Call, line: Line) -> None:
        fault = self._next_fault(call)
        try:
            if fault:
                fault.play(self, call, line)
            else:
                line.send(self.answer(call))
        except OSError:
            pass  # the caller hung up: that is its right
        except Exception as broken:  # noqa: BLE001 - shown when the fake is closed
            self._broken.append(broken)
        finally:
            call.ended = self.time()

    def _next_fault(self, call: Call) -> Fault | None:
        with self._lock:
            self.calls.append(call)
            for order in self._orders:
                if order.times > 0 and order.method == call.method and order.path.search(call.path):
                    order.times -= 1
                    return order.fault
        return None


def _server(owner: Loopback) -> ThreadingHTTPServer:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None:
            """Silence: `calls` is the log."""

        def _serve(self) -> None:
            split = urlsplit(self.path)
            call = Call(
                self.command,
                split.path,
                parse_qs(split.query, keep_blank_values=True),
                {name.lower(): value for name, value in self.headers.items()},
                _read_body(self),
                owner.time(),
            )
            self.close_connection = True
            owner.meet(call, Line(self, owner.closing))

        do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = do_HEAD = _serve  # noqa: N815

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        # A test ends when its asserts do, not when a hanging reply has hung out.
        block_on_close = False

        def handle_error(self, request: Any, client_address: Any) -> None:
            """A connection that went away under us is no error of the fake."""

    return Server(("127.0.0.1", 0), Handler)


def _read_body(handler: BaseHTTPRequestHandler) -> bytes:
    if handler.headers.get("Transfer-Encoding", "").lower() != "chunked":
        return handler.rfile.read(min(int(handler.headers.get("Content-Length") or 0), MAX_BODY))
    data = b""
    while size := int(handler.rfile.readline().split(b";")[0], 16):
        data += handler.rfile.read(size)
        handler.rfile.readline()
    handler.rfile.readline()
    return data
